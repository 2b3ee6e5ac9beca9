"""What the documents say of the program is what the code says: commands, options, variables, codes, numbers, links."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bulkpatch.cli.app import EXIT_CODES
from bulkpatch.cli.commands import COMMANDS, commands
from bulkpatch.columns import CATALOGUE, find_column, is_domain_header, is_label_header, is_tenant_header
from bulkpatch.config import Options, Way
from bulkpatch.errors import ExitCode
from bulkpatch.graph import circuit, pace, retry
from bulkpatch.model import Status
from bulkpatch.profiles import is_profile_header
from bulkpatch.run import LOOK_PAUSE, LOOKS

from .documents import DOCUMENTS, ROOT
from .vocabulary import arguments, commands_of_code, flags_of, options, variables_of_code

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {document: (ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS}
EVERYTHING = "\n".join(TEXTS.values())
_FOREIGN = re.compile(r"^```sh\n.*?^```$|`(?:az|pip|pipx) [^`]*`", flags=re.MULTILINE | re.DOTALL)
OURS = _FOREIGN.sub("", EVERYTHING)
"""What the documents say, without the commands of others."""


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """docs/tables.py, which is a script."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs" / "tables.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_table_is_stale(tables: ModuleType) -> None:
    """The tables of columns and options are what the code says; docs/tables.py writes them."""
    assert [path.name for path in tables.stale()] == []


def test_a_stale_table_is_found_out(tables: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another word in the catalogue makes README stale."""
    words = ["| one |", "|---|"]
    monkeypatch.setitem(tables.DOCUMENTS["README.md"], "columns", lambda: iter(words))

    (text,) = tables.stale().values()

    assert "<!-- columns: begin -->\n| one |\n|---|\n<!-- columns: end -->" in text


def test_every_column_stands_in_readme() -> None:
    """By itself, or by the name of a family that has the same four."""
    table = README[README.index("<!-- columns: begin -->") : README.index("<!-- columns: end -->")]
    missing = [
        c.path for c in CATALOGUE if c.is_leaf and f"`{c.path}`" not in table and f"`{c.prop.root}`" not in table
    ]
    names = [
        name for row in table.splitlines()[3:-1] for name in re.findall(r"^\| `?([\w .]+?)`?(?: \(beta\))? \|", row)
    ]
    strangers = [name for name in names if not any(
        knows(name) for knows in (find_column, is_tenant_header, is_label_header, is_domain_header, is_profile_header))]  # fmt: skip

    assert missing == []
    assert len(names) > 20
    assert strangers == []


def test_every_command_stands_in_readme_and_every_command_told_of_exists() -> None:
    """Nobody has to find one by chance, and nobody looks for one that is not there."""
    told = set(re.findall(r"`bulkpatch ([a-z]+)|^\$ (?:\.venv/bin/)?bulkpatch ([a-z]+)", OURS, flags=re.MULTILINE))
    told_of = {name for pair in told for name in pair if name}

    assert [name for name in commands_of_code() if f"`bulkpatch {name}" not in README] == []
    assert told_of - commands_of_code() == set()


def test_every_option_told_of_exists() -> None:
    """With that spelling; behind a command, as an option of that command."""
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+[a-z]", OURS))
    of_commands = re.findall(r"`bulkpatch ([a-z]+)((?: [^`]*)?)`", OURS)
    wrong = [f"{command} {flag}" for command, rest in of_commands for flag in re.findall(r"--[a-z-]+[a-z]", rest)
             if flag not in flags_of(command)]  # fmt: skip

    assert len(flags) > 50
    assert flags - flags_of() - {"--client-secret", "--check"} == set()  # one is refused, one is the script's
    assert wrong == []


def test_every_option_is_told_of() -> None:
    """Somewhere in README or docs/."""
    assert [flag for flag in flags_of() if flag.startswith("--") and flag not in OURS] == ["--show-completion"]


def test_help_says_something_of_everything_it_shows() -> None:
    """Every command, argument and option has a help text; every command an example or nothing to add."""
    first_lines = {name: str(command.help).split("\n\n")[0].replace("\n", " ") for name, command in commands().items()}

    assert first_lines == {name: line for name, (_, line) in COMMANDS.items()}
    assert [f"{name} {argument.name}" for name, argument in arguments() if not argument.help] == []
    assert [f"{name} {option.opts[0]}" for name, option in options() if not (option.help or "").strip()] == []


def test_variables_in_documents_and_code_are_the_same() -> None:
    """Each one told of is read, and each one read is told of."""
    prefixes = "AZURE|BULKPATCH|SSL|REQUESTS|XDG|IDENTITY|MSI|IMDS|HTTPS|ALL|NO"
    told = set(re.findall(rf"\b(?:{prefixes})_[A-Z_]*[A-Z]\b|\bCOLUMNS\b", EVERYTHING))

    assert told - variables_of_code() == set()
    assert variables_of_code() - told == set()


def test_exit_codes_are_the_same_in_readme_help_and_code() -> None:
    """Seven of them."""
    table = README[README.index("| code | means |") :].split("\n\n", 1)[0]
    in_readme = {int(code) for code in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)}
    in_help = {int(code) for code in re.findall(r"[:·] (\d+) ", EXIT_CODES)}

    assert in_readme == in_help == {int(code) for code in ExitCode}


def test_statuses_are_the_same_in_readme_and_code() -> None:
    """Each row of the report ends as one of them."""
    table = README[README.index("| status | means |") :].split("\n\n", 1)[0]

    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == {status.value for status in Status}


def test_ways_to_sign_in_are_the_same_in_documents_and_code() -> None:
    """Each value of --auth, in the order in which auto looks."""
    page = TEXTS["docs/sign-in.md"]
    order = re.findall(r"`([a-z-]+)`", page[page.index("in this order") : page.index("`--auth` names one")])

    assert [way for way in Way if f"`{way.value}`" not in page and way is not Way.AUTO] == []
    assert order == [way.value for way in Way if way.value in order]


def numbers() -> Iterator[tuple[str, str]]:
    """Sentences with a number in them, and the number as the code has it."""
    minute = {60.0: "a minute"}
    yield r"documents ([\d,]+) writes per \d+ s", f"{pace.DOCUMENTED.writes:,}"
    yield r"documents [\d,]+ writes per (\d+) s", f"{pace.DOCUMENTED.seconds:g}"
    yield r"starts at (\d+) writes a second", f"{pace.START_RATE:g}"
    yield r"unreadable: 1, 2, 4 … (\d+) s", f"{pace.MISSING[-1]:g}"
    yield r"under a second: (\d+) s", f"{pace.FLOOR:g}"
    yield r"More than (\d+) s: the run stops", f"{pace.CAP:g}"
    yield r"nothing but faults comes for ([\w ]+), the run stops", minute.get(circuit.SECONDS, "another time")
    yield r"shows what was sent \(up to ([\w ]+);", minute.get(LOOKS * LOOK_PAUSE, "another time")


@pytest.mark.parametrize(("sentence", "value"), list(numbers()))
def test_numbers_told_are_those_of_the_code(sentence: str, value: str) -> None:
    """A sentence that says how long or how many."""
    found = re.findall(sentence.replace(" ", r"\s+"), EVERYTHING)

    assert found
    assert set(found) == {value}


def test_defaults_of_the_library_are_those_of_the_command_line() -> None:
    """An option means the same from both; docs/options.md is made of the command line's."""
    ours = Options()
    told = {option.name: option.default for _, option in options() if option.envvar}
    differ = [name for name, default in told.items() if hasattr(ours, name)
              and (getattr(ours, name) or None) != ((tuple(default) if isinstance(default, list) else default) or None)]  # fmt: skip

    assert len(told) > 40
    assert differ == []
    assert ours.max_attempts == retry.Patience().max_attempts


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md", "benchmarks/README.md"])
def test_every_link_leads_somewhere(document: str) -> None:
    """To a file that is there, and to a heading that is in it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    broken = [target for target in re.findall(r"\]\(([^)\s]+)\)", text)
              if "://" not in target and not _is_there((ROOT / document).parent, ROOT / document, target)]  # fmt: skip

    assert broken == []


def _is_there(folder: Path, page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = (folder / name).resolve() if name else page
    return file.is_file() and (not anchor or anchor in _anchors(file))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_documents_are_as_wide_as_each_other() -> None:
    """Prose ends by column 132; tables and what is printed may be wider."""
    wide = []
    for document, text in TEXTS.items():
        prose = re.sub(r"^```.*?^```$", lambda found: "\n" * found[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
        wide += [f"{document}:{number}" for number, line in enumerate(prose.splitlines(), start=1)
                 if len(line) > 132 and not line.startswith("|")]  # fmt: skip

    assert wide == []

"""Writes the tables of README and docs/ that follow from the code, between their markers.

.venv/bin/python docs/tables.py            # after a change of the catalogue or of an option
.venv/bin/python docs/tables.py --check    # exit 1 when a table is stale; the tests do the same
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import typer

from bulkpatch.cli.commands import commands
from bulkpatch.columns import BY_PATH, DOMAIN_HEADERS, LABEL_HEADERS, TENANT_ALIASES, TENANT_HEADER, Column
from bulkpatch.schema import BETA_ONLY, PROPERTIES, Kind, Property, walk

ROOT = Path(__file__).parent.parent


def stale() -> dict[Path, str]:
    """The documents whose tables are not what the code says, with what they should be."""
    found = {}
    for document, tables in DOCUMENTS.items():
        path = ROOT / document
        before = path.read_text(encoding="utf-8")
        after = before
        for name, table in tables.items():
            after = _between(after, name, "\n".join(table()))
        if after != before:
            found[path] = after
    return found


def columns() -> Iterator[str]:
    """What a sheet may say: the words of `bulkpatch columns`, families of the same shape told once."""
    yield from ("| header | also | what it sets | cells |", "|---|---|---|---|")
    yield _row(f"`{TENANT_HEADER}`", f"{TENANT_ALIASES[0]}, {TENANT_ALIASES[2]}, …", "the partner, once per sheet",
               "a GUID, in any case, with or without braces; or a domain such as contoso.com")  # fmt: skip
    told: dict[int, list[Property]] = {}
    for prop in PROPERTIES:
        for family in told.values():
            if not isinstance(prop.node, Kind) and family[0].node == prop.node and len(prop.node) > 1:
                family.append(prop)
                break
        else:
            told[len(told)] = [prop]
    for first, *others in told.values():
        for column in _leaves(first):
            yield _row(f"`{column.path}`{_beta(column)}", _first(column.aliases), column.help, column.allowed)
        if others:
            names = ", ".join(f"`{other.root}`" for other in others)
            friendly = ", ".join(_friendly(other) for other in others)
            yield _row(f"the same four with {names}", friendly, "", "")
    yield _row("any whole object, such as `b2bDirectConnectInbound`", "", BY_PATH["b2bDirectConnectInbound"].help,
               BY_PATH["b2bDirectConnectInbound"].allowed)  # fmt: skip
    yield _row("`profile`", "", "a preset for the cells of the row that are blank", "its name")
    yield _row(LABEL_HEADERS[0], f"{LABEL_HEADERS[2]}, {LABEL_HEADERS[6]}, …", "nothing: a name for people", "any text")
    yield _row(DOMAIN_HEADERS[0], f"{DOMAIN_HEADERS[1]}, …", "nothing: compared with Entra's by `--check-names`",
               "a domain")  # fmt: skip


def options() -> Iterator[str]:
    """Every option that has a variable, with its default and the commands that take it."""
    yield from ("| option | variable | without it | what it does | commands |", "|---|---|---|---|---|")
    told: dict[tuple[str, ...], list[str]] = {}
    for command, parameter in _parameters():
        if parameter.envvar:
            key = (_flags(parameter), str(parameter.envvar), _default(parameter), str(parameter.help))
            told.setdefault(key, []).append(command)
    for (flags, variable, default, text), whose in sorted(told.items()):
        yield _row(f"`{flags}`", f"`{variable}`", default, text.replace("|", "\\|"), ", ".join(whose))


def own_options() -> Iterator[str]:
    """Every option without a variable: it belongs to one command."""
    yield from ("| command | option | without it | what it does |", "|---|---|---|---|")
    told: dict[tuple[str, ...], list[str]] = {}
    for command, parameter in _parameters():
        if not parameter.envvar:
            key = (_flags(parameter), _default(parameter), str(parameter.help))
            told.setdefault(key, []).append(command)
    for (flags, default, text), whose in sorted(told.items(), key=lambda one: (one[1][0], one[0])):
        yield _row(", ".join(whose), f"`{flags}`", default, text)


def _parameters() -> Iterator[tuple[str, typer.core.TyperOption]]:
    for name, command in sorted(commands().items()):
        for parameter in command.params:
            if isinstance(parameter, typer.core.TyperOption) and not parameter.hidden:
                yield name, parameter


def _flags(option: typer.core.TyperOption) -> str:
    names = [name for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]
    return " / ".join(names)


def _default(option: typer.core.TyperOption) -> str:
    value = option.default
    if isinstance(value, list | tuple):
        value = ",".join(str(one) for one in value)
    if value is None or value in {"", False}:
        return ""
    return f"`{getattr(value, 'value', value)}`"


def _leaves(prop: Property) -> list[Column]:
    return [BY_PATH[path] for path, _ in walk(prop.node, prop.root) if BY_PATH[path].is_leaf]


def _first(aliases: Iterable[str]) -> str:
    return next(iter(aliases), "")


def _friendly(prop: Property) -> str:
    half = next(column for column in _leaves(prop) if column.path.endswith("usersAndGroups.targets"))
    return half.aliases[0].removesuffix(" users") + " …"


def _beta(column: Column) -> str:
    return " (beta)" if column.prop.versions == BETA_ONLY else ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _between(text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", flags=re.DOTALL)
    if len(pattern.findall(text)) != 1:
        message = f"the markers of {name} are not there once"
        raise SystemExit(message)
    return pattern.sub(lambda _: f"{begin}\n{table}\n{end}", text)


Table = Callable[[], Iterator[str]]
DOCUMENTS: Mapping[str, Mapping[str, Table]] = {
    "README.md": {"columns": columns},
    "docs/options.md": {"options": options, "own options": own_options},
}

if __name__ == "__main__":
    found = stale()
    for path, text in found.items():
        print(f"{path.name} is stale" if "--check" in sys.argv else f"{path.name} written")
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    sys.exit(bool(found) and "--check" in sys.argv)

"""What a document shows, and how it is held against what happens; `follower` does what it says.

Every console, Python and TOML block is done in order, in one folder, as a reader would.

In a `console` block, each line that begins with `$ ` is a command, and the lines below it are what it prints:

- `bulkpatch …` is called in this process, in a terminal of 80 columns; `bulkpatch simulate …` is a real one, and it
  serves until the document ends;
- `make TARGET` must be a target of the Makefile; when output is shown, what its recipe calls is called;
- `git clone`, `cd`, `pip`, `pipx` and `.` (a script) are the reader's way here: nothing is run;
- `export NAME=value` sets a variable that bulkpatch reads; a value of `...` leaves it as the test has set it;
- `cat FILE` makes the file, when it is not there, of the lines below it; when it is there, they must be what is in it;
- everything else is run by `sh`, with `bulkpatch` on its path.

A command ends with 0, or with N when `# exit N` stands behind it. What is printed must be what is shown, line by line;
blank lines do not count. `…` in a line stands for anything, a line of its own for any lines. Ports, times taken and the
stamps of run folders differ from run to run and are not compared; a stamp that was shown means the same run later on,
and `<run>` is the newest. Where an answer is shown behind a question, it is typed. A command that asks and shows
nothing is answered with yes.

`<!-- fill FILE -->` before a table writes its rows into that workbook, as the reader would. A `python` block prints the
lines behind `# →`. A `toml` block is read as bulkpatch.toml. `sh` blocks are not run: `UNTESTED` says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))))
UNTESTED: Mapping[str, str] = {"az ": "it changes a tenant of Microsoft Entra"}
"""How the commands of an `sh` block begin → why no test runs them."""
LANGUAGES = frozenset({"console", "python", "toml", "json", "sh", "text"})

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$|^<!-- fill (\S+) -->\n+((?:\|[^\n]*\n)+)", flags=re.MULTILINE | re.DOTALL)
RUN = re.compile(r"\d{8}T\d{6}Z-[\w.-]*\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block, or a table to fill in (its language is `fill FILE`)."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a console block, and what the document shows below it."""

    words: str
    code: int
    shown: tuple[str, ...]
    line: int


def blocks(document: str) -> Iterator[Block]:
    """Every block of *document*, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        language = f"fill {found[3]}" if found[3] else found[1]
        yield Block(language=language, text=found[4] or found[2], line=text.count("\n", 0, found.start()) + 1)


def commands(block: Block) -> Iterator[Command]:
    """Every command of a console block."""
    lines = block.text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        first = start + 1
        while lines[first - 1].endswith("\\"):
            first += 1
        text = " ".join(line.removesuffix("\\").strip() for line in lines[start:first])[2:]
        words, _, comment = text.partition("  #")
        code = re.match(r" exit (\d+)", comment)
        shown = tuple(line.rstrip() for line in lines[first:end] if line.strip())
        yield Command(words=words.strip(), code=int(code[1]) if code else 0, shown=shown, line=block.line + start + 1)


def differs(shown: tuple[str, ...], printed: str) -> str:
    """Say where what was *printed* is not what is *shown*, or "" when it is."""
    lines = [_settled(line) for line in printed.splitlines() if line.strip()]
    expected = [_settled(line) for line in shown]
    at, anywhere = 0, False
    for number, line in enumerate(expected):
        if line.strip() == "…":
            anywhere = True
            continue
        pattern = re.compile(".*".join(re.escape(piece) for piece in line.split("…")))
        found = next((i for i in range(at, len(lines)) if pattern.fullmatch(lines[i])), None)
        if found is None or (found != at and not anywhere):
            got = lines[at] if at < len(lines) else "nothing more"
            return f"{shown[number]!r} is shown, {got!r} is printed"
        at, anywhere = found + 1, False
    return "" if anywhere or at == len(lines) else f"{lines[at]!r} is printed and not shown"


def _settled(line: str) -> str:
    line = RUN.sub("RUN", line.rstrip())
    line = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", line)
    line = re.sub(r"\b(aiohttp|msal|pandas|Python) \d+(\.\d+)+", r"\1 VERSION", line)
    return re.sub(r"\bTook [\d.]+ (s|min)\b", "Took TIME", re.sub(r"\b\d+ ms\b", "N ms", line))

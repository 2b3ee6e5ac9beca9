"""What a file holds before anybody asks what it means: texts in rows, and remarks of the reader. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkpatch.model import Severity

MOST_CELLS = 30_000_000
"""A million rows of 28 columns. One stray cell far out makes more, and would take all memory."""

_UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
_EDGES = _UNSEEN + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something the reader noticed at a row (as Excel numbers it) and column (0-based)."""

    row: int | None = None
    column: int | None = None
    value: str = ""
    what: str
    hint: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Every row of one worksheet or text file from its first row on, each as wide as it is."""

    name: str = ""
    """The worksheet; empty for a text file."""
    rows: list[tuple[str, ...]]
    remarks: tuple[Remark, ...] = ()


def bare(text: str) -> str:
    """Give *text* without what cannot be seen at its edges, and with single spaces inside."""
    return " ".join(text.strip(_EDGES).split()) if text else ""


def has_text(row: Sequence[str]) -> bool:
    """Whether a person sees anything in *row*."""
    return any(bare(cell) for cell in row)


def header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """Find the header: the first row with text; None when there is none."""
    return next((index for index, row in enumerate(rows) if has_text(row)), None)


def shown(text: str) -> str:
    """Give *text* on one line, short enough for a message."""
    line = bare(text)
    return line if len(line) <= 60 else f"{line[:59]}…"

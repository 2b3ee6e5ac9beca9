"""What a file holds before anybody asks what it means: texts in rows, and remarks of the reader. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bulkpatch.model import Severity


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

"""The file as read, and what is found about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


def column_letter(index: int) -> str:
    """Name the column at *index* (0 is A) the way Excel does: 0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something stands: `Partners!D17` in a workbook, `partners.csv:18 D` in a text file."""

    place: str
    """The worksheet's name, or the file's name for CSV."""
    worksheet: bool
    row: int | None = None
    """As Excel numbers it: the header is usually row 1."""
    column: int | None = None
    """0-based."""

    def __str__(self) -> str:
        letter = "" if self.column is None else column_letter(self.column)
        row = "" if self.row is None else str(self.row)
        if self.worksheet:
            return f"{self.place}!{letter}{row}" if letter or row else self.place
        return " ".join(part for part in (f"{self.place}:{row}" if row else self.place, letter) if part)


class Severity(StrEnum):
    """How much a problem weighs: an error keeps its row from being sent."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding about a cell, a row or the sheet: where, what, and what to write instead."""

    severity: Severity = Severity.ERROR
    address: Address
    header: str = ""
    value: str = ""
    what: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the row may not be sent."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        subject = f"{self.header}: " if self.header else ""
        return f"{self.address}: {subject}{self.what}" + (f" {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the sheet: its cells as text, as wide as the header."""

    number: int
    """The row in the file that was read, as Excel shows it."""
    cells: tuple[str, ...]
    origin: int = 0
    """The row in the first sheet of a chain of reruns; 0 when this is that sheet."""

    @property
    def first_number(self) -> int:
        """The row a person knows this tenant by: the one in the sheet they started from."""
        return self.origin or self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file as read: header and rows, all text. Rows without any text are left out."""

    file: str
    """The path as the person gave it."""
    name: str = ""
    """The worksheet; empty for CSV."""
    header_row: int = 1
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    """What the reader itself noticed, e.g. a formula that was never calculated."""
    digest: str = ""
    """SHA-256 of the file's bytes, hex."""
    columns: tuple[int, ...] = ()
    """Where each header entry stands in the file (0-based), when columns of the file were left out."""

    def address(self, row: int | None = None, column: int | None = None) -> Address:
        """Say where a row, a column or a cell of this sheet stands."""
        place = self.name or self.file.replace("\\", "/").rsplit("/", 1)[-1]
        in_file = self.columns[column] if self.columns and column is not None else column
        return Address(place=place, worksheet=bool(self.name), row=row, column=in_file)

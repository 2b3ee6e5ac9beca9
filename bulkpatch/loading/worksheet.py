"""A worksheet's XML → what calamine does not tell of it: error cells, formulas without a value, hidden, merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are parsed

from bulkpatch.loading.extent import column_number
from bulkpatch.model import column_letter

_WORTH_A_LOOK = (b'"e"', b"'e'", b"<f", b":f", b"mergeCell", b"hidden")
"""Without any of them there is nothing to find; with one of them there may be. Plain searches take no time."""
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A cell that calamine gives as blank, or as a number, and that is neither."""

    row: int
    """As Excel numbers it."""
    column: int
    """0-based."""
    text: str
    """What the person sees: the error (`#N/A`), or the formula that has no value."""
    is_formula: bool


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Area:
    """A range of merged cells; rows as Excel numbers them, columns 0-based."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        first = f"{column_letter(self.first_column)}{self.first_row}"
        return f"{first}:{column_letter(self.last_column)}{self.last_row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a worksheet's XML says beyond its values."""

    flaws: tuple[Flaw, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    merged: tuple[Area, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    """Runs of them: the first and the last, 0-based."""


def examine(open_part: Callable[[], IO[bytes]]) -> Findings:
    """Look for what calamine leaves out. Most worksheets have nothing of it, and are not parsed at all."""
    with open_part() as file:
        return _examine(file) if _is_worth_a_look(open_part) else Findings()


def _is_worth_a_look(open_part: Callable[[], IO[bytes]]) -> bool:
    before = b""
    with open_part() as file:
        while chunk := file.read(1 << 20):
            piece = before + chunk
            if not piece.startswith(b"<") or any(mark in piece for mark in _WORTH_A_LOOK):
                return True
            before = b"<" + chunk[-32:]
    return False


def _examine(file: IO[bytes]) -> Findings:
    flaws: list[Flaw] = []
    hidden: list[int] = []
    merged: list[Area] = []
    columns: list[tuple[int, int]] = []
    row = 0
    for _, element in ET.iterparse(file):  # noqa: S314 - no DTD, see check_archive
        if element.tag.endswith("}row"):
            row = int(element.get("r") or row + 1)
            flaws.extend(_flaws(element, row))
            if element.get("hidden") in {"1", "true"}:
                hidden.append(row)
            element.clear()
        elif element.tag.endswith("}mergeCell"):
            merged.append(_area(element.get("ref", "")))
        elif element.tag.endswith("}col") and element.get("hidden") in {"1", "true"}:
            columns.append((int(element.get("min") or 1) - 1, int(element.get("max") or 1) - 1))
    return Findings(
        flaws=tuple(flaws), hidden_rows=tuple(hidden), merged=tuple(sorted(merged)), hidden_columns=tuple(columns)
    )


def _flaws(row: ET.Element, number: int) -> Iterator[Flaw]:
    for index, cell in enumerate(row):
        is_error = cell.get("t") == "e"
        if not is_error and (not len(cell) or cell[0].tag.endswith("}v")):
            continue  # a plain value, as nearly all are: a formula comes before its value
        at = _REFERENCE.fullmatch(cell.get("r", ""))
        column = column_number(at.group(1)) - 1 if at else index
        parts = {part.tag.rpartition("}")[2]: part.text or "" for part in cell}
        if is_error:
            yield Flaw(row=number, column=column, text=parts.get("v") or "#ERROR!", is_formula=False)
        elif "f" in parts and not parts.get("v") and not (cell.get("t") == "str" and "v" in parts):
            # Excel marks a formula that gave "" as a string; openpyxl leaves <v/> in one that it never calculated.
            yield Flaw(row=number, column=column, text=f"={parts['f'] or '…'}", is_formula=True)


def _area(reference: str) -> Area:
    corners = [(int(row), column_number(letters) - 1) for letters, row in _REFERENCE.findall(reference)] or [(0, 0)]
    (first_row, first_column), (last_row, last_column) = corners[0], corners[-1]
    return Area(first_row=first_row, first_column=first_column, last_row=last_row, last_column=last_column)

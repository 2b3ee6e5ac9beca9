"""The workbook to mark: the original itself where openpyxl can write its kind, else a new one with the same cells."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch.errors import SheetError
from bulkpatch.form.packing import stamp
from bulkpatch.form.texts import MOST_CHARACTERS, emphasize, printable, set_text
from bulkpatch.model import Problem, Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_ORIGINALS = (".xlsx", ".xlsm")
_TEXT_FILES = (".csv", ".tsv", ".txt")
_TITLE = "Partners"
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
_WARNED: Mapping[str, str] = {
    "Data Validation extension": "drop-downs that take their list from another sheet",
    "Conditional Formatting extension": "conditional formats of newer kinds",
    "Sparkline": "sparklines",
    "Slicer": "slicers",
    "wmf": "pictures",
    "image": "pictures",
}
"""What openpyxl says that it leaves out, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A workbook that can be changed."""

    workbook: Workbook
    worksheet: Worksheet
    """The one that was read."""
    is_original: bool
    not_kept: tuple[str, ...] = ()


def open_book(source: Path, sheet: Sheet, problems: Sequence[Problem]) -> Opened:
    """Open *source* to be marked. Raises SheetError, or whatever openpyxl does, when it cannot be opened."""
    if source.suffix.lower() in _ORIGINALS:
        return _original(source, sheet)
    lost = () if source.suffix.lower() in _TEXT_FILES else (f"the formatting and the other sheets of {source.name}",)
    workbook, worksheet = _fresh(source, sheet, problems)
    return Opened(workbook=workbook, worksheet=worksheet, is_original=False, not_kept=lost)


def _original(source: Path, sheet: Sheet) -> Opened:
    import openpyxl

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        workbook = openpyxl.load_workbook(source, rich_text=True, keep_vba=source.suffix.lower() == ".xlsm")
    if sheet.name not in workbook.sheetnames:
        raise SheetError(
            f'{source} cannot be written back marked: its sheet "{sheet.name}" is of a kind that cannot be changed.',
            next_step="Open it in Excel, save it as .xlsx and mark that.",
        )
    stamp(workbook)
    said = [str(warning.message) for warning in caught]
    lost = tuple(words for sign, words in _WARNED.items() if any(sign in text for text in said))
    return Opened(workbook=workbook, worksheet=workbook[sheet.name], is_original=True, not_kept=lost)


def _fresh(source: Path, sheet: Sheet, problems: Sequence[Problem]) -> tuple[Workbook, Worksheet]:
    """The cells of *sheet* where they stand in the file, as texts; and those beyond the header, known from problems."""
    import openpyxl

    workbook = openpyxl.Workbook()
    worksheet = workbook.worksheets[0]
    worksheet.title = _NOT_IN_A_TITLE.sub("_", sheet.name)[:31].strip("'") or _TITLE
    for number, texts in ((sheet.header_row, sheet.header), *((row.number, row.cells) for row in sheet.rows)):
        for index, text in enumerate(texts):
            _write(worksheet, number, sheet.columns[index] if sheet.columns else index, text, source)
    for problem in problems:
        at = problem.address
        if at.row is not None and at.column is not None and worksheet.cell(at.row, at.column + 1).value is None:
            _write(worksheet, at.row, at.column, problem.value, source)
    _dress_header(worksheet, sheet.header_row)
    worksheet.freeze_panes = f"A{sheet.header_row + 1}"
    worksheet.page_setup.orientation = "landscape"
    _set_widths(worksheet, sheet)
    stamp(workbook)
    return workbook, worksheet


def _write(worksheet: Worksheet, row: int, column: int, text: str, source: Path) -> None:
    if text:
        whole = printable(text)
        if len(whole) > MOST_CHARACTERS:  # half a list of targets could be sent by mistake; this sentence cannot
            whole = f"({len(text):,} characters, too long for Excel: see {source.name})"
        set_text(worksheet.cell(row, column + 1), whole)


def _dress_header(worksheet: Worksheet, row: int) -> None:
    from openpyxl.cell import Cell
    from openpyxl.styles import Alignment, PatternFill

    for (cell,) in worksheet.iter_cols(min_row=row, max_row=row):
        if isinstance(cell, Cell):
            emphasize(cell, "FF1F3864", bold=True)
            cell.fill = PatternFill("solid", fgColor="FFD9E2F3")
            cell.alignment = Alignment(vertical="center", wrap_text=True)


def _set_widths(worksheet: Worksheet, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    for index, name in enumerate(sheet.header):
        longest = max((len(row.cells[index]) for row in sheet.rows[:200]), default=0)
        place = sheet.columns[index] if sheet.columns else index
        worksheet.column_dimensions[get_column_letter(place + 1)].width = min(44, max(12, longest, len(name)) + 3)

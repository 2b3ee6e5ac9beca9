"""Cells in colour with a comment each, in such a way that it can be taken off again.

A solid fill has a second colour that nobody sees: the cell's own is kept there. Comments of people stay above ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING

from bulkpatch.columns import is_tenant_header
from bulkpatch.form.texts import shortened
from bulkpatch.model import Problem, Severity, Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.styles.colors import Color
    from openpyxl.worksheet.worksheet import Worksheet

COLOURS: Mapping[Severity, str] = {Severity.ERROR: "FFF8CBC6", Severity.WARNING: "FFFFEBB0"}
"""Of bad cells; what is only a note is listed and not coloured."""

AUTHOR = "bulkpatch"
_VERDICTS = {Severity.ERROR: "bulkpatch: cannot be sent", Severity.WARNING: "bulkpatch: worth a look"}
_OURS = re.compile(rf"(?:\A|\n+)(?:{'|'.join(_VERDICTS.values())})\n")
_MOST_FINDINGS = 8
_LONGEST = 600
_WIDTH = 320


def paint(worksheet: Worksheet, sheet: Sheet, problems: Sequence[Problem]) -> int:
    """Colour the cells of *worksheet* that *problems* of *sheet* are about, with what to write; gives how many."""
    found: dict[tuple[int, int], list[Problem]] = {}
    for problem in problems:
        if problem.severity in COLOURS and problem.address.row is not None:
            found.setdefault((problem.address.row, _column(sheet, problem)), []).append(problem)
    for (row, column), about in found.items():
        cell = _cell(worksheet, row, column + 1)
        severity = Severity.ERROR if any(problem.is_error for problem in about) else Severity.WARNING
        _colour(cell, COLOURS[severity])
        _comment(cell, severity, about)
    _fit_comments(worksheet)
    return len(found)


def unpaint(workbook: Workbook) -> None:
    """Take colours and comments of an earlier marking off every cell that has them."""
    for worksheet in workbook.worksheets:
        for cell in _cells(worksheet):
            if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in COLOURS.values():
                _uncolour(cell)
            if cell.comment is not None and (ours := _OURS.search(cell.comment.text)):
                _cut_comment(cell, ours.start())
        _fit_comments(worksheet)


def _cells(worksheet: Worksheet) -> Iterator[Cell]:
    # iter_rows would make every cell up to the farthest one; a format far out would take all memory.
    from openpyxl.cell import Cell

    return (cell for cell in list(worksheet._cells.values()) if isinstance(cell, Cell))  # noqa: SLF001


def _column(sheet: Sheet, problem: Problem) -> int:
    """The column to mark, 0-based: a finding about a whole row is shown at its tenant."""
    if problem.address.column is not None:
        return problem.address.column
    tenant = next((i for i, name in enumerate(sheet.header) if is_tenant_header(name)), 0)
    return sheet.columns[tenant] if sheet.columns else tenant


def _cell(worksheet: Worksheet, row: int, column: int) -> Cell:
    from openpyxl.cell import MergedCell

    cell = worksheet.cell(row, column)
    if isinstance(cell, MergedCell):
        area = next(area for area in worksheet.merged_cells.ranges if cell.coordinate in area)
        return _cell(worksheet, area.min_row, area.min_col)
    if not cell.has_style and cell.value is None:
        _dress(worksheet, cell)
    return cell


def _dress(worksheet: Worksheet, cell: Cell) -> None:
    """Give a cell that was not in the file the format that its row or column would have shown it in."""
    row = worksheet.row_dimensions.get(cell.row)
    columns = worksheet.column_dimensions.values()
    column = next((one for one in columns if (one.min or 0) <= cell.column <= (one.max or 0)), None)
    for dimension in (row, column):
        if dimension is not None and dimension.has_style:
            cell._style = copy(dimension._style)  # type: ignore[attr-defined, union-attr] # noqa: SLF001 - the whole format
            return


def _colour(cell: Cell, colour: str) -> None:
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    own: Color = copy(cell.fill.fgColor) if cell.fill.fill_type == "solid" else Color(indexed=64)
    cell.fill = PatternFill("solid", fgColor=colour, bgColor=own)


def _uncolour(cell: Cell) -> None:
    from openpyxl.styles import PatternFill

    own = copy(cell.fill.bgColor)
    had_none = own.type == "indexed" or (own.type == "rgb" and own.rgb == "00000000")
    cell.fill = PatternFill() if had_none else PatternFill("solid", fgColor=own)


def _comment(cell: Cell, severity: Severity, problems: Sequence[Problem]) -> None:
    from openpyxl.comments import Comment

    told = [_told(problem) for problem in dict.fromkeys(problems)]
    more = (
        [f"… and {len(told) - _MOST_FINDINGS} more: see the sheet with the problems."]
        if len(told) > _MOST_FINDINGS
        else []
    )
    ours = "\n".join((_VERDICTS[severity], "\n\n".join((*told[:_MOST_FINDINGS], *more))))
    theirs = cell.comment
    text = f"{theirs.text.rstrip()}\n\n{ours}" if theirs else ours
    cell.comment = Comment(text, (theirs.author if theirs else None) or AUTHOR)


def _told(problem: Problem) -> str:
    subject = f"{problem.header}: " if problem.header and problem.header != problem.value else ""
    return shortened(f"{subject}{problem.what}" + (f"\n{problem.hint}" if problem.hint else ""), _LONGEST)


def _cut_comment(cell: Cell, end: int) -> None:
    from openpyxl.comments import Comment

    comment = cell.comment
    if comment is not None:
        cell.comment = Comment(comment.text[:end], comment.author) if end else None


def _fit_comments(worksheet: Worksheet) -> None:
    """Make every comment as large as its text: openpyxl does not know how large they were."""
    for cell in _cells(worksheet):
        if cell.comment is not None:
            lines = sum(max(1, math.ceil(len(line) / 46)) for line in cell.comment.text.split("\n"))
            cell.comment.width, cell.comment.height = _WIDTH, 18 * lines + 16

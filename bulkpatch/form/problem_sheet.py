"""The sheet that lists every problem, each with a link to its cell. Every cell is a text, nothing runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bulkpatch.form.paint import COLOURS
from bulkpatch.form.texts import emphasize, set_text, shortened
from bulkpatch.model import Address, Problem, Severity, Sheet, column_letter

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

PROBLEMS = "Problems"
HEADER = ("Severity", "Cell", "Column", "Value", "What is wrong", "What to write")

_OTHER_TITLE = "Problems (bulkpatch)"
"""When the workbook has a sheet called Problems of its own."""
_TITLE_START = "bulkpatch found "
_WIDTHS = (12, 22, 32, 36, 62, 62)
_LONGEST = 1_000
_ORDER = tuple(Severity)


def remove_problem_sheet(workbook: Workbook) -> None:
    """Take out the sheet of problems that an earlier marking added; a sheet of that name by somebody else stays."""
    for title in (PROBLEMS, _OTHER_TITLE):
        if title in workbook.sheetnames and _is_ours(workbook[title]):
            del workbook[title]


def add_problem_sheet(workbook: Workbook, title: str, sheet: Sheet, problems: Sequence[Problem], target: str) -> None:
    """Add the sheet of problems behind the others and show it first; links go to the worksheet *title*."""
    taken = {name.casefold() for name in workbook.sheetnames}
    page: Worksheet = workbook.create_sheet(PROBLEMS if PROBLEMS.casefold() not in taken else _OTHER_TITLE)
    place = sheet.file.replace("\\", "/").rsplit("/", 1)[-1]
    _write_head(page, f"{_TITLE_START}{_count(problems)} in {place}", _advice(problems, target))
    ordered = sorted(problems, key=lambda p: (_ORDER.index(p.severity), p.address.row or 0, p.address.column or 0))
    for row, problem in enumerate(ordered, start=5):
        _write_problem(page, row, problem, title)
    _lay_out(page, len(ordered))
    for worksheet in workbook.worksheets:  # sheets that stay selected together are edited together
        worksheet.sheet_view.tabSelected = worksheet is page
    workbook.active = page


def _is_ours(page: object) -> bool:
    from openpyxl.worksheet.worksheet import Worksheet

    return isinstance(page, Worksheet) and str(page["A1"].value or "").startswith(_TITLE_START)


def _count(problems: Sequence[Problem]) -> str:
    counts = {severity: sum(p.severity is severity for p in problems) for severity in Severity}
    told = [f"{count:,} {severity.value}{'s' * (count != 1)}" for severity, count in counts.items() if count]
    return " and ".join((", ".join(told[:-1]), told[-1])) if len(told) > 1 else "".join(told) or "no problem"


def _advice(problems: Sequence[Problem], target: str) -> str:
    if not problems:
        return "Every row can be sent as it is."
    return (
        "Red cells cannot be sent, yellow ones are worth a look; the comment of each says what to write. "
        f"Correct them here, save, and check again:  bulkpatch validate {target}"
    )


def _write_head(page: Worksheet, title: str, advice: str) -> None:
    from openpyxl.styles import Alignment, PatternFill

    emphasize(set_text(page.cell(1, 1), title), "FF1F3864", bold=True, size=14)
    emphasize(set_text(page.cell(2, 1), advice), "FF404040")
    for column, name in enumerate(HEADER, start=1):
        cell = set_text(page.cell(4, column), name)
        emphasize(cell, "FFFFFFFF", bold=True)
        cell.fill = PatternFill("solid", fgColor="FF1F3864")
        cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def _write_problem(page: Worksheet, row: int, problem: Problem, title: str) -> None:
    from openpyxl.styles import Alignment, PatternFill

    told = (problem.severity.value, str(problem.address), problem.header, problem.value, problem.what, problem.hint)
    cells = [set_text(page.cell(row, n), shortened(text, _LONGEST)) for n, text in enumerate(told, start=1)]
    for cell in cells:
        cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
    cells[0].fill = PatternFill("solid", fgColor=COLOURS.get(problem.severity, "FFEDEDED"))
    _link(cells[1], problem.address, title)
    lines = max(math.ceil(len(text) * 1.1 / (width - 2)) for text, width in zip(told, _WIDTHS, strict=True))
    page.row_dimensions[row].height = 15 * min(max(lines, 1), 20) + 3


def _link(cell: Cell, address: Address, title: str) -> None:
    from openpyxl.worksheet.hyperlink import Hyperlink

    letter = column_letter(address.column or 0)
    quoted = title.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{letter}{address.row or 1}")
    emphasize(cell, "FF2F5597", underline=True)


def _lay_out(page: Worksheet, problems: int) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    for index, width in enumerate(_WIDTHS):
        page.column_dimensions[column_letter(index)].width = width
    page.row_dimensions[1].height = 24
    page.row_dimensions[4].height = 20
    page.freeze_panes = "A5"
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = COLOURS[Severity.ERROR][2:]
    page.auto_filter.ref = f"A4:{column_letter(len(HEADER) - 1)}{4 + problems}"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "4:4"

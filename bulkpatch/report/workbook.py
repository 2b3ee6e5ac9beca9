"""The report as an Excel workbook: a summary, what to correct, and all rows. Every cell is text, nothing runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.columns import REPORT_COLUMNS, report_cells, report_header
from bulkpatch.report.defuse import defuse
from bulkpatch.report.fresh import fresh_file
from bulkpatch.report.summary_sheet import fill_summary

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

ALL_ROWS = "All rows"
"""The worksheet that holds every row of the report, and so is the one to rerun."""

FAILURES = "Failures"
"""The worksheet that repeats the rows that did not end well."""

MOST_ROWS = 1_048_575
"""What an Excel worksheet holds below its header."""

_MOST_CHARACTERS = 32_767
_NO_GUESSES = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS = {
    "tenantId": 38,
    "status": 12,
    "httpStatus": 11,
    "errorCode": 26,
    "errorMessage": 50,
    "attempts": 10,
    "requestId": 38,
    "clientRequestId": 38,
    "row": 7,
    "changes": 50,
    "outcomeNote": 34,
    "tenantName": 26,
}
_COLOURS = {
    Status.SUCCEEDED: ("#E2F0D9", "#375623"),
    Status.UNCHANGED: ("#EDEDED", "#404040"),
    Status.FAILED: ("#FBE0DD", "#9C1C13"),
    Status.UNKNOWN: ("#FFF2CC", "#7F6000"),
    Status.INVALID: ("#FCE4D6", "#843C0C"),
    Status.NOT_SENT: ("#DDEBF7", "#1F4E78"),
}


def write_workbook(report: Report, path: Path) -> None:
    """Write *report* as a workbook; the worksheet `All rows` can be edited and rerun like report.csv."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as scratch, fresh_file(path) as file:
        _write(report, file, scratch)


def _write(report: Report, file: BinaryIO, scratch: str) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        with xlsxwriter.Workbook(file, {**_NO_GUESSES, "tmpdir": scratch}) as book:
            book.set_properties({"title": f"bulkpatch report {report.run}"})
            styles = _styles(book)
            fill_summary(report, book.add_worksheet("Summary"), book, whole=len(report.rows) <= MOST_ROWS)
            _fill(book.add_worksheet(FAILURES), report, report.unfinished, styles)
            _fill(book.add_worksheet(ALL_ROWS), report, report.rows, styles)
    except FileCreateError as exc:
        raise exc.args[0] if isinstance(exc.args[0], OSError) else OSError(str(exc)) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Styles:
    ours: Format
    theirs: Format
    status: dict[str, Format]


def _styles(book: Workbook) -> _Styles:
    header = {"bold": True, "bottom": 1, "valign": "vcenter"}
    return _Styles(
        ours=book.add_format({**header, "bg_color": "#1F3864", "font_color": "#FFFFFF"}),
        theirs=book.add_format({**header, "bg_color": "#D9E2F3", "font_color": "#1F3864"}),
        status={
            status.value: book.add_format({"bg_color": back, "font_color": front})
            for status, (back, front) in _COLOURS.items()
        },
    )


def _fill(worksheet: Worksheet, report: Report, rows: Sequence[ReportRow], styles: _Styles) -> None:
    header = report_header(report.header)
    _set_layout(worksheet, header, _widths(header, report, rows), last=min(len(rows), MOST_ROWS))
    for column, name in enumerate(header):
        worksheet.write_string(0, column, _fit(name), styles.ours if column < len(REPORT_COLUMNS) else styles.theirs)
    for number, row in enumerate(islice(rows, MOST_ROWS), start=1):
        cells = report_cells(row, report.header)
        for column, text in enumerate(cells):
            if text:
                worksheet.write_string(number, column, _fit(text), styles.status.get(text) if column == 1 else None)


def _set_layout(worksheet: Worksheet, header: Sequence[str], widths: Sequence[int], *, last: int) -> None:
    worksheet.freeze_panes(1, 2)
    worksheet.set_row(0, 20)
    worksheet.autofilter(0, 0, last, len(header) - 1)
    worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
    worksheet.set_landscape()
    worksheet.repeat_rows(0)
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)


def _widths(header: Sequence[str], report: Report, rows: Sequence[ReportRow]) -> list[int]:
    """Wide enough for the name and for most of the first rows; constant memory means deciding before writing."""
    sample = [report_cells(row, report.header) for row in rows[:200]]
    theirs = range(len(REPORT_COLUMNS), len(header))
    return [
        *_WIDTHS.values(),
        *(min(48, max(10, *_lengths([header[i], *(cells[i] for cells in sample)]))) for i in theirs),
    ]


def _lengths(texts: Iterable[str]) -> list[int]:
    return [max(map(len, text.splitlines()), default=0) + 3 for text in texts]


def _fit(text: str) -> str:
    # Excel cuts longer texts off. Half a list of targets could be sent by a rerun; this sentence cannot.
    text = defuse(text).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _MOST_CHARACTERS else f"({len(text)} characters, too long for Excel: see report.csv)"

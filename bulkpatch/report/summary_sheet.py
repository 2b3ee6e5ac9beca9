"""The first worksheet of the report: how the run ended, what it cost, and what to do about each failure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bulkpatch.model import Json, Report, Status
from bulkpatch.report.causes import Cause, causes
from bulkpatch.report.wording import MEANING, headline, sheet_place, show_value, traffic_line, without_controls

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

COLOURS: Mapping[Status, str] = {
    Status.SUCCEEDED: "#3F9D6D",
    Status.UNCHANGED: "#B4BCC3",
    Status.FAILED: "#D64A3D",
    Status.UNKNOWN: "#E0A32E",
    Status.INVALID: "#A974CC",
    Status.NOT_SENT: "#7FABCE",
}
"""Of the bars of the chart: those of the report page."""

_COUNTS = ("Rows", "Status", "")
_CHART_WIDTH = 430
_MOST_MESSAGE = 2_000
WIDTHS = (16, 14, 44, 12, 50, 70)
"""Of the columns, in characters."""
LINE_HEIGHT = 15
"""Of one line of text, in points."""


def fill_summary(report: Report, worksheet: Worksheet, book: Workbook, *, whole: bool) -> None:
    """Write the summary; *whole* says whether the other worksheets hold every row."""
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#1F3864"}),
        "heading": book.add_format({"bold": True, "font_size": 12, "font_color": "#1F3864", "bottom": 1}),
        "name": book.add_format({"bold": True, "valign": "top", "font_color": "#404040"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "count": book.add_format({"valign": "top", "num_format": "#,##0", "align": "left"}),
    }
    worksheet.hide_gridlines(2)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    for column, width in enumerate(WIDTHS):
        worksheet.set_column(column, column, width)
    lines = list(_lines(report, whole=whole))
    for number, cells in enumerate(lines):
        if (needed := _lines_needed(cells)) > 1:  # not every program fits the height to wrapped text by itself
            worksheet.set_row(number, LINE_HEIGHT * needed)
        for column, (value, style) in enumerate(cells):
            if isinstance(value, int):
                worksheet.write_number(number, column, value, styles[style])
            elif value or style == "heading":
                worksheet.write_string(number, column, value, styles[style])
    _add_chart(report, worksheet, book, first=lines.index(_heading(*_COUNTS)) + 1)


def _add_chart(report: Report, worksheet: Worksheet, book: Workbook, *, first: int) -> None:
    """Draw the counts beside themselves, bar by bar on the line of its status; *first* is the line of the first."""
    last = first + len(MEANING) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Rows",
            "categories": [worksheet.get_name(), first, 1, last, 1],
            "values": [worksheet.get_name(), first, 0, last, 0],
            # What the cells hold, for programs that draw the chart without reading them.
            "categories_data": [status.value for status in MEANING],
            "values_data": [report.counts[status] for status in MEANING],
            "points": [{"fill": {"color": COLOURS[status]}} for status in MEANING],
            "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"color": "#404040", "size": 9}},
            "gap": 40,
        }
    )
    chart.set_title({"none": True})
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}, "layout": {"x": 0.02, "y": 0.01, "width": 0.86, "height": 0.98}})
    chart.set_y_axis({"reverse": True, "line": {"color": "#BFBFBF"},
                      "major_tick_mark": "none", "label_position": "none"})  # fmt: skip
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": _CHART_WIDTH, "height": round(LINE_HEIGHT / 0.75) * len(MEANING)})
    worksheet.insert_chart(first, 3, chart, {"object_position": 1, "description": "Rows per status, as in the table."})


_Line = list[tuple[str | int, str]]


def _lines_needed(cells: _Line) -> int:
    texts = [(str(value), width) for (value, style), width in zip(cells, WIDTHS, strict=False) if style == "text"]
    return max((math.ceil(len(text) / width) for text, width in texts), default=1)


def _lines(report: Report, *, whole: bool) -> Iterator[_Line]:
    yield [(headline(report), "title")]
    if not whole:
        yield [("Excel cannot hold all rows of this run; report.csv has them all.", "name")]
    yield []
    yield _heading(*_COUNTS)
    for status, meaning in MEANING.items():
        yield [(report.counts[status], "count"), (status.value, "name"), (meaning, "text")]
    found = causes(report)
    if found:
        yield []
        yield _heading("Rows", "Status", "Cause", "HTTP", "What to do now", "What the first was told")
        yield from map(_cause_line, found)
    yield []
    yield _heading("Run", "", "")
    for name, value in _about(report):
        yield [(name, "name"), ("", "text"), (value, "text")]


def _heading(*names: str) -> _Line:
    return [(name, "heading") for name in names]


def _cause_line(cause: Cause) -> _Line:
    rows = ", ".join(map(str, cause.rows)) + (", …" if cause.count > len(cause.rows) else "")
    what = f"{cause.code or cause.status.value} (row{'s' if cause.count > 1 else ''} {rows})"
    return [
        (cause.count, "count"),
        (cause.status.value, "name"),
        (without_controls(what), "text"),
        ("" if cause.http_status is None else cause.http_status, "count"),
        (cause.advice, "text"),
        (without_controls(cause.message)[:_MOST_MESSAGE], "text"),
    ]


def _about(report: Report) -> Iterator[tuple[str, str]]:
    yield "Run", report.run
    yield "Started", report.started
    yield "Took", traffic_line(report)
    yield "Sheet", sheet_place(report)
    yield "SHA-256", report.sheet_digest
    if report.parents:
        yield "Earlier runs", ", ".join(report.parents)
    for name, value in report.options.items():
        if _is_told(value):
            yield name, show_value(value)


def _is_told(value: Json) -> bool:
    return value not in (None, "", [], {}, ())

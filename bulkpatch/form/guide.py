"""The two sheets that explain a form, drawn.

Neither starts with a header that a sheet could have, so that nothing on them can be sent by mistake.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bulkpatch.columns import Column
from bulkpatch.form.guide_text import Line, guide_lines, target_lines

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

GUIDE = "How to fill this in"
TARGETS = "Targets"

_MARGIN = 3
"""Width of the first column, where points have their number, in characters."""
_LINE_HEIGHT = 15
_HEIGHTS = {"title": 26, "heading": 20, "names": 18, "gap": 10}
"""Of one line of text, in points."""


def fill_guide(book: Workbook, worksheet: Worksheet, columns: Sequence[tuple[str, Column]]) -> None:
    """Write how the form is filled in, and what each of its *columns* (header, column) means."""
    _draw(book, worksheet, tuple(guide_lines(columns)), widths=(36, 68, 46, 54))


def fill_targets(book: Workbook, worksheet: Worksheet) -> None:
    """Write how users, groups and applications are named."""
    _draw(book, worksheet, tuple(target_lines()), widths=(30, 52, 30, 36))


def _draw(book: Workbook, worksheet: Worksheet, lines: Sequence[Line], *, widths: Sequence[int]) -> None:
    styles = _styles(book)
    worksheet.hide_gridlines(2)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    for column, width in enumerate((_MARGIN, *widths)):
        worksheet.set_column(column, column, width)
    for number, (look, *cells) in enumerate(lines):
        worksheet.set_row(number, _height(look, cells, widths))
        _draw_line(worksheet, number, look, cells, styles, len(widths))


def _draw_line(
    worksheet: Worksheet, row: int, look: str, cells: Sequence[str], styles: dict[str, Format], width: int
) -> None:
    match look:
        case "title" | "heading":
            worksheet.write_string(row, 0, cells[0], styles[look])
        case "text" | "point":
            *number, text = cells
            worksheet.merge_range(row, 1, row, width, text, styles["text"])
            worksheet.write_string(row, 0, "".join(number), styles["number"])
        case "link":
            worksheet.write_url(row, 1, cells[0], styles["link"])
        case _:
            for column, cell in enumerate(cells, start=1):
                worksheet.write_string(row, column, cell, styles["first" if look == "row" and column == 1 else look])


def _height(look: str, cells: Sequence[str], widths: Sequence[int]) -> int:
    """Of the whole line: not every program fits it to wrapped text by itself."""
    if look in _HEIGHTS:
        return _HEIGHTS[look]
    room = [sum(widths)] * len(cells) if look in {"text", "point", "link"} else widths
    lines = max((math.ceil(len(cell) / (width - 2)) for cell, width in zip(cells, room, strict=False)), default=1)
    return _LINE_HEIGHT * max(lines, 1) + (8 if look == "text" else 4)


def _styles(book: Workbook) -> dict[str, Format]:
    navy = {"font_color": "#1F3864"}
    line = {"align": "left", "valign": "top", "indent": 1, "text_wrap": True, "bottom": 1, "bottom_color": "#D9E2F3"}
    return {
        "title": book.add_format({**navy, "bold": True, "font_size": 16, "valign": "vcenter"}),
        "heading": book.add_format({**navy, "bold": True, "font_size": 12, "valign": "vcenter"}),
        "names": book.add_format({**navy, "bold": True, "bg_color": "#D9E2F3", "valign": "vcenter", "indent": 1}),
        "first": book.add_format({**line, "bold": True}),
        "row": book.add_format(line),
        "number": book.add_format({**navy, "bold": True, "valign": "vcenter", "align": "center"}),
        "text": book.add_format({"valign": "vcenter", "text_wrap": True, "indent": 1}),
        "link": book.add_format({"font_color": "#2F5597", "underline": 1, "indent": 1}),
    }

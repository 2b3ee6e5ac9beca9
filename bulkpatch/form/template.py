"""An empty sheet to fill in: the columns asked for, drop-downs, and what each column means where it is needed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch.columns import Column
from bulkpatch.form.choice import header_line
from bulkpatch.form.guide import GUIDE, TARGETS, fill_guide, fill_targets
from bulkpatch.form.guide_text import sentence
from bulkpatch.form.place import put
from bulkpatch.model import Endpoint
from bulkpatch.schema import BETA_ONLY, Kind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

PARTNERS = "Partners"
"""The worksheet to fill in."""

ROWS = 5_000
"""How many rows below the header have drop-downs."""

CHOICES: Mapping[Kind, tuple[str, ...]] = {
    Kind.BOOLEAN: ("true", "false", "inherit"),
    Kind.ACCESS: ("allowed", "blocked", "inherit"),
}
"""What the drop-downs offer; a blank cell is always allowed."""

_TARGETS = (Kind.PRINCIPALS, Kind.APPLICATIONS)
_LAST_COLUMN = 16_383
_TEXT_FORMAT = "@"
_COMMENT_WIDTH = 300
_WIDTHS = {Kind.PRINCIPALS: 34, Kind.APPLICATIONS: 34, Kind.GUID: 38, Kind.TEXT: 28}

_TENANT_HINT = (
    "The partner's tenant id, a GUID such as 90e29127-71ad-49c7-9ce8-db3f41ea06f1, or its domain, such as contoso.com."
)
_TENANT_COMMENT = f"{_TENANT_HINT}\n\nOne row per partner. A wrong id would change another company's access."
_LABEL_COMMENT = (
    "The partner's name, for people. It is shown in the plan and in the report, and never sent. "
    "With --check-names it is compared with the name that Entra has for the tenant."
)
_HEX_PARTS = (
    "HEX2DEC(LEFT({c},8))+HEX2DEC(MID({c},10,4)&MID({c},15,4))"
    "+HEX2DEC(MID({c},20,4)&MID({c},25,6))+HEX2DEC(RIGHT({c},6))"
)
_IS_GUID = f'AND(LEN({{c}})=36,LEN(SUBSTITUTE({{c}},"-",""))=32,ISNUMBER({_HEX_PARTS}))'
_IS_DOMAIN = 'AND(ISNUMBER(FIND(".",{c},2)),ISERROR(FIND("@",{c})))'


def write_template(path: Path, columns: Sequence[Column], *, friendly: bool = True) -> None:
    """Write an .xlsx to *path* that has *columns* to fill in; *friendly* heads them with words, else with Graph paths.

    It has a sheet to fill in, one that says how, and one that shows how targets are written. Only the first is ever
    read as a sheet. Replaces what is at *path*; raises UsageError when it cannot be written.
    """
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": "Partner tenants for bulkpatch"})
        header = header_line(columns, friendly=friendly)
        _fill_partners(book, book.add_worksheet(PARTNERS), header, columns, friendly=friendly)
        fill_guide(book, book.add_worksheet(GUIDE), tuple(zip(header[2:], columns, strict=True)))
        fill_targets(book, book.add_worksheet(TARGETS))
    put(content.getvalue(), path)


def write_header(path: Path, columns: Sequence[Column], *, friendly: bool = True) -> None:
    """Write a CSV to *path* that holds the header line and nothing else; raises UsageError when it cannot."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(header_line(columns, friendly=friendly))
    put(line.getvalue().encode(), path)


def tenant_formula(cell: str) -> str:
    """The formula that is TRUE when *cell* (`A2`) looks like a GUID or a domain; Excel takes 255 characters."""
    return f"=OR({_IS_GUID},{_IS_DOMAIN})".replace("{c}", cell)


def _fill_partners(
    book: Workbook, worksheet: Worksheet, header: Sequence[str], columns: Sequence[Column], *, friendly: bool
) -> None:
    text = book.add_format({"num_format": _TEXT_FORMAT, "align": "left", "valign": "top", "indent": 1})
    widths = [
        38,
        28,
        *(_width(name, column, friendly=friendly) for name, column in zip(header[2:], columns, strict=True)),
    ]
    _lay_out(worksheet, header, widths, text)
    formats = _header_formats(book, columns)
    comments = [_TENANT_COMMENT, _LABEL_COMMENT, *map(_comment, columns)]
    for index, (name, comment) in enumerate(zip(header, comments, strict=True)):
        worksheet.write_string(0, index, name, formats[index])
        worksheet.write_comment(0, index, comment, _comment_box(comment))
    worksheet.data_validation(1, 0, ROWS, 0, _tenant_rule())
    for index, column in enumerate(columns, start=2):
        worksheet.data_validation(1, index, ROWS, index, _rule(column))


def _lay_out(worksheet: Worksheet, header: Sequence[str], widths: Sequence[float], text: Format) -> None:
    for index, width in enumerate(widths):
        worksheet.set_column(index, index, width, text)
    worksheet.set_column(len(widths), _LAST_COLUMN, None, text)
    lines = max(math.ceil((len(name) + 3) / width) for name, width in zip(header, widths, strict=True))
    worksheet.set_row(0, 15 * max(lines + 1, 2))
    worksheet.freeze_panes(1, 2)
    worksheet.ignore_errors({"number_stored_as_text": f"A1:XFD{ROWS + 1}"})
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    worksheet.set_selection(1, 0, 1, 0)
    worksheet.activate()


def _header_formats(book: Workbook, columns: Sequence[Column]) -> list[Format]:
    """Dark for which partner it is; two light tints in turn, so that the columns of one property stand together."""
    shared = {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "indent": 1,
        "num_format": _TEXT_FORMAT,
        "border": 1,
    }
    look = {**shared, "border_color": "#FFFFFF"}
    ours = book.add_format({**look, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
    tints = [book.add_format({**look, "bg_color": tint, "font_color": "#1F3864"}) for tint in ("#CFDBF0", "#E4EBF7")]
    families = [c.prop.name if c.prop.endpoint is Endpoint.PARTNER else c.prop.endpoint for c in columns]
    places = list(dict.fromkeys(families))
    return [ours, ours, *(tints[places.index(family) % 2] for family in families)]


def _width(name: str, column: Column, *, friendly: bool) -> int:
    least = _WIDTHS.get(column.node, 13) if isinstance(column.node, Kind) else 40
    return max(least, max(map(len, name.split())) + 5, math.ceil(len(name) / 2) + 4 if friendly else 0)


def _comment(column: Column) -> str:
    beta = "\n\nNeeds --api-version beta." if column.prop.versions == BETA_ONLY else ""
    return f"{sentence(column.help)}\n\nWrite {column.allowed}; inherit; or nothing.{beta}\n\n{column.path}"


def _comment_box(text: str) -> dict[str, object]:
    lines = sum(max(1, math.ceil(len(line) / 42)) for line in text.split("\n"))
    return {
        "author": "bulkpatch",
        "width": _COMMENT_WIDTH,
        "height": 18 * lines + 14,
        "font_size": 9,
        "color": "#FFFFF0",
    }


def _tenant_rule() -> dict[str, object]:
    return {
        "validate": "custom",
        "value": tenant_formula("A2"),
        "error_title": "This is no tenant id",
        "error_message": f"{_TENANT_HINT} GUIDs are written with hyphens and without braces here.",
    }


def _rule(column: Column) -> dict[str, object]:
    if isinstance(column.node, Kind) and column.node in CHOICES:
        *others, last = words = CHOICES[column.node]
        return {
            "validate": "list",
            "source": list(words),
            "error_title": "Choose from the list",
            "error_message": f"Write {', '.join(others)} or {last}, in small letters. "
            "Leave the cell blank to keep the setting as it is.",
        }
    return {"validate": "any", "input_title": "What to write", "input_message": _input_message(column)}


def _input_message(column: Column) -> str:
    if isinstance(column.node, Kind) and column.node in _TARGETS:
        return f'{column.allowed}\nSee the sheet "{TARGETS}". Blank leaves the list as it is.'
    return f"{sentence(column.allowed)} or inherit. Blank leaves it as it is."

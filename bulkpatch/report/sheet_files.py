"""Any table as a file that bulkpatch and Excel read the same: all text, header on top, nothing a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bulkpatch.report.defuse import defuse
from bulkpatch.report.fresh import fresh_file

_WIDTHS = {"tenantId": 38, "Partner": 28}


def is_writable(path: Path, text: str) -> bool:
    """Whether the file that *path* names holds *text* as it is."""
    return len(text) < 32_000 if path.suffix.lower() == ".xlsx" else defuse(text) == text and "\r" not in text


def write_sheet(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> None:
    """Write CSV or, by the name's ending, a workbook with one worksheet *title*."""
    with fresh_file(path) as file:
        if path.suffix.lower() != ".xlsx":
            lines = (",".join(map(_quoted, cells)) for cells in (header, *rows))
            file.write(("\ufeff" + "\n".join(lines) + "\n").encode())
            return
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet, text = book.add_worksheet(title), book.add_format({"num_format": "@"})
            head = book.add_format({"bold": True, "bg_color": "#DDE5EE", "bottom": 1, "num_format": "@"})
            for column, name in enumerate(header):
                sheet.set_column(column, column, _WIDTHS.get(name, min(44, max(14, len(name) + 2))), text)
                sheet.write_string(0, column, name, head)
            for number, cells in enumerate(rows, start=1):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(number, column, cell, text)
            sheet.freeze_panes(1, 1)
            sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)


def _quoted(cell: str) -> str:
    cell = defuse(cell)
    return '"' + cell.replace('"', '""') + '"' if set('",;\t\n\r') & set(cell) else cell

"""File → sheet: what kind of file it is, where its header stands, and which rows belong to it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bulkpatch.columns import normalise
from bulkpatch.errors import SheetError
from bulkpatch.load.table import Remark, Table
from bulkpatch.model import Problem, Row, Sheet, column_letter

LARGEST_FILE = 512 * 1024 * 1024
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

_EDGES = "\ufeff\u200b\u200c\u200d\u2060\u00a0 \t\r\n"
_MAGIC = {
    b"PK\x03\x04": "a workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "an old or protected Office file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "a text document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}


def load_sheet(path: str | Path, *, worksheet: str | None = None) -> Sheet:
    """Read the file at *path*, every cell as text; raises SheetError when it cannot be read exactly.

    Without *worksheet*, a workbook's only visible sheet is taken, or the only one with a tenant column.
    """
    path = Path(path)
    head = _look(path)
    kind = path.suffix.lower()
    if kind in TEXT_FILES:
        _refuse_binary(path, head)
        table = _text_table(path, worksheet)
    elif kind in WORKBOOKS:
        table = _workbook_table(path, head, worksheet)
    else:
        raise SheetError(
            f'{path} ends with "{kind}", which is no sheet.',
            next_step=f"Save it as {', '.join((*TEXT_FILES[:2], *WORKBOOKS))}.",
        )
    return _sheet(path, table)


def _look(path: Path) -> bytes:
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*") if p.suffix.lower() in (*TEXT_FILES, *WORKBOOKS))[:5]
        there = f" There {'is' if len(near) == 1 else 'are'}: {', '.join(near)}." if near else ""
        raise SheetError(f"{path} does not exist.{there}", next_step="Check the name and the folder.")
    if path.is_dir():
        raise SheetError(f"{path} is a folder.", next_step="Name a file in it; a run's folder goes to bulkpatch rerun.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8192)
    except OSError as exc:
        raise SheetError(f"{path} cannot be read: {exc.strerror}.", next_step="Check its permissions.") from exc
    if not head:
        raise SheetError(f"{path} is empty.", next_step="Save the sheet again.")
    if size > LARGEST_FILE:
        raise SheetError(f"{path} has {size >> 20} MB; {LARGEST_FILE >> 20} MB are read.", next_step="Split it.")
    return head


def _refuse_binary(path: Path, head: bytes) -> None:
    found = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")
    if not found and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = "a binary file, or UTF-16 without a byte order mark"
    if found:
        hint = "Rename it to .xlsx." if head.startswith(b"PK") else "Save the sheet as CSV (UTF-8) or as .xlsx."
        raise SheetError(f"{path} is named like a text file, but is {found}.", next_step=hint)


def _text_table(path: Path, worksheet: str | None) -> Table:
    from bulkpatch.load.text import read_text

    if worksheet is not None:
        raise SheetError(f"{path} is a text file and has no worksheets.", next_step="Leave --sheet out.")
    return read_text(path)


def _workbook_table(path: Path, head: bytes, worksheet: str | None) -> Table:
    from bulkpatch.load.workbook import read_workbook

    if not head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PK\x05\x06")):
        found = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")
        what = found or ("a text file" if b"\0" not in head else "something else")
        hint = "Rename it to .csv." if what == "a text file" else "Save it again in Excel."
        raise SheetError(f"{path} is named like a workbook, but is {what}.", next_step=hint)
    return read_workbook(path, worksheet)


def _sheet(path: Path, table: Table) -> Sheet:
    place = f"{path} ({table.name})" if table.name else str(path)
    start = next((i for i, row in enumerate(table.rows) if any(_bare(cell) for cell in row)), None)
    if start is None:
        raise SheetError(
            f"{place} has no cell with text.", next_step="Save the sheet again, or choose another --sheet."
        )
    if len(table.rows) > MOST_ROWS:
        raise SheetError(f"{place} has {len(table.rows):,} rows; Excel has {MOST_ROWS:,}.", next_step="Split it.")
    header = _header(table.rows[start], place, start + 1)
    frame = Sheet(file=str(path), name=table.name, header_row=start + 1, header=header, rows=(), digest=_digest(path))
    rows, surplus = _rows(table.rows, start + 1, len(header))
    if not rows:
        raise SheetError(f"{place} has a header and no rows below it.", next_step="Add the tenants, one per row.")
    _refuse_repeated_header(header, rows, place, start + 1)
    remarks = sorted((*table.remarks, *surplus), key=lambda r: (r.row or 0, r.column or 0))
    return replace(frame, rows=rows, problems=tuple(_problem(frame, remark) for remark in remarks))


def _header(cells: tuple[str, ...], place: str, number: int) -> tuple[str, ...]:
    names = [_bare(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise SheetError(f"{place} has {len(names):,} columns; Excel has {MOST_COLUMNS:,}.", next_step="Take some out.")
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name and (earlier := seen.setdefault(normalise(name), index)) != index:
            both = f"columns {column_letter(earlier)} and {column_letter(index)}"
            raise SheetError(
                f'{place}, row {number}: {both} are both headed "{name}".',
                next_step="Rename one of them, or take it out.",
            )
    return tuple(names)


def _rows(rows: list[tuple[str, ...]], first: int, width: int) -> tuple[tuple[Row, ...], list[Remark]]:
    kept: list[Row] = []
    surplus: list[Remark] = []
    for index in range(first, len(rows)):
        cells = rows[index]
        if not any(_bare(cell) for cell in cells):
            continue
        beyond = [column for column in range(width, len(cells)) if _bare(cells[column])]
        surplus.extend(_surplus(index + 1, column, cells[column]) for column in beyond)
        padded = cells[:width] if len(cells) >= width else (*cells, *([""] * (width - len(cells))))
        kept.append(Row(number=index + 1, cells=padded))
    return tuple(kept), surplus


def _surplus(row: int, column: int, value: str) -> Remark:
    return Remark(
        row=row, column=column, value=value, what=f'"{value}" stands beyond the last header.',
        hint="A comma too many, or a header is missing: every cell needs its column.",
    )  # fmt: skip


def _refuse_repeated_header(header: tuple[str, ...], rows: Iterable[Row], place: str, number: int) -> None:
    names = tuple(normalise(name) for name in header)
    first = {header[0].casefold(), names[0]} - {""}  # most rows are told apart by their first cell
    for row in rows:
        if row.cells[0].casefold() in first and _is_header(row, names):
            raise SheetError(
                f"{place}: rows {number} and {row.number} are the same header.",
                next_step=f"Take row {row.number} out (two lists pasted together?).",
            )


def _is_header(row: Row, names: tuple[str, ...]) -> bool:
    return tuple(normalise(cell) for cell in row.cells) == names


def _problem(sheet: Sheet, remark: Remark) -> Problem:
    inside = remark.column is not None and remark.column < len(sheet.header)
    return Problem(
        severity=remark.severity,
        address=sheet.address(remark.row, remark.column),
        header=sheet.header[remark.column] if inside and remark.column is not None else "",
        value=remark.value,
        what=remark.what,
        hint=remark.hint,
    )


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip(_EDGES)) if text else ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""File → sheet: what kind of file it is, where its header stands, and which rows belong to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bulkpatch.columns import find_column, is_tenant_header, normalise
from bulkpatch.errors import SheetError
from bulkpatch.loading.file import TEXT_FILES, read_file
from bulkpatch.loading.table import Remark, Table, bare, has_text, header_index, shown
from bulkpatch.model import Problem, Row, Sheet, column_letter

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_LOOK_BELOW = 20


def load_sheet(path: str | Path, *, worksheet: str | None = None) -> Sheet:
    """Read the file at *path*, every cell as text; raises SheetError when it cannot be read exactly.

    Without *worksheet*, a workbook's only visible sheet with text is taken, or the only one with a tenant column.
    """
    content = read_file(Path(path))
    if Path(path).suffix.lower() in TEXT_FILES:
        table = _text_table(Path(path), content, worksheet)
    else:
        from bulkpatch.loading.workbook import read_workbook

        table = read_workbook(Path(path), content, worksheet)
    digest = hashlib.sha256(content).hexdigest()
    return _sheet(str(path), table, digest)


def _text_table(path: Path, content: bytes, worksheet: str | None) -> Table:
    from bulkpatch.loading.text import read_text

    if worksheet is not None:
        raise SheetError(f"{path} is a text file and has no worksheets.", next_step="Leave --sheet out.")
    return read_text(path, content)


def _sheet(file: str, table: Table, digest: str) -> Sheet:
    place = f"{file} ({table.name})" if table.name else file
    start = header_index(table.rows)
    if start is None:
        raise SheetError(
            f"{place} has no cell with text.", next_step="Save the sheet again, or choose another --sheet."
        )
    if len(table.rows) > MOST_ROWS:
        raise SheetError(f"{place} has {len(table.rows):,} rows; Excel has {MOST_ROWS:,}.", next_step="Split it.")
    _refuse_title(table.rows, start, place)
    header = _header(table.rows[start], place, start + 1)
    frame = Sheet(file=file, name=table.name, header_row=start + 1, header=header, rows=(), digest=digest)
    rows, surplus = _rows(table.rows, start + 1, len(header))
    if not rows:
        raise SheetError(f"{place} has a header and no rows below it.", next_step="Add the tenants, one per row.")
    _refuse_repeated_header(header, rows, place, start + 1)
    _refuse_unnamed_column(header, rows, place, start + 1)
    remarks = sorted((*table.remarks, *surplus), key=lambda r: (r.row or 0, r.column or 0))
    return replace(frame, rows=rows, problems=tuple(_problem(frame, remark) for remark in remarks))


def _refuse_title(rows: Sequence[Sequence[str]], start: int, place: str) -> None:
    """Refuse a title, or groups, above the header: what follows would be read under the wrong names."""
    if any(is_tenant_header(bare(cell)) for cell in rows[start]):
        return
    for index in range(start + 1, min(start + 1 + _LOOK_BELOW, len(rows))):
        names = [bare(cell) for cell in rows[index]]
        if any(map(is_tenant_header, names)) and any(map(find_column, names)):
            above = f"rows {start + 1} to {index}" if index > start + 1 else f"row {start + 1}"
            raise SheetError(
                f"{place}: row {index + 1} looks like the header, and does not stand first.",
                next_step=f"Take {above} out: the header is the first row with text.",
            )


def _header(cells: tuple[str, ...], place: str, number: int) -> tuple[str, ...]:
    names = [bare(cell) for cell in cells]
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
        if not has_text(cells):
            continue
        beyond = [column for column in range(width, len(cells)) if bare(cells[column])]
        surplus.extend(_surplus(index + 1, column, cells[column]) for column in beyond)
        padded = cells[:width] if len(cells) >= width else (*cells, *([""] * (width - len(cells))))
        kept.append(Row(number=index + 1, cells=padded))
    return tuple(kept), surplus


def _surplus(row: int, column: int, value: str) -> Remark:
    return Remark(
        row=row, column=column, value=value, what=f'"{shown(value)}" stands beyond the last header.',
        hint="A comma too many, or a header is missing: every cell needs its column.",
    )  # fmt: skip


def _refuse_repeated_header(header: tuple[str, ...], rows: Iterable[Row], place: str, number: int) -> None:
    names = tuple(normalise(name) for name in header)
    named = next((index for index, name in enumerate(names) if name), None)
    if named is None:  # a header of dashes says nothing twice
        return
    first = {header[named].casefold(), names[named]}  # most rows are told apart by one cell
    for row in rows:
        if bare(row.cells[named]).casefold() in first and tuple(normalise(bare(cell)) for cell in row.cells) == names:
            raise SheetError(
                f"{place}: rows {number} and {row.number} are the same header.",
                next_step=f"Take row {row.number} out (two lists pasted together?).",
            )


def _refuse_unnamed_column(header: tuple[str, ...], rows: Sequence[Row], place: str, number: int) -> None:
    for column in (index for index, name in enumerate(header) if not name):
        row = next((row for row in rows if bare(row.cells[column])), None)
        if row is not None:
            letter = column_letter(column)
            raise SheetError(
                f"{place}: column {letter} has no header in row {number}, but row {row.number} has "
                f'"{shown(bare(row.cells[column]))}" in it.',
                next_step=f"Write a header into {letter}{number}, or empty the column.",
            )


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

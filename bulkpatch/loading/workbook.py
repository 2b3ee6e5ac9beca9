"""Excel → table, through pandas and calamine, then mended where calamine cannot tell a blank from something else.

calamine gives error cells (#N/A) and formulas that were never calculated as blank, and blank means "leave as it is".
So the worksheet's own XML is asked for both (see `parts` and `opendocument`).
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulkpatch.columns import find_column, is_tenant_header, normalise
from bulkpatch.errors import SheetError
from bulkpatch.loading.file import OLE
from bulkpatch.loading.opendocument import find_table
from bulkpatch.loading.parts import check_archive, check_old, find_worksheet
from bulkpatch.loading.table import Remark, Table, has_text, header_index, shown
from bulkpatch.loading.worksheet import Area, Findings, Flaw
from bulkpatch.model import Severity, column_letter

if TYPE_CHECKING:
    import pandas as pd
    from python_calamine import CalamineWorkbook

_PANIC = "PanicException"
"""What calamine, which is written in Rust, raises when a file breaks it; no Exception, and of no module."""

ALL_ROWS = "All rows"
"""The worksheet of our own report.xlsx that holds every row."""


def read_workbook(path: Path, content: bytes, worksheet: str | None) -> Table:
    """Read one worksheet of the workbook *content*; raises SheetError, whatever is wrong with the file."""
    try:
        return _read_workbook(path, content, worksheet)
    except SheetError:
        raise
    except BaseException as exc:  # zipfile, zlib, xml, calamine and pandas share no error
        if not isinstance(exc, Exception) and type(exc).__name__ != _PANIC:
            raise
        if "password" in str(exc).lower():
            raise _protected(path) from exc
        raise SheetError(
            f"{path} cannot be read as a workbook: {exc}.", next_step="Open it in Excel and save it again."
        ) from exc


def _read_workbook(path: Path, content: bytes, worksheet: str | None) -> Table:
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _protected(path)
        check_old(path, content)
        name = _choose(path, content, worksheet)
        return Table(name=name, rows=_read(content, name), remarks=(_cannot_tell_errors(path),))
    with zipfile.ZipFile(io.BytesIO(check_archive(path, content))) as archive:
        name = _choose(path, content, worksheet)
        found = find_table(archive, name) if "content.xml" in archive.namelist() else find_worksheet(archive, name)
    rows = _read(content, name)
    if found is None:
        return Table(name=name, rows=rows, remarks=(_cannot_tell_errors(path),))
    rows, formulas = _mended(rows, found.flaws)
    return Table(name=name, rows=rows, remarks=(*_hidden_and_merged(found, rows), *formulas))


def _protected(path: Path) -> SheetError:
    return SheetError(
        f"{path} is protected with a password.",
        next_step="Open it in Excel, File > Info > Protect Workbook > Encrypt with Password, empty the box, save.",
    )


def _choose(path: Path, content: bytes, worksheet: str | None) -> str:
    """The worksheet to read: the one named, the only visible one with text, or the only one with a tenant column."""
    import python_calamine as calamine

    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        _refuse_same_names(path, book.sheet_names)
        sheets = [s.name for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
        visible = [s.name for s in book.sheets_metadata
                   if s.visible == calamine.SheetVisibleEnum.Visible and s.name in sheets]  # fmt: skip
        if worksheet is not None:
            return _named(path, worksheet, sheets)
        if not visible and sheets:
            raise SheetError(f"{path} has no visible sheet.", next_step=f'Choose: --sheet "{sheets[0]}"')
        if len(visible) < 2:
            return _named(path, (visible or [""])[0], sheets)
        headers = {name: header for name in visible if (header := _header(book, name))}
    if len(headers) < 2:
        return next(iter(headers), visible[0])
    return _with_tenants(path, headers)


def _refuse_same_names(path: Path, names: list[str]) -> None:
    again = next((name for name, count in Counter(name.casefold() for name in names).items() if count > 1), "")
    if again:
        raise SheetError(f'{path} is damaged: two sheets are called "{again}".', next_step="Rename one in Excel.")


def _header(book: CalamineWorkbook, name: str) -> list[str]:
    rows = ([str(cell) for cell in row] for row in book.get_sheet_by_name(name).iter_rows())
    return next((row for row in rows if has_text(row)), [])


def _with_tenants(path: Path, headers: dict[str, list[str]]) -> str:
    exact = [name for name, header in headers.items() if any(map(is_tenant_header, header))]
    fitting = exact or [name for name, header in headers.items() if any("tenant" in normalise(cell) for cell in header)]
    if ALL_ROWS in fitting:
        return ALL_ROWS
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f'"{name}"' for name in fitting or headers)
    what = f"has several sheets with tenants: {names}" if fitting else f"has no tenant column on any sheet: {names}"
    raise SheetError(f"{path} {what}.", next_step=f'Choose: --sheet "{(fitting or list(headers))[0]}"')


def _named(path: Path, worksheet: str, sheets: list[str]) -> str:
    alike = [name for name in sheets if name == worksheet] or [
        name for name in sheets if name.strip().casefold() == worksheet.strip().casefold()
    ]
    if len(alike) == 1:
        return alike[0]
    names = ", ".join(f'"{name}"' for name in sheets) or "none"
    raise SheetError(f'{path} has no sheet "{worksheet}"; it has {names}.', next_step="Name one of them with --sheet.")


def _read(content: bytes, name: str) -> list[tuple[str, ...]]:
    import pandas as pd

    frame: pd.DataFrame = pd.read_excel(
        io.BytesIO(content),
        sheet_name=name,
        engine="calamine",
        header=None,
        dtype=object,
        keep_default_na=False,
        na_filter=False,
    )
    columns = [[_text(value) for value in frame[column].tolist()] for column in frame.columns]
    return list(zip(*columns, strict=True))


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the cell holds
    """A cell as the person saw it: TRUE, 5 rather than 5.0, ISO dates."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - not a number
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= 10**15:
        return f"{float(value):.14E}"  # Excel holds 15 digits: written out, the rest would be made up, even a tenant id
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value).replace("\r\n", "\n")


def _cannot_tell_errors(path: Path) -> Remark:
    return Remark(
        what=f"in {path.name} an error cell such as #N/A cannot be told from a blank one.",
        hint="Write the word inherit, or save the workbook as .xlsx.",
        severity=Severity.WARNING,
    )


def _mended(rows: list[tuple[str, ...]], flaws: Iterable[Flaw]) -> tuple[list[tuple[str, ...]], list[Remark]]:
    """Put into *rows* what calamine left out, and refuse formulas that have no value."""
    remarks: list[Remark] = []
    for flaw in flaws:
        while len(rows) < flaw.row:
            rows.append(())
        cells = [*rows[flaw.row - 1], *([""] * (flaw.column + 1 - len(rows[flaw.row - 1])))]
        cells[flaw.column] = flaw.text
        rows[flaw.row - 1] = tuple(cells)
        if flaw.is_formula:
            what = f"the formula {flaw.text} has no calculated value in the file."
            hint = "Open the workbook in Excel and save it, or paste the value."
            remarks.append(Remark(row=flaw.row, column=flaw.column, value=flaw.text, what=what, hint=hint))
    return rows, remarks


def _covered(merged: list[Area], rows: list[tuple[str, ...]], header: int) -> Iterator[Remark]:
    """The cells that a merge leaves blank where blank would mean something: "leave it as it is", or no tenant."""
    names = rows[header - 1] if header <= len(rows) else ()
    if sum(_size(area, len(rows), len(names)) for area in merged) > len(rows) * len(names):
        raise SheetError("The ranges of merged cells overlap.", next_step="Unmerge them in Excel, and fill each cell.")
    for area in merged:
        for row in range(max(area.first_row, header + 1), min(area.last_row, len(rows)) + 1):
            for column in range(area.first_column, min(area.last_column + 1, len(names))):
                is_first = (row, column) == (area.first_row, area.first_column)
                if not is_first and (is_tenant_header(names[column]) or find_column(names[column])):
                    what = f"is covered by the merged cells {area}, so what it says cannot be told."
                    yield Remark(row=row, column=column, what=what, hint="Unmerge them and fill each cell.",
                                 severity=Severity.ERROR)  # fmt: skip


def _size(area: Area, rows: int, columns: int) -> int:
    high = min(area.last_row, rows) - area.first_row + 1
    return max(high, 0) * max(min(area.last_column + 1, columns) - area.first_column, 0)


def _hidden_columns(found: Findings, names: tuple[str, ...]) -> Iterator[Remark]:
    for column in sorted({c for first, last in found.hidden_columns for c in range(first, min(last + 1, len(names)))}):
        if find_column(names[column]) or is_tenant_header(names[column]):
            named = f'{column_letter(column)} ("{shown(names[column])}")'
            what = f"the hidden column {named} is part of the sheet all the same."
            yield Remark(what=what, hint="Take it out if it is not meant.", severity=Severity.WARNING)


def _hidden_and_merged(found: Findings, rows: list[tuple[str, ...]]) -> Iterator[Remark]:
    header = (header_index(rows) or 0) + 1
    hidden = [row for row in found.hidden_rows if header < row <= len(rows) and has_text(rows[row - 1])]
    if hidden:
        some = ", ".join(map(str, hidden[:5])) + (", …" if len(hidden) > 5 else "")
        are = "rows are" if len(hidden) > 1 else "row is"
        what = f"{len(hidden)} hidden {are} part of the sheet all the same: {some}."
        hint = "A filter hides rows, it does not take them out: delete them if they are not meant."
        yield Remark(what=what, hint=hint, severity=Severity.WARNING)
    yield from _hidden_columns(found, rows[header - 1] if header <= len(rows) else ())
    merged = [area for area in found.merged if header < area.last_row]
    yield from _covered(merged, rows, header)
    for area in merged[:20]:
        what = f"the cells {area} are merged: all but the first read as blank."
        yield Remark(what=what, hint="Unmerge them and fill each cell.", severity=Severity.WARNING)
    if len(merged) > 20:
        what = f"{len(merged) - 20} more ranges of cells are merged: all but the first of each read as blank."
        yield Remark(what=what, hint="Unmerge them and fill each cell.", severity=Severity.WARNING)

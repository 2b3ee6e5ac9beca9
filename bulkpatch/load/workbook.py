"""Excel → table, through pandas and calamine, then mended where calamine cannot tell a blank from something else.

calamine gives error cells (#N/A) and formulas that were never calculated as blank, and blank means "leave as it is".
So for .xlsx and .xlsm the worksheet's XML is searched for both, and openpyxl, which knows them, is asked.
"""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulkpatch.columns import is_tenant_header
from bulkpatch.errors import SheetError
from bulkpatch.load.parts import WorksheetPart, check_archive, find_part
from bulkpatch.load.table import Remark, Table
from bulkpatch.model import Severity

if TYPE_CHECKING:
    import pandas as pd

ALL_ROWS = "All rows"
"""The worksheet of our own report.xlsx that holds every row."""


def read_workbook(path: Path, worksheet: str | None) -> Table:
    """Read one worksheet of a workbook; raises SheetError, whatever is wrong with the file."""
    try:
        return _read_workbook(path, worksheet)
    except SheetError:
        raise
    except Exception as exc:  # zipfile, zlib, xml, calamine and openpyxl share no error
        raise _broken(path, exc) from exc


def _read_workbook(path: Path, worksheet: str | None) -> Table:
    with path.open("rb") as file:
        zipped = file.read(2) == b"PK"
    if zipped:
        check_archive(path)
    elif _is_protected(path):
        raise _protected(path)
    name = _choose(path, worksheet)
    rows = _read(path, name)
    if path.suffix.lower() in {".xlsx", ".xlsm"} and zipped:
        rows, remarks = _mended(path, name, rows)
        return Table(name=name, rows=rows, remarks=remarks)
    return Table(name=name, rows=rows, remarks=(_cannot_tell_errors(path),))


def _is_protected(path: Path) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _protected(path: Path) -> SheetError:
    return SheetError(
        f"{path} is protected with a password.",
        next_step="Open it in Excel, File > Info > Protect Workbook > Encrypt with Password, empty the box, save.",
    )


def _broken(path: Path, exc: Exception) -> SheetError:
    if "password" in str(exc).lower():
        return _protected(path)
    return SheetError(f"{path} cannot be read as a workbook: {exc}.", next_step="Open it in Excel and save it again.")


def _choose(path: Path, worksheet: str | None) -> str:
    """The worksheet to read: the one named, the only visible one, or the only one with a tenant column."""
    import python_calamine as calamine

    with calamine.CalamineWorkbook.from_path(str(path)) as book:
        sheets = [s.name for s in book.sheets_metadata if s.typ == calamine.SheetTypeEnum.WorkSheet]
        visible = [s.name for s in book.sheets_metadata
                   if s.visible == calamine.SheetVisibleEnum.Visible and s.name in sheets]  # fmt: skip
        if worksheet is not None:
            return _named(path, worksheet, sheets)
        if len(visible) < 2:
            return _named(path, (visible or sheets or [""])[0], sheets)
        fitting = [name for name in visible if _has_tenants(book.get_sheet_by_name(name).iter_rows())]
    if len(fitting) > 1 and ALL_ROWS not in fitting:
        names = ", ".join(f'"{name}"' for name in fitting)
        raise SheetError(
            f"{path} has several sheets with tenants: {names}.", next_step=f'Choose: --sheet "{fitting[0]}"'
        )
    return ALL_ROWS if ALL_ROWS in fitting else (fitting or visible)[0]


def _named(path: Path, worksheet: str, sheets: list[str]) -> str:
    alike = [name for name in sheets if name == worksheet] or [
        name for name in sheets if name.strip().casefold() == worksheet.strip().casefold()
    ]
    if len(alike) == 1:
        return alike[0]
    names = ", ".join(f'"{name}"' for name in sheets) or "none"
    raise SheetError(f'{path} has no sheet "{worksheet}"; it has {names}.', next_step="Name one of them with --sheet.")


def _has_tenants(rows: Iterable[list[Any]]) -> bool:
    header = next((row for row in rows if any(str(cell).strip() for cell in row)), [])
    return any(is_tenant_header(str(cell)) for cell in header)


def _read(path: Path, name: str) -> list[tuple[str, ...]]:
    import pandas as pd

    frame: pd.DataFrame = pd.read_excel(
        path, sheet_name=name, engine="calamine", header=None, dtype=object, keep_default_na=False, na_filter=False
    )
    columns = [[_text(value) for value in frame[column].tolist()] for column in frame.columns]
    return list(zip(*columns, strict=True))


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the cell holds
    """A cell as the person saw it: TRUE, 5 rather than 5.0, ISO dates."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - not a number
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value).replace("\r\n", "\n").replace("_x000D_", "")


def _cannot_tell_errors(path: Path) -> Remark:
    return Remark(
        what=f"in a {path.suffix.lower()} file an error cell such as #N/A cannot be told from a blank one.",
        hint="Write the word inherit, or save the workbook as .xlsx.",
        severity=Severity.WARNING,
    )


def _mended(path: Path, name: str, rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], tuple[Remark, ...]]:
    with zipfile.ZipFile(path) as archive:
        part = find_part(archive, name)
    if part is None:
        return rows, ()
    remarks = list(_hidden_and_merged(part, len(rows)))
    if not (part.has_errors or part.has_formulas):
        return rows, tuple(remarks)
    grid = [list(row) for row in rows]
    with warnings.catch_warnings(action="ignore"):  # openpyxl remarks on what it will not keep; nothing is kept here
        remarks.extend(_mend(path, name, grid))
    return [tuple(row) for row in grid], tuple(remarks)


def _hidden_and_merged(part: WorksheetPart, height: int) -> Iterable[Remark]:
    hidden = [row for row in part.hidden_rows if row <= height]
    if hidden:
        some = ", ".join(map(str, hidden[:5])) + (", …" if len(hidden) > 5 else "")
        what = (
            f"{len(hidden)} hidden row{'s are' if len(hidden) > 1 else ' is'} part of the sheet all the same: {some}."
        )
        yield Remark(what=what, hint="Take them out if they are not meant.", severity=Severity.WARNING)
    for ref in part.merged[:20]:
        what = f"the cells {ref} are merged: all but the first read as blank."
        yield Remark(what=what, hint="Unmerge them and fill each cell.", severity=Severity.WARNING)


def _mend(path: Path, name: str, grid: list[list[str]]) -> Iterable[Remark]:
    """Put error cells into *grid* as text, and refuse formulas that have no value."""
    import openpyxl

    values = openpyxl.load_workbook(path, read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        for shown, written in zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=False):
            for cell, source in zip(shown, written, strict=False):
                remark = _mend_cell(cell, source, grid)
                if remark:
                    yield remark
    finally:
        values.close()
        formulas.close()


def _mend_cell(cell: Any, source: Any, grid: list[list[str]]) -> Remark | None:  # noqa: ANN401 - openpyxl's cells
    if cell.data_type == "e":
        _put(grid, cell.row - 1, cell.column - 1, str(cell.value))
        return None
    if source.data_type != "f" or cell.value is not None:
        return None
    formula = str(getattr(source.value, "text", source.value))
    _put(grid, source.row - 1, source.column - 1, formula)
    what = f"the formula {formula} has no calculated value in the file."
    hint = "Open the workbook in Excel and save it, or paste the value."
    return Remark(row=source.row, column=source.column - 1, value=formula, what=what, hint=hint)


def _put(grid: list[list[str]], row: int, column: int, text: str) -> None:
    while len(grid) <= row:
        grid.append([])
    grid[row].extend([""] * (column + 1 - len(grid[row])))
    grid[row][column] = text

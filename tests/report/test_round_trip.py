"""The written report through the real reader: it is a sheet like any other, and the sheet it was made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.loading import load_sheet
from bulkpatch.model import Report, ReportRow, Sheet, Status
from bulkpatch.report.columns import is_report, peel
from bulkpatch.report.tables import write_csv
from bulkpatch.report.workbook import write_workbook

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]

HEADER = ("tenantId", "Partner", "status", "row (sheet)", "=x", "Trust MFA")
WRITERS = {"report.csv": write_csv, "report.xlsx": write_workbook}


def again(report: Report, file: Path) -> Sheet:
    """Write the report and read it."""
    WRITERS[file.name](report, file)
    return load_sheet(file)


@pytest.mark.parametrize("name", WRITERS)
def test_the_sheet_comes_back_cell_by_cell(name: str, row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Formulas, quotes, newlines, leading zeros, its own status column, words that readers take for missing."""
    rows = [
        row(4, Status.FAILED, '=cmd|"/c"!A1', "'=1", "007", "N/A", "true"),
        row(6, Status.UNCHANGED, "Müller, 日本 😀", "a\nb", "-5", "null", ""),
        row(8, Status.NOT_SENT, "1e5", "@x", " spaced ", "#N/A", "inherit", origin=31),
    ]
    read = again(report(*rows, header=HEADER), tmp_path / name)

    sheet, statuses = peel(read)

    assert is_report(read.header)
    assert sheet.header == HEADER
    assert [r.cells for r in sheet.rows] == [r.row.cells for r in rows]
    assert [r.first_number for r in sheet.rows] == [4, 6, 31]
    assert list(statuses.values()) == [Status.FAILED, Status.UNCHANGED, Status.NOT_SENT]
    assert sheet.problems == ()


@pytest.mark.parametrize("name", WRITERS)
def test_a_report_of_a_report_is_the_same_report(name: str, mixed: Report, tmp_path: Path) -> None:
    """A chain of reruns neither adds columns nor loses row numbers."""
    sheet, _ = peel(again(mixed, tmp_path / name))

    assert sheet.header == mixed.header
    assert [r.first_number for r in sheet.rows] == [r.row.number for r in mixed.rows]

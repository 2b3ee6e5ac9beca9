"""The workbook, read again by two readers that did not write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from bulkpatch.model import Report, ReportRow, Row, Sheet, Status
from bulkpatch.report import workbook
from bulkpatch.report.columns import REPORT_COLUMNS, peel
from bulkpatch.report.workbook import ALL_ROWS, write_workbook

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]


def texts(path: Path, worksheet: str) -> list[list[str]]:
    """Read a worksheet the way a sheet is loaded."""
    return [list(map(str, line)) for line in CalamineWorkbook.from_path(path).get_sheet_by_name(worksheet).to_python()]


def test_the_workbook_has_a_summary_the_failures_and_all_rows(mixed: Report, tmp_path: Path) -> None:
    """Three worksheets, in the order in which they are read."""
    write_workbook(mixed, tmp_path / "report.xlsx")

    book = openpyxl.load_workbook(tmp_path / "report.xlsx")

    assert book.sheetnames == ["Summary", "Failures", "All rows"]
    assert [sheet.freeze_panes for sheet in book.worksheets] == [None, "C2", "C2"]
    assert book["All rows"].auto_filter.ref == "A1:L5"
    assert [line[1] for line in texts(tmp_path / "report.xlsx", "All rows")[1:]] == [
        "succeeded",
        "unchanged",
        "failed",
        "not_sent",
    ]
    assert [line[1] for line in texts(tmp_path / "report.xlsx", "Failures")[1:]] == ["failed", "not_sent"]


def test_the_summary_tells_what_to_do(mixed: Report, tmp_path: Path) -> None:
    """Verdict, counts, causes with advice, and which run it was."""
    write_workbook(mixed, tmp_path / "report.xlsx")

    lines = texts(tmp_path / "report.xlsx", "Summary")

    assert lines[0][0] == "2 of 4 rows are not as the sheet wants them. The run was stopped: 1 tenant failed."
    cause = next(line for line in lines if line[2] == "PartnerNotFound (row 4)")
    assert cause[1] == "failed"
    assert cause[4].startswith("Rerun with --create-missing")
    assert ["Sheet", "", "inputs/partners.csv", "", "", ""] in lines


def test_every_status_has_its_colour(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Six statuses, six backgrounds."""
    rows = [row(number, status) for number, status in enumerate(Status, start=2)]
    write_workbook(report(*rows), tmp_path / "report.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["All rows"]

    assert len({sheet.cell(row=r, column=2).fill.fgColor.rgb for r in range(2, 8)}) == 6


def test_no_cell_is_a_formula_a_link_or_a_number(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Text stays text, whatever it looks like."""
    nasty = row(2, Status.FAILED, "=1+1", "https://example.com", "007")
    write_workbook(report(nasty, header=("tenantId", "A", "B", "C")), tmp_path / "report.xlsx")

    cells = openpyxl.load_workbook(tmp_path / "report.xlsx")["All rows"][2]

    assert [cell.value for cell in cells][-3:] == ["'=1+1", "https://example.com", "007"]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "inlineStr"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_workbook_read_back_and_peeled_is_the_sheet(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Write, read, peel: nothing changes, escapes of Excel included."""
    header = ("tenantId", "Partner", "status")
    rows = [row(4, Status.FAILED, '=x "q"', "a\nb"), row(6, Status.UNCHANGED, "_x0041_ & <b>", " 日本 😀 \r\n\x1b")]
    write_workbook(report(*rows, header=header), tmp_path / "report.xlsx")
    names, *lines = texts(tmp_path / "report.xlsx", ALL_ROWS)
    read = tuple(Row(number=number, cells=tuple(line)) for number, line in enumerate(lines, start=2))

    sheet, statuses = peel(Sheet(file="report.xlsx", name=ALL_ROWS, header=tuple(names), rows=read))

    assert sheet.header == header
    assert [(r.first_number, r.cells) for r in sheet.rows] == [(r.row.number, r.row.cells) for r in rows]
    assert statuses == {2: Status.FAILED, 3: Status.UNCHANGED}


def test_a_cell_too_long_for_excel_is_never_cut(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Half a list of targets could be sent by a rerun; a sentence that says so cannot."""
    write_workbook(report(row(2, Status.FAILED, "x" * 40_000), header=("tenantId", "A")), tmp_path / "report.xlsx")

    told = texts(tmp_path / "report.xlsx", ALL_ROWS)[1][len(REPORT_COLUMNS)]

    assert told == "(40000 characters, too long for Excel: see report.csv)"


def test_rows_beyond_what_excel_holds_are_said_to_be_elsewhere(
    mixed: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The summary names the file that has them all."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    write_workbook(mixed, tmp_path / "report.xlsx")

    assert len(texts(tmp_path / "report.xlsx", ALL_ROWS)) == 4
    assert texts(tmp_path / "report.xlsx", "Summary")[1][0].startswith("Excel cannot hold all rows")


def test_a_full_disk_is_an_oserror_and_leaves_nothing(
    mixed: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer's own error class stays in this room."""

    class FullDisk(ZipFile):
        def write(self, *_: object, **__: object) -> None:
            self.fp = None
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", FullDisk)

    with pytest.raises(OSError, match="No space left") as caught:
        write_workbook(mixed, tmp_path / "report.xlsx")

    assert caught.value.strerror == "No space left on device"
    assert list(tmp_path.iterdir()) == []


def test_the_chart_draws_the_counts_beside_themselves(mixed: Report, tmp_path: Path) -> None:
    """Of the cells, so that it is right when they are; on their lines, and on no other cell."""
    write_workbook(mixed, tmp_path / "report.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["Summary"]
    (chart,) = sheet._charts  # type: ignore[attr-defined]
    series, anchor = chart.series[0], chart.anchor
    lines = range(anchor._from.row, anchor.to.row)
    assert (series.cat.strRef.f, series.val.numRef.f) == ("Summary!$B$4:$B$9", "Summary!$A$4:$A$9")
    assert [sheet.cell(row=line, column=2).value for line in range(4, 10)] == [
        "succeeded", "unchanged", "failed", "unknown", "invalid", "not_sent",
    ]  # fmt: skip
    assert list(lines) == [3, 4, 5, 6, 7, 8]
    assert not [cell.value for line in lines for cell in sheet[line + 1][anchor._from.col :] if cell.value]

"""The report as files: whole or not there, formulas defused, every row in its place."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.model import Report, ReportRow, Row, Sheet, Status
from bulkpatch.report import tables
from bulkpatch.report.columns import peel
from bulkpatch.report.tables import write_csv, write_json

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]


def test_the_csv_is_a_sheet_with_the_outcome_before_it(mixed: Report, tmp_path: Path) -> None:
    """The whole file, byte for byte."""
    write_csv(mixed, tmp_path / "report.csv")

    assert (tmp_path / "report.csv").read_bytes().decode() == (
        "tenantId,status,httpStatus,errorCode,errorMessage,attempts,requestId,clientRequestId,row,changes,outcomeNote,"
        "tenantName\n"
        "90e29127-71ad-49c7-9ce8-db3f41ea06f2,succeeded,204,,,1,r-1,c-1,2,inboundTrust.isMfaAccepted: false → true,,\n"
        "90e29127-71ad-49c7-9ce8-db3f41ea06f3,unchanged,,,,0,,,3,,already as the sheet wants it,\n"
        "90e29127-71ad-49c7-9ce8-db3f41ea06f4,failed,404,PartnerNotFound,There is no partner configuration.,0,,,4,,,\n"
        "90e29127-71ad-49c7-9ce8-db3f41ea06f5,not_sent,,,,0,,,5,,1 tenant failed,\n"
    )


def test_cells_are_quoted_and_defused_in_the_csv(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Quotes, commas, every kind of line end, and what would run."""
    nasty = row(2, Status.FAILED, 'a "b"', "a,b", "a\rb", "=1+1")
    write_csv(report(nasty, header=("tenantId", "A", "B", "C", "=D")), tmp_path / "report.csv")

    text = (tmp_path / "report.csv").read_bytes().decode()

    assert text.endswith(',"a ""b""","a,b","a\rb",\'=1+1\n')
    assert text.splitlines()[0].endswith(",A,B,C,'=D")


def test_the_csv_read_back_and_peeled_is_the_sheet(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Write, read, peel: nothing changes."""
    header = ("tenantId", "Partner", "status", "note (sheet)", "=x")
    rows = [
        row(4, Status.FAILED, '=cmd|"/c"', "line\r\nbreak", "'=1", " 日本 😀 "),
        row(6, Status.UNCHANGED, "", "\r", "\n", '"'),
    ]
    write_csv(report(*rows, header=header), tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as file:
        names, *lines = csv.reader(file)
    read = tuple(Row(number=number, cells=tuple(line)) for number, line in enumerate(lines, start=2))

    sheet, statuses = peel(Sheet(file="report.csv", header=tuple(names), rows=read))

    assert sheet.header == header
    assert [(r.first_number, r.cells) for r in sheet.rows] == [(r.row.number, r.row.cells) for r in rows]
    assert statuses == {2: Status.FAILED, 3: Status.UNCHANGED}


def test_the_json_tells_the_run_and_each_row(mixed: Report, tmp_path: Path) -> None:
    """What a script needs, by name."""
    write_json(mixed, tmp_path / "report.json")

    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))

    rows = told.pop("rows")
    assert told == {
        "run": "20261123T141500Z-partners",
        "started": "2026-11-23T14:15:00.000Z",
        "sheet": {"file": "inputs/partners.csv", "name": "", "sha256": "ab" * 32},
        "counts": {"succeeded": 1, "unchanged": 1, "failed": 1, "not_sent": 1, "unknown": 0, "invalid": 0},
        "traffic": {"reads": 4, "writes": 3, "throttled": 1, "retries": 2, "seconds": 83.2},
        "options": {},
        "stopped": "1 tenant failed.",
        "exitCode": 4,
        "parents": [],
    }
    assert rows[0] == {
        "row": 2,
        "tenantName": "",
        "tenantId": "90e29127-71ad-49c7-9ce8-db3f41ea06f2",
        "status": "succeeded",
        "httpStatus": 204,
        "error": None,
        "attempts": 1,
        "requestId": "r-1",
        "clientRequestId": "c-1",
        "created": False,
        "applied": [{"path": "inboundTrust.isMfaAccepted", "before": False, "after": True}],
        "note": "",
        "cells": {"tenantId": "90e29127-71ad-49c7-9ce8-db3f41ea06f2"},
    }
    assert rows[2]["error"] == {"code": "PartnerNotFound", "message": "There is no partner configuration."}


def test_the_json_loses_no_cell_and_no_control_character(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Columns without a name, or with the same name, are told apart; half a surrogate pair does not cost the report."""
    failed = row(2, Status.FAILED, "a", "b", "c", "\x1b=1", code="X", message="\ud83d\x1b[31m")
    write_json(report(failed, header=("tenantId", "A", "A", "", "D")), tmp_path / "report.json")

    told = json.loads((tmp_path / "report.json").read_bytes())["rows"][0]

    assert list(told["cells"].items())[1:] == [("A", "a"), ("A (2)", "b"), ("(column 4)", "c"), ("D", "\x1b=1")]
    assert told["error"]["message"] == "\ud83d\x1b[31m"


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_run_without_rows_still_has_its_files(
    write: Callable[[Report, Path], None], report: ReportOf, tmp_path: Path
) -> None:
    """A header alone is a table, and an empty list is JSON."""
    write(report(), tmp_path / "out")

    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert text.startswith("tenantId,status,") if write is write_csv else json.loads(text)["rows"] == []


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_failure_in_the_middle_leaves_the_earlier_report_alone(
    write: Callable[[Report, Path], None], mixed: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a report is never there, and neither is a temporary file."""
    path = tmp_path / "report"
    path.write_text("earlier", encoding="utf-8")

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "_csv_line" if write is write_csv else "_json_row", full)

    with pytest.raises(OSError, match="No space left"):
        write(mixed, path)

    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]

"""`bulkpatch validate --mark`: what is said, what is written, and what is left alone."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from .conftest import Said, Served, mfa_sheet, only_run, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def bad_sheet() -> Path:
    """A CSV with one good row and one bad one."""
    return write_sheet("partners.csv", "tenantId,Trust MFA", f"{tenant(0)},yes", f"{tenant(1)},maybe")


def bad_workbook(path: str = "partners.xlsx") -> Path:
    """The same as a workbook."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "List"
    for row in (["tenantId", "Trust MFA"], [tenant(0), "yes"], [tenant(1), "maybe"]):
        page.append(row)
    book.save(path)
    return Path(path)


def test_the_marked_workbook_lies_beside_the_sheet(run: Run) -> None:
    """Problems go to stderr as ever, its place to stdout; the exit code is that of the sheet."""
    bad_workbook()

    plain = run("validate", "partners.xlsx")
    said = run("validate", "partners.xlsx", "--mark")

    book = openpyxl.load_workbook("partners-marked.xlsx")
    assert (plain.code, said.code) == (2, 2)
    assert said.err == plain.err
    assert "  partners-marked.xlsx\n" in said.out
    assert "Marked 1 cell;" in said.out
    assert book.sheetnames == ["List", "Problems"]
    assert book["List"]["B3"].comment.text.startswith("bulkpatch: cannot be sent")


def test_a_sound_sheet_is_0_and_comes_back_unmarked(run: Run) -> None:
    """What asks for a file gets one."""
    said = run("validate", mfa_sheet(2), "--mark")

    assert said.code == 0
    assert said.out.startswith("2 rows, 2 tenants: no errors.\nMarked 0 cells;")
    assert openpyxl.load_workbook("partners-marked.xlsx")["Problems"]["A2"].value == "Every row can be sent as it is."


def test_mark_to_chooses_the_file_and_implies_mark(run: Run) -> None:
    """In a folder of its own, with spaces."""
    Path("to do").mkdir()

    said = run("validate", bad_sheet(), "--mark-to", "to do/for ann.xlsx")

    assert said.code == 2
    assert "  to do/for ann.xlsx\n" in said.out
    assert openpyxl.load_workbook("to do/for ann.xlsx").sheetnames == ["Partners", "Problems"]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("partners.xlsx", "partners.xlsx is the original, which is never written over."),
        ("./sub/../partners.xlsx", "is the original, which is never written over."),
        ("marked.csv", "marked.csv does not end with .xlsx."),
        ("other.xlsx", "other.xlsx exists, and is not a marked workbook as bulkpatch left it"),
        ("nowhere/marked.xlsx", "Make the folder nowhere first"),
    ],
)
def test_a_place_that_will_not_do_is_2_and_nothing_is_lost(run: Run, target: str, says: str) -> None:
    """The original and files of others stay as they are."""
    Path("sub").mkdir()
    bad_workbook()
    bad_workbook("other.xlsx")
    before = {path: path.read_bytes() for path in Path().glob("*.*")}

    said = run("validate", "partners.xlsx", "--mark-to", target)

    assert said.code == 2
    assert says in said.err
    assert {path: path.read_bytes() for path in Path().glob("*.*")} == before


def test_a_second_run_writes_over_its_own_file_only_while_nobody_changed_it(run: Run) -> None:
    """Corrections made in the marked workbook are not lost."""
    sheet = bad_workbook()
    run("validate", sheet, "--mark")
    again = run("validate", sheet, "--mark")
    book = openpyxl.load_workbook("partners-marked.xlsx")
    book["List"]["B3"] = "no"
    book.save("partners-marked.xlsx")

    refused = run("validate", sheet, "--mark")
    corrected = run("validate", "partners-marked.xlsx", "--mark")

    assert (again.code, refused.code, corrected.code) == (2, 2, 0)
    assert "1 error" in refused.err
    assert "if it was corrected, validate that file" in refused.err.lower()
    assert openpyxl.load_workbook("partners-marked.xlsx")["List"]["B3"].value == "no"
    assert openpyxl.load_workbook("partners-marked-2.xlsx")["List"]["B3"].comment is None


def test_for_machines_the_marked_file_is_in_the_json(run: Run) -> None:
    """One document on stdout, whatever comes of the marking."""
    sheet = bad_sheet()

    said = run("validate", sheet, "--mark", "--json")
    bad_workbook("other.xlsx")
    failed = run("validate", sheet, "--mark-to", "other.xlsx", "--json")

    assert (said.code, failed.code) == (2, 2)
    assert said.json["marked"] == {"file": "partners-marked.xlsx", "cells": 1, "notKept": []}
    assert [problem["address"] for problem in said.json["problems"]] == ["partners.csv:3 B"]
    assert failed.json["marked"] is None
    assert "is not a marked workbook" in failed.json["error"]
    assert failed.json["problems"] == said.json["problems"]
    assert "marked" not in run("validate", sheet, "--json").json


def test_a_workbook_that_openpyxl_cannot_open_still_has_its_problems_told(run: Run) -> None:
    """Exit 2, the problems first, then why it could not be marked; and no traceback."""
    sheet = bad_workbook()
    _break_styles(sheet)

    said = run("validate", sheet, "--mark")

    assert said.code == 2
    assert said.err.index("List!B3") < said.err.index("partners.xlsx cannot be written back marked")
    assert not Path("partners-marked.xlsx").exists()


def _break_styles(path: Path) -> None:
    """Spoil a part that the reader of sheets does not need."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["docProps/core.xml"] = b"<broken"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_setting_of_the_command_line_is_marked_where_it_contradicts(run: Run) -> None:
    """--set adds a column that the file does not have; what it clashes with is in the file."""
    said = run("validate", mfa_sheet(1, value="false"), "--mark", "--set", "inboundTrust.isMfaAccepted=true")

    page = openpyxl.load_workbook("partners-marked.xlsx")["Partners"]
    assert said.code == 2
    assert "but --set says" in page["B2"].comment.text


def test_a_report_is_marked_whole(run: Run, serve: Serve) -> None:
    """Its own columns are in the marked workbook as well, and what is marked stands in the right column."""
    graph = serve(1)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    report = only_run() / "report.csv"
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace(",true\n", ",perhaps\n").replace(",true\r\n", ",perhaps\r\n"), encoding="utf-8")

    said = run("validate", report, "--mark")

    page = openpyxl.load_workbook(only_run() / "report-marked.xlsx")["Partners"]
    header = [cell.value for cell in page[1]]
    commented = {cell.coordinate for row in page.iter_rows() for cell in row if cell.comment}
    assert said.code == 2
    assert {"tenantId", "status", "Trust MFA"} <= set(header)
    assert {str(page[name].value) for name in commented} == {"perhaps"}

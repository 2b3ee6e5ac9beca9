"""What calamine gives as blank, and is not, is never taken for "leave as it is"."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from bulkpatch.loading import load_sheet, parts, workbook
from bulkpatch.model import Severity, Sheet

PART = "xl/worksheets/sheet1.xml"
Edit = Callable[[bytes], bytes]


def told(sheet: Sheet) -> list[tuple[str, Severity]]:
    """Where the problems are, and how much they weigh."""
    return [(str(problem.address), problem.severity) for problem in sheet.problems]


def written(path: Path) -> Path:
    """Error cells and calculated formulas as Excel writes them: what gave "" is marked as a string."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Partners")
    for column, name in enumerate(["tenantId", "a", "b"]):
        sheet.write(0, column, name)
    for row in range(1, 4):
        sheet.write(row, 0, f"t{row}")
    sheet.write_formula(1, 1, '=IF(1,"","")', None, "")
    sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    sheet.write_formula(2, 1, "=1=1", None, True)
    sheet.write_formula(2, 2, "=A1/0", None, "#DIV/0!")
    sheet.write_string(3, 2, "_x000D_")
    book.close()
    return edited(path, lambda xml: xml.replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>'), PART)


def edited(path: Path, edit: Edit, part: str = "") -> Path:
    """The same workbook with its XML changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, edit(content) if part in ("", name) else content)
    return path


def prefixed(xml: bytes) -> bytes:
    """As the Open XML SDK writes it: <x:row> for <row>."""
    return re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", xml).replace(b"xmlns=", b"xmlns:x=")


EDITS: dict[str, tuple[Edit, str]] = {
    "as it is": (lambda xml: xml, PART),
    "a wrong dimension": (lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml), PART),
    "single quotes": (lambda xml: xml.replace(b't="e"', b"t='e'"), PART),
    "single quotes and no formula": (
        lambda xml: re.sub(rb"<f>[^<]*</f>", b"", xml).replace(b't="e"', b"t='e'"),
        PART,
    ),
    "prefixes": (prefixed, PART),
    "the strict format": (
        lambda xml: xml.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_error_cell_is_its_text_whatever_wrote_the_file(tmp_path: Path, name: str) -> None:
    """And a formula that gave "" is blank, as the person sees it."""
    sheet = load_sheet(edited(written(tmp_path / "s.xlsx"), *EDITS[name]))

    assert [row.cells[1:] for row in sheet.rows] == [("", "#N/A"), ("TRUE", "#DIV/0!"), ("", "_x000D_")]
    assert told(sheet) == []


@pytest.mark.parametrize("ending", ["xlsx", "xlsm", "xls", "ods"])
def test_the_content_counts_and_not_the_ending(tmp_path: Path, ending: str) -> None:
    """A renamed workbook loses no error cell."""
    path = written(tmp_path / "s.xlsx").rename(tmp_path / f"s.{ending}")

    assert load_sheet(path).rows[0].cells == ("t1", "", "#N/A")


def test_a_worksheet_that_cannot_be_examined_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be told is told: its error cells read as blank."""
    monkeypatch.setattr(workbook, "find_worksheet", lambda *_: None)

    sheet = load_sheet(written(tmp_path / "s.xlsx"))

    assert told(sheet) == [("Partners", Severity.WARNING)]
    assert "cannot be told from a blank one" in sheet.problems[0].what


def test_a_worksheet_where_no_program_puts_it_is_not_found(tmp_path: Path) -> None:
    """And that is not taken for a worksheet without flaws."""
    with zipfile.ZipFile(written(tmp_path / "s.xlsx")) as archive:
        assert parts.find_worksheet(archive, "Partners") is not None
        assert parts.find_worksheet(archive, "Another") is None


def test_a_formula_without_a_value_is_an_error_at_its_address(tmp_path: Path) -> None:
    """Also between others that are plain; its text stands in the cell, so that it is not taken for blank."""
    book = openpyxl.Workbook()
    for row in (["tenantId", "a"], ["x", "=1=1"], ["y", "yes"], ["z", "=A2"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "s.xlsx")

    sheet = load_sheet(tmp_path / "s.xlsx")

    assert [row.cells[1] for row in sheet.rows] == ["=1=1", "yes", "=A2"]
    assert told(sheet) == [("Sheet!B2", Severity.ERROR), ("Sheet!B4", Severity.ERROR)]
    assert "paste the value" in sheet.problems[0].hint


def test_hidden_rows_are_counted_without_blank_ones(tmp_path: Path) -> None:
    """They are read all the same."""
    book = openpyxl.Workbook()
    made = book.worksheets[0]
    for row in (["tenantId"], ["x"], [""], ["y"], ["z"]):
        made.append(row)
    for number in (2, 3, 5, 9):
        made.row_dimensions[number].hidden = True
    book.save(tmp_path / "s.xlsx")

    sheet = load_sheet(tmp_path / "s.xlsx")

    assert [row.number for row in sheet.rows] == [2, 4, 5]
    assert told(sheet) == [("Sheet", Severity.WARNING)]
    assert sheet.problems[0].what.startswith("2 hidden rows are part of the sheet all the same: 2, 5.")


def test_merged_cells_are_pointed_out_when_they_cover_rows(tmp_path: Path) -> None:
    """Not those above the list; and of many, how many more there are."""
    book = openpyxl.Workbook()
    made = book.worksheets[0]
    made.append(["tenantId", "a"])
    for number in range(2, 50):
        made.append([f"t{number}", "x" if number % 2 == 0 else None])
    for number in range(2, 50, 2):
        made.merge_cells(f"B{number}:B{number + 1}")
    made.merge_cells("C1:D1")
    book.save(tmp_path / "s.xlsx")

    whats = [problem.what for problem in load_sheet(tmp_path / "s.xlsx").problems]

    assert whats[0] == "the cells B2:B3 are merged: all but the first read as blank."
    assert whats[-1].startswith("4 more ranges")
    assert not [what for what in whats if "C1" in what]


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
)


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    """A cell of an .ods."""
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_error_cells_of_an_ods_are_their_text_and_not_zero(tmp_path: Path) -> None:
    """Calamine gives 0 for one of them, which would switch a setting off."""
    error = 'calcext:value-type="error"'
    rows = [
        cell("tenantId") + cell("a"),
        cell("t1")
        + cell("#N/A", f'table:formula="of:=NA()" office:value-type="string" office:string-value="" {error}'),
        cell("t2") + cell("#REF!", f'table:formula="of:=#REF!" office:value-type="float" office:value="0" {error}'),
        cell("t3") + '<table:table-cell table:formula="of:=1+1"/>',
        cell("t4") + cell("TRUE", 'office:value-type="boolean" office:boolean-value="true"'),
    ]
    lines = [f"<table:table-row>{row}</table:table-row>" for row in rows]
    lines[4] = lines[4].replace("<table:table-row>", '<table:table-row table:visibility="filter">')
    with zipfile.ZipFile(tmp_path / "s.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        table = f'<table:table table:name="S">{"".join(lines)}</table:table>'
        archive.writestr("content.xml", ODS.format(tables=table))
        manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)

    sheet = load_sheet(tmp_path / "s.ods")

    assert [row.cells[1] for row in sheet.rows] == ["#N/A", "#REF!", "=1+1", "TRUE"]
    assert told(sheet) == [("S", Severity.WARNING), ("S!B4", Severity.ERROR)]
    assert "1 hidden row is" in sheet.problems[0].what

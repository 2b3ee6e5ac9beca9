"""Sheets that other tools misread: each cell arrives as text, exactly where it stands."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkpatch.errors import SheetError
from bulkpatch.loading import load_sheet
from bulkpatch.model import Severity, Sheet

T, U = "90e29127-71ad-49c7-9ce8-db3f41ea06f1", "90e29127-71ad-49c7-9ce8-db3f41ea06f2"


def read(tmp_path: Path, content: str | bytes, name: str = "s.csv") -> Sheet:
    """Write a file and load it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_sheet(path)


def cells(sheet: Sheet) -> list[tuple[str, ...]]:
    """What stands in each row."""
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_found(
    tmp_path: Path, encoding: str, delimiter: str, newline: str
) -> None:
    """Whatever program wrote the file."""
    lines = [delimiter.join(line) for line in (["tenantId", "Name", "Trust MFA"], [T, "Müller", "yes"])]

    sheet = read(tmp_path, newline.join([*lines, ""]).encode(encoding))

    assert sheet.header == ("tenantId", "Name", "Trust MFA")
    assert cells(sheet) == [(T, "Müller", "yes")]


def test_cp1252_is_noted(tmp_path: Path) -> None:
    """A guess is said to be one."""
    sheet = read(tmp_path, "tenantId,Name\nx,Müller\n".encode("cp1252"))

    assert [problem.severity for problem in sheet.problems] == [Severity.NOTE]


def test_a_trailing_comma_is_no_shift(tmp_path: Path) -> None:
    """Excel's surplus commas are dropped, and every cell stays under its header."""
    sheet = read(tmp_path, f"tenantId,Trust MFA,\n{T},yes,\n{U},no,,\n")

    assert sheet.header == ("tenantId", "Trust MFA")
    assert cells(sheet) == [(T, "yes"), (U, "no")]


def test_a_surplus_cell_is_an_error_not_a_shift(tmp_path: Path) -> None:
    """At its own address."""
    sheet = read(tmp_path, f"tenantId,Trust MFA\n{T},yes,no\n{U},no\n")

    assert [(str(p.address), p.severity) for p in sheet.problems] == [("s.csv:2 C", Severity.ERROR)]
    assert cells(sheet) == [(T, "yes"), (U, "no")]


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "None", "nan", "#N/A", "007", "1e5", "TRUE", " x "])
def test_nothing_is_guessed_of_a_cell(tmp_path: Path, word: str) -> None:
    """Words that pandas takes for missing, numbers that lose their zeros."""
    assert cells(read(tmp_path, f"tenantId,Name\n{T},{word}\n")) == [(T, word)]


def test_rows_have_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    """Blank lines count, a quoted line break does not, and Excel hides its own sep line."""
    plain = read(tmp_path, f'\n\ntenantId,Name\n\n{T},"a\nb"\n,\n{U},c\n')
    told = read(tmp_path, f"sep=;\r\ntenantId;Name\r\n{T};a\r\n")

    assert plain.header_row == 3
    assert [row.number for row in plain.rows] == [5, 7]
    assert cells(plain)[0] == (T, "a\nb")
    assert [row.number for row in told.rows] == [2]


def test_short_rows_are_padded(tmp_path: Path) -> None:
    """With blanks, which are never sent."""
    assert cells(read(tmp_path, f"tenantId,Name,Trust MFA\n{T}\n")) == [(T, "", "")]


def book(tmp_path: Path, rows: list[list[object]], **more: list[list[object]]) -> Path:
    """A workbook whose sheet `Partners` has *rows*."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Partners"
    for row in rows:
        sheet.append(row)
    for name, others in more.items():
        for row in others:
            (made[name] if name in made.sheetnames else made.create_sheet(name)).append(row)
    path = tmp_path / "s.xlsx"
    made.save(path)
    return path


def test_excel_cells_arrive_as_the_person_saw_them(tmp_path: Path) -> None:
    """Booleans, whole numbers, fractions."""
    path = book(
        tmp_path,
        [
            ["tenantId", "a", "b", "c", "d"],
            [T, True, False, 5, 0.5],
            [None, None, None, None, None],
            [U, 1, "1", "=", 0],
        ],
    )

    sheet = load_sheet(path)

    assert sheet.name == "Partners"
    assert cells(sheet)[0] == (T, "TRUE", "FALSE", "5", "0.5")
    assert [row.number for row in sheet.rows] == [2, 4]
    assert str(sheet.address(2, 1)) == "Partners!B2"


def test_an_error_cell_is_not_blank(tmp_path: Path) -> None:
    """#N/A asks to inherit and #REF! is a mistake; neither means: leave as it is."""
    path = book(tmp_path, [["tenantId", "a"], [T, "#N/A"], [U, "#REF!"]])
    made = openpyxl.load_workbook(path)
    made["Partners"]["B2"].data_type = made["Partners"]["B3"].data_type = "e"
    made.save(path)

    assert [row.cells[1] for row in load_sheet(path).rows] == ["#N/A", "#REF!"]


def test_a_formula_that_was_never_calculated_is_an_error(tmp_path: Path) -> None:
    """It would read as blank, and its setting would silently not be sent."""
    sheet = load_sheet(book(tmp_path, [["tenantId", "a"], [T, "=1=1"]]))

    assert [(str(p.address), p.severity) for p in sheet.problems] == [("Partners!B2", Severity.ERROR)]
    assert "has no calculated value" in sheet.problems[0].what


def test_hidden_rows_and_merged_cells_are_pointed_out(tmp_path: Path) -> None:
    """They are part of the sheet all the same."""
    path = book(tmp_path, [["tenantId", "a"], [T, "x"], [U, None]])
    made = openpyxl.load_workbook(path)
    made["Partners"].row_dimensions[3].hidden = True
    made["Partners"].merge_cells("B2:B3")
    made.save(path)

    sheet = load_sheet(path)

    assert len(sheet.rows) == 2
    assert sorted(p.what.split(":")[0] for p in sheet.problems) == [
        "1 hidden row is part of the sheet all the same",
        "the cells B2",
    ]


def test_the_worksheet_with_tenants_is_taken(tmp_path: Path) -> None:
    """Notes beside it do no harm; two lists need a choice."""
    one = book(tmp_path, [["tenantId", "a"], [T, "x"]], Notes=[["Read me"]])
    assert load_sheet(one).name == "Partners"

    two = book(tmp_path, [["tenantId", "a"], [T, "x"]], More=[["Tenant ID"], [U]])
    with pytest.raises(SheetError, match='several sheets with tenants: "Partners", "More"'):
        load_sheet(two)
    assert load_sheet(two, worksheet="more").name == "More"


def test_the_digest_is_of_the_files_bytes(tmp_path: Path) -> None:
    """So that a plan can be bound to its sheet."""
    first, second = read(tmp_path, "tenantId\nx\n"), read(tmp_path, "tenantId\ny\n")

    assert first.digest != second.digest
    assert len(first.digest) == 64


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff"), max_size=12)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_is_read_back_cell_by_cell(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Whatever stands in the cells."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([["tenantId", "b", "c"], *rows])
    kept = [
        tuple(row) for row in rows if any(cell.strip("\u200b\u200c\u200d\u2060\u00a0 \t\r\n").strip() for cell in row)
    ]
    if not kept:
        return

    sheet = read(tmp_path, out.getvalue().encode(encoding))

    assert cells(sheet) == kept


def test_a_header_of_dashes_is_no_tenant_column(tmp_path: Path) -> None:
    """It was found by fuzzing: there is nothing in it to be repeated."""
    sheet = read(tmp_path, f"-\n{T}\n")

    assert sheet.header == ("-",)
    assert cells(sheet) == [(T,)]

"""Text files: delimiters that are told, quotes that swallow, and lists that are long."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkpatch.loading import load_sheet
from bulkpatch.loading.table import has_text
from bulkpatch.model import Severity, Sheet


def read(tmp_path: Path, content: str, encoding: str = "utf-8") -> Sheet:
    """Write a file and load it."""
    (tmp_path / "s.csv").write_bytes(content.encode(encoding))
    return load_sheet(tmp_path / "s.csv")


@pytest.mark.parametrize("told", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\n", "\ufeffsep=;\r"])
def test_a_delimiter_that_is_told_is_obeyed_and_its_line_does_not_count(tmp_path: Path, told: str) -> None:
    """As in Excel, which hides the line."""
    sheet = read(tmp_path, f"{told}tenantId;a,b,c\nx;y\n")

    assert sheet.header == ("tenantId", "a,b,c")
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("x", "y"))]


def test_delimiters_inside_quotes_do_not_count(tmp_path: Path) -> None:
    """Nor does a line break in a quoted header."""
    sheet = read(tmp_path, '"a,b,c,d";"tenant\nId"\nx;y\n')

    assert sheet.header == ("a,b,c,d", "tenant Id")


def test_header_cells_lose_what_cannot_be_seen(tmp_path: Path) -> None:
    """And cells below lose nothing."""
    sheet = read(tmp_path, "\u00a0tenantId\u200b ,\ufeff Trust  MFA\u3000\n  x ,\u00a0y\n\u3000,\u200b\n")

    assert sheet.header == ("tenantId", "Trust MFA")
    assert [row.cells for row in sheet.rows] == [("  x ", "\u00a0y")]


def test_line_breaks_in_cells_are_line_feeds(tmp_path: Path) -> None:
    """Whatever the file has between its rows."""
    assert read(tmp_path, 'tenantId,a\r\nx,"y\r\nz"\r\n').rows[0].cells == ("x", "y\nz")


@pytest.mark.parametrize("body", ['t1,"Contoso,yes\nt2,Fabrikam",no', 't1,"Contoso,yes\nt2,b,no\nt3,c",no'])
def test_quotes_that_swallow_rows_are_pointed_out(tmp_path: Path, body: str) -> None:
    """Two stray quotes make one sound cell, and the tenants in it would be lost without a word."""
    sheet = read(tmp_path, f"tenantId,Name,a\n{body}\nt9,d,yes\n")

    assert [(str(p.address), p.severity) for p in sheet.problems] == [("s.csv:2 B", Severity.WARNING)]
    assert "look like rows of their own" in sheet.problems[0].what


def test_a_cell_of_several_lines_is_no_swallowed_row(tmp_path: Path) -> None:
    """Targets are written so."""
    sheet = read(tmp_path, 'tenantId,Name,a\nt1,n,"user:1;\nuser:2,\ngroup:3"\n')

    assert sheet.problems == ()


def test_200_000_rows_are_read(tmp_path: Path) -> None:
    """With the number of the last one."""
    lines = "".join(f"t{number},Partner,true,false,inherit,,AllUsers,yes\n" for number in range(200_000))

    sheet = read(tmp_path, f"tenantId,a,b,c,d,e,f,g\n{lines}")

    assert len(sheet.rows) == 200_000
    assert (sheet.rows[-1].number, sheet.rows[-1].cells[0]) == (200_001, "t199999")


CELL = st.text(st.sampled_from('ab,;\t"\n é\u3000'), max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_hostile_cells_keep_their_place_and_number(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, newline: str
) -> None:
    """Quotes, delimiters and line breaks in every combination that the encoding holds."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows([["tenantId", "b", "c"], *rows])
    text = out.getvalue().replace("\u3000", " ") if encoding == "cp1252" else out.getvalue()
    expected = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    kept = [(number, tuple(row)) for number, row in enumerate(expected, start=1) if number > 1 and has_text(row)]
    if not kept:
        return

    sheet = read(tmp_path, text, encoding)

    assert [(row.number, row.cells) for row in sheet.rows] == kept

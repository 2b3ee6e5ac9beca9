"""What cannot be read exactly is refused: the message says what, where, and what to do now."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from bulkpatch.errors import SheetError
from bulkpatch.loading import file, load_sheet, parts, sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(**sheets: list[list[object]]) -> bytes:
    """The bytes of a workbook with these worksheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        worksheet = book.create_sheet(name)
        for row in rows:
            worksheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    """The bytes of a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def refusal(path: Path, content: bytes | None = None, *, worksheet: str | None = None) -> tuple[str, str]:
    """Why the file is refused, and what to do, without its folder."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SheetError) as caught:
        load_sheet(path, worksheet=worksheet)
    return caught.value.what.replace(f"{path.parent}{os.sep}", ""), caught.value.next_step


PARTNERS: list[list[object]] = [["tenantId", "a"], ["x", "y"]]

FILES: dict[str, tuple[str, bytes, str, str]] = {
    "empty": ("s.csv", b"", "s.csv is empty.", "Save the sheet again."),
    "a byte order mark only": ("s.csv", b"\xef\xbb\xbf", "no cell with text", "another --sheet"),
    "header only": ("s.csv", b"tenantId,a\n,\n", "a header and no rows below it", "one per row"),
    "no ending": ("partners", b"x", "partners has no ending", ".xlsx"),
    "another ending": ("s.docx", b"x", 's.docx ends with ".docx"', ".xlsx"),
    "a PDF": ("s.csv", b"%PDF-1.7", "is a PDF", "CSV (UTF-8)"),
    "a PNG": ("s.csv", b"\x89PNG\r\n", "is a picture", "CSV (UTF-8)"),
    "a zip": ("s.csv", archive(readme=b"x"), "a workbook or another zip file", "CSV (UTF-8)"),
    "NUL bytes": ("s.csv", b"a\0b", "a binary file", "CSV (UTF-8)"),
    "NUL bytes far down": ("s.csv", b"tenantId\n" + b"x\n" * 9000 + b"\0", "NUL characters", "CSV (UTF-8)"),
    "a workbook named .csv": ("s.csv", workbook(P=PARTNERS), "is a workbook (.xlsx)", "Rename it to .xlsx"),
    "a locked workbook named .csv": (
        "s.csv",
        OLE + "EncryptedPackage".encode("utf-16-le"),
        "is a workbook (.xlsx)",
        "Rename it to .xlsx",
    ),
    "text named .xlsx": ("s.xlsx", b"tenantId\nx\n", "is a text file", "Rename it to .csv"),
    "UTF-16 text named .xls": ("s.xls", "tenantId\nx\n".encode("utf-16"), "is a text file", "Rename it to .csv"),
    "a web page named .xls": ("s.xls", b"\r\n<html><table>", "a web page or XML", "save it as .xlsx"),
    "a PDF named .xlsx": ("s.xlsx", b"%PDF-1.7", "is a PDF", "again in Excel"),
    "a corrupt zip": ("s.xlsx", b"PK\x03\x04 and no more", "s.xlsx is damaged", "Open it in Excel"),
    "a zip that is no workbook": ("s.xlsx", archive(readme=b"x"), "cannot be read as a workbook", "Open it in Excel"),
    "a password": (
        "s.xlsx",
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
        "Encrypt with Password",
    ),
    "one header twice": (
        "s.csv",
        b"tenantId,Trust MFA, trust  mfa \nx,y,z\n",
        "row 1: columns B and C are both headed",
        "Rename one of them",
    ),
    "the header again": ("s.csv", b"tenantId,a\ntenantId,A\nx,y\n", "rows 1 and 2 are the same header", "row 2 out"),
    "the header again further down": (
        "s.csv",
        b"tenantId,a\nx,y\n\n\xef\xbb\xbftenantId,a\nz,y\n",
        "rows 1 and 4 are the same header",
        "two lists pasted together?",
    ),
    "the header again after a blank column": (
        "s.csv",
        b",tenantId,a\n,x,y\n,tenantId,a\n",
        "rows 1 and 3 are the same header",
        "row 3 out",
    ),
    "text without a header": (
        "s.csv",
        b"tenantId,,a\nx,,y\nx,z,y\n",
        'column B has no header in row 1, but row 3 has "z" in it',
        "Write a header into B1",
    ),
    "an open quote": ("s.csv", b'tenantId,a\nx,y\n"z,y\nw,y\n', "row 3 has a quotation mark", "Close it"),
    "an open quote in a long file": (
        "s.csv",
        b'tenantId,a\n"x,y\n' + b"x,y\n" * 40_000,
        "row 2 has a cell of more than 131,072 characters",
        "a quotation mark that is not closed",
    ),
    "a column too many for Excel": (
        "s.csv",
        ",".join(f"c{i}" for i in range(16_385)).encode() + b"\nx\n",
        "16,385 columns; Excel has 16,384",
        "Take some out",
    ),
    "bytes that are no text": ("s.csv", b"tenantId\n\x81\n", "neither UTF-8, UTF-16 nor Windows-1252", "CSV (UTF-8)"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_sheet_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """Each with what it is and what to do."""
    file_name, content, what, next_step = FILES[name]

    told, hint = refusal(tmp_path / file_name, content)

    assert what in told
    assert next_step in hint
    assert told.startswith(file_name)


def test_a_place_without_a_file_is_refused(tmp_path: Path) -> None:
    """Nothing there, a folder, a name that no file can have."""
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "partners.csv").write_text("x")

    assert "There are: folder.csv, partners.csv." in refusal(tmp_path / "partner.csv")[0]
    assert refusal(tmp_path / "folder.csv")[0] == "folder.csv is a folder."
    assert "cannot be read" in refusal(tmp_path / ("x" * 300 + ".csv"))[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """Reading it would never end."""
    os.mkfifo(tmp_path / "s.csv")

    assert refusal(tmp_path / "s.csv")[0] == "s.csv is a pipe or a device."


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for an administrator, whom the system would let read it here."""

    def denied(_: Path, _mode: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "s.csv").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", denied)

    assert refusal(tmp_path / "s.csv") == ("s.csv cannot be read: Permission denied.", "Check its permissions.")


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of its rows would be missing."""
    monkeypatch.setattr(os, "fstat", lambda _: SimpleNamespace(st_size=100))

    assert refusal(tmp_path / "s.csv", b"tenantId,a\nx,y\n")[0] == "s.csv changed while it was read."


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
def test_a_device_is_refused_also_behind_a_link(tmp_path: Path) -> None:
    """Reading it would never end; a link to a sheet is the sheet."""
    (tmp_path / "endless.csv").symlink_to("/dev/zero")
    (tmp_path / "sheet.csv").write_text("tenantId,a\nx,y\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "sheet.csv")

    assert refusal(tmp_path / "endless.csv")[0] == "endless.csv is a pipe or a device."
    assert len(load_sheet(tmp_path / "link.csv").rows) == 1


@pytest.mark.parametrize(
    ("place", "limit", "what"),
    [(file, "LARGEST_FILE", "MB are read"), (sheet, "MOST_ROWS", "s.csv has 3 rows; Excel has 2")],
    ids=["bytes", "rows"],
)
def test_what_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object, limit: str, what: str
) -> None:
    """With the limit."""
    monkeypatch.setattr(place, limit, 2)

    assert what in refusal(tmp_path / "s.csv", b"tenantId\nx\ny\n")[0]


def test_one_very_wide_row_is_refused_before_it_takes_all_memory(tmp_path: Path) -> None:
    """Every row would be made as wide."""
    content = b"tenantId,a\n" + b"x,y\n" * 3000 + b"x,y" + b"," * 16_000

    told, _ = refusal(tmp_path / "s.csv", content)

    assert "a row has 16,002 cells, which makes 48,038,004 for 3,002 rows" in told


def test_a_stray_cell_far_out_is_refused_before_it_takes_all_memory(tmp_path: Path) -> None:
    """Calamine would make a cell for each between it and the list."""
    made = openpyxl.Workbook()
    for row in PARTNERS:
        made.worksheets[0].append(row)
    made.worksheets[0].cell(row=1_048_576, column=16_384, value="x")
    made.save(tmp_path / "s.xlsx")

    told, hint = refusal(tmp_path / "s.xlsx")

    assert "reaches to XFD1048576" in told
    assert "Copy the rows and columns" in hint


def test_a_part_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its declared size, before it is unpacked."""
    monkeypatch.setattr(parts, "LARGEST_UNPACKED", 1000)

    assert "would unpack to" in refusal(tmp_path / "s.xlsx", workbook(P=PARTNERS))[0]


@pytest.mark.parametrize(("length", "claimed"), [(1000, 10), (200_000, 70_000)])
def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path, length: int, claimed: int) -> None:
    """Its checksum tells, before calamine unpacks it."""
    content = bytearray(archive(**{"xl/media/image1.png": b"x" * length}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = claimed.to_bytes(4, "little")

    assert "is damaged: Bad CRC-32" in refusal(tmp_path / "s.xlsx", bytes(content))[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_part_are_refused(tmp_path: Path, encoding: str) -> None:
    """Nothing that Excel writes declares any."""
    xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode(encoding)

    assert "declares XML entities" in refusal(tmp_path / "s.xlsx", archive(**{"xl/workbook.xml": xml}))[0]


LISTS: dict[str, tuple[dict[str, list[list[object]]], str, str]] = {
    "two lists": ({"One": PARTNERS, "Two": PARTNERS}, 'several sheets with tenants: "One", "Two"', '--sheet "One"'),
    "no list": ({"One": [["a"], ["b"]], "Two": [["c"], ["d"]]}, 'no tenant column on any sheet: "One", "Two"', "One"),
}


@pytest.mark.parametrize("name", LISTS)
def test_which_worksheet_is_not_guessed(tmp_path: Path, name: str) -> None:
    """Those that may be meant are listed."""
    sheets, what, next_step = LISTS[name]

    told, hint = refusal(tmp_path / "s.xlsx", workbook(**sheets))

    assert what in told
    assert next_step in hint


def test_an_unknown_worksheet_names_those_that_exist(tmp_path: Path) -> None:
    """And a text file has none."""
    assert refusal(tmp_path / "s.xlsx", workbook(One=PARTNERS), worksheet="Two")[0].endswith('it has "One".')
    assert "has no worksheets" in refusal(tmp_path / "s.csv", b"tenantId\nx\n", worksheet="Two")[0]


CHOICES: dict[str, Callable[[], bytes]] = {
    "the one with text": lambda: workbook(Empty=[], Wanted=[["label"], ["x"]]),
    "the one with a tenant column": lambda: workbook(Notes=[["Read me"]], Wanted=PARTNERS),
    "the one with something like it": lambda: workbook(Notes=[["Read me"]], Wanted=[["Tenant no."], ["x"]]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_worksheet_that_can_be_meant_is_taken(tmp_path: Path, name: str) -> None:
    """Without --sheet."""
    (tmp_path / "s.xlsx").write_bytes(CHOICES[name]())

    assert load_sheet(tmp_path / "s.xlsx").name == "Wanted"

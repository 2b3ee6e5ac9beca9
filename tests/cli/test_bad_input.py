"""Bad input gets a clear message and exit 2, never a traceback."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from .conftest import Said, mfa_sheet, tenant, write_sheet

Run = Callable[..., Said]

T = tenant(0)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FILES: dict[str, tuple[str, bytes, str]] = {
    "an empty file": ("s.csv", b"", "s.csv is empty."),
    "only blank lines": ("s.csv", b"\n \n\n", "s.csv has no cell with text."),
    "a header only": ("s.csv", b"tenantId,Trust MFA\n", "s.csv has a header and no rows below it."),
    "no tenant column": ("s.csv", b"Name,Trust MFA\nx,yes\n", 'there is no tenantId column among "Name", "Trust MFA".'),
    "a misspelt tenant column": ("s.csv", b"tenatId,Trust MFA\nx,yes\n", 'Rename "tenatId" to tenantId.'),
    "the same header twice": (
        "s.csv",
        b"tenantId,Trust MFA,trust mfa\nx,y,n\n",
        's.csv, row 1: columns B and C are both headed "trust mfa".',
    ),
    "two names of one setting": (
        "s.csv",
        f"tenantId,Trust MFA,isMfaAccepted\n{T},y,n\n".encode(),
        "means inboundTrust.isMfaAccepted, which s.csv:1 B means already.",
    ),
    "two tenant columns": (
        "s.csv",
        f"tenantId,Tenant,Trust MFA\n{T},{T},yes\n".encode(),
        "two columns hold tenant ids: s.csv:1 A and s.csv:1 B.",
    ),
    "two header rows": (
        "s.csv",
        f"tenantId,Trust MFA\ntenantId,Trust MFA\n{T},yes\n".encode(),
        "s.csv: rows 1 and 2 are the same header.",
    ),
    "nothing to set": ("s.csv", f"tenantId\n{T}\n".encode(), "no column is a setting, so there is nothing to send."),
    "a password": (
        "s.xlsx",
        OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900,
        "s.xlsx is protected with a password.",
    ),
    "a broken old workbook": ("s.xls", OLE + b"\0" * 2000, "s.xls cannot be read as a workbook"),
    "a damaged workbook": ("s.xlsx", b"PK\x03\x04 and then nothing", "s.xlsx is damaged"),
    "a text named .xlsx": ("s.xlsx", b"tenantId,Trust MFA\n", "s.xlsx is named like a workbook, but is a text file."),
    "a workbook named .csv": ("s.csv", b"PK\x03\x04\x00", "s.csv is named like a text file, but is a workbook"),
    "a PDF named .csv": ("s.csv", b"%PDF-1.7\n", "s.csv is named like a text file, but is a PDF."),
    "a binary named .csv": ("s.csv", bytes(range(256)) * 9, "s.csv is named like a text file, but is a binary file"),
    "another kind of file": ("s.docx", b"PK\x03\x04", 's.docx ends with ".docx", which is no sheet.'),
    "an open quote": (
        "s.csv",
        f'tenantId,Name,Trust MFA\n{T},"a,yes\n{T},b,no\n'.encode(),
        "s.csv: row 2 has a quotation",
    ),
    "a surplus cell": ("s.csv", f"tenantId,Trust MFA\n{T},yes,no\n".encode(), '"no" stands beyond the last header.'),
    "an address": ("s.csv", b"tenantId,Trust MFA\njo@contoso.com,yes\n", '"jo@contoso.com" is neither a tenant id'),
    "no tenant in a row": ("s.csv", b"tenantId,Trust MFA\n,yes\n", "is blank, but the row asks for settings."),
    "a misspelt setting": ("s.csv", f"tenantId,Trust MAF\n{T},yes\n".encode(), "Write Trust MFA, or rename the column"),
    "a read-only property": (
        "s.csv",
        f"tenantId,isServiceProvider,Trust MFA\n{T},true,yes\n".encode(),
        "cannot be set: Graph does not list it among the properties that an update takes",
    ),
    "tenant restrictions for devices": (
        "s.csv",
        f"tenantId,tenantRestrictions.devices,Trust MFA\n{T},x,yes\n".encode(),
        "not supported on the server side yet",
    ),
    "a beta column under v1.0": ("s.csv", f"tenantId,Group sync\n{T},yes\n".encode(), "Add --api-version beta"),
    "a conflict": (
        "s.csv",
        f"tenantId,Trust MFA\n{T},yes\n{T},no\n".encode(),
        'the same tenant has "no" at s.csv:3 B. Make both cells say the same',
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_bad_input_is_2_with_a_message(run: Run, name: str, command: str) -> None:
    """Whatever the file is, the command says what is wrong with it and sends nothing."""
    file, content, message = FILES[name]
    Path(file).write_bytes(content)

    said = run(command, file)

    assert said.code == 2
    assert message in " ".join(said.err.split())
    assert "Traceback" not in said.all


def test_a_missing_file_names_those_that_are_there(run: Run) -> None:
    """A typing mistake is answered with the names beside it."""
    mfa_sheet(1)

    said = run("validate", "partner.csv")

    assert said.code == 2
    assert "partner.csv does not exist. There is: partners.csv." in said.err


def test_a_folder_is_refused(run: Run) -> None:
    """A folder is no sheet."""
    Path("folder.csv").mkdir()

    said = run("validate", "folder.csv")

    assert said.code == 2
    assert "folder.csv is a folder." in said.err


def test_an_unknown_worksheet_names_those_that_exist(run: Run) -> None:
    """--sheet with a wrong name says what there is."""
    book = openpyxl.Workbook()
    book.active.title = "Partners"  # type: ignore[union-attr] # a new workbook has a sheet
    book.save("s.xlsx")

    said = run("validate", "s.xlsx", "--sheet", "Partner")

    assert said.code == 2
    assert 's.xlsx has no sheet "Partner"; it has "Partners".' in said.err


def test_a_zip_bomb_is_refused_before_it_is_unpacked(run: Run) -> None:
    """A part that unpacks to something absurd is not unpacked."""
    with zipfile.ZipFile("s.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)

    said = run("validate", "s.xlsx")

    assert said.code == 2
    assert "s.xlsx would unpack to 57 MB, which no sheet of tenants does." in said.err


def test_200_000_rows_are_checked(run: Run) -> None:
    """A very long sheet is read and checked, whole."""
    with Path("s.csv").open("w", encoding="utf-8") as file:
        file.write("tenantId,Trust MFA\n")
        file.writelines(f"{n:08x}-71ad-49c7-9ce8-db3f41ea06f1,yes\n" for n in range(200_000))

    said = run("validate", "s.csv")

    assert said.code == 0
    assert "200000 rows, 200000 tenants: no errors." in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--quota", "many"], '--quota "many" is not WRITES/SECONDS or off.'),
        (["--quota", "0/5"], '--quota "0/5" is not WRITES/SECONDS or off.'),
        (["--max-failures", "few"], '--max-failures "few" is not N or N%.'),
        (["--set", "Trust MFA"], '--set "Trust MFA" is not PATH=VALUE.'),
        (["--set", "Trust MAF=yes"], "not a setting. Did you mean Trust MFA?"),
        (["--set", "Trust MFA=maybe"], '--set inboundTrust.isMfaAccepted: "maybe" is not true'),
        (["--tenant", "contoso"], '--tenant "contoso": "contoso" is not a tenant id.'),
        (["--tenant", tenant(99)], f"--tenant {tenant(99)} is not in the sheet."),
        (["--graph-url", "http://graph.microsoft.com"], "would send the token unencrypted."),
        (["--graph-url", "https://graph.microsoft.com/v1.0"], "ends with the version."),
        (["--graph-url", "graph"], '--graph-url "graph" is not an address.'),
        (["--graph-url", "https://u:p@graph.microsoft.com"], "takes no user, password, query or fragment."),
        (["--graph-url", "http://127.0.0.1:1"], "No Microsoft Graph at http://127.0.0.1:1: nothing answers"),
        (["--concurrency", "0"], "--concurrency"),
        (["--api-version", "v2"], "--api-version"),
        (["--report-dir", "partners.csv", "--simulate", "--yes"], "The report folder partners.csv cannot be written"),
    ],
)
def test_wrong_usage_is_2_with_a_message(run: Run, words: list[str], message: str) -> None:
    """A wrong option is named, with an example where it helps."""
    said = run("apply", mfa_sheet(1), *words)

    assert said.code == 2
    assert message in " ".join(said.err.split())


def test_a_server_that_is_no_graph_is_2(run: Run, serve: Callable[..., object]) -> None:
    """A wrong address that answers is told apart from an empty Graph."""
    graph = serve(1)

    said = run("plan", mfa_sheet(1), "--graph-url", f"{graph.url}/wrong")  # type: ignore[attr-defined] # Served

    assert said.code == 2
    assert "No Microsoft Graph at" in said.err


def test_all_problems_are_told_at_once(run: Run) -> None:
    """Nobody corrects one cell to hear of the next."""
    sheet = write_sheet(
        "s.csv",
        "tenantId,Trust MFA,B2B inbound users",
        "x,maybe,everyone",
        f"{T},ja,user:1",
        f"{tenant(1)},yes,AllUsers",
    )

    said = run("validate", sheet)

    assert said.err.count("s.csv:2 ") == 3
    assert said.err.count("s.csv:3 ") == 2
    assert "5 problems found in s.csv: 2 of 3 rows cannot be sent." in said.err


def test_an_unknown_setting_in_the_file_is_2_with_a_suggestion(run: Run) -> None:
    """bulkpatch.toml is checked as strictly as the command line."""
    Path("bulkpatch.toml").write_text("concurency = 3\n", encoding="utf-8")

    said = run("validate", mfa_sheet(1))

    assert said.code == 2
    assert 'bulkpatch.toml: "concurency" is not an option.' in said.err

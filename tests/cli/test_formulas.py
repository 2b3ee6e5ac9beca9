"""No file that is made to be opened in a spreadsheet program holds anything that it would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from bulkpatch.simulator import Fault
from tests.cli.conftest import SECRET, Said, Served, only_run, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]

FORMULAS = (
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|'/C calc'!A0",
    "+1+cmd|x",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "'=1+1",
    "x;=1+1",
    'x;"=1+1',
    "x\n=1+1\n-2",
    "{=1+1}",
    "http://evil.example",
    "mailto:x@evil.example",
)
SIGNS = tuple("=+-@＝＋－＠\t\r")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def hostile_sheet(setting: str = "true") -> Path:
    """Formulas in headers and cells of its own columns, and where a setting says so in that as well."""
    header = ",".join(["tenantId", "Trust MFA", "Name", *(quoted(f"{text} {n}") for n, text in enumerate(FORMULAS))])
    own = ",".join(quoted(text) for text in FORMULAS)
    rows = [f"{tenant(n)},{quoted(setting)},{quoted(text)},{own}" for n, text in enumerate(FORMULAS)]
    path = Path("=cmd.csv")
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8", newline="")
    return path


@pytest.fixture
def graph(serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Partners whose names are formulas, and refusals in formulas."""
    served = serve_entra(len(FORMULAS))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    for number, text in enumerate(FORMULAS):
        served.store.directory[tenant(number)] = {"displayName": text, "defaultDomainName": text}
        served.simulator.script(Fault.refuse(400, text.strip(), text.strip()), tenant=tenant(number), method="PATCH")
    return served


def cells_of(text: str, separator: str) -> Iterator[str]:
    """The cells as a program reads them that takes *separator*; of lines in quotes, each line as well."""
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        yield from row
    for line in text.splitlines():
        yield from line.split(separator)


def assert_harmless_text(path: Path) -> None:
    """No cell begins as a formula does, whatever separates the cells."""
    text = path.read_text(encoding="utf-8-sig")
    assert "=1+1" in text
    for separator in ",;\t":
        found = [cell for cell in cells_of(text, separator) if cell.lstrip('" \ufeff').startswith(SIGNS)]
        assert found == [], separator


def assert_harmless_book(path: Path) -> None:
    """Every cell is a text or a number, and no link leads out."""
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > len(FORMULAS)
    assert [cell.coordinate for cell in cells if cell.data_type not in {"s", "n", "b"}] == []
    assert [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target] == []
    with zipfile.ZipFile(path) as packed:
        assert not [name for name in packed.namelist() if "externalLink" in name or "vba" in name.lower()]


def test_no_report_of_a_run_holds_a_formula(run: Run, graph: Served) -> None:
    """Cells and headers of the sheet, names and refusals of Graph."""
    said = run("apply", hostile_sheet(), "--yes")

    assert said.code == 1
    assert_harmless_text(only_run() / "report.csv")
    assert_harmless_book(only_run() / "report.xlsx")


def test_no_export_holds_a_formula(run: Run, graph: Served) -> None:
    """Names, as Entra has them."""
    codes = [run("export", "-o", "live.csv").code, run("export", "-o", "live.xlsx").code]

    assert codes == [0, 0]
    assert_harmless_text(Path("live.csv"))
    assert_harmless_book(Path("live.xlsx"))


def test_no_plan_holds_a_formula(run: Run, graph: Served) -> None:
    """For whoever approves it in a spreadsheet program."""
    code = run("plan", hostile_sheet(), "-o", "plan.xlsx").code

    assert code == 0
    assert_harmless_book(Path("plan.xlsx"))


def test_no_marked_workbook_of_a_csv_holds_a_formula(run: Run) -> None:
    """The bad cells, and the sheet that lists them."""
    said = run("validate", hostile_sheet("=1+1"), "--mark-to", "marked.xlsx")

    assert said.code == 2
    assert_harmless_book(Path("marked.xlsx"))


def test_a_report_read_back_is_what_it_was_made_of(run: Run, graph: Served) -> None:
    """Defused cells come back as they were, so that a rerun sends what the sheet says."""
    sheet = hostile_sheet()
    run("apply", sheet, "--yes")

    said = run("rerun", only_run() / "report.csv", "--dry-run")
    same = run("diff", sheet, only_run() / "report.csv")

    assert said.code == 0, said.all
    assert same.out.startswith(f"Both ask for the same, for {len(FORMULAS)} tenants.")

"""The files of a run: which there are, which one can be asked for, and that none costs the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.run_folder import REPORTS
from bulkpatch.simulator import Fault

from .conftest import Said, Served, mfa_sheet, only_run, report_of, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]
ALWAYS = {"journal.jsonl", "report.csv", "report.json", "report.xlsx", "report.md", "report.html"}


def test_a_run_leaves_its_reports_for_its_owner_only(run: Run, serve: Serve) -> None:
    """The page and the ticket among them."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)

    files = list(only_run().iterdir())
    assert {file.name for file in files} == ALWAYS
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.parametrize("form", REPORTS)
def test_one_report_can_be_made_alone(form: str, run: Run, serve: Serve) -> None:
    """Only that one is written, and its path is all that is printed."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    folder = only_run()
    for file in folder.glob("report.*"):
        file.unlink()

    said = run("report", folder, "--format", form)

    assert (said.code, said.out, said.err) == (0, f"{folder / REPORTS[form]}\n", "")
    assert {file.name for file in folder.iterdir()} == {"journal.jsonl", REPORTS[form]}


def test_a_page_that_cannot_be_made_costs_no_other_report(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The run ends as it ended; what is missing is said."""

    def broken(*_: object) -> None:
        raise RuntimeError("no template")

    monkeypatch.setattr("bulkpatch.report.page.write_page", broken)
    graph = serve(2)

    said = run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)

    assert said.code == 0
    assert {file.name for file in only_run().iterdir()} == ALWAYS - {"report.html"}
    assert "report.html could not be made: RuntimeError: no template" in caplog.text


def test_a_report_that_the_disk_refuses_costs_no_other(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are tried; then the run says which folder lacks one."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bulkpatch.report.tables.write_csv", full)
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    assert said.code == 4
    assert "No space left on device" in said.err
    assert {file.name for file in only_run().iterdir()} == ALWAYS - {"report.csv"}


def test_the_command_that_the_page_tells_creates_what_is_missing(run: Run, serve: Serve) -> None:
    """Rerun with --create-missing."""
    graph = serve(1)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    folder = only_run()
    assert f"bulkpatch rerun {folder} --create-missing" in (folder / "report.html").read_text(encoding="utf-8")

    said = run("rerun", folder, "--create-missing", "--yes")

    assert said.code == 0
    assert graph.trusts_mfa(1) is True


def test_the_command_that_the_page_tells_takes_up_corrected_cells(run: Run, serve: Serve) -> None:
    """Rerun of report.csv, after the cell that Graph did not accept was corrected."""
    graph = serve(2)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest", "No."), tenant=tenant(1), method="PATCH")
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    folder = only_run()
    told = Path(folder / "report.csv")
    assert f"bulkpatch rerun {told}" in (folder / "report.html").read_text(encoding="utf-8")
    told.write_text(
        told.read_text(encoding="utf-8").replace(f"{tenant(1)},failed", f"{tenant(1)},Failed"), encoding="utf-8"
    )

    said = run("rerun", told, "--yes")

    assert said.code == 0
    assert {row["status"] for row in report_of(only_run())} == {"succeeded"}

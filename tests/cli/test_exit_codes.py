"""Each exit code, each status, from the outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.simulator import Fault
from bulkpatch.simulator.faults import FORBIDDEN, UNAVAILABLE

from .conftest import Said, Served, mfa_sheet, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_all_rows_succeeded_is_0_and_the_server_is_as_the_sheet_says(run: Run, serve: Serve) -> None:
    """A rollout without trouble ends with 0."""
    graph = serve(5)

    said = run("apply", mfa_sheet(5), "--yes", "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert [row["status"] for row in report_of(only_run())] == ["succeeded"] * 5
    assert all(graph.trusts_mfa(n) is True for n in range(5))


def test_a_second_rollout_is_unchanged_and_writes_nothing(run: Run, serve: Serve) -> None:
    """What is already so is not sent again."""
    graph = serve(3)
    sheet = mfa_sheet(3)
    run("apply", sheet, "--yes", "--graph-url", graph.url)
    before = len(graph.writes)

    said = run("apply", sheet, "--yes", "--graph-url", graph.url)

    assert said.code == 0
    assert len(graph.writes) == before
    assert {row["status"] for row in report_of(only_run())} == {"unchanged"}


def test_force_sends_what_is_already_so(run: Run, serve: Serve) -> None:
    """--force writes once more."""
    graph = serve(2)
    sheet = mfa_sheet(2)
    run("apply", sheet, "--yes", "--graph-url", graph.url)

    run("apply", sheet, "--yes", "--graph-url", graph.url, "--force")

    assert len(graph.writes) == 4


def test_a_row_that_graph_refuses_is_1_and_the_others_succeed(run: Run, serve: Serve) -> None:
    """One failing tenant does not stop the run."""
    graph = serve(4)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest", "No."), tenant=tenant(2), method="PATCH")

    said = run("apply", mfa_sheet(4), "--yes", "--graph-url", graph.url)

    assert said.code == 1
    rows = report_of(only_run())
    assert [row["status"] for row in rows] == ["succeeded", "succeeded", "failed", "succeeded"]
    assert (rows[2]["httpStatus"], rows[2]["errorCode"], rows[2]["errorMessage"]) == (
        "400",
        "Request_BadRequest",
        "No.",
    )
    assert "bulkpatch rerun reports/" in said.out


def test_a_missing_partner_is_failed_and_create_missing_creates_it(run: Run, serve: Serve) -> None:
    """A partner that does not exist is its own outcome."""
    graph = serve(1)
    sheet = mfa_sheet(2)

    said = run("apply", sheet, "--yes", "--graph-url", graph.url)
    created = run("apply", sheet, "--yes", "--graph-url", graph.url, "--create-missing")

    assert said.code == 1
    assert "PartnerNotFound" in said.out
    assert created.code == 0
    assert graph.trusts_mfa(1) is True


def test_a_wrong_cell_is_2_and_nothing_is_sent(run: Run, serve: Serve) -> None:
    """Without --skip-invalid a sheet with a problem is refused whole."""
    graph = serve(2)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA", f"{tenant(0)},true", f"{tenant(1)},maybe")

    said = run("apply", sheet, "--yes", "--graph-url", graph.url)

    assert said.code == 2
    assert 's.csv:3 B  Trust MFA: "maybe" is not true, false, inherit or blank.' in said.err
    assert graph.simulator.requests == []
    assert not Path("reports").exists()


def test_skip_invalid_reports_the_row_as_invalid_and_sends_the_others(run: Run, serve: Serve) -> None:
    """The row with the problem is left out, and still in the report."""
    graph = serve(2)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA", f"{tenant(0)},true", f"{tenant(1)},maybe")

    said = run("apply", sheet, "--yes", "--graph-url", graph.url, "--skip-invalid")

    assert said.code == 1
    assert [row["status"] for row in report_of(only_run())] == ["succeeded", "invalid"]


def test_no_token_is_3(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token nothing is asked of Graph."""
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    assert said.code == 3
    assert "No way to sign in is configured: there is no BULKPATCH_ACCESS_TOKEN" in said.err
    assert graph.simulator.requests == []


def test_a_token_that_graph_does_not_accept_is_3(run: Run, serve: Serve) -> None:
    """A 401 on the first read stops before row 1."""
    graph = serve(1, token="another")

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    assert said.code == 3
    assert "Graph no longer accepts the access token" in said.err
    assert graph.writes == []


def test_a_403_for_every_write_is_3_and_stops(run: Run, serve: Serve) -> None:
    """When nothing is permitted, most rows are not even tried."""
    graph = serve(60)
    graph.simulator.script(FORBIDDEN, method="PATCH", times=1000)

    said = run("apply", mfa_sheet(60), "--yes", "--graph-url", graph.url, "--concurrency", 2)

    assert said.code == 3
    assert len(graph.writes) < 20
    assert {row["status"] for row in report_of(only_run())} == {"failed", "not_sent"}


def test_a_403_for_one_tenant_is_that_rows_failure(run: Run, serve: Serve) -> None:
    """The others are still sent."""
    graph = serve(6)
    graph.simulator.script(FORBIDDEN, tenant=tenant(0), method="PATCH", times=9)

    said = run("apply", mfa_sheet(6), "--yes", "--graph-url", graph.url)

    assert said.code == 1
    assert [row["status"] for row in report_of(only_run())] == ["failed"] + ["succeeded"] * 5


def test_too_many_failures_is_4_and_the_rest_is_not_sent(run: Run, serve: Serve) -> None:
    """--max-failures stops the run."""
    graph = serve(40)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), method="PATCH", times=1000)

    said = run("apply", mfa_sheet(40), "--yes", "--graph-url", graph.url, "--max-failures", 2, "--concurrency", 1)

    assert said.code == 4
    assert [row["status"] for row in report_of(only_run())] == ["failed"] * 3 + ["not_sent"] * 37


def test_a_write_whose_answer_is_lost_for_good_is_unknown(run: Run, serve: Serve) -> None:
    """When even the read that should settle it fails, nobody knows."""
    graph = serve(1)
    graph.simulator.script(Fault(reset=True, apply=True), method="PATCH", times=99)
    graph.simulator.script(Fault(reset=True), method="GET", endpoint="partner", times=99)

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--max-attempts", 1)

    assert said.code == 1
    assert report_of(only_run())[0]["status"] == "unknown"


def test_plan_is_0_and_with_detailed_exitcode_10_when_changes_are_pending(run: Run, serve: Serve) -> None:
    """Scripts can ask whether there is anything to do; no write is ever sent."""
    graph = serve(2)
    sheet = mfa_sheet(2)

    plain = run("plan", sheet, "--graph-url", graph.url)
    detailed = run("plan", sheet, "--graph-url", graph.url, "--detailed-exitcode")
    dry = run("apply", sheet, "--graph-url", graph.url, "--dry-run", "--detailed-exitcode")
    run("apply", sheet, "--yes", "--graph-url", graph.url)
    after = run("plan", sheet, "--graph-url", graph.url, "--detailed-exitcode")

    assert (plain.code, detailed.code, dry.code, after.code) == (0, 10, 10, 0)
    assert plain.out == dry.out
    assert len(graph.writes) == 2


def test_nobody_to_confirm_is_2_and_nothing_is_sent(run: Run, serve: Serve) -> None:
    """A script that forgets --yes sends nothing."""
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--graph-url", graph.url)

    assert said.code == 2
    assert "Add --yes to send." in said.err
    assert graph.writes == []


def test_ctrl_c_while_reading_is_130_and_says_so(serve: Serve, tmp_path: Path) -> None:
    """Whatever Graph's last answer was."""
    graph = serve(1)
    graph.simulator.script(UNAVAILABLE, method="GET", times=99)
    words = ["apply", str(mfa_sheet(1)), "--yes", "--graph-url", graph.url]
    process = subprocess.Popen(
        [sys.executable, "-m", "bulkpatch", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    while not graph.simulator.requests:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert "Interrupted while reading. Nothing was sent." in err


def test_ctrl_c_is_130_writes_the_report_and_a_rerun_finishes(run: Run, serve: Serve, tmp_path: Path) -> None:
    """Interrupted in the middle, every row still has one status, and nothing is lost."""
    graph = serve(60, latency=0.02)
    words = ["apply", str(mfa_sheet(60)), "--yes", "--graph-url", graph.url, "--concurrency", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bulkpatch", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    while not graph.writes:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)

    rows = report_of(only_run())
    assert process.returncode == 130, out
    assert {row["status"] for row in rows} == {"succeeded", "not_sent"}
    assert len(rows) == 60
    said = run("rerun", only_run(), "--yes", "--quota", "off")
    assert said.code == 0, said.all
    assert {row["status"] for row in report_of(only_run())} == {"succeeded"}
    assert len(graph.writes) == 60

"""README's guarantees, one test for each sentence that no other test holds."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.simulator import Fault
from bulkpatch.simulator.faults import EXPIRED, RESET_AFTER

from .conftest import Said, Served, mfa_sheet, only_run, report_of, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_a_wait_of_an_hour_stops_the_run_instead_of_calling_early(run: Run, serve: Serve) -> None:
    """Exit 4, the rest is not_sent, and no write sets out before the wait has passed."""
    graph = serve(30)
    graph.simulator.script(Fault.throttle("3600"), method="PATCH")

    said = run("apply", mfa_sheet(30), "--yes", "--graph-url", graph.url, "--concurrency", 1)

    assert said.code == 4
    assert "Graph asked to wait 3600 s" in " ".join(said.out.split())
    assert len(graph.writes) == 1
    assert {row["status"] for row in report_of(only_run())} == {"not_sent"}


def test_a_rerun_waits_as_long_as_the_run_before_it_was_told_to(run: Run, serve: Serve) -> None:
    """Graph knows no runs: a write of the next one would be as early."""
    graph = serve(3)
    graph.simulator.script(Fault.throttle("3600"), method="PATCH")
    run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url, "--concurrency", 1)

    said = run("rerun", only_run(), "--yes", "--graph-url", graph.url)

    assert said.code == 4
    assert "Graph asked to wait 3" in " ".join(said.out.split())
    assert len(graph.writes) == 1


def test_a_deadline_stops_before_a_write_that_would_be_later(run: Run, serve: Serve) -> None:
    """What is waiting for the pause is not_sent."""
    graph = serve(10)
    graph.simulator.script(Fault.throttle("120"), method="PATCH")

    said = run("apply", mfa_sheet(10), "--yes", "--graph-url", graph.url, "--deadline", 20, "--concurrency", 1)

    assert said.code == 4
    assert "after the deadline" in " ".join(said.out.split())
    assert len(graph.writes) == 1


def test_one_429_holds_every_worker_back_until_retry_after_has_passed(run: Run, serve: Serve) -> None:
    """The 429 costs the tenant no attempt that counts, and nobody calls early."""
    graph = serve(40)
    graph.simulator.script(Fault.throttle("2"), method="PATCH", tenant=tenant(5))

    said = run("apply", mfa_sheet(40), "--yes", "--graph-url", graph.url, "--quota", "off", "--max-attempts", 1)

    writes = graph.writes
    told = next(write.arrived for write in writes if write.status == 429)
    during = [write for write in writes if told + 0.05 < write.arrived < told + 2]
    assert said.code == 0, said.all
    assert during == []


def test_a_journal_that_cannot_be_written_stops_before_the_next_request(serve: Serve, tmp_path: Path) -> None:
    """A disk that is full: exit 4, no traceback, and no write that the journal does not know."""
    graph = serve(200)
    words = ["apply", str(mfa_sheet(200)), "--yes", "--graph-url", graph.url, "--quota", "off"]
    process = subprocess.run(
        [sys.executable, "-m", "bulkpatch", *words], cwd=tmp_path, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (130_000, 130_000)),
    )  # fmt: skip

    lines = (only_run() / "journal.jsonl").read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    events = [json.loads(line) for line in lines if line.endswith("\n")]
    told = {event["clientRequestId"] for event in events if event["kind"] == "sending"}
    assert process.returncode == 4, process.stderr
    assert "cannot be written" in " ".join((process.stdout + process.stderr).split())
    assert "Traceback" not in process.stderr
    assert 0 < len(graph.writes) < 200
    assert {write.client_request_id for write in graph.writes} <= told


def test_a_token_that_expires_in_the_middle_stops_with_3_and_loses_no_row(run: Run, serve: Serve) -> None:
    """Done is done, the rest is not_sent, and a rerun finishes."""
    graph = serve(30)
    graph.simulator.script(EXPIRED, tenant=tenant(9), method="PATCH")

    said = run("apply", mfa_sheet(30), "--yes", "--graph-url", graph.url, "--concurrency", 1)
    again = run("rerun", only_run(), "--yes")

    assert said.code == 3
    assert again.code == 0, again.all
    assert all(graph.trusts_mfa(n) for n in range(30))
    assert len(graph.writes) == 31


def test_a_token_file_is_read_again_when_the_token_expires(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever keeps the file fresh keeps the run going."""
    graph = serve(3, token="fresh")
    file = tmp_path / "token"
    file.write_text("stale\n", encoding="utf-8")
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN_FILE", str(file))

    stale = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url)
    file.write_text("fresh\n", encoding="utf-8")
    fresh = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url)

    assert stale.code == 3
    assert "Graph no longer accepts the access token in" in stale.err
    assert fresh.code == 0


def test_a_service_that_only_fails_stops_the_run(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing succeeds for long, the rest is not_sent and the exit code is 4."""
    monkeypatch.setattr("bulkpatch.graph.circuit.SECONDS", 0.2)
    graph = serve(60)
    graph.simulator.script(Fault(status=503), method="PATCH", times=10_000)

    said = run("apply", mfa_sheet(60), "--yes", "--graph-url", graph.url)

    assert said.code == 4
    assert "Graph has answered nothing but faults for a while" in " ".join(said.out.split())
    assert {row["status"] for row in report_of(only_run())} == {"failed", "not_sent"}


def test_ctrl_c_twice_stops_at_once_and_the_journal_tells_what_was_sent(run: Run, serve: Serve, tmp_path: Path) -> None:
    """Even with a write in flight that is never answered."""
    graph = serve(10)
    graph.simulator.script(Fault(hang=True, apply=True), method="PATCH")
    words = ["apply", str(mfa_sheet(10)), "--yes", "--graph-url", graph.url, "--concurrency", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bulkpatch", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=dict(os.environ), text=True,
    )  # fmt: skip
    while not graph.writes:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "Ctrl-C again" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert time.monotonic() - began < 10
    assert "Traceback" not in err
    assert "bulkpatch rerun" in err
    again = run("rerun", only_run(), "--yes")
    assert again.code == 0, again.all
    assert all(graph.trusts_mfa(n) for n in range(10))


def test_what_was_in_doubt_is_settled_by_a_read_when_the_run_is_stopped(run: Run, serve: Serve) -> None:
    """A lost answer just before a stop does not end as a guess."""
    graph = serve(5)
    graph.simulator.script(RESET_AFTER, method="PATCH", tenant=tenant(0))
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), method="PATCH", tenant=tenant(1))

    said = run("apply", mfa_sheet(5), "--yes", "--graph-url", graph.url, "--max-failures", 0, "--concurrency", 2)

    rows = report_of(only_run())
    assert said.code == 4
    assert [row["status"] for row in rows[:2]] == ["succeeded", "failed"]
    assert graph.trusts_mfa(0) is True


def test_a_rerun_of_a_rerun_covers_every_row_until_none_is_left(run: Run, serve: Serve) -> None:
    """The last report is the whole truth, and says which runs came before it."""
    graph = serve(6)
    for n in (1, 3):
        graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(n), method="PATCH", times=n)

    run("apply", mfa_sheet(6), "--yes", "--graph-url", graph.url)
    left = [sum(row["status"] == "failed" for row in report_of(only_run()))]
    while left[-1]:
        run("rerun", only_run(), "--yes")
        left.append(sum(row["status"] == "failed" for row in report_of(only_run())))

    told = json.loads((only_run() / "report.json").read_text(encoding="utf-8"))
    assert left == [2, 1, 1, 0]
    assert len(told["parents"]) == 3
    assert [row["row"] for row in report_of(only_run())] == [str(n) for n in range(2, 8)]
    assert len(graph.writes) == 6 + 2 + 1 + 1

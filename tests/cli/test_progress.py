"""While it runs: events for machines, and quiet."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Said, Served, mfa_sheet
from tests.cli.test_confirm import typed

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_the_event_log_tells_the_whole_run(run: Run, serve: Serve) -> None:
    """Every write sent and answered, every outcome, the end; for its owner only, added to and never overwritten."""
    graph = serve(20, fault_rate=0.2, seed=3)
    words = ("--yes", "--graph-url", graph.url, "--json-log", "events.jsonl", "--quota", "off")

    first = run("apply", mfa_sheet(20), *words)
    events = [json.loads(line) for line in Path("events.jsonl").read_text(encoding="utf-8").splitlines()]
    run("apply", mfa_sheet(20), *words)
    more = Path("events.jsonl").read_text(encoding="utf-8").splitlines()
    kinds = Counter(event["event"] for event in events)

    assert first.code == 0
    assert (kinds["run"], kinds["planned"], kinds["end"], kinds["outcome"]) == (1, 1, 1, 20)
    assert kinds["sending"] == len(graph.writes) >= 20
    assert events[-1]["exitCode"] == 0
    assert all(event["at"].endswith("Z") for event in events)
    assert len(more) > len(events)
    assert stat.S_IMODE(Path("events.jsonl").stat().st_mode) == 0o600
    assert os.environ["BULKPATCH_ACCESS_TOKEN"] not in "".join(more)


def test_an_event_log_that_cannot_be_written_is_2(run: Run, serve: Serve) -> None:
    """Before anything is sent."""
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--json-log", "no/such/folder")

    assert said.code == 2
    assert graph.writes == []


def test_quiet_leaves_only_the_result(run: Run, serve: Serve) -> None:
    """Nothing on stderr; errors still come there."""
    graph = serve(2)

    said = run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url, "--quiet")
    wrong = run("apply", "nowhere.csv", "--quiet")

    assert (said.code, said.err) == (0, "")
    assert "2 rows are as the sheet wants them" in said.out
    assert "nowhere.csv" in wrong.err


def test_at_a_terminal_the_view_leaves_no_trace(serve: Serve) -> None:
    """The cursor is shown again, and what stays is the result."""
    graph = serve(30, latency=0.05)

    code, shown = typed("30", "apply", str(mfa_sheet(30)), "--graph-url", graph.url, "--quota", "off")

    assert code == 0
    assert "Sending" in shown
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")
    assert "All 30 rows are as the sheet wants them" in shown

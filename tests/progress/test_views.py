"""What a person, a log and a machine see while a run goes on."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bulkpatch.model import Fate, GraphError, Outcome, Status, Step, TenantId
from bulkpatch.progress import EventLog, LiveWatcher, PlainWatcher, Watcher
from bulkpatch.progress.watcher import Rate


class Clock:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def end(watcher: Watcher, status: Status = Status.SUCCEEDED, name: str = "Contoso") -> None:
    """One tenant ends."""
    from bulkpatch.model import Endpoint, Patch

    tenant = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
    patch = Patch(tenant=tenant, endpoint=Endpoint.PARTNER, method="PATCH", body={}, differences=())
    step = Step(tenant=tenant, rows=(7,), fate=Fate.CHANGE, patches=(patch,), name=name)
    error = GraphError(code="Request_BadRequest", message="no") if status is Status.FAILED else None
    watcher.finished(step, Outcome(status=status, error=error))


def test_the_rate_is_that_of_late() -> None:
    """Not the average since the beginning, and nothing before there is a second to look at."""
    rate = Rate()
    for tenth in range(100):
        rate.add(tenth / 10)

    assert rate.per_second(10.0) == pytest.approx(10.0)
    assert rate.per_second(20.0) == pytest.approx(49 / 15, rel=0.05)
    assert rate.per_second(100.0) == 0.0
    assert Rate().per_second(5.0) == 0.0


def test_the_time_left_counts_a_pause() -> None:
    """At the rate of late, and the wait before it."""
    clock = Clock()
    watcher = Watcher(clock)
    with watcher.sending(100):
        for _ in range(20):
            end(watcher)
            clock.now += 0.1
        without = watcher.seconds_left
        watcher.paused(30.0)

        assert without == pytest.approx(8.0, rel=0.1)
        assert watcher.seconds_left == pytest.approx(38.0, rel=0.1)
        assert watcher.waits == 30.0


@pytest.mark.parametrize("width", [30, 60, 100, 140])
@pytest.mark.parametrize("color", [True, False])
def test_no_line_of_the_view_is_wider_than_the_terminal(width: int, color: bool) -> None:
    """With failures, a pause, and a name that would move the cursor."""
    clock, out = Clock(), io.StringIO()
    watcher = LiveWatcher(clock)
    watcher.title, watcher.total = "Sending", 2000
    for number in range(30):
        watcher.event("sending", {})
        end(watcher, Status.FAILED if number % 10 == 0 else Status.SUCCEEDED, name="\x1b[2JLong name " * 9)
        clock.now += 0.2
    watcher.event("answered", {"status": 429})
    watcher.paused(12.0)

    console = Console(file=out, width=width, force_terminal=color, no_color=not color, legacy_windows=False)
    with console.capture() as shown:
        console.print(watcher.view(width))
    plain = Console(file=io.StringIO(), width=width)
    with plain.capture() as text:
        plain.print(watcher.view(width))

    assert "\x1b[2J" not in shown.get()
    assert max(map(len, text.get().splitlines())) <= width
    assert "30 of 2,000" in text.get()
    if width >= 60:
        assert "everybody waits 12 s" in text.get()
        assert "29 in flight" in text.get()
        assert "27 succeeded  3 failed" in text.get()
        assert text.get().count("row 7") == 3


def test_plain_lines_come_every_five_seconds_and_are_whole() -> None:
    """No carriage return, no colour; a pause is said once."""
    clock, out = Clock(), io.StringIO()
    watcher = PlainWatcher(clock, out)
    with watcher.sending(60):
        for _ in range(40):
            end(watcher)
            clock.now += 0.25
        watcher.paused(7.0)
        watcher.paused(6.9)
    lines = out.getvalue().splitlines()

    assert len(lines) == 3
    assert "Sending: 21 of 60 tenants, 4.2 a second, about 9.3 s left (21 succeeded)" in lines[0]
    assert lines[2] == "Graph says to slow down: everybody waits 7 s."
    assert "\r" not in out.getvalue()


def test_events_are_one_line_each_whatever_is_in_them() -> None:
    """No body, no cells, and no line end out of a value."""
    out = io.StringIO()
    log = EventLog(out, lambda: datetime(2026, 11, 23, 14, 15, tzinfo=UTC))

    log.write("answered", {"tenant": "t", "message": "a\nb\x1b[2J", "status": 400, "at": "then"})
    log.write("sending", {"tenant": "t", "body": {"inboundTrust": None}})
    log.write("row", {"cells": ["x"]})
    lines = [json.loads(line) for line in out.getvalue().splitlines()]

    assert [line["event"] for line in lines] == ["answered", "sending"]
    assert lines[0] == {"at": "2026-11-23T14:15:00.000Z", "event": "answered", "tenant": "t", "message": "a\nb\x1b[2J",
                        "status": 400}  # fmt: skip
    assert "body" not in lines[1]
    assert "\x1b" not in out.getvalue()


def test_stopping_says_how_much_is_in_flight() -> None:
    """And that a second Ctrl-C does not lose the truth."""
    watcher = Watcher(Clock())
    watcher.event("sending", {})

    assert watcher.stopping().startswith("Stopping: finishing 1 request in flight.")
    assert watcher.is_stopping

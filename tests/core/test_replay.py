"""What a journal proves of a tenant when the run was cut off."""

from __future__ import annotations

from typing import Any

import pytest

from bulkpatch.errors import SheetError
from bulkpatch.model import Outcome, Report, Status
from bulkpatch.replay import Replayed, replay

T = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"
SENDING = {"kind": "sending", "tenant": T}


def answered(status: int | None, code: str = "") -> dict[str, Any]:
    return {"kind": "answered", "tenant": T, "status": status, "code": code, "requestId": "q", "clientRequestId": "c"}


def settled(finding: str) -> dict[str, Any]:
    return {"kind": "settled", "tenant": T, "finding": finding}


def cut_off(writes: int, *events: dict[str, Any]) -> Report:
    return replayed(writes, *events).report


def replayed(writes: int, *events: dict[str, Any]) -> Replayed:
    sheet = {"file": "s.csv", "name": "", "digest": "", "headerRow": 1}
    return replay(
        [
            {"kind": "run", "format": 1, "run": "r", "started": "2026-11-23T00:00:00Z", "options": {}, "parents": [],
             "sheet": sheet, "header": ["tenantId"], "rows": 1 + sum(event["kind"] == "row" for event in events)},
            {"kind": "row", "row": 2, "origin": 0, "cells": [T]},
            {"kind": "step", "tenant": T, "rows": [2], "fate": "change", "error": None, "patches": [{}] * writes},
            *events,
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("writes", "events", "status"),
    [
        (1, [], Status.NOT_SENT),
        (1, [SENDING], Status.UNKNOWN),
        (1, [SENDING, answered(204)], Status.SUCCEEDED),
        (1, [SENDING, answered(201)], Status.SUCCEEDED),
        (1, [SENDING, answered(200)], Status.UNKNOWN),
        (1, [SENDING, answered(202)], Status.UNKNOWN),
        (1, [SENDING, answered(302)], Status.NOT_SENT),
        (1, [SENDING, answered(408)], Status.UNKNOWN),
        (1, [SENDING, answered(429, "TooManyRequests")], Status.NOT_SENT),
        (1, [SENDING, answered(499)], Status.NOT_SENT),
        (1, [SENDING, answered(500)], Status.UNKNOWN),
        (1, [SENDING, answered(503)], Status.UNKNOWN),
        (1, [SENDING, answered(None)], Status.UNKNOWN),
        (1, [SENDING, answered(429), SENDING], Status.UNKNOWN),
        (1, [SENDING, answered(503), SENDING, answered(204)], Status.SUCCEEDED),
        (1, [SENDING, answered(503), SENDING, answered(429)], Status.UNKNOWN),
        (1, [SENDING, answered(None), settled("applied")], Status.SUCCEEDED),
        (1, [SENDING, answered(None), settled("not applied")], Status.NOT_SENT),
        (1, [SENDING, answered(None), settled("not applied"), SENDING], Status.UNKNOWN),
        (1, [SENDING, answered(None), settled("unreadable")], Status.UNKNOWN),
        (2, [SENDING, answered(503), SENDING, answered(204), SENDING, answered(429)], Status.NOT_SENT),
        (2, [SENDING, answered(204)], Status.NOT_SENT),
        (2, [SENDING, answered(204), SENDING], Status.UNKNOWN),
        (2, [SENDING, answered(204), SENDING, answered(201)], Status.SUCCEEDED),
    ],
)
def test_a_cut_off_tenant_is_what_its_last_events_prove(
    writes: int, events: list[dict[str, Any]], status: Status
) -> None:
    """Never more: a write without an answer may have been applied."""
    report = cut_off(writes, *events)
    outcome = report.rows[0].outcome

    assert outcome.status is status
    assert outcome.attempts == report.traffic.writes == sum(event["kind"] == "answered" for event in events)
    assert (report.exit_code, report.stopped) == (4, "the run was cut off")


def test_the_waits_of_a_cut_off_run_are_counted() -> None:
    """From the answers that are written down."""
    report = cut_off(1, SENDING, answered(429), SENDING, answered(204))

    assert (report.traffic.writes, report.traffic.throttled) == (2, 1)
    assert (report.rows[0].outcome.request_id, report.rows[0].outcome.http_status) == ("q", 204)


def test_a_row_that_an_earlier_run_finished_keeps_its_outcome() -> None:
    """A rerun carries it along: it is in the report, and is not sent again."""
    outcome = {"status": "succeeded", "attempts": 3, "seconds": 1.5, "note": "then"}
    carried = {"kind": "row", "row": 3, "origin": 0, "cells": [T], "tenant": T, "name": "Ada", "outcome": outcome}

    first, second = cut_off(1, carried).rows

    assert first.outcome.status is Status.NOT_SENT
    assert (second.row.number, second.tenant, second.name) == (3, T, "Ada")
    assert second.outcome == Outcome(status=Status.SUCCEEDED, attempts=3, seconds=1.5, note="then")


def test_an_outcome_of_which_no_attempt_is_written_had_none() -> None:
    """What has its default is left out of the journal."""
    ended = {"kind": "outcome", "tenant": T, "rows": [2], "status": "unchanged"}

    assert cut_off(0, ended).rows[0].outcome == Outcome(status=Status.UNCHANGED, attempts=0, seconds=0.0)


@pytest.mark.parametrize(
    ("asked", "resumes"),
    [
        ([], None),
        ([("2026-11-23T10:00:00.000Z", None)], None),
        ([("2026-11-23T10:00:00.000Z", "soon")], None),
        ([("2026-11-23T10:00:00.000Z", "30")], "2026-11-23T10:00:30+00:00"),
        ([("2026-11-23T10:00:00.000Z", "-5")], "2026-11-23T10:00:00+00:00"),
        ([("2026-11-23T10:00:00.000Z", "Mon, 23 Nov 2026 10:02:00 GMT")], "2026-11-23T10:02:00+00:00"),
        ([("2026-11-23T10:00:00.000Z", "1e300")], "2026-11-24T10:00:00+00:00"),
        ([("2026-11-23T10:00:00.000Z", "60"), ("2026-11-23T10:00:30.000Z", "5")], "2026-11-23T10:01:00+00:00"),
    ],
)
def test_a_rerun_knows_until_when_graph_had_asked_to_wait(
    asked: list[tuple[str, str | None]], resumes: str | None
) -> None:
    """The latest moment of all that was asked."""
    told = replayed(1, *({**answered(429), "at": at, "retryAfter": after} for at, after in asked)).resumes

    assert (told and told.isoformat()) == resumes


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "yesterday", 7])
def test_a_moment_that_no_run_writes_is_damage(at: object) -> None:
    """Said in words."""
    with pytest.raises(SheetError, match="damaged"):
        replayed(1, {**answered(429), "at": at, "retryAfter": "3600"})

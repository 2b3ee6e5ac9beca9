"""Failures are grouped by cause, and each says what to do now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bulkpatch.graph.reply import Fault
from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.causes import BY_CODE, advise, causes
from bulkpatch.report.summary import summary

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]


def test_rows_are_grouped_by_status_code_and_http_status(row: RowOf, report: ReportOf) -> None:
    """The most frequent cause first; what was never sent is last, however many."""
    rows = [
        *(row(n, Status.NOT_SENT) for n in (2, 3, 4, 5, 6, 7)),
        row(8, Status.FAILED, code="Request_BadRequest", http_status=400),
        *(row(n, Status.FAILED, code="PartnerNotFound", http_status=404) for n in (9, 10, 11, 12)),
        row(13, Status.SUCCEEDED),
    ]

    found = causes(report(*rows))

    assert [(c.count, c.status, c.code, c.http_status) for c in found] == [
        (4, Status.FAILED, "PartnerNotFound", 404),
        (1, Status.FAILED, "Request_BadRequest", 400),
        (6, Status.NOT_SENT, "", None),
    ]
    assert found[0].rows == (9, 10, 11)
    assert found[0].message == "Graph said PartnerNotFound."


def test_only_what_was_never_sent_steps_back(row: RowOf, report: ReportOf) -> None:
    """An unknown end stands where its number puts it: it has to be looked at."""
    rows = [
        row(2, Status.FAILED, code="Request_BadRequest", http_status=400),
        *(row(n, Status.UNKNOWN, code="AnswerLost") for n in (3, 4)),
        *(row(n, Status.INVALID) for n in (5, 6, 7)),
        *(row(n, Status.NOT_SENT) for n in (8, 9, 10, 11)),
    ]

    found = [cause.status for cause in causes(report(*rows))]

    assert found == [Status.INVALID, Status.UNKNOWN, Status.FAILED, Status.NOT_SENT]


def test_a_good_run_has_no_causes(row: RowOf, report: ReportOf) -> None:
    """Rows that are as wanted are not explained."""
    assert causes(report(row(2, Status.SUCCEEDED), row(3, Status.UNCHANGED))) == ()


@pytest.mark.parametrize(
    ("status", "code", "http", "begins"),
    [
        (Status.FAILED, "PartnerNotFound", 404, "Rerun with --create-missing"),
        (Status.FAILED, "Authorization_RequestDenied", 403, "Grant Policy.ReadWrite.CrossTenantAccess"),
        (Status.FAILED, "SomethingNew", 403, "Graph refused."),
        (Status.FAILED, "SomethingNew", 409, "Another change may have been"),
        (Status.FAILED, "SomethingNew", 502, "Graph was failing."),
        (Status.FAILED, "SomethingNew", 418, "Read the message"),
        (Status.FAILED, "", None, "Read the message"),
        (Status.FAILED, "VerifyTimedOut", None, "Graph accepted the write"),
        (Status.UNKNOWN, "SomethingNew", 502, "It may have been applied."),
        (Status.UNKNOWN, "AnswerLost", None, "It may have been applied."),
        (Status.INVALID, "", None, "Correct the cells"),
        (Status.NOT_SENT, "TooManyRequests", 429, "Nothing was sent for these rows."),
    ],
)
def test_each_way_to_end_has_its_advice(status: Status, code: str, http: int | None, begins: str) -> None:
    """By code, else by what the status says, else by HTTP status, else in general."""
    assert advise(status, code, http).startswith(begins)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_the_client_has_advice_of_its_own(fault: Fault) -> None:
    """A code that this program makes up is a code that it explains."""
    assert fault.value in BY_CODE


def test_the_summary_for_machines_is_whole(mixed: Report) -> None:
    """Sums, causes and the way on."""
    told = summary(mixed, folder="reports/r", rerun="bulkpatch rerun reports/r")

    failures = told.pop("failures")
    assert told == {
        "run": "20261123T141500Z-partners",
        "folder": "reports/r",
        "counts": {"succeeded": 1, "unchanged": 1, "failed": 1, "not_sent": 1, "unknown": 0, "invalid": 0},
        "exitCode": 4,
        "stopped": "1 tenant failed.",
        "seconds": 83.2,
        "requests": {"reads": 4, "writes": 3, "throttled": 1, "retries": 2},
        "rerun": "bulkpatch rerun reports/r",
    }
    assert failures[0] == {
        "status": "failed",
        "code": "PartnerNotFound",
        "httpStatus": 404,
        "count": 1,
        "message": "There is no partner configuration.",
        "rows": [4],
        "tenants": ["90e29127-71ad-49c7-9ce8-db3f41ea06f4"],
        "advice": "Rerun with --create-missing to create these partners, "
        "or take the rows out if the tenant ids are wrong.",
    }


def test_a_finished_run_needs_no_rerun(row: RowOf, report: ReportOf) -> None:
    """The command is told only when it has something to do."""
    assert summary(report(row(2, Status.SUCCEEDED)), folder="f", rerun="bulkpatch rerun f")["rerun"] == ""

"""One report row per input row, and what the shell is told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bulkpatch.errors import ExitCode, UsageError
from bulkpatch.model import GraphError, Outcome, Problem, ReportRow, Row, Severity, Sheet, Status, TenantId
from bulkpatch.result import exit_code, report_rows
from bulkpatch.validation import Checked, validate

T, U, V = (f"90e29127-71ad-49c7-9ce8-db3f41ea06f{n}" for n in (1, 2, 3))
HEADER = ("tenantId", "Trust MFA", "User sync")
GOOD, UNCHANGED = Outcome(status=Status.SUCCEEDED), Outcome(status=Status.UNCHANGED)
FAILED, FORBIDDEN = (Outcome(status=Status.FAILED, http_status=status) for status in (400, 403))


def ending(reason: str = "", error: Any = None, *, interrupted: bool = False) -> Any:
    return SimpleNamespace(reason=reason, error=error, interrupted=interrupted)


def sheet_of(*rows: tuple[str, ...]) -> Sheet:
    numbered = tuple(Row(number=n, cells=cells) for n, cells in enumerate(rows, start=2))
    return Sheet(file="s.csv", header=HEADER, rows=numbered)


def checked_sheet(*rows: tuple[str, ...]) -> tuple[Sheet, Checked]:
    sheet = sheet_of(*rows)
    return sheet, validate(sheet)


@pytest.mark.parametrize(
    ("outcomes", "end", "code"),
    [
        ([], ending(), ExitCode.OK),
        ([GOOD, UNCHANGED], ending(), ExitCode.OK),
        ([GOOD, FAILED], ending(), ExitCode.SOME_FAILED),
        ([GOOD, FORBIDDEN], ending(), ExitCode.SOME_FAILED),
        ([FORBIDDEN, FAILED], ending(), ExitCode.SOME_FAILED),
        ([FORBIDDEN, FORBIDDEN], ending(), ExitCode.NOT_PERMITTED),
        ([FORBIDDEN, UNCHANGED], ending(), ExitCode.NOT_PERMITTED),
        ([GOOD], ending("Graph was failing."), ExitCode.STOPPED_EARLY),
        ([GOOD], ending("Graph was failing.", UsageError("No.")), ExitCode.WRONG_INPUT),
        ([GOOD], ending("Stopped.", UsageError("No."), interrupted=True), ExitCode.INTERRUPTED),
    ],
)
def test_the_shell_is_told_the_worst(outcomes: list[Outcome], end: Any, code: ExitCode) -> None:
    """Interrupted before stopped, stopped before failed; all forbidden is a missing permission."""
    rows = (ReportRow(row=Row(number=2, cells=()), tenant=T, outcome=outcome) for outcome in outcomes)

    assert exit_code(rows, end) is code


def test_every_row_of_the_sheet_is_in_the_report_in_its_order() -> None:
    """Done, invalid, finished earlier and never sent: none is lost."""
    sheet, checked = checked_sheet((T, "yes", ""), (U, "maybe", "inherit"), (V, "yes", ""), ("nobody", "yes", ""))
    earlier = ReportRow(row=sheet.rows[2], tenant=V, outcome=UNCHANGED)

    rows = report_rows(sheet, checked, outcomes={TenantId(T): GOOD}, finished={4: earlier}, names={TenantId(T): "Ada"})

    assert [(r.row.number, r.outcome.status, r.name) for r in rows] == [
        (2, Status.SUCCEEDED, "Ada"),
        (3, Status.INVALID, ""),
        (4, Status.UNCHANGED, ""),
        (5, Status.INVALID, ""),
    ]
    assert rows[1].outcome.error == GraphError(code="InvalidRow", message=str(checked.errors[0]))


def test_a_row_without_an_outcome_was_not_sent() -> None:
    """And is left out while only what is final is asked for."""
    sheet, checked = checked_sheet((T, "yes", ""), (U, "maybe", ""))

    whole = report_rows(sheet, checked, outcomes={}, finished={})
    final = report_rows(sheet, checked, outcomes={}, finished={}, only_final=True)

    assert [row.outcome.status for row in whole] == [Status.NOT_SENT, Status.INVALID]
    assert [row.row.number for row in final] == [3]


def test_a_warning_is_no_reason_why_a_row_is_invalid() -> None:
    """Only its errors stand in the report, though the row has both."""
    odd = Problem(severity=Severity.WARNING, address=sheet_of((U, "maybe", "")).address(2, 1), what="looks odd.")
    sheet = replace(sheet_of((U, "maybe", "")), problems=(odd,))
    checked = validate(sheet)

    (row,) = report_rows(sheet, checked, outcomes={}, finished={})

    assert odd in checked.problems
    assert row.outcome.error == GraphError(code="InvalidRow", message=str(checked.errors[0]))

"""From outcomes per tenant to one report row per input row, and what that means for the shell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from bulkpatch.errors import BulkpatchError, ExitCode
from bulkpatch.model import GraphError, Outcome, Problem, ReportRow, Row, Sheet, Status, TenantId
from bulkpatch.validation import Checked

_NO_NAMES: Mapping[TenantId, str] = {}


class Ending(Protocol):
    """How a run ended before its last row, if it did."""

    reason: str
    error: BulkpatchError | None
    interrupted: bool


def report_rows(
    sheet: Sheet,
    checked: Checked,
    *,
    outcomes: Mapping[TenantId, Outcome],
    finished: Mapping[int, ReportRow],
    names: Mapping[TenantId, str] = _NO_NAMES,
    only_final: bool = False,
) -> tuple[ReportRow, ...]:
    """Give every row of *sheet* its outcome, in order; with *only_final*, only rows that need no request."""
    why = _why_invalid(checked.problems)
    by_row = {number: outcomes[c.tenant] for c in checked.changes for number in c.rows if c.tenant in outcomes}
    named = {number: names[c.tenant] for c in checked.changes for number in c.rows if c.tenant in names}
    rows: list[ReportRow] = []
    for row in sheet.rows:
        if row.number in finished:
            rows.append(finished[row.number])
        elif row.number in checked.wrong_rows:
            outcome = Outcome(status=Status.INVALID, error=GraphError(code="InvalidRow", message=why[row.number]))
            rows.append(_row(row, checked, outcome))
        elif not only_final:
            outcome = by_row.get(row.number, Outcome(status=Status.NOT_SENT))
            rows.append(replace(_row(row, checked, outcome), name=named.get(row.number, "")))
    return tuple(rows)


def _row(row: Row, checked: Checked, outcome: Outcome) -> ReportRow:
    return ReportRow(row=row, tenant=checked.tenants.get(row.number, ""), outcome=outcome)


def _why_invalid(problems: Iterable[Problem]) -> dict[int, str]:
    why: dict[int, list[str]] = {}
    for problem in problems:
        if problem.is_error and problem.address.row is not None:
            why.setdefault(problem.address.row, []).append(str(problem))
    return {row: " ".join(texts) for row, texts in why.items()}


def exit_code(rows: Iterable[ReportRow], ending: Ending) -> ExitCode:
    """What the shell is told of a run that got as far as sending."""
    rows = tuple(rows)
    if ending.interrupted:
        return ExitCode.INTERRUPTED
    if ending.error is not None:
        return ending.error.exit_code
    if ending.reason:
        return ExitCode.STOPPED_EARLY
    bad = [row.outcome for row in rows if not row.outcome.status.is_good]
    if not bad:
        return ExitCode.OK
    nothing_accepted = not any(row.outcome.status is Status.SUCCEEDED for row in rows)
    if nothing_accepted and all(outcome.http_status == 403 for outcome in bad):
        return ExitCode.NOT_PERMITTED
    return ExitCode.SOME_FAILED

"""Failures by cause, and what to do now about each; the advice comes out of the catalogue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.catalogue import ENTRIES, GENERAL, LATER, SETTLE, STATUSES
from bulkpatch.report.columns import http_status

_EXAMPLES = 3

BY_CODE: Mapping[str, str] = {code: entry.fix for code, entry in ENTRIES.items()}
"""What to do about an error code, Graph's or ours."""

BY_HTTP_STATUS: Mapping[int, str] = {status: entry.fix for status, entry in STATUSES.items()}
"""What to do about an HTTP status whose code says nothing more."""

_BY_STATUS: Mapping[Status, str] = {
    Status.NOT_SENT: "Nothing was sent for these rows. Rerun sends them.",
    Status.UNKNOWN: SETTLE,
    Status.INVALID: BY_CODE["InvalidRow"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Rows that ended the same way for the same reason."""

    status: Status
    code: str
    """Graph's error code or one of ours; may be empty."""
    http_status: int | None
    count: int
    message: str
    """What the first of them was told."""
    rows: tuple[int, ...]
    """The first few, as the sheet numbers them."""
    tenants: tuple[str, ...]
    """The tenants of *rows*."""
    advice: str
    """What to do now."""


def causes(report: Report) -> tuple[Cause, ...]:
    """Group the rows that are not done by status, code and HTTP status: most first, what was never sent last."""
    groups: dict[tuple[Status, str, int | None], list[ReportRow]] = {}
    for row in report.unfinished:
        groups.setdefault(_key(row), []).append(row)
    found = [_cause(rows) for rows in groups.values()]
    return tuple(sorted(found, key=lambda cause: (cause.status is Status.NOT_SENT, -cause.count)))


def advise(status: Status, code: str, http_status: int | None) -> str:
    """Say what to do now about one way to end: by code, else by HTTP status, else by what the row's status says."""
    if status is Status.NOT_SENT:
        return _BY_STATUS[status]
    if code in BY_CODE:
        return BY_CODE[code]
    if code.startswith("Verify"):
        return BY_CODE["NotVerified"]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if http_status is not None and http_status >= 500:
        return LATER
    return BY_HTTP_STATUS.get(http_status or 0, GENERAL)


def _key(row: ReportRow) -> tuple[Status, str, int | None]:
    error = row.outcome.error
    return row.outcome.status, error.code if error else "", http_status(row.outcome)


def _cause(rows: list[ReportRow]) -> Cause:
    status, code, http = _key(rows[0])
    first = rows[0].outcome
    return Cause(
        status=status,
        code=code,
        http_status=http,
        count=len(rows),
        message=first.error.message if first.error else first.note,
        rows=tuple(row.row.first_number for row in rows[:_EXAMPLES]),
        tenants=tuple(row.tenant for row in rows[:_EXAMPLES]),
        advice=advise(status, code, http),
    )

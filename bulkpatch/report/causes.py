"""Failures by cause, and what to do now about each. Pure.

The advice is data. Sources as in the facts about the API: D documented by Microsoft, 3P seen by others, I inferred
(and then worded so), O ours: the code says what this program did or saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.columns import http_status

_EXAMPLES = 3
_PERMISSION = (
    "Grant Policy.ReadWrite.CrossTenantAccess to the app (with admin consent), "
    "or use an account whose role may change cross-tenant access; then rerun."
)
_NETWORK = "Check the network, the proxy and --graph-url, then rerun."
_SETTLE = "It may have been applied. Rerun: what is live is read before anything is sent again."
_LATER = "Graph was failing. Rerun later; attempts and waiting can be raised with --max-attempts and --timeout."
_THROTTLED = "Graph asked for fewer requests. Rerun later, or slower: a smaller --quota, e.g. --quota 1000/150."
_EXISTS = "It was made by someone else since the plan. Rerun: it is then read and updated."

BY_CODE: Mapping[str, str] = {
    "PartnerNotFound": (  # O
        "Rerun with --create-missing to create these partners, or take the rows out if the tenant ids are wrong."
    ),
    "InvalidRow": "Correct the cells that the message names, in the sheet or in report.csv, then rerun.",  # O
    "AnswerLost": _SETTLE,  # O
    "UnexpectedAnswer": f"The answer was none that Graph is documented to give. {_SETTLE}",  # O
    "UnreadableAnswer": f"A proxy or gateway may stand in between. {_SETTLE}",  # I
    "TruncatedAnswer": f"The answer broke off. {_SETTLE}",  # O
    "ConnectionReset": f"The connection broke. {_SETTLE}",  # O
    "TimedOut": f"No answer in time. {_SETTLE} --timeout allows more time.",  # O
    "ConnectTimedOut": f"No connection in time; nothing was sent. {_NETWORK}",  # O
    "Unreachable": f"No connection; nothing was sent. {_NETWORK}",  # O
    "NameNotResolved": f"The server's name is not known here; nothing was sent. {_NETWORK}",  # O
    "TlsFailed": (  # I
        "No trusted connection; nothing was sent. A proxy that opens TLS may need its certificate installed here."
    ),
    "ProxyRefused": f"The proxy did not let the request through; nothing was sent. {_NETWORK}",  # O
    "NotRead": "The run ended before the partner was read. Rerun.",  # O
    "Throttled": _THROTTLED,  # O
    "TooManyRequests": _THROTTLED,  # D
    "Authorization_RequestDenied": _PERMISSION,  # D
    "InvalidAuthenticationToken": "The token has expired or is not for Graph. Get a new one, then rerun.",  # 3P
    "Request_BadRequest": (  # 3P
        "Graph did not accept a property or a value; the message usually names it. Correct the cell, then rerun. "
        "A property of beta needs --api-version beta."
    ),
    "Request_MultipleObjectsWithSameKeyValue": _EXISTS,  # D
    "ConflictingObjects": _EXISTS,  # D
    "Directory_ObjectNotFound": (  # D for a PATCH of what does not exist
        "The partner or its synchronization policy is not there. Rerun; --create-missing creates missing partners."
    ),
    "serviceNotAvailable": _LATER,  # D
}
"""What to do about an error code, Graph's or ours."""

BY_HTTP_STATUS: Mapping[int, str] = {
    400: "Graph did not accept the request; the message usually says why. Correct the cell, then rerun.",  # D
    401: "Graph did not accept the token. Get a new one, then rerun.",  # D
    403: f"Graph refused. {_PERMISSION} A setting may also be closed to apps.",  # D; the last 3P
    404: BY_CODE["Directory_ObjectNotFound"],  # I: no code is documented for a missing partner
    409: "Another change may have been under way at the same time. Rerun.",  # I
    412: "The partner may have been changed at the same time. Rerun.",  # I
    423: "The resource was locked. Rerun later.",  # D in general, nothing for this API
    429: _THROTTLED,  # D
}
"""What to do about an HTTP status whose code says nothing more."""

_BY_STATUS: Mapping[Status, str] = {
    Status.NOT_SENT: "Nothing was sent for these rows. Rerun sends them.",
    Status.UNKNOWN: _SETTLE,
    Status.INVALID: BY_CODE["InvalidRow"],
}
_NOT_VERIFIED = "Graph accepted the write and did not show it in time; reads may lag behind writes. Rerun checks again."
_GENERAL = "Read the message; the requestId helps Microsoft support to find the request. Then rerun."


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
        return _NOT_VERIFIED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if http_status is not None and http_status >= 500:
        return _LATER
    return BY_HTTP_STATUS.get(http_status or 0, _GENERAL)


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

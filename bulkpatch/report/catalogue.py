"""Errors, as data: what each means, what to do, whether sending again can help, and where to look. Pure.

It drives the terminal, the report page and `bulkpatch explain`. *source*: documented by Microsoft, seen by third
parties, inferred (and worded so), or ours when the code says what this program did or saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

DOCUMENTED, SEEN, INFERRED, OURS = "documented by Microsoft", "seen by third parties", "inferred", "bulkpatch's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One error."""

    cause: str
    fix: str
    source: str
    retryable: bool
    """Whether a rerun without any change can end well."""
    column: str = ""
    """The column to look at first, where one can be named."""


_PERMISSION = (
    "Grant Policy.ReadWrite.CrossTenantAccess to the app (with admin consent), "
    "or use an account whose role may change cross-tenant access; then rerun."
)
_NETWORK = "Check the network, the proxy and --graph-url, then rerun."
_SETTLE = "It may have been applied. Rerun: what is live is read before anything is sent again."
_LATER = "Graph was failing. Rerun later; attempts and waiting can be raised with --max-attempts and --timeout."
_THROTTLED = "Graph asked for fewer requests. Rerun later, or slower: a smaller --quota, e.g. --quota 1000/150."
_EXISTS = "It was made by someone else since the plan. Rerun: it is then read and updated."
_MISSING = "The partner or its synchronization policy is not there. Rerun; --create-missing creates missing partners."
_CELL = "the one that the message names"


def _ours(cause: str, fix: str, *, retryable: bool = True, column: str = "") -> Entry:
    return Entry(cause=cause, fix=fix, source=OURS, retryable=retryable, column=column)


ENTRIES: Mapping[str, Entry] = {
    "PartnerNotFound": _ours(
        "There is no partner configuration for this tenant.",
        "Rerun with --create-missing to create these partners, or take the rows out if the tenant ids are wrong.",
        retryable=False, column="tenantId",
    ),
    "InvalidRow": _ours(
        "A cell of the row cannot be sent.",
        "Correct the cells that the message names, in the sheet or in report.csv, then rerun.",
        retryable=False, column=_CELL,
    ),
    "Protected": _ours(
        "The tenant stands in the file that --protect names.",
        "Take the row out, or the tenant out of the file.", retryable=False, column="tenantId",
    ),
    "Drifted": _ours(
        "Live has changed since the plan was approved.", "Plan again and have the new plan approved.", retryable=False,
    ),
    "LeftAlone": _ours(
        "Live is not as the run left it, so undo does not touch it.",
        "Look at it by hand: somebody has changed it since.", retryable=False,
    ),
    "NotVerified": _ours(
        "Graph accepted the write and did not show it in time.",
        "Graph accepted the write and did not show it in time; reads may lag behind writes. Rerun checks again.",
    ),
    "NotRead": _ours("The run ended before the partner was read.", "The run ended before the partner was read. Rerun."),
    "AnswerLost": _ours("The write was sent, and no answer came.", _SETTLE),
    "UnexpectedAnswer": _ours(
        "The answer was none that Graph is documented to give.",
        f"The answer was none that Graph is documented to give. {_SETTLE}",
    ),
    "UnreadableAnswer": Entry(
        cause="The answer was not what its headers say.", source=INFERRED, retryable=True,
        fix=f"A proxy or gateway may stand in between. {_SETTLE}",
    ),
    "TruncatedAnswer": _ours("The answer broke off.", f"The answer broke off. {_SETTLE}"),
    "ConnectionReset": _ours("The connection broke before an answer came.", f"The connection broke. {_SETTLE}"),
    "TimedOut": _ours("No answer came in time.", f"No answer in time. {_SETTLE} --timeout allows more time."),
    "ConnectTimedOut": _ours("No connection came about in time.",
                             f"No connection in time; nothing was sent. {_NETWORK}"),
    "Unreachable": _ours("Nothing answers at the address.", f"No connection; nothing was sent. {_NETWORK}"),
    "NameNotResolved": _ours(
        "The server's name is not known here.", f"The server's name is not known here; nothing was sent. {_NETWORK}",
    ),
    "TlsFailed": Entry(
        cause="No trusted TLS connection came about.", source=INFERRED, retryable=False,
        fix="No trusted connection; nothing was sent. A proxy that opens TLS may need its certificate installed here.",
    ),
    "ProxyRefused": _ours(
        "The proxy did not let the request through.",
        f"The proxy did not let the request through; nothing was sent. {_NETWORK}", retryable=False,
    ),
    "Throttled": _ours("Graph kept asking to wait.", _THROTTLED),
    "TooManyRequests": Entry(cause="More requests than the quota allows.", fix=_THROTTLED, source=DOCUMENTED,
                             retryable=True),
    "Authorization_RequestDenied": Entry(
        cause="The permission or the role is missing.", fix=_PERMISSION, source=DOCUMENTED, retryable=False,
    ),
    "InvalidAuthenticationToken": Entry(
        cause="The token has ended, or is not for Graph.", source=SEEN, retryable=False,
        fix="The token has expired or is not for Graph. Get a new one, then rerun.",
    ),
    "Request_BadRequest": Entry(
        cause="Graph does not accept a property or a value.", source=SEEN, retryable=False, column=_CELL,
        fix="Graph did not accept a property or a value; the message usually names it. Correct the cell, then rerun. "
        "A property of beta needs --api-version beta.",
    ),
    "Request_MultipleObjectsWithSameKeyValue": Entry(
        cause="What was to be created exists already.", fix=_EXISTS, source=DOCUMENTED, retryable=True,
    ),
    "ConflictingObjects": Entry(
        cause="What was to be created exists already.", fix=_EXISTS, source=DOCUMENTED, retryable=True,
    ),
    "Directory_ObjectNotFound": Entry(
        cause="The partner, or its synchronization policy, does not exist.", fix=_MISSING, source=DOCUMENTED,
        retryable=True, column="tenantId",
    ),
    "serviceNotAvailable": Entry(cause="Graph is not well for the moment.", fix=_LATER, source=DOCUMENTED,
                                 retryable=True),
}  # fmt: skip
"""By error code, Graph's or ours."""

STATUSES: Mapping[int, Entry] = {
    400: Entry(cause="Graph does not accept the request.", source=DOCUMENTED, retryable=False, column=_CELL,
               fix="Graph did not accept the request; the message usually says why. Correct the cell, then rerun."),
    401: Entry(cause="Graph does not accept the token.", source=DOCUMENTED, retryable=False,
               fix="Graph did not accept the token. Get a new one, then rerun."),
    403: Entry(cause="Graph refuses; a setting may also be closed to apps (the last seen by third parties).",
               source=DOCUMENTED, retryable=False,
               fix=f"Graph refused. {_PERMISSION} A setting may also be closed to apps."),
    404: Entry(cause="It does not exist; no code is documented for a missing partner.", source=INFERRED,
               retryable=True, fix=_MISSING, column="tenantId"),
    409: Entry(cause="Another change may have been under way.", source=INFERRED, retryable=True,
               fix="Another change may have been under way at the same time. Rerun."),
    412: Entry(cause="The partner may have been changed at the same time.", source=INFERRED, retryable=True,
               fix="The partner may have been changed at the same time. Rerun."),
    423: Entry(cause="The resource is locked; documented in general, nothing for this API.", source=INFERRED,
               retryable=True, fix="The resource was locked. Rerun later."),
    429: Entry(cause="More requests than the quota allows.", source=DOCUMENTED, retryable=True, fix=_THROTTLED),
    500: Entry(cause="Graph failed inside.", source="retried by practice", retryable=True, fix=_LATER),
    502: Entry(cause="A gateway before Graph failed.", source="retried by practice", retryable=True, fix=_LATER),
    503: Entry(cause="Graph is not available for the moment.", source=DOCUMENTED, retryable=True, fix=_LATER),
    504: Entry(cause="Graph's backend did not answer in time.", source=DOCUMENTED, retryable=True, fix=_LATER),
}  # fmt: skip
"""By HTTP status, where the code says nothing more."""

GENERAL = "Read the message; the requestId helps Microsoft support to find the request. Then rerun."
SETTLE, LATER = _SETTLE, _LATER


def find(code: str) -> Entry | None:
    """The entry of an error code, in any case, or of an HTTP status."""
    wanted = code.strip().lower()
    known = {name.lower(): entry for name, entry in ENTRIES.items()}
    return known.get(wanted) or (STATUSES.get(int(wanted)) if wanted.isascii() and wanted.isdigit() else None)


def near(code: str) -> str:
    """The code that *code* looks like, or ""."""
    lowered = {name.lower(): name for name in ENTRIES}
    found = get_close_matches(code.lower(), lowered, n=1, cutoff=0.7)
    return lowered[found[0]] if found else ""

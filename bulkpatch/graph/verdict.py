"""What one reply means for the tenant, and for everybody. Pure: a table, and the few cases that need more.

Graph's own advice: branch on status and `error.code`, never on the message. Sources are named per row:
D documented by Microsoft, I inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bulkpatch.graph.reply import Fault, Reply


class Meaning(StrEnum):
    """The next thing to do about a reply."""

    DONE = "done"
    """It is as the request asked."""
    AGAIN = "again"
    """A passing fault: the same request may be sent again."""
    WAIT = "wait"
    """Graph told us to slow down: everybody waits, nobody's attempts are spent."""
    RENEW = "renew"
    """The token is no longer accepted: get another one, once."""
    NOT_THERE = "not there"
    """The resource does not exist."""
    THERE_ALREADY = "there already"
    """The resource exists, so it cannot be created."""
    REFUSED = "refused"
    """This request will never be accepted."""
    FORBIDDEN = "forbidden"
    """We may not do this; perhaps only to this tenant, perhaps to none."""
    DOUBTFUL = "doubtful"
    """An answer that proves nothing: only a GET can tell what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a reply means."""

    meaning: Meaning
    may_have_applied: bool = False
    """Whether the write may have been carried out although the answer does not say so."""
    fresh_connection: bool = False
    """Whether the next attempt should not reuse a connection."""
    service_fault: bool = False
    """Whether it speaks of Graph's health rather than of this tenant."""

    @property
    def is_final(self) -> bool:
        """Whether asking again the same way would bring nothing new."""
        return self.meaning not in {Meaning.AGAIN, Meaning.WAIT}


_PASSING = Verdict(meaning=Meaning.AGAIN, may_have_applied=True, service_fault=True)
_REFUSED = Verdict(meaning=Meaning.REFUSED)

BY_STATUS: Mapping[int, Verdict] = {
    400: _REFUSED,  # D: malformed, or a property that does not exist
    401: Verdict(meaning=Meaning.RENEW),  # D: InvalidAuthenticationToken
    403: Verdict(meaning=Meaning.FORBIDDEN),  # D: Authorization_RequestDenied
    404: Verdict(meaning=Meaning.NOT_THERE),  # D as a status; the code for a missing partner is not documented
    405: _REFUSED,  # D
    408: _PASSING,  # I
    409: Verdict(meaning=Meaning.AGAIN),  # I: a concurrent update; the documented kind is told apart below
    412: _REFUSED,  # D in general; nothing documented for this API, and we send no precondition
    423: Verdict(meaning=Meaning.AGAIN, service_fault=False),  # D in general: the resource is locked
    429: Verdict(meaning=Meaning.WAIT),  # D: TooManyRequests
    500: _PASSING,  # by practice
    502: _PASSING,  # by practice; usually a gateway's HTML
    503: Verdict(meaning=Meaning.AGAIN, may_have_applied=True, fresh_connection=True, service_fault=True),  # D
    504: _PASSING,  # D
    509: Verdict(meaning=Meaning.WAIT),  # D: bandwidth limit exceeded
}

BY_CODE: Mapping[str, Verdict] = {
    "Request_MultipleObjectsWithSameKeyValue": Verdict(meaning=Meaning.THERE_ALREADY),  # D: PUT or POST of what exists
    "Directory_ObjectNotFound": Verdict(meaning=Meaning.NOT_THERE),  # D: PATCH of what does not exist; status not given
}
"""Codes that say more than the status they come with."""

EXPECTED: Mapping[str, frozenset[int]] = {
    "GET": frozenset({200}),
    "PATCH": frozenset({204}),
    "PUT": frozenset({204, 201}),
    "POST": frozenset({201}),
    "DELETE": frozenset({204}),
}
"""The success that each method is documented to answer with."""


def judge(reply: Reply, *, method: str) -> Verdict:
    """Say what *reply* to a request with *method* means."""
    if reply.status is None:
        return _without_status(reply.fault)
    if reply.status < 400:
        return _success(reply, method)
    if reply.status < 500 and reply.code in BY_CODE:
        return BY_CODE[reply.code]
    if reply.status in {401, 403} and "insufficient_claims" in reply.challenge:
        return BY_STATUS[401]
    if reply.status in BY_STATUS:
        return BY_STATUS[reply.status]
    return _PASSING if reply.status >= 500 and reply.status not in {501, 505} else _REFUSED


def _without_status(fault: Fault | None) -> Verdict:
    sent = fault is None or not fault.never_sent
    return Verdict(meaning=Meaning.AGAIN, may_have_applied=sent, fresh_connection=True, service_fault=True)


def _success(reply: Reply, method: str) -> Verdict:
    if method == "GET":
        return _read(reply)
    if reply.status in EXPECTED[method]:
        return Verdict(meaning=Meaning.DONE)
    if reply.status is not None and reply.status >= 300:
        return _REFUSED  # a redirect is not followed: the token would go with it
    return Verdict(meaning=Meaning.DOUBTFUL, may_have_applied=True)


def _read(reply: Reply) -> Verdict:
    if reply.status == 200 and reply.is_json and reply.fault is None:
        return Verdict(meaning=Meaning.DONE)
    if reply.status is not None and reply.status >= 300:
        return _REFUSED
    return Verdict(meaning=Meaning.AGAIN, service_fault=True)

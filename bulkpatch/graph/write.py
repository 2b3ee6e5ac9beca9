"""One patch → what became of it: sent, sent again, turned into a create or an update, or settled by a read.

PATCH and PUT are idempotent here (same body, same end state) and may be sent again after a lost answer. POST is not:
its lost answer is settled by a GET first. Whatever stays in doubt is settled by a GET as well; only when even that
cannot tell is the word "unknown".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bulkpatch.drift import is_carried_out
from bulkpatch.graph.courier import Courier, Request
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.graph.read import Reader
from bulkpatch.graph.reply import Reply
from bulkpatch.graph.retry import Exchange, Persistence
from bulkpatch.graph.verdict import Meaning
from bulkpatch.merge import lay_over
from bulkpatch.model import Absent, Difference, Endpoint, GraphError, Outcome, Patch, Settings, Status, Step, Unreadable

SETTLE_READS = 4
"""Reads that may show the state before the write: Graph's reads lag behind its writes."""
SETTLE_PAUSE = 2.0


class Ledger(Protocol):
    """Who writes down what is sent, before it is sent."""

    async def sending(self, patch: Patch, attempt: int, client_request_id: str) -> None:
        """The write sets out when this returns."""
        ...

    def answered(self, patch: Patch, reply: Reply) -> None:
        """The write was answered, or its connection died."""
        ...

    def settled(self, patch: Patch, finding: str) -> None:
        """A read told what became of a write whose answer was lost."""
        ...

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """A tenant has its final word."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one patch."""

    status: Status
    """succeeded, failed or unknown; not_sent when it was only ever told to wait."""
    attempts: int
    error: GraphError | None = None
    http_status: int | None = None
    request_id: str = ""
    client_request_id: str = ""
    differences: tuple[Difference, ...] = ()
    created: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes patches, each until it is known what became of it or patience ends."""

    courier: Courier
    reader: Reader
    endpoint: GraphEndpoint
    persistence: Persistence
    ledger: Ledger
    create_missing: bool = False
    max_rounds: int = 4
    """How often the kind of request may change: PATCH finds nothing, PUT finds something, ..."""

    async def write(self, patch: Patch) -> Written:
        """Write *patch*; raises HaltedError when it must not set out any more, and it has not."""
        attempts = _Attempts()
        note = ""
        for _ in range(self.max_rounds):
            exchange = await self._send(patch, attempts)
            attempts.doubted = attempts.doubted or exchange.doubtful
            if exchange.verdict.meaning is Meaning.DONE:
                return _written(patch, exchange, attempts, Status.SUCCEEDED, note=note)
            following = await self._other_kind(patch, exchange.verdict.meaning)
            if following is not None and not following.body:
                return _written(following, exchange, attempts, Status.SUCCEEDED, note="it was so already")
            if following is None:
                settled = await self._conclude(patch, exchange, attempts)
                if isinstance(settled, Written):
                    return settled
                following, note = settled, "an answer was lost; a read told what was left to send"
            patch = following
        return _written(patch, exchange, attempts, Status.FAILED, error=exchange.reply.error)

    async def _conclude(self, patch: Patch, exchange: Exchange, attempts: _Attempts) -> Written | Patch:
        if attempts.doubted:  # by this request or by one before it: a read has the word
            return await self._settle(patch, exchange, attempts)
        if not exchange.verdict.is_final and self.courier.halt.is_set:
            return _written(patch, exchange, attempts, Status.NOT_SENT, note=self.courier.halt.reason)
        return _written(patch, exchange, attempts, Status.FAILED, error=_error(patch, exchange))

    async def _send(self, patch: Patch, attempts: _Attempts) -> Exchange:
        async def sending(client_request_id: str) -> None:
            await self.ledger.sending(patch, attempts.count + 1, client_request_id)

        def answered(reply: Reply) -> None:
            attempts.count += 1
            self.ledger.answered(patch, reply)

        request = Request(
            method=patch.method,
            url=self.endpoint.partners if patch.method == "POST" else self.endpoint.url(patch.tenant, patch.endpoint),
            body=None if patch.method == "DELETE" else patch.body,
            on_sending=sending,
            on_answered=answered,
        )

        async def attempt(fresh: bool) -> Exchange:
            return await self.courier.exchange(request, fresh=fresh)

        return await self.persistence.send(attempt, replay=patch.method != "POST")

    async def _other_kind(self, patch: Patch, meaning: Meaning) -> Patch | None:
        """The request to send instead, when what the plan saw is no longer so; None when there is none."""
        if meaning is Meaning.NOT_THERE and patch.method == "DELETE":
            return replace(patch, body={})
        if meaning is Meaning.NOT_THERE and patch.method == "PATCH":
            if patch.endpoint is Endpoint.SYNC:
                return replace(patch, method="PUT", body=_set_only(patch.body), before=None)
            if self.create_missing:
                return replace(
                    patch, method="POST", body={"tenantId": patch.tenant, **_set_only(patch.body)}, before=None
                )
        if meaning is Meaning.THERE_ALREADY and patch.method in {"PUT", "POST"}:
            return await self._as_update(patch)
        return None

    async def _as_update(self, patch: Patch) -> Patch | None:
        if patch.endpoint is Endpoint.SYNC:
            return replace(patch, method="PATCH")  # its settings stand alone, so there is nothing to merge
        live = await self._look(patch, until=lambda now: isinstance(now, Mapping))
        return _update(patch, live) if isinstance(live, Mapping) else None

    async def _look(
        self, patch: Patch, *, until: Callable[[Settings | Absent], bool]
    ) -> Settings | Absent | Unreadable:
        """Read the resource of *patch*, some times over if need be: reads lag behind writes."""
        live = await self.reader.one(patch.tenant, patch.endpoint, last_look=True)
        for _ in range(SETTLE_READS - 1):
            if isinstance(live, Unreadable) or until(live):
                break
            await self.courier.halt.sleep(SETTLE_PAUSE)
            live = await self.reader.one(patch.tenant, patch.endpoint, last_look=True)
        return live

    async def _settle(self, patch: Patch, exchange: Exchange, attempts: _Attempts) -> Written | Patch:
        """Read what became of *patch*: its final word, or what is still to be sent."""
        live = await self._look(
            patch, until=lambda now: is_carried_out(patch, now if isinstance(now, Mapping) else None)
        )
        return self._settled(patch, exchange, attempts, live)

    def _settled(
        self, patch: Patch, exchange: Exchange, attempts: _Attempts, live: Settings | Absent | Unreadable
    ) -> Written | Patch:
        if isinstance(live, Unreadable):
            self.ledger.settled(patch, "unreadable")
            # A gateway that gave up waiting says nothing of what it was waiting for.
            in_doubt = exchange.lost or exchange.reply.status in {502, 504}
            status = Status.UNKNOWN if in_doubt else Status.FAILED
            note = "sent, no answer that can be trusted, and a read could not tell either" if in_doubt else ""
            return _written(patch, exchange, attempts, status, error=exchange.reply.error, note=note)
        if is_carried_out(patch, live if isinstance(live, Mapping) else None):
            self.ledger.settled(patch, "applied")
            return _written(
                patch, exchange, attempts, Status.SUCCEEDED, note="the answer was lost; a read shows it applied"
            )
        self.ledger.settled(patch, "not applied")
        if patch.method == "POST" and not exchange.verdict.is_final and self._may_go_on(attempts):
            return _update(patch, live) if isinstance(live, Mapping) else patch
        if exchange.verdict.meaning is Meaning.DOUBTFUL and exchange.reply.is_json:  # Graph said yes, and reads may lag
            note = "answered with success of another kind than documented, and reads did not show it yet"
            return _written(patch, exchange, attempts, Status.UNKNOWN, error=exchange.reply.error, note=note)
        note = "a read shows that it was not applied"
        return _written(patch, exchange, attempts, Status.FAILED, error=exchange.reply.error, note=note)

    def _may_go_on(self, attempts: _Attempts) -> bool:
        return attempts.count < self.persistence.patience.max_attempts and not self.courier.halt.is_set


@dataclass(slots=True)
class _Attempts:
    count: int = 0
    doubted: bool = False
    """Whether any of them may have been carried out without our knowing."""


def _update(patch: Patch, live: Settings) -> Patch:
    """A create that found the resource there, as an update with what it does not have yet."""
    wanted = {name: value for name, value in patch.body.items() if name != "tenantId"}
    return replace(patch, method="PATCH", body=lay_over(patch.endpoint, wanted, live))


def _set_only(body: Settings) -> Settings:
    return {name: value for name, value in body.items() if value is not None}


def _error(patch: Patch, exchange: Exchange) -> GraphError:
    error = exchange.reply.error
    if exchange.verdict.meaning is Meaning.NOT_THERE and patch.endpoint is Endpoint.PARTNER:
        message = f"The partner is gone since the plan was made. Graph said: {error.code}, {error.message}"
        return replace(error, code="PartnerNotFound", message=message)
    return error


def _written(
    patch: Patch,
    exchange: Exchange,
    attempts: _Attempts,
    status: Status,
    *,
    error: GraphError | None = None,
    note: str = "",
) -> Written:
    reply = exchange.reply
    return Written(
        status=status,
        attempts=attempts.count,
        error=error,
        http_status=reply.status,
        request_id=reply.request_id,
        client_request_id=reply.client_request_id,
        differences=patch.differences,
        created=patch.method == "POST" and status is Status.SUCCEEDED,
        note=note,
    )

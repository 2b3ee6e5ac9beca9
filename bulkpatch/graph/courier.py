"""One exchange with everything that belongs to it: its turn, its token, its record, what it tells the others."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bulkpatch.errors import NotPermitted, ServiceFailing, SignInFailed
from bulkpatch.graph.auth import TokenSource
from bulkpatch.graph.circuit import Circuit
from bulkpatch.graph.gate import Gate
from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.graph.reply import Reply, claims_of, retry_after_seconds
from bulkpatch.graph.retry import Exchange
from bulkpatch.graph.verdict import Meaning, judge
from bulkpatch.model import Settings

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """What the courier needs of a client."""

    async def send(
        self, method: str, url: str, *, token: str, body: Settings | None, fresh: bool, request_id: str
    ) -> Reply:
        """Send one request and give its reply."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, and who wants to know when it sets out and when it is answered."""

    method: str
    url: str
    body: Settings | None = None
    on_sending: Callable[[str], Awaitable[None]] | None = None
    """Called with the client-request-id; the request sets out after it returns."""
    on_answered: Callable[[Reply], None] | None = None
    last_look: bool = False
    """Whether this read may set out although the run is being stopped, to settle what is in doubt."""


@dataclass(slots=True, kw_only=True)
class Counts:
    """Requests so far."""

    reads: int = 0
    writes: int = 0
    throttled: int = 0
    faults: int = 0


@dataclass(slots=True, kw_only=True)
class Courier:
    """Carries requests to Graph and answers back, one exchange at a time per caller."""

    client: Sender
    tokens: TokenSource
    reads: Gate
    writes: Gate
    halt: Halt
    circuit: Circuit
    clock: Callable[[], float]
    today: Callable[[], datetime]
    on_pause: Callable[[float], None] = lambda _: None
    counts: Counts = field(default_factory=Counts)

    async def exchange(self, request: Request, *, fresh: bool = False) -> Exchange:
        """Send *request* once; a token that is no longer accepted is renewed once and the request repeated.

        Raises HaltedError when the run is being stopped before the request set out. When there is no token that
        Graph accepts, the run is stopped and the refusal given back.
        """
        token = await self.tokens.token()
        exchange = await self._once(request, token, fresh=fresh)
        if exchange.verdict.meaning is Meaning.RENEW:
            return await self._with_another_token(request, token, exchange, fresh=fresh)
        return exchange

    async def _with_another_token(self, request: Request, token: str, refusal: Exchange, *, fresh: bool) -> Exchange:
        try:
            token = await self.tokens.renew(token, claims=claims_of(refusal.reply.challenge))
            exchange = await self._once(request, token, fresh=fresh)
        except SignInFailed as exc:
            self.halt.stop(exc.what, error=exc)
            return refusal
        except HaltedError:
            return refusal
        if exchange.verdict.meaning is Meaning.RENEW:
            error = _not_accepted(exchange.reply)
            self.halt.stop(error.what, error=error)
        return exchange

    async def _once(self, request: Request, token: str, *, fresh: bool) -> Exchange:
        gate = self.reads if request.method == "GET" else self.writes
        request_id = str(uuid.uuid4())
        await gate.turn(last_look=request.last_look)
        if request.on_sending:
            await request.on_sending(request_id)
            while not gate.may_go():  # a pause began while the journal was written: sending now would be early
                await gate.turn()
            self.halt.check()
        sent_at = self.clock()
        reply = await self.client.send(
            request.method, request.url, token=token, body=request.body, fresh=fresh, request_id=request_id
        )
        if request.on_answered:
            request.on_answered(reply)
        exchange = Exchange(reply=reply, verdict=judge(reply, method=request.method))
        self._learn(gate, request, exchange, sent_at)
        return exchange

    def _learn(self, gate: Gate, request: Request, exchange: Exchange, sent_at: float) -> None:
        now, reply, verdict = self.clock(), exchange.reply, exchange.verdict
        self._count(request)
        _log.info("%s %s: %s, %.0f ms, %s", request.method, request.url, reply.status or reply.fault,
                  1000 * reply.seconds, reply.client_request_id)  # fmt: skip
        hint = retry_after_seconds(reply.retry_after, now=self.today())
        if verdict.meaning is Meaning.WAIT:
            self.counts.throttled += 1
            self.on_pause(gate.pace.refused(now, sent_at=sent_at, hint=hint))
        elif verdict.service_fault and hint is not None:
            self.on_pause(gate.pace.pause(now, hint))
        elif not verdict.service_fault:
            gate.pace.accepted(now)
        if reply.throttle_percentage is not None:
            gate.pace.strained(now, reply.throttle_percentage)
        self._watch(request, exchange, now)

    def _count(self, request: Request) -> None:
        if request.method == "GET":
            self.counts.reads += 1
        else:
            self.counts.writes += 1

    def _watch(self, request: Request, exchange: Exchange, now: float) -> None:
        reply, verdict = exchange.reply, exchange.verdict
        if verdict.service_fault or verdict.meaning is Meaning.WAIT:
            self.counts.faults += verdict.service_fault
            if self.circuit.faulty(now, throttled=verdict.meaning is Meaning.WAIT):
                what = f"Graph has answered nothing but faults for a while, the last one {reply.error.code}"
                self.halt.stop(what, error=ServiceFailing(what, next_step="Run the rest when Graph is well again."))
            return
        self.circuit.healthy(now)
        if request.method == "GET":
            return
        if verdict.meaning is Meaning.DONE:
            self.circuit.granted()
        elif verdict.meaning is Meaning.FORBIDDEN and self.circuit.refused_permission():
            what = f"Graph refuses every write: {reply.error.message}"
            self.halt.stop(what, error=NotPermitted(what, next_step=PERMISSION))


PERMISSION = "Grant Policy.ReadWrite.CrossTenantAccess to the app (or sign in as Security Administrator), then rerun."


def _not_accepted(reply: Reply) -> SignInFailed:
    return SignInFailed(
        f"Graph does not accept the token: {reply.error.code}, {reply.error.message}",
        next_step="Get a new token for this cloud and this tenant.",
    )

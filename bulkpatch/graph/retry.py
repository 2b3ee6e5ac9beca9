"""Asking again: a tenacity policy that obeys the verdict.

A 429 spends no attempts: everybody waits at the gate, and the tenant that met it is not to blame. Other faults are
retried with exponential backoff and full jitter, by count and by time.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.graph.reply import Reply
from bulkpatch.graph.verdict import Meaning, Verdict

BACKOFF = 0.5
BACKOFF_CAP = 30.0
WAITS_PER_ATTEMPT = 20
"""A tenant that is answered 429 this many times for each allowed attempt is given up: the 429 is its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what its answer means."""

    reply: Reply
    verdict: Verdict
    doubtful: bool = False
    """Whether this or an earlier attempt may have been carried out without saying so."""
    lost: bool = False
    """Whether this or an earlier attempt set out and was never answered in a way that can be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one tenant is tried."""

    max_attempts: int = 6
    seconds: float = 300.0
    """Spent on requests and backoff; waiting at the gate is not counted."""


class Persistence:
    """Sends one request until its verdict is final or patience ends."""

    def __init__(self, patience: Patience, *, rng: random.Random, halt: Halt) -> None:
        self.patience = patience
        self._rng = rng
        self._halt = halt

    async def send(self, attempt: Callable[[bool], Awaitable[Exchange]], *, replay: bool = True) -> Exchange:
        """Call *attempt* (with whether to use a fresh connection) until there is nothing more to gain.

        Without *replay*, a request that may have been carried out is not sent again: POST is not idempotent.
        A halt ends the sending with the last answer; raises HaltedError when there is none yet.
        """
        spent = _Spent()

        async def once() -> Exchange:
            try:
                exchange = await attempt(spent.fresh)
            except HaltedError:
                if spent.last is None:
                    raise
                return spent.last
            return spent.count(exchange)

        def again(exchange: Exchange) -> bool:
            return not exchange.verdict.is_final and (replay or not exchange.verdict.may_have_applied)

        first = await once()
        if not again(first):
            return first
        ready = [first]

        async def following() -> Exchange:
            return ready.pop() if ready else await once()

        retrying = AsyncRetrying(
            retry=retry_if_result(again),
            stop=lambda _: self._halt.is_set or spent.exceeds(self.patience),
            wait=lambda state: self._wait(state, spent),
            sleep=self._halt.sleep,
            retry_error_callback=_last,
        )
        return await retrying(following)

    def _wait(self, state: RetryCallState, spent: _Spent) -> float:
        if _last(state).verdict.meaning is Meaning.WAIT:
            return 0.0
        seconds = self.backoff(spent.attempts)
        spent.seconds += seconds
        return seconds

    def backoff(self, attempts: int) -> float:
        """Seconds to wait after *attempts* attempts: full jitter under an exponential ceiling."""
        return BACKOFF / 10 + self._rng.uniform(0, min(BACKOFF_CAP, BACKOFF * 2 ** (attempts - 1)))


def _last(state: RetryCallState) -> Exchange:
    assert state.outcome is not None  # noqa: S101 - tenacity calls us after an attempt
    exchange: Exchange = state.outcome.result()
    return exchange


@dataclass(slots=True)
class _Spent:
    attempts: int = 0
    waits: int = 0
    seconds: float = 0.0
    fresh: bool = False
    doubtful: bool = False
    lost: bool = False
    last: Exchange | None = None

    def count(self, exchange: Exchange) -> Exchange:
        self.seconds += exchange.reply.seconds
        self.fresh = exchange.verdict.fresh_connection
        self.doubtful = self.doubtful or exchange.verdict.may_have_applied
        if exchange.verdict.meaning is Meaning.WAIT:
            self.waits += 1
        else:
            self.attempts += 1
        unanswered = exchange.reply.status is None or exchange.verdict.meaning is Meaning.DOUBTFUL
        self.lost = self.lost or (exchange.verdict.may_have_applied and unanswered)
        marked = self.doubtful or self.lost
        self.last = replace(exchange, doubtful=self.doubtful, lost=self.lost) if marked else exchange
        return self.last

    def exceeds(self, patience: Patience) -> bool:
        return (
            self.attempts >= patience.max_attempts
            or self.waits >= patience.max_attempts * WAITS_PER_ATTEMPT
            or self.seconds >= patience.seconds
        )

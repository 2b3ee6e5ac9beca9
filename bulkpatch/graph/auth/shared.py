"""One token for all workers: renewed ahead of its end, one renewal at a time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bulkpatch.errors import BulkpatchError, SignInFailed

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

AHEAD = 300.0
"""Seconds before its end at which a token is renewed; a fifth of its life when that is less."""
AGAIN = 30.0
"""Seconds after which a renewal that failed ahead of time is tried again."""
LEAST = 5.0
"""Seconds before its end at which a token is no longer sent, of a token that lives long enough."""


class TokenSource(Protocol):
    """Gives the token that all workers share."""

    async def token(self) -> str:
        """The token to send now."""
        ...

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        """Another token, after Graph did not accept *rejected*; raises SignInFailed when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token, just obtained."""

    token: str = field(repr=False)
    expires_in: float
    """Seconds from now."""
    refresh_in: float | None = None
    """Seconds from now after which Entra advises to renew; None when it does not say."""


class Acquire(Protocol):
    """Obtains a token, however long it takes: called in a thread."""

    def __call__(self, *, claims: str | None, fresh: bool) -> Issued:
        """A token; *fresh*: not one out of a cache. Raises SignInFailed."""
        ...


class SharedToken:
    """The token of a run."""

    def __init__(self, acquire: Acquire, *, clock: Callable[[], float]) -> None:
        self._acquire = acquire
        self._clock = clock
        self._token = ""
        self._due_at = self._ends_at = float("-inf")
        self._turn = asyncio.Lock()
        self.renewals = 0
        """How often a token was obtained after the first one."""

    async def token(self) -> str:
        """The token to send now. While it still lives, one worker renews it and the others go on with it."""
        now = self._clock()
        if now < self._due_at or (now < self._ends_at and self._turn.locked()):
            return self._token
        async with self._turn:
            if self._clock() >= self._due_at:
                await self._renew_in_time()
        return self._token

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        """Another token, after Graph did not accept *rejected*: obtained once, however many workers were refused."""
        async with self._turn:
            if self._token == rejected:
                await self._obtain(claims=claims)
            if self._token == rejected:
                what = "Graph does not accept the token, and signing in again gave the same one"
                raise SignInFailed(f"{what}.", next_step="Wait a few minutes, or sign in again, then rerun.")
        return self._token

    async def _renew_in_time(self) -> None:
        try:
            await self._obtain(claims=None)
        except BulkpatchError as exc:
            if self._clock() >= self._ends_at:
                raise
            _log.warning("The token could not be renewed yet: %s", exc.what)
            self._due_at = min(self._ends_at, self._clock() + AGAIN)

    async def _obtain(self, *, claims: str | None) -> None:
        first = not self._token
        issued = await in_thread(lambda: self._acquire(claims=claims, fresh=not first))
        now, lives = self._clock(), issued.expires_in
        self._token = issued.token
        self.renewals += not first
        self._ends_at = now + max(0.0, lives - min(LEAST, 0.1 * lives))
        ahead = lives - min(AHEAD, 0.2 * lives)
        self._due_at = now + min(ahead, issued.refresh_in or ahead)


async def in_thread(call: Callable[[], _T]) -> _T:
    """Await *call* in a thread that nobody waits for at the end: Ctrl-C ends a sign-in that hangs."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type] # the result of call

    def work() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as exc:  # noqa: BLE001 - handed to whoever awaits
            error = exc
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=work, name="sign-in", daemon=True).start()
    return await done

"""One switch that ends the sending: an interrupt, a deadline, a stop condition.

Whoever waits is woken at once; what is in flight is finished.
"""

from __future__ import annotations

import asyncio

from bulkpatch.errors import BulkpatchError


class HaltedError(Exception):
    """The run is being stopped, so this request does not set out."""


class Halt:
    """Set once; the first reason stays."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason = ""
        self.error: BulkpatchError | None = None
        self.interrupted = False

    @property
    def is_set(self) -> bool:
        """Whether nothing more may set out."""
        return self._event.is_set()

    def stop(self, reason: str, *, error: BulkpatchError | None = None, interrupted: bool = False) -> None:
        """End the sending, for *reason*."""
        if not self.is_set:
            self.reason, self.error, self.interrupted = reason, error, interrupted
            self._event.set()

    def check(self) -> None:
        """Raise HaltedError when nothing more may set out."""
        if self.is_set:
            raise HaltedError

    async def sleep(self, seconds: float) -> None:
        """Wait *seconds*, or until the halt."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return

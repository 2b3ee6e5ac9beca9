"""The pace, as something to wait at: one queue, in order of arrival, for all workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bulkpatch.errors import ServiceFailing
from bulkpatch.graph.halt import Halt
from bulkpatch.graph.pace import CAP, Pace


class Gate:
    """Lets one request through at a time, when the pace says so."""

    def __init__(self, pace: Pace, halt: Halt, *, clock: Callable[[], float]) -> None:
        self.pace = pace
        self.deadline: float | None = None
        """After this moment of the clock nothing sets out."""
        self._halt = halt
        self._clock = clock
        self._queue = asyncio.Lock()

    async def turn(self, *, last_look: bool = False) -> None:
        """Wait until a request may set out, and count it; raises HaltedError when none may any more.

        A *last look* may set out after the halt as well, unless it would have to wait: it settles what is in doubt.
        """
        async with self._queue:
            while True:
                now = self._clock()
                wait = self.pace.delay(now)
                if not last_look or wait > 0:
                    self._halt.check()
                self._refuse_to_overstay(now, wait)
                if wait <= 0:
                    self.pace.take(now)
                    return
                await self._halt.sleep(wait)

    def may_go(self) -> bool:
        """Whether no pause has begun since the turn was given."""
        return self.pace.paused_until <= self._clock()

    def _refuse_to_overstay(self, now: float, wait: float) -> None:
        pause = self.pace.paused_until - now
        if pause > CAP + 1:
            reason = f"Graph asked to wait {pause:.0f} s, which is longer than the {CAP:.0f} s that are waited out"
        elif self.deadline is not None and now + wait > self.deadline:
            reason = f"the next request may set out in {wait:.0f} s, after the deadline"
        else:
            return
        self._halt.stop(reason, error=ServiceFailing(reason, next_step="Run the rest later, with the rerun command."))
        self._halt.check()

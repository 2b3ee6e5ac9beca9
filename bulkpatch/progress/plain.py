"""One line now and then, for logs and pipes: each is whole by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from bulkpatch.progress.watcher import Watcher
from bulkpatch.report.wording import show_duration, visible

EVERY = 5.0
"""Seconds between two lines."""


class PlainWatcher(Watcher):
    """Writes lines."""

    def __init__(self, clock: Callable[[], float], out: TextIO) -> None:
        super().__init__(clock)
        self._out = out
        self._said_at = 0.0

    def paused(self, seconds: float) -> None:
        """Everybody waits for so long, because Graph said so."""
        longer = seconds > self.waits + 0.5
        super().paused(seconds)
        if longer:
            self.say(f"Graph says to slow down: everybody waits {seconds:.0f} s.")

    def say(self, text: str) -> None:
        """Write a line."""
        self._out.write(visible(text) + "\n")
        self._out.flush()

    def line(self) -> str:
        """How far it is."""
        rate, left = self.rate.per_second(self.clock()), self.seconds_left
        parts = [f"{self.title}: {self.done:,} of {self.total:,} tenants"]
        parts += [f"{rate:.1f} a second"] if rate else []
        parts += [f"about {show_duration(left)} left"] if left and self.done < self.total else []
        tally = self.tally()
        return ", ".join(parts) + (f" ({tally})" if tally else "")

    def _begin(self) -> None:
        self._said_at = self.clock()

    def _moved(self) -> None:
        if self.clock() - self._said_at >= EVERY:
            self._said_at = self.clock()
            self.say(f"{time.strftime('%H:%M:%S')} {self.line()}")

"""What can be told of a run while it goes on: counts, rate, what is in flight, the last failures."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from bulkpatch.model import Json, Outcome, Status, Step
from bulkpatch.progress.events import EventLog

RECENT = 15.0
"""Seconds over which the rate is measured."""


class Rate:
    """How many a second, lately. Takes `now`."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self._since = math.inf

    def add(self, now: float) -> None:
        """One more."""
        self._since = min(self._since, now)
        self._times.append(now)
        self._forget(now)

    def per_second(self, now: float) -> float:
        """Over the last seconds, or since the first one when that is less."""
        self._forget(now)
        window = min(RECENT, now - self._since)
        return len(self._times) / window if window >= 1.0 else 0.0

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - RECENT:
            self._times.popleft()


class Watcher:
    """Sees what happens and says nothing: the base of the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.log: EventLog | None = None
        self.title = ""
        self.counts = dict.fromkeys(Status, 0)
        self.total = 0
        self.done = 0
        self.in_flight = 0
        self.throttled = 0
        self.rate = Rate()
        self.failures: deque[str] = deque(maxlen=3)
        self.is_stopping = False
        self._paused_until = -math.inf

    @contextmanager
    def reading(self, total: int) -> Iterator[None]:
        """While live partners are read."""
        yield from self._phase("Reading", total)

    @contextmanager
    def sending(self, total: int) -> Iterator[None]:
        """While writes are sent."""
        yield from self._phase("Sending", total)

    def read(self) -> None:
        """One tenant was read."""
        self.done += 1
        self.rate.add(self.clock())
        self._moved()

    def finished(self, step: Step, outcome: Outcome) -> None:
        """One tenant has its final word."""
        self.counts[outcome.status] += 1
        if step.patches:
            self.done += 1
            self.rate.add(self.clock())
        if outcome.status in {Status.FAILED, Status.UNKNOWN}:
            rows = ", ".join(map(str, step.rows))
            code = outcome.error.code if outcome.error else outcome.status.value
            self.failures.append(f"row {rows}  {step.name or step.label or step.tenant}  {code}")
        self._moved()

    def event(self, kind: str, fields: Mapping[str, Json]) -> None:
        """Something that the journal wrote down as well."""
        if kind == "sending":
            self.in_flight += 1
        elif kind == "answered":
            self.in_flight = max(0, self.in_flight - 1)
            self.throttled += fields.get("status") == 429
        if self.log is not None:
            self.log.write(kind, fields)
        self._moved()

    def paused(self, seconds: float) -> None:
        """Everybody waits for so long, because Graph said so."""
        self._paused_until = max(self._paused_until, self.clock() + seconds)
        if self.log is not None:
            self.log.write("paused", {"seconds": round(seconds, 3)})
        self._moved()

    def planned(self, fields: Mapping[str, Json]) -> None:
        """A plan was made: its numbers."""
        if self.log is not None:
            self.log.write("planned", fields)

    def stopping(self) -> str:
        """No more is sent; say so."""
        self.is_stopping = True
        what = f"{self.in_flight} request{'s' * (self.in_flight != 1)} in flight" if self.in_flight else "what is begun"
        text = f"Stopping: finishing {what}. Ctrl-C again stops at once; the journal tells what was sent."
        self.say(text)
        return text

    def say(self, text: str) -> None:
        """Tell the person something now."""

    @property
    def waits(self) -> float:
        """Seconds until a pause ends; 0 when there is none."""
        return max(0.0, self._paused_until - self.clock())

    @property
    def seconds_left(self) -> float | None:
        """At the rate of late, the pause included; None while that is not known."""
        rate = self.rate.per_second(self.clock())
        return None if rate <= 0 else (self.total - self.done) / rate + self.waits

    def tally(self) -> str:
        """Counts that are not zero, in words."""
        return ", ".join(f"{count:,} {status.value}" for status, count in self.counts.items() if count)

    def _phase(self, title: str, total: int) -> Iterator[None]:
        self.title, self.total, self.done, self.rate = title, total, 0, Rate()
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _begin(self) -> None:
        pass

    def _moved(self) -> None:
        pass

    def _end(self) -> None:
        pass

"""When the next write may set out: one pace for all workers. Pure: driven by `now`, in seconds of any steady clock.

Three limits hold at once, and the slowest wins:

- the mirror: a token bucket like the quota we were told (documented for Graph: 3,000 writes per 150 s for one app on
  one tenant), so that a known quota is never exceeded;
- the rate: it starts low, grows while nobody complains, and falls on 429. Between two 429s the service's bucket went
  from empty to empty, so what it accepted in between is its true refill, whatever we were told;
- the pause: after a 429 nobody sends until Retry-After has passed. Early calls are charged and make the wait longer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FLOOR = 1.0
"""The shortest wait after a 429: Graph is known to send Retry-After 0."""
CAP = 600.0
"""The longest Retry-After that is waited out; beyond it the run stops rather than call early."""
MISSING = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Waits for 429s in a row that came without a readable Retry-After."""
MARGIN = 0.05
"""Clocks differ and packets race: this much is added to every wait."""

START_RATE = 10.0
CLIMB = 4.0
"""Writes per second gained each second before anybody complained."""
PROBE = 0.4
"""Share of the rate gained each second after a complaint, more the longer it is quiet: others may have gone home."""
SLACK = 0.05
"""Seconds by which a late wake-up may be caught up, so that timers do not slow the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many writes in so many seconds."""

    writes: int
    seconds: float

    @property
    def per_second(self) -> float:
        """The refill of the bucket."""
        return self.writes / self.seconds

    def __str__(self) -> str:
        return f"{self.writes}/{self.seconds:g}"


DOCUMENTED = Quota(writes=3000, seconds=150)
"""Microsoft's throttling limits, "Identity and access service", app + tenant (2026-02)."""


class Pace:
    """The state of one pace: ask `delay`, then `take`; tell it what came of it."""

    def __init__(self, *, quota: Quota | None, told: bool, now: float, start_rate: float | None = None) -> None:
        """With *told*, the person vouches for *quota* (or for there being none): no slow start."""
        self.rate = math.inf if told else (start_rate or START_RATE)
        self.paused_until = now
        self._mirror = _Mirror(quota, now) if quota else None
        self._next_slot = now
        self._grown_at = now
        self._complaints = 0
        self._in_a_row = 0
        self._since = now
        self._accepted = 0
        self._cautious_until = now

    def delay(self, now: float) -> float:
        """Seconds until the next write may set out; 0 when it may now."""
        mirror = self._mirror.delay(now) if self._mirror else 0.0
        return max(0.0, self.paused_until - now, self._next_slot - now, mirror)

    def take(self, now: float) -> None:
        """A write sets out now."""
        if self._mirror:
            self._mirror.take(now)
        self._next_slot = max(self._next_slot, now - SLACK) + 1 / self.rate

    def accepted(self, now: float) -> None:
        """A write was answered, and not with a complaint."""
        self._accepted += 1
        self._in_a_row = 0
        passed, self._grown_at = min(now - self._grown_at, 1.0), now
        if now >= self._cautious_until and math.isfinite(self.rate):
            self.rate += passed * self._climb(now)

    def _climb(self, now: float) -> float:
        if not self._complaints:
            return CLIMB
        quiet = max(0.0, now - max(self._since, self.paused_until))
        return PROBE * (1.0 + quiet)

    def pause(self, now: float, hint: float | None) -> float:
        """Hold everybody back for *hint* seconds (None: not said); give the wait. More than CAP is not waited out."""
        wait = MISSING[min(self._in_a_row, len(MISSING) - 1)] if hint is None else max(hint, FLOOR)
        self.paused_until = max(self.paused_until, now + wait + MARGIN)
        self._next_slot = max(self._next_slot, self.paused_until)
        return wait

    def refused(self, now: float, *, sent_at: float, hint: float | None) -> float:
        """A write that set out at *sent_at* was answered 429: pause, and slow down once per complaint."""
        wait = self.pause(now, hint)
        if sent_at >= self._since or not self._complaints:
            self._slow_down(now)
        return wait

    def strained(self, now: float, share: float) -> None:
        """Graph says that *share* of the limit is used (it tells from 0.8 on): stop growing, or slow down early."""
        if share >= 1.0 and now >= self._cautious_until and math.isfinite(self.rate):
            self.rate *= 0.8
        self._cautious_until = max(self._cautious_until, now + 2.0)

    def _slow_down(self, now: float) -> None:
        passed = max(now - self._since, 1e-3)
        served = self._accepted / passed
        if not self._complaints:
            self.rate = min(self.rate, served) * 0.7
        elif passed >= 1.0 and self._accepted:
            self.rate = min(self.rate * 0.95, max(served * 1.1, self.rate * 0.75))
        else:
            self.rate *= 0.7
        self.rate = max(self.rate, 0.2)
        self._complaints += 1
        self._in_a_row += 1
        self._since, self._accepted, self._grown_at = now, 0, now


class _Mirror:
    """The quota's bucket on our side, a little smaller and a little slower than the real one."""

    def __init__(self, quota: Quota, now: float) -> None:
        self._size = max(1.0, math.floor(quota.writes * 0.99) - 1)
        self._refill = quota.per_second * 0.995
        self._tokens = self._size
        self._at = now

    def delay(self, now: float) -> float:
        return max(0.0, (1.0 - self._level(now)) / self._refill)

    def take(self, now: float) -> None:
        self._tokens, self._at = self._level(now) - 1.0, now

    def _level(self, now: float) -> float:
        return min(self._size, self._tokens + (now - self._at) * self._refill)

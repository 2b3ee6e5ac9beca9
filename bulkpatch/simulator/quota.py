"""A write quota that charges refused requests and punishes early ones. Pure: takes `now`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bulkpatch.simulator.behaviour import Quota

ON_ITS_WAY = 0.05
"""Seconds after a 429 in which a write is refused, but not called early: it had set out before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A 429: how long to wait, and whether the caller had been told already."""

    retry_after: int
    early: bool


class Bucket:
    """The state of one quota."""

    def __init__(self, quota: Quota, now: float) -> None:
        self.quota = quota
        self._tokens = quota.burst
        self._at = now
        self._told_at = -math.inf
        self._banned_until = -math.inf

    def change(self, quota: Quota, now: float) -> None:
        """Take another quota from now on; what is in the bucket stays, up to the new size."""
        self._refill(now)
        self.quota, self._tokens = quota, min(self._tokens, quota.burst)

    def used(self, now: float) -> float:
        """The share of the bucket that is used, 0 to 2."""
        self._refill(now)
        return 1.0 - self._tokens / self.quota.burst

    def ask(self, now: float, *, grace: float = 0.0) -> Refusal | None:
        """A write arrives: None when it may pass. Every write costs a token, refused ones too."""
        self._refill(now)
        early = now < self._banned_until and now - self._told_at > ON_ITS_WAY + grace
        if self._tokens >= 1.0 and not early:
            self._tokens -= 1.0
            return None
        self._tokens = max(self._tokens - 1.0, -self.quota.burst)
        wait = max(1, math.ceil((1.0 - self._tokens) / self._rate))
        if now >= self._banned_until:
            self._told_at = now
        self._banned_until = max(self._banned_until, now + wait)
        return Refusal(retry_after=max(1, math.ceil(self._banned_until - now)), early=early)

    @property
    def _rate(self) -> float:
        return self.quota.per_second * (1.0 - self.quota.eaten)

    def _refill(self, now: float) -> None:
        self._tokens = min(self.quota.burst, self._tokens + (now - self._at) * self._rate)
        self._at = now

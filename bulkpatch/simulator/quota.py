"""A quota that charges refused requests and punishes early ones. Pure: takes `now`.

That refused requests are charged is documented; how far the bucket may go below zero, and the punishment, are a guess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bulkpatch.simulator.behaviour import Quota

ON_ITS_WAY = 0.05
"""Seconds after a 429 in which a request is refused, but not called early: it had set out before."""


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
        self._told = 0
        self._banned_until = -math.inf

    def ask(self, now: float, *, grace: float = 0.0) -> Refusal | None:
        """A request arrives: None when it may pass. Each one costs a token, refused ones too.

        After a refusal nothing passes until the longest wait that was told is over. Who comes in that time is early,
        unless it was on its way (*grace* is added for slow lines), and makes the whole wait begin again.
        """
        self._refill(now)
        banned = now < self._banned_until
        if self._tokens >= 1.0 and not banned:
            self._tokens -= 1.0
            return None
        early = banned and now - self._told_at > ON_ITS_WAY + grace
        self._tokens = max(self._tokens - 1.0, -self.quota.burst)
        wait = max(self._until_a_token(), self._told if early else 1)
        if not banned:
            self._told_at = now
        self._banned_until = max(self._banned_until, now + wait)
        self._told = max(1, math.ceil(self._banned_until - now))
        return Refusal(retry_after=self._told, early=early)

    def used(self, now: float) -> float:
        """The share of the bucket that is used, 0 to 2."""
        self._refill(now)
        return 1.0 - self._tokens / self.quota.burst

    def change(self, quota: Quota, now: float) -> None:
        """Take another quota from now on; what is in the bucket stays, up to the new size."""
        self._refill(now)
        self.quota, self._tokens = quota, min(self._tokens, quota.burst)

    def _until_a_token(self) -> int:
        return max(1, math.ceil((1.0 - self._tokens) / self._rate))

    @property
    def _rate(self) -> float:
        return self.quota.per_second * (1.0 - self.quota.eaten)

    def _refill(self, now: float) -> None:
        # Requests that waited for their answer can be a little out of order: the clock of the bucket never goes back.
        self._tokens = min(self.quota.burst, self._tokens + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)

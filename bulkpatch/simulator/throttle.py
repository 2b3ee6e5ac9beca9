"""The quotas of a server, and the words in which Graph says that one is used up."""

from __future__ import annotations

from dataclasses import dataclass

from bulkpatch.simulator.behaviour import Behaviour, Quota
from bulkpatch.simulator.quota import Bucket
from bulkpatch.simulator.wire import Answer, failure

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
APPLICATION = "0c8f9e7d-6b5a-4c3d-8e2f-1a0b9c8d7e6f"
"""The application that every caller is taken for."""
TOLD_FROM = 0.8
"""Above this share the use is told, where it is told at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A refusal: the 429, and whether the caller had been told to wait."""

    answer: Answer
    early: bool


class Throttle:
    """One bucket for writes and one for reads; either may be missing."""

    def __init__(self, behaviour: Behaviour, now: float) -> None:
        self._behaviour = behaviour
        self._writes = Bucket(behaviour.quota, now) if behaviour.quota else None
        self._reads = Bucket(behaviour.read_quota, now) if behaviour.read_quota else None

    def refusal(self, method: str, now: float) -> Over | None:
        """A 429, when *method* at *now* finds its quota used up."""
        bucket = self._bucket(method)
        # A 429 arrives a latency after it was decided, and what set out just before it another latency later.
        over = bucket and bucket.ask(now, grace=2 * self._behaviour.latency)
        if not over:
            return None
        kind, limit = ("Write", "WriteLimitExceeded") if method in WRITES else ("Read", "ResourceUnitLimitExceeded")
        headers = {
            "Retry-After": str(over.retry_after),
            "x-ms-throttle-scope": f"Tenant_Application/{kind}/{APPLICATION}/{self._behaviour.home_tenant}",
            "x-ms-throttle-information": limit,
        }
        answer = failure(429, "TooManyRequests", "Please retry again later.", headers=headers)
        return Over(answer=answer, early=over.early)

    def told_use(self, method: str, now: float) -> dict[str, str]:
        """The header that tells how full the quota is, when the behaviour has it told and it is nearly full."""
        bucket = self._bucket(method) if self._behaviour.tells_use else None
        used = bucket.used(now) if bucket else 0.0
        return {"x-ms-throttle-limit-percentage": f"{used:.2f}"} if used > TOLD_FROM else {}

    def change(self, quota: Quota | None, now: float, *, reads: bool) -> None:
        """Take another quota from now on; None lifts it."""
        bucket = self._reads if reads else self._writes
        if quota is None or bucket is None:
            bucket = Bucket(quota, now) if quota else None
        else:
            bucket.change(quota, now)
        if reads:
            self._reads = bucket
        else:
            self._writes = bucket

    def _bucket(self, method: str) -> Bucket | None:
        return self._writes if method in WRITES else self._reads

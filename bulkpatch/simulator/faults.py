"""What can go wrong between a client and Graph, as data, and a seeded choice of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with one request."""

    status: int | None = None
    """The status to answer with; None to answer as usual, or not at all."""
    code: str = "serviceNotAvailable"
    message: str = "The service is temporarily unavailable."
    details: tuple[dict[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    """Sent instead of Graph's error body."""
    content_type: str = "application/json"
    apply: bool = False
    """Whether the write is carried out before it goes wrong."""
    reset: bool = False
    """Cut the connection instead of answering."""
    hang: bool = False
    """Never answer."""
    truncate: bool = False
    """Promise more bytes than are sent."""

    @staticmethod
    def throttle(retry_after: str | None = "1") -> Fault:
        """429 with any Retry-After, or none."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return Fault(status=429, code="TooManyRequests", message="Please retry again later.", headers=headers)

    @staticmethod
    def refuse(status: int, code: str, message: str = "", **headers: str) -> Fault:
        """An error of Graph's own."""
        return Fault(status=status, code=code, message=message or code, headers=headers)


PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
BAD_GATEWAY = Fault(status=502, body=PAGE, content_type="text/html")
RESET_BEFORE = Fault(reset=True)
RESET_AFTER = Fault(reset=True, apply=True)
HANG_BEFORE = Fault(hang=True)
HANG_AFTER = Fault(hang=True, apply=True)
TRUNCATED = Fault(status=200, body='{"value": [', truncate=True)
GARBLED = Fault(status=200, body="{not json")
EXPIRED = Fault.refuse(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
FORBIDDEN = Fault.refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
REDIRECT = Fault(status=302, headers={"Location": "https://example.com/elsewhere"}, body="")

PASSING = (
    Fault.throttle("1"),
    Fault(status=500, code="InternalServerError"),
    BAD_GATEWAY,
    Fault(status=503),
    Fault(status=504, code="GatewayTimeout"),
    RESET_BEFORE,
    RESET_AFTER,
)
"""What `fault_rate` draws from."""


@dataclass(slots=True)
class _Scripted:
    fault: Fault
    tenant: str | None
    method: str | None
    endpoint: str | None
    times: int


class Misfortune:
    """Decides which request meets which fault: scripted ones first, then by chance, the same for the same seed."""

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._seed = seed
        self._scripted: list[_Scripted] = []
        self._seen: dict[tuple[str, str, str], int] = {}
        self._row: dict[tuple[str, str, str], int] = {}

    def script(self, fault: Fault, *, tenant: str | None, method: str | None, endpoint: str | None, times: int) -> None:
        """The next *times* requests that match meet *fault*."""
        self._scripted.append(_Scripted(fault, tenant and tenant.lower(), method, endpoint, times))

    def draw(self, tenant: str, method: str, endpoint: str) -> Fault | None:
        """The fault that this request meets; at most three in a row for the same one."""
        for entry in self._scripted:
            wanted: tuple[Any, ...] = (entry.tenant, entry.method, entry.endpoint)
            if all(w is None or w == h for w, h in zip(wanted, (tenant, method, endpoint), strict=True)):
                entry.times -= 1
                if not entry.times:
                    self._scripted.remove(entry)
                return entry.fault
        return self._by_chance((tenant, method, endpoint)) if self._rate else None

    def _by_chance(self, key: tuple[str, str, str]) -> Fault | None:
        # Seeded by the request's own count, not by arrival: concurrency does not change who meets what.
        count = self._seen[key] = self._seen.get(key, 0) + 1
        dice = random.Random(f"{self._seed} {key} {count}")  # noqa: S311
        if dice.random() >= self._rate or self._row.get(key, 0) >= 3:
            self._row[key] = 0
            return None
        self._row[key] = self._row.get(key, 0) + 1
        return dice.choice(PASSING)

"""How a simulated Graph behaves, and what it remembers of each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A token bucket: *burst* requests at once, refilled at *per_second*; others eat a share of the refill."""

    burst: float
    per_second: float
    eaten: float = 0.0
    """Share of the refill, 0 to less than 1, that other applications use up."""

    def __post_init__(self) -> None:
        if self.burst < 1 or self.per_second <= 0 or not 0 <= self.eaten < 1:
            raise ValueError(f"{self} would never let a request pass.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the simulator is told to do."""

    latency: float = 0.0
    """Seconds before each answer."""
    fault_rate: float = 0.0
    """Share of requests, reads and writes, that meet a passing fault."""
    quota: Quota | None = None
    """On writes."""
    read_quota: Quota | None = None
    """On reads; a bucket of its own, so that reads pass while writes are throttled."""
    tells_use: bool = False
    """Whether answers to writes say how full the quota is, above 0.8 (documented, and not seen in practice)."""
    seed: int = 0
    page_size: int = 100
    lag: float = 0.0
    """Seconds in which reads still show the state before a write."""
    token: str | None = None
    """The only bearer token that is accepted; any when None."""
    home_tenant: str = "5f4d3c2b-1a09-4876-9543-210fedcba987"
    """The tenant whose policy this is; it is named in the throttle scope."""
    record: bool = True
    """Whether each request is remembered in `Simulator.requests`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request, as it arrived and was answered."""

    arrived: float
    """Seconds of a steady clock."""
    method: str
    path: str
    tenant: str
    """The partner in the path, or in the body of a POST; empty when neither names one."""
    endpoint: str
    """`partners`, `partner`, `identitySynchronization`, `default` or a lookup; empty for an unknown path."""
    body: Any
    status: int | None
    """None when the connection was cut, or nothing was ever answered."""
    applied: bool
    """Whether it changed the store."""
    early: bool
    """Whether it came although a 429 had told the caller to wait."""
    throttled: bool
    client_request_id: str
    """As the caller sent it; empty when it sent none."""

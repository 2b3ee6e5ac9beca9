"""How a simulated Graph behaves, and what it remembers of each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A token bucket: *burst* writes at once, refilled at *per_second*; others eat a share of the refill."""

    burst: float
    per_second: float
    eaten: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the simulator is told to do."""

    latency: float = 0.0
    """Seconds before each answer."""
    fault_rate: float = 0.0
    """Share of requests that meet a passing fault."""
    quota: Quota | None = None
    """On writes."""
    seed: int = 0
    page_size: int = 100
    lag: float = 0.0
    """Seconds in which reads still show the state before a write."""
    token: str | None = None
    """The only bearer token that is accepted; any when None."""
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
    endpoint: str
    """`partners`, `partner`, `identitySynchronization` or another."""
    body: Any
    status: int | None
    """None when the connection was cut, or nothing was ever answered."""
    applied: bool
    """Whether it changed the store."""
    early: bool
    throttled: bool
    client_request_id: str

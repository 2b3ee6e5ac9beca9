"""When to stop asking: nothing succeeds for long, or nothing is permitted at all. Pure: driven by `now`."""

from __future__ import annotations

from dataclasses import dataclass

FAULTS = 20
"""Service faults in a row, at the least, before the circuit opens."""
SECONDS = 60.0
"""And nothing has succeeded for this long: a gateway that restarts takes less."""
THROTTLED = 300.0
"""Being told to wait is no fault, but not for ever either: the documented windows are 150 s and 5 min."""
FORBIDDEN = 5
"""Tenants answered 403 with none accepted before it is taken for everybody's 403."""


@dataclass(slots=True)
class Circuit:
    """Counts what says that the service, or our permission, is gone."""

    healthy_at: float
    faults: int = 0
    accepted: int = 0
    forbidden: int = 0

    def healthy(self, now: float) -> None:
        """Graph answered, and not with a fault of its own."""
        self.healthy_at, self.faults = now, 0

    def faulty(self, now: float, *, throttled: bool = False) -> bool:
        """Graph answered with a fault, or not at all, or told us to wait; give whether to stop the run."""
        self.faults += 1
        return self.faults >= FAULTS and now - self.healthy_at >= (THROTTLED if throttled else SECONDS)

    def granted(self) -> None:
        """A write was accepted."""
        self.accepted += 1
        self.forbidden = 0

    def refused_permission(self) -> bool:
        """A tenant's write was answered 403; give whether that looks like everybody's 403."""
        self.forbidden += 1
        return self.forbidden >= FORBIDDEN * (1 if not self.accepted else 4)

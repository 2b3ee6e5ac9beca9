"""Which request meets which fault: scripted ones first, then by chance, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bulkpatch.simulator.faults import PASSING, Fault

IN_A_ROW = 3
"""The same request is never struck by chance more often than this, one time after the other."""

Key = tuple[str, str, str]
"""Tenant, method, endpoint."""


@dataclass(slots=True)
class _Scripted:
    fault: Fault
    wanted: tuple[str | None, str | None, str | None]
    times: int

    def meets(self, key: Key) -> bool:
        return all(want is None or want == have for want, have in zip(self.wanted, key, strict=True))


class Misfortune:
    """Deals out faults."""

    def __init__(self, rate: float, seed: int) -> None:
        self._rate = rate
        self._seed = seed
        self._scripted: list[_Scripted] = []
        self._count: dict[Key, int] = {}
        self._row: dict[Key, int] = {}

    def script(self, fault: Fault, *, tenant: str | None, method: str | None, endpoint: str | None, times: int) -> None:
        """The next *times* requests that match meet *fault*."""
        if times < 1:
            raise ValueError("A fault that is scripted strikes at least once.")
        wanted = (tenant and tenant.lower(), method and method.upper(), endpoint)
        self._scripted.append(_Scripted(fault, wanted, times))

    def draw(self, key: Key) -> Fault | None:
        """The fault that this request meets, if any."""
        for entry in self._scripted:
            if entry.meets(key):
                entry.times -= 1
                if not entry.times:
                    self._scripted.remove(entry)
                return entry.fault
        return self._by_chance(key) if self._rate else None

    def _by_chance(self, key: Key) -> Fault | None:
        # Seeded by the request's own count, not by arrival: concurrency does not change who meets what.
        count = self._count[key] = self._count.get(key, 0) + 1
        dice = random.Random(f"{self._seed} {key} {count}")  # noqa: S311
        if dice.random() >= self._rate or self._row.get(key, 0) >= IN_A_ROW:
            self._row[key] = 0
            return None
        self._row[key] = self._row.get(key, 0) + 1
        return dice.choice(PASSING)

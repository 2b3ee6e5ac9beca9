"""Reads that lag behind writes: what was there before each write, while it is still shown. Pure: takes `now`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Shelved = tuple[float, dict[str, Any] | None]


class Lag:
    """Remembers, for *seconds*, what a write replaced."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: dict[str, list[Shelved]] = {}

    def keep(self, key: str, before: dict[str, Any] | None, now: float) -> None:
        """A write is about to replace *before*; None when there was nothing."""
        if self._seconds:
            kept = None if before is None else dict(before)
            self._before.setdefault(key, []).append((now + self._seconds, kept))

    def seen(self, key: str, live: dict[str, Any] | None, now: float) -> dict[str, Any] | None:
        """What a read shows: the state before the oldest write that has not arrived yet, or else *live*."""
        writes = [write for write in self._before.get(key, ()) if write[0] > now]
        if writes:
            self._before[key] = writes
            return writes[0][1]
        self._before.pop(key, None)
        return live

    def keys(self, live: Sequence[str]) -> Sequence[str]:
        """Every key that a list has to look at, in order: those that are there, and those that were."""
        return sorted({*live, *self._before}) if self._before else live

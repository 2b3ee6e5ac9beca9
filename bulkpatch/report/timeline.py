"""How a run went, second by second, from the events of its journal. Pure.

Every write is known by its answer: it was under way from its answer's time less the seconds it took. A write without
an answer (the run was cut off) is under way from `sending` to the last thing that is known of its tenant. Events that
are torn, or lack a time, are passed over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bulkpatch.model import Json
from bulkpatch.report.latency import Latency, latency

MOST_BUCKETS = 120
SHORTEST_PAUSE = 1.0
"""Seconds: what a Retry-After of less is taken for, as the sending side takes it."""

_LONGEST = 1e6
"""Seconds that one answer may have taken; more, or a time in January 1970, is a torn number."""
_SIZES = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A piece of the run's time, `Timeline.step` seconds long."""

    at: float
    """Where it begins, in seconds from the beginning of the timeline."""
    accepted: int = 0
    """Writes that Graph accepted."""
    throttled: int = 0
    """Writes that were answered with 429."""
    in_flight: int = 0
    """Most writes under way at one moment of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which Graph had asked for no writes, in seconds from the beginning of the timeline."""

    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The writes of a run over its time."""

    began: str = ""
    """When the first write set out, UTC, ISO 8601; empty when nothing was sent."""
    seconds: float = 0.0
    """From the first write to the last answer, or to the end of a pause that the run waited for."""
    step: float = 1.0
    """Seconds per bucket."""
    buckets: tuple[Bucket, ...] = ()
    pauses: tuple[Pause, ...] = ()
    """In order, without overlap."""
    latency: Latency = field(default_factory=Latency)


def timeline(events: Iterable[Mapping[str, Json]]) -> Timeline:
    """Draw up the timeline of one run; empty when it sent nothing."""
    seen = _Seen()
    for event in events:
        seen.take(event)
    return seen.told()


@dataclass(slots=True)
class _Seen:
    """Times as seconds of the epoch."""

    accepted: list[float] = field(default_factory=list)
    throttled: list[float] = field(default_factory=list)
    flights: list[tuple[float, float]] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    unanswered: int = 0
    open: dict[Json, float] = field(default_factory=dict)
    """Tenant → when its write set out; two writes to one tenant never overlap."""
    ended: float | None = None

    def take(self, event: Mapping[str, Json]) -> None:
        kind = event.get("kind")
        if kind not in {"sending", "answered", "outcome", "end"} or (at := _moment(event.get("at"))) is None:
            return
        if kind == "answered":
            self._answered(event, at)
        elif kind == "end":
            self.ended = at
        else:
            tenant = str(event.get("tenant"))
            self._close(tenant, at)
            if kind == "sending":
                self.open[tenant] = at

    def _close(self, tenant: str, at: float) -> None:
        if tenant in self.open:
            sent = self.open.pop(tenant)
            self.flights.append((min(sent, at), at))

    def _answered(self, event: Mapping[str, Json], at: float) -> None:
        seconds, status = _seconds(event.get("seconds")), event.get("status")
        sent = self.open.pop(str(event.get("tenant")), None)
        begins = [begin for begin in (sent, None if seconds is None else at - seconds) if begin is not None]
        self.flights.append((min(max(begins, default=at), at), at))
        if not isinstance(status, int):
            self.unanswered += 1
            return
        if seconds is not None:
            self.took.append(seconds)
        if 200 <= status < 300:
            self.accepted.append(at)
        elif status == 429:
            self.throttled.append(at)
            self._paused(event.get("retryAfter"), at)

    def _paused(self, retry_after: Json, at: float) -> None:
        seconds = _wanted_pause(retry_after, at)
        if seconds is not None:
            self.pauses.append((at, at + max(seconds, SHORTEST_PAUSE)))

    def told(self) -> Timeline:
        times = [*(at for flight in self.flights for at in flight), *self.open.values()]
        if not times:
            return Timeline()
        began, last = min(times), max(times)
        waited = max((end for _, end in self.pauses), default=last)
        last = max(last, min(waited, self.ended or last))
        self.flights += [(at, last) for at in self.open.values()]
        seconds = last - began
        step = _step(seconds)
        return Timeline(
            began=datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            seconds=round(seconds, 3),
            step=step,
            buckets=self._buckets(began, step, max(1, math.ceil(seconds / step))),
            pauses=tuple(
                Pause(begin=round(begin - began, 3), end=round(min(end, last) - began, 3))
                for begin, end in _merged(self.pauses)
            ),
            latency=latency(self.took, unanswered=self.unanswered),
        )

    def _buckets(self, began: float, step: float, count: int) -> tuple[Bucket, ...]:
        def place(at: float) -> int:
            return min(count - 1, int((at - began) / step))

        accepted, throttled = [0] * count, [0] * count
        for at in self.accepted:
            accepted[place(at)] += 1
        for at in self.throttled:
            throttled[place(at)] += 1
        flying = _most_at_once([(place(begin), begin, 1) for begin, _ in self.flights] +
                               [(place(end), end, -1) for _, end in self.flights], count)  # fmt: skip
        return tuple(
            Bucket(at=round(i * step, 3), accepted=accepted[i], throttled=throttled[i], in_flight=flying[i])
            for i in range(count)
        )


def _most_at_once(changes: list[tuple[int, float, int]], count: int) -> list[int]:
    """Sweep over (bucket, moment, +1 or -1): the highest level that each bucket saw, what it began with included."""
    changes.sort(key=lambda change: (change[1], -change[2]))  # a write of no length was under way all the same
    most, level, reached = [0] * count, 0, 0
    for bucket, _, change in changes:
        for passed in range(reached + 1, bucket + 1):
            most[passed] = level
        reached = max(reached, bucket)
        level += change
        most[bucket] = max(most[bucket], level)
    return most


def _moment(text: Json) -> float | None:
    try:
        when = datetime.fromisoformat(text)
        moment = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        return moment if moment > _LONGEST else None
    except (TypeError, ValueError, OverflowError):
        return None


def _seconds(value: Json) -> float | None:
    return value if isinstance(value, int | float) and 0 <= value < _LONGEST else None


def _wanted_pause(retry_after: Json, at: float) -> float | None:
    """Read Retry-After, seconds or HTTP date, as seconds; None when it is missing or unreadable."""
    if not isinstance(retry_after, str):
        return None
    try:
        seconds = float(retry_after)
        return seconds if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(retry_after)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - at
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _merged(pauses: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    whole: list[tuple[float, float]] = []
    for begin, end in sorted(pauses):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def _step(seconds: float) -> float:
    fitting = (size for size in _SIZES if seconds <= size * MOST_BUCKETS)
    return float(next(fitting, math.ceil(seconds / MOST_BUCKETS)))

"""The plots of the report page as numbers: where each line, bar and label stands. Pure; the page draws them.

Lengths are in the units of an SVG `viewBox`; one is a CSS pixel when the plot is as wide as its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bulkpatch.report.latency import Latency, nice
from bulkpatch.report.timeline import Bucket, Timeline

WIDE, NARROW = 1080, 340
LEFT, RIGHT = 44.0, 10.0
_RATE, _REFUSED, _FLIGHT = 132.0, 26.0, 46.0
_LABEL, _GAP, _AXIS = 22.0, 10.0, 24.0
_NEAREST = 76
"""Between two labels of the time axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A label of an axis, and where it stands on it."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle, and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    tip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One plot over the common time axis."""

    name: str
    title: str
    top: float
    height: float
    line: str = ""
    """Path of the stepped line; an area when it is closed to `bottom`."""
    area: str = ""
    boxes: tuple[Box, ...] = ()
    ticks: tuple[Tick, ...] = ()

    @property
    def bottom(self) -> float:
        """Where its zero is."""
        return self.top + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePlot:
    """Panels under one another, the pauses behind them, the time below."""

    width: float
    height: float
    panels: tuple[Panel, ...]
    pauses: tuple[Box, ...]
    tips: tuple[Box, ...]
    """One for each bucket, over everything."""
    times: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyPlot:
    """Bars with their counts, the times between them below."""

    width: float
    height: float
    bars: tuple[Box, ...]
    counts: tuple[Tick, ...]
    edges: tuple[Tick, ...]
    bottom: float
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of the bar of counts, from *x*, *width* wide."""

    name: str
    x: float
    width: float


def plot_timeline(told: Timeline, width: int) -> TimelinePlot:
    """Lay a timeline out, *width* wide."""
    inner = width - LEFT - RIGHT
    scale = inner / (told.step * len(told.buckets))
    panels = _panels(told, scale)
    top, bottom = panels[0].top, panels[-1].bottom
    return TimelinePlot(
        width=width,
        height=bottom + _AXIS,
        panels=panels,
        pauses=tuple(
            Box(x=LEFT + p.begin * scale, y=top, width=(p.end - p.begin) * scale, height=bottom - top,
                tip=f"Paused for {show_seconds(p.end - p.begin)} from {clock(p.begin)}")
            for p in told.pauses
        ),
        tips=tuple(
            Box(x=LEFT + b.at * scale, y=top, width=told.step * scale, height=bottom - top, tip=_tip(b, told.step))
            for b in told.buckets
        ),
        times=tuple(
            Tick(at=LEFT + at * scale, text=clock(at)) for at in _times(told.step * len(told.buckets), inner)
        ),
    )  # fmt: skip


def plot_latency(told: Latency, width: int) -> LatencyPlot:
    """Lay a histogram out, *width* wide."""
    top, height, side = 20.0, 120.0, 24.0  # half a label stands beside the first bar
    inner = width - 2 * side
    each = min(inner / len(told.bars), 96.0)
    most = max(bar.count for bar in told.bars)
    boxes = tuple(
        Box(
            x=side + i * each + 1,
            y=top + height * (1 - bar.count / most),
            width=each - 2,
            height=height * bar.count / most,
            tip=f"{show_seconds(bar.low)} to {show_seconds(bar.high)}: {bar.count:,}",
        )
        for i, bar in enumerate(told.bars)
    )
    every = math.ceil(52 / each)
    edges = [*(bar.low for bar in told.bars), told.bars[-1].high]
    return LatencyPlot(
        width=width,
        height=top + height + _AXIS,
        bars=boxes,
        counts=tuple(
            Tick(at=box.x + box.width / 2, text=f"{bar.count:,}") if each >= 34 and bar.count else Tick(at=0, text="")
            for box, bar in zip(boxes, told.bars, strict=True)
        ),
        edges=tuple(
            Tick(at=side + i * each, text=show_seconds(edge)) for i, edge in enumerate(edges) if i % every == 0
        ),
        bottom=top + height,
        begin=side,
        end=side + each * len(boxes),
    )


def shares(counts: Sequence[tuple[str, int]], width: float, *, least: float = 3.0) -> tuple[Share, ...]:
    """Divide *width* by counts; what is there at all is at least *least* wide."""
    told = [(name, count) for name, count in counts if count]
    total = sum(count for _, count in told)
    widths = [max(width * count / total, least) for _, count in told]
    largest = max(range(len(widths)), key=widths.__getitem__, default=0)
    found, x = [], 0.0
    for i, (name, _) in enumerate(told):
        wide = widths[i] - (sum(widths) - width if i == largest else 0)
        found.append(Share(name=name, x=round(x, 2), width=round(wide, 2)))
        x += wide
    return tuple(found)


def clock(seconds: float) -> str:
    """Write a moment of the run, counted from its first write: `0:05`, `12:30`, `1:02:03`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    tenths = f"{seconds - whole:.1f}"[1:] if seconds != whole else ""
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}{tenths}"


def show_seconds(seconds: float) -> str:
    """Write a short time with the unit that fits: `0.3 ms`, `22 ms`, `1.5 s`, `90 s`."""
    if seconds == 0:
        return "0"
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"


def show_step(seconds: float) -> str:
    """Write the length of a bucket: `0.5 s`, `5 min`, `2 h`."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit and not seconds % unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"


def _panels(told: Timeline, scale: float) -> tuple[Panel, ...]:
    wanted: list[tuple[str, str, float, Callable[[Bucket], float]]] = [
        ("accepted", "Writes accepted per second", _RATE, lambda b: b.accepted / told.step),
        ("throttled", "Answered with 429", _REFUSED, lambda b: b.throttled),
        ("flight", "Writes in flight", _FLIGHT, lambda b: b.in_flight),
    ]
    found: list[Panel] = []
    top = _LABEL
    for name, title, height, value in wanted:
        levels = [value(bucket) for bucket in told.buckets]
        if name == "throttled" and not any(levels):
            continue
        found.append(_panel(name, title, levels, top=top, height=height, each=told.step * scale))
        top += height + _GAP + _LABEL
    return tuple(found)


def _panel(name: str, title: str, levels: Sequence[float], *, top: float, height: float, each: float) -> Panel:
    gap, most = _scale(max(levels))
    tops = [top + height * (1 - level / most) for level in levels]
    bottom, mark = top + height, min(max(each * 0.8, 1.5), 8.0)
    line = f"M{LEFT:.1f} {tops[0]:.1f}" + "".join(
        f"V{y:.1f}H{LEFT + (i + 1) * each:.1f}" for i, y in enumerate(tops)
    )  # fmt: skip
    boxes = [
        Box(x=LEFT + (i + 0.5) * each - mark / 2, y=y, width=mark, height=bottom - y)
        for i, y in enumerate(tops)
        if y < bottom
    ]
    steps = range(round(most / gap) + 1) if height > _FLIGHT else (0, round(most / gap))
    return Panel(
        name=name,
        title=title,
        top=top,
        height=height,
        line=line,
        area=f"{line}V{bottom:.1f}H{LEFT:.1f}Z",
        boxes=tuple(boxes) if name == "throttled" else (),
        ticks=tuple(Tick(at=bottom - height * i * gap / most, text=f"{i * gap:,.10g}") for i in steps),
    )


def _scale(most: float) -> tuple[float, float]:
    """The distance between the lines of an axis, and where it ends."""
    gap = max(nice(most / 4), 1.0) if most else 1.0
    return gap, gap * max(1, math.ceil(most / gap - 1e-9))


def _times(seconds: float, inner: float) -> list[float]:
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
    most = max(1.0, inner / _NEAREST)
    gap = next((step for step in steps if seconds / step <= most), math.ceil(seconds / most))
    return [gap * i for i in range(math.floor(seconds / gap) + 1)]


def _tip(bucket: Bucket, step: float) -> str:
    told = [f"{clock(bucket.at)}: {bucket.accepted / step:,.3g} writes per second", f"{bucket.in_flight} in flight"]
    return ", ".join([*told, f"{bucket.throttled:,} × 429"] if bucket.throttled else told)

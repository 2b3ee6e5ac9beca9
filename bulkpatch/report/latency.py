"""How long answers took, as a histogram whose bars widen as the times grow. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_EDGES = (0, .001, .002, .003, .005, .007, .01, .015, .02, .03, .05, .07, .1, .15, .2, .3, .5, .7,
          1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 60, 120, 300, 3600)  # fmt: skip
_FEWEST = 5
_FINE = 12
_RESOLUTION = 0.0001
"""Seconds: the journal has no finer time."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many answers took from *low* to less than *high* seconds."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long answers to writes took, in seconds."""

    bars: tuple[Bar, ...] = ()
    """Without gaps, from the fastest answer to the slowest."""
    answers: int = 0
    unanswered: int = 0
    """Writes whose connection died or that ran into the time limit."""
    median: float = 0.0
    slow: float = 0.0
    """95 of 100 answers took no longer."""
    slowest: float = 0.0


def latency(took: Iterable[float], *, unanswered: int) -> Latency:
    """Sort answer times, in seconds, into bars."""
    took = sorted(took)
    if not took:
        return Latency(unanswered=unanswered)
    edges = _edges(took[0], took[-1])
    cuts = [bisect_left(took, edge) for edge in edges[:-1]] + [len(took)]
    return Latency(
        bars=tuple(
            Bar(low=low, high=high, count=to - since)
            for (low, high), (since, to) in zip(pairwise(edges), pairwise(cuts), strict=True)
        ),
        answers=len(took),
        unanswered=unanswered,
        median=took[(len(took) - 1) // 2],
        slow=took[math.ceil(len(took) * 0.95) - 1],
        slowest=took[-1],
    )


def _edges(fastest: float, slowest: float) -> list[float]:
    """Where the bars meet: fixed widening steps, or equal small ones when the answers lie close together."""
    first, last = bisect_right(_EDGES, fastest) - 1, bisect_right(_EDGES, slowest)
    if last - first >= _FEWEST or last >= len(_EDGES):
        return [*_EDGES[first : last + 1], *([slowest] if last >= len(_EDGES) else [])]
    width = max(nice((slowest - fastest) / _FINE), _RESOLUTION)
    low, high = math.floor(fastest / width + _SLACK), math.floor(slowest / width + _SLACK) + 1
    return [round(width * i, 6) for i in range(low, high + 1)]


def nice(least: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50, … (or a tenth, a hundredth, …) that is not less than *least*."""
    if least <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - _SLACK))

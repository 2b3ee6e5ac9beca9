"""What holds for the pace, whatever happens, and what it costs against a server that keeps the issue's rule."""

from __future__ import annotations

import heapq
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkpatch.graph.pace import DOCUMENTED, Pace, Quota

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ok", "429", "503", "strained", "wait"]),
        st.one_of(st.none(), st.floats(-5, 400, allow_nan=False)),
        st.floats(0.001, 3),
    ),
    max_size=120,
)


@settings(max_examples=300)
@given(events=EVENTS, told=st.booleans(), quota=st.sampled_from([DOCUMENTED, Quota(writes=20, seconds=4), None]))
def test_nothing_sets_out_inside_a_pause_or_above_the_quota(
    events: list[tuple[str, float | None, float]], told: bool, quota: Quota | None
) -> None:
    """At any moment: no early call, and never more in any window than the quota allows."""
    pace, now = Pace(quota=quota, told=told, now=0.0), 0.0
    sent: list[float] = []
    pauses: list[tuple[float, float]] = []
    for kind, hint, passed in events:
        delay = pace.delay(now)
        assert delay >= 0
        now += delay
        assert pace.delay(now) <= 1e-6
        pace.take(now)
        sent.append(now)
        now += passed
        if kind == "429":
            pauses.append((now, now + pace.refused(now, sent_at=sent[-1], hint=hint)))
        elif kind == "503":
            pauses.append((now, now + pace.pause(now, hint)))
        elif kind == "strained":
            pace.strained(now, 1.2)
        elif kind == "ok":
            pace.accepted(now)

    assert not any(begin < moment < end for begin, end in pauses for moment in sent)
    if quota:
        for i, begin in enumerate(sent):
            for j in range(i, len(sent)):
                assert j - i + 1 <= quota.writes + (sent[j] - begin) * quota.per_second + 1e-6


@given(rate=st.floats(0.5, 200), count=st.integers(2, 60), pause=st.floats(1, 50))
def test_leaving_a_pause_is_no_burst(rate: float, count: int, pause: float) -> None:
    """Afterwards writes are as far apart as the rate says."""
    pace = Pace(quota=None, told=False, now=0.0, start_rate=rate)
    pace.pause(0.0, pause)
    now, sent = 0.0, []
    for _ in range(count):
        now += pace.delay(now)
        pace.take(now)
        sent.append(now)

    assert sent[0] >= pause
    assert sent[-1] - sent[0] >= (count - 1) / rate - 1e-6


@pytest.mark.parametrize(
    ("hint", "expected"), [(None, 1.0), (0.0, 1.0), (-7.0, 1.0), (0.4, 1.0), (7.0, 7.0), (3600.0, 3600.0)]
)
def test_every_retry_after_has_its_treatment(hint: float | None, expected: float) -> None:
    """Missing and absurd ones wait the floor; long ones are honoured, or the run stops."""
    pace = Pace(quota=None, told=True, now=0.0)

    assert pace.refused(0.0, sent_at=0.0, hint=hint) == expected


def test_waits_without_retry_after_grow() -> None:
    """Until something is accepted."""
    pace, now, waits = Pace(quota=None, told=False, now=0.0), 0.0, []
    for _ in range(8):
        now += 100
        waits.append(pace.refused(now, sent_at=now, hint=None))

    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_one_complaint_slows_down_once() -> None:
    """Sixteen refusals that were on their way together are one complaint."""
    pace = Pace(quota=None, told=False, now=0.0)
    for n in range(50):
        pace.accepted(n / 10)
    pace.refused(5.0, sent_at=4.99, hint=1.0)
    slowed = pace.rate
    for _ in range(15):
        pace.refused(5.01, sent_at=4.99, hint=1.0)

    assert pace.rate == slowed


def _against_a_bucket(pace: Pace, *, seed: int, tenants: int = 500) -> tuple[float, int, int]:
    """A bucket of 100 refilled at 20/s that charges refused writes: seconds, refusals, early calls."""
    dice, events = random.Random(seed), list[tuple[float, int, str, float]]()
    now, tokens, at, told_until = 0.0, 100.0, 0.0, 0.0
    todo, flying, done, refused, early, number = tenants, 0, 0, 0, 0, 0
    while done < tenants:
        ready = flying < 16 and todo > 0
        wait = pace.delay(now) if ready else math.inf
        if ready and (not events or now + wait <= events[0][0]):
            now += wait
            if wait > 0:
                now += dice.uniform(0, 0.002)  # a timer wakes late
                continue
            pace.take(now)
            early += now < told_until
            todo, flying, number = todo - 1, flying + 1, number + 1
            heapq.heappush(events, (now + dice.uniform(0.005, 0.04), number, "arrives", now))
            continue
        moment, _, kind, sent_at = heapq.heappop(events)
        now = max(now, moment)
        if kind == "arrives":
            tokens, at = min(100.0, tokens + (now - at) * 20), now
            answer = "accepted" if tokens >= 1 else f"{max(1, math.ceil((2 - tokens) / 20))}"
            tokens = max(tokens - 1, -100.0)
            number += 1
            heapq.heappush(events, (now + dice.uniform(0.005, 0.04), number, answer, sent_at))
            continue
        flying -= 1
        if kind == "accepted":
            done += 1
            pace.accepted(now)
        else:
            refused, todo = refused + 1, todo + 1
            told_until = max(told_until, now + float(kind))
            pace.refused(now, sent_at=sent_at, hint=float(kind))
    return now, refused, early


@pytest.mark.parametrize("seed", range(10))
def test_a_quota_that_nobody_told_is_found(seed: int) -> None:
    """500 tenants: at most 1.15 × the ideal 20 s, at most 3 % refused, none early."""
    seconds, refused, early = _against_a_bucket(Pace(quota=DOCUMENTED, told=False, now=0.0), seed=seed)

    assert seconds <= 1.15 * 20
    assert refused <= 0.03 * 500
    assert early == 0


@pytest.mark.parametrize("seed", range(10))
def test_a_quota_that_was_told_is_kept(seed: int) -> None:
    """500 tenants: at most 1.05 × the ideal, and no refusal at all."""
    seconds, refused, early = _against_a_bucket(Pace(quota=Quota(writes=100, seconds=5), told=True, now=0.0), seed=seed)

    assert seconds <= 1.05 * 20
    assert (refused, early) == (0, 0)


def test_the_first_complaint_slows_below_what_was_served() -> None:
    """Ten were accepted in two seconds, so less than five a second is what there is."""
    pace = Pace(quota=None, told=False, now=0.0, start_rate=50.0)
    for _ in range(10):
        pace.accepted(0.0)

    pace.refused(2.0, sent_at=2.0, hint=1.0)

    assert pace.rate == pytest.approx(5.0 * 0.7)


def test_a_limit_that_is_nearly_used_up_stops_the_growth_and_a_full_one_slows_once() -> None:
    """Graph tells from 0.8 on: that alone is no reason to be slower."""
    pace = Pace(quota=None, told=False, now=0.0, start_rate=10.0)
    pace.strained(0.0, 0.8)
    pace.accepted(1.0)
    nearly = pace.rate
    pace.accepted(3.0)
    grown = pace.rate
    pace.strained(4.0, 1.0)
    pace.strained(4.5, 1.0)

    assert nearly == 10.0
    assert grown > nearly
    assert pace.rate == pytest.approx(grown * 0.8)

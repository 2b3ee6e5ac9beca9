"""The timeline of a run, drawn up from the events of its journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkpatch.journal import read_journal
from bulkpatch.report.latency import latency
from bulkpatch.report.timeline import MOST_BUCKETS, Pause, Timeline, timeline

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(second: float) -> str:
    """Write a moment, counted from noon, as the journal does."""
    return (NOON + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def sent(tenant: str, second: float) -> dict[str, Any]:
    """A write sets out."""
    return {"kind": "sending", "at": at(second), "tenant": tenant}


def answered(tenant: str, second: float, status: int | None = 204, **fields: Any) -> dict[str, Any]:
    """A write is answered."""
    return {"kind": "answered", "at": at(second), "tenant": tenant, "status": status, "retryAfter": None, **fields}


def exchange(tenant: str, begin: float, end: float, status: int | None = 204, **fields: Any) -> list[dict[str, Any]]:
    """A write from its setting out to its answer."""
    return [sent(tenant, begin), answered(tenant, end, status, seconds=end - begin, **fields)]


def test_writes_are_counted_in_the_bucket_of_their_answer() -> None:
    """Accepted and throttled, each where the answer came."""
    told = timeline(
        [*exchange("a", 0, 0.2), *exchange("b", 0.1, 0.7), *exchange("c", 1.0, 1.2, 429), *exchange("c", 1.5, 1.9)]
    )

    assert told.began == "2026-11-23T12:00:00.000Z"
    assert (told.seconds, told.step) == (1.9, 0.5)
    assert [(b.at, b.accepted, b.throttled) for b in told.buckets] == [(0, 1, 0), (0.5, 1, 0), (1.0, 0, 1), (1.5, 1, 0)]


def test_other_answers_are_neither_accepted_nor_throttled() -> None:
    """A refusal and a broken connection take time, and change nothing."""
    told = timeline([*exchange("a", 0, 0.1, 400), *exchange("b", 0, 0.2, None), *exchange("c", 0, 0.3, 503)])

    assert [(b.accepted, b.throttled, b.in_flight) for b in told.buckets] == [(0, 0, 3)]
    assert told.latency.unanswered == 1


def test_in_flight_is_the_most_at_one_moment_of_the_bucket() -> None:
    """Writes that overlap are counted together, one after the other is one; what lasts counts in every bucket."""
    told = timeline(
        [sent("a", 0), sent("b", 0.1), answered("a", 0.2), answered("b", 0.3), *exchange("c", 0.6, 0.7),
         *exchange("d", 0.8, 0.9), *exchange("e", 1.4, 2.2)]
    )  # fmt: skip

    assert [bucket.in_flight for bucket in told.buckets] == [2, 1, 1, 1, 1]


def test_a_write_is_in_flight_for_the_seconds_that_it_took() -> None:
    """Written down as `sending` early, sent late because of a pause: only the time on the wire counts."""
    told = timeline([sent("a", 0), answered("a", 3.0, seconds=0.5)])

    assert (told.began, told.seconds) == (at(2.5), 0.5)
    assert [bucket.in_flight for bucket in told.buckets] == [1]


@pytest.mark.parametrize(
    ("retry_after", "ends"),
    [
        ("3", 3.5),
        ("0.2", 1.5),
        ("0", 1.5),
        ("-4", 1.5),
        ("Mon, 23 Nov 2026 12:00:05 GMT", 5.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 1.5),
        ("9999", 8.0),
    ],
)
def test_a_429_pauses_until_retry_after_has_passed(retry_after: str, ends: float) -> None:
    """Seconds or a date; less than a second is a second; never beyond the end of the run."""
    told = timeline([*exchange("a", 0, 0.5, 429, retryAfter=retry_after), *exchange("a", 7.5, 8.0)])

    assert told.pauses == (Pause(begin=0.5, end=ends),)


@pytest.mark.parametrize("retry_after", [None, "", "soon", "nan", "inf", 5, "Mon, 99 Foo"])
def test_a_429_without_a_time_to_wait_is_a_mark_without_a_pause(retry_after: Any) -> None:
    """What was not asked for is not drawn."""
    told = timeline(exchange("a", 0, 0.4, 429, retryAfter=retry_after))

    assert told.pauses == ()
    assert [bucket.throttled for bucket in told.buckets] == [1]


def test_pauses_that_overlap_are_one() -> None:
    """Many 429s come at once; the run waits once."""
    told = timeline(
        [*exchange("a", 0, 0.1, 429, retryAfter="2"), *exchange("b", 0, 0.2, 429, retryAfter="1"),
         *exchange("a", 4, 4.1, 429, retryAfter="2"), *exchange("a", 9, 9.1)]
    )  # fmt: skip

    assert told.pauses == (Pause(begin=0.1, end=2.1), Pause(begin=4.1, end=6.1))


def test_a_run_that_ends_in_a_pause_is_drawn_to_its_end() -> None:
    """The deadline came while everybody waited."""
    told = timeline([*exchange("a", 0, 1, 429, retryAfter="60"), {"kind": "end", "at": at(6)}])

    assert told.seconds == 6
    assert told.pauses == (Pause(begin=1, end=6),)


def test_what_comes_after_the_last_answer_is_not_drawn() -> None:
    """Verification takes a minute and sends no write."""
    assert timeline([*exchange("a", 0, 1), {"kind": "end", "at": at(61)}]).seconds == 1


def test_a_run_without_a_write_has_an_empty_timeline() -> None:
    """Nothing to draw is no error."""
    assert timeline([{"kind": "run"}, {"kind": "row"}, {"kind": "end", "at": at(0)}]) == Timeline()
    assert timeline([]) == Timeline()


def test_a_write_without_an_answer_is_in_flight_to_the_end_of_what_is_known() -> None:
    """The run was cut off; or the tenant's final word came without an answer."""
    cut = timeline([sent("a", 0), *exchange("b", 0, 1.7)])
    settled = timeline([sent("a", 0), {"kind": "outcome", "at": at(0.3), "tenant": "a"}, *exchange("b", 0.6, 1.7)])

    assert [bucket.in_flight for bucket in cut.buckets] == [2, 2, 2, 2]
    assert [bucket.in_flight for bucket in settled.buckets] == [1, 1, 1, 1]


def test_a_torn_line_and_events_without_a_time_are_passed_over(tmp_path: Path) -> None:
    """A journal of a machine that fell over still tells the rest."""
    path = tmp_path / "journal.jsonl"
    path.write_text(
        f'{{"kind":"sending","tenant":"a"}}\n{{"kind":"answered","at":"{at(1)}","tenant":"a","status":204,"seconds":0.5}}\n'
        '{"kind":"answered","at":17,"status":204}\n{"kind":"odd"}\n{"kind":"answered","at":"2026',
        encoding="utf-8",
    )

    told = timeline(read_journal(path))

    assert [(b.accepted, b.in_flight) for b in told.buckets] == [(1, 1)]
    assert told.seconds == 0.5


def test_a_clock_that_was_set_back_loses_no_write() -> None:
    """An answer before its question is drawn, in order of the clock."""
    told = timeline([sent("a", 10), answered("a", 5, seconds=0.1), *exchange("b", 5, 6)])

    assert sum(bucket.accepted for bucket in told.buckets) == 2
    assert min(bucket.in_flight for bucket in told.buckets) >= 0


@pytest.mark.parametrize("seconds", [0.1, 59.9, 60, 61, 3600, 7201, 90_000, 40_000_000])
def test_a_run_of_any_length_has_at_most_120_buckets(seconds: float) -> None:
    """And they cover it."""
    told = timeline([*exchange("a", 0, 0.1), *exchange("b", seconds - 0.1, seconds)])

    assert len(told.buckets) <= MOST_BUCKETS
    assert told.step * len(told.buckets) >= told.seconds
    assert sum(bucket.accepted for bucket in told.buckets) == 2


def test_fifty_thousand_tenants_are_all_counted() -> None:
    """As many as a run may have."""

    def events() -> Iterator[dict[str, Any]]:
        for number in range(50_000):
            yield from exchange(str(number), number / 20, number / 20 + 0.15)

    told = timeline(events())

    assert sum(bucket.accepted for bucket in told.buckets) == told.latency.answers == 50_000
    assert max(bucket.in_flight for bucket in told.buckets) == 4
    assert told.step == 30


_ANY = st.none() | st.text(max_size=5) | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
_EVENT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["sending", "answered", "outcome", "end", "settled"]), "at": st.integers(0, 9).map(at) | _ANY},
    optional={"tenant": st.sampled_from("ab") | _ANY, "status": st.sampled_from([204, 429, None]) | _ANY,
              "retryAfter": st.sampled_from(["1", "x"]) | _ANY, "seconds": st.floats(0, 5) | _ANY},
)  # fmt: skip


@example([{**answered("a", 1), "seconds": 1e300}, {"kind": "sending", "at": "0001-01-01T00:00:00Z"}])
@given(st.lists(_EVENT, max_size=20))
def test_no_journal_is_too_broken(events: list[dict[str, Any]]) -> None:
    """Any fields, in any order: levels never fall below nothing, and pauses lie within the run."""
    told = timeline(events)

    assert all(bucket.in_flight >= 0 for bucket in told.buckets)
    assert all(0 <= pause.begin <= pause.end <= told.seconds for pause in told.pauses)


@given(st.lists(st.floats(0, 4000), min_size=1, max_size=60))
def test_every_answer_stands_in_one_bar(took: list[float]) -> None:
    """The bars touch, and their counts add up."""
    told = latency(took, unanswered=0)

    assert sum(bar.count for bar in told.bars) == told.answers == len(took)
    assert all(left.high == right.low for left, right in zip(told.bars, told.bars[1:], strict=False))
    assert told.median <= told.slow <= told.slowest == max(took)


def test_answers_that_lie_close_together_get_fine_bars() -> None:
    """A histogram of one bar says nothing."""
    told = latency([0.0401, 0.0405, 0.0411, 0.0428], unanswered=2)

    assert len(told.bars) >= 4
    assert (told.median, told.slow, told.slowest, told.unanswered) == (0.0405, 0.0428, 0.0428, 2)


def test_answers_far_apart_get_bars_that_widen() -> None:
    """From milliseconds to a minute on one picture."""
    bars = latency([0.004, 0.02, 0.3, 2.2, 45.0], unanswered=0).bars

    assert (bars[0].low, bars[-1].high) == (0.003, 60)
    assert len(bars) < 30

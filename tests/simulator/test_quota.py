"""The token bucket, pure with time as an argument, and the 429 that it becomes on a socket."""

from __future__ import annotations

import aiohttp
import pytest

from bulkpatch.simulator import Behaviour, Quota, Simulator
from bulkpatch.simulator.quota import ON_ITS_WAY, Bucket
from bulkpatch.simulator.throttle import Throttle

from .conftest import ONE, PARTNER, Ask

SMALL = Quota(burst=1, per_second=0.001)


def spent(quota: Quota) -> Bucket:
    """A bucket whose tokens are just gone."""
    bucket = Bucket(quota, now=0.0)
    while bucket.used(0.0) < 1.0:
        bucket.ask(0.0)
    return bucket


def test_a_full_bucket_lets_its_burst_pass_and_no_more() -> None:
    """Then it refuses."""
    bucket = Bucket(Quota(burst=3, per_second=1), now=0.0)

    assert [bucket.ask(0.0) is None for _ in range(4)] == [True, True, True, False]


def test_the_bucket_refills_at_its_rate_up_to_its_burst() -> None:
    """An hour of rest is worth one burst."""
    bucket = spent(Quota(burst=3, per_second=2))

    assert bucket.ask(0.5) is None
    assert [bucket.ask(3600.0) is None for _ in range(4)] == [True, True, True, False]


def test_a_refused_request_costs_a_token_down_to_a_debt_of_one_burst() -> None:
    """So that asking in vain makes the wait longer, but not without end."""
    bucket = spent(Quota(burst=4, per_second=1))
    waits = [refusal.retry_after for refusal in (bucket.ask(0.0) for _ in range(10)) if refusal]

    assert waits == [2, 3, 4, 5, 5, 5, 5, 5, 5, 5]
    assert bucket.used(0.0) == 2.0


def test_a_wait_is_at_least_a_second() -> None:
    """Even where a token would be there sooner."""
    refusal = spent(Quota(burst=100, per_second=1000)).ask(0.0)

    assert refusal is not None
    assert refusal.retry_after == 1


def test_a_request_on_its_way_is_refused_without_being_early() -> None:
    """Also when there would be a token for it; a slow line has more grace."""
    bucket = spent(Quota(burst=10, per_second=100))
    bucket.ask(0.0)

    on_its_way = bucket.ask(ON_ITS_WAY - 0.01)
    on_a_slow_line = bucket.ask(0.2, grace=0.2)

    assert on_its_way is not None
    assert (on_its_way.early, on_its_way.retry_after) == (False, 1)
    assert on_a_slow_line is not None
    assert not on_a_slow_line.early


def test_who_waits_as_told_is_never_early() -> None:
    """And finds a token."""
    bucket = spent(Quota(burst=10, per_second=2))
    refusal = bucket.ask(0.0)

    assert refusal is not None
    assert bucket.ask(float(refusal.retry_after)) is None


def test_an_early_request_makes_the_whole_wait_begin_again() -> None:
    """Although there are tokens by now."""
    bucket = spent(Quota(burst=10, per_second=2))
    told = [refusal for refusal in (bucket.ask(0.0) for _ in range(6)) if refusal][-1]

    early = bucket.ask(told.retry_after - 0.1)

    assert told.retry_after == 4
    assert early is not None
    assert (early.early, early.retry_after) == (True, 4)
    again = bucket.ask(told.retry_after + 0.1)
    assert again is not None
    assert again.early
    assert bucket.ask(told.retry_after + 0.1 + again.retry_after) is None


def test_every_one_of_a_crowd_that_comes_early_is_early() -> None:
    """The grace is for the first refusal, not for each."""
    bucket = spent(Quota(burst=10, per_second=1))
    bucket.ask(0.0)

    assert [refusal.early for refusal in (bucket.ask(1.0) for _ in range(5)) if refusal] == [True] * 5


def test_others_eat_a_share_of_the_refill() -> None:
    """Not of the burst."""
    alone, shared = spent(Quota(burst=4, per_second=2)), spent(Quota(burst=4, per_second=2, eaten=0.75))

    assert alone.used(1.0) == 0.5
    assert shared.used(1.0) == 0.875


def test_a_bucket_can_change_while_it_is_used() -> None:
    """What is in it stays, up to the new size."""
    bucket = Bucket(Quota(burst=10, per_second=1), now=0.0)
    bucket.change(Quota(burst=2, per_second=1), now=0.0)

    assert [bucket.ask(0.0) is None for _ in range(3)] == [True, True, False]


def test_the_clock_of_a_bucket_never_goes_back() -> None:
    """An answer that was late gives no second refill."""
    bucket = spent(Quota(burst=4, per_second=1))
    bucket.used(2.0)
    bucket.used(1.0)

    assert bucket.used(2.0) == 0.5


@pytest.mark.parametrize(
    "wrong", [{"burst": 0, "per_second": 1}, {"burst": 1, "per_second": 0}, {"burst": 1, "per_second": 1, "eaten": 1}]
)
def test_a_quota_that_lets_nothing_pass_is_refused(wrong: dict[str, float]) -> None:
    """It would have every rollout wait for ever."""
    with pytest.raises(ValueError, match="never let a request pass"):
        Quota(**wrong)


class TestOnASocket:
    @pytest.fixture
    def behaviour(self) -> Behaviour:
        """One write in a quarter of an hour."""
        return Behaviour(quota=SMALL, tells_use=True)

    async def test_a_write_over_the_quota_is_429_as_documented(self, graph: Simulator, ask: Ask) -> None:
        """With the wait, the scope and the reason; reads still pass."""
        passed = await ask("PATCH", ONE, {"inboundTrust": None})
        refused = await ask("PATCH", ONE, {"inboundTrust": {}})

        assert (passed.status, refused.status, refused.code) == (204, 429, "TooManyRequests")
        assert int(refused.headers["Retry-After"]) > 900
        assert refused.headers["x-ms-throttle-information"] == "WriteLimitExceeded"
        assert refused.headers["x-ms-throttle-scope"].startswith("Tenant_Application/Write/")
        assert refused.headers["x-ms-throttle-scope"].endswith(graph.behaviour.home_tenant)
        assert graph.store.partners[graph.requests[0].tenant]["inboundTrust"] is None
        assert [exchange.throttled for exchange in graph.requests] == [False, True]
        assert (graph.throttled, graph.early_calls) == (1, 0)
        assert (await ask("GET", ONE)).status == 200

    async def test_a_quota_that_is_nearly_full_is_told_where_it_is_told_at_all(self, ask: Ask) -> None:
        """Only on what it counts."""
        written, read = await ask("PATCH", ONE, {"inboundTrust": None}), await ask("GET", ONE)

        assert written.headers["x-ms-throttle-limit-percentage"] == "1.00"
        assert "x-ms-throttle-limit-percentage" not in read.headers

    async def test_a_quota_can_be_lifted_in_the_middle(self, graph: Simulator, ask: Ask) -> None:
        """And set again."""
        statuses = []
        for quota in (SMALL, None, SMALL):
            graph.set_quota(quota)
            statuses += [(await ask("PATCH", ONE, {"inboundTrust": None})).status for _ in range(2)]

        assert statuses == [204, 429, 204, 204, 204, 429]

    async def test_reads_have_a_quota_of_their_own(self, graph: Simulator, ask: Ask) -> None:
        """Writes still pass."""
        graph.set_quota(SMALL, reads=True)
        replies = [await ask("GET", ONE) for _ in range(2)]

        assert [reply.status for reply in replies] == [200, 429]
        assert replies[1].headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
        assert "/Read/" in replies[1].headers["x-ms-throttle-scope"]
        assert (await ask("PATCH", ONE, {"inboundTrust": None})).status == 204


async def test_use_is_not_told_unless_it_is_asked_for() -> None:
    """As it is in practice."""
    session = aiohttp.ClientSession(headers={"Authorization": "Bearer any"})
    async with Simulator(Behaviour(quota=SMALL)) as graph, session:
        graph.store.add(PARTNER)
        answer = await session.patch(graph.url + ONE, json={})

    assert answer.status == 204
    assert "x-ms-throttle-limit-percentage" not in answer.headers


def test_a_slow_line_has_its_latency_twice_as_grace() -> None:
    """Once for the 429 to arrive, and once for what set out just before it did."""
    throttle = Throttle(Behaviour(quota=SMALL, latency=1.0), 0.0)
    told = [throttle.refusal("PATCH", now) for now in (0.0, 0.0, 2.0, 2.1)]

    assert [over.early if over else None for over in told] == [None, False, False, True]


async def test_an_early_write_is_counted() -> None:
    """A second after the 429, when it said a quarter of an hour."""
    now = [0.0]
    session = aiohttp.ClientSession(headers={"Authorization": "Bearer any"})
    async with Simulator(Behaviour(quota=SMALL), clock=lambda: now[0]) as graph, session:
        graph.store.add(PARTNER)
        for now[0] in (0.0, 0.0, 1.0):
            await session.patch(graph.url + ONE, json={})

    assert [exchange.early for exchange in graph.requests] == [False, False, True]
    assert (graph.early_calls, graph.throttled) == (1, 2)

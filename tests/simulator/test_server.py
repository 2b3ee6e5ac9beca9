"""The server itself: where it listens, whom it lets in, the ids it gives, what it remembers; lag and paging, pure."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import uuid
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from bulkpatch import simulator
from bulkpatch.simulator import Behaviour, Simulator
from bulkpatch.simulator.lag import Lag
from bulkpatch.simulator.paging import page_of

from .conftest import ONE, OTHER, PARTNER, PARTNERS, SYNC, Ask


async def test_it_listens_on_loopback_alone() -> None:
    """On a port of its own choice, or on the one it is told."""
    async with Simulator() as first:
        addresses = [socket[0] for socket in first._runner.addresses]
        port = int(first.url.rpartition(":")[2])
    async with Simulator(port=port) as second:
        url = second.url

    assert addresses == ["127.0.0.1"]
    assert url == first.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("accepted", "sent", "status"),
    [
        (None, "Bearer any", 200),
        (None, "bearer any", 200),
        (None, None, 401),
        (None, "Bearer ", 401),
        (None, "Basic any", 401),
        ("mine", "Bearer mine", 200),
        ("mine", "Bearer yours", 401),
    ],
)
async def test_a_token_is_needed(accepted: str | None, sent: str | None, status: int) -> None:
    """Any one, or the one that the behaviour names."""
    headers = {"Authorization": sent} if sent else {}
    async with Simulator(Behaviour(token=accepted)) as graph, aiohttp.ClientSession(headers=headers) as session:
        graph.store.add(PARTNER)
        async with session.get(graph.url + ONE) as answer:
            body = await answer.json()

    assert answer.status == status
    assert status == 200 or body["error"]["code"] == "InvalidAuthenticationToken"


async def test_every_answer_carries_the_ids_that_support_asks_for(ask: Ask) -> None:
    """The caller's own is given back; one that is missing is made up; the error body repeats them."""
    mine = await ask("GET", ONE, headers={"client-request-id": "mine"})
    done = await ask("PATCH", ONE, {"inboundTrust": None})
    wrong = await ask("PATCH", ONE, {"nonsense": 1})
    inner = wrong.body["error"]["innerError"]

    assert mine.headers["client-request-id"] == "mine"
    assert len({reply.headers["request-id"] for reply in (mine, done, wrong)}) == 3
    assert str(uuid.UUID(done.headers["client-request-id"])) == done.headers["client-request-id"]
    assert inner["request-id"] == wrong.headers["request-id"]
    assert inner["client-request-id"] == wrong.headers["client-request-id"]
    assert parsedate_to_datetime(wrong.headers["Date"]).strftime("%Y-%m-%dT%H") == inner["date"][:13]


async def test_each_request_is_remembered_as_it_came(graph: Simulator, ask: Ask) -> None:
    """In the order of the answers."""
    before = time.monotonic()
    await ask("PATCH", ONE, {"inboundTrust": None}, headers={"client-request-id": "mine"})
    await ask("GET", SYNC)
    await ask("GET", "/elsewhere")
    first, second, third = graph.requests

    assert (first.method, first.path, first.tenant, first.endpoint) == ("PATCH", ONE, PARTNER, "partner")
    assert (first.body, first.status, first.applied) == ({"inboundTrust": None}, 204, True)
    assert (first.client_request_id, second.client_request_id) == ("mine", "")
    assert (second.endpoint, second.status, second.applied) == ("identitySynchronization", 404, False)
    assert (third.endpoint, third.tenant, third.status) == ("", "", 404)
    assert before <= first.arrived <= second.arrived <= time.monotonic()


async def test_nothing_is_remembered_where_nobody_asks() -> None:
    """What is counted is still counted."""
    quota = simulator.Quota(burst=1, per_second=0.001)
    async with Simulator(Behaviour(record=False, quota=quota)) as graph:
        graph.store.add(PARTNER)
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer any"}) as session:
            for _ in range(2):
                await session.patch(graph.url + ONE, json={})

    assert graph.requests == []
    assert graph.throttled == 1


async def test_every_answer_takes_its_latency() -> None:
    """And those of others at the same time."""
    session = aiohttp.ClientSession(headers={"Authorization": "Bearer any"})
    async with Simulator(Behaviour(latency=0.05)) as graph, session:
        began = time.monotonic()
        await asyncio.gather(*(session.get(graph.url + PARTNERS) for _ in range(10)))
        took = time.monotonic() - began

    assert 0.05 <= took < 0.4


async def test_reads_lag_behind_writes() -> None:
    """The list and the single partner; the store has it at once."""
    async with Simulator(Behaviour(lag=3600)) as graph:
        graph.store.add(PARTNER)
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer any"}) as session:
            await session.patch(graph.url + ONE, json={"inboundTrust": {"isMfaAccepted": True}})
            await session.put(graph.url + SYNC, json={})
            one, sync = await session.get(graph.url + ONE), await session.get(graph.url + SYNC)
            shown = await one.json()
            await session.delete(graph.url + SYNC)
            await session.delete(graph.url + ONE)
            listed = (await (await session.get(graph.url + PARTNERS)).json())["value"]

    assert shown["inboundTrust"] is None
    assert sync.status == 404
    assert graph.store.partners == {}
    assert [partner["inboundTrust"] for partner in listed] == [None]


async def test_what_was_created_or_deleted_lags_too() -> None:
    """A new partner is not listed yet, and one that is gone still is."""
    now = [0.0]
    session = aiohttp.ClientSession(headers={"Authorization": "Bearer any"})
    async with Simulator(Behaviour(lag=5), clock=lambda: now[0]) as graph, session:
        graph.store.add(PARTNER)
        await session.delete(graph.url + ONE)
        await session.post(graph.url + PARTNERS, json={"tenantId": OTHER})
        pages = []
        for now[0] in (4.9, 5.0):
            body = await (await session.get(graph.url + PARTNERS)).json()
            pages.append([partner["tenantId"] for partner in body["value"]])

    assert pages == [[PARTNER], [OTHER]]


def test_each_write_becomes_visible_in_its_turn() -> None:
    """A second one does not bring the first forward."""
    lag = Lag(10)
    lag.keep("t", None, 0.0)
    lag.keep("t", {"v": 1}, 5.0)
    seen = [lag.seen("t", {"v": 2}, now) for now in (6.0, 9.9, 10.0, 14.9, 15.0, 99.0)]

    assert seen == [None, None, {"v": 1}, {"v": 1}, {"v": 2}, {"v": 2}]


def test_without_a_lag_a_read_shows_what_is_there() -> None:
    """Nothing is kept."""
    lag = Lag(0)
    lag.keep("t", None, 0.0)

    assert lag.seen("t", {"v": 1}, 0.0) == {"v": 1}
    assert lag.keys(["a", "b"]) == ["a", "b"]


@pytest.mark.parametrize("size", range(1, 8))
def test_pages_give_every_key_once_whatever_their_size(size: int) -> None:
    """And the last one has no token."""
    keys, token, pages = list("abcdef"), "", 0
    found: list[str] = []
    while pages == 0 or token:
        page, token = page_of(keys, size=size, token=token)
        found += page
        pages += 1

    assert found == keys
    assert pages == -(-len(keys) // size)


def test_a_token_says_nothing_to_who_reads_it() -> None:
    """A client that takes it apart would be wrong with Graph as well."""
    _, token = page_of(["first", "second"], size=1, token="")

    assert "first" not in token


def test_the_simulator_knows_nothing_of_the_tool() -> None:
    """It is a second opinion: importing it loads no other room."""
    told = "import sys, bulkpatch.simulator; print(*(n for n in sys.modules if n.startswith('bulkpatch.')))"
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)

    assert {name.split(".")[1] for name in done.stdout.split()} == {"simulator"}


def test_the_public_names_are_what_is_exported() -> None:
    """Six, and no more."""
    assert simulator.__all__ == ["Behaviour", "Exchange", "Fault", "Quota", "Simulator", "Store"]

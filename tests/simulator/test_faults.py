"""Each fault as a client meets it on a socket, and what it leaves in the store."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import aiohttp
import pytest

from bulkpatch.simulator import Behaviour, Fault, Simulator
from bulkpatch.simulator import faults as f
from bulkpatch.simulator.misfortune import IN_A_ROW, Misfortune

from .conftest import ONE, OTHER, PARTNER, PARTNERS, SYNC, Ask

BODY = {"inboundTrust": {"isMfaAccepted": True}}
ANSWERED = [
    (Fault.throttle("1"), 429, False),
    (f.INTERNAL, 500, False),
    (f.BAD_GATEWAY, 502, False),
    (f.UNAVAILABLE, 503, False),
    (f.GATEWAY_TIMEOUT, 504, False),
    (f.GATEWAY_TIMEOUT_AFTER, 504, True),
    (f.BAD_REQUEST, 400, False),
    (f.EXPIRED, 401, False),
    (f.CLAIMS_CHALLENGE, 401, False),
    (f.FORBIDDEN, 403, False),
    (f.NOT_FOUND, 404, False),
    (f.NOT_ALLOWED, 405, False),
    (f.SAME_KEY, 409, False),
    (f.CONCURRENT, 409, False),
    (f.PRECONDITION, 412, False),
    (f.LOCKED, 423, False),
    (f.REDIRECT, 302, False),
    (f.NO_CONTENT, 204, False),
    (f.PROXY_PAGE, 200, False),
    (f.UNEXPECTED_OK_AFTER, 200, True),
]
UNREADABLE = [
    (f.RESET_BEFORE, aiohttp.ServerDisconnectedError, False),
    (f.RESET_AFTER, aiohttp.ServerDisconnectedError, True),
    (f.TRUNCATED, aiohttp.ClientPayloadError, False),
    (f.TRUNCATED_AFTER, aiohttp.ClientPayloadError, True),
    (f.GARBLED, json.JSONDecodeError, False),
    (f.GARBLED_AFTER, json.JSONDecodeError, True),
    (f.UNREADABLE_AFTER, aiohttp.ClientPayloadError, True),
]


@pytest.mark.parametrize(("fault", "status", "applied"), ANSWERED)
async def test_a_fault_answers_with_its_status(
    graph: Simulator, ask: Ask, fault: Fault, status: int, applied: bool
) -> None:
    """The write is carried out only where the fault says so, and the record says whether it was."""
    graph.script(fault)

    assert (await ask("PATCH", ONE, BODY)).status == status
    assert (graph.store.partners[PARTNER]["inboundTrust"] == BODY["inboundTrust"]) is applied
    assert (graph.requests[-1].status, graph.requests[-1].applied) == (status, applied)


@pytest.mark.parametrize(("fault", "error", "applied"), UNREADABLE)
async def test_a_fault_leaves_no_readable_answer(
    graph: Simulator, ask: Ask, fault: Fault, error: type[Exception], applied: bool
) -> None:
    """Before the write or after it, the client cannot tell which; the store can."""
    graph.script(fault)
    with pytest.raises(error):
        await ask("PATCH", ONE, BODY)

    assert (graph.store.partners[PARTNER]["inboundTrust"] == BODY["inboundTrust"]) is applied
    assert graph.requests[-1].applied is applied
    assert (graph.requests[-1].status is None) is fault.silent
    assert (await ask("PATCH", ONE, BODY)).status == 204


@pytest.mark.parametrize(("fault", "applied"), [(f.HANG_BEFORE, False), (f.HANG_AFTER, True)])
async def test_a_hang_is_never_answered_and_does_not_hold_up_the_end(fault: Fault, applied: bool) -> None:
    """The server closes at once although a request still waits."""
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer any"}) as session:
        async with Simulator() as graph:
            graph.store.add(PARTNER)
            graph.script(fault)
            waiting = asyncio.ensure_future(session.patch(graph.url + ONE, json=BODY))
            while not graph.requests:  # noqa: ASYNC110 - until the request has arrived
                await asyncio.sleep(0)
            unanswered = not waiting.done()
            closing = time.monotonic()
        took = time.monotonic() - closing
        with pytest.raises(aiohttp.ClientError):
            await waiting

    assert unanswered
    assert took < 1
    assert (graph.store.partners[PARTNER]["inboundTrust"] is not None) is applied
    assert (graph.requests[0].status, graph.requests[0].applied) == (None, applied)


async def test_a_hang_that_the_client_gave_up_on_leaves_nothing_behind() -> None:
    """The server ends what nobody waits for any more."""
    session = aiohttp.ClientSession(headers={"Authorization": "Bearer any"})
    async with Simulator() as graph, session:
        graph.store.add(PARTNER)
        graph.script(f.HANG_BEFORE)
        with pytest.raises(TimeoutError):
            await session.get(graph.url + ONE, timeout=aiohttp.ClientTimeout(total=0.05))
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_usual_answer_can_be_cut_short(graph: Simulator, ask: Ask) -> None:
    """A list whose last byte never comes."""
    graph.script(f.CUT_SHORT, method="GET")
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask("GET", PARTNERS)

    assert (await ask("GET", PARTNERS)).body["value"][0]["tenantId"] == PARTNER


@pytest.mark.parametrize("text", [None, "0", "-5", "garbage", "Mon, 23 Nov 2026 15:00:00 GMT", "3600"])
@pytest.mark.parametrize("fault", [Fault.throttle, Fault.unavailable])
async def test_retry_after_is_sent_as_it_is_scripted(graph: Simulator, ask: Ask, fault: type, text: str | None) -> None:
    """Whether it makes sense or not."""
    graph.script(fault(text))

    assert (await ask("PATCH", ONE, BODY)).headers.get("Retry-After") == text


async def test_a_gateway_answers_html(graph: Simulator, ask: Ask) -> None:
    """Not Graph's error body."""
    graph.script(f.BAD_GATEWAY)
    reply = await ask("GET", ONE)

    assert reply.headers["Content-Type"] == "text/html"
    assert b"502 Bad Gateway" in reply.body


async def test_a_claims_challenge_carries_its_claims(graph: Simulator, ask: Ask) -> None:
    """As base64 of JSON in WWW-Authenticate."""
    graph.script(f.CLAIMS_CHALLENGE)
    told = (await ask("GET", ONE)).headers["WWW-Authenticate"]
    claims = base64.b64decode(told.rpartition('claims="')[2].rstrip('"'))

    assert 'error="insufficient_claims"' in told
    assert "access_token" in json.loads(claims)


async def test_a_redirect_leads_to_another_host(graph: Simulator, ask: Ask) -> None:
    """Where a token must not go."""
    graph.script(f.REDIRECT)

    assert (await ask("GET", ONE)).headers["Location"] == "https://example.com/elsewhere"


async def test_a_scripted_fault_meets_what_it_was_meant_for(graph: Simulator, ask: Ask) -> None:
    """By tenant in any case, method and endpoint, and as often as it was told."""
    graph.store.create_sync(PARTNER, {})
    graph.script(f.INTERNAL, tenant=PARTNER.upper(), method="patch", endpoint="partner", times=2)
    asked = [("GET", ONE), ("PATCH", SYNC), ("PATCH", ONE), ("PATCH", ONE), ("PATCH", ONE)]

    assert [(await ask(m, path, {} if m == "PATCH" else None)).status for m, path in asked] == [200, 204, 500, 500, 204]


async def test_a_create_is_known_by_the_tenant_in_its_body(graph: Simulator, ask: Ask) -> None:
    """There is none in its path."""
    graph.script(f.INTERNAL, tenant=OTHER, method="POST")
    elsewhere = await ask("POST", PARTNERS, {"tenantId": "00000000-0000-0000-0000-000000000000"})

    assert elsewhere.status == 201
    assert (await ask("POST", PARTNERS, {"tenantId": OTHER})).status == 500


def test_a_fault_strikes_at_least_once() -> None:
    """Zero times would be a mistake in a test."""
    with pytest.raises(ValueError, match="at least once"):
        Misfortune(0, 0).script(f.INTERNAL, tenant=None, method=None, endpoint=None, times=0)


def _met(order: list[int], seed: int) -> dict[tuple[int, int], Fault | None]:
    misfortune, times = Misfortune(0.3, seed), dict.fromkeys(order, 0)
    met = {}
    for tenant in order:
        times[tenant] += 1
        met[tenant, times[tenant]] = misfortune.draw((str(tenant), "PATCH", "partner"))
    return met


def test_the_same_seed_strikes_the_same_requests_in_any_order() -> None:
    """Each tenant's first, second and third request meet what they meet, whoever came between."""
    in_turn = [n for _ in range(3) for n in range(60)]
    one_by_one = [n for n in range(60) for _ in range(3)]

    assert _met(in_turn, 4) == _met(one_by_one, 4)
    assert _met(in_turn, 4) != _met(in_turn, 5)


def test_the_share_of_faults_is_the_rate() -> None:
    """And every passing fault is among them."""
    met = [fault for fault in _met(list(range(2000)), 1).values() if fault is not None]

    assert 0.26 < len(met) / 2000 < 0.34
    assert all(fault in met for fault in f.PASSING)


def test_nobody_is_struck_more_than_three_times_in_a_row() -> None:
    """Even where nearly every request is struck."""
    misfortune = Misfortune(0.99, 7)
    struck = "".join("x" if misfortune.draw(("t", "PATCH", "partner")) else "." for _ in range(200))

    assert "x" * IN_A_ROW in struck
    assert "x" * (IN_A_ROW + 1) not in struck


async def test_reads_meet_faults_by_chance_too() -> None:
    """The rate is for reads and writes."""
    timeout = aiohttp.ClientTimeout(total=2)
    async with Simulator(Behaviour(fault_rate=0.5, seed=3)) as graph:
        graph.store.add(PARTNER)
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer any"}, timeout=timeout) as session:
            for _ in range(20):
                try:
                    await session.get(graph.url + ONE)
                except aiohttp.ServerDisconnectedError:
                    continue

    statuses = [exchange.status for exchange in graph.requests]
    assert 200 in statuses
    assert len(set(statuses)) > 2

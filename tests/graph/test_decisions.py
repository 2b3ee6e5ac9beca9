"""The client's decisions, without a server: what is sent, when, and what is made of the answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aioresponses import CallbackResult

from bulkpatch.errors import SignInFailed
from bulkpatch.execute import Failures, Outcomes, execute
from bulkpatch.graph.auth import TokenFile, home_tenant
from bulkpatch.graph.circuit import Circuit
from bulkpatch.graph.client import open_client
from bulkpatch.graph.courier import Courier
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.graph.gate import Gate
from bulkpatch.graph.halt import Halt
from bulkpatch.graph.pace import Pace
from bulkpatch.graph.read import Reader
from bulkpatch.graph.reply import Reply
from bulkpatch.graph.retry import Patience, Persistence
from bulkpatch.graph.write import Writer
from bulkpatch.model import Endpoint, Fate, Outcome, Patch, Status, Step, TenantId
from bulkpatch.progress import Watcher

from ..conftest import GraphMock, MockedResponse

pytestmark = pytest.mark.virtual_time
ROOT = "https://graph.microsoft.com"
BODY = {"inboundTrust": {"isMfaAccepted": True}}
SYNC = {"userSyncInbound": {"isSyncAllowed": True}}


def tenant(n: int) -> TenantId:
    return TenantId(f"90e29127-71ad-49c7-9ce8-{n:012}")


def url(n: int, *, sync: bool = False) -> str:
    partner = f"{ROOT}/v1.0/policies/crossTenantAccessPolicy/partners/{tenant(n)}"
    return f"{partner}/identitySynchronization" if sync else partner


def step(n: int, *, method: str = "PATCH", sync: bool = False) -> Step:
    """One tenant with one write."""
    patch = Patch(
        tenant=tenant(n),
        endpoint=Endpoint.SYNC if sync else Endpoint.PARTNER,
        method=method,
        body=SYNC if sync else ({"tenantId": tenant(n), **BODY} if method == "POST" else BODY),
        differences=(),
        before=None if method in {"POST", "PUT"} else {},
    )
    return Step(tenant=tenant(n), rows=(n + 2,), fate=Fate.CHANGE, patches=(patch,))


class Tokens:
    """Gives `old`, and after a renewal `new`; counts renewals."""

    def __init__(self) -> None:
        self.current = "old"
        self.renewals = 0
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        return self.current

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        async with self._lock:
            if self.current == rejected:
                self.renewals += 1
                await asyncio.sleep(1)
                self.current = "new"
            return self.current


class Notes:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    async def sending(self, patch: Patch, attempt: int, client_request_id: str) -> None:
        self.events.append(("sending", client_request_id))

    def answered(self, patch: Patch, reply: Reply) -> None:
        self.events.append(("answered", reply.client_request_id))

    def settled(self, patch: Patch, finding: str) -> None:
        self.events.append(("settled", finding))

    def outcome(self, step: Step, outcome: Outcome) -> None:
        self.events.append(("outcome", outcome.status.value))


class Desk:
    """A line over mocked requests in virtual time."""

    def __init__(self, client: Any, *, attempts: int, tokens: Any, create_missing: bool) -> None:
        clock = asyncio.get_running_loop().time
        self.halt, self.tokens, self.notes = Halt(), tokens, Notes()
        endpoint = GraphEndpoint(root=ROOT)
        self.courier = Courier(
            client=client,
            tokens=tokens,
            reads=Gate(Pace(quota=None, told=True, now=clock()), self.halt, clock=clock),
            writes=Gate(Pace(quota=None, told=True, now=clock()), self.halt, clock=clock),
            halt=self.halt,
            circuit=Circuit(healthy_at=clock()),
            clock=clock,
            today=lambda: datetime.now(UTC),
        )
        persistence = Persistence(Patience(max_attempts=attempts), rng=random.Random(1), halt=self.halt)
        self.reader = Reader(self.courier, endpoint, persistence, workers=4)
        self.writer = Writer(
            courier=self.courier, reader=self.reader, endpoint=endpoint, persistence=persistence,
            ledger=self.notes, create_missing=create_missing,
        )  # fmt: skip
        self.clock = clock

    async def send(self, *steps: Step, workers: int = 8) -> Outcomes:
        return await execute(
            steps, courier=self.courier, writer=self.writer, ledger=self.notes, workers=workers,
            failures=Failures(), observer=Watcher(), clock=self.clock,
        )  # fmt: skip


@asynccontextmanager
async def desk(*, attempts: int = 6, tokens: Any = None, create_missing: bool = False) -> AsyncIterator[Desk]:
    async with open_client(GraphEndpoint(root=ROOT), connections=9, timeout=10, environ={}) as client:
        yield Desk(client, attempts=attempts, tokens=tokens or Tokens(), create_missing=create_missing)


def sent(graph: GraphMock, method: str, address: str) -> list[Any]:
    """The requests that went to *address*."""
    return [
        call for (verb, to), calls in graph.requests.items() for call in calls if (verb, str(to)) == (method, address)
    ]


async def test_a_write_carries_its_body_token_ids_and_low_priority(graph: GraphMock) -> None:
    """Exactly, and the id is the one that the ledger knows."""
    graph.patch(url(1), status=204)
    async with desk() as at:
        outcomes = await at.send(step(1))

    call = sent(graph, "PATCH", url(1))[0]
    headers = call.kwargs["headers"]
    assert outcomes[tenant(1)].status is Status.SUCCEEDED
    assert call.kwargs["data"] == b'{"inboundTrust": {"isMfaAccepted": true}}'
    assert headers["Authorization"] == "Bearer old"
    assert headers["Content-Type"] == "application/json"
    assert headers["x-ms-throttle-priority"] == "Low"
    assert at.notes.events[0] == ("sending", headers["client-request-id"])
    assert call.kwargs["allow_redirects"] is False


async def test_one_429_holds_everybody_back_and_costs_no_attempt(graph: GraphMock) -> None:
    """Even with one attempt allowed."""
    moments: list[float] = []
    loop = asyncio.get_running_loop()

    def answer(*_: Any, **__: Any) -> CallbackResult:
        moments.append(loop.time())
        return CallbackResult(status=204, response_class=MockedResponse)

    graph.patch(url(0), status=429, headers={"Retry-After": "90"})
    for n in range(20):
        graph.patch(url(n), callback=answer)
    async with desk(attempts=1) as at:
        outcomes = await at.send(*(step(n) for n in range(20)), workers=1)

    assert {outcome.status for outcome in outcomes.values()} == {Status.SUCCEEDED}
    assert outcomes[tenant(0)].attempts == 2
    assert min(moments) >= 90


async def test_a_passing_fault_is_tried_again_up_to_the_limit(graph: GraphMock) -> None:
    """And then a read settles whether it was applied after all."""
    graph.patch(url(1), status=500, repeat=True)
    graph.get(url(1), payload={"tenantId": tenant(1), "inboundTrust": None}, repeat=True)
    async with desk(attempts=4) as at:
        outcome = (await at.send(step(1)))[tenant(1)]

    assert (outcome.status, outcome.attempts, outcome.http_status) == (Status.FAILED, 4, 500)
    assert "a read shows that it was not applied" in outcome.note


async def test_trying_ends_by_time_as_well_as_by_count(graph: GraphMock) -> None:
    """Five minutes for one tenant, however many attempts are allowed."""
    graph.patch(url(1), status=500, repeat=True)
    graph.get(url(1), payload={"tenantId": tenant(1), "inboundTrust": None}, repeat=True)
    async with desk(attempts=1000) as at:
        at.courier.circuit = Circuit(healthy_at=1e9)  # the circuit is not the matter here
        outcome = (await at.send(step(1)))[tenant(1)]

    assert outcome.status is Status.FAILED
    assert 5 < outcome.attempts < 60
    assert at.clock() < 400


async def test_a_lost_answer_that_was_applied_has_succeeded(graph: GraphMock) -> None:
    """The read proves it."""
    graph.patch(url(1), exception=aiohttp.ServerDisconnectedError(), repeat=True)
    graph.get(url(1), payload={"tenantId": tenant(1), **BODY})
    async with desk(attempts=2) as at:
        outcome = (await at.send(step(1)))[tenant(1)]

    assert outcome.status is Status.SUCCEEDED
    assert ("settled", "applied") in at.notes.events


async def test_a_lost_answer_that_no_read_can_tell_of_is_unknown(graph: GraphMock) -> None:
    """Not failed, and not succeeded."""
    graph.patch(url(1), exception=aiohttp.ServerDisconnectedError(), repeat=True)
    graph.get(url(1), status=500, repeat=True)
    async with desk(attempts=2) as at:
        outcome = (await at.send(step(1)))[tenant(1)]

    assert outcome.status is Status.UNKNOWN


async def test_an_answer_that_was_lost_early_stays_in_doubt_whatever_comes_after(graph: GraphMock) -> None:
    """A 500 to the second attempt says nothing of the first."""
    graph.patch(url(1), exception=aiohttp.ServerDisconnectedError())
    graph.patch(url(1), status=500, repeat=True)
    graph.patch(url(2), status=500, repeat=True)
    for n in (1, 2):
        graph.get(url(n), status=500, repeat=True)
    async with desk(attempts=3) as at:
        outcomes = await at.send(step(1), step(2))

    assert [outcomes[tenant(n)].status for n in (1, 2)] == [Status.UNKNOWN, Status.FAILED]


async def test_a_503_is_tried_again_on_a_new_connection(graph: GraphMock) -> None:
    """Not on one from the pool."""
    used: list[bool] = []
    graph.patch(url(1), status=503)
    graph.patch(url(1), status=204)
    async with desk() as at:
        plain = at.courier.client.send

        async def spy(*args: Any, fresh: bool, **kwargs: Any) -> Reply:
            used.append(fresh)
            return await plain(*args, fresh=fresh, **kwargs)

        at.courier.client.send = spy  # type: ignore[method-assign]
        await at.send(step(1))

    assert used == [False, True]


async def test_an_update_of_a_policy_that_does_not_exist_becomes_a_put(graph: GraphMock) -> None:
    """Whatever code the 404 carries."""
    graph.patch(url(1, sync=True), status=404)
    graph.put(url(1, sync=True), status=204)
    async with desk() as at:
        outcome = (await at.send(step(1, sync=True)))[tenant(1)]

    assert (outcome.status, outcome.attempts) == (Status.SUCCEEDED, 2)


async def test_a_put_of_a_policy_that_exists_becomes_an_update(graph: GraphMock) -> None:
    """With the same body."""
    conflict = {"error": {"code": "Request_MultipleObjectsWithSameKeyValue", "message": ""}}
    graph.put(url(1, sync=True), status=409, payload=conflict)
    graph.patch(url(1, sync=True), status=204)
    async with desk() as at:
        outcome = (await at.send(step(1, method="PUT", sync=True)))[tenant(1)]

    assert outcome.status is Status.SUCCEEDED
    assert b"isSyncAllowed" in sent(graph, "PATCH", url(1, sync=True))[0].kwargs["data"]


async def test_a_partner_that_somebody_else_created_is_updated_without_losing_theirs(graph: GraphMock) -> None:
    """Their settings are merged under ours."""
    partners = f"{ROOT}/v1.0/policies/crossTenantAccessPolicy/partners"
    conflict = {"error": {"code": "Request_MultipleObjectsWithSameKeyValue", "message": ""}}
    theirs = {"isMfaAccepted": False, "isCompliantDeviceAccepted": True, "isCompliantNetworkAccepted": True}
    graph.post(partners, status=409, payload=conflict)
    graph.get(url(1), payload={"tenantId": tenant(1), "inboundTrust": theirs})
    graph.patch(url(1), status=204)
    async with desk(create_missing=True) as at:
        outcome = (await at.send(step(1, method="POST")))[tenant(1)]

    body = sent(graph, "PATCH", url(1))[0].kwargs["data"]
    assert (outcome.status, outcome.created) == (Status.SUCCEEDED, False)
    assert body == b'{"inboundTrust": {"isMfaAccepted": true, "isCompliantDeviceAccepted": true}}'


async def test_all_workers_wait_for_one_renewal(graph: GraphMock) -> None:
    """Eight 401s at once, one new token, no row lost."""

    def answer(_: Any, *, headers: dict[str, str], **__: Any) -> CallbackResult:
        good = headers["Authorization"] == "Bearer new"
        return CallbackResult(status=204 if good else 401, response_class=MockedResponse)

    for n in range(8):
        graph.patch(url(n), callback=answer, repeat=True)
    tokens = Tokens()
    async with desk(tokens=tokens, attempts=1) as at:
        outcomes = await at.send(*(step(n) for n in range(8)))

    assert {outcome.status for outcome in outcomes.values()} == {Status.SUCCEEDED}
    assert tokens.renewals == 1


async def test_a_token_that_is_refused_twice_stops_the_run(graph: GraphMock) -> None:
    """The row failed, the others were not sent, and the exit code will be 3."""
    graph.patch(url(0), status=401, repeat=True)
    async with desk() as at:
        outcomes = await at.send(*(step(n) for n in range(5)), workers=1)

    assert [outcomes[tenant(n)].status for n in range(5)] == [Status.FAILED] + [Status.NOT_SENT] * 4
    assert isinstance(at.halt.error, SignInFailed)


async def test_the_throttle_percentage_slows_the_pace_early(graph: GraphMock) -> None:
    """Nothing depends on it, but it is heard."""
    async with desk() as at:
        at.courier.writes.pace.rate = 50.0
        graph.patch(url(1), status=204, headers={"x-ms-throttle-limit-percentage": "1.3"})
        await at.send(step(1))

        assert at.courier.writes.pace.rate == 40.0


async def test_a_token_file_is_read_again_once_for_all(tmp_path: Any) -> None:
    """And a file that still holds the rejected token is the end."""
    file = tmp_path / "token"
    file.write_text("Bearer one\n")
    tokens = TokenFile(file)
    assert await tokens.token() == "one"
    with pytest.raises(SignInFailed, match="no longer accepts"):
        await tokens.renew("one", claims=None)

    file.write_text("two")
    assert await asyncio.gather(*(tokens.renew("one", claims=None) for _ in range(5))) == ["two"] * 5


async def test_the_home_tenant_is_read_from_the_token_without_trusting_it() -> None:
    """A JWT says it, an opaque token does not."""
    assert home_tenant("e30.eyJ0aWQiOiJBQkMifQ.x") == "abc"
    assert home_tenant("opaque") == home_tenant("a.b.c") == home_tenant("a.!!.c") == ""

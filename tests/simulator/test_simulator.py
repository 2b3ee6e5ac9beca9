"""The simulator answers as graph-api.md says, over real sockets, asked by a plain HTTP client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bulkpatch.simulator import Behaviour, Fault, Quota, Simulator
from bulkpatch.simulator.quota import Bucket

T, U = "90e29127-71ad-49c7-9ce8-db3f41ea06f1", "90e29127-71ad-49c7-9ce8-db3f41ea06f2"
PARTNERS = "/v1.0/policies/crossTenantAccessPolicy/partners"
Ask = Callable[..., Awaitable[tuple[int, Any, Any]]]


@pytest.fixture
async def graph() -> AsyncIterator[Simulator]:
    """A Graph with one partner."""
    async with Simulator(Behaviour(page_size=2)) as graph:
        graph.store.add(T)
        yield graph


@pytest.fixture
async def ask(graph: Simulator) -> AsyncIterator[Ask]:
    """Ask it; give status, body and headers."""
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer any", "client-request-id": "mine"}) as session:

        async def call(method: str, path: str, body: Any = None) -> tuple[int, Any, Any]:
            async with session.request(method, graph.url + path, json=body, allow_redirects=False) as answer:
                is_json = "json" in answer.headers.get("Content-Type", "")
                return answer.status, await answer.json() if is_json else None, answer.headers

        yield call


async def test_a_new_partner_inherits_everything(ask: Ask) -> None:
    """Every setting is null, automatic consent an object of nulls, and unpublished keys are there."""
    status, body, headers = await ask("GET", f"{PARTNERS}/{T.upper()}")

    assert status == 200
    assert body["inboundTrust"] is None
    assert body["automaticUserConsentSettings"] == {"inboundAllowed": None, "outboundAllowed": None}
    assert "crossCloudMeetingConfiguration" in body
    assert headers["client-request-id"] == "mine"
    assert headers["request-id"]


async def test_the_list_is_paged_by_an_opaque_link(graph: Simulator, ask: Ask) -> None:
    """Following @odata.nextLink gives every partner once."""
    for n in range(4):
        graph.store.add(f"00000000-0000-0000-0000-00000000000{n}")
    found, path = [], PARTNERS
    while path:
        _, body, _ = await ask("GET", path)
        found += [partner["tenantId"] for partner in body["value"]]
        path = body.get("@odata.nextLink", "").removeprefix(graph.url)

    assert sorted(found) == sorted(graph.store.partners)
    assert len(found) == 5


async def test_patch_replaces_what_it_names_and_answers_204_without_a_body(graph: Simulator, ask: Ask) -> None:
    """The rest stays."""
    graph.store.update_partner(T, {"inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": True}})

    status, body, _ = await ask("PATCH", f"{PARTNERS}/{T}", {"inboundTrust": {"isMfaAccepted": False}})

    assert (status, body) == (204, None)
    assert graph.store.partners[T]["inboundTrust"] == {"isMfaAccepted": False}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"inboundTrust": {"isMfaAccepted": "true"}}, 400, "expected type of 'inboundTrust.isMfaAccepted'"),
        ({"b2BDirectConnectInbound": None}, 400, "Invalid property 'b2BDirectConnectInbound'."),
        ({"crossCloudMeetingConfiguration": None}, 400, "Invalid property 'crossCloudMeetingConfiguration'."),
        ({"userSyncInbound": {"isSyncAllowed": True}}, 400, "Invalid property 'userSyncInbound'."),
        ({"tenantRestrictions": {"devices": {}}}, 400, "Invalid property 'tenantRestrictions.devices'."),
        ({"tenantRestrictions": {"@odata.type": "#x"}}, 400, "Invalid property 'tenantRestrictions.@odata.type'."),
        ({"blockServiceProviderOutboundAccess": True}, 400, "Invalid property 'blockServiceProviderOutboundAccess'."),
        ({"isServiceProvider": True}, 403, "Insufficient privileges"),
        ([], 400, "Cannot read the value of 'body' as an object."),
        (
            {
                "b2bCollaborationInbound": {
                    "usersAndGroups": {
                        "accessType": "blocked",
                        "targets": [{"target": "AllUsers", "targetType": "user"}],
                    },
                    "applications": {"accessType": "allowed", "targets": [{"target": U, "targetType": "application"}]},
                }
            },
            400,
            "contradict each other",
        ),
    ],
)
async def test_bodies_are_type_checked(ask: Ask, body: Any, status: int, message: str) -> None:
    """A wrong one changes nothing."""
    answered, told, _ = await ask("PATCH", f"{PARTNERS}/{T}", body)

    assert answered == status
    assert message in told["error"]["message"]
    assert set(told["error"]["innerError"]) == {"date", "request-id", "client-request-id"}


async def test_synchronization_is_created_with_put_and_updated_with_patch(ask: Ask) -> None:
    """The other way round answers as documented."""
    url, body = f"{PARTNERS}/{T}/identitySynchronization", {"userSyncInbound": {"isSyncAllowed": True}}

    early = await ask("PATCH", url, body)
    created = await ask("PUT", url, body)
    twice = await ask("PUT", url, body)
    updated = await ask("PATCH", url, body)

    assert (early[0], early[1]["error"]["code"]) == (404, "Directory_ObjectNotFound")
    assert (created[0], updated[0]) == (204, 204)
    assert (twice[0], twice[1]["error"]["code"]) == (409, "Request_MultipleObjectsWithSameKeyValue")


async def test_a_partner_is_created_once_and_deleted_after_its_policy(graph: Simulator, ask: Ask) -> None:
    """POST answers 201 with the object, then 409; DELETE wants the policy gone first."""
    created = await ask("POST", PARTNERS, {"tenantId": U, "inboundTrust": {"isMfaAccepted": True}})
    again = await ask("POST", PARTNERS, {"tenantId": U})
    graph.store.create_sync(U, {"userSyncInbound": {"isSyncAllowed": True}})
    blocked = await ask("DELETE", f"{PARTNERS}/{U}")
    await ask("DELETE", f"{PARTNERS}/{U}/identitySynchronization")
    gone = await ask("DELETE", f"{PARTNERS}/{U}")

    assert (created[0], created[1]["inboundTrust"]) == (201, {"isMfaAccepted": True})
    assert [again[0], blocked[0], gone[0]] == [409, 400, 204]
    assert U not in graph.store.partners


async def test_what_is_not_there_is_404_and_a_wrong_method_405(ask: Ask) -> None:
    """With Graph's error body."""
    assert (await ask("GET", f"{PARTNERS}/{U}"))[0] == 404
    assert (await ask("GET", "/v1.0/elsewhere"))[0] == 404
    assert (await ask("PUT", f"{PARTNERS}/{T}", {}))[0] == 405
    assert (await ask("GET", f"{PARTNERS}/no-guid"))[0] == 400


async def test_the_default_policy_is_the_services(ask: Ask) -> None:
    """B2B collaboration open, direct connect closed, nothing trusted."""
    _, body, _ = await ask("GET", "/beta/policies/crossTenantAccessPolicy/default")

    assert body["b2bCollaborationInbound"]["usersAndGroups"]["accessType"] == "allowed"
    assert body["b2bDirectConnectInbound"]["applications"]["accessType"] == "blocked"
    assert body["inboundTrust"]["isMfaAccepted"] is False


async def test_a_request_without_a_token_is_401(graph: Simulator) -> None:
    """Whatever it asks for."""
    async with aiohttp.ClientSession() as session, session.get(graph.url + PARTNERS) as answer:
        assert answer.status == 401


async def test_a_scripted_fault_meets_the_request_it_was_meant_for(graph: Simulator, ask: Ask) -> None:
    """Once, and not the others."""
    graph.script(Fault.throttle("7"), tenant=T, method="PATCH")

    read = await ask("GET", f"{PARTNERS}/{T}")
    struck = await ask("PATCH", f"{PARTNERS}/{T}", {"inboundTrust": None})
    after = await ask("PATCH", f"{PARTNERS}/{T}", {"inboundTrust": None})

    assert [read[0], struck[0], after[0]] == [200, 429, 204]
    assert struck[2]["Retry-After"] == "7"


def test_the_bucket_charges_refused_writes_and_punishes_early_ones() -> None:
    """Pure: time is an argument."""
    bucket = Bucket(Quota(burst=2, per_second=1), now=0.0)
    assert bucket.ask(0.0) is None
    assert bucket.ask(0.0) is None

    first = bucket.ask(0.0)
    on_its_way = bucket.ask(0.01)
    early = bucket.ask(0.5)

    assert first is not None
    assert (first.retry_after, first.early) == (2, False)
    assert on_its_way is not None
    assert not on_its_way.early
    assert early is not None
    assert early.early
    assert early.retry_after > first.retry_after
    assert bucket.ask(30.0) is None


async def test_the_same_seed_strikes_the_same_requests() -> None:
    """Whatever order they arrive in."""

    async def struck(order: list[int]) -> set[str]:
        async with Simulator(Behaviour(fault_rate=0.3, seed=4)) as graph:
            ids = [f"00000000-0000-0000-0000-0000000000{n:02}" for n in order]
            for tenant in ids:
                graph.store.add(tenant)
            async with aiohttp.ClientSession(headers={"Authorization": "Bearer any"}) as session:
                for tenant in ids:
                    try:
                        async with session.get(f"{graph.url}{PARTNERS}/{tenant}"):
                            pass
                    except aiohttp.ClientError:
                        continue
            return {e.tenant for e in graph.requests if e.status != 200}

    forwards, backwards = await struck(list(range(40))), await struck(list(reversed(range(40))))

    assert forwards == backwards
    assert 3 < len(forwards) < 25

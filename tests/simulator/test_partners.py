"""Partners over real sockets: list, get, create, change, delete."""

from __future__ import annotations

from typing import Any

import pytest

from bulkpatch.simulator import Behaviour, Simulator

from .conftest import ONE, OTHER, PARTNER, PARTNERS, POLICY, SYNC, Ask


@pytest.fixture
def behaviour() -> Behaviour:
    """Small pages."""
    return Behaviour(page_size=2)


async def _all_pages(graph: Simulator, ask: Ask, path: str) -> list[list[str]]:
    pages = []
    while path:
        reply = await ask("GET", path)
        pages.append([partner["tenantId"] for partner in reply.body["value"]])
        path = reply.body.get("@odata.nextLink", "").removeprefix(graph.url)
    return pages


async def test_a_new_partner_inherits_everything(ask: Ask) -> None:
    """Every setting is null, and automatic consent an object of nulls."""
    body = (await ask("GET", ONE)).body
    settings = {k: v for k, v in body.items() if k.startswith(("b2b", "inboundTrust", "tenantRes", "m365", "appServ"))}

    assert set(settings.values()) == {None}
    assert len(settings) == 9
    assert body["automaticUserConsentSettings"] == {"inboundAllowed": None, "outboundAllowed": None}


async def test_a_get_shows_keys_that_a_patch_must_not_send(graph: Simulator, ask: Ask) -> None:
    """At the top and inside settings; who echoes one of them is told so."""
    graph.store.add(PARTNER, inboundTrust={"isMfaAccepted": True}, tenantRestrictions={"usersAndGroups": None})
    body = (await ask("GET", ONE)).body
    echoed = [
        await ask("PATCH", ONE, {name: body[name]})
        for name in ("crossCloudMeetingConfiguration", "inboundTrust", "tenantRestrictions")
    ]

    assert [reply.status for reply in echoed] == [400, 400, 400]
    assert [reply.message for reply in echoed] == [
        "Invalid property 'crossCloudMeetingConfiguration'.",
        "Invalid property 'inboundTrust.isCompliantNetworkAccepted'.",
        "Invalid property 'tenantRestrictions.devices'.",
    ]


async def test_beta_shows_what_only_beta_has(graph: Simulator, ask: Ask) -> None:
    """And v1.0 hides it, even when it was written."""
    beta = ONE.replace("v1.0", "beta")
    before = (await ask("GET", beta)).body
    await ask("PATCH", beta, {"blockServiceProviderOutboundAccess": True})

    assert before["blockServiceProviderOutboundAccess"] is False
    assert (await ask("GET", beta)).body["blockServiceProviderOutboundAccess"] is True
    assert "blockServiceProviderOutboundAccess" not in (await ask("GET", ONE)).body
    assert "blockServiceProviderOutboundAccess" not in (await ask("GET", PARTNERS)).body["value"][0]


@pytest.mark.parametrize("path", [ONE.upper().replace("/V1.0/POLICIES/CROSSTENANTACCESSPOLICY/PARTNERS", PARTNERS)])
async def test_a_tenant_id_is_found_in_any_case(ask: Ask, path: str) -> None:
    """It is shown in lower case."""
    assert PARTNER.upper() in path
    assert (await ask("GET", path)).body["tenantId"] == PARTNER


async def test_following_the_links_gives_every_partner_once(graph: Simulator, ask: Ask) -> None:
    """Two at a time, as this Graph is told."""
    for n in range(4):
        graph.store.add(f"00000000-0000-0000-0000-00000000000{n}")

    pages = await _all_pages(graph, ask, PARTNERS)

    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(graph.store.partners) == [tenant for page in pages for tenant in page]


async def test_top_makes_smaller_pages_and_the_link_keeps_it(graph: Simulator, ask: Ask) -> None:
    """A $top larger than the page size changes nothing."""
    graph.store.add(OTHER)
    graph.store.add("00000000-0000-0000-0000-000000000000")

    assert [len(page) for page in await _all_pages(graph, ask, f"{PARTNERS}?$top=1")] == [1, 1, 1]
    assert [len(page) for page in await _all_pages(graph, ask, f"{PARTNERS}?$top=999")] == [2, 1]


async def test_a_partner_that_goes_between_two_pages_hides_no_other(graph: Simulator, ask: Ask) -> None:
    """The link names where the last page ended, not how many were shown."""
    for n in range(4):
        graph.store.add(f"00000000-0000-0000-0000-00000000000{n}")
    first = (await ask("GET", PARTNERS)).body
    del graph.store.partners[first["value"][0]["tenantId"]]

    rest = await _all_pages(graph, ask, first["@odata.nextLink"].removeprefix(graph.url))

    assert [tenant[-1] for page in rest for tenant in page] == ["2", "3", "1"]


@pytest.mark.parametrize("query", ["$top=x", "$top=0", "$top=-1", "$skiptoken=2", "$skiptoken=%ff", "$skiptoken=YWJj"])
async def test_a_query_option_that_makes_no_sense_is_400(ask: Ask, query: str) -> None:
    """It neither fails nor is left out of account."""
    assert (await ask("GET", f"{PARTNERS}?{query}")).status == 400


async def test_patch_answers_204_without_a_body_and_leaves_the_rest(graph: Simulator, ask: Ask) -> None:
    """A setting that is named is replaced whole; null inherits; the others stay."""
    trust = {"isMfaAccepted": True, "isCompliantDeviceAccepted": True}
    restrictions = {"usersAndGroups": None}
    graph.store.add(PARTNER, inboundTrust=trust, tenantRestrictions=restrictions, appServiceConnectInbound={})

    reply = await ask("PATCH", ONE, {"inboundTrust": {"isMfaAccepted": False}, "appServiceConnectInbound": None})

    assert (reply.status, reply.body) == (204, b"")
    assert graph.store.partners[PARTNER]["inboundTrust"] == {"isMfaAccepted": False}
    assert graph.store.partners[PARTNER]["appServiceConnectInbound"] is None
    assert graph.store.partners[PARTNER]["tenantRestrictions"] == restrictions


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (None, {"inboundAllowed": None, "outboundAllowed": None}),
        ({"inboundAllowed": True}, {"inboundAllowed": True, "outboundAllowed": None}),
        ({"inboundAllowed": None, "outboundAllowed": False}, {"inboundAllowed": None, "outboundAllowed": False}),
    ],
)
async def test_automatic_consent_is_always_an_object(graph: Simulator, ask: Ask, sent: Any, shown: Any) -> None:
    """Null makes both members null."""
    graph.store.add(PARTNER, automaticUserConsentSettings={"inboundAllowed": True, "outboundAllowed": True})
    reply = await ask("PATCH", ONE, {"automaticUserConsentSettings": sent})

    assert reply.status == 204
    assert (await ask("GET", ONE)).body["automaticUserConsentSettings"] == shown


async def test_post_answers_201_with_the_object_and_then_409(graph: Simulator, ask: Ask) -> None:
    """Nothing but the tenant is needed, in any case."""
    created = await ask("POST", PARTNERS, {"tenantId": OTHER.upper(), "inboundTrust": {"isMfaAccepted": True}})
    again = await ask("POST", PARTNERS, {"tenantId": OTHER})

    assert (created.status, created.body["tenantId"]) == (201, OTHER)
    assert created.body["inboundTrust"]["isMfaAccepted"] is True
    assert (again.status, again.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert graph.store.partners[OTHER]["inboundTrust"] == {"isMfaAccepted": True}
    assert [exchange.tenant for exchange in graph.requests] == [OTHER, OTHER]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"tenantId": None},
        {"tenantId": 7},
        {"tenantId": "contoso.com"},
        {"tenantId": OTHER, "inboundTrust": True},
        {"tenantId": OTHER, "identitySynchronization": {"userSyncInbound": {"isSyncAllowed": True}}},
    ],
)
async def test_a_create_that_is_wrong_creates_nothing(graph: Simulator, ask: Ask, body: Any) -> None:
    """It is 400."""
    assert (await ask("POST", PARTNERS, body)).status == 400
    assert list(graph.store.partners) == [PARTNER]


async def test_a_partner_is_deleted_after_its_synchronization_policy(graph: Simulator, ask: Ask) -> None:
    """Not before."""
    graph.store.create_sync(PARTNER, {"userSyncInbound": {"isSyncAllowed": True}})
    statuses = [(await ask("DELETE", path)).status for path in (ONE, SYNC, ONE, ONE)]

    assert statuses == [400, 204, 204, 404]
    assert graph.store.partners == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{PARTNERS}/{OTHER}", 404),
        ("PATCH", f"{PARTNERS}/{OTHER}", 404),
        ("DELETE", f"{PARTNERS}/{OTHER}", 404),
        ("GET", f"{PARTNERS}/{OTHER}/identitySynchronization", 404),
        ("PUT", f"{PARTNERS}/{OTHER}/identitySynchronization", 404),
        ("GET", f"{PARTNERS}/no-guid", 400),
        ("PUT", ONE, 405),
        ("POST", ONE, 405),
        ("PATCH", PARTNERS, 405),
        ("DELETE", PARTNERS, 405),
        ("POST", SYNC, 405),
        ("POST", f"{POLICY}/default", 405),
        ("GET", f"{ONE}/elsewhere", 404),
        ("GET", "/v2.0/policies/crossTenantAccessPolicy/partners", 404),
        ("GET", "/", 404),
    ],
)
async def test_what_is_not_there_is_refused_in_graphs_own_shape(ask: Ask, method: str, path: str, status: int) -> None:
    """404 for what does not exist, 405 for a verb that it does not have."""
    reply = await ask(method, path, {} if method in {"PUT", "PATCH", "POST"} else None)

    assert reply.status == status
    assert set(reply.body["error"]) == {"code", "message", "innerError"}


async def test_the_version_in_the_path_is_kept_in_the_link(graph: Simulator, ask: Ask) -> None:
    """A list that was begun under beta goes on under beta."""
    graph.store.add(OTHER)
    graph.store.add("00000000-0000-0000-0000-000000000000")

    link = (await ask("GET", PARTNERS.replace("v1.0", "beta"))).body["@odata.nextLink"]

    assert link.startswith(f"{graph.url}/beta/policies/crossTenantAccessPolicy/partners?$skiptoken=")

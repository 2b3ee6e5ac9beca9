"""Synchronization policies, the default policy and tenant lookups, over real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from bulkpatch.simulator import Simulator

from .conftest import ONE, OTHER, PARTNER, POLICY, SYNC, Ask

ALLOWED = {"userSyncInbound": {"isSyncAllowed": True}}
LOOKUP = "/v1.0/tenantRelationships/findTenantInformationBy"


async def test_a_policy_is_created_with_put(graph: Simulator, ask: Ask) -> None:
    """204 without a body, and a GET shows it."""
    created = await ask("PUT", SYNC, {"displayName": "Fabrikam", **ALLOWED})
    shown = await ask("GET", SYNC)

    assert (created.status, created.body) == (204, b"")
    assert shown.body == {"tenantId": PARTNER, "displayName": "Fabrikam", **ALLOWED}
    assert "identitySynchronization" not in (await ask("GET", ONE)).body


async def test_put_of_a_policy_that_exists_is_409(graph: Simulator, ask: Ask) -> None:
    """With the code and the details that Microsoft documents; nothing is changed."""
    graph.store.create_sync(PARTNER, ALLOWED)
    reply = await ask("PUT", SYNC, {"userSyncInbound": {"isSyncAllowed": False}})

    assert (reply.status, reply.code) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert reply.body["error"]["details"][0]["code"] == "ConflictingObjects"
    assert graph.store.sync[PARTNER]["userSyncInbound"] == {"isSyncAllowed": True}


async def test_patch_of_a_policy_that_is_not_there_is_not_found(graph: Simulator, ask: Ask) -> None:
    """And creates none."""
    reply = await ask("PATCH", SYNC, ALLOWED)

    assert (reply.status, reply.code) == (404, "Directory_ObjectNotFound")
    assert graph.store.sync == {}


async def test_patch_of_a_policy_leaves_what_it_does_not_name(graph: Simulator, ask: Ask) -> None:
    """The display name stays."""
    graph.store.create_sync(PARTNER, {"displayName": "Fabrikam", **ALLOWED})
    reply = await ask("PATCH", SYNC, {"userSyncInbound": {"isSyncAllowed": False}})

    assert reply.status == 204
    assert graph.store.sync[PARTNER]["displayName"] == "Fabrikam"
    assert graph.store.sync[PARTNER]["userSyncInbound"] == {"isSyncAllowed": False}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    "body",
    [
        {"userSyncInbound": {"isSyncAllowed": "true"}},
        {"userSyncInbound": True},
        {"isSyncAllowed": True},
        {"displayName": 7},
        {"inboundTrust": None},
        {"tenantId": PARTNER},
    ],
)
async def test_the_body_of_a_policy_is_checked(graph: Simulator, ask: Ask, method: str, body: Any) -> None:
    """A boolean is a JSON boolean, not its name."""
    if method == "PATCH":
        graph.store.create_sync(PARTNER, ALLOWED)
    before = dict(graph.store.sync)

    assert (await ask(method, SYNC, body)).status == 400
    assert graph.store.sync == before


async def test_a_policy_is_deleted_once(graph: Simulator, ask: Ask) -> None:
    """The second time it is not there."""
    graph.store.create_sync(PARTNER, ALLOWED)

    assert [(await ask("DELETE", SYNC)).status for _ in range(2)] == [204, 404]
    assert (await ask("GET", SYNC)).status == 404


async def test_beta_shows_the_groups_of_a_policy(graph: Simulator, ask: Ask) -> None:
    """As null, while nothing is set."""
    graph.store.create_sync(PARTNER, ALLOWED)

    assert (await ask("GET", SYNC.replace("v1.0", "beta"))).body["groupSyncInbound"] is None
    assert "groupSyncInbound" not in (await ask("GET", SYNC)).body


@pytest.mark.parametrize("version", ["v1.0", "beta"])
async def test_the_default_policy_is_the_one_the_service_begins_with(ask: Ask, version: str) -> None:
    """B2B collaboration open, direct connect closed, nothing trusted."""
    body = (await ask("GET", f"{POLICY}/default".replace("v1.0", version))).body

    assert body["isServiceDefault"] is True
    assert body["b2bCollaborationInbound"]["usersAndGroups"]["accessType"] == "allowed"
    assert body["b2bDirectConnectInbound"]["applications"]["accessType"] == "blocked"
    assert set(body["inboundTrust"].values()) == {False}
    assert body["automaticUserConsentSettings"] == {"inboundAllowed": False, "outboundAllowed": False}
    assert body["tenantRestrictions"]["devices"] is None


async def test_a_tenant_is_looked_up_by_id_and_by_domain(graph: Simulator, ask: Ask) -> None:
    """In any case; who is not in the directory is 404."""
    fabrikam = {"displayName": "Fabrikam", "defaultDomainName": "fabrikam.com", "federationBrandName": ""}
    graph.store.directory[OTHER] = fabrikam

    by_id = await ask("GET", f"{LOOKUP}TenantId(tenantId='{OTHER.upper()}')")
    by_domain = await ask("GET", f"{LOOKUP}DomainName(domainName='Fabrikam.COM')")

    assert by_id.body == by_domain.body == {"tenantId": OTHER, **fabrikam}
    assert (await ask("GET", f"{LOOKUP}TenantId(tenantId='{PARTNER}')")).status == 404
    assert (await ask("GET", f"{LOOKUP}DomainName(domainName='contoso.com')")).status == 404
    assert (await ask("GET", f"{LOOKUP}TenantId(domainName='fabrikam.com')")).status == 404
    assert (await ask("GET", f"{LOOKUP}TenantId(tenantId='fabrikam.com')")).status == 400

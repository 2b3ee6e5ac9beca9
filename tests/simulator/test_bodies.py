"""What may be written: every property, and each way in which a body can be wrong, over real sockets."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bulkpatch.simulator import Simulator
from bulkpatch.simulator.schema import TWO_HALVES, WRITABLE, complaint

from .conftest import ONE, OTHER, PARTNER, SYNC, Ask


def half(access: str | None, *targets: str, kind: str = "application") -> dict[str, Any]:
    """Users and groups, or applications."""
    return {"accessType": access, "targets": [{"target": target, "targetType": kind} for target in targets]}


def users(access: str | None, *targets: str) -> dict[str, Any]:
    """Users."""
    return half(access, *targets, kind="user")


BOTH = {"usersAndGroups": users("allowed", "AllUsers"), "applications": half("allowed", "AllApplications")}
GOOD: dict[str, Any] = {
    **dict.fromkeys(TWO_HALVES, BOTH),
    "inboundTrust": {
        "isMfaAccepted": True,
        "isCompliantDeviceAccepted": False,
        "isHybridAzureADJoinedDeviceAccepted": None,
    },
    "automaticUserConsentSettings": {"inboundAllowed": True, "outboundAllowed": None},
    "m365CollaborationInbound": {"users": users("allowed", "AllUsers")},
    "m365CollaborationOutbound": {"usersAndGroups": half("blocked", OTHER, kind="group")},
    "appServiceConnectInbound": {"applications": half("blocked", "AllApplications")},
}
WRONG = [
    ({"inboundTrust": {"isMfaAccepted": "true"}}, "expected type of 'inboundTrust.isMfaAccepted'"),
    ({"inboundTrust": {"isMfaAccepted": 1}}, "expected type of 'inboundTrust.isMfaAccepted'"),
    ({"inboundTrust": True}, "Cannot read the value of 'inboundTrust' as an object."),
    ({"inboundTrust": {"ismfaaccepted": True}}, "Invalid property 'inboundTrust.ismfaaccepted'."),
    ({"inboundtrust": None}, "Invalid property 'inboundtrust'."),
    ({"b2BDirectConnectInbound": None}, "Invalid property 'b2BDirectConnectInbound'."),
    ({"userSyncInbound": {"isSyncAllowed": True}}, "Invalid property 'userSyncInbound'."),
    ({"tenantId": PARTNER}, "Invalid property 'tenantId'."),
    ({"isInMultiTenantOrganization": True}, "Invalid property 'isInMultiTenantOrganization'."),
    ({"crossCloudMeetingConfiguration": None}, "Invalid property 'crossCloudMeetingConfiguration'."),
    ({"tenantRestrictions": {"devices": None}}, "Invalid property 'tenantRestrictions.devices'."),
    ({"tenantRestrictions": {"@odata.type": "#x"}}, "Invalid property 'tenantRestrictions.@odata.type'."),
    ({"@odata.type": "#x"}, "Invalid property '@odata.type'."),
    ({"blockServiceProviderOutboundAccess": True}, "Invalid property 'blockServiceProviderOutboundAccess'."),
    ({"m365CollaborationInbound": BOTH}, "Invalid property 'm365CollaborationInbound.usersAndGroups'."),
    ([], "Cannot read the value of 'body' as an object."),
    ("text", "Cannot read the value of 'body' as an object."),
]
WRONG_APPLICATIONS = [
    {"accessType": "Allowed"},
    {"accessType": "unknownFutureValue"},
    {"accessType": ["allowed"]},
    {"accessType": True},
    {"targets": None},
    {"targets": {}},
    {"targets": "AllApplications"},
    {"targets": ["AllApplications"]},
    {"targets": [None]},
    {"targets": [{"target": "Office365"}]},
    {"targets": [{"target": "Office365", "targetType": "Application"}]},
    {"targets": [{"target": "Office365", "targetType": ["application"]}]},
    {"targets": [{"target": "", "targetType": "application"}]},
    {"targets": [{"target": None, "targetType": "application"}]},
    {"targets": [{"target": "Office365", "targetType": "application", "@odata.type": "#x"}]},
]


@pytest.mark.parametrize("name", sorted(GOOD))
async def test_every_documented_property_can_be_written(graph: Simulator, ask: Ask, name: str) -> None:
    """As a value, and as null."""
    sent = await ask("PATCH", ONE, {name: GOOD[name]})
    stored = graph.store.partners[PARTNER][name]
    cleared = await ask("PATCH", ONE, {name: None})

    assert (sent.status, cleared.status) == (204, 204)
    assert stored == GOOD[name]
    assert graph.store.partners[PARTNER][name] != GOOD[name]


def test_the_examples_here_cover_the_whole_table() -> None:
    """A property that is added to the table needs an example."""
    assert set(GOOD) == set(WRITABLE["partner", "v1.0"])


@pytest.mark.parametrize(("body", "message"), WRONG)
async def test_a_body_that_is_wrong_is_400_and_changes_nothing(
    graph: Simulator, ask: Ask, body: Any, message: str
) -> None:
    """Also where the rest of it is right."""
    before = copy.deepcopy(graph.store.partners)
    mixed = {"inboundTrust": {"isMfaAccepted": True}, **body} if isinstance(body, dict) else body

    reply = await ask("PATCH", ONE, mixed)

    assert (reply.status, reply.code) == (400, "Request_BadRequest")
    assert message in reply.message
    assert graph.store.partners == before
    assert not graph.requests[-1].applied


@pytest.mark.parametrize("applications", WRONG_APPLICATIONS)
async def test_access_and_targets_are_checked_to_the_last_member(ask: Ask, applications: Any) -> None:
    """Enumerations in lower case, targets a list of target and targetType."""
    reply = await ask("PATCH", ONE, {"b2bCollaborationInbound": {"applications": applications}})

    assert reply.status == 400
    assert "b2bCollaborationInbound.applications." in reply.message


@pytest.mark.parametrize("name", TWO_HALVES)
@pytest.mark.parametrize(
    ("setting", "status"),
    [
        ({"usersAndGroups": users("blocked", "AllUsers"), "applications": half("blocked", "AllApplications")}, 204),
        ({"usersAndGroups": users("blocked", "AllUsers"), "applications": half("allowed", OTHER)}, 400),
        ({"usersAndGroups": users("blocked", "AllUsers"), "applications": half("blocked", OTHER)}, 400),
        ({"usersAndGroups": users("allowed", OTHER), "applications": half("blocked", "AllApplications")}, 400),
        ({"usersAndGroups": users("allowed", "AllUsers"), "applications": half("blocked", "AllApplications")}, 400),
        ({"usersAndGroups": users("allowed", OTHER), "applications": half("blocked", OTHER)}, 204),
        ({"usersAndGroups": users("blocked", OTHER), "applications": half("allowed", OTHER)}, 204),
        ({"usersAndGroups": users("blocked", OTHER), "applications": half("blocked", "AllApplications")}, 204),
        ({"usersAndGroups": users("blocked", "AllUsers"), "applications": None}, 204),
        ({"applications": half("blocked", "AllApplications")}, 204),
        ({"usersAndGroups": users(None), "applications": half("blocked", "AllApplications")}, 204),
    ],
)
async def test_users_and_applications_must_not_contradict_each_other(
    ask: Ask, name: str, setting: Any, status: int
) -> None:
    """Who blocks all users blocks all applications, and the other way round; the documented mixed cases are legal."""
    assert (await ask("PATCH", ONE, {name: setting})).status == status


@pytest.mark.parametrize("value", [True, False, None])
async def test_whoever_sends_is_service_provider_without_a_person_is_403(ask: Ask, value: Any) -> None:
    """Whatever its value."""
    reply = await ask("PATCH", ONE, {"isServiceProvider": value})

    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")


async def test_what_only_beta_has_is_refused_under_v1(ask: Ask) -> None:
    """On the partner and on its synchronization policy."""
    sync = {"groupSyncInbound": {"isSyncAllowed": True}}

    assert (await ask("PUT", SYNC, sync)).message == "Invalid property 'groupSyncInbound'."
    assert (await ask("PUT", SYNC.replace("v1.0", "beta"), sync)).status == 204
    assert (await ask("PATCH", ONE.replace("v1.0", "beta"), {"blockServiceProviderOutboundAccess": True})).status == 204


@pytest.mark.parametrize(
    "text", [b"", b"{not json", b'{"userSyncInbound":{ isSyncAllowed: "true" }}', b"\xff\xfe", b"[" * 100_000]
)
async def test_what_is_not_a_json_object_is_400(ask: Ask, text: bytes) -> None:
    """Among them the example of the old documentation page."""
    reply = await ask("PATCH", ONE, None, data=text, headers={"Content-Type": "application/json"})

    assert reply.status == 400
    assert reply.code in {"BadRequest", "Request_BadRequest"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_a_write_that_does_not_say_that_it_is_json_is_400(ask: Ask, content_type: str) -> None:
    """Even when it is."""
    reply = await ask("PATCH", ONE, None, data=b'{"inboundTrust":null}', headers={"Content-Type": content_type})

    assert reply.status == 400
    assert "Content-Type" in reply.message


def test_the_table_knows_no_property_that_is_null_for_ever() -> None:
    """Each leaf takes null, except a list."""
    setting: dict[str, Any] = {"usersAndGroups": {"accessType": None, "targets": []}, "applications": None}

    assert complaint(WRITABLE["partner", "v1.0"], {"b2bCollaborationInbound": setting}) == ""


async def test_the_type_that_microsofts_beta_sdk_names_is_taken_and_not_stored(graph: Simulator, ask: Ask) -> None:
    """The name of the resource's own type says nothing new."""
    named = {"@odata.type": "#microsoft.graph.crossTenantAccessPolicyConfigurationPartner"}

    reply = await ask("PATCH", ONE.replace("v1.0", "beta"), {**named, "inboundTrust": {"isMfaAccepted": True}})

    assert reply.status == 204
    assert graph.store.partners[PARTNER]["inboundTrust"] == {"isMfaAccepted": True}
    assert "@odata.type" not in graph.store.partners[PARTNER]

"""What a change means for who may reach what, after inheritance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bulkpatch.access import effects, judged
from bulkpatch.guidance import guidance
from bulkpatch.model import Endpoint, Fate, Patch, Plan, Step, Tag, TenantId
from bulkpatch.reach import Reach, compare, describe, reach_of
from bulkpatch.simulator.store import DEFAULT

TENANT = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
SYNC = {"userSyncInbound", "groupSyncInbound", "roleEnabledGroupSyncInbound", "externalCloudAuthorizedApplicationId"}


def patch(body: Mapping[str, Any], before: Mapping[str, Any] | None, method: str = "PATCH") -> Patch:
    endpoint = Endpoint.SYNC if set(body) & SYNC or set(before or ()) & SYNC else Endpoint.PARTNER
    return Patch(tenant=TENANT, endpoint=endpoint, method=method, body=body, differences=(), before=before)


def half(access: str, *targets: str) -> dict[str, Any]:
    kind = "application" if "AllApplications" in targets or "Office365" in targets else "user"
    return {"accessType": access, "targets": [{"target": target, "targetType": kind} for target in targets]}


def users(access: str, *targets: str) -> dict[str, Any]:
    return {"usersAndGroups": half(access, *targets)}


MFA = "inboundTrust"
B2B, DIRECT = "b2bCollaborationInbound", "b2bDirectConnectInbound"
LOOSE, TIGHT, SAME = Tag.LOOSENS, Tag.TIGHTENS, Tag.NEUTRAL

TABLE: list[tuple[str, dict[str, Any], dict[str, Any] | None, Tag]] = [
    ("MFA trusted", {MFA: {"isMfaAccepted": True}}, {MFA: {"isMfaAccepted": False}}, LOOSE),
    ("MFA trusted, inherited false", {MFA: {"isMfaAccepted": True}}, {MFA: None}, LOOSE),
    ("MFA no longer trusted", {MFA: {"isMfaAccepted": False}}, {MFA: {"isMfaAccepted": True}}, TIGHT),
    ("MFA back to the default", {MFA: None}, {MFA: {"isMfaAccepted": True}}, TIGHT),
    ("what is inherited anyway", {MFA: {"isMfaAccepted": False}}, {MFA: None}, SAME),
    ("sync on", {"userSyncInbound": {"isSyncAllowed": True}}, {"userSyncInbound": {"isSyncAllowed": False}}, LOOSE),
    ("sync on, no policy before", {"userSyncInbound": {"isSyncAllowed": True}}, None, LOOSE),
    ("sync off", {"userSyncInbound": {"isSyncAllowed": False}}, {"userSyncInbound": {"isSyncAllowed": True}}, TIGHT),
    ("sync off, no policy before", {"userSyncInbound": {"isSyncAllowed": False}}, None, SAME),
    ("no consent asked", {"automaticUserConsentSettings": {"inboundAllowed": True}},
     {"automaticUserConsentSettings": None}, LOOSE),
    ("consent back to the default", {"automaticUserConsentSettings": {"inboundAllowed": None}},
     {"automaticUserConsentSettings": {"inboundAllowed": True}}, TIGHT),
    ("GDAP blocked", {"blockServiceProviderOutboundAccess": True}, {"blockServiceProviderOutboundAccess": False}, TIGHT),
    ("GDAP let through", {"blockServiceProviderOutboundAccess": False}, {"blockServiceProviderOutboundAccess": True}, LOOSE),
    ("everybody blocked", {B2B: users("blocked", "AllUsers")}, {B2B: None}, TIGHT),
    ("one group only", {B2B: users("allowed", "g1")}, {B2B: None}, TIGHT),
    ("a group to everybody", {B2B: users("allowed", "AllUsers")}, {B2B: users("allowed", "g1")}, LOOSE),
    ("one group more", {B2B: users("allowed", "g1", "g2")}, {B2B: users("allowed", "g1")}, LOOSE),
    ("another group", {B2B: users("allowed", "g2")}, {B2B: users("allowed", "g1")}, LOOSE),
    ("one group less", {B2B: users("allowed", "g1")}, {B2B: users("allowed", "g1", "g2")}, TIGHT),
    ("one more blocked", {B2B: users("blocked", "g1", "g2")}, {B2B: users("blocked", "g1")}, TIGHT),
    ("one unblocked", {B2B: users("blocked", "g1")}, {B2B: users("blocked", "g1", "g2")}, LOOSE),
    ("blocked to allowed", {B2B: users("allowed", "AllUsers")}, {B2B: users("blocked", "AllUsers")}, LOOSE),
    ("direct connect opened", {DIRECT: users("allowed", "AllUsers")}, {DIRECT: None}, LOOSE),
    ("direct connect closed again", {DIRECT: None}, {DIRECT: users("allowed", "g1")}, TIGHT),
    ("the order of targets", {B2B: users("allowed", "g2", "g1")}, {B2B: users("allowed", "g1", "g2")}, SAME),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "before", "tag"), TABLE, ids=[row[0] for row in TABLE])
def test_a_change_loosens_tightens_or_does_neither(
    name: str, body: dict[str, Any], before: dict[str, Any] | None, tag: Tag
) -> None:
    """Against the service's own defaults."""
    method = "PUT" if before is None else "PATCH"
    found = effects(patch(body, before, method), DEFAULT)

    assert {effect.tag for effect in found} == ({tag} if name != "the order of targets" else set())
    assert all(effect.reason for effect in found)


def test_what_is_inherited_is_what_applies() -> None:
    """Before and after are shown as they work, not as they are stored."""
    (effect,) = effects(patch({B2B: users("blocked", "AllUsers")}, {B2B: None}), DEFAULT)

    assert effect.path == f"{B2B}.usersAndGroups"
    assert (effect.inherits_before, effect.inherits_after) == (True, False)
    assert effect.before["accessType"] == "allowed"
    assert effect.reason == "B2B collaboration inbound, users: everybody → nobody"


def test_an_unknown_default_is_taken_for_the_worse() -> None:
    """What opens, or goes back to what nobody could read, loosens; what surely closes does not."""
    opens = effects(patch({MFA: {"isMfaAccepted": True}}, {MFA: None}), None)
    back = effects(patch({MFA: None}, {MFA: {"isMfaAccepted": False}}), None)
    half_back = effects(patch({B2B: None}, {B2B: users("blocked", "AllUsers")}), None)
    closes = effects(patch({B2B: users("blocked", "AllUsers")}, {B2B: None}), None)

    assert [found[0].tag for found in (opens, back, half_back, closes)] == [LOOSE, LOOSE, LOOSE, SAME]


def test_with_an_unknown_default_only_what_was_set_can_be_taken_away() -> None:
    """Switching off what nobody had set may change nothing; switching off what was on tightens."""
    off = {MFA: {"isMfaAccepted": False}}
    found = [effects(patch(off, {MFA: before}), None)[0].tag for before in (None, {"isMfaAccepted": True})]

    assert found == [SAME, TIGHT]


def test_a_synchronization_that_is_deleted_tightens_only_where_it_was_on() -> None:
    """No policy is no synchronization, whatever the default policy says."""
    found = [
        effects(patch({"tenantId": TENANT}, {"userSyncInbound": {"isSyncAllowed": allowed}}, "DELETE"), default)[0].tag
        for allowed in (True, False)
        for default in (DEFAULT, None)
    ]

    assert found == [TIGHT, TIGHT, SAME, SAME]


@pytest.mark.parametrize(
    ("reach", "users_told", "apps_told"),
    [
        (Reach(allowed=True), "nobody", "no application"),
        (Reach(allowed=False), "everybody", "every application"),
        (Reach(allowed=True, named=frozenset({"a", "b"})), "only 2 listed", "only 2 listed"),
        (Reach(allowed=False, named=frozenset({"a"})), "all but 1 listed", "all but 1 listed"),
        (Reach(allowed=True, named=frozenset({"office365"})), "only Office365", "only Office365"),
    ],
)
def test_a_reach_is_told_as_far_as_it_goes(reach: Reach, users_told: str, apps_told: str) -> None:
    """Nobody, everybody, only some or all but some: what the person who approves reads."""
    assert (describe(reach, "users"), describe(reach, "apps")) == (users_told, apps_told)


def test_a_partner_that_is_deleted_inherits_everything() -> None:
    """So a block that goes with it loosens."""
    found = effects(patch({"tenantId": TENANT}, {B2B: users("blocked", "AllUsers")}, "DELETE"), DEFAULT)

    assert [(effect.path, effect.tag) for effect in found] == [(f"{B2B}.usersAndGroups", LOOSE)]


def test_one_loosening_makes_the_step_a_loosening() -> None:
    """However much it tightens besides."""
    body = {MFA: {"isMfaAccepted": True}, B2B: users("blocked", "AllUsers")}
    step = Step(tenant=TENANT, rows=(2,), fate=Fate.CHANGE, patches=(patch(body, {MFA: None, B2B: None}),))

    (weighed,) = judged(Plan(steps=(step,)), DEFAULT).steps

    assert weighed.tag is LOOSE
    assert {effect.tag for effect in weighed.effects} == {LOOSE, TIGHT}


@pytest.mark.parametrize(
    ("value", "reach"),
    [
        (half("allowed", "AllUsers"), Reach(allowed=False)),
        (half("blocked", "AllApplications"), Reach(allowed=True)),
        (half("blocked", "g1"), Reach(allowed=False, named=frozenset({"g1"}))),
        (half("allowed"), Reach(allowed=True)),
        ({"accessType": None, "targets": []}, None),
        ({"accessType": "allowed", "targets": None}, None),
        ({"accessType": "somethingNew", "targets": []}, None),
        (None, None),
    ],
)
def test_a_half_reaches_as_far_as_it_says(value: Any, reach: Reach | None) -> None:
    """Allowed lets its targets in, blocked everybody else."""
    assert reach_of(value) == reach


def test_reaches_compare_as_sets_do() -> None:
    """Whoever was let in before and is not any more makes no loosening; the other way round it does."""
    nobody, everybody = Reach(allowed=True), Reach(allowed=False)
    some = Reach(allowed=True, named=frozenset({"a"}))
    but = Reach(allowed=False, named=frozenset({"a"}))

    assert [compare(nobody, other) for other in (some, but, everybody)] == [LOOSE] * 3
    assert [compare(everybody, other) for other in (some, but, nobody)] == [TIGHT] * 3
    assert compare(some, but) is LOOSE
    assert compare(some, some) is SAME


def test_guidance_is_said_once_with_how_many_it_is_about() -> None:
    """Blocking, encrypted mail, direct connect, MFA."""
    blocked = {
        "b2bCollaborationOutbound": {**users("blocked", "AllUsers"), "applications": half("blocked", "AllApplications")}
    }
    steps = tuple(
        Step(tenant=TENANT, rows=(n,), fate=Fate.CHANGE, patches=(patch(blocked, {"b2bCollaborationOutbound": None}),))
        for n in (2, 3)
    )

    found = guidance(judged(Plan(steps=steps), DEFAULT))

    assert [advice.tenants for advice in found] == [2, 2]
    assert "sign-ins of the last 30 days" in found[0].text
    assert "00000012-0000-0000-c000-000000000000" in found[1].text

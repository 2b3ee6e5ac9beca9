"""An approved plan, and a run to undo, against a live that has moved on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bulkpatch.drift import hold_against
from bulkpatch.model import Absent, Endpoint, Fate, GraphError, Live, Patch, Plan, Step, TenantId, Unreadable
from bulkpatch.undo import Sent, undo_plan

T = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
ON, OFF = {"inboundTrust": {"isMfaAccepted": True}}, {"inboundTrust": {"isMfaAccepted": False}}
SYNC_ON, SYNC_OFF = {"userSyncInbound": {"isSyncAllowed": True}}, {"userSyncInbound": {"isSyncAllowed": False}}
REFUSED = GraphError(code="Forbidden", message="No.")


def patch(body: Mapping[str, Any], before: Mapping[str, Any] | None, method: str = "PATCH") -> Patch:
    endpoint = Endpoint.SYNC if "userSyncInbound" in {**body, **(before or {})} else Endpoint.PARTNER
    return Patch(tenant=T, endpoint=endpoint, method=method, body=body, differences=(), before=before)


TRUST, SYNC = patch(ON, OFF), patch(SYNC_ON, SYNC_OFF)
CREATE, GONE = patch(ON, None, "POST"), patch({"tenantId": T}, ON, "DELETE")


def held(patches: tuple[Patch, ...], partner: Any, sync: Any) -> Step:
    plan = Plan(steps=(Step(tenant=T, rows=(2,), fate=Fate.CHANGE, patches=patches),))
    (step,) = hold_against(plan, {T: Live(tenant=T, partner=partner, sync=sync)}).steps
    return step


@pytest.mark.parametrize(
    ("patches", "partner", "sync", "fate", "left"),
    [
        ((TRUST, SYNC), OFF, SYNC_OFF, Fate.CHANGE, (TRUST, SYNC)),
        ((TRUST, SYNC), ON, SYNC_OFF, Fate.CHANGE, (SYNC,)),
        ((SYNC, TRUST), OFF, SYNC_ON, Fate.CHANGE, (TRUST,)),
        ((TRUST, SYNC), ON, SYNC_ON, Fate.UNCHANGED, ()),
        ((TRUST, SYNC), ON, {"userSyncInbound": None}, Fate.DRIFTED, ()),
        ((TRUST,), {"inboundTrust": None}, Absent(), Fate.DRIFTED, ()),
        ((TRUST,), Absent(), Absent(), Fate.DRIFTED, ()),
        ((TRUST,), Unreadable(error=REFUSED), Absent(), Fate.UNREADABLE, ()),
        ((CREATE,), Absent(), Absent(), Fate.CHANGE, (CREATE,)),
        ((CREATE,), ON, Absent(), Fate.UNCHANGED, ()),
        ((CREATE,), OFF, Absent(), Fate.DRIFTED, ()),
        ((GONE,), ON, Absent(), Fate.CHANGE, (GONE,)),
        ((GONE,), OFF, Absent(), Fate.DRIFTED, ()),
        ((GONE,), Absent(), Absent(), Fate.UNCHANGED, ()),
    ],
)
def test_of_an_approved_plan_only_what_is_still_due_and_still_as_it_was_is_sent(
    patches: tuple[Patch, ...], partner: Any, sync: Any, fate: Fate, left: tuple[Patch, ...]
) -> None:
    """What is carried out already is left out, and hides no drift behind it."""
    step = held(patches, partner, sync)

    assert (step.fate, step.patches) == (fate, left)
    assert (step.error is not None) == (fate in {Fate.DRIFTED, Fate.UNREADABLE})


def test_undo_says_what_came_into_being_while_the_run_went_on() -> None:
    """Nobody knows what was there before, so it is left alone, and not told as if nothing were to do."""
    unknown = Sent(tenant=T, rows=(2,), patches=(patch(ON, None),))
    (step,) = undo_plan([unknown], {T: Live(tenant=T, partner=ON)}, delete_created=True).steps

    assert (step.fate, step.patches) == (Fate.DRIFTED, ())
    assert step.error is not None
    assert "came into being while the run went on" in step.error.message


def test_undo_takes_back_every_property_that_is_still_as_the_run_left_it() -> None:
    """One that is back already, and one that somebody changed since, stand in the way of none."""
    settings = ("inboundTrust", "automaticUserConsentSettings", "blockServiceProviderOutboundAccess")
    wrote = {**ON, "automaticUserConsentSettings": {"inboundAllowed": True}, "blockServiceProviderOutboundAccess": True}
    was: dict[str, Any] = dict.fromkeys(settings)
    taken = []
    for first in ({"inboundTrust": None}, OFF):
        for second in (None, {"inboundAllowed": False}):
            now = {**wrote, **first, "automaticUserConsentSettings": second}
            sent = Sent(tenant=T, rows=(2,), patches=(patch(wrote, was),))
            (step,) = undo_plan([sent], {T: Live(tenant=T, partner=now)}, delete_created=False).steps
            taken += [dict(back.body) for back in step.patches]

    assert taken == [{"blockServiceProviderOutboundAccess": None}] * 4


def test_a_partner_that_undo_deletes_is_shown_with_all_that_the_run_gave_it() -> None:
    """All but its id: so that what the deletion means for access can be said."""
    whole = {**ON, "blockServiceProviderOutboundAccess": True, "tenantRestrictions": None}
    sent = Sent(tenant=T, rows=(2,), patches=(patch({"tenantId": T, **whole}, None, "POST"),))
    (step,) = undo_plan([sent], {T: Live(tenant=T, partner=whole)}, delete_created=True).steps

    assert [(back.method, back.before) for back in step.patches] == [("DELETE", whole)]

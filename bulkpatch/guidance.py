"""What Microsoft's own guidance says about changes like these: said once per plan, not once per tenant. Pure.

Sources: "Cross-tenant access overview" (important considerations), "B2B collaboration settings" and "B2B direct
connect", as the facts about the API list them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bulkpatch.model import Effect, Plan
from bulkpatch.reach import reach_of

MY_APPS = frozenset(
    {
        "2793995e-0a7d-40d7-bd35-6968ba142197",
        "0000000c-0000-0000-c000-000000000000",
        "8c59ead7-d703-4a27-9e55-c96a0054c8d2",
        "19db86c3-b2b9-44cc-b339-36da233a3be2",
    }
)
"""My Apps, App Access Panel, My Profile, My Sign-ins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One piece of guidance, and how many tenants it is about."""

    text: str
    tenants: int


def guidance(plan: Plan) -> tuple[Advice, ...]:
    """The advice that *plan* calls for."""
    # Steps that were judged alike share their effects, so that these are looked at once.
    effects = {id(step.effects): step.effects for step in plan.steps}
    tenants = Counter(id(step.effects) for step in plan.steps)
    found = []
    for applies, text in _GUIDANCE:
        count = sum(tenants[key] for key, some in effects.items() if any(applies(effect) for effect in some))
        if count:
            found.append(Advice(text=text, tenants=count))
    return tuple(found)


def _becomes_nobody(*paths: str) -> Callable[[Effect], bool]:
    def applies(effect: Effect) -> bool:
        after = reach_of(effect.after) if effect.path in paths else None
        return after is not None and after.is_nobody

    return applies


def _narrow_apps(effect: Effect) -> bool:
    after = reach_of(effect.after) if effect.path == "b2bCollaborationInbound.applications" else None
    return after is not None and after.allowed and bool(after.named) and not after.named >= MY_APPS


def _direct_connect_opens(effect: Effect) -> bool:
    after = reach_of(effect.after) if effect.path.startswith("b2bDirectConnectOutbound.users") else None
    return after is not None and not after.is_nobody


def _direct_connect(effect: Effect) -> bool:
    after = reach_of(effect.after) if effect.path.startswith("b2bDirectConnect") else None
    return after is not None and not after.is_nobody


def _trusts_mfa(effect: Effect) -> bool:
    return effect.path == "inboundTrust.isMfaAccepted" and effect.after is True


_GUIDANCE: Iterable[tuple[Callable[[Effect], bool], str]] = (
    (
        _becomes_nobody("b2bCollaborationInbound.usersAndGroups", "b2bCollaborationInbound.applications",
                        "b2bCollaborationOutbound.usersAndGroups", "b2bCollaborationOutbound.applications"),
        ("Blocking can cut access that is in use. Look at the sign-ins of the last 30 days first (sign-in logs, or the "
        "cross-tenant access activity workbook)."),
    ),
    (
        _becomes_nobody("b2bCollaborationOutbound.applications"),
        ("Blocking all applications outbound keeps users from reading mail that is encrypted with RMS or OME; allowing "
        "application 00000012-0000-0000-c000-000000000000 avoids that."),
    ),
    (
        _narrow_apps,
        ("An allow list of applications should hold My Apps, App Access Panel, My Profile and My Sign-ins as well, or "
        "guests cannot register for MFA here."),
    ),
    (
        _direct_connect,
        ("Direct connect works only when both tenants set inbound and outbound, and needs MFA of the partner trusted "
        "where Conditional Access demands MFA."),
    ),
    (
        _direct_connect_opens,
        "Direct connect outbound is consent to share limited contact data of our users with the partner.",
    ),
    (
        _trusts_mfa,
        "When MFA of partners is trusted, exclude external users from the MFA registration policy of ID Protection.",
    ),
)  # fmt: skip

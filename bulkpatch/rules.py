"""Rules between settings of one partner. Pure.

Documented rules refuse a row; what is inferred or comes from third parties only warns. Sources: Microsoft's
"Cross-tenant access overview" (important considerations), "B2B collaboration settings" and "Tenant restrictions".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bulkpatch.model import Json, Settings, Severity

CONSUMER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""Where personal Microsoft accounts live."""

TWO_HALVES = (
    "b2bCollaborationInbound",
    "b2bCollaborationOutbound",
    "b2bDirectConnectInbound",
    "b2bDirectConnectOutbound",
    "tenantRestrictions",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Two settings that do not go together, by the path to blame."""

    path: str
    what: str
    hint: str
    severity: Severity = Severity.WARNING


def check(tenant: str, wanted: Settings) -> Iterator[Finding]:
    """Find what does not go together in *wanted*: every known setting of a partner, by property.

    The same rules look at what the sheet says alone and at what the sheet and live say together.
    """
    for rule in _RULES:
        yield from rule(tenant, wanted)


def _halves_agree(_tenant: str, wanted: Settings) -> Iterator[Finding]:
    for name in TWO_HALVES:
        users, apps = _half(wanted, name, "usersAndGroups"), _half(wanted, name, "applications")
        if _access(users) is None or _access(apps) is None:
            continue
        if _blocks_all(users, "AllUsers") and not _blocks_all(apps, "AllApplications"):
            yield Finding(
                path=f"{name}.applications.accessType",
                severity=Severity.ERROR,
                what="all users are blocked, but not all applications.",
                hint="Block AllApplications too, or do not block AllUsers.",
            )
        elif _blocks_all(apps, "AllApplications") and _access(users) == "allowed":
            yield Finding(
                path=f"{name}.usersAndGroups.accessType",
                severity=Severity.ERROR,
                what="all applications are blocked, but users or groups are allowed.",
                hint="Block AllUsers too, or do not block AllApplications.",
            )


def _half_is_blocked_alone(_tenant: str, wanted: Settings) -> Iterator[Finding]:
    for name in TWO_HALVES:
        users, apps = _half(wanted, name, "usersAndGroups"), _half(wanted, name, "applications")
        if _blocks_all(users, "AllUsers") and _access(apps) is None:
            yield Finding(
                path=f"{name}.usersAndGroups.accessType",
                what="blocks all users and says nothing of applications; all applications must be blocked too.",
                hint=f"Set {name}.applications to blocked and AllApplications as well.",
            )
        if _blocks_all(apps, "AllApplications") and _access(users) is None:
            yield Finding(
                path=f"{name}.applications.accessType",
                what="blocks all applications and says nothing of users; all users must be blocked too.",
                hint=f"Set {name}.usersAndGroups to blocked and AllUsers as well.",
            )


def _consumers_have_no_groups(tenant: str, wanted: Settings) -> Iterator[Finding]:
    targets = _half(wanted, "tenantRestrictions", "usersAndGroups").get("targets") or []
    if tenant == CONSUMER_TENANT and any(_name(target) != "AllUsers" for target in targets):
        yield Finding(
            path="tenantRestrictions.usersAndGroups.targets",
            severity=Severity.ERROR,
            what="tenant restrictions for personal Microsoft accounts take AllUsers only.",
            hint="Write AllUsers.",
        )


def _consumers_are_restricted_only(tenant: str, wanted: Settings) -> Iterator[Finding]:
    for name, value in wanted.items() if tenant == CONSUMER_TENANT else ():
        if value is None or name == "tenantRestrictions":
            continue
        yield Finding(
            path=name,
            what="this is the tenant of personal Microsoft accounts, documented for tenantRestrictions only.",
            hint="Empty the cell, unless you know that Graph takes it.",
        )


def _sync_needs_consent(_tenant: str, wanted: Settings) -> Iterator[Finding]:
    if not _synchronizes(wanted):
        return
    if (wanted.get("automaticUserConsentSettings") or {}).get("inboundAllowed") is not True:
        yield Finding(
            path="userSyncInbound.isSyncAllowed",
            what="user synchronization requires automatic redemption, which this row does not turn on.",
            hint="Set automaticUserConsentSettings.inboundAllowed to true, unless it is so already.",
        )
    if _blocks_all(_half(wanted, "b2bCollaborationInbound", "usersAndGroups"), "AllUsers"):
        yield Finding(
            path="b2bCollaborationInbound.usersAndGroups.accessType",
            what="blocking all external users can block cross-tenant synchronization.",
            hint="Allow them, or set userSyncInbound.isSyncAllowed to false.",
        )


def _all_stands_alone(_tenant: str, wanted: Settings) -> Iterator[Finding]:
    for path, half in _all_halves(wanted):
        names = [_name(target) for target in half.get("targets") or []]
        whole = next((n for n in names if n in {"AllUsers", "AllApplications"}), "")
        if whole and len(names) > 1:
            yield Finding(
                path=f"{path}.targets",
                what=f"{whole} stands beside single targets, which then say nothing more.",
                hint=f"Write {whole} alone, or leave it out.",
            )


def _half_is_whole(_tenant: str, wanted: Settings) -> Iterator[Finding]:
    for path, half in _all_halves(wanted):
        if half.get("accessType") is None and half.get("targets") is not None:
            yield Finding(
                path=f"{path}.targets",
                what="has targets, but no accessType.",
                hint="Say whether they are allowed or blocked.",
            )
        elif half.get("accessType") is not None and not half.get("targets"):
            yield Finding(
                path=f"{path}.accessType",
                what="has an accessType, but no targets; what Graph makes of that is not documented.",
                hint="Say who or what it is about.",
            )


def _name(target: Json) -> str:
    """Who a target is; live may hold one of another form than the documented one."""
    return str(target.get("target", "")) if isinstance(target, dict) else ""


def _all_halves(wanted: Settings) -> Iterator[tuple[str, Settings]]:
    for name, value in wanted.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{half}", inner) for half, inner in value.items() if isinstance(inner, dict))


def _half(wanted: Settings, name: str, half: str) -> Settings:
    return (wanted.get(name) or {}).get(half) or {}


def _access(half: Settings) -> Json:
    return half.get("accessType")


def _blocks_all(half: Settings, whole: str) -> bool:
    targets = half.get("targets") or []
    return half.get("accessType") == "blocked" and any(target.get("target") == whole for target in targets)


def _synchronizes(wanted: Settings) -> bool:
    return (wanted.get("userSyncInbound") or {}).get("isSyncAllowed") is True


_RULES: tuple[Callable[[str, Settings], Iterator[Finding]], ...] = (
    _halves_agree,
    _half_is_blocked_alone,
    _consumers_have_no_groups,
    _consumers_are_restricted_only,
    _sync_needs_consent,
    _all_stands_alone,
    _half_is_whole,
)

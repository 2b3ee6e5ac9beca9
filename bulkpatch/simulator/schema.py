"""The types that Graph checks, as data, written down independently of the tool's own catalogue.

Source: Microsoft's v1.0 metadata of 2026-08 and SDK models. That a wrong type answers 400 is how OData services behave;
the exact code and wording for this API are not documented, so those are a guess.
"""

from __future__ import annotations

from typing import Any

BOOLEAN, ACCESS, TARGETS, TEXT = "boolean", "access", "targets", "text"
_HALF = {"accessType": ACCESS, "targets": TARGETS}
_B2B = {"usersAndGroups": _HALF, "applications": _HALF}
_ALLOWED = {"isSyncAllowed": BOOLEAN}

PARTNER: dict[str, Any] = {
    "b2bCollaborationInbound": _B2B,
    "b2bCollaborationOutbound": _B2B,
    "b2bDirectConnectInbound": _B2B,
    "b2bDirectConnectOutbound": _B2B,
    "inboundTrust": {
        "isMfaAccepted": BOOLEAN,
        "isCompliantDeviceAccepted": BOOLEAN,
        "isHybridAzureADJoinedDeviceAccepted": BOOLEAN,
    },
    "automaticUserConsentSettings": {"inboundAllowed": BOOLEAN, "outboundAllowed": BOOLEAN},
    "tenantRestrictions": _B2B,
    "m365CollaborationInbound": {"users": _HALF},
    "m365CollaborationOutbound": {"usersAndGroups": _HALF},
    "appServiceConnectInbound": {"applications": _HALF},
}
PARTNER_BETA: dict[str, Any] = {**PARTNER, "blockServiceProviderOutboundAccess": BOOLEAN}
SYNC: dict[str, Any] = {"displayName": TEXT, "userSyncInbound": _ALLOWED}
SYNC_BETA: dict[str, Any] = {
    **SYNC,
    "groupSyncInbound": _ALLOWED,
    "roleEnabledGroupSyncInbound": _ALLOWED,
    "externalCloudAuthorizedApplicationId": TEXT,
}
WRITABLE: dict[tuple[str, str], dict[str, Any]] = {
    ("partner", "v1.0"): PARTNER,
    ("partner", "beta"): PARTNER_BETA,
    ("identitySynchronization", "v1.0"): SYNC,
    ("identitySynchronization", "beta"): SYNC_BETA,
}
"""What may be written, by resource and version. `tenantRestrictions.devices` is in the metadata, and not supported."""

TWO_HALVES = tuple(name for name, kind in PARTNER.items() if kind is _B2B)
"""The settings whose users and applications must not contradict each other."""

ACCESS_TYPES = ("allowed", "blocked")
TARGET_TYPES = ("user", "group", "application")


def complaint(types: dict[str, Any], body: Any, path: str = "") -> str:  # noqa: ANN401 - JSON
    """Say what is wrong with *body*, or "" when it fits."""
    if not isinstance(body, dict):
        return f"Cannot read the value of '{path or 'body'}' as an object."
    for name, value in body.items():
        here = f"{path}.{name}" if path else name
        if name not in types:
            return f"Invalid property '{here}'."
        kind = types[name]
        if value is None and kind != TARGETS:  # in OData a collection can be empty, and is never null
            continue
        found = complaint(kind, value, here) if isinstance(kind, dict) else _leaf(kind, value, here)
        if found:
            return found
    return ""


def contradiction(body: dict[str, Any]) -> str:
    """The documented rule: who blocks all users blocks all applications, and the other way round."""
    for name in TWO_HALVES:
        setting = body.get(name) or {}
        users, apps = setting.get("usersAndGroups") or {}, setting.get("applications") or {}
        if not users.get("accessType") or not apps.get("accessType"):
            continue
        no_users, no_apps = _blocks(users, "AllUsers"), _blocks(apps, "AllApplications")
        if (no_users and not no_apps) or (no_apps and users["accessType"] == "allowed"):
            return f"{name}: usersAndGroups and applications contradict each other."
    return ""


def _leaf(kind: str, value: Any, path: str) -> str:  # noqa: ANN401 - JSON
    fits = {
        BOOLEAN: lambda: isinstance(value, bool),
        TEXT: lambda: isinstance(value, str),
        ACCESS: lambda: value in ACCESS_TYPES,
        TARGETS: lambda: isinstance(value, list) and all(_is_target(target) for target in value),
    }
    return "" if fits[kind]() else f"Cannot convert the literal to the expected type of '{path}'."


def _is_target(target: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(target, dict) or set(target) != {"target", "targetType"}:
        return False
    return isinstance(target["target"], str) and bool(target["target"]) and target["targetType"] in TARGET_TYPES


def _blocks(half: dict[str, Any], whole: str) -> bool:
    return half["accessType"] == "blocked" and any(t["target"] == whole for t in half.get("targets") or [])

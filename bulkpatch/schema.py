"""The shape of what Graph takes: one tree per resource, as data. Pure.

Source: Microsoft's published metadata (v1.0 CSDL of 2026-08) and SDK models; names are Graph's to the letter, since a
mis-cased one answers 400. What the service returns beyond this tree is tolerated when read and never sent back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bulkpatch.model import Endpoint, Json


class Kind(StrEnum):
    """What a leaf holds."""

    BOOLEAN = "boolean"
    ACCESS = "access"
    PRINCIPALS = "principals"
    """Targets that are users and groups."""
    APPLICATIONS = "applications"
    """Targets that are applications."""
    GUID = "guid"
    TEXT = "text"


Node = Kind | Mapping[str, "Node"]
"""A leaf, or an object with named members."""

_PRINCIPAL_HALF: Node = {"accessType": Kind.ACCESS, "targets": Kind.PRINCIPALS}
_APPLICATION_HALF: Node = {"accessType": Kind.ACCESS, "targets": Kind.APPLICATIONS}
_B2B: Node = {"usersAndGroups": _PRINCIPAL_HALF, "applications": _APPLICATION_HALF}
_SYNC: Node = {"isSyncAllowed": Kind.BOOLEAN}

ALL_VERSIONS = frozenset({"v1.0", "beta"})
BETA_ONLY = frozenset({"beta"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A property of one of the two resources that a sheet may set."""

    name: str
    node: Node
    endpoint: Endpoint = Endpoint.PARTNER
    versions: frozenset[str] = ALL_VERSIONS
    path: str = ""
    """How a sheet calls it, where Graph's own name would be mistaken for something else."""
    root: str = field(init=False)
    """The first part of every wish's path under this property."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", self.path or self.name)


PROPERTIES: tuple[Property, ...] = (
    Property(
        name="inboundTrust",
        node={
            "isMfaAccepted": Kind.BOOLEAN,
            "isCompliantDeviceAccepted": Kind.BOOLEAN,
            "isHybridAzureADJoinedDeviceAccepted": Kind.BOOLEAN,
        },
    ),
    Property(
        name="automaticUserConsentSettings",
        node={"inboundAllowed": Kind.BOOLEAN, "outboundAllowed": Kind.BOOLEAN},
    ),
    Property(name="b2bCollaborationInbound", node=_B2B),
    Property(name="b2bCollaborationOutbound", node=_B2B),
    Property(name="b2bDirectConnectInbound", node=_B2B),
    Property(name="b2bDirectConnectOutbound", node=_B2B),
    Property(name="tenantRestrictions", node=_B2B),
    Property(name="m365CollaborationInbound", node={"users": _PRINCIPAL_HALF}),
    Property(name="m365CollaborationOutbound", node={"usersAndGroups": _PRINCIPAL_HALF}),
    Property(name="appServiceConnectInbound", node={"applications": _APPLICATION_HALF}),
    Property(name="blockServiceProviderOutboundAccess", node=Kind.BOOLEAN, versions=BETA_ONLY),
    Property(name="userSyncInbound", node=_SYNC, endpoint=Endpoint.SYNC),
    Property(name="displayName", node=Kind.TEXT, endpoint=Endpoint.SYNC, path="identitySynchronization.displayName"),
    Property(name="groupSyncInbound", node=_SYNC, endpoint=Endpoint.SYNC, versions=BETA_ONLY),
    Property(name="roleEnabledGroupSyncInbound", node=_SYNC, endpoint=Endpoint.SYNC, versions=BETA_ONLY),
    Property(
        name="externalCloudAuthorizedApplicationId",
        node=Kind.GUID,
        endpoint=Endpoint.SYNC,
        versions=BETA_ONLY,
    ),
)

READ_ONLY: Mapping[str, str] = {
    "isServiceProvider": "Graph does not list it among the properties that an update takes; "
    "third parties report 403 for app-only calls that send it",
    "isInMultiTenantOrganization": "it follows from multitenant organization membership and cannot be set here",
    "deletedDateTime": "Graph sets it",
    "identitySynchronization": "it is a resource of its own: use the userSyncInbound.isSyncAllowed column",
    "m365Capabilities": "it has its own requests and its own permission",
    "serviceProviderConstraints": "no update of it is documented",
    "crossCloudMeetingConfiguration": "it is returned by the service and not part of the published API",
    "protectedContentSharing": "it is returned by the service and not part of the published API",
    "inboundTrust.isCompliantNetworkAccepted": "it is returned by the service and not part of the published API",
    "tenantRestrictions.devices": "Microsoft documents that it is not supported on the server side yet",
}
"""What a sheet may not set, and why."""


def walk(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Visit *node* and everything below it, as (path, node), parents first."""
    yield path, node
    if not isinstance(node, Kind):
        for name, child in node.items():
            yield from walk(child, f"{path}.{name}")


def prune(node: Node, live: Json) -> Json:
    """Keep of *live* only what the schema knows; an object with nothing set becomes None.

    Graph shows "inherits" as null, as an absent key or as an object full of nulls: here they are all None.
    """
    if live is None:
        return None
    if isinstance(node, Kind):
        return _bare_targets(live) if node in _TARGETS else live
    if not isinstance(live, dict):
        return None
    kept = {name: prune(child, live.get(name)) for name, child in node.items()}
    return None if all(value is None for value in kept.values()) else kept


_TARGETS = frozenset({Kind.PRINCIPALS, Kind.APPLICATIONS})


def _bare_targets(live: Json) -> Json:
    if not isinstance(live, list):
        return None
    entries = [target if isinstance(target, dict) else {"target": str(target)} for target in live]
    return [{key: entry[key] for key in ("target", "targetType") if key in entry} for entry in entries]


def same(node: Node, left: Json, right: Json) -> bool:
    """Compare two values of one property the way Graph means them: targets are a set, null is absent."""
    return left == right or bool(_canonical(node, prune(node, left)) == _canonical(node, prune(node, right)))


def _canonical(node: Node, value: Json) -> Json:
    if value is None:
        return None
    if isinstance(node, Kind):
        if node in _TARGETS:
            return sorted((str(t.get("target", "")).lower(), str(t.get("targetType", ""))) for t in value)
        return value.lower() if node is Kind.GUID and isinstance(value, str) else value
    return {name: _canonical(child, value.get(name)) for name, child in node.items()}


def misfit(node: Node, value: Json, path: str) -> str:
    """Say where *value* does not fit *node*, or "" when it does. None fits everywhere: it means inherit."""
    if value is None:
        return ""
    if isinstance(node, Kind):
        return _leaf_misfit(node, value, path)
    if not isinstance(value, dict):
        return f"{path} is not a JSON object"
    for name in value:
        if name not in node:
            return f"{path} has no member {name!r}; it has {', '.join(node)}"
    return next((found for n, v in value.items() if (found := misfit(node[n], v, f"{path}.{n}"))), "")


def _leaf_misfit(kind: Kind, value: Json, path: str) -> str:
    match kind:
        case Kind.BOOLEAN:
            return "" if isinstance(value, bool) else f"{path} is not true, false or null"
        case Kind.ACCESS:
            known = isinstance(value, str) and value in {"allowed", "blocked"}
            return "" if known else f'{path} is not "allowed", "blocked" or null'
        case Kind.TEXT | Kind.GUID:
            return "" if isinstance(value, str) else f"{path} is not a text"
    return _targets_misfit(kind, value, path)


def _targets_misfit(kind: Kind, value: Json, path: str) -> str:
    if not isinstance(value, list):
        return f"{path} is not a list"
    allowed = {"application"} if kind is Kind.APPLICATIONS else {"user", "group"}
    for target in value:
        if not isinstance(target, dict) or set(target) != {"target", "targetType"}:
            return f'{path}: each entry is {{"target": …, "targetType": …}}'
        texts = isinstance(target["targetType"], str) and isinstance(target["target"], str)
        if not texts or target["targetType"] not in allowed:
            return f"{path}: targetType is {' or '.join(sorted(allowed))} here"
    return ""

"""The partners of a simulated directory, and what each write makes of them."""

from __future__ import annotations

import copy
from typing import Any

from bulkpatch.simulator.schema import PARTNER

_ALLOWED_ALL = {"accessType": "allowed", "targets": [{"target": "AllUsers", "targetType": "user"}]}
_ALLOWED_APPS = {"accessType": "allowed", "targets": [{"target": "AllApplications", "targetType": "application"}]}
_BLOCKED_ALL = {**_ALLOWED_ALL, "accessType": "blocked"}
_BLOCKED_APPS = {**_ALLOWED_APPS, "accessType": "blocked"}

DEFAULT: dict[str, Any] = {
    "isServiceDefault": True,
    "inboundTrust": dict.fromkeys(
        ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted"), False
    ),
    "automaticUserConsentSettings": {"inboundAllowed": False, "outboundAllowed": False},
    "b2bCollaborationInbound": {"usersAndGroups": _ALLOWED_ALL, "applications": _ALLOWED_APPS},
    "b2bCollaborationOutbound": {"usersAndGroups": _ALLOWED_ALL, "applications": _ALLOWED_APPS},
    "b2bDirectConnectInbound": {"usersAndGroups": _BLOCKED_ALL, "applications": _BLOCKED_APPS},
    "b2bDirectConnectOutbound": {"usersAndGroups": _BLOCKED_ALL, "applications": _BLOCKED_APPS},
    "tenantRestrictions": {"devices": None, "usersAndGroups": _BLOCKED_ALL, "applications": _BLOCKED_APPS},
    "m365CollaborationInbound": {"users": _BLOCKED_ALL},
    "m365CollaborationOutbound": {"usersAndGroups": _ALLOWED_ALL},
    "appServiceConnectInbound": {"applications": _BLOCKED_APPS},
}
"""The default policy as the service begins with it."""


class Store:
    """Partners and synchronization policies by tenant id, as GET shows them."""

    def __init__(self) -> None:
        self.partners: dict[str, dict[str, Any]] = {}
        self.sync: dict[str, dict[str, Any]] = {}
        self.default = copy.deepcopy(DEFAULT)
        self.directory: dict[str, dict[str, str]] = {}
        """By tenant id: displayName, defaultDomainName, federationBrandName."""

    def add(self, tenant: str, **properties: Any) -> None:  # noqa: ANN401 - JSON
        """A partner that is there from the beginning; what is not given inherits."""
        self.partners[tenant.lower()] = new_partner(tenant, properties)

    def update_partner(self, tenant: str, body: dict[str, Any]) -> None:
        """PATCH: what is named is replaced whole, null inherits, the rest stays."""
        self.partners[tenant].update(_stored(body))

    def update_sync(self, tenant: str, body: dict[str, Any]) -> None:
        """PATCH of the synchronization policy."""
        self.sync[tenant].update(copy.deepcopy(body))

    def create_sync(self, tenant: str, body: dict[str, Any]) -> None:
        """PUT of the synchronization policy."""
        empty = {"tenantId": tenant, "displayName": None, "userSyncInbound": None}
        self.sync[tenant] = {**empty, **copy.deepcopy(body)}


def new_partner(tenant: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A partner as Graph shows it: every setting that is not given is null."""
    nothing: dict[str, Any] = dict.fromkeys(PARTNER)
    nothing["automaticUserConsentSettings"] = {"inboundAllowed": None, "outboundAllowed": None}
    # The service returns keys that its documentation does not have: who echoes them back must be told.
    unpublished = {"crossCloudMeetingConfiguration": {"inboundAllowed": None, "outboundAllowed": None}}
    known = {"tenantId": tenant.lower(), "isServiceProvider": None, "isInMultiTenantOrganization": False}
    return {**known, **nothing, **unpublished, **_stored(properties)}


def _stored(body: dict[str, Any]) -> dict[str, Any]:
    stored = copy.deepcopy({name: value for name, value in body.items() if name != "tenantId"})
    if "automaticUserConsentSettings" in stored:
        empty = {"inboundAllowed": None, "outboundAllowed": None}
        stored["automaticUserConsentSettings"] = {**empty, **(stored["automaticUserConsentSettings"] or {})}
    return stored

"""The partners of a simulated directory, and what each write makes of them."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from bulkpatch.simulator.schema import PARTNER, PARTNER_BETA, SYNC, SYNC_BETA

Json = dict[str, Any]

_ALLOWED_ALL = {"accessType": "allowed", "targets": [{"target": "AllUsers", "targetType": "user"}]}
_ALLOWED_APPS = {"accessType": "allowed", "targets": [{"target": "AllApplications", "targetType": "application"}]}
_BLOCKED_ALL = {**_ALLOWED_ALL, "accessType": "blocked"}
_BLOCKED_APPS = {**_ALLOWED_APPS, "accessType": "blocked"}

DEFAULT: Json = {
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

# The service returns keys that its documentation does not have: who echoes them back must be told.
_UNPUBLISHED: Json = {"crossCloudMeetingConfiguration": {"inboundAllowed": None, "outboundAllowed": None}}
_UNPUBLISHED_INSIDE: Json = {
    "inboundTrust": {"isCompliantNetworkAccepted": None},
    "tenantRestrictions": {"devices": None},
}
_ONLY_BETA = (PARTNER_BETA.keys() - PARTNER.keys()) | (SYNC_BETA.keys() - SYNC.keys())
_BETA_PARTNER: Json = {"blockServiceProviderOutboundAccess": False, "deletedDateTime": None}
_BETA_SYNC: Json = {**dict.fromkeys(SYNC_BETA.keys() - SYNC.keys()), "deletedDateTime": None}
_NO_CONSENT: Json = {"inboundAllowed": None, "outboundAllowed": None}


class Store:
    """Partners and synchronization policies by tenant id, in lower case."""

    def __init__(self) -> None:
        self.partners: dict[str, Json] = {}
        """What was written, and null for every setting that inherits."""
        self.sync: dict[str, Json] = {}
        self.default: Json = copy.deepcopy(DEFAULT)
        self.directory: dict[str, dict[str, str]] = {}
        """By tenant id: displayName, defaultDomainName, federationBrandName."""

    def add(self, tenant_id: str, **properties: Any) -> None:  # noqa: ANN401 - JSON
        """A partner that is there from the beginning; what is not given inherits."""
        self.partners[tenant_id.lower()] = new_partner(tenant_id, properties)

    def add_named(self, name: str) -> None:
        """A partner by its tenant id, or by its domain: then with a tenant id made up for it, always the same."""
        if "." not in name:
            self.add(name)
            return
        tenant_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        self.add(tenant_id)
        self.directory[tenant_id] = {"displayName": name, "defaultDomainName": name, "federationBrandName": ""}

    def update_partner(self, tenant: str, body: Json) -> None:
        """PATCH: what is named is replaced whole, null inherits, the rest stays."""
        self.partners[tenant].update(_stored(body))

    def create_sync(self, tenant: str, body: Json) -> None:
        """PUT of the synchronization policy."""
        empty = {"tenantId": tenant, "displayName": None, "userSyncInbound": None}
        self.sync[tenant] = {**empty, **copy.deepcopy(body)}

    def update_sync(self, tenant: str, body: Json) -> None:
        """PATCH of the synchronization policy."""
        self.sync[tenant].update(copy.deepcopy(body))


def new_partner(tenant: str, properties: Json) -> Json:
    """A partner with nothing configured but *properties*."""
    nothing: Json = dict.fromkeys(PARTNER)
    nothing["automaticUserConsentSettings"] = dict(_NO_CONSENT)
    known = {"tenantId": tenant.lower(), "isServiceProvider": None, "isInMultiTenantOrganization": False}
    return {**known, **nothing, **copy.deepcopy(_UNPUBLISHED), **_stored(properties)}


def as_shown(resource: str, stored: Json, version: str) -> Json:
    """What a GET answers: with keys that the documentation does not have, and those of the version only."""
    if version == "beta":
        shown = {**(_BETA_PARTNER if resource == "partner" else _BETA_SYNC), **stored}
    else:
        shown = {name: value for name, value in stored.items() if name not in _ONLY_BETA}
    for name, extra in _UNPUBLISHED_INSIDE.items():
        if shown.get(name) is not None:
            shown[name] = {**extra, **shown[name]}
    return shown


def _stored(body: Json) -> Json:
    stored = copy.deepcopy({name: value for name, value in body.items() if name != "tenantId"})
    if "automaticUserConsentSettings" in stored:
        stored["automaticUserConsentSettings"] = {**_NO_CONSENT, **(stored["automaticUserConsentSettings"] or {})}
    return stored

"""Columns that are mostly wanted together, by the name a person asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "trust": ("inboundTrust",),
    "consent": ("automaticUserConsentSettings",),
    "sync": ("userSyncInbound", "identitySynchronization.displayName"),
    "b2b": ("b2bCollaborationInbound", "b2bCollaborationOutbound"),
    "direct-connect": ("b2bDirectConnectInbound", "b2bDirectConnectOutbound"),
    "tenant-restrictions": ("tenantRestrictions",),
    "m365": ("m365CollaborationInbound", "m365CollaborationOutbound"),
    "app-service": ("appServiceConnectInbound",),
}
"""By the name a person asks for: the properties whose single settings become columns."""

DEFAULT_COLUMNS = ("trust", "consent", "sync")

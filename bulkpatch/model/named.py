"""What is known of tenants besides their settings: whose names and domains they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bulkpatch.model.json import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tenant as Entra names it."""

    tenant: TenantId
    display_name: str = ""
    domain: str = ""
    """Its default domain."""
    brand: str = ""
    """The name its federation shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """Why Entra gave no name."""

    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What has been found out about the tenants of a sheet before it is read for good."""

    home_tenant: str = ""
    """Ours; empty when the token does not say."""
    by_domain: Mapping[str, Named | Unnamed] = field(default_factory=dict)
    by_id: Mapping[TenantId, Named | Unnamed] = field(default_factory=dict)
    """Filled only when names are to be compared."""
    claimed: Mapping[int, str] = field(default_factory=dict)
    """By row number: the tenant id that a report gives beside the domain."""

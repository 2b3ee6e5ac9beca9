"""What Graph sends and takes, and how a partner is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NewType

Json = Any
"""A JSON value: what Graph sends and takes."""

Settings = Mapping[str, Json]
"""Graph properties by name, e.g. `{"inboundTrust": {"isMfaAccepted": True}}`."""

TenantId = NewType("TenantId", str)
"""A partner's tenant id: lower-case GUID with hyphens. Built only by `cells.parse_tenant_id`."""

"""What a cell asks for, and what a row adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bulkpatch.model.json import Json, TenantId


@dataclass(frozen=True, slots=True)
class Keep:
    """A blank cell: leave the setting as it is, never send it."""


@dataclass(frozen=True, slots=True)
class Inherit:
    """The word `inherit`: send JSON null, so that the tenant default applies again."""


@dataclass(frozen=True, slots=True)
class Value:
    """Set the setting to this JSON value."""

    json: Json


Wish = Keep | Inherit | Value
"""What one cell asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one partner should look like: its tenant and the wishes of its row (or of equal rows)."""

    tenant: TenantId
    rows: tuple[int, ...]
    """Numbers of the rows that ask for it; more than one when rows agree."""
    wishes: Mapping[str, Inherit | Value]
    """By Graph path, e.g. `inboundTrust.isMfaAccepted`; what is kept is not in here."""
    columns: Mapping[str, int] = field(default_factory=dict)
    """The column (0-based) that each wish came from, to name the cell when live refuses it."""
    label: str = ""
    """A name for people, if the sheet has one."""

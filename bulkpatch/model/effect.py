"""What a change means for who may reach what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulkpatch.model.json import Json


class Tag(StrEnum):
    """Which way a change goes."""

    LOOSENS = "loosens"
    """Somebody may afterwards what they might not before, or it cannot be ruled out."""
    TIGHTENS = "tightens"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One setting, or one half of a setting, that a patch changes, after inheritance."""

    path: str
    """`inboundTrust.isMfaAccepted`, or a half such as `b2bCollaborationInbound.usersAndGroups`."""
    tag: Tag
    reason: str
    before: Json
    """What applies now: the partner's own value, or what it inherits; None when that is not known."""
    after: Json
    """What would apply."""
    inherits_before: bool = False
    inherits_after: bool = False

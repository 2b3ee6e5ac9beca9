"""How far an access half reaches, and which of two reaches further. Pure.

A half is "allowed" or "blocked" with targets: it lets in its targets only, or everybody but its targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.model import Json, Tag

_ALL = frozenset({"allusers", "allapplications"})
_NOBODY = {"users": "nobody", "apps": "no application"}
_EVERYBODY = {"users": "everybody", "apps": "every application"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a half lets in: the *named* ones when *allowed*, else all but the named ones."""

    allowed: bool
    named: frozenset[str] = frozenset()

    @property
    def is_nobody(self) -> bool:
        """Whether nobody is let in."""
        return self.allowed and not self.named

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is kept out."""
        return not self.allowed and not self.named

    def covers(self, other: Reach) -> bool:
        """Whether everybody that *other* lets in is let in here too, as far as the targets tell."""
        if self.allowed:
            return other.allowed and other.named <= self.named
        return not other.named & self.named if other.allowed else self.named <= other.named


def reach_of(half: Json) -> Reach | None:
    """Read a half; None when it does not say enough."""
    if not isinstance(half, Mapping) or half.get("accessType") not in {"allowed", "blocked"}:
        return None
    targets = half.get("targets")
    if not isinstance(targets, list):
        return None
    named = frozenset(str(target.get("target", "")).lower() for target in targets if isinstance(target, Mapping))
    allows = half["accessType"] == "allowed"
    if named & _ALL:  # everybody is named: allowed is everybody, blocked is nobody
        return Reach(allowed=not allows)
    return Reach(allowed=allows, named=named)


def compare(before: Reach, after: Reach) -> Tag:
    """Say which way it goes; where some are let in and others kept out, it loosens."""
    if before == after:
        return Tag.NEUTRAL
    return Tag.TIGHTENS if before.covers(after) else Tag.LOOSENS


def describe(reach: Reach, kind: str) -> str:
    """In words; *kind* is `users` or `apps`."""
    if reach.is_nobody:
        return _NOBODY[kind]
    if reach.is_everybody:
        return _EVERYBODY[kind]
    listed = "Office365" if reach.named == {"office365"} else f"{len(reach.named)} listed"
    return f"only {listed}" if reach.allowed else f"all but {listed}"

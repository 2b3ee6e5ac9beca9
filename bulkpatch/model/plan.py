"""What is live, and what is to be sent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from bulkpatch.model.effect import Effect, Tag
from bulkpatch.model.json import Json, Settings, TenantId
from bulkpatch.model.sheet import Problem


class Endpoint(StrEnum):
    """The two resources of a partner that are written."""

    PARTNER = "partner"
    SYNC = "identitySynchronization"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """Why something was refused: Graph's own code, or one of ours when no answer came."""

    code: str
    message: str
    http_status: int | None = None
    request_id: str = ""
    client_request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Graph said, by 404, that it is not there."""

    error: GraphError | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Nobody asked for it: no row needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """It was asked for and could not be read. Never taken for absent."""

    error: GraphError


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What Graph says now about one partner."""

    tenant: TenantId
    partner: Settings | Absent | Unreadable
    sync: Settings | Absent | Unread | Unreadable = Unread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting of one partner, before → after."""

    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One HTTP write to be: known by tenant, endpoint and body, never by row."""

    tenant: TenantId
    endpoint: Endpoint
    method: str
    """PATCH; PUT or POST to create; DELETE to undo a create."""
    body: Settings
    differences: tuple[Difference, ...]
    before: Settings | None = None
    """The properties of *body* as they were live; None when the resource did not exist."""

    @property
    def key(self) -> str:
        """Identify this write by its content: 16 hex digits over tenant, endpoint and body."""
        text = json.dumps([self.tenant, self.endpoint, self.body], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Fate(StrEnum):
    """What the plan has in store for one tenant."""

    CHANGE = "change"
    CREATE = "create"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    DRIFTED = "drifted"
    """Live has changed since the plan was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tenant in the plan: its writes in the order they must go, or the reason there are none."""

    tenant: TenantId
    rows: tuple[int, ...]
    fate: Fate
    patches: tuple[Patch, ...] = ()
    error: GraphError | None = None
    label: str = ""
    """What the sheet calls the tenant."""
    name: str = ""
    """What Entra calls it, where it was asked."""
    effects: tuple[Effect, ...] = ()
    """What the patches mean for who may reach what."""
    note: str = ""
    """What is left alone beside the writes, and why."""

    @property
    def tag(self) -> Tag:
        """The way the whole step goes: one loosening makes it a loosening."""
        tags = {effect.tag for effect in self.effects}
        return next((tag for tag in (Tag.LOOSENS, Tag.TIGHTENS) if tag in tags), Tag.NEUTRAL)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every setting that this step changes."""
        return tuple(d for patch in self.patches for d in patch.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Ordered steps, one per tenant, and the problems that only live could show."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()
    reads: int = 0
    """Requests that reading live took; 0 when nobody counted."""

    @property
    def patches(self) -> tuple[Patch, ...]:
        """Every write, in order."""
        return tuple(patch for step in self.steps for patch in step.patches)

    def with_fate(self, *fates: Fate) -> tuple[Step, ...]:
        """Pick the steps that have one of *fates*."""
        return tuple(step for step in self.steps if step.fate in fates)

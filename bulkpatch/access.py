"""What a change means: whether it lets somebody in who was kept out, after inheritance. Pure.

A partner's null inherits from the tenant's default policy (documented); where that could not be read, a change that
opens anything is taken for a loosening. Users and applications of a setting are judged each for itself: how Graph
combines them is documented in examples only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from bulkpatch.merge import property_of
from bulkpatch.model import Effect, Endpoint, Json, Patch, Plan, Settings, Step, Tag
from bulkpatch.reach import compare, describe, reach_of
from bulkpatch.schema import PROPERTIES, Kind, Node, Property, prune, same

REMEMBERED = 4096
"""Judgements kept for steps to come; more is a plan in which every step is different."""

_SWITCHES: Mapping[str, tuple[str, str]] = {
    "inboundTrust.isMfaAccepted": ("MFA done at the partner is trusted", "MFA done at the partner is not trusted"),
    "inboundTrust.isCompliantDeviceAccepted": (
        "the partner's compliant devices are trusted", "the partner's compliant devices are not trusted",
    ),
    "inboundTrust.isHybridAzureADJoinedDeviceAccepted": (
        "the partner's hybrid joined devices are trusted", "the partner's hybrid joined devices are not trusted",
    ),
    "automaticUserConsentSettings.inboundAllowed": (
        "the partner's users are not asked for consent", "the partner's users are asked for consent",
    ),
    "automaticUserConsentSettings.outboundAllowed": (
        "our users are not asked for consent there", "our users are asked for consent there",
    ),
    "userSyncInbound.isSyncAllowed": (
        "the partner may synchronize users into our tenant", "the partner may not synchronize users",
    ),
    "groupSyncInbound.isSyncAllowed": (
        "the partner may synchronize groups into our tenant", "the partner may not synchronize groups",
    ),
    "roleEnabledGroupSyncInbound.isSyncAllowed": (
        "the partner may synchronize groups that carry roles", "the partner may not synchronize groups with roles",
    ),
    "blockServiceProviderOutboundAccess": (
        "our users may not sign in to the partner through GDAP", "our users may sign in to the partner through GDAP",
    ),
}  # fmt: skip
"""What it means when a switch is on, and when it is off."""

_CLOSING = frozenset({"blockServiceProviderOutboundAccess"})
"""Switches that keep somebody out when they are on."""
_OFF_BY_DEFAULT = frozenset({"automaticUserConsentSettings"})
"""Documented: the default is always false and cannot be changed."""


def judged(plan: Plan, default: Settings | None) -> Plan:
    """Give every step its effects. *default* is the tenant's default policy; None when it could not be read."""
    known: dict[str, tuple[Effect, ...]] = {}

    def with_effects(step: Step) -> Step:
        key = repr([_unaddressed(patch) for patch in step.patches])
        if key not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = tuple(effect for patch in step.patches for effect in effects(patch, default))
        return replace(step, effects=known[key]) if known[key] else step

    return replace(plan, steps=tuple(with_effects(step) for step in plan.steps))


def _unaddressed(patch: Patch) -> tuple[Json, ...]:
    """All of *patch* that its effects depend on: steps that are alike in it are judged once."""
    body = {name: value for name, value in patch.body.items() if name != "tenantId"}
    return patch.endpoint, patch.method, body, patch.before


def effects(patch: Patch, default: Settings | None) -> tuple[Effect, ...]:
    """Say what *patch* changes, setting by setting, in the order of the catalogue."""
    return tuple(effect for prop in PROPERTIES for effect in _of_property(prop, patch, default))


def _of_property(prop: Property, patch: Patch, default: Settings | None) -> Iterator[Effect]:
    gone = patch.method == "DELETE"
    if prop.endpoint is not patch.endpoint or not (gone or prop.name in patch.body):
        return
    old = prune(prop.node, (patch.before or {}).get(prop.name))
    new = None if gone else prune(prop.node, patch.body[prop.name])
    inherited = _inherited(prop, default)
    for path, node, below in _units(prop.root):
        before, after = _at(old, below), _at(new, below)
        if not same(node, before, after):
            known = default is not None or inherited is not None
            yield _effect(path, node, before, after, _at(inherited, below), known=known)


def _inherited(prop: Property, default: Settings | None) -> Json:
    if prop.endpoint is Endpoint.SYNC:  # there is no default synchronization: no policy is no synchronization
        return {"isSyncAllowed": False} if isinstance(prop.node, Mapping) else None
    if prop.name in _OFF_BY_DEFAULT:
        return {"inboundAllowed": False, "outboundAllowed": False}
    return prune(prop.node, default.get(prop.name)) if default else None


@cache
def _units(root: str) -> tuple[tuple[str, Node, tuple[str, ...]], ...]:
    """What is judged as one: single settings, and halves with their accessType and targets together.

    Each by its path, with its shape and the members that lead to it below the property.
    """
    return tuple((".".join((root, *below)), node, below) for below, node in _split(property_of(root).node, ()))


def _split(node: Node, below: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    if isinstance(node, Kind) or "accessType" in node:
        yield below, node
        return
    for name, child in node.items():
        yield from _split(child, (*below, name))


def _at(value: Json, members: tuple[str, ...]) -> Json:
    for name in members:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _effect(path: str, node: Node, before: Json, after: Json, base: Json, *, known: bool) -> Effect:
    now, then = _effective(before, base), _effective(after, base)
    if isinstance(node, Kind):
        tag, reason = _of_switch(path, node, now, then, known=known)
    else:
        tag, reason = _of_half(path, now, then)
    return Effect(path=path, tag=tag, reason=reason, before=now, after=then, inherits_before=before is None,
                  inherits_after=after is None)  # fmt: skip


def _effective(own: Json, base: Json) -> Json:
    if isinstance(own, Mapping) and isinstance(base, Mapping):
        return {name: base.get(name) if own.get(name) is None else own[name] for name in {**base, **own}}
    return base if own is None else own


def _of_switch(path: str, kind: Kind, now: Json, then: Json, *, known: bool) -> tuple[Tag, str]:
    if kind is not Kind.BOOLEAN:
        return _of_text(path, now, then)
    on, off = _SWITCHES[path]
    if then is None:
        return Tag.LOOSENS, "it inherits from the default policy, which could not be read"
    if now == then:
        return Tag.NEUTRAL, f"no change: {on if then else off}"
    opens = then is not (path in _CLOSING)
    if now is None and not known and not opens:
        return Tag.NEUTRAL, on if then else off
    return Tag.LOOSENS if opens else Tag.TIGHTENS, on if then else off


def _of_text(path: str, now: Json, then: Json) -> tuple[Tag, str]:
    if path == "externalCloudAuthorizedApplicationId":
        named = "another application of the other cloud may synchronize"
        return (Tag.LOOSENS, named) if then else (Tag.TIGHTENS, "no application of another cloud may synchronize")
    return Tag.NEUTRAL, "a name, nothing else" if then or now else ""


def _of_half(path: str, now: Json, then: Json) -> tuple[Tag, str]:
    kind, subject = ("apps" if path.endswith("applications") else "users"), _subject(path)
    before, after = reach_of(now), reach_of(then)
    if after is None:
        return Tag.LOOSENS, f"{subject}: what applies then could not be read"
    if before is None:
        return (
            Tag.NEUTRAL if after.is_nobody else Tag.LOOSENS
        ), f"{subject}: {describe(after, kind)}; before is not known"
    return compare(before, after), f"{subject}: {describe(before, kind)} → {describe(after, kind)}"


def _subject(path: str) -> str:
    name, _, half = path.partition(".")
    words = {
        "b2bCollaborationInbound": "B2B collaboration inbound",
        "b2bCollaborationOutbound": "B2B collaboration outbound",
        "b2bDirectConnectInbound": "direct connect inbound",
        "b2bDirectConnectOutbound": "direct connect outbound",
        "tenantRestrictions": "tenant restrictions",
        "m365CollaborationInbound": "M365 collaboration inbound",
        "m365CollaborationOutbound": "M365 collaboration outbound",
        "appServiceConnectInbound": "App Service connect inbound",
    }
    return f"{words[name]}, {'applications' if half == 'applications' else 'users'}"

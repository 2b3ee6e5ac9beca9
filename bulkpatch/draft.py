"""Wishes + live → what would be sent to a partner, whoever it is. Pure.

A sheet mostly asks the same of many tenants that are alike: what has been worked out for one is taken for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bulkpatch import rules
from bulkpatch.merge import Wishes, differences, merge, outgoing, touched
from bulkpatch.model import (
    Absent,
    Endpoint,
    Inherit,
    Json,
    Live,
    Patch,
    Settings,
    Severity,
    TenantId,
    Unread,
    Unreadable,
)
from bulkpatch.rules import CONSUMER_TENANT, Finding
from bulkpatch.schema import PROPERTIES, Property, misfit, prune, same

REMEMBERED = 4096
"""Drafts kept for rows to come; more is a sheet in which every row is different."""
_NAMES = frozenset(prop.name for prop in PROPERTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would be sent, and what speaks against it by the path to blame."""

    patches: tuple[Patch, ...] = ()
    """For the tenant that was asked about first; see `for_tenant`."""
    findings: tuple[Finding, ...] = ()

    def for_tenant(self, tenant: TenantId) -> Iterable[Patch]:
        """Address the patches to *tenant*."""
        for patch in self.patches:
            body = {"tenantId": tenant, **patch.body} if patch.method == "POST" else patch.body
            yield Patch(
                tenant=tenant, endpoint=patch.endpoint, method=patch.method, body=body, differences=patch.differences,
                before=patch.before,
            )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Drafts:
    """Makes drafts, each kind once; with *force*, settings that are already so are sent as well."""

    force: bool = False
    _known: dict[str, Draft] = field(default_factory=dict)

    def of(self, wishes: Wishes, live: Live) -> Draft:
        """Work out what *wishes* mean for a partner that is *live*; neither part of it is unreadable."""
        key = _key(wishes, live)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self._made(wishes, live)
        return self._known[key]

    def _made(self, wishes: Wishes, live: Live) -> Draft:
        before = _by_root(live)
        wanted = merge(before, wishes)
        findings = tuple(_findings(live.tenant, touched(wishes), before, wanted))
        if any(finding.severity is Severity.ERROR for finding in findings):
            return Draft(findings=findings)
        patches = [self._patch(endpoint, wishes, live, before, wanted) for endpoint in Endpoint]
        return Draft(findings=findings, patches=tuple(patch for patch in patches if patch))

    def _patch(
        self, endpoint: Endpoint, wishes: Wishes, live: Live, before: Settings, wanted: Settings
    ) -> Patch | None:
        held = live.partner if endpoint is Endpoint.PARTNER else live.sync
        due = [p for p in touched(wishes) if p.endpoint is endpoint and self._is_due(p, before, wanted)]
        if isinstance(held, Absent):
            return _creation(endpoint, due, wanted)
        raw: Settings = held if isinstance(held, Mapping) else {}
        body = {p.name: outgoing(p, raw.get(p.name), wanted[p.root]) for p in due}
        was = {p.name: before.get(p.root) for p in due}
        return _addressed_to_nobody(endpoint, "PATCH", body, due, before, wanted, was) if body else None

    def _is_due(self, prop: Property, before: Settings, wanted: Settings) -> bool:
        return self.force or not same(prop.node, before.get(prop.root), wanted[prop.root])


def _creation(endpoint: Endpoint, due: list[Property], wanted: Settings) -> Patch | None:
    body = {p.name: outgoing(p, None, wanted[p.root]) for p in due}
    body = {name: value for name, value in body.items() if value is not None and not _says_nothing(value)}
    if endpoint is Endpoint.PARTNER:  # a partner may be created bare, a policy has to say something
        return _addressed_to_nobody(endpoint, "POST", body, due, {}, wanted, None)
    return _addressed_to_nobody(endpoint, "PUT", body, due, {}, wanted, None) if body else None


def _addressed_to_nobody(
    endpoint: Endpoint,
    method: str,
    body: Settings,
    due: list[Property],
    before: Settings,
    wanted: Settings,
    was: Settings | None,
) -> Patch:
    changed = tuple(d for p in due for d in differences(p, before.get(p.root), wanted[p.root]))
    return Patch(
        tenant=TenantId(""), endpoint=endpoint, method=method, body=body, differences=changed, before=was
    )  # fmt: skip


def _says_nothing(value: Json) -> bool:
    return isinstance(value, Mapping) and all(member is None for member in value.values())


def _findings(tenant: TenantId, props: tuple[Property, ...], before: Settings, wanted: Settings) -> Iterable[Finding]:
    for prop in props:
        if wrong := misfit(prop.node, wanted[prop.root], prop.root):
            yield Finding(
                path=prop.root,
                severity=Severity.ERROR,
                what=f"live holds something that cannot be kept beside the new value: {wrong}.",
                hint="Set the whole property in this row.",
            )
    roots = {prop.root for prop in props}
    for finding in rules.check(tenant, {**before, **wanted}):
        if finding.path.split(".", maxsplit=1)[0] in roots:
            yield finding


def _by_root(live: Live) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for prop in PROPERTIES:
        source = live.partner if prop.endpoint is Endpoint.PARTNER else live.sync
        if isinstance(source, Mapping):
            found[prop.root] = prune(prop.node, source.get(prop.name))
    return found


def _key(wishes: Wishes, live: Live) -> str:
    """All that a draft depends on; `repr` tells 1 from true, and a text from a word of ours."""
    asked = [(path, "inherit" if isinstance(wish, Inherit) else [wish.json]) for path, wish in wishes.items()]
    alone = live.tenant == CONSUMER_TENANT  # the one tenant with rules of its own
    return repr((alone, asked, _shown(live.partner), _shown(live.sync)))


def _shown(part: Settings | Absent | Unread | Unreadable) -> object:
    return {n: part[n] for n in part if n in _NAMES} if isinstance(part, Mapping) else type(part).__name__

"""Changes + live → plan: the fewest writes that make live what the sheet wants. Pure.

A plan made right after it was carried out is empty. What live shows and the sheet cannot express refuses the tenant
rather than narrowing or widening it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bulkpatch import rules
from bulkpatch.merge import differences, merge, outgoing, touched
from bulkpatch.model import (
    Absent,
    Change,
    Endpoint,
    Fate,
    GraphError,
    Json,
    Live,
    Patch,
    Plan,
    Problem,
    Settings,
    Sheet,
    Step,
    TenantId,
    Unreadable,
)
from bulkpatch.schema import PROPERTIES, Property, misfit, prune, same


def make_plan(
    changes: Iterable[Change],
    live: Mapping[TenantId, Live],
    *,
    sheet: Sheet,
    create_missing: bool = False,
    force: bool = False,
) -> Plan:
    """Turn what the sheet wants and what is live into writes, one step per tenant, in the sheet's order.

    With *force*, settings that are already so are sent as well. *sheet* only lends its addresses to problems.
    """
    planner = _Planner(sheet=sheet, create_missing=create_missing, force=force)
    drafts = [planner.step(change, live[change.tenant]) for change in changes]
    return Plan(
        steps=tuple(step for step, _ in drafts),
        problems=tuple(problem for _, problems in drafts for problem in problems),
    )


def needs_sync(change: Change) -> bool:
    """Whether the tenant's identitySynchronization must be read to plan *change*."""
    return any(prop.endpoint is Endpoint.SYNC for prop in touched(change.wishes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    sheet: Sheet
    create_missing: bool
    force: bool

    def step(self, change: Change, live: Live) -> tuple[Step, tuple[Problem, ...]]:
        if error := _unreadable(live):
            return _without_writes(change, Fate.UNREADABLE, error), ()
        if isinstance(live.partner, Absent) and not self.create_missing:
            return _without_writes(change, Fate.MISSING, _not_found(live.partner)), ()
        before = _by_root(live)
        wanted = merge(before, change.wishes)
        problems = tuple(self._problems(change, before, wanted))
        if any(problem.is_error for problem in problems):
            first = next(problem for problem in problems if problem.is_error)
            return _without_writes(change, Fate.REFUSED, _refusal(first)), problems
        patches = tuple(self._patches(change, live, before, wanted))
        fate = Fate.CREATE if isinstance(live.partner, Absent) else Fate.CHANGE if patches else Fate.UNCHANGED
        step = Step(tenant=change.tenant, rows=change.rows, fate=fate, patches=patches, label=change.label)
        return step, problems

    def _problems(self, change: Change, before: Settings, wanted: Settings) -> Iterable[Problem]:
        for prop in touched(change.wishes):
            if wrong := misfit(prop.node, wanted[prop.root], prop.root):
                what = f"live holds something that cannot be kept beside the new value: {wrong}."
                yield self._problem(change, prop.root, what, "Set the whole property in this row.")
        roots = {prop.root for prop in touched(change.wishes)}
        for finding in rules.check(change.tenant, {**before, **wanted}):
            if finding.path.split(".", maxsplit=1)[0] in roots:
                where = self._problem(change, finding.path, finding.what, finding.hint)
                yield _weighed(where, finding)

    def _problem(self, change: Change, path: str, what: str, hint: str) -> Problem:
        root = path.split(".", maxsplit=1)[0]
        near = [column for name, column in change.columns.items() if name.split(".", maxsplit=1)[0] == root]
        column = change.columns.get(path, near[0] if near else None)
        header = "" if column is None else self.sheet.header[column]
        return Problem(address=self.sheet.address(change.rows[0], column), header=header, what=what, hint=hint)

    def _patches(self, change: Change, live: Live, before: Settings, wanted: Settings) -> Iterable[Patch]:
        for endpoint in Endpoint:
            exists = not isinstance(live.partner if endpoint is Endpoint.PARTNER else live.sync, Absent)
            props = [p for p in touched(change.wishes) if p.endpoint is endpoint and self._is_due(p, before, wanted)]
            held = live.partner if endpoint is Endpoint.PARTNER else live.sync
            patch = _patch(change.tenant, endpoint, props, before, wanted, held if exists else None)
            if patch:
                yield patch

    def _is_due(self, prop: Property, before: Settings, wanted: Settings) -> bool:
        return self.force or not same(prop.node, before.get(prop.root), wanted[prop.root])


def _patch(
    tenant: TenantId, endpoint: Endpoint, props: list[Property], before: Settings, wanted: Settings, held: Json
) -> Patch | None:
    """*held* is the resource as Graph shows it, more than we know included; None when there is none."""
    exists = held is not None
    raw: Settings = held if isinstance(held, Mapping) else {}
    body = {p.name: outgoing(p, raw.get(p.name), wanted[p.root]) for p in props}
    if not exists:
        body = {name: value for name, value in body.items() if value is not None and not _says_nothing(value)}
        if endpoint is Endpoint.PARTNER:
            body = {"tenantId": tenant, **body}
        elif not body:
            return None
    if not body:
        return None
    return Patch(
        tenant=tenant,
        endpoint=endpoint,
        method="PATCH" if exists else "POST" if endpoint is Endpoint.PARTNER else "PUT",
        body=body,
        differences=tuple(d for p in props for d in differences(p, before.get(p.root), wanted[p.root])),
        before={p.name: before.get(p.root) for p in props} if exists else None,
    )


def _says_nothing(value: Json) -> bool:
    return isinstance(value, Mapping) and all(member is None for member in value.values())


def _by_root(live: Live) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for prop in PROPERTIES:
        source = live.partner if prop.endpoint is Endpoint.PARTNER else live.sync
        if isinstance(source, Mapping):
            found[prop.root] = prune(prop.node, source.get(prop.name))
    return found


def _unreadable(live: Live) -> GraphError | None:
    return next((part.error for part in (live.partner, live.sync) if isinstance(part, Unreadable)), None)


def _not_found(partner: Absent) -> GraphError:
    seen = partner.error
    return GraphError(
        code="PartnerNotFound",
        message="There is no partner configuration for this tenant. Add --create-missing to create it.",
        http_status=seen.http_status if seen else None,
        request_id=seen.request_id if seen else "",
        client_request_id=seen.client_request_id if seen else "",
    )


def _refusal(problem: Problem) -> GraphError:
    return GraphError(code="InvalidRow", message=str(problem))


def _weighed(problem: Problem, finding: rules.Finding) -> Problem:
    return replace(problem, severity=finding.severity)


def _without_writes(change: Change, fate: Fate, error: GraphError) -> Step:
    return Step(tenant=change.tenant, rows=change.rows, fate=fate, error=error, label=change.label)

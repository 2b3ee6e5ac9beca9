"""Changes + live → plan: the fewest writes that make live what the sheet wants. Pure.

A plan made right after it was carried out is empty. What live shows and the sheet cannot express refuses the tenant
rather than narrowing or widening it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bulkpatch.draft import Drafts
from bulkpatch.merge import touched
from bulkpatch.model import (
    Absent,
    Change,
    Endpoint,
    Fate,
    GraphError,
    Live,
    Plan,
    Problem,
    Sheet,
    Step,
    TenantId,
    Unreadable,
)
from bulkpatch.rules import Finding


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
    planner = _Planner(sheet=sheet, create_missing=create_missing, drafts=Drafts(force=force))
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
    drafts: Drafts

    def step(self, change: Change, live: Live) -> tuple[Step, tuple[Problem, ...]]:
        if error := _unreadable(live):
            return _without_writes(change, Fate.UNREADABLE, error), ()
        if isinstance(live.partner, Absent) and not self.create_missing:
            return _without_writes(change, Fate.MISSING, _not_found(live.partner)), ()
        draft = self.drafts.of(change.wishes, live)
        problems = tuple(self._problem(change, finding) for finding in draft.findings)
        if first := next((problem for problem in problems if problem.is_error), None):
            return _without_writes(change, Fate.REFUSED, _refusal(first)), problems
        patches = tuple(draft.for_tenant(change.tenant))
        fate = Fate.CREATE if isinstance(live.partner, Absent) else Fate.CHANGE if patches else Fate.UNCHANGED
        step = Step(tenant=change.tenant, rows=change.rows, fate=fate, patches=patches, label=change.label)
        return step, problems

    def _problem(self, change: Change, finding: Finding) -> Problem:
        root = finding.path.split(".", maxsplit=1)[0]
        near = [column for name, column in change.columns.items() if name.split(".", maxsplit=1)[0] == root]
        column = change.columns.get(finding.path, near[0] if near else None)
        header = "" if column is None else self.sheet.header[column]
        address = self.sheet.address(change.rows[0], column)
        return Problem(
            address=address, header=header, what=finding.what, hint=finding.hint, severity=finding.severity
        )  # fmt: skip


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


def _without_writes(change: Change, fate: Fate, error: GraphError) -> Step:
    return Step(tenant=change.tenant, rows=change.rows, fate=fate, error=error, label=change.label)

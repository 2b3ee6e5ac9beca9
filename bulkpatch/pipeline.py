"""The story on one page: load → validate → plan → execute → report, and its shorter and longer ways.

Each mode is the same line with a stage left out or another source. Effects arrive as arguments: where the token comes
from, who confirms, who watches, what time it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch.access import judged
from bulkpatch.checking import Prepared, refuse
from bulkpatch.drift import hold_against
from bulkpatch.errors import NotPermitted, ServiceFailing
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.guard import protect
from bulkpatch.loading import load_protected
from bulkpatch.lock import only_run
from bulkpatch.model import (
    Endpoint,
    Json,
    Live,
    Plan,
    Step,
    Unreadable,
)
from bulkpatch.planning import make_plan, needs_sync
from bulkpatch.preflight import require_permission, require_role
from bulkpatch.result import report_rows
from bulkpatch.saved import SavedPlan, require_same_home
from bulkpatch.undo import Sent, undo_plan

if TYPE_CHECKING:  # who only validates does not wait for the HTTP client to load
    from bulkpatch.execute import Observer
    from bulkpatch.line import Line
    from bulkpatch.run import Run


def require_permitted(made: Plan, line: Line, *, any_role: bool) -> None:
    """Refuse a plan that whoever is signed in may not carry out, before anything of it is sent. Raises NotPermitted."""
    if made.patches:
        require_permission(line.who)
        writes_sync = any(patch.endpoint is Endpoint.SYNC for patch in made.patches)
        require_role(line.who, writes_sync=writes_sync, any_role=any_role)


async def weighed(made: Plan, prepared: Prepared, line: Line) -> Plan:
    """Say what the plan means for who may reach what, and hold it against the limits that a person has set.

    Raises ProblemsFound when it would change a protected tenant, unless those rows are left out.
    """
    options = prepared.options
    if options.protect:
        known = len(made.problems)
        made = protect(made, load_protected(Path(options.protect)), prepared.sheet)
        hit = made.problems[known:]
        if hit and not options.skip_invalid:
            raise refuse(hit, skippable=True, rows=len(hit))
    return judged(made, await line.reader.default()) if made.patches else made


async def all_live(line: Line) -> list[Live]:
    """Read every partner and its synchronization policy; raises ServiceFailing when one cannot be read."""
    tenants = dict.fromkeys(await line.reader.partners(), True)
    found = await line.reader.live(tenants)
    for one in found.values():
        unread = next((part.error for part in (one.partner, one.sync) if isinstance(part, Unreadable)), None)
        if unread:
            what = f"{one.tenant} could not be read: {unread.code}, {unread.message}"
            raise ServiceFailing(what, next_step="Try again when Graph is well.")
    return [one for _, one in sorted(found.items()) if isinstance(one.partner, Mapping)]


async def plan(prepared: Prepared, line: Line, *, on_read: Callable[[], None] = lambda: None) -> Plan:
    """Read the live partners and say what would be sent; sends no write."""
    tenants = {change.tenant: needs_sync(change) for change in prepared.changes}
    live = await line.reader.live(tenants, on_read=on_read) if tenants else {}
    options = prepared.options
    made = make_plan(
        prepared.changes, live, sheet=prepared.sheet, create_missing=options.create_missing, force=options.force
    )
    if any(problem.is_error for problem in made.problems) and not options.skip_invalid:
        raise refuse(made.problems, skippable=True, rows=len(made.problems))
    return made


async def approved(saved: SavedPlan, line: Line, *, on_read: Callable[[], None]) -> Plan:
    """Hold a plan that was approved earlier against live: what has drifted since is refused, one by one."""
    require_same_home(
        saved, home_tenant=line.home_tenant, root=line.simulates or line.endpoint.root, version=line.endpoint.version
    )
    return await held(saved.plan, line, on_read=on_read)


async def held(plan: Plan, line: Line, *, on_read: Callable[[], None]) -> Plan:
    """Hold what had been approved against live again, for a run that did not come to its end."""
    tenants = {s.tenant: any(p.endpoint is Endpoint.SYNC for p in s.patches) for s in plan.steps if s.patches}
    live = await line.reader.live(tenants, on_read=on_read) if tenants else {}
    return hold_against(plan, live)


def require_same_run(about: Mapping[str, Json], line: Line) -> None:
    """Refuse to go on with an earlier run in another tenant or cloud than it was made in; raises NotPermitted."""
    if not about:
        return
    home, root = about.get("homeTenant", ""), about.get("endpoint", {}).get("root", "")
    if home and line.home_tenant and home != line.home_tenant:
        raise NotPermitted(
            f"The earlier run was made in tenant {home}, and the token is for {line.home_tenant}.",
            next_step="Nothing was sent. Sign in to the run's tenant, or start from the sheet.",
        )
    there = GraphEndpoint(root=root) if root else line.endpoint
    if there.root != line.endpoint.root and not (there.is_loopback and line.endpoint.is_loopback):
        raise NotPermitted(
            f"The earlier run was made at {there.root}, and this is {line.endpoint.root}.",
            next_step="Nothing was sent. Use the same --cloud, or start from the sheet.",
        )


async def way_back(sent: Sequence[Sent], line: Line, *, delete_created: bool, on_read: Callable[[], None]) -> Plan:
    """Plan the undoing of what a run *sent*."""
    tenants = {one.tenant: _touches_sync(one, delete_created=delete_created) for one in sent}
    live = await line.reader.live(tenants, on_read=on_read) if tenants else {}
    return undo_plan(sent, live, delete_created=delete_created)


def _touches_sync(sent: Sent, *, delete_created: bool) -> bool:
    """Whether the way back has to know of the synchronization policy: it goes before a partner that is deleted."""
    written = any(patch.endpoint is Endpoint.SYNC for patch in sent.patches)
    return written or (delete_created and any(patch.before is None for patch in sent.patches))


async def apply(
    prepared: Prepared,
    made: Plan,
    line: Line,
    *,
    about: Mapping[str, str],
    observer: Observer,
    go_on: Callable[[int, int], bool] = lambda _wave, _of: True,
) -> Run:
    """Carry out the plan *made*, recording everything, and write the report; one run at a time per home tenant.

    Raises UsageError when the run's folder cannot be made or another run holds the home tenant.
    """
    from bulkpatch.run import Rollout

    checked, finished = prepared.checked, prepared.source.finished
    names = {step.tenant: step.name or step.label for step in made.steps}
    rows_of = partial(report_rows, prepared.sheet, checked, finished=finished, names=names)
    rollout = Rollout(
        sheet=prepared.sheet,
        options=prepared.options,
        line=line,
        observer=observer,
        rows_of=lambda outcomes: rows_of(outcomes=outcomes),
        final_already={row.row.number: row for row in rows_of(outcomes={}, only_final=True)},
        about=about,
        parents=prepared.source.parents,
        go_on=go_on,
    )
    home = line.home_tenant or line.endpoint.root
    name = f"{about['command']} of {prepared.sheet.file} (process {os.getpid()})"
    with only_run(home, name=name, allow_parallel=prepared.options.allow_parallel) as name_it:
        line.hold_back(prepared.source.resumes)
        return await replace(rollout, on_folder=name_it).carry_out(made)


def pending(made: Plan) -> tuple[Step, ...]:
    """The steps that would write."""
    return tuple(step for step in made.steps if step.patches)

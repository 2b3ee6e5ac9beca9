"""The story on one page: load → validate → plan → execute → report, and its shorter and longer ways.

Each mode is the same line with a stage left out or another source. Effects arrive as arguments: where the token comes
from, who confirms, who watches, what time it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch.access import judged
from bulkpatch.cells import BadCell, parse_domain, parse_tenant_id
from bulkpatch.config import Options
from bulkpatch.drift import hold_against
from bulkpatch.errors import NotPermitted, ProblemsFound, ServiceFailing, UsageError
from bulkpatch.graph.clouds import cloud_of
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.guard import protect
from bulkpatch.loading import load_protected
from bulkpatch.lock import only_run
from bulkpatch.model import (
    Change,
    Endpoint,
    Fate,
    Json,
    Known,
    Live,
    Named,
    Plan,
    Problem,
    Sheet,
    Step,
    TenantId,
    Unnamed,
    Unreadable,
)
from bulkpatch.planning import make_plan, needs_sync
from bulkpatch.preflight import LOOK_UP, require_permission, require_role
from bulkpatch.profiles import with_profiles
from bulkpatch.result import report_rows
from bulkpatch.saved import SavedPlan, require_same_home
from bulkpatch.source import Source, only
from bulkpatch.undo import Sent, undo_plan
from bulkpatch.validation import Checked, other_domains, validate, with_settings

if TYPE_CHECKING:  # who only validates does not wait for the HTTP client to load
    from bulkpatch.execute import Observer
    from bulkpatch.line import Line
    from bulkpatch.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A sheet that can be planned: its changes, and the rows that are left out and why."""

    source: Source
    checked: Checked
    options: Options
    raw: Source
    """As it was loaded, to be checked again when more is known."""

    @property
    def sheet(self) -> Sheet:
        """Every row of the run, finished ones of earlier runs included."""
        return self.source.sheet

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is to be planned."""
        return self.checked.changes


def check(raw: Source, options: Options, known: Known | None = None) -> Prepared:
    """Validate what *raw* still has to do; keeps going over problems, so that all are seen at once."""
    source, cloud = raw, cloud_of(options.cloud, options.graph_url)
    known = known or Known(by_domain={domain: Named(tenant=tenant) for domain, tenant in source.named.items()})
    sheet = with_settings(with_profiles(source.sheet, source.profiles, for_all=options.profile), options.settings)
    if options.tenants:
        sheet = _only_tenants(sheet, options)
    numbers = frozenset(row.number for row in sheet.rows)
    source = replace(source, sheet=sheet, finished={n: r for n, r in source.finished.items() if n in numbers})
    checked = validate(
        sheet, api_version=options.api_version, allow_bare=options.create_missing, known=known, cloud=cloud.name,
        lacks=cloud.lacks,
    )  # fmt: skip
    checked = _still_to_do(checked, frozenset(source.finished))
    return Prepared(source=_with_tenants(source, options), checked=checked, options=options, raw=raw)


def _still_to_do(checked: Checked, finished: frozenset[int]) -> Checked:
    """Leave out what is finished, but for what it contradicts: that stays a problem of the other row."""
    if not finished:
        return checked
    return replace(
        checked,
        changes=tuple(change for change in checked.changes if not finished.issuperset(change.rows)),
        problems=tuple(problem for problem in checked.problems if problem.address.row not in finished),
        advice=tuple(problem for problem in checked.advice if problem.address.row not in finished),
        wrong_rows=checked.wrong_rows - finished,
    )


async def identify(prepared: Prepared, line: Line) -> Prepared:
    """Find out who is who before anything is planned: domains, our own tenant, and with `--check-names` every name.

    Raises ProblemsFound when a row does not mean what it says, NotPermitted when nobody may be looked up.
    """
    checked, home = prepared.checked, line.home_tenant
    by_domain = await line.names.of_domains(checked.domains)
    by_domain |= {domain: Named(tenant=tenant) for domain, tenant in prepared.source.named.items()}
    ids: dict[TenantId, Named | Unnamed] = {}
    if prepared.options.check_names:
        tenants = {
            row: t for row, text in checked.tenants.items() if not isinstance(t := parse_tenant_id(text), BadCell)
        }
        ids = await line.names.of_tenants(t for row, t in tenants.items() if any(checked.names.get(row, ())))
        by_domain |= await line.names.of_domains(other_domains(checked.names, tenants, ids))
    if not by_domain and not ids and home not in checked.tenants.values():
        return prepared
    known = Known(home_tenant=home, by_domain=by_domain, by_id=ids, claimed=prepared.raw.claimed)
    return require_sound(check(prepared.raw, prepared.options, known))


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


async def names_of(tenants: Sequence[TenantId], line: Line, *, wanted: bool | None) -> dict[TenantId, str]:
    """Give the names that Entra has for *tenants*; None: only where the token may ask."""
    asks = LOOK_UP in line.who.permissions if wanted is None else wanted
    try:
        found = await line.names.of_tenants(tenants if asks else ())
    except (NotPermitted, ServiceFailing):
        if wanted:
            raise
        found = {}
    known = {**line.names.known, **found}
    return {tenant: one.display_name for tenant, one in known.items() if isinstance(one, Named)}


async def with_names(made: Plan, line: Line, *, wanted: bool | None) -> Plan:
    """Give the steps that matter the names that Entra has for their tenants."""
    names = await names_of([s.tenant for s in made.steps if s.fate is not Fate.UNCHANGED], line, wanted=wanted)
    if not names:
        return made
    return replace(made, steps=tuple(replace(s, name=names.get(s.tenant, "")) for s in made.steps))


def require_sound(prepared: Prepared) -> Prepared:
    """Refuse a sheet with errors: all of it, or with `--skip-invalid` only when the header itself is wrong.

    Raises ProblemsFound.
    """
    checked = prepared.checked
    if checked.errors and (checked.header_is_wrong or not prepared.options.skip_invalid):
        raise refuse(checked.problems, skippable=not checked.header_is_wrong, rows=len(checked.wrong_rows))
    return prepared


def refuse(problems: tuple[Problem, ...], *, skippable: bool, rows: int) -> ProblemsFound:
    """Say how many problems stand in the way, and the two ways on."""
    count = sum(problem.is_error for problem in problems)
    found = f"{count} problem{'s' if count != 1 else ''}"
    aside = f", or leave {'these rows' if rows > 1 else 'this row'} out with --skip-invalid" if skippable else ""
    return ProblemsFound(problems, what=f"{found} found; nothing was sent.", next_step=f"Correct the cells{aside}.")


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
        return await replace(rollout, on_folder=name_it).carry_out(made)


def _only_tenants(sheet: Sheet, options: Options) -> Sheet:
    wanted = {text: parse_domain(text) or parse_tenant_id(text) for text in options.tenants}
    for text, tenant in wanted.items():
        if isinstance(tenant, BadCell):
            raise UsageError(f'--tenant "{text}": {tenant.what}', next_step=tenant.hint)
    tenants = validate(sheet, api_version=options.api_version, allow_bare=True).tenants
    missing = [text for text, tenant in wanted.items() if tenant not in tenants.values()]
    if missing and tenants:
        raise UsageError(f"--tenant {missing[0]} is not in the sheet.", next_step="Check the id, or the sheet.")
    rows = tuple(row for row in sheet.rows if tenants.get(row.number) in wanted.values())
    kept = {row.number for row in rows}
    problems = tuple(p for p in sheet.problems if p.address.row is None or p.address.row in kept)
    return replace(sheet, rows=rows, problems=problems)


def _with_tenants(source: Source, options: Options) -> Source:
    """Name the tenant of finished rows that a report told of without its journal."""
    nameless = frozenset(number for number, row in source.finished.items() if not row.tenant)
    if not nameless:
        return source
    tenants = validate(only(source, nameless).sheet, api_version=options.api_version, allow_bare=True).tenants
    named = {n: replace(row, tenant=row.tenant or tenants.get(n, "")) for n, row in source.finished.items()}
    return replace(source, finished=named)


def pending(made: Plan) -> tuple[Step, ...]:
    """The steps that would write."""
    return tuple(step for step in made.steps if step.patches)

"""Where a run's rows come from: a sheet, or an earlier run's report, folder or journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bulkpatch.cells import BadCell, clean, parse_domain, parse_tenant_id
from bulkpatch.columns import is_tenant_header, normalise
from bulkpatch.errors import SheetError, UsageError
from bulkpatch.journal import FILE_NAME, read_journal
from bulkpatch.loading import load_profiles, load_sheet
from bulkpatch.model import Change, Json, Outcome, Plan, Problem, ReportRow, Row, Sheet, Status, TenantId
from bulkpatch.profiles import SHIPPED, Profile
from bulkpatch.replay import Replayed, replay
from bulkpatch.report.columns import claimed_tenants, is_report, peel
from bulkpatch.report.workbook import ALL_ROWS, FAILURES
from bulkpatch.saved import approved_plan
from bulkpatch.undo import Sent, sent_by
from bulkpatch.validation import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A sheet, and what is known of its rows from earlier runs."""

    sheet: Sheet
    finished: Mapping[int, ReportRow] = field(default_factory=dict)
    """By row number: the rows that are as the sheet wants them already, with the outcome that says so."""
    profiles: Mapping[str, Profile] = field(default_factory=lambda: SHIPPED)
    """What a `profile` column may name."""
    named: Mapping[str, TenantId] = field(default_factory=dict)
    """Domains whose tenant an approved plan or an earlier run has settled."""
    claimed: Mapping[int, str] = field(default_factory=dict)
    """By row number: the tenant id that a report gives beside a domain."""
    parents: tuple[str, ...] = ()
    """Earlier runs of the chain, oldest first."""
    about: Mapping[str, Json] = field(default_factory=dict)
    """The `run` event of the last one."""
    resumes: datetime | None = None
    """Until when Graph had asked the last one to wait."""


def from_sheet(path: Path, *, worksheet: str | None) -> Source:
    """Load a sheet; a report is a sheet as well, without the report's own columns."""
    sheet = load_sheet(path, worksheet=worksheet)
    return Source(sheet=peel(sheet)[0] if is_report(sheet.header) else sheet, profiles=load_profiles(path))


def from_run(path: Path, *, worksheet: str | None = None) -> Source:
    """Take up an earlier run from its folder, its journal, or a report that was made of it.

    A report that was edited stands as it is edited; the rows that ended well are left as they are.
    """
    if path.is_dir() or path.name == FILE_NAME:
        return _from_journal(replayed(path))
    sheet = load_sheet(path, worksheet=worksheet)
    if sheet.name == ALL_ROWS and worksheet is None:
        sheet = _agreeing(sheet, path)
    if not is_report(sheet.header):
        raise SheetError(
            f"{path} is not a report of bulkpatch: it lacks the tenantId and status columns.",
            next_step=f"Name a run's folder, or its report.csv or report.xlsx; for a sheet: bulkpatch apply {path}",
        )
    return replace(_from_report(path, *peel(sheet)), claimed=claimed_tenants(sheet))


def replayed(path: Path) -> Replayed:
    """Read the journal of the run in folder *path*."""
    journal = path if path.name == FILE_NAME else path / FILE_NAME
    return replay(read_journal(journal))


def _from_journal(run: Replayed) -> Source:
    finished = {row.row.number: row for row in run.report.rows if row.outcome.status.is_good}
    named = tenants_of_domains(run.sheet, {row.row.number: row.tenant for row in run.report.rows})
    return Source(
        sheet=run.sheet,
        finished=finished,
        named=named,
        parents=(*run.report.parents, run.report.run),
        about=run.about,
        resumes=run.resumes,
    )


def approved_steps(folder: Path) -> Plan:
    """What the run in *folder* had been approved to send; raises SheetError for what no plan of ours holds."""
    journal = folder / FILE_NAME
    try:
        return approved_plan(event for event in read_journal(journal) if event["kind"] == "step")
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        step = "Plan the sheet again and have that approved."
        raise SheetError(f"{journal} holds a step that no plan of bulkpatch holds.", next_step=step) from exc


def tenants_of_domains(sheet: Sheet, tenants: Mapping[int, str]) -> dict[str, TenantId]:
    """Pair the domains of *sheet* with the *tenants* they turned out to be, by row number."""
    column = next((i for i, name in enumerate(sheet.header) if is_tenant_header(name)), None)
    if column is None:
        return {}
    pairs = ((parse_domain(row.cells[column]), parse_tenant_id(tenants.get(row.number, ""))) for row in sheet.rows)
    return {domain: tenant for domain, tenant in pairs if domain and not isinstance(tenant, BadCell)}


def _from_report(path: Path, sheet: Sheet, statuses: Mapping[int, Status]) -> Source:
    """Take up a report. Where its journal lies beside it, a row counts as finished only while it says what was sent."""
    journal = path.parent / FILE_NAME
    run = replayed(path.parent) if journal.is_file() else None
    earlier = {row.row.first_number: row for row in run.report.rows} if run else {}
    finished: dict[int, ReportRow] = {}
    untouched: dict[int, int] = {}
    for row in sheet.rows:
        before, status = earlier.get(row.first_number), statuses.get(row.number)
        is_same = before is not None and run is not None and _cells(sheet, row) == _cells(run.sheet, before.row)
        if is_same and before is not None and before.row.number not in untouched:
            untouched[before.row.number] = row.number
        if status is None or not status.is_good:
            continue
        if before is not None and is_same and before.outcome.status is status:
            finished[row.number] = ReportRow(row=row, tenant=before.tenant, outcome=before.outcome, name=before.name)
        elif run is None:
            finished[row.number] = ReportRow(
                row=row, tenant="", outcome=Outcome(status=status, note=f"so says {path.name}")
            )
    return Source(
        sheet=replace(sheet, problems=(*sheet.problems, *_kept_problems(sheet, run, untouched))),
        finished=finished,
        parents=(*run.report.parents, run.report.run) if run else (),
        about=run.about if run else {},
        resumes=run.resumes if run else None,
    )


def _cells(sheet: Sheet, row: Row) -> dict[str, str]:
    """What a row says: its cells with text, by header."""
    return {normalise(name): clean(cell) for name, cell in zip(sheet.header, row.cells, strict=True) if clean(cell)}


def _kept_problems(sheet: Sheet, run: Replayed | None, untouched: Mapping[int, int]) -> list[Problem]:
    """What was wrong with rows that nobody has corrected since, and what their cells alone do not tell."""
    found = run.sheet.problems if run else ()
    return [
        replace(problem, address=sheet.address(untouched[row]), what=f"was refused before: {problem}",
                header="", value="", hint="Correct the row.")
        for problem in found
        if (row := problem.address.row) is not None and row in untouched
    ]  # fmt: skip


def folder_of(path: Path) -> Path:
    """The run's folder, given it or a file in it. Raises UsageError when there is no such thing."""
    if not path.exists():
        raise UsageError(f"{path} does not exist.", next_step="Check the name and the folder.")
    return path if path.is_dir() else path.parent


def sent_in(folder: Path) -> tuple[Sent, ...]:
    """What the run in *folder* sent, tenant by tenant."""
    return sent_by(read_journal(folder / FILE_NAME))


def touched_rows(run: Replayed, sent: tuple[Sent, ...]) -> tuple[Source, Checked]:
    """The rows of *run* whose tenants it wrote to, as a source whose rows wish for nothing."""
    changes = tuple(Change(tenant=one.tenant, rows=one.rows, wishes={}) for one in sent)
    tenants = {row: change.tenant for change in changes for row in change.rows}
    source = Source(sheet=run.sheet, parents=(run.report.run,), about=run.about, resumes=run.resumes)
    checked = Checked(changes=changes, problems=(), tenants=tenants, wrong_rows=frozenset())
    return only(source, frozenset(tenants)), checked


def _agreeing(sheet: Sheet, path: Path) -> Sheet:
    """Refuse rows that were corrected on one worksheet of a report and not on the other."""
    try:
        failures = load_sheet(path, worksheet=FAILURES)
    except SheetError:  # there is none, or it has no rows
        return sheet
    if failures.header != sheet.header or "row" not in sheet.header:
        return sheet
    known = sheet.header.index("row")
    copies = {row.cells[known]: row for row in failures.rows}
    problems = [
        Problem(
            address=sheet.address(row.number, index),
            header=sheet.header[index],
            value=cell,
            what=f'is "{cell}" here and "{copy.cells[index]}" at {failures.address(copy.number, index)}.',
            hint=f'Make both the same, or rerun only that worksheet: --sheet "{FAILURES}".',
        )
        for row in sheet.rows
        if (copy := copies.get(row.cells[known])) is not None
        for index, cell in enumerate(row.cells)
        if cell != copy.cells[index]
    ]
    return replace(sheet, problems=(*sheet.problems, *problems))


def only(source: Source, numbers: frozenset[int]) -> Source:
    """Leave the rows with *numbers*."""
    kept = tuple(row for row in source.sheet.rows if row.number in numbers)
    problems = tuple(p for p in source.sheet.problems if p.address.row is None or p.address.row in numbers)
    return replace(source, sheet=replace(source.sheet, rows=kept, problems=problems))

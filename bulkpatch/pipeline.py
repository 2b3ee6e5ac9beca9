"""The story on one page: load → validate → plan → execute → report, and its shorter and longer ways.

Each mode is the same line with a stage left out or another source. Effects arrive as arguments: where the token comes
from, who confirms, who watches, what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bulkpatch.cells import BadCell, parse_tenant_id
from bulkpatch.config import Options, read_max_failures
from bulkpatch.errors import ProblemsFound, UsageError
from bulkpatch.execute import Limit, Observer, execute
from bulkpatch.journal import FILE_NAME, Journal
from bulkpatch.line import Line
from bulkpatch.model import Change, Plan, Problem, Report, ReportRow, Sheet, Step, Traffic
from bulkpatch.plan import make_plan, needs_sync
from bulkpatch.record import Recorder
from bulkpatch.result import exit_code, report_rows
from bulkpatch.run_folder import make_folder, utc_stamp, write_reports
from bulkpatch.source import Source, only
from bulkpatch.validate import Checked, validate, with_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A sheet that can be planned: its changes, and the rows that are left out and why."""

    source: Source
    checked: Checked
    options: Options

    @property
    def sheet(self) -> Sheet:
        """Every row of the run, finished ones of earlier runs included."""
        return self.source.sheet

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is to be planned."""
        return self.checked.changes


def check(source: Source, options: Options) -> Prepared:
    """Validate what *source* still has to do; keeps going over problems, so that all are seen at once."""
    sheet = with_settings(source.sheet, options.settings)
    if options.tenants:
        sheet = _only_tenants(sheet, options)
    numbers = frozenset(row.number for row in sheet.rows)
    source = replace(source, sheet=sheet, finished={n: r for n, r in source.finished.items() if n in numbers})
    todo = only(source, numbers - frozenset(source.finished)).sheet
    checked = validate(todo, api_version=options.api_version, allow_bare=options.create_missing)
    return Prepared(source=_with_tenants(source, options), checked=checked, options=options)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run: its report and where it lies."""

    report: Report
    folder: Path


async def apply(prepared: Prepared, made: Plan, line: Line, *, command: str, observer: Observer) -> Run:
    """Carry out the plan *made*, recording everything, and write the report.

    Raises UsageError when the run's folder cannot be made, before anything is sent.
    """
    options, sheet = prepared.options, prepared.sheet
    limit = Limit(failures=read_max_failures(options.max_failures, of=len(pending(made))))
    began, started = line.clock(), line.today()
    folder = make_folder(Path(options.report_dir), started, sheet)
    journal = Journal(folder / FILE_NAME)
    try:
        recorder = Recorder(journal, line.halt, now=lambda: utc_stamp(line.today()))
        about = _about(prepared, line, run=folder.name, command=command, started=utc_stamp(started))
        recorder.opening(sheet, _final_already(prepared), **about)
        recorder.plan(made)
        outcomes = await execute(
            made.steps,
            courier=line.courier,
            writer=line.writer(recorder, create_missing=options.create_missing),
            ledger=recorder,
            workers=options.concurrency,
            limit=limit,
            observer=observer,
            clock=line.clock,
        )
        rows = report_rows(sheet, prepared.checked, outcomes, finished=prepared.source.finished)
        report = _report(prepared, line, rows, about, seconds=line.clock() - began)
        recorder.end(stopped=report.stopped, exit_code=report.exit_code, traffic=report.traffic)
    finally:
        journal.close()
    write_reports(report, folder)
    return Run(report=report, folder=folder)


def _report(
    prepared: Prepared, line: Line, rows: tuple[ReportRow, ...], about: Mapping[str, object], *, seconds: float
) -> Report:
    counts = line.courier.counts
    return Report(
        run=str(about["run"]),
        started=str(about["started"]),
        sheet_file=prepared.sheet.file,
        sheet_name=prepared.sheet.name,
        sheet_digest=prepared.sheet.digest,
        header=prepared.sheet.header,
        rows=rows,
        traffic=Traffic(
            reads=counts.reads,
            writes=counts.writes,
            throttled=counts.throttled,
            retries=counts.faults,
            seconds=round(seconds, 3),
        ),
        options=prepared.options.as_json(),
        stopped=line.halt.reason,
        exit_code=int(exit_code(rows, line.halt)),
        parents=prepared.source.parents,
    )


def _about(prepared: Prepared, line: Line, *, run: str, command: str, started: str) -> dict[str, object]:
    return {
        "run": run,
        "command": command,
        "started": started,
        "options": prepared.options.as_json(),
        "endpoint": {"root": line.endpoint.root, "version": line.endpoint.version},
        "homeTenant": line.home_tenant,
        "versions": line.versions,
        "parents": prepared.source.parents,
    }


def _final_already(prepared: Prepared) -> dict[int, ReportRow]:
    invalid = report_rows(prepared.sheet, prepared.checked, {}, finished=prepared.source.finished, only_final=True)
    return {row.row.number: row for row in invalid}


def _only_tenants(sheet: Sheet, options: Options) -> Sheet:
    wanted = {text: parse_tenant_id(text) for text in options.tenants}
    for text, tenant in wanted.items():
        if isinstance(tenant, BadCell):
            raise UsageError(f'--tenant "{text}": {tenant.what}', next_step=tenant.hint)
    tenants = validate(sheet, api_version=options.api_version, allow_bare=True).tenants
    missing = [text for text, tenant in wanted.items() if tenant not in tenants.values()]
    if missing and tenants:
        raise UsageError(f"--tenant {missing[0]} is not in the sheet.", next_step="Check the id, or the sheet.")
    return replace(sheet, rows=tuple(row for row in sheet.rows if tenants.get(row.number) in wanted.values()))


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

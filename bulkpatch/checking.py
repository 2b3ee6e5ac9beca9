"""A source → what can be planned of it, or all of its problems at once. Reads no clock and no network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bulkpatch.cells import BadCell, parse_domain, parse_tenant_id
from bulkpatch.config import Options
from bulkpatch.errors import ProblemsFound, UsageError
from bulkpatch.graph.clouds import cloud_of
from bulkpatch.model import Change, Known, Named, Problem, Sheet
from bulkpatch.profiles import with_profiles
from bulkpatch.source import Source, only
from bulkpatch.validation import Checked, validate, with_settings


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

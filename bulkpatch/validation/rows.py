"""Sheet → changes and problems. Pure: no network, no file, every finding at once.

A row with an error never becomes a change. A finding about the header concerns every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bulkpatch import rules
from bulkpatch.cells import BadCell, clean, parse, parse_domain
from bulkpatch.columns import Column
from bulkpatch.merge import merge
from bulkpatch.model import Change, Inherit, Known, Problem, Row, Settings, Severity, Sheet, TenantId, Value
from bulkpatch.validation.header import Header, read_header
from bulkpatch.validation.identity import disagreement, is_unresolved, misgivings, tenant_of
from bulkpatch.validation.repeats import join_repeats

Wishes = dict[str, Inherit | Value]
_NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the sheet asks for, and what is wrong with it."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()
    """Warnings that follow from the sheet alone; the plan, which knows live, gives better ones."""
    tenants: Mapping[int, str]
    """By row number: the normalised tenant id, or the cell's text where it is none."""
    wrong_rows: frozenset[int]
    """Rows with an error of their own: with `--skip-invalid` the others can still be sent."""
    domains: frozenset[str] = frozenset()
    """Domains whose tenant nobody has looked up yet: their changes stand under the domain and cannot be planned."""
    names: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """By row number: the name and the domain that the sheet gives beside the tenant."""
    header_is_wrong: bool = False
    """Then no row can be trusted, and nothing can be skipped."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep rows from being sent."""
        return tuple(problem for problem in self.problems if problem.is_error)


def validate(
    sheet: Sheet,
    *,
    api_version: str = "v1.0",
    allow_bare: bool = False,
    known: Known = _NOTHING_KNOWN,
    cloud: str = "",
    lacks: Sequence[str] = (),
) -> Checked:
    """Read every cell of *sheet* and say what it asks for.

    With *allow_bare*, a sheet that sets nothing is fine: its tenants are only to exist. *cloud* lacks the properties
    in *lacks*. What is not *known* yet, such as the tenant behind a domain, is left open: see `Checked.domains`.
    """
    header = read_header(sheet, api_version=api_version, allow_bare=allow_bare, cloud=cloud, lacks=lacks)
    if header.tenant is None:
        return Checked(changes=(), problems=(*sheet.problems, *header.problems), tenants={},
                       wrong_rows=frozenset(), header_is_wrong=True)  # fmt: skip
    spoilt = {p.address.row for p in sheet.problems if p.is_error}
    unread = {p.address for p in sheet.problems if p.is_error}
    overlap = _overlap([column.path for column in header.settings.values()])
    reader = _RowReader(sheet=sheet, header=header, tenant_column=header.tenant, known=known, overlap=overlap)
    readings = [reader.read(row) for row in sheet.rows]
    sound = [r.change for r in readings if r.change and r.row not in spoilt]
    changes, repeats = join_repeats(sheet, sound)
    problems = [*sheet.problems, *(p for r in readings for p in r.problems if p.address not in unread), *repeats]
    changes_by_domain = [c for c in changes if is_unresolved(c.tenant)]
    problems += [_by_domain(sheet, header, changes_by_domain)] if changes_by_domain else []
    wrong = frozenset(p.address.row for p in problems if p.is_error and p.address.row is not None)
    return Checked(
        changes=tuple(change for change in changes if not wrong.intersection(change.rows)),
        problems=(*header.problems, *sorted(problems, key=_place)),
        advice=tuple(finding for r in readings for finding in r.advice),
        tenants={reading.row: reading.tenant for reading in readings},
        domains=frozenset(c.tenant for c in changes_by_domain),
        names=reader.names() if header.label is not None or header.domain is not None else {},
        wrong_rows=wrong,
        header_is_wrong=any(p.is_error for p in header.problems) or any(_is_general(p) for p in sheet.problems),
    )


def _overlap(paths: Sequence[str]) -> bool:
    known = frozenset(paths)
    parts = [path.split(".") for path in paths]
    return len(known) < len(paths) or any(".".join(p[:end]) in known for p in parts for end in range(1, len(p)))


def _by_domain(sheet: Sheet, header: Header, changes: Sequence[Change]) -> Problem:
    first, more = changes[0], len(changes) - 1
    others = f", and so are {more} more" if more > 1 else ", and so is one more" if more else ""
    return Problem(
        severity=Severity.NOTE,
        address=sheet.address(first.rows[0], header.tenant),
        header="" if header.tenant is None else sheet.header[header.tenant],
        what=f"{first.tenant} is a domain{others}: Entra is asked for the tenant before anything is planned.",
    )


def _is_general(problem: Problem) -> bool:
    return problem.is_error and problem.address.row is None


def _place(problem: Problem) -> tuple[int, int]:
    return problem.address.row or 0, -1 if problem.address.column is None else problem.address.column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    row: int
    tenant: str
    change: Change | None
    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowReader:
    """Reads rows under one header; equal texts are parsed once, equal settings are checked once."""

    sheet: Sheet
    header: Header
    tenant_column: int
    known: Known
    overlap: bool
    """Whether two columns speak of the same setting: a whole object, and a member of it."""
    parsed: dict[tuple[int, str], Mapping[str, Inherit | Value] | BadCell] = field(default_factory=dict)
    checked: dict[tuple[str, ...], tuple[rules.Finding, ...]] = field(default_factory=dict)

    def read(self, row: Row) -> _Reading:
        text = row.cells[self.tenant_column]
        tenant = tenant_of(text, self.known)
        wishes, columns, problems = self._wishes(row)
        if isinstance(tenant, BadCell):
            problems.insert(0, self._problem(row, self.tenant_column, tenant.what, tenant.hint))
            return _Reading(row=row.number, tenant=clean(text), change=None, problems=tuple(problems))
        problems += self._misgivings(row, text, tenant)
        if problems:
            return _Reading(row=row.number, tenant=tenant, change=None, problems=tuple(problems))
        findings = list(self._findings(row, tenant, wishes, columns))
        errors = tuple(finding for finding in findings if finding.is_error)
        change = Change(
            tenant=tenant,
            rows=(row.number,),
            wishes=wishes,
            columns=columns,
            label=self._label(row) or self._domain(text),
        )
        return _Reading(
            row=row.number,
            tenant=tenant,
            change=None if errors else change,
            problems=errors,
            advice=tuple(finding for finding in findings if not finding.is_error),
        )

    def _label(self, row: Row) -> str:
        return "" if self.header.label is None else clean(row.cells[self.header.label])

    @staticmethod
    def _domain(text: str) -> str:
        return clean(text) if parse_domain(text) else ""

    def _misgivings(self, row: Row, text: str, tenant: TenantId) -> Iterator[Problem]:
        for bad in misgivings(row, text, tenant, self.known):
            yield self._problem(row, self.tenant_column, bad.what, bad.hint)
        found = disagreement(tenant, *self._named(row), self.known)
        if found:
            where = {"name": self.header.label, "domain": self.header.domain}.get(found[0], self.tenant_column)
            yield self._problem(row, where, found[1].what, found[1].hint)

    def names(self) -> dict[int, tuple[str, str]]:
        """By row: the name and the domain beside the tenant, "" where there is none."""
        return {row.number: self._named(row) for row in self.sheet.rows}

    def _named(self, row: Row) -> tuple[str, str]:
        domain = "" if self.header.domain is None else clean(row.cells[self.header.domain])
        return self._label(row), domain

    def _wishes(self, row: Row) -> tuple[Wishes, dict[str, int], list[Problem]]:
        wishes: Wishes = {}
        columns: dict[str, int] = {}
        problems: list[Problem] = []
        for index, column in self.header.settings.items():
            found = self._parse(index, column, row.cells[index])
            if isinstance(found, BadCell):
                problems.append(self._problem(row, index, found.what, found.hint))
                continue
            for below, wish in found.items():
                path = f"{column.path}.{below}" if below else column.path
                if self.overlap and (clash := self._clash(row, index, path, wish, wishes, columns)):
                    problems.append(clash)
                wishes[path], columns[path] = wish, index
        return wishes, columns, problems

    def _parse(self, index: int, column: Column, text: str) -> Mapping[str, Inherit | Value] | BadCell:
        key = (index, text)
        if key not in self.parsed:
            self.parsed[key] = parse(column.node, text)
        return self.parsed[key]

    def _clash(
        self, row: Row, index: int, path: str, wish: Inherit | Value, wishes: Wishes, columns: Mapping[str, int]
    ) -> Problem | None:
        for other, earlier in wishes.items():
            overlaps = other == path or other.startswith(path + ".") or path.startswith(other + ".")
            if overlaps and not (other == path and earlier == wish):
                cell = self.sheet.address(row.number, columns[other])
                return self._problem(
                    row, index, f"says something else of {path} than {cell} does.", "Keep one of them."
                )
        return None

    def _findings(self, row: Row, tenant: TenantId, wishes: Wishes, columns: Mapping[str, int]) -> Iterator[Problem]:
        for finding in self._check(row, tenant, wishes):
            index = columns.get(finding.path, _nearest(finding.path, columns))
            yield self._problem(row, index, finding.what, finding.hint, severity=finding.severity)
        for path, wish in wishes.items():
            if isinstance(wish, Inherit) and path.split(".")[0].endswith("SyncInbound"):
                what = "synchronization has no tenant default to inherit; what Graph makes of null is not documented."
                yield self._problem(row, columns[path], what, "Write false to stop it.", severity=Severity.WARNING)

    def _check(self, row: Row, tenant: TenantId, wishes: Wishes) -> tuple[rules.Finding, ...]:
        if tenant == rules.CONSUMER_TENANT:
            return tuple(rules.check(tenant, wanted_alone(wishes)))
        texts = tuple(row.cells[index] for index in self.header.settings)
        if texts not in self.checked:
            self.checked[texts] = tuple(rules.check(tenant, wanted_alone(wishes)))
        return self.checked[texts]

    def _problem(
        self, row: Row, column: int | None, what: str, hint: str, *, severity: Severity = Severity.ERROR
    ) -> Problem:
        known = column is not None and column < len(row.cells)
        return Problem(
            severity=severity,
            address=self.sheet.address(row.number, column),
            header=self.sheet.header[column] if known and column is not None else "",
            value=row.cells[column] if known and column is not None else "",
            what=what,
            hint=hint,
        )


def _nearest(path: str, columns: Mapping[str, int]) -> int | None:
    """The cell to blame for a rule about *path* when the row says it through another column."""
    root = path.split(".", maxsplit=1)[0]
    return next((index for other, index in columns.items() if other.split(".", maxsplit=1)[0] == root), None)


def wanted_alone(wishes: Mapping[str, Inherit | Value]) -> Settings:
    """Put wishes together as if nothing were live: what the sheet alone says."""
    return merge({}, wishes)

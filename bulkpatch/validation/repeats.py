"""The same tenant on several rows: rows that agree become one change, rows that contradict are refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from bulkpatch.model import Change, Problem, Severity, Sheet, TenantId

Cells = Mapping[int, tuple[str, ...]]


def join_repeats(sheet: Sheet, changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Problem, ...]]:
    """Join changes of one tenant; keep the order in which tenants first appear."""
    by_tenant: dict[TenantId, list[Change]] = {}
    cells = {row.number: row.cells for row in sheet.rows}
    for change in changes:
        by_tenant.setdefault(change.tenant, []).append(change)
    joined: list[Change] = []
    problems: list[Problem] = []
    for group in by_tenant.values():
        found = _contradictions(sheet, group, cells) if len(group) > 1 else ()
        problems.extend(found or _notes(sheet, group))
        joined.append(_join(group))
    return tuple(joined), tuple(problems)


def _contradictions(sheet: Sheet, group: Sequence[Change], cells: Cells) -> tuple[Problem, ...]:
    problems = []
    for earlier, later in combinations(group, 2):
        for path in earlier.wishes:
            if other := _contradicted(path, earlier, later):
                problems.append(_conflict(sheet, later, other, earlier, path, cells))
                problems.append(_conflict(sheet, earlier, path, later, other, cells))
    named = {problem.address.row for problem in problems}
    others = [_among(sheet, change) for change in group if problems and change.rows[0] not in named]
    return tuple(dict.fromkeys([*problems, *others]))


def _among(sheet: Sheet, change: Change) -> Problem:
    what = "the same tenant stands on rows that contradict each other."
    return Problem(address=sheet.address(change.rows[0]), what=what, hint="Settle those first.")


def _contradicted(path: str, earlier: Change, later: Change) -> str:
    for other in later.wishes:
        overlaps = other == path or other.startswith(path + ".") or path.startswith(other + ".")
        if overlaps and not (other == path and later.wishes[other] == earlier.wishes[path]):
            return other
    return ""


def _conflict(sheet: Sheet, blamed: Change, path: str, against: Change, other: str, cells: Cells) -> Problem:
    row, column = blamed.rows[0], blamed.columns[path]
    cell = sheet.address(against.rows[0], against.columns[other])
    return Problem(
        address=sheet.address(row, column),
        header=sheet.header[column],
        value=cells[row][column],
        what=f'the same tenant has "{cells[against.rows[0]][against.columns[other]]}" at {cell}.',
        hint="Make both cells say the same, or keep one row.",
    )


def _notes(sheet: Sheet, group: Sequence[Change]) -> list[Problem]:
    first = group[0]
    return [
        Problem(
            severity=Severity.NOTE,
            address=sheet.address(change.rows[0]),
            what=f"the same tenant as row {first.rows[0]}, and nothing that contradicts it: sent once for both.",
        )
        for change in group[1:]
    ]


def _join(group: Sequence[Change]) -> Change:
    whole = group[0]
    for change in group[1:]:
        whole = replace(
            whole,
            rows=(*whole.rows, *change.rows),
            wishes={**change.wishes, **whole.wishes},
            columns={**change.columns, **whole.columns},
            label=whole.label or change.label,
        )
    return whole

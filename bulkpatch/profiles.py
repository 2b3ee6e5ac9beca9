"""Profiles: named presets that a row takes over, cell by cell, where it says nothing itself. Pure.

A profile becomes cells, not a side channel: the plan shows it expanded, and the report carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bulkpatch.cells import BadCell, clean, parse
from bulkpatch.columns import Column, find_column, is_tenant_header, normalise, suggestion, why_read_only
from bulkpatch.errors import UsageError
from bulkpatch.model import Problem, Row, Sheet

HEADER = "profile"
EXPANDED = " (expanded)"
"""Stands behind the header once the profile's cells stand in the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A preset: what each of its columns is set to, as cells say it."""

    name: str
    cells: Mapping[str, str]
    """By Graph path."""
    source: str
    """Where it comes from, for people."""


def read_profile(name: str, settings: Mapping[str, object], source: str) -> Profile:
    """Check a profile as a person wrote it; raises UsageError when a column or a value is wrong."""
    cells: dict[str, str] = {}
    for path, value in settings.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        column = find_column(path)
        if column is None or is_tenant_header(path):
            raise _not_a_setting(name, path, source)
        wish = parse(column.node, text)
        if isinstance(wish, BadCell):
            raise UsageError(f'{source}, profile "{name}": {column.path}: {wish.what}', next_step=wish.hint)
        if clean(text):
            cells[column.path] = text
    return Profile(name=name, cells=cells, source=source)


def _not_a_setting(name: str, path: str, source: str) -> UsageError:
    why = f" It cannot be set: {why_read_only(path)}." if why_read_only(path) else ""
    near = f" Did you mean {suggestion(path)}?" if suggestion(path) and not why else ""
    return UsageError(
        f'{source}, profile "{name}": "{path}" is not a setting.{why}{near}',
        next_step="`bulkpatch columns` lists them.",
    )


def is_profile_header(header: str) -> bool:
    """Whether the column under *header* names the row's preset, before or after it was taken over."""
    return normalise(header.removesuffix(EXPANDED)) == HEADER


_ALL_USERS, _ALL_APPS = "AllUsers", "AllApplications"

SHIPPED: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="trust-mfa",
            cells={"inboundTrust.isMfaAccepted": "true"},
            source='shipped; Microsoft\'s "Update crossTenantAccessPolicyConfigurationPartner", example 1',
        ),
        Profile(
            name="full-sync",
            cells={
                "automaticUserConsentSettings.inboundAllowed": "true",
                "userSyncInbound.isSyncAllowed": "true",
            },
            source='shipped; Microsoft\'s "Configure cross-tenant synchronization", target tenant',
        ),
        Profile(
            name="block-all",
            cells={
                f"{name}.{half}": text
                for name in ("b2bCollaborationInbound", "b2bCollaborationOutbound", "b2bDirectConnectInbound",
                             "b2bDirectConnectOutbound")
                for half, text in (
                    ("usersAndGroups.accessType", "blocked"), ("usersAndGroups.targets", _ALL_USERS),
                    ("applications.accessType", "blocked"), ("applications.targets", _ALL_APPS),
                )
            },
            source='shipped; the "block" bodies of Microsoft\'s "Cross-tenant access settings API overview"',
        ),
    )
}  # fmt: skip
"""Profiles that come with bulkpatch."""


def with_profiles(sheet: Sheet, known: Mapping[str, Profile], *, for_all: str = "") -> Sheet:
    """Fill the blank cells of each row from the profile that its `profile` column names, or from *for_all*.

    An unknown name in a cell is a problem; in *for_all* it raises UsageError.
    """
    column = next((i for i, name in enumerate(sheet.header) if normalise(name) == HEADER), None)
    if for_all and _find(for_all, known) is None:
        raise UsageError(f'--profile "{for_all}" is not a profile.{_near(for_all, known)}', next_step=_all(known))
    if column is None and not for_all:
        return sheet
    chosen = [_chosen(sheet, row, column, for_all, known) for row in sheet.rows]
    paths = dict.fromkeys(path for one in chosen if isinstance(one, Profile) for path in one.cells)
    sheet, places = _with_columns(sheet, list(paths))
    rows = tuple(_filled(row, sheet.header, one, places) for row, one in zip(sheet.rows, chosen, strict=True))
    problems = tuple(one for one in chosen if isinstance(one, Problem))
    # A report carries the cells; its profile column must not be taken up a second time.
    header = tuple(name + EXPANDED if i == column and not problems else name for i, name in enumerate(sheet.header))
    return replace(sheet, header=header, rows=rows, problems=(*sheet.problems, *problems))


def _find(name: str, known: Mapping[str, Profile]) -> Profile | None:
    return next((profile for key, profile in known.items() if normalise(key) == normalise(name)), None)


def _chosen(
    sheet: Sheet, row: Row, column: int | None, for_all: str, known: Mapping[str, Profile]
) -> Profile | Problem | None:
    named = clean(row.cells[column]) if column is not None else ""
    if not named:
        return _find(for_all, known) if for_all else None
    found = _find(named, known)
    if found is not None:
        return found
    return Problem(
        address=sheet.address(row.number, column),
        header="" if column is None else sheet.header[column],
        value=named,
        what=f'"{named}" is not a profile.{_near(named, known)}',
        hint=_all(known),
    )


def _near(name: str, known: Mapping[str, Profile]) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _all(known: Mapping[str, Profile]) -> str:
    return f"There are {', '.join(sorted(known))}."


def _with_columns(sheet: Sheet, paths: Sequence[str]) -> tuple[Sheet, dict[str, int]]:
    columns: dict[str, Column] = {path: column for path in paths if (column := find_column(path))}
    places = {
        path: next((i for i, name in enumerate(sheet.header) if find_column(name) is column), None)
        for path, column in columns.items()
    }
    new = [path for path, place in places.items() if place is None]
    first = len(sheet.header)
    found = {path: place for path, place in places.items() if place is not None}
    found |= {path: first + n for n, path in enumerate(new)}
    at = (*sheet.columns, *range(max(sheet.columns) + 1, max(sheet.columns) + 1 + len(new))) if sheet.columns else ()
    rows = tuple(replace(row, cells=(*row.cells, *[""] * len(new))) for row in sheet.rows)
    return replace(sheet, header=(*sheet.header, *new), rows=rows, columns=at), found


def _filled(row: Row, header: Sequence[str], profile: Profile | Problem | None, places: Mapping[str, int]) -> Row:
    if not isinstance(profile, Profile):
        return row
    cells = list(row.cells)
    own = [column.path for name, cell in zip(header, cells, strict=True)
           if clean(cell) and (column := find_column(name))]  # fmt: skip
    for path, text in profile.cells.items():
        if not any(path == said or path.startswith(f"{said}.") or said.startswith(f"{path}.") for said in own):
            cells[places[path]] = text
    return replace(row, cells=tuple(cells))

"""What each column of the sheet is: tenant, name, setting, or the person's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkpatch.cells import clean
from bulkpatch.columns import (
    Column,
    find_column,
    is_domain_header,
    is_label_header,
    is_tenant_header,
    suggestion,
    why_read_only,
)
from bulkpatch.model import Problem, Severity, Sheet
from bulkpatch.schema import BETA_ONLY

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The sheet's columns by what they are for, 0-based."""

    tenant: int | None = None
    label: int | None = None
    domain: int | None = None
    settings: Mapping[int, Column] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_header(
    sheet: Sheet, *, api_version: str, allow_bare: bool, cloud: str = "", lacks: Sequence[str] = ()
) -> Header:
    """Name every column of *sheet*; what cannot be sent, or looks misspelt, is a problem."""
    tenants = [i for i, name in enumerate(sheet.header) if is_tenant_header(name)]
    settings = {i: c for i, name in enumerate(sheet.header) if i not in tenants and (c := find_column(name))}
    problems = [
        *_tenant_problems(sheet, tenants),
        *_twice(sheet, settings),
        *_version_problems(sheet, settings, api_version),
        *_cloud_problems(sheet, settings, api_version, cloud, lacks),
        *_strangers(sheet, tenants, settings),
    ]
    if not settings and not allow_bare and not problems:
        problems.append(_nothing_to_set(sheet))
    return Header(
        tenant=tenants[0] if len(tenants) == 1 else None,
        label=next((i for i, name in enumerate(sheet.header) if is_label_header(name)), None),
        domain=next((i for i, name in enumerate(sheet.header) if is_domain_header(name)), None),
        settings=settings,
        problems=tuple(problems),
    )


def _tenant_problems(sheet: Sheet, tenants: list[int]) -> list[Problem]:
    if len(tenants) == 1:
        return []
    if tenants:
        cells = " and ".join(str(sheet.address(sheet.header_row, i)) for i in tenants)
        what = f"two columns hold tenant ids: {cells}."
        return [_at(sheet, tenants[1], what, "Keep one of them.")]
    near = [name for name in sheet.header if is_tenant_header(suggestion(name)) and not is_label_header(name)]
    hint = f'Rename "{near[0]}" to tenantId.' if near else "Head the column of partner tenant ids with tenantId."
    return [_at(sheet, None, f"there is no tenantId column among {', '.join(_shown(sheet))}.", hint)]


def _shown(sheet: Sheet) -> list[str]:
    names = [f'"{name}"' for name in sheet.header if name]
    return names[:8] + ([f"{len(names) - 8} more"] if len(names) > 8 else [])


def _twice(sheet: Sheet, settings: Mapping[int, Column]) -> list[Problem]:
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for index, column in settings.items():
        if (earlier := first.setdefault(column.path, index)) != index:
            cell = sheet.address(sheet.header_row, earlier)
            problems.append(_at(sheet, index, f"means {column.path}, which {cell} means already.", "Keep one of them."))
    return problems


def _version_problems(sheet: Sheet, settings: Mapping[int, Column], api_version: str) -> list[Problem]:
    return [
        _at(sheet, index, f"{column.path} is not in {api_version} of Graph.", _version_hint(column))
        for index, column in settings.items()
        if api_version not in column.prop.versions and _is_used(sheet, index)
    ]


def _cloud_problems(
    sheet: Sheet, settings: Mapping[int, Column], api_version: str, cloud: str, lacks: Sequence[str]
) -> list[Problem]:
    # Only v1.0 metadata of the other clouds is published where we could read it: of beta nothing is known for certain.
    severity = Severity.ERROR if api_version == "v1.0" else Severity.WARNING
    what = f"Graph's published v1.0 metadata for --cloud {cloud} does not have {{}}."
    return [
        _at(sheet, index, what.format(column.prop.name), "Empty the column for this cloud.", severity)
        for index, column in settings.items()
        if column.prop.name in lacks and _is_used(sheet, index)
    ]


def _version_hint(column: Column) -> str:
    return "Add --api-version beta, or empty the column." if column.prop.versions == BETA_ONLY else "Empty the column."


def _strangers(sheet: Sheet, tenants: list[int], settings: Mapping[int, Column]) -> list[Problem]:
    problems = []
    for index, name in enumerate(sheet.header):
        if index in tenants or index in settings or not name:
            continue
        if turned := _OVERRIDES.intersection(name):
            what = f"holds the invisible U+{ord(min(turned)):04X}, so that it reads otherwise than it is shown."
            problems.append(_at(sheet, index, what, "Write the header anew by hand."))
        elif why := why_read_only(name):
            if _is_used(sheet, index):
                problems.append(_at(sheet, index, f"cannot be set: {why}.", "Empty the column or take it out."))
        elif meant := "" if is_label_header(name) else suggestion(name):
            hint = f"Write {meant}, or rename the column if it is a note of your own."
            problems.append(_at(sheet, index, "is not a setting, but looks like one.", hint))
    return problems


def _is_used(sheet: Sheet, index: int) -> bool:
    return any(clean(row.cells[index]) for row in sheet.rows)


def _nothing_to_set(sheet: Sheet) -> Problem:
    hint = "Add a column such as inboundTrust.isMfaAccepted, or --set PATH=VALUE; `bulkpatch columns` lists them."
    return _at(sheet, None, "no column is a setting, so there is nothing to send.", hint)


def _at(sheet: Sheet, index: int | None, what: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    header = "" if index is None else sheet.header[index]
    return Problem(
        severity=severity, address=sheet.address(sheet.header_row, index), header=header, value=header, what=what,
        hint=hint,
    )  # fmt: skip

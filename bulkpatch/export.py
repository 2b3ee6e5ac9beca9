"""Live partners → a sheet that asks for exactly what is live. Pure.

A cell is written only when reading it back gives the same value; what single columns cannot say becomes JSON for the
whole property, and what even that cannot say is shown in a column of its own that is never sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bulkpatch import rules
from bulkpatch.cells import BadCell, parse, render
from bulkpatch.columns import BY_PATH, CATALOGUE, TENANT_HEADER, Column
from bulkpatch.merge import merge
from bulkpatch.model import Absent, Endpoint, Inherit, Json, Live, TenantId, Value
from bulkpatch.schema import PROPERTIES, Property, prune, same

NAME_HEADER = "Partner"
KEPT_HEADER = "Not expressible (never sent)"
"""Heads what is live and no column can say, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A sheet made of live partners."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: Mapping[TenantId, tuple[str, ...]] = field(default_factory=dict)
    """By tenant: the properties that no column can express."""


def export(
    live: Sequence[Live],
    *,
    names: Mapping[TenantId, str],
    version: str,
    writable: Callable[[str], bool] = lambda _: True,
    every_column: bool = False,
) -> Exported:
    """Write *live* as a sheet, one row per partner, its columns those that any partner uses; when none uses any, all.

    *writable* says whether the file can hold a text as it is.
    """
    cells = [_cells(one, version, writable) for one in live]
    used = {path for row, _ in cells for path, text in row.items() if text != "inherit"}
    if every_column or not used:  # a sheet without a setting could not be planned
        used |= {column.path for column in CATALOGUE if column.is_leaf and version in column.prop.versions}
    columns = [column for column in CATALOGUE if column.path in used]
    named, kept = any(names.get(one.tenant) for one in live), any(raw for _, raw in cells)
    header = (TENANT_HEADER, *([NAME_HEADER] if named else []), *(c.path for c in columns),
              *([KEPT_HEADER] if kept else []))  # fmt: skip
    rows = [
        (one.tenant, *([names.get(one.tenant, "")] if named else []), *_row(row, columns),
         *([_kept(raw)] if kept else []))
        for one, (row, raw) in zip(live, cells, strict=True)
    ]  # fmt: skip
    left_out = {one.tenant: tuple(raw) for one, (_, raw) in zip(live, cells, strict=True) if raw}
    return Exported(header=header, rows=tuple(rows), left_out=left_out)


def _row(cells: Mapping[str, str], columns: Sequence[Column]) -> list[str]:
    return [cells.get(column.path, "") for column in columns]


def _kept(raw: Mapping[str, Json]) -> str:
    return json.dumps(raw, ensure_ascii=False, sort_keys=True) if raw else ""


def _cells(live: Live, version: str, writable: Callable[[str], bool]) -> tuple[dict[str, str], dict[str, Json]]:
    """The cells of one partner by path, and the properties that none can express."""
    cells: dict[str, str] = {}
    raw: dict[str, Json] = {}
    for prop in PROPERTIES:
        held = live.partner if prop.endpoint is Endpoint.PARTNER else live.sync
        if version not in prop.versions or not isinstance(held, Mapping):
            continue
        value = prune(prop.node, held.get(prop.name))
        found = _said(prop, value, writable)
        if found is None or _is_contradictory(live.tenant, prop, value):
            raw[prop.root] = held.get(prop.name)
        else:
            cells.update(found)
    return cells, raw


def _said(prop: Property, value: Json, writable: Callable[[str], bool]) -> dict[str, str] | None:
    """The cells that say *value*: single columns, or JSON for the whole; None when neither does."""
    leaves = {c.path: render(c.node, _at(value, prop, c)) for c in CATALOGUE if c.prop is prop and c.is_leaf}
    whole = {prop.root: render(prop.node, value)}
    for cells in (leaves, whole):
        if all(writable(text) for text in cells.values()) and _reads_back(prop, value, cells):
            return cells
    return None


def _at(value: Json, prop: Property, column: Column) -> Json:
    for name in column.path[len(prop.root) + 1 :].split(".") if column.path != prop.root else []:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _reads_back(prop: Property, value: Json, cells: Mapping[str, str]) -> bool:
    wishes: dict[str, Inherit | Value] = {}
    for path, text in cells.items():
        found = parse(BY_PATH[path].node, text)
        if isinstance(found, BadCell):
            return False
        wishes |= {f"{path}.{below}" if below else path: wish for below, wish in found.items()}
    # Laid over nothing, so that the sheet says all of it, and not only what is live already.
    return bool(wishes) and same(prop.node, merge({}, wishes)[prop.root], value)


def _is_contradictory(tenant: TenantId, prop: Property, value: Json) -> bool:
    return any(finding.severity == "error" for finding in rules.check(tenant, {prop.root: value}))


def is_there(live: Live) -> bool:
    """Whether the partner exists and could be read."""
    return isinstance(live.partner, Mapping) and not isinstance(live.partner, Absent)

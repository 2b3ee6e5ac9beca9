"""A plan on disk: exactly what was approved, bound to the sheet, the home tenant and the cloud it was made for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from bulkpatch.cells import parse_tenant_id
from bulkpatch.config import Options, from_json
from bulkpatch.errors import NotPermitted, SheetError, UsageError
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.model import (
    Difference,
    Endpoint,
    Fate,
    GraphError,
    Json,
    Patch,
    Plan,
    Row,
    Sheet,
    Step,
    TenantId,
    printable_json,
)
from bulkpatch.report.fresh import write_lines
from bulkpatch.schema import PROPERTIES

MARK = "bulkpatch plan"
FORMAT = 1
_METHODS = frozenset({"PATCH", "PUT", "POST"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan as it was approved, and what it is bound to."""

    sheet: Sheet
    plan: Plan
    options: Options
    home_tenant: str
    """Empty when the token did not say."""
    endpoint: GraphEndpoint


def save(path: Path, saved: SavedPlan) -> None:
    """Write *saved*; raises UsageError when the file cannot be written."""
    _refuse_to_overwrite(path)
    sheet = saved.sheet
    content = {
        "what": MARK,
        "format": FORMAT,
        "homeTenant": saved.home_tenant,
        "endpoint": {"root": saved.endpoint.root, "version": saved.endpoint.version},
        "options": saved.options.as_json(),
        "sheet": {
            "file": sheet.file,
            "path": str(Path(sheet.file).resolve()),
            "name": sheet.name,
            "digest": sheet.digest,
            "headerRow": sheet.header_row,
        },
        "header": sheet.header,
        "rows": [{"row": row.number, "origin": row.origin, "cells": row.cells} for row in sheet.rows],
        "steps": [asdict(step) for step in saved.plan.steps],
    }
    try:
        write_lines(path, map(printable_json, json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(content)))
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}.", next_step="Choose another --save.") from exc


def _refuse_to_overwrite(path: Path) -> None:
    if path.suffix.lower() != ".json":
        raise UsageError(f"{path} does not end with .json.", next_step="Example: --save plan.json")
    if path.exists() and not _is_ours(path):
        raise UsageError(f"{path} is there already, and is no plan.", next_step="Choose another --save.")


def _is_ours(path: Path) -> bool:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("what") == MARK


def is_saved_plan(path: Path) -> bool:
    """Whether *path* looks like a plan file rather than a sheet."""
    return path.suffix.lower() == ".json" and path.is_file()


def load(path: Path) -> SavedPlan:
    """Read a plan file; raises SheetError when it is none, UsageError when its sheet has changed since."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["what"] != MARK or content["format"] != FORMAT:
            raise KeyError(MARK)
        saved = _read(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise SheetError(
            f"{path} is not a plan of bulkpatch.", next_step="Make one: bulkpatch plan SHEET --save PLAN.json"
        ) from exc
    _refuse_changed_sheet(path, saved.sheet, Path(content["sheet"].get("path", saved.sheet.file)))
    return saved


def _read(content: Json) -> SavedPlan:
    sheet = content["sheet"]
    return SavedPlan(
        sheet=Sheet(
            file=sheet["file"],
            name=sheet["name"],
            digest=sheet["digest"],
            header_row=sheet["headerRow"],
            header=tuple(content["header"]),
            rows=tuple(Row(number=r["row"], origin=r["origin"], cells=tuple(r["cells"])) for r in content["rows"]),
        ),
        plan=Plan(steps=tuple(_step(step) for step in content["steps"])),
        options=from_json(content["options"]),
        home_tenant=content["homeTenant"],
        endpoint=GraphEndpoint(root=content["endpoint"]["root"], version=content["endpoint"]["version"]),
    )


def _step(step: Json) -> Step:
    tenant = _tenant(step["tenant"])
    return Step(
        tenant=tenant,
        rows=tuple(step["rows"]),
        fate=Fate(step["fate"]),
        patches=tuple(_patch(patch, tenant) for patch in step["patches"]),
        error=GraphError(**step["error"]) if step["error"] else None,
        label=step["label"],
        note=step["note"],
    )


def approved_plan(steps: Iterable[Json]) -> Plan:
    """The plan that a journal holds, step by step; what was refused in it stays refused."""
    return Plan(steps=tuple(_step({"label": "", "note": "", **step}) for step in steps))


def _tenant(text: Json) -> TenantId:
    tenant = parse_tenant_id(str(text))
    if not isinstance(tenant, str):
        raise TypeError(tenant)
    return tenant


def _patch(patch: Json, tenant: TenantId) -> Patch:
    """Read a write; raises ValueError for one that no plan of ours makes: another tenant, method or property."""
    endpoint, method, body = Endpoint(patch["endpoint"]), patch["method"], patch["body"]
    known = {prop.name for prop in PROPERTIES if prop.endpoint is endpoint}
    created = {"tenantId": tenant} if method == "POST" else {}
    if method not in _METHODS or patch["tenant"] != tenant or not known.issuperset(set(body) - {"tenantId"}):
        raise ValueError(method)
    if {name: value for name, value in body.items() if name == "tenantId"} != created:
        raise ValueError(tenant)
    return Patch(
        tenant=tenant,
        endpoint=endpoint,
        method=method,
        body=body,
        differences=tuple(Difference(**difference) for difference in patch["differences"]),
        before=patch["before"],
    )


def _refuse_changed_sheet(path: Path, sheet: Sheet, absolute: Path) -> None:
    file = absolute if absolute.is_file() else Path(sheet.file)
    if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != sheet.digest:
        raise UsageError(
            f"{sheet.file} has changed since {path} was made of it; nothing was sent.",
            next_step="Plan again and have it approved, or put the sheet back.",
        )


def require_same_home(saved: SavedPlan, *, home_tenant: str, root: str, version: str) -> None:
    """Refuse a plan that was made for another tenant, cloud or version of Graph; raises NotPermitted."""
    if version != saved.endpoint.version:
        raise NotPermitted(
            f"The plan was made for {saved.endpoint.version} of Graph, and this is {version}.",
            next_step="Nothing was sent. Leave --api-version out, or plan again.",
        )
    if root != saved.endpoint.root:
        raise NotPermitted(
            f"The plan was made for {saved.endpoint.root}, and this is {root}.",
            next_step="Nothing was sent. Plan again.",
        )
    if saved.home_tenant and home_tenant and home_tenant != saved.home_tenant:
        raise NotPermitted(
            f"The plan was made in tenant {saved.home_tenant}, and the token is for {home_tenant}.",
            next_step="Nothing was sent. Sign in to the plan's tenant.",
        )

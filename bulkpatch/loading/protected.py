"""A file of tenants that must not change: a bare list of ids, or any sheet with a tenantId column."""

from __future__ import annotations

from pathlib import Path

from bulkpatch.cells import BadCell, clean, parse_tenant_id
from bulkpatch.columns import is_tenant_header
from bulkpatch.errors import SheetError, UsageError
from bulkpatch.loading.sheet import load_sheet
from bulkpatch.model import TenantId


def load_protected(path: Path) -> frozenset[TenantId]:
    """Read every tenant id in *path*; raises UsageError when a line is none: nothing is protected by half."""
    listed = _bare_list(path) if path.suffix.lower() in {".txt", ".csv", ".lst", ""} else None
    if listed is None:
        listed = _column(path)
    if not listed:
        raise UsageError(f"--protect {path} names no tenant.", next_step="Put tenant ids in it, one per line.")
    return frozenset(_tenant(path, place, text) for place, text in listed)


def _bare_list(path: Path) -> list[tuple[str, str]] | None:
    """The lines of a list without header, `#` beginning a comment; None when the first line is no tenant id."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise UsageError(f"--protect {path} is not there.", next_step="Check the path.") from None
    except (OSError, ValueError):
        return None
    told = [(f"line {number}", line.split("#", 1)[0].strip()) for number, line in enumerate(lines, start=1)]
    told = [(place, text) for place, text in told if text]
    if told and path.suffix.lower() == ".csv" and isinstance(parse_tenant_id(told[0][1]), BadCell):
        return None
    return told


def _column(path: Path) -> list[tuple[str, str]]:
    try:
        sheet = load_sheet(path)
    except SheetError as exc:
        raise UsageError(f"--protect: {exc.what}", next_step=exc.next_step) from exc
    column = next((i for i, name in enumerate(sheet.header) if is_tenant_header(name)), None)
    if column is None:
        raise UsageError(f"--protect {path} has no tenantId column.", next_step="Add it, or list ids one per line.")
    return [(str(sheet.address(row.number, column)), row.cells[column]) for row in sheet.rows]


def _tenant(path: Path, place: str, text: str) -> TenantId:
    tenant = parse_tenant_id(text)
    if isinstance(tenant, BadCell):
        what = f'--protect {path}, {place}: "{clean(text)}" is not a tenant id'
        raise UsageError(f"{what}; nothing was sent.", next_step="Write the tenant's id, a GUID.")
    return tenant

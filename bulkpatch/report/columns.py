"""The report as a sheet: its own columns before the sheet's, and back to the sheet as it was. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bulkpatch.cells import clean, parse_domain, parse_guid
from bulkpatch.columns import is_tenant_header
from bulkpatch.model import Outcome, Problem, ReportRow, Row, Sheet, Status, column_letter
from bulkpatch.report.defuse import restore
from bulkpatch.report.wording import show_changes, without_controls

REPORT_COLUMNS = (
    "tenantId",
    "status",
    "httpStatus",
    "errorCode",
    "errorMessage",
    "attempts",
    "requestId",
    "clientRequestId",
    "row",
    "changes",
    "outcomeNote",
    "tenantName",
)
"""What stands before the sheet's own columns, in this order."""

_MARK = " (sheet)"
_OURS = re.compile(rf"\s*(?:{'|'.join(REPORT_COLUMNS)})\s*(?:{re.escape(_MARK)})*\s*", re.IGNORECASE)
_STATUSES: Mapping[str, Status] = {status.value: status for status in Status}


def report_header(sheet_header: Sequence[str]) -> tuple[str, ...]:
    """Give the report's header: our columns, then the sheet's; a name of ours gets ` (sheet)` so that all differ."""
    ours = _own_tenant(sheet_header)
    return REPORT_COLUMNS + tuple(_marked(name) for i, name in enumerate(sheet_header) if i != ours)


def report_cells(report_row: ReportRow, sheet_header: Sequence[str]) -> tuple[str, ...]:
    """Give one row of the report as plain text, not yet defused, as wide as `report_header`."""
    ours = _own_tenant(sheet_header)
    cells = report_row.row.cells
    tenant = report_row.tenant or ("" if ours is None else cells[ours])
    return (
        tenant,
        *_told(report_row),
        *(cell for i, cell in enumerate(cells) if i != ours),
    )


def http_status(outcome: Outcome) -> int | None:
    """Give the HTTP status that decided *outcome*: of the last write, or of the read that failed before it."""
    if outcome.http_status is not None or outcome.error is None:
        return outcome.http_status
    return outcome.error.http_status


def is_report(header: Sequence[str]) -> bool:
    """Whether *header* is a report's: tenantId, status and three more of ours; people delete columns in Excel."""
    found = set(REPORT_COLUMNS) & {clean(name) for name in header}
    return {"tenantId", "status"} <= found and len(found) >= 5


def peel(sheet: Sheet) -> tuple[Sheet, dict[int, Status]]:
    """Give the sheet as it was before the report was made of it, and the status by row number where one is told.

    Cells keep the address they have in the report. A sheet that is no report comes back as it is.
    """
    if not is_report(sheet.header):
        return sheet, {}
    ours = _positions(sheet.header)
    tenant = ours.pop("tenantId")
    other = next((i for i, name in enumerate(sheet.header) if i != tenant and is_tenant_header(name)), None)
    left_out = {*ours.values(), *([] if other is None else [tenant])}
    kept = [i for i in range(len(sheet.header)) if i not in left_out]
    before = replace(
        sheet,
        header=tuple(_unmarked(restore(sheet.header[i])) for i in kept),
        rows=tuple(_row_before(row, kept, ours.get("row")) for row in sheet.rows),
        columns=tuple(sheet.columns[i] if sheet.columns else i for i in kept),
        problems=(*sheet.problems, *_disagreements(sheet, tenant, other)),
    )
    told = {row.number: clean(row.cells[ours["status"]]).lower() for row in sheet.rows}
    return before, {number: _STATUSES[word] for number, word in told.items() if word in _STATUSES}


def claimed_tenants(sheet: Sheet) -> dict[int, str]:
    """By row number: the tenant id of the report, where the sheet's own column names the tenant by its domain."""
    tenant = _positions(sheet.header).get("tenantId")
    other = next((i for i, name in enumerate(sheet.header) if i != tenant and is_tenant_header(name)), None)
    if tenant is None or other is None:
        return {}
    told = {row.number: parse_guid(row.cells[tenant]) for row in sheet.rows if parse_domain(row.cells[other])}
    return {number: guid for number, guid in told.items() if guid}


def _own_tenant(sheet_header: Sequence[str]) -> int | None:
    return next((i for i, name in enumerate(sheet_header) if clean(name).lower() == "tenantid"), None)


def _marked(name: str) -> str:
    return name + _MARK if _OURS.fullmatch(name) else name


def _unmarked(name: str) -> str:
    return name.removesuffix(_MARK) if _OURS.fullmatch(name) else name


def _told(report_row: ReportRow) -> tuple[str, ...]:
    outcome = report_row.outcome
    error, status = outcome.error, http_status(outcome)
    return (
        outcome.status.value,
        "" if status is None else str(status),
        without_controls(error.code) if error else "",
        without_controls(error.message) if error else "",
        str(outcome.attempts),
        outcome.request_id or (error.request_id if error else ""),
        outcome.client_request_id or (error.client_request_id if error else ""),
        str(report_row.row.first_number),
        show_changes(outcome),
        without_controls(outcome.note),
        without_controls(report_row.name),
    )


def _positions(header: Sequence[str]) -> dict[str, int]:
    """Where our columns stand; of two with one name the first is ours."""
    names = [clean(name) for name in header]
    return {name: names.index(name) for name in REPORT_COLUMNS if name in names}


def _row_before(row: Row, kept: Sequence[int], origin: int | None) -> Row:
    number = "" if origin is None else clean(row.cells[origin])
    known = number.isascii() and number.isdecimal() and len(number) < 10
    return replace(row, cells=tuple(restore(row.cells[i]) for i in kept), origin=int(number) if known else row.origin)


def _disagreements(sheet: Sheet, tenant: int, other: int | None) -> list[Problem]:
    if other is None:
        return []
    name, hint = sheet.header[other], f"Correct both, or delete column {column_letter(tenant)}."
    return [
        Problem(
            address=sheet.address(row.number, other),
            header=name,
            value=row.cells[other],
            what=f'tenantId says "{row.cells[tenant]}", but the column "{name}" says "{row.cells[other]}".',
            hint=hint,
        )
        for row in sheet.rows
        if row.cells[tenant]
        and not parse_domain(row.cells[other])
        and _same_form(row.cells[tenant]) != _same_form(row.cells[other])
    ]


def _same_form(text: str) -> str:
    return parse_guid(text) or clean(restore(text)).lower()

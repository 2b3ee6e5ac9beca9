"""The rows of the report page: as cells of a plain table, and as one compact JSON text for the page's script. Pure.

The script reads `{"columns": […], "texts": […], "rows": [[…], …]}`: what repeats from row to row (changes, messages,
codes, notes) stands once in `texts`, and rows name it by its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bulkpatch.model import Json, Outcome, Report, ReportRow
from bulkpatch.report.columns import http_status, report_cells
from bulkpatch.report.wording import show_value, visible

_NOT_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""Nothing in the JSON text can end or open an element: `</script>` and `<!--` lose their first character."""

COLUMNS = (
    "row", "tenant", "name", "status", "changes", "http", "code", "message", "note", "attempts", "request", "client",
)  # fmt: skip
"""What stands in a row of the JSON text, in this order."""

_SHARED = frozenset({"changes", "code", "message", "note"})

Setting = tuple[str, str, str]
"""Path, before, after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One tenant as the page shows it: texts in which nothing is hidden, not yet escaped for HTML."""

    row: int
    tenant: str
    name: str
    status: str
    changes: tuple[Setting, ...]
    http: int | None
    code: str
    message: str
    note: str
    attempts: int
    request: str
    client: str


def page_row(told: ReportRow, header: tuple[str, ...]) -> PageRow:
    """Put one row into the words of the page; *header* is the sheet's."""
    outcome, error = told.outcome, told.outcome.error
    return PageRow(
        row=told.row.first_number,
        tenant=visible(told.tenant or report_cells(told, header)[0]),
        name=visible(told.name),
        status=outcome.status.value,
        changes=_changes(outcome),
        http=http_status(outcome),
        code=visible(error.code) if error else "",
        message=visible(error.message.strip(), keep="\n") if error else "",
        note=visible(outcome.note),
        attempts=outcome.attempts,
        request=visible(outcome.request_id or (error.request_id if error else "")),
        client=visible(outcome.client_request_id or (error.client_request_id if error else "")),
    )


def page_rows(report: Report, rows: Iterable[ReportRow]) -> Iterator[PageRow]:
    """Put *rows* of *report* into the words of the page."""
    return (page_row(row, report.header) for row in rows)


def island(report: Report) -> Iterator[str]:
    """Give every row as JSON, piece by piece, to stand in a `<script type="application/json">`."""
    texts: dict[Json, int] = {}
    yield f'{{"columns":{_json(COLUMNS)},\n"rows":['
    for index, row in enumerate(page_rows(report, report.rows)):
        cells = [_cell(row, name, texts) for name in COLUMNS]
        yield (",\n" if index else "\n") + _json(cells)
    yield f'],\n"texts":{_json(list(texts))}}}'


def _cell(row: PageRow, name: str, texts: dict[Json, int]) -> Json:
    value = getattr(row, name)
    return texts.setdefault(value, len(texts)) if name in _SHARED else value


def _changes(outcome: Outcome) -> tuple[Setting, ...]:
    created = [("partner created", "", "")] if outcome.created else []
    return (*created, *((visible(d.path), _value(d.before), _value(d.after)) for d in outcome.applied))


def _value(value: Json) -> str:
    return visible(show_value(value))


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_NOT_IN_SCRIPT)

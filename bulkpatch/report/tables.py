"""The report as CSV and as JSON, row by row: 50,000 rows need no more memory than one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from bulkpatch.model import GraphError, Json, Report, ReportRow, printable_json
from bulkpatch.report.columns import http_status, report_cells, report_header
from bulkpatch.report.defuse import defuse
from bulkpatch.report.fresh import write_lines
from bulkpatch.report.wording import unique_names

_QUOTED = frozenset('",;\t\r\n')


def write_csv(report: Report, path: Path) -> None:
    """Write *report* as a sheet that can be edited and rerun: UTF-8, commas, formulas defused."""
    write_lines(path, _csv_lines(report))


def write_json(report: Report, path: Path) -> None:
    """Write *report* for machines: one object, its rows one a line."""
    write_lines(path, _json_lines(report))


def _csv_lines(report: Report) -> Iterator[str]:
    yield _csv_line(report_header(report.header))
    for row in report.rows:
        yield _csv_line(report_cells(row, report.header))


def _csv_line(cells: Sequence[str]) -> str:
    # Not csv.writer: it leaves a lone carriage return unquoted, and readers take that for the end of the row.
    return ",".join(map(_csv_cell, cells)) + "\n"


def _csv_cell(text: str) -> str:
    text = defuse(text)
    return '"' + text.replace('"', '""') + '"' if not _QUOTED.isdisjoint(text) else text


def _json_lines(report: Report) -> Iterator[str]:
    names = unique_names(report.header)
    yield "{\n"
    for name, value in _about(report).items():
        yield f"  {_json(name)}: {_json(value)},\n"
    yield '  "rows": ['
    for index, row in enumerate(report.rows):
        yield (",\n    " if index else "\n    ") + _json(_json_row(row, names))
    yield "\n  ]\n}\n"


def _json(value: Json) -> str:
    return printable_json(json.dumps(value, ensure_ascii=False, default=str))


def _about(report: Report) -> dict[str, Json]:
    traffic = report.traffic
    return {
        "run": report.run,
        "started": report.started,
        "sheet": {"file": report.sheet_file, "name": report.sheet_name, "sha256": report.sheet_digest},
        "counts": {status.value: count for status, count in report.counts.items()},
        "traffic": {
            "reads": traffic.reads,
            "writes": traffic.writes,
            "throttled": traffic.throttled,
            "retries": traffic.retries,
            "seconds": traffic.seconds,
        },
        "options": dict(report.options),
        "stopped": report.stopped,
        "exitCode": report.exit_code,
        "parents": list(report.parents),
    }


def _json_row(row: ReportRow, names: Sequence[str]) -> dict[str, Json]:
    outcome = row.outcome
    return {
        "row": row.row.first_number,
        "tenantId": row.tenant,
        "tenantName": row.name,
        "status": outcome.status.value,
        "httpStatus": http_status(outcome),
        "error": _json_error(outcome.error),
        "attempts": outcome.attempts,
        "requestId": outcome.request_id or (outcome.error.request_id if outcome.error else ""),
        "clientRequestId": outcome.client_request_id or (outcome.error.client_request_id if outcome.error else ""),
        "created": outcome.created,
        "applied": [{"path": d.path, "before": d.before, "after": d.after} for d in outcome.applied],
        "note": outcome.note,
        "cells": dict(zip(names, row.row.cells, strict=True)),
    }


def _json_error(error: GraphError | None) -> Json:
    return {"code": error.code, "message": error.message} if error else None

"""The report as JUnit XML, so that a pipeline shows each tenant as a test.

`succeeded` and `unchanged` pass; `failed` and `invalid` are failures; `unknown` is an error; `not_sent` was skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.causes import advise
from bulkpatch.report.columns import http_status, report_cells
from bulkpatch.report.fresh import fresh_file
from bulkpatch.report.wording import headline, sheet_place, show_changes, visible

_ENDS: Mapping[Status, str] = {
    Status.FAILED: "failure",
    Status.INVALID: "failure",
    Status.UNKNOWN: "error",
    Status.NOT_SENT: "skipped",
}
"""The element that says how a test ended; none when it passed."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference. Control characters are written as escapes before."""


def write_junit(report: Report, path: Path) -> None:
    """Write *report* as one test suite with a test case for each row of the sheet."""
    counts = report.counts
    sums = {
        "tests": str(len(report.rows)),
        "failures": str(counts[Status.FAILED] + counts[Status.INVALID]),
        "errors": str(counts[Status.UNKNOWN]),
        "skipped": str(counts[Status.NOT_SENT]),
        "time": f"{report.traffic.seconds:.3f}",
    }
    root = Element("testsuites", {"name": "bulkpatch", **sums})
    suite = _add(root, "testsuite", name=report.run, timestamp=report.started, **sums)
    properties = _add(suite, "properties")
    for name, value in _properties(report).items():
        _add(properties, "property", name=name, value=value)
    for row in report.rows:
        _add_case(suite, row, report)
    with fresh_file(path) as file:
        ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _properties(report: Report) -> dict[str, str]:
    return {
        "verdict": headline(report),
        "sheet": sheet_place(report),
        "sha256": report.sheet_digest,
        "exitCode": str(report.exit_code),
        "stopped": report.stopped,
    }


def _add_case(suite: Element, row: ReportRow, report: Report) -> None:
    outcome = row.outcome
    tenant = row.tenant or report_cells(row, report.header)[0]
    name = " ".join(part for part in (f"row {row.row.first_number}", row.name, tenant) if part)
    case = _add(suite, "testcase", name=name, classname=report.sheet_file, time=f"{outcome.seconds:.3f}")
    if outcome.status in _ENDS:
        ended = _add(case, _ENDS[outcome.status], message=_why(row), type=_kind(row))
        ended.text = _valid(_details(row))
    elif outcome.applied or outcome.created:
        _add(case, "system-out").text = _valid(show_changes(outcome))


def _kind(row: ReportRow) -> str:
    error = row.outcome.error
    return error.code if error and error.code else row.outcome.status.value


def _why(row: ReportRow) -> str:
    error = row.outcome.error
    return error.message if error else row.outcome.note or row.outcome.status.value


def _details(row: ReportRow) -> str:
    outcome, error = row.outcome, row.outcome.error
    http = http_status(outcome)
    told = {
        "status": outcome.status.value,
        "HTTP": "" if http is None else str(http),
        "attempts": str(outcome.attempts),
        "request-id": outcome.request_id or (error.request_id if error else ""),
        "client-request-id": outcome.client_request_id or (error.client_request_id if error else ""),
        "what to do": advise(outcome.status, error.code if error else "", http),
    }
    return "\n".join(f"{name}: {value}" for name, value in told.items() if value)


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return SubElement(parent, tag, {name: _valid(value) for name, value in attributes.items()})


def _valid(text: str) -> str:
    return _NOT_XML.sub("", visible(text, keep="\n\t"))

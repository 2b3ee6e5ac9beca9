"""The report as Markdown, to be pasted into a ticket or a pull request.

What comes from outside can make no link, no mention, no picture and no HTML there, and end no table cell: every sign
that Markdown or a code forge acts on is written as a character reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bulkpatch.model import Json, Report, ReportRow
from bulkpatch.report.causes import Cause, causes
from bulkpatch.report.columns import http_status
from bulkpatch.report.command import fix_command, rerun_command
from bulkpatch.report.fresh import write_lines
from bulkpatch.report.wording import MEANING, amount, headline, sheet_place, traffic_line, visible

MOST_ROWS = 100
"""Rows that are listed one by one; of more, how many."""

_NOBODY: Mapping[str, Json] = {}
_LONGEST = 500
_ACTED_ON = re.compile(r"[&<>|`*~\[\]\\$!{}]|[@#](?=\w)|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_APART = "&#8203;"
"""A zero-width space: without it a forge still finds the mention, as it looks for them in the finished text."""


def write_markdown(report: Report, path: Path, *, about: Mapping[str, Json] = _NOBODY) -> None:
    """Write *report* for a ticket; *about* is the `run` event of its journal, as far as there is one."""
    write_lines(path, (line + "\n" for line in _lines(report, about, folder=str(path.parent))))


def escape(text: str) -> str:
    """Write *text* so that Markdown shows it and does nothing else, where it does not begin a line."""
    return _ACTED_ON.sub(lambda found: f"&#{ord(found[0])};{_APART if found[0] in '@#' else ''}", visible(text))


def _lines(report: Report, about: Mapping[str, Json], *, folder: str) -> Iterator[str]:
    yield f"# {escape(headline(report))}"
    yield ""
    yield f"Sheet {escape(sheet_place(report))}, run {escape(report.run)}: took {traffic_line(report)}."
    if report.options.get("simulate"):
        yield ""
        yield "**A rehearsal:** sent to bulkpatch's own simulator, nothing was sent to Microsoft."
    yield ""
    yield "| rows | status | meaning |"
    yield "| ---: | --- | --- |"
    for status, meaning in MEANING.items():
        yield f"| {report.counts[status]:,} | {status.value} | {meaning} |"
    found = causes(report)
    if found:
        yield from _causes(found, folder, about)
        yield from _rows(report.unfinished)
        yield from ("", "## To send again only what is not done", "")
        yield from _fenced(rerun_command(folder, about))


def _causes(found: tuple[Cause, ...], folder: str, about: Mapping[str, Json]) -> Iterator[str]:
    yield from ("", "## What to do")
    for cause in found:
        http = f", HTTP {cause.http_status}" if cause.http_status is not None else ""
        name = escape(cause.code) or cause.status.value
        yield from ("", f"### {cause.count:,} × {name} ({cause.status.value}{http})", "", cause.advice)
        if cause.message.strip():
            yield from ("", f"> “{escape(_short(cause.message.strip()))}”")
        yield ""
        yield from _fenced(fix_command(cause, folder, about))


def _rows(rows: tuple[ReportRow, ...]) -> Iterator[str]:
    yield from ("", "## Rows that did not end well", "")
    yield "| row | tenant | name | status | HTTP | error | request-id | client-request-id |"
    yield "| ---: | --- | --- | --- | ---: | --- | --- | --- |"
    for row in rows[:MOST_ROWS]:
        yield f"| {' | '.join(_cells(row))} |"
    if len(rows) > MOST_ROWS:
        rest = amount(len(rows) - MOST_ROWS, "row")
        yield from ("", f"And {rest} more; report.csv has them all.")


def _cells(row: ReportRow) -> tuple[str, ...]:
    outcome, error = row.outcome, row.outcome.error
    http = http_status(outcome)
    why = f"{error.code} {error.message}".strip() if error else outcome.note
    return (
        str(row.row.first_number),
        escape(row.tenant),
        escape(row.name),
        outcome.status.value,
        "" if http is None else str(http),
        escape(_short(why)),
        escape(outcome.request_id or (error.request_id if error else "")),
        escape(outcome.client_request_id or (error.client_request_id if error else "")),
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _fenced(command: str) -> Iterator[str]:
    command = visible(command)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", command)), 3)
    yield from (f"{fence}sh", command, fence)

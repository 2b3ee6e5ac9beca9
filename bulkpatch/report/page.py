"""The report as one HTML file that needs nothing else: no request, no library, no script to be read.

Whatever comes from outside reaches the page as text: the templates escape it, and the script only ever sets text.
The policy in the page's head lets nothing run or be styled but what was written here, by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulkpatch.model import Json, Report, ReportRow
from bulkpatch.report.causes import Cause, causes
from bulkpatch.report.command import fix_command, made_by, rerun_command
from bulkpatch.report.fresh import write_lines
from bulkpatch.report.latency import Latency
from bulkpatch.report.page_rows import island, page_rows
from bulkpatch.report.plot import NARROW, WIDE, clock, plot_latency, plot_timeline, shares, show_seconds, show_step
from bulkpatch.report.timeline import Timeline
from bulkpatch.report.wording import (
    MEANING,
    amount,
    headline,
    sheet_place,
    show_duration,
    show_value,
    traffic_line,
    visible,
)

if TYPE_CHECKING:
    from jinja2 import Environment

PLAIN_GOOD = 300
"""Rows that ended well and stand in the page without its script."""

PLAIN_BAD = 2_000
"""Rows that did not end well and stand in the page beside its script; more of them only where there is none."""

_POLICY = (
    "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_WIDTHS = (WIDE, NARROW)

_Context = dict[str, Any]


def write_page(report: Report, timeline: Timeline, about: Mapping[str, Json], path: Path) -> None:
    """Write *report* as a page; *about* is the `run` event of its journal, as far as there is one."""
    environment, folder = _environment(), str(path.parent)
    pieces = environment.get_template("report.html.j2").generate(
        _frame(environment)
        | _verdict(report)
        | _causes(report, about, folder)
        | _plots(timeline)
        | _table(report)
        | {"made": [(name, visible(text)) for name, text in _made(report, about, folder) if text]}
    )
    write_lines(path, pieces)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("bulkpatch.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"px": lambda number: f"{number:.1f}".removesuffix(".0"), "amount": amount}
    return environment


def _frame(environment: Environment) -> _Context:
    """Style, script, and the policy that lets only these two in."""
    from markupsafe import Markup

    style, script = (_source(environment, name) for name in ("report.css", "report.js"))
    return {
        "policy": Markup(_POLICY.format(style=_digest(style), script=_digest(script))),  # noqa: S704 - base64 in words of ours
        "style": Markup(style),  # noqa: S704 - a file of ours
        "script": Markup(script),  # noqa: S704 - a file of ours
    }  # fmt: skip


def _source(environment: Environment, name: str) -> str:
    return environment.loader.get_source(environment, name)[0] if environment.loader else ""


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _verdict(report: Report) -> _Context:
    counts = [(status.value, report.counts[status], meaning) for status, meaning in MEANING.items()]
    parts = [(name, count) for name, count, _ in counts]
    return {
        "run": visible(report.run),
        "headline": visible(headline(report)),
        "sheet": visible(sheet_place(report)),
        "traffic": traffic_line(report),
        "simulated": bool(report.options.get("simulate")),
        "total": len(report.rows),
        "counts": counts,
        "wide": WIDE,
        "shares": {width: shares(parts, width) for width in _WIDTHS},
    }


def _causes(report: Report, about: Mapping[str, Json], folder: str) -> _Context:
    return {
        "causes": [(cause, _cause_texts(cause, about, folder)) for cause in causes(report)],
        "rerun": visible(rerun_command(folder, about)),
    }


def _cause_texts(cause: Cause, about: Mapping[str, Json], folder: str) -> _Context:
    return {
        "code": visible(cause.code or cause.status.value),
        "message": visible(cause.message.strip(), keep="\n"),
        "examples": list(zip(cause.rows, map(visible, cause.tenants), strict=True)),
        "command": visible(fix_command(cause, folder, about)),
    }


def _plots(told: Timeline) -> _Context:
    return {
        "timeline": told,
        "clock": clock,
        "began": _utc(told.began),
        "step": show_step(told.step),
        "paused": show_duration(sum(pause.end - pause.begin for pause in told.pauses)),
        "timeline_plots": [plot_timeline(told, width) for width in _WIDTHS] if told.buckets else [],
        "latency": _latency_line(told.latency),
        "latency_plots": [plot_latency(told.latency, width) for width in _WIDTHS] if told.latency.bars else [],
    }


def _latency_line(told: Latency) -> str:
    times = f"half took {show_seconds(told.median)} or less, 95 % {show_seconds(told.slow)} or less"
    lost = f" {amount(told.unanswered, 'write')} got no answer." if told.unanswered else ""
    return f"{amount(told.answers, 'answer')}: {times}, the slowest {show_seconds(told.slowest)}.{lost}"


def _table(report: Report) -> _Context:
    from markupsafe import Markup

    plain, bad = _plain(report), report.unfinished
    return {
        "plain": page_rows(report, plain),
        "plain_good": PLAIN_GOOD,
        "plain_bad": PLAIN_BAD,
        "plain_rest": page_rows(report, islice(bad, PLAIN_BAD, None)),
        "bad": len(bad),
        "left_out": len(report.rows) - len(plain),
        "island": map(Markup, island(report)),  # escaped there, for JSON
    }


def _plain(report: Report) -> tuple[ReportRow, ...]:
    """The rows of the table without script, in the order of the sheet."""
    left = {True: PLAIN_GOOD, False: PLAIN_BAD}
    chosen = []
    for row in report.rows:
        good = row.outcome.status.is_good
        left[good] -= 1
        if left[good] >= 0:
            chosen.append(row)
    return tuple(chosen)


def _made(report: Report, about: Mapping[str, Json], folder: str) -> Iterator[tuple[str, str]]:
    """How the run was made, as names and texts; what is not known is empty."""
    endpoint, versions = about.get("endpoint") or {}, about.get("versions") or {}
    where = f"{endpoint.get('root', '')}/{endpoint.get('version', '')}".strip("/")
    yield "Run", report.run
    yield "Folder", folder
    yield "Started", _utc(report.started)
    yield "Took", traffic_line(report)
    yield "Command", made_by(report, about)
    yield "Signed in as", str(about.get("signedInAs") or "")
    yield "Home tenant", str(about.get("homeTenant") or "")
    yield "Sent to", f"a simulator inside bulkpatch, at {where}" if report.options.get("simulate") else where
    yield "Sheet", f"{sheet_place(report)}, {amount(len(report.rows), 'row')}"
    yield "SHA-256 of the sheet", report.sheet_digest
    yield "Options", "; ".join(f"{name} = {show_value(value)}" for name, value in report.options.items())
    yield "Versions", ", ".join(f"{name} {version}" for name, version in versions.items())
    yield "Earlier runs", ", ".join(report.parents)
    yield "Stopped", report.stopped
    yield "Exit code", str(report.exit_code)


def _utc(moment: str) -> str:
    return moment[:19].replace("T", " ") + " UTC" if moment else ""

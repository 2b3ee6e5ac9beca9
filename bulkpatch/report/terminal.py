"""What the administrator sees: how a run ended. Problems and plans are drawn beside this, and reached through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulkpatch.model import Report, Status
from bulkpatch.report.causes import Cause, causes
from bulkpatch.report.layout import flow, heading, styled, unbroken
from bulkpatch.report.plan_lines import print_plan
from bulkpatch.report.problem_lines import print_problems
from bulkpatch.report.wording import MEANING, headline, meaning, traffic_line, visible

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_plan", "print_problems", "print_summary", "visible"]

STYLES = {
    Status.SUCCEEDED: "green",
    Status.UNCHANGED: "",
    Status.FAILED: "red",
    Status.UNKNOWN: "yellow",
    Status.INVALID: "red",
    Status.NOT_SENT: "yellow",
}


def print_summary(report: Report, console: Console, *, folder: str, rerun: str) -> None:
    """Say how the run ended, what went wrong and what to do about it, where the report lies, and how to go on."""
    good = not report.unfinished and not report.stopped
    console.print()
    flow(console, styled((headline(report), "bold green" if good else "bold")))
    console.print()
    _print_counts(report, console)
    console.print()
    flow(console, styled((f"Took {traffic_line(report)}.", "dim")))
    found = causes(report)
    if found:
        heading(console, "What to do")
        for cause in found:
            _print_cause(cause, console)
    heading(console, "Report")
    unbroken(console, folder)
    if rerun and report.unfinished:
        heading(console, "To send again only what is not done")
        unbroken(console, rerun, style="bold")


def _print_counts(report: Report, console: Console) -> None:
    told = {status: report.counts[status] for status in MEANING if report.counts[status]}
    width = max((len(f"{count:,}") for count in told.values()), default=0)
    for status, count in told.items():
        line = styled(
            f"{count:>{width},}  ", (f"{status.value:<9}", STYLES[status]), (f"  {meaning(report, status)}", "dim")
        )
        flow(console, line, indent=2, hang=2 + width + 2 + 9 + 2)


def _print_cause(cause: Cause, console: Console) -> None:
    http = f" (HTTP {cause.http_status})" if cause.http_status is not None else ""
    name = f"{cause.code or cause.status.value}{http}"
    status = f", {cause.status.value}" if cause.code else ""
    flow(console, styled(f"{cause.count:,} × ", (name, STYLES[cause.status]), status), indent=2, hang=6)
    if cause.message:
        flow(console, styled((cause.message.strip(), "dim")), indent=6)
    flow(console, styled(cause.advice), indent=6)
    flow(console, styled((_examples(cause), "dim")), indent=6)


def _examples(cause: Cause) -> str:
    told = [f"row {row} {tenant}".rstrip() for row, tenant in zip(cause.rows, cause.tenants, strict=True)]
    rest = cause.count - len(told)
    return ", ".join(told) + (f" and {rest:,} more" if rest else "")

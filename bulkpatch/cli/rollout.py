"""`bulkpatch plan`, `apply`, `rerun` and `report`: the line, from a sheet or from an earlier run."""

from __future__ import annotations

import asyncio
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.options import Given, takes
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.cli.validate import SheetPath
from bulkpatch.errors import ExitCode

if TYPE_CHECKING:
    from bulkpatch.pipeline import Prepared, Run

RunPath = Annotated[
    Path, typer.Argument(metavar="REPORT", help="A run's folder, or its report.csv or report.xlsx, edited or not.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.", envvar="BULKPATCH_YES")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show the plan: the same as `bulkpatch plan`.")]
Detailed = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit with 10 when changes are pending.")]


@takes("sheet", "graph", "choice", "output")
def plan(sheet: SheetPath, *, detailed_exitcode: Detailed = False, given: Given) -> None:
    """Show what would change, per tenant, before and after. Sends no write, ever.

    Example: [bold]bulkpatch plan partners.xlsx --api-version beta[/bold]
    """
    _plan(_from_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode)


@takes("sheet", "graph", "write", "choice", "output")
def apply(
    sheet: SheetPath, *, yes: Yes = False, dry_run: DryRun = False, detailed_exitcode: Detailed = False, given: Given
) -> None:
    """Roll a sheet out: plan, confirm, send, report.

    Only differences are sent. Every row ends in exactly one status, in a report that can itself be edited and rerun.

    Example: [bold]bulkpatch apply partners.xlsx --max-failures 5%[/bold]
    """
    prepared = _from_sheet(sheet, given)
    if dry_run:
        _plan(prepared, given, detailed_exitcode=detailed_exitcode)
    else:
        _apply(prepared, given, yes=yes, command="apply")


@takes("graph", "write", "choice", "output")
def rerun(report: RunPath, *, yes: Yes = False, dry_run: DryRun = False, given: Given) -> None:
    """Send again only the tenants that did not end as succeeded or unchanged.

    The run is made as the earlier one was, except for what the command line says. What was sent without an answer is
    settled by a read before anything is sent.

    Example: [bold]bulkpatch rerun reports/20261123T141500Z-partners[/bold]
    """
    from bulkpatch.config import Options, from_json
    from bulkpatch.line import check_options
    from bulkpatch.pipeline import check, require_sound
    from bulkpatch.source import from_run

    set_verbosity(given.values["verbose"])
    source = from_run(report)
    earlier = from_json(source.about["options"]) if source.about else Options()
    options = given.over(earlier)
    check_options(options)
    prepared = require_sound(check(source, options))
    if dry_run:
        _plan(prepared, given, detailed_exitcode=False)
    else:
        _apply(prepared, given, yes=yes, command="rerun")


def report(run: RunPath) -> None:
    """Make every report of a run again, from its journal alone.

    Example: [bold]bulkpatch report reports/20261123T141500Z-partners[/bold]
    """
    from bulkpatch.pipeline import Run
    from bulkpatch.run_folder import write_reports
    from bulkpatch.source import replayed

    told = replayed(run).report
    folder = run if run.is_dir() else run.parent
    write_reports(told, folder)
    _show(Run(report=told, folder=folder), json_output=False)


def _from_sheet(sheet: Path, given: Given) -> Prepared:
    from bulkpatch.line import check_options
    from bulkpatch.pipeline import check, require_sound
    from bulkpatch.source import from_sheet

    set_verbosity(given.values["verbose"])
    options = given.options
    check_options(options)
    return require_sound(check(from_sheet(sheet, worksheet=options.worksheet), options))


def _plan(prepared: Prepared, given: Given, *, detailed_exitcode: bool) -> None:
    from bulkpatch.cli.session import planned
    from bulkpatch.cli.show import plan_json
    from bulkpatch.pipeline import pending
    from bulkpatch.report.terminal import print_plan, print_problems

    made = asyncio.run(planned(prepared, os.environ))
    if given.values["json_output"]:
        print_json(plan_json(prepared, made))
    else:
        print_problems((*prepared.checked.problems, *made.problems), remarks())
        print_plan(made, results())
    if detailed_exitcode and pending(made):
        raise typer.Exit(int(ExitCode.CHANGES_PENDING))


def _apply(prepared: Prepared, given: Given, *, yes: bool, command: str) -> None:
    from bulkpatch.cli.session import Declined, rolled_out

    json_output = given.values["json_output"]
    if not json_output and not prepared.checked.wrong_rows and not prepared.changes and prepared.source.finished:
        results().print("Nothing to rerun: every row is as the sheet wants it.")
        return
    try:
        run = asyncio.run(rolled_out(prepared, os.environ, command=command, yes=yes, quiet=json_output))
    except Declined as exc:
        remarks().print(str(exc))
        raise typer.Exit(int(exc.exit_code)) from exc
    _show(run, json_output=json_output)
    if run.report.exit_code:
        raise typer.Exit(run.report.exit_code)


def _show(run: Run, *, json_output: bool) -> None:
    from bulkpatch.report.summary import summary
    from bulkpatch.report.terminal import print_summary

    again = f"bulkpatch rerun {shlex.quote(str(run.folder))}" if run.report.unfinished else ""
    if json_output:
        print_json(summary(run.report, folder=str(run.folder), rerun=again))
    else:
        print_summary(run.report, results(), folder=str(run.folder), rerun=again)

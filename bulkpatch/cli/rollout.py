"""`bulkpatch plan`, `apply`, `rerun` and `verify`: the line, from a sheet, an approved plan or an earlier run."""

from __future__ import annotations

import asyncio
import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.options import Given, takes
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.cli.validate import SheetPath
from bulkpatch.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkpatch.cli.session import Desk, Planner
    from bulkpatch.model import Plan
    from bulkpatch.pipeline import Prepared
    from bulkpatch.run import Run

RunPath = Annotated[
    Path, typer.Argument(metavar="REPORT", help="A run's folder, or its report.csv or report.xlsx, edited or not.")
]
SheetOrPlan = Annotated[
    Path, typer.Argument(metavar="SHEET", help="A CSV or Excel file, or a plan saved with `plan --save`.")
]
RunSheet = Annotated[
    str | None, typer.Option("--sheet", metavar="NAME", help="The worksheet of report.xlsx to run, e.g. Failures.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.", envvar="BULKPATCH_YES")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show the plan: the same as `bulkpatch plan`.")]
Detailed = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit with 10 when changes are pending.")]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="PLAN.json", help="Keep the plan, to be approved and applied as it is.")
]
Window = Annotated[
    float, typer.Option("--window", min=0, max=3600, metavar="SECONDS", help="How long to wait for live to show it.")
]


@takes("sheet", "missing", "reach", "graph", "sign-in", "choice", "output")
def plan(sheet: SheetPath, *, save: Save = None, detailed_exitcode: Detailed = False, given: Given) -> None:
    """Show what would change, per tenant, before and after. Sends no write, ever.

    Example: [bold]bulkpatch plan partners.xlsx --save plan.json[/bold]
    """
    _plan(_from_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode, save=save)


@takes("sheet", "missing", "reach", "graph", "sign-in", "write", "choice", "output")
def apply(
    sheet: SheetOrPlan, *, yes: Yes = False, dry_run: DryRun = False, detailed_exitcode: Detailed = False, given: Given
) -> None:
    """Roll a sheet out: plan, confirm, send, report.

    Only differences are sent. Every row ends in exactly one status, in a report that can itself be edited and rerun.
    Given a saved plan, exactly that is sent; a partner that has drifted since is refused.

    Example: [bold]bulkpatch apply partners.xlsx --max-failures 5%[/bold]
    """
    from bulkpatch.cli.session import planned_sheet
    from bulkpatch.saved import is_saved_plan

    if is_saved_plan(sheet):
        if dry_run:
            raise UsageError(f"{sheet} is a plan already.", next_step="Leave --dry-run out, or plan the sheet again.")
        _apply_saved(sheet, given, yes=yes)
        return
    prepared = _from_sheet(sheet, given)
    if dry_run:
        _plan(prepared, given, detailed_exitcode=detailed_exitcode, save=None)
    else:
        roll_out(prepared, planned_sheet, given, yes=yes, about={"command": "apply"})


@takes("missing", "reach", "graph", "sign-in", "write", "choice", "output")
def rerun(
    report: RunPath, *, worksheet: RunSheet = None, yes: Yes = False, dry_run: DryRun = False, given: Given
) -> None:
    """Send again only the tenants that did not end as succeeded or unchanged.

    The run is made as the earlier one was, except for what the command line says. What was sent without an answer is
    settled by a read before anything is sent.

    Example: [bold]bulkpatch rerun reports/20261123T141500Z-partners[/bold]
    """
    from bulkpatch.cli.session import planned_sheet
    from bulkpatch.config import Options, from_json
    from bulkpatch.line import check_options
    from bulkpatch.pipeline import check, require_sound
    from bulkpatch.source import from_run

    set_verbosity(given.values["verbose"])
    source = from_run(report, worksheet=worksheet)
    if source.about.get("command") == "undo":
        raise UsageError(
            f"{report} is an undo; running its rows again would redo what was undone.",
            next_step=f"To go on undoing: bulkpatch undo {source.about.get('of', 'RUN')}",
        )
    earlier = from_json(source.about["options"]) if source.about else Options()
    # The report carries what --set gave; a cell that was corrected in it since must win.
    options = replace(given.over(earlier), settings=(), tenants=())
    check_options(options)
    prepared = require_sound(check(source, options))
    if dry_run:
        _plan(prepared, given, detailed_exitcode=False, save=None)
        return
    if not prepared.checked.wrong_rows and not prepared.changes and not given.values["json_output"]:
        results().print("Nothing to rerun: every row is as the sheet wants it.")
        return
    roll_out(prepared, planned_sheet, given, yes=yes, about={"command": "rerun"})


@takes("sheet", "missing", "reach", "graph", "sign-in", "choice", "output")
def verify(sheet: SheetPath, *, window: Window = 60.0, given: Given) -> None:
    """Look whether live is as the sheet wants it, waiting for reads that lag behind; sends no write.

    Exits with 0 when it is, with 1 and the differences when it is not.

    Example: [bold]bulkpatch verify partners.xlsx[/bold]
    """
    from bulkpatch.cli.session import verified
    from bulkpatch.cli.show import plan_json
    from bulkpatch.report.terminal import print_plan

    prepared = _from_sheet(sheet, given)
    made = asyncio.run(verified(prepared, desk_of(given), window=window))
    differ = [step for step in made.steps if step.patches or step.error]
    if given.values["json_output"]:
        print_json({**plan_json(prepared, made), "verified": not differ})
    elif differ:
        print_plan(made, results())
    else:
        results().print(f"Live is as the sheet wants it, for all {len(made.steps)} tenants.")
    if differ:
        raise typer.Exit(int(ExitCode.SOME_FAILED))


def _from_sheet(sheet: Path, given: Given) -> Prepared:
    from bulkpatch.line import check_options
    from bulkpatch.pipeline import check, require_sound
    from bulkpatch.source import from_sheet

    set_verbosity(given.values["verbose"])
    options = given.options
    check_options(options)
    return require_sound(check(from_sheet(sheet, worksheet=options.worksheet), options))


def _plan(prepared: Prepared, given: Given, *, detailed_exitcode: bool, save: Path | None) -> None:
    from bulkpatch.cli.session import planned
    from bulkpatch.cli.show import plan_json
    from bulkpatch.pipeline import pending
    from bulkpatch.report.terminal import print_plan, print_problems

    json_output = given.values["json_output"]
    prepared, made, home_tenant = asyncio.run(planned(prepared, desk_of(given)))
    if json_output:
        print_json(plan_json(prepared, made))
    else:
        print_problems((*prepared.checked.problems, *made.problems), remarks())
        print_plan(made, results())
    if save is not None:
        _save(save, prepared, made, home_tenant)
    if detailed_exitcode and pending(made):
        raise typer.Exit(int(ExitCode.CHANGES_PENDING))


def _save(path: Path, prepared: Prepared, made: Plan, home_tenant: str) -> None:
    from bulkpatch.line import endpoint_of
    from bulkpatch.saved import SavedPlan, save

    options = prepared.options
    save(
        path,
        SavedPlan(
            sheet=prepared.sheet, plan=made, options=options, home_tenant=home_tenant, endpoint=endpoint_of(options)
        ),
    )
    remarks().print(f"Saved. To send exactly this: bulkpatch apply {shlex.quote(str(path))}", soft_wrap=True)


def _apply_saved(path: Path, given: Given, *, yes: bool) -> None:
    from collections.abc import Callable

    from bulkpatch.line import Line, check_options
    from bulkpatch.pipeline import approved, check, require_sound
    from bulkpatch.saved import load
    from bulkpatch.source import Source, tenants_of_domains

    set_verbosity(given.values["verbose"])
    saved = load(path)
    options = replace(given.over(saved.options), settings=(), tenants=())
    check_options(options)
    tenants = {row: step.tenant for step in saved.plan.steps for row in step.rows}
    named = tenants_of_domains(saved.sheet, tenants)
    prepared = require_sound(check(Source(sheet=saved.sheet, named=named), options))

    async def planner(prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
        del prepared  # the plan is made of something else
        return await approved(saved, line, on_read=on_read)

    roll_out(prepared, planner, given, yes=yes, about={"command": "apply", "plan": str(path)})


def desk_of(given: Given) -> Desk:
    """Where the person sits."""
    from bulkpatch.cli.session import Desk

    return Desk(environ=os.environ, sign_in=given.sign_in, quiet=given.values["json_output"])


def roll_out(prepared: Prepared, planner: Planner, given: Given, *, yes: bool, about: Mapping[str, str]) -> None:
    """Plan, ask, send, report, and tell how it ended."""
    from bulkpatch.cli.session import Declined, rolled_out

    json_output = given.values["json_output"]
    try:
        run = asyncio.run(rolled_out(prepared, planner, desk_of(given), about=about, yes=yes))
    except Declined as exc:
        remarks().print(str(exc))
        raise typer.Exit(int(exc.exit_code)) from exc
    show_run(run, json_output=json_output, undone=about.get("of", ""))
    if run.report.exit_code:
        raise typer.Exit(run.report.exit_code)


def show_run(run: Run, *, json_output: bool, undone: str = "") -> None:
    """Print the summary of a run, and how to go on with it."""
    from bulkpatch.report.summary import summary
    from bulkpatch.report.terminal import print_summary

    command = f"bulkpatch undo {shlex.quote(undone)}" if undone else f"bulkpatch rerun {shlex.quote(str(run.folder))}"
    again = command if run.report.unfinished else ""
    if json_output:
        print_json(summary(run.report, folder=str(run.folder), rerun=again))
    else:
        print_summary(run.report, results(), folder=str(run.folder), rerun=again)

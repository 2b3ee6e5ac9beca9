"""`bulkpatch plan`, `apply`, `rerun` and `verify`: the line, from a sheet, an approved plan or an earlier run."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.options import Given, takes
from bulkpatch.cli.planview import PLAIN, Direction, PlanFormat, PlanView, show_plan
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.cli.validate import SheetPath
from bulkpatch.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkpatch.checking import Prepared
    from bulkpatch.cli.session import Desk, Planner
    from bulkpatch.model import Json, Plan
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
Only = Annotated[
    Direction | None, typer.Option("--only", help="Show only the changes that go this way; the head counts all.")
]
PlanAs = Annotated[
    PlanFormat | None,
    typer.Option("--format", help="Write the plan for a pull request or ticket (md), Excel, machines or a browser."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; stdout for text without.")
]
Window = Annotated[
    float, typer.Option("--window", min=0, max=3600, metavar="SECONDS", help="How long to wait for live to show it.")
]


@takes("sheet", "partners", "reach", "graph", "sign-in", "limits", "choice", "output")
def plan(
    sheet: SheetPath,
    *,
    save: Save = None,
    only: Only = None,
    as_format: PlanAs = None,
    output: Output = None,
    detailed_exitcode: Detailed = False,
    given: Given,
) -> None:
    """Show what would change, per tenant, before and after. Sends no write, ever.

    Example: [bold]bulkpatch plan partners.xlsx --save plan.json[/bold]
    """
    view = PlanView(as_format=as_format, output=output, only=only)
    _plan(_from_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode, save=save, view=view)


@takes("sheet", "partners", "reach", "graph", "sign-in", "limits", "write", "choice", "output")
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


@takes("partners", "reach", "graph", "sign-in", "limits", "write", "choice", "output")
def rerun(
    report: RunPath, *, worksheet: RunSheet = None, yes: Yes = False, dry_run: DryRun = False, given: Given
) -> None:
    """Send again only the tenants that did not end as succeeded or unchanged.

    The run is made as the earlier one was, except for what the command line says. What was sent without an answer is
    settled by a read before anything is sent.

    Example: [bold]bulkpatch rerun reports/20261123T141500Z-partners[/bold]
    """
    from bulkpatch.checking import check, require_sound
    from bulkpatch.cli.session import planned_sheet
    from bulkpatch.config import Options, from_json
    from bulkpatch.line import check_options
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
    options = replace(given.over(earlier), settings=(), profile="", tenants=())
    check_options(options)
    prepared = require_sound(check(source, options))
    if dry_run:
        _plan(prepared, given, detailed_exitcode=False, save=None)
        return
    if not prepared.checked.wrong_rows and not prepared.changes and not given.values["json_output"]:
        results().print("Nothing to rerun: every row is as the sheet wants it.")
        return
    if source.about.get("plan"):
        _rerun_approved(report, source.about, prepared, given, yes=yes)
        return
    roll_out(prepared, planned_sheet, given, yes=yes, about={"command": "rerun"})


def _rerun_approved(report: Path, about: Mapping[str, Json], prepared: Prepared, given: Given, *, yes: bool) -> None:
    """Go on with a run of an approved plan: only what was approved, and only where live has not drifted."""
    from collections.abc import Callable

    from bulkpatch.line import Line
    from bulkpatch.pipeline import held
    from bulkpatch.source import approved_steps, folder_of

    _refuse_other_rows(Path(about["plan"]), given)
    plan = approved_steps(folder_of(report))
    rows = {number for change in prepared.changes for number in change.rows}
    left = replace(plan, steps=tuple(step for step in plan.steps if rows.intersection(step.rows)))

    async def planner(prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
        del prepared  # the plan is made of something else
        return await held(left, line, on_read=on_read)

    roll_out(prepared, planner, given, yes=yes, about={"command": "rerun", "plan": str(about["plan"])})


@takes("sheet", "partners", "reach", "graph", "sign-in", "choice", "output")
def verify(sheet: SheetPath, *, window: Window = 60.0, given: Given) -> None:
    """Look whether live is as the sheet wants it, waiting for reads that lag behind; sends no write.

    Exits with 0 when it is, with 1 and the differences when it is not.

    Example: [bold]bulkpatch verify partners.xlsx[/bold]
    """
    import asyncio

    from bulkpatch.cli.session import verified
    from bulkpatch.cli.show import plan_json
    from bulkpatch.line import quota_of
    from bulkpatch.report.terminal import print_plan

    prepared = _from_sheet(sheet, given)
    made = asyncio.run(verified(prepared, desk_of(given), window=window))
    differ = [step for step in made.steps if step.patches or step.error]
    if given.values["json_output"]:
        print_json({**plan_json(prepared, made), "verified": not differ})
    elif differ:
        print_plan(made, results(), quota=quota_of(prepared.options))
    else:
        results().print(f"Live is as the sheet wants it, for all {len(made.steps)} tenants.")
    if differ:
        raise typer.Exit(int(ExitCode.SOME_FAILED))


def plan_sheet(sheet: Path, given: Given, *, detailed_exitcode: bool) -> None:
    """Show what would change: the plan of *sheet*."""
    _plan(_from_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode, save=None)


def _from_sheet(sheet: Path, given: Given) -> Prepared:
    from bulkpatch.checking import check, require_sound
    from bulkpatch.line import check_options
    from bulkpatch.source import from_sheet

    set_verbosity(given.values["verbose"])
    options = given.options
    check_options(options)
    return require_sound(check(from_sheet(sheet, worksheet=options.worksheet), options))


def _plan(
    prepared: Prepared,
    given: Given,
    *,
    detailed_exitcode: bool,
    save: Path | None,
    view: PlanView = PLAIN,
) -> None:
    import asyncio

    from bulkpatch.cli.session import planned
    from bulkpatch.guard import loosenings, require_few_loosenings
    from bulkpatch.pipeline import pending
    from bulkpatch.report.terminal import print_problems

    prepared, made, home_tenant = asyncio.run(planned(prepared, desk_of(given)))
    if not (given.values["json_output"] or given.values["quiet"]):
        print_problems((*prepared.checked.problems, *made.problems), remarks())
    most = prepared.options.max_loosen
    if save is not None and (most is None or loosenings(made) <= most):
        _save(save, prepared, made, home_tenant)  # first: who reads the plan through a pager may leave in the middle
    show_plan(prepared, made, view, json_output=given.values["json_output"])
    require_few_loosenings(made, most)
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
    remarks().print(
        f"Saved. To send exactly this: bulkpatch apply {shlex.quote(str(path))}", soft_wrap=True, markup=False
    )


def _apply_saved(path: Path, given: Given, *, yes: bool) -> None:
    from collections.abc import Callable

    from bulkpatch.checking import check, require_sound
    from bulkpatch.line import Line, check_options
    from bulkpatch.pipeline import approved
    from bulkpatch.saved import load
    from bulkpatch.source import Source, tenants_of_domains

    set_verbosity(given.values["verbose"])
    _refuse_other_rows(path, given)
    saved = load(path)
    options = replace(given.over(saved.options), settings=(), profile="", tenants=())
    check_options(options)
    tenants = {row: step.tenant for step in saved.plan.steps for row in step.rows}
    named = tenants_of_domains(saved.sheet, tenants)
    prepared = require_sound(check(Source(sheet=saved.sheet, named=named), options))

    async def planner(prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
        del prepared  # the plan is made of something else
        return await approved(saved, line, on_read=on_read)

    roll_out(prepared, planner, given, yes=yes, about={"command": "apply", "plan": str(path)})


_FIXED = {"settings": "--set", "tenants": "--tenant", "profile": "--profile", "worksheet": "--sheet",
          "create_missing": "--create-missing", "force": "--force", "skip_invalid": "--skip-invalid",
          "check_names": "--check-names"}  # fmt: skip


def _refuse_other_rows(path: Path, given: Given) -> None:
    told = [flag for name, flag in _FIXED.items() if name in given.typed or given.values.get(name)]
    if told:
        raise UsageError(
            f"{path} is sent exactly as it was approved: {', '.join(told)} would make it another plan.",
            next_step="Leave it out, or plan the sheet again with it and have that approved.",
        )


def desk_of(given: Given) -> Desk:
    """Where the person sits."""
    from bulkpatch.cli.session import Desk

    return Desk(
        environ=os.environ,
        sign_in=given.sign_in,
        quiet=given.values["json_output"] or given.values["quiet"],
        log=given.values["json_log"],
    )


def roll_out(prepared: Prepared, planner: Planner, given: Given, *, yes: bool, about: Mapping[str, str]) -> None:
    """Plan, ask, send, report, and tell how it ended."""
    import asyncio

    from bulkpatch.cli.session import Declined, rolled_out

    json_output = given.values["json_output"]
    try:
        run = asyncio.run(rolled_out(prepared, planner, desk_of(given), about=about, yes=yes))
    except Declined as exc:
        if json_output:
            print_json({"exitCode": int(exc.exit_code), "error": str(exc).strip(), "problems": []})
        remarks().print(str(exc), markup=False)
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

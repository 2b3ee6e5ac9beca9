"""`bulkpatch apply` and `rerun`: the line, from a sheet, an approved plan or an earlier run."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.plan import Detailed, desk_of, sound_sheet, tell_plan
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulkpatch.checking import Prepared
    from bulkpatch.cli.session import Planner
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
    prepared = sound_sheet(sheet, given)
    if dry_run:
        tell_plan(prepared, given, detailed_exitcode=detailed_exitcode, save=None)
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
        tell_plan(prepared, given, detailed_exitcode=False, save=None)
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

"""`bulkpatch plan` and `verify`: look, and send no write."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.planview import PLAIN, Direction, PlanFormat, PlanView, show_plan
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.cli.validate import SheetPath
from bulkpatch.errors import ExitCode

if TYPE_CHECKING:
    from bulkpatch.checking import Prepared
    from bulkpatch.cli.session import Desk
    from bulkpatch.model import Plan

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
    tell_plan(sound_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode, save=save, view=view)


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

    prepared = sound_sheet(sheet, given)
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
    tell_plan(sound_sheet(sheet, given), given, detailed_exitcode=detailed_exitcode, save=None)


def sound_sheet(sheet: Path, given: Given) -> Prepared:
    """Load *sheet* and check it; raises ProblemsFound."""
    from bulkpatch.checking import check, require_sound
    from bulkpatch.line import check_options
    from bulkpatch.source import from_sheet

    set_verbosity(given.values["verbose"])
    options = given.options
    check_options(options)
    return require_sound(check(from_sheet(sheet, worksheet=options.worksheet), options))


def tell_plan(
    prepared: Prepared,
    given: Given,
    *,
    detailed_exitcode: bool,
    save: Path | None,
    view: PlanView = PLAIN,
) -> None:
    """Plan against live and show it, as *view* says; keep it when it is to be saved."""
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


def desk_of(given: Given) -> Desk:
    """Where the person sits."""
    from bulkpatch.cli.session import Desk

    return Desk(
        environ=os.environ,
        sign_in=given.sign_in,
        quiet=given.values["json_output"] or given.values["quiet"],
        log=given.values["json_log"],
    )

"""`bulkpatch diff`: two sheets, or a sheet and live."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.plan import Detailed, plan_sheet
from bulkpatch.cli.screen import print_json, results
from bulkpatch.cli.validate import SheetPath
from bulkpatch.errors import ExitCode

if TYPE_CHECKING:
    from bulkpatch.compare import Compared
    from bulkpatch.model import Change

LIVE = "live"
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another sheet, or the word live.")]


@takes("sheet", "partners", "reach", "graph", "sign-in", "limits", "choice", "output")
def diff(sheet: SheetPath, other: Other = LIVE, *, detailed_exitcode: Detailed = False, given: Given) -> None:
    """Show what sets two sheets apart, tenant by tenant; or a sheet and live. Sends nothing.

    Example: [bold]bulkpatch diff partners.xlsx partners-old.xlsx[/bold]
    """
    if other.lower() == LIVE and not Path(other).exists():
        plan_sheet(sheet, given, detailed_exitcode=detailed_exitcode)
        return
    from bulkpatch.compare import compare

    found = compare(_changes(sheet, given), _changes(Path(other), given))
    if given.values["json_output"]:
        print_json(_as_json(found, sheet, other))
    else:
        _show(found, sheet, Path(other))
    if detailed_exitcode and not found.is_same:
        raise typer.Exit(int(ExitCode.CHANGES_PENDING))


def _changes(path: Path, given: Given) -> tuple[Change, ...]:
    from bulkpatch.checking import check, require_sound
    from bulkpatch.source import from_sheet

    # A list of tenants that asks for nothing is a sheet as well.
    options = replace(given.options, create_missing=True)
    return require_sound(check(from_sheet(path, worksheet=options.worksheet), options)).changes


def _as_json(found: Compared, left: Path, right: str) -> dict[str, object]:
    return {
        "left": str(left),
        "right": right,
        "same": found.same,
        "onlyLeft": [change.tenant for change in found.only_left],
        "onlyRight": [change.tenant for change in found.only_right],
        "differing": {tenant: [asdict(one) for one in apart] for tenant, apart in found.differing.items()},
    }


def _show(found: Compared, left: Path, right: Path) -> None:
    from bulkpatch.report.layout import flow, heading, styled
    from bulkpatch.report.wording import amount

    console = results()
    if found.is_same:
        console.print(f"Both ask for the same, for {amount(found.same, 'tenant')}.", markup=False)
        return
    for name, changes in ((left.name, found.only_left), (right.name, found.only_right)):
        if changes:
            heading(console, f"Only in {name}: {amount(len(changes), 'tenant')}")
        for change in changes:
            flow(console, styled(change.tenant, (f"  {change.label}", "bold")), indent=2)
    if found.differing:
        heading(console, f"Say something else: {amount(len(found.differing), 'tenant')}")
    for tenant, apart in found.differing.items():
        flow(console, styled(tenant, (f"  {found.labels[tenant]}", "bold")), indent=2)
        for one in apart:
            line = styled(f"{one.path}  ", (one.left, "dim"), " → ", (one.right, "green"))
            flow(console, line, indent=4, hang=8)
    if found.same:
        heading(console, f"Say the same: {amount(found.same, 'tenant')}", "dim")

"""`bulkpatch validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bulkpatch.cli.options import Given, takes
from bulkpatch.cli.screen import print_json, problems_json, results, set_verbosity, show_error
from bulkpatch.errors import ExitCode, ProblemsFound
from bulkpatch.model import Problem

SheetPath = Annotated[Path, typer.Argument(metavar="SHEET", help="A CSV or Excel file, or a report of an earlier run.")]


@takes("sheet", "missing", "reach", "output")
def validate(sheet: SheetPath, *, given: Given) -> None:
    """Check every cell of a sheet, offline: no network, no credentials.

    All problems at once, each with where it stands and what to write instead.

    Example: [bold]bulkpatch validate inputs/partners.csv[/bold]
    """
    from bulkpatch.pipeline import check
    from bulkpatch.source import from_sheet

    options = given.options
    set_verbosity(given.values["verbose"])
    prepared = check(from_sheet(sheet, worksheet=options.worksheet), options)
    checked = prepared.checked
    findings = (*checked.problems, *checked.advice)
    sound = not checked.errors
    if given.values["json_output"]:
        found = {"rows": len(prepared.sheet.rows), "tenants": len(prepared.changes), "valid": sound}
        print_json({"sheet": str(sheet), **found, "problems": problems_json(findings)})
    elif sound:
        _say_sound(len(prepared.sheet.rows), len(prepared.changes), findings)
    else:
        what = f"{len(checked.errors)} problem{'s' * (len(checked.errors) != 1)} found in {sheet.name}"
        wrong = "no row" if checked.header_is_wrong else f"{len(checked.wrong_rows)} of {len(prepared.sheet.rows)} rows"
        what = f"{what}: {wrong} can{'' if checked.header_is_wrong else 'not'} be sent."
        show_error(ProblemsFound(findings, what=what, next_step="Correct the cells and validate again."))
    if not sound:
        raise typer.Exit(int(ExitCode.WRONG_INPUT))


def _say_sound(rows: int, tenants: int, findings: Sequence[Problem]) -> None:
    from bulkpatch.report.terminal import print_problems

    console = results()
    print_problems(findings, console)
    console.print(f"{rows} row{'s' * (rows != 1)}, {tenants} tenant{'s' * (tenants != 1)}: no errors.")

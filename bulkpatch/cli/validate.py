"""`bulkpatch validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.screen import print_json, problems_json, results, set_verbosity, show_error
from bulkpatch.errors import BulkpatchError, ExitCode, ProblemsFound

if TYPE_CHECKING:
    from rich.console import Console

    from bulkpatch.checking import Prepared
    from bulkpatch.form.mark import Marked
    from bulkpatch.model import Json, Problem

SheetPath = Annotated[Path, typer.Argument(metavar="SHEET", help="A CSV or Excel file, or a report of an earlier run.")]


Mark = Annotated[
    bool, typer.Option("--mark", help="Also give the workbook back, beside the original, with the bad cells marked.")
]
MarkTo = Annotated[
    Path | None, typer.Option("--mark-to", metavar="FILE.xlsx", help="Where the marked workbook goes; implies --mark.")
]


@takes("sheet", "partners", "reach", "output")
def validate(sheet: SheetPath, *, mark: Mark = False, mark_to: MarkTo = None, given: Given) -> None:
    """Check every cell of a sheet, offline: no network, no credentials.

    All problems at once, each with where it stands and what to write instead. With [bold]--mark[/bold], the workbook
    comes back with them: bad cells red and commented, and a sheet that links to each. The original is never changed.

    Example: [bold]bulkpatch validate inputs/partners.csv[/bold]
    """
    from bulkpatch.checking import check
    from bulkpatch.source import from_sheet

    options = given.options
    set_verbosity(given.values["verbose"])
    target = _target(sheet, mark_to) if mark or mark_to else None
    prepared = check(from_sheet(sheet, worksheet=options.worksheet), options)
    if given.values["json_output"]:
        _say_json(sheet, prepared, target)
    else:
        _say(sheet, prepared)
        if target:
            _say_marked(_marked(sheet, prepared, target))
    if prepared.checked.errors:
        raise typer.Exit(int(ExitCode.WRONG_INPUT))


def _target(sheet: Path, mark_to: Path | None) -> Path:
    from bulkpatch.form.mark import marked_name, refuse_target

    target = mark_to or marked_name(sheet)
    refuse_target(sheet, target)
    return target


def _findings(prepared: Prepared) -> tuple[Problem, ...]:
    return (*prepared.checked.problems, *prepared.checked.advice)


def _marked(sheet: Path, prepared: Prepared, target: Path) -> Marked:
    from bulkpatch.form.mark import mark
    from bulkpatch.loading import load_sheet

    # What was checked can lack columns of the file (a report's own) and have others (--set): the file is marked.
    return mark(sheet, load_sheet(sheet, worksheet=prepared.options.worksheet), _findings(prepared), target)


def _say_json(sheet: Path, prepared: Prepared, target: Path | None) -> None:
    sound = not prepared.checked.errors
    found = {"rows": len(prepared.sheet.rows), "tenants": len(prepared.changes), "valid": sound}
    told: dict[str, Json] = {"sheet": str(sheet), **found, "problems": problems_json(_findings(prepared))}
    failure: BulkpatchError | None = None
    if target:
        try:
            marked = _marked(sheet, prepared, target)
            told["marked"] = {"file": str(marked.path), "cells": marked.cells, "notKept": list(marked.not_kept)}
        except BulkpatchError as exc:
            failure = exc
            told |= {"marked": None, "error": exc.what, "nextStep": exc.next_step}
    print_json(told)
    if failure:
        raise typer.Exit(int(failure.exit_code))


def _say(sheet: Path, prepared: Prepared) -> None:
    checked = prepared.checked
    if not checked.errors:
        _say_sound(prepared)
        return
    what = f"{len(checked.errors)} problem{'s' * (len(checked.errors) != 1)} found in {sheet.name}"
    wrong = "no row" if checked.header_is_wrong else f"{len(checked.wrong_rows)} of {len(prepared.sheet.rows)} rows"
    what = f"{what}: {wrong} can{'' if checked.header_is_wrong else 'not'} be sent."
    show_error(ProblemsFound(_findings(prepared), what=what, next_step="Correct the cells and validate again."))


def _say_sound(prepared: Prepared) -> None:
    from bulkpatch.report.terminal import print_problems

    console, rows, tenants = results(), len(prepared.sheet.rows), len(prepared.changes)
    print_problems(_findings(prepared), console)
    console.print(f"{rows} row{'s' * (rows != 1)}, {tenants} tenant{'s' * (tenants != 1)}: no errors.")
    _say_kept(prepared, console)


def _say_kept(prepared: Prepared, console: Console) -> None:
    from bulkpatch.report.layout import flow, styled

    if kept := _kept(prepared.sheet.header):
        flow(console, styled(f"Kept for the report, not sent: {kept}."), hang=2)


def _kept(header: Sequence[str]) -> str:
    """Name the columns that are the person's own: who meant one of them as a setting should see it here."""
    from bulkpatch.columns import is_own_header
    from bulkpatch.profiles import is_profile_header
    from bulkpatch.report.wording import visible

    own = [visible(name) for name in header if is_own_header(name) and not is_profile_header(name)]
    shown, rest = own[:8], len(own) - 8
    return ", ".join((*shown, f"{rest} more") if rest > 0 else shown)


def _say_marked(marked: Marked) -> None:
    from bulkpatch.report.layout import flow, styled, unbroken
    from bulkpatch.report.wording import amount

    console = results()
    flow(console, styled(f"Marked {amount(marked.cells, 'cell')}; the sheet with the problems links to each:"))
    unbroken(console, str(marked.path), style="bold")
    if marked.not_kept:
        flow(console, styled(("Not carried over: ", "yellow"), f"{', '.join(marked.not_kept)}."))

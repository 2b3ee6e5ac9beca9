"""`bulkpatch report` and `undo`: what can be made of an earlier run's journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.rollout import RunPath, Yes, roll_out, show_run
from bulkpatch.cli.screen import results, set_verbosity

if TYPE_CHECKING:
    from bulkpatch.line import Line
    from bulkpatch.model import Plan

DeleteCreated = Annotated[bool, typer.Option("--delete-created", help="Also delete the partners that the run created.")]


class Form(StrEnum):
    """The forms of a report: the keys of `run_folder.REPORTS`."""

    HTML = "html"
    MD = "md"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    JUNIT = "junit"


Only = Annotated[Form | None, typer.Option("--format", help="Make only this one, and print its path.")]


def report(run: RunPath, *, form: Only = None) -> None:
    """Make every report of a run again, from its journal alone; junit.xml only when it is asked for.

    Example: [bold]bulkpatch report reports/20261123T141500Z-partners --format html[/bold]
    """
    from bulkpatch.report.wording import visible
    from bulkpatch.run import Run
    from bulkpatch.run_folder import write_report, write_reports
    from bulkpatch.source import folder_of, replayed

    folder = folder_of(run)
    told = replayed(folder)
    if form is not None:
        typer.echo(visible(str(write_report(told.report, folder, form.value))))
        return
    write_reports(told.report, folder)
    undone = str(told.about.get("of", ""))
    show_run(Run(report=told.report, folder=folder), json_output=False, undone=undone)


@takes("reach", "graph", "sign-in", "limits", "write", "output")
def undo(run: RunPath, *, delete_created: DeleteCreated = False, yes: Yes = False, given: Given) -> None:
    """Plan the way back from a run, confirm, and go it: a run of its own.

    Only properties that the run changed, and only where live is still as the run left it; the rest is shown and left
    alone.

    Example: [bold]bulkpatch undo reports/20261123T141500Z-partners[/bold]
    """
    from bulkpatch.checking import Prepared
    from bulkpatch.config import from_json
    from bulkpatch.line import check_options
    from bulkpatch.pipeline import way_back
    from bulkpatch.source import folder_of, replayed, sent_in, touched_rows

    set_verbosity(given.values["verbose"])
    folder = folder_of(run)
    told, sent = replayed(folder), sent_in(folder)
    if not sent:
        results().print("Nothing to undo: the run sent nothing.")
        return
    options = replace(
        given.over(from_json(told.about["options"])),
        settings=(),
        profile="",
        tenants=(),
        skip_invalid=True,
        check_names=False,
    )
    check_options(options)
    source, checked = touched_rows(told, sent)
    prepared = Prepared(source=source, checked=checked, options=options, raw=source)

    async def planner(prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
        del prepared  # the plan is made of something else
        return await way_back(sent, line, delete_created=delete_created, on_read=on_read)

    roll_out(prepared, planner, given, yes=yes, about={"command": "undo", "of": str(folder)})

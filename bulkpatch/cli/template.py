"""`bulkpatch template`."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bulkpatch.cli.screen import results
from bulkpatch.errors import UsageError
from bulkpatch.form.groups import DEFAULT_COLUMNS, GROUPS

_DEFAULT = [",".join(DEFAULT_COLUMNS)]


class Headers(StrEnum):
    """How the columns of a form are headed."""

    FRIENDLY = "friendly"
    GRAPH = "graph"


Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write; a .csv gets the header only.")
]
Columns = Annotated[
    list[str],
    typer.Option(
        "--columns",
        metavar="NAMES",
        help=f"Groups with commas between them: {', '.join(GROUPS)}; or headers and Graph paths as `bulkpatch columns` "
        "lists them.",
    ),
]
HowHeaded = Annotated[Headers, typer.Option("--headers", help="Words for people, or Graph paths.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def template(
    *,
    output: Output = Path("partners-template.xlsx"),
    columns: Columns = _DEFAULT,
    headers: HowHeaded = Headers.FRIENDLY,
    force: Force = False,
) -> None:
    """Write an empty workbook to fill in: drop-downs, what each column means, how targets are written.

    It is a sheet like any other: filled in, it goes to [bold]validate[/bold], [bold]plan[/bold] and
    [bold]apply[/bold] as it is.

    Example: [bold]bulkpatch template -o partners.xlsx --columns trust,consent,b2b[/bold]
    """
    from bulkpatch.form.choice import choose
    from bulkpatch.form.template import write_header, write_template

    ending = output.suffix.lower()
    if ending not in {".xlsx", ".csv"}:
        raise UsageError(f"{output} is neither .xlsx nor .csv.", next_step="Name a file that ends with .xlsx.")
    chosen = choose(columns)
    if output.exists() and not force:
        raise UsageError(f"{output} exists already.", next_step="Name another file with -o, or add --force.")
    write = write_template if ending == ".xlsx" else write_header
    write(output, chosen, friendly=headers is Headers.FRIENDLY)
    _say_written(output, len(chosen))


def _say_written(output: Path, settings: int) -> None:
    from bulkpatch.report.layout import flow, styled, unbroken

    console = results()
    unbroken(console, str(output), indent=0, style="bold")
    columns = f"tenantId, Partner and {settings} setting{'s' * (settings != 1)}"
    flow(console, styled(f"{columns}. One row per partner; what stays blank is left as it is. When it is filled in:"))
    unbroken(console, f"bulkpatch validate {shlex.quote(str(output))}")

"""`bulkpatch export`: live partners as a sheet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.given import Given, takes
from bulkpatch.cli.screen import print_json, remarks, results, set_verbosity
from bulkpatch.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bulkpatch.cli.session import Desk
    from bulkpatch.config import Options
    from bulkpatch.export import Exported

Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="An .xlsx or .csv file; never one that is there.")
]
Every = Annotated[bool, typer.Option("--all-columns", help="A column for every setting, used by a partner or not.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")]
Version = Annotated[str, typer.Option("--api-version", help="The version of Graph to read: v1.0 or beta.")]


@takes("reach", "graph", "sign-in", "output")
def export(
    *,
    output: Output = Path("partners-live.xlsx"),
    all_columns: Every = False,
    force: Force = False,
    api_version: Version = "v1.0",
    given: Given,
) -> None:
    """Write every live partner into a sheet of the same shape: planning it shows no change.

    What inherits is written as `inherit`, so that the sheet is a backup as well.

    Example: [bold]bulkpatch export -o partners-live.xlsx[/bold]
    """
    import asyncio
    from dataclasses import replace

    from bulkpatch.cli.session import Desk
    from bulkpatch.line import check_options

    set_verbosity(given.values["verbose"])
    if api_version not in {"v1.0", "beta"}:
        raise UsageError(f'--api-version "{api_version}" is not v1.0 or beta.', next_step="Leave it out for v1.0.")
    options = replace(given.options, api_version=api_version)
    check_options(options)
    if output.suffix.lower() not in {".xlsx", ".csv"}:
        raise UsageError(f"{output} is neither .xlsx nor .csv.", next_step="Example: -o partners-live.xlsx")
    if output.exists() and not force:
        raise UsageError(f"{output} is there already.", next_step="Choose another name, or add --force.")
    quiet = given.values["json_output"]
    desk = Desk(environ=os.environ, sign_in=given.sign_in, quiet=quiet)
    found = asyncio.run(_exported(options, desk, output, every=all_columns))
    _write(found, output)
    _tell(found, output, as_json=quiet)


async def _exported(options: Options, desk: Desk, output: Path, *, every: bool) -> Exported:
    from functools import partial

    from bulkpatch.cli.session import signed_in
    from bulkpatch.export import export
    from bulkpatch.graph.halt import Halt
    from bulkpatch.naming import names_of
    from bulkpatch.pipeline import all_live
    from bulkpatch.report.sheet_files import is_writable

    if options.simulate:
        raise UsageError("export reads live partners; a rehearsal has none.", next_step="Leave --simulate out.")
    async with signed_in(options, desk, halt=Halt()) as (_, line):
        live = await all_live(line)
        names = await names_of([one.tenant for one in live], line, wanted=options.names)
        return export(
            live, names=names, version=options.api_version, writable=partial(is_writable, output), every_column=every
        )


def _write(found: Exported, output: Path) -> None:
    from bulkpatch.report.sheet_files import write_sheet

    try:
        write_sheet(output, found.header, found.rows, title="Partners")
    except OSError as exc:
        raise UsageError(f"{output} cannot be written: {exc.strerror}.", next_step="Choose another file.") from exc


def _tell(found: Exported, output: Path, *, as_json: bool) -> None:
    from bulkpatch.export import KEPT_HEADER

    if as_json:
        left_out = {tenant: list(paths) for tenant, paths in found.left_out.items()}
        print_json({"file": str(output), "partners": len(found.rows), "notExpressible": left_out})
    else:
        count = len(found.rows)
        text = f"{count} partner{'s' * (count != 1)} written to {output}."
        results().print(text, soft_wrap=True, markup=False)
    for tenant, paths in found.left_out.items() if not as_json else ():
        text = f'{tenant} holds {", ".join(paths)} in a way that no column can say: see "{KEPT_HEADER}".'
        remarks().print(text, soft_wrap=True, markup=False, style="yellow")
    if found.left_out:
        raise typer.Exit(int(ExitCode.SOME_FAILED))

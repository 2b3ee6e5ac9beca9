"""`bulkpatch columns`."""

from __future__ import annotations

from typing import Annotated

import typer

from bulkpatch.cli.screen import print_json, results
from bulkpatch.columns import CATALOGUE, TENANT_ALIASES, TENANT_HEADER, Column
from bulkpatch.model import Json
from bulkpatch.schema import BETA_ONLY


def columns(
    json_output: Annotated[bool, typer.Option("--json", help="Print the catalogue for machines.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the columns that take JSON for whole objects.")
    ] = False,
) -> None:
    """Print the columns that a sheet may have: header, aliases, and what their cells may say.

    Headers are matched without regard to case. A blank cell leaves the setting as it is; [bold]inherit[/bold] sends
    null, so that the tenant's default applies again.

    Example: [bold]bulkpatch columns[/bold]
    """
    if json_output:
        print_json([_as_json(column) for column in CATALOGUE])
        return
    console = results()
    console.print(f"[bold]{TENANT_HEADER}[/bold]", soft_wrap=True)
    console.print(f"  the partner's tenant id, a GUID. Also: {', '.join(TENANT_ALIASES)}", soft_wrap=True)
    for column in CATALOGUE:
        if column.is_leaf or everything:
            beta = "  (needs --api-version beta)" if column.prop.versions == BETA_ONLY else ""
            also = f" Also: {', '.join(column.aliases)}." if column.aliases else ""
            console.print(f"[bold]{column.path}[/bold]{beta}", soft_wrap=True)
            console.print(f"  {column.help}.{also}", soft_wrap=True)
            console.print(f"  [dim]{column.allowed}; inherit; or blank[/dim]", soft_wrap=True)


def _as_json(column: Column) -> dict[str, Json]:
    return {
        "header": column.path,
        "aliases": list(column.aliases),
        "property": column.prop.name,
        "resource": column.prop.endpoint.value,
        "allowed": column.allowed,
        "versions": sorted(column.prop.versions),
        "help": column.help,
    }

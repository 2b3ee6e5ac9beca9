"""`bulkpatch columns`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.screen import print_json, results

if TYPE_CHECKING:
    from rich.console import Console

    from bulkpatch.columns import Column
    from bulkpatch.model import Json


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
    from bulkpatch.columns import CATALOGUE, TENANT_ALIASES, TENANT_HEADER
    from bulkpatch.schema import BETA_ONLY

    if json_output:
        print_json([_as_json(column) for column in CATALOGUE])
        return
    console = results()
    console.print(f"[bold]{TENANT_HEADER}[/bold]", soft_wrap=True)
    console.print(
        f"  the partner's tenant id, a GUID, or its domain. Also: {', '.join(TENANT_ALIASES)}", soft_wrap=True
    )
    for column in CATALOGUE:
        if column.is_leaf or everything:
            beta = "  (needs --api-version beta)" if column.prop.versions == BETA_ONLY else ""
            also = f" Also: {', '.join(column.aliases)}." if column.aliases else ""
            console.print(f"[bold]{column.path}[/bold]{beta}", soft_wrap=True)
            console.print(f"  {column.help}.{also}", soft_wrap=True)
            console.print(f"  [dim]{column.allowed}; inherit; or blank[/dim]", soft_wrap=True)
    _print_profiles(console)


def _print_profiles(console: Console) -> None:
    from bulkpatch.profiles import SHIPPED

    console.print("[bold]profile[/bold]", soft_wrap=True)
    console.print(
        "  a preset for the cells of the row that are blank: one of these, or one of your own.", soft_wrap=True
    )
    for profile in SHIPPED.values():
        console.print(f"  {profile.name}  [dim]{profile.source}[/dim]", soft_wrap=True)
        for path, text in profile.cells.items():
            console.print(f"    {path} = {text}", soft_wrap=True, markup=False)


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

"""`bulkpatch explain`: what an error code means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.screen import results
from bulkpatch.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from bulkpatch.report.catalogue import Entry

Code = Annotated[
    str | None, typer.Argument(metavar="CODE", help="An errorCode of a report, an HTTP status, or nothing for all.")
]


def explain(code: Code = None) -> None:
    """Say what an error code or HTTP status means, what to do, and whether a rerun can help.

    Example: [bold]bulkpatch explain Request_BadRequest[/bold]
    """
    from bulkpatch.report.catalogue import ENTRIES, STATUSES, find, near

    console = results()
    if code is None:
        for name, entry in {**ENTRIES, **{str(status): entry for status, entry in STATUSES.items()}}.items():
            _brief(console, name, entry)
        return
    if code.upper().startswith("AADSTS"):
        _sign_in(console, code)
        return
    found = find(code)
    if found is None:
        hint = f"Did you mean {near(code)}?" if near(code) else "`bulkpatch explain` lists all of them."
        raise UsageError(f'"{code}" is not in the catalogue.', next_step=hint)
    _whole(console, code, found)


def _brief(console: Console, name: str, entry: Entry) -> None:
    from bulkpatch.report.layout import flow, styled

    flow(console, styled((name, "bold"), f"  {entry.cause}"), hang=4)


def _whole(console: Console, name: str, entry: Entry) -> None:
    from bulkpatch.report.layout import flow, styled

    told = {
        "means": entry.cause,
        "do": entry.fix,
        "rerun": "can help as it is" if entry.retryable else "helps only after something is changed",
        "look at": entry.column,
        "source": entry.source,
    }
    flow(console, styled((name, "bold")))
    for title, text in told.items():
        if text:
            flow(console, styled((f"{title:<9}", "dim"), text), indent=2, hang=11)


def _sign_in(console: Console, code: str) -> None:
    from bulkpatch.graph.auth.refusal import refused
    from bulkpatch.report.layout import flow, styled

    number = code[len("AADSTS") :]
    told = refused({"error_codes": [int(number)] if number.isascii() and number.isdigit() else []})
    meaning = told.what.partition(". ")[2] or "This number is not in the catalogue."
    flow(console, styled((code.upper(), "bold")))
    for title, text in {"means": meaning, "do": told.next_step}.items():
        flow(console, styled((f"{title:<9}", "dim"), text), indent=2, hang=11)

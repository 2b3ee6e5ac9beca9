"""The commands, bulkpatch.toml, and the one place where an error becomes a message and an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bulkpatch.cli.commands import COMMANDS, announced
from bulkpatch.cli.screen import show_error
from bulkpatch.errors import BulkpatchError, ExitCode

EXIT_CODES = (
    "Exit codes: 0 all as wanted · 1 some rows failed · 2 the sheet or the usage is wrong, nothing sent · "
    "3 sign-in or permission · 4 stopped early · 10 changes pending (plan --detailed-exitcode) · 130 interrupted"
)


class SafeGroup(TyperGroup):
    """The commands; what a refusal of typer's repeats of the command line (a file's name, say) is shown, not obeyed."""

    def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - typer's
        super().__init__(**{**attrs, "commands": announced()})

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - typer's
        """Read the command line."""
        with _repeated_visibly():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's
        """Read the rest of it, and run the command."""
        with _repeated_visibly():
            return super().invoke(ctx)


@contextmanager
def _repeated_visibly() -> Iterator[None]:
    try:
        yield
    except Exception as exc:
        said = getattr(exc, "message", None)
        if isinstance(said, str):
            from bulkpatch.report.wording import visible

            vars(exc)["message"] = visible(said)
        raise


app = typer.Typer(
    name="bulkpatch",
    cls=SafeGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"bulkpatch {version('bulkpatch')}")
        raise typer.Exit


@app.callback(epilog=EXIT_CODES)
def bulkpatch(
    ctx: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Bring a whole spreadsheet of partner tenants to the wanted Microsoft Entra cross-tenant access settings.

    [bold]bulkpatch apply inputs/partners.csv --simulate[/bold]   rehearse, without a Microsoft tenant
    [bold]bulkpatch plan partners.xlsx[/bold]                     see what would change
    [bold]bulkpatch apply partners.xlsx[/bold]                    do it, and write a report
    """
    ctx.default_map = _defaults()


def _defaults() -> dict[str, dict[str, Any]]:
    """What bulkpatch.toml says of the options of each command."""
    from bulkpatch.cli.options import GROUPS, name_of, names_of_options
    from bulkpatch.config import FILE_NAME, read_file
    from bulkpatch.graph.clouds import require_vouched

    try:
        found = read_file(Path(FILE_NAME), known=names_of_options())
        addresses = {name: str(found.get(name) or "") for name in ("graph_url", "authority_host")}
        require_vouched(**addresses, said_by=FILE_NAME)
    except BulkpatchError as exc:
        show_error(exc)
        raise typer.Exit(int(exc.exit_code)) from exc
    named = {name_of(key): value for key, value in found.items()}
    every = {name for group in GROUPS.values() for name in group}
    return {
        # A report has worksheets of its own: the sheet's name means nothing there.
        command: {n: v for n, v in named.items() if n in every and (command, n) != ("rerun", "worksheet")}
        for command in COMMANDS
    }


def run() -> None:
    """Run the command line; a person never meets a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show an arrow gets a question mark
            stream.reconfigure(errors="replace")
    try:
        app()
    except BulkpatchError as exc:
        show_error(exc)
        sys.exit(int(exc.exit_code))
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        sys.exit(int(ExitCode.INTERRUPTED))
    except BrokenPipeError:
        # Whoever read us has gone: nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(int(ExitCode.SOME_FAILED))
    except Exception as exc:
        if os.environ.get("BULKPATCH_DEBUG"):
            raise
        unknown = f"bulkpatch met something it does not know: {type(exc).__name__}: {exc}"
        next_step = "What was sent stands in the run's journal; rerun its folder. BULKPATCH_DEBUG=1 shows the details."
        show_error(BulkpatchError(unknown, next_step=next_step))
        sys.exit(int(ExitCode.STOPPED_EARLY))

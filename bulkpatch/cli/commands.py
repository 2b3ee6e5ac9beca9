"""Every command by name: one line about it, and the function it is read from, imported when it is called.

Reading all of them took a third of the time of `bulkpatch --help`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

COMMANDS = {
    "validate": ("bulkpatch.cli.validate", "Check every cell of a sheet, offline: no network, no credentials."),
    "plan": ("bulkpatch.cli.plan", "Show what would change, per tenant, before and after. Sends no write, ever."),
    "apply": ("bulkpatch.cli.rollout", "Roll a sheet out: plan, confirm, send, report."),
    "rerun": ("bulkpatch.cli.rollout", "Send again only the tenants that did not end as succeeded or unchanged."),
    "verify": (
        "bulkpatch.cli.plan",
        "Look whether live is as the sheet wants it, waiting for reads that lag behind; sends no write.",
    ),
    "undo": ("bulkpatch.cli.runs", "Plan the way back from a run, confirm, and go it: a run of its own."),
    "report": (
        "bulkpatch.cli.runs",
        "Make every report of a run again, from its journal alone; junit.xml only when it is asked for.",
    ),
    "simulate": ("bulkpatch.cli.serve", "Serve a Graph on loopback that keeps partners in memory, until Ctrl-C."),
    "diff": (
        "bulkpatch.cli.diff",
        "Show what sets two sheets apart, tenant by tenant; or a sheet and live. Sends nothing.",
    ),
    "explain": (
        "bulkpatch.cli.explain",
        "Say what an error code or HTTP status means, what to do, and whether a rerun can help.",
    ),
    "export": (
        "bulkpatch.cli.export",
        "Write every live partner into a sheet of the same shape: planning it shows no change.",
    ),
    "doctor": (
        "bulkpatch.cli.doctor",
        "Check everything a run needs before row 1: sign-in, tenant, permission, role, a read, the clock, the network.",
    ),
    "logout": (
        "bulkpatch.cli.doctor",
        "Forget the sign-in that --auth interactive or device-code keeps between commands.",
    ),
    "columns": (
        "bulkpatch.cli.columns",
        "Print the columns that a sheet may have: header, aliases, and what their cells may say.",
    ),
    "template": (
        "bulkpatch.cli.template",
        "Write an empty workbook to fill in: drop-downs, what each column means, how targets are written.",
    ),
}
"""Name → the module whose function of that name it is, and the first line of that function's docstring."""


def command(name: str) -> TyperCommand:
    """Read the command *name*: its options, its help."""
    module, _ = COMMANDS[name]
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.command(name)(getattr(import_module(module), name))
    read = typer.main.get_command(alone)
    assert isinstance(read, TyperCommand)  # noqa: S101 - one command makes no group
    return read


class Announced(TyperCommand):
    """A command of which name and one line are known; it is read when its options are."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - typer's
        """Read the command, and the command line with it."""
        return command(str(self.name)).make_context(*args, **kwargs)


def commands() -> dict[str, TyperCommand]:
    """Every command, read."""
    return {name: command(name) for name in COMMANDS}


def announced() -> dict[str, Announced]:
    """Every command, none of them read."""
    return {name: Announced(name, help=line, rich_markup_mode="rich") for name, (_, line) in COMMANDS.items()}

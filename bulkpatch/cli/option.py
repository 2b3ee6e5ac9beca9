"""How a shared option is made: flag, environment variable, help; and a trap for secrets on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from bulkpatch.errors import UsageError


def option(kind: Any, *names: str, help: str, panel: str, env: bool | str = True, **more: Any) -> Any:  # noqa: A002, ANN401
    """An option of *kind*, shown in *panel*; *env* is its variable, or whether it has one of ours."""
    ours = "BULKPATCH_" + names[0].lstrip("-").split("/")[0].replace("-", "_").upper()
    variable = env if isinstance(env, str) else ours if env else None
    return Annotated[kind, typer.Option(*names, help=help, rich_help_panel=panel, envvar=variable, **more)]


def _refuse(name: str, instead: str) -> Callable[[str | None], None]:
    def refuse(value: str | None) -> None:
        if value is not None:
            raise UsageError(
                f"{name} does not exist: what stands on a command line can be read by every user of this machine and "
                "stays in the shell's history.",
                next_step=f"Set {instead}; and make a new secret, as this one has been seen.",
            )

    return refuse


def trap(name: str, instead: str) -> Any:  # noqa: ANN401 - an annotation
    """A flag that is refused: *instead* says where the secret belongs."""
    return Annotated[str | None, typer.Option(name, hidden=True, callback=_refuse(name, instead), expose_value=True)]

"""What was given for a command, as one value: the shared options of the groups that it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer

from bulkpatch.cli.options import DEFAULTS, GROUPS, ApiVersion, CloudName
from bulkpatch.cli.screen import error_json, print_json
from bulkpatch.config import Options, SignIn
from bulkpatch.errors import BulkpatchError, ExitCode

if TYPE_CHECKING:
    from bulkpatch.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given for a command, by flag, environment or file."""

    values: Mapping[str, Any]
    typed: frozenset[str]
    """The names that stood on the command line."""

    @property
    def options(self) -> Options:
        """As the run sees it."""
        return replace(DEFAULTS, **self._known(frozenset(self.values)))

    @property
    def sign_in(self) -> SignIn:
        """How to sign in: never out of an earlier run."""
        known = SignIn.__dataclass_fields__
        return SignIn(**{name: _plain(value) for name, value in self.values.items() if name in known})

    def over(self, earlier: Options) -> Options:
        """What an earlier run was told, except where the command line says otherwise; raises UsageError.

        Its file may come from somebody else: it cannot send the token to an address that is not Microsoft's.
        """
        stored = {name: getattr(earlier, name) for name in earlier.as_json()}
        options = replace(self.options, **{**stored, **self._known(self.typed)})
        if options.graph_url != self.options.graph_url:
            from bulkpatch.graph.clouds import require_vouched

            require_vouched(graph_url=options.graph_url, said_by="The plan or the earlier run")
        return options

    def _known(self, names: frozenset[str]) -> dict[str, Any]:
        known = Options.__dataclass_fields__
        found = {name: _plain(self.values[name]) for name in names if name in known}
        return {**found, **({"cloud": found["cloud"] or ""} if "cloud" in found else {})}


def _plain(value: Any) -> Json:  # noqa: ANN401 - whatever typer made of it
    if isinstance(value, ApiVersion | CloudName):
        return value.value
    return tuple(value) if isinstance(value, list) else value


def takes(*groups: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of *groups*; it receives them as its keyword *given*."""
    chosen = {name: entry for group in groups for name, entry in GROUPS[group].items()}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(ctx: typer.Context, **kwargs: Any) -> None:  # noqa: ANN401 - typer's
            values = {name: kwargs.pop(name) for name in chosen}
            typed = frozenset(name for name in chosen if _stood_on_line(ctx, name))
            try:
                command(given=Given(values=values, typed=typed), **kwargs)
            except KeyboardInterrupt as exc:
                raise typer.Exit(int(ExitCode.INTERRUPTED)) from exc
            except BulkpatchError as exc:
                if not values.get("json_output"):
                    raise
                print_json(error_json(exc))
                raise typer.Exit(int(exc.exit_code)) from exc

        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "given"]
        keyword = inspect.Parameter.KEYWORD_ONLY
        shared = [
            inspect.Parameter(name, keyword, annotation=kind, default=default)
            for name, (kind, default) in chosen.items()
        ]
        first = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        called.__signature__ = inspect.Signature([first, *own, *shared])  # type: ignore[attr-defined] # typer reads it
        called.__annotations__ = {}
        return called

    return decorate


def _stood_on_line(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"

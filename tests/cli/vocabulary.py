"""What the code knows, for the documents to be held against: commands, options, variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer

import bulkpatch
from bulkpatch.cli import app
from bulkpatch.cli.commands import COMMANDS, commands

BY_LIBRARIES = {
    "HTTPS_PROXY": "urllib",
    "ALL_PROXY": "urllib",
    "NO_PROXY": "urllib",
    "NO_COLOR": "rich",
    "COLUMNS": "rich",
}
"""Variables that a library reads for us → which one."""

_IN_CODE = re.compile(r'"((?:AZURE|BULKPATCH|SSL|REQUESTS|XDG|IDENTITY|MSI|IMDS)_[A-Z_]+)"')


def options() -> Iterator[tuple[str, typer.core.TyperOption]]:
    """Every option that help shows, with its command; "" is bulkpatch itself."""
    for name, command in (("", typer.main.get_command(app)), *commands().items()):
        for parameter in command.params:
            if isinstance(parameter, typer.core.TyperOption) and not parameter.hidden:
                yield name, parameter


def arguments() -> Iterator[tuple[str, typer.core.TyperArgument]]:
    """Every argument, with its command."""
    for name, command in commands().items():
        for parameter in command.params:
            if isinstance(parameter, typer.core.TyperArgument):
                yield name, parameter


def flags_of(command: str | None = None) -> set[str]:
    """The spellings of a command's options, or of all."""
    found = {"--help"}
    for name, option in options():
        if command is None or name == command:
            found |= {*option.opts, *option.secondary_opts}
    return found


def commands_of_code() -> set[str]:
    """The names of the commands."""
    return set(COMMANDS)


def variables_of_code() -> set[str]:
    """Every environment variable that is read: by an option, by name in a module, or by a library for us."""
    found = {str(option.envvar) for _, option in options() if option.envvar} | set(BY_LIBRARIES)
    for module in Path(bulkpatch.__file__).parent.rglob("*.py"):
        found |= set(_IN_CODE.findall(module.read_text(encoding="utf-8")))
    return found

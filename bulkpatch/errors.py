"""Everything that can stop a run, and the exit code each one means.

    BulkpatchError                2  the base; only subclasses are raised
    ├── UsageError                2  an option or setting is wrong
    ├── SheetError                2  the sheet cannot be read at all
    ├── ProblemsFound             2  the sheet was read and has cells that cannot be sent
    ├── GraphUnreachable          2  nothing that speaks Graph answers at the address
    ├── SignInFailed              3  no token, or Graph does not accept it
    ├── NotPermitted              3  the token is good, the permission is missing
    ├── ServiceFailing            4  Graph answers, but with faults, for longer than we wait
    ├── JournalUnwritable         4  what is sent could not be recorded, so nothing more is sent
    └── StoppedAtOnce           130  the second Ctrl-C: what was in flight is left to the journal

A tenant that fails is not here: it is an `Outcome`. An exception means that the run cannot go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from bulkpatch.model import Problem


class ExitCode(IntEnum):
    """What the process tells the shell (README lists them)."""

    OK = 0
    SOME_FAILED = 1
    WRONG_INPUT = 2
    NOT_PERMITTED = 3
    STOPPED_EARLY = 4
    CHANGES_PENDING = 10
    INTERRUPTED = 130


class BulkpatchError(Exception):
    """A reason to stop that a person can act on: *what* happened, and what to do *next*."""

    exit_code: ClassVar[ExitCode] = ExitCode.WRONG_INPUT

    def __init__(self, what: str, *, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step


class UsageError(BulkpatchError):
    """An option, an environment variable or bulkpatch.toml asks for something impossible."""


class SheetError(BulkpatchError):
    """The file cannot be read as a sheet at all."""


class ProblemsFound(BulkpatchError):
    """The sheet was read, and some of its cells cannot be sent."""

    def __init__(self, problems: Sequence[Problem], *, what: str, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.problems = tuple(problems)


class GraphUnreachable(BulkpatchError):
    """Nothing that speaks Microsoft Graph answers at the address."""


class SignInFailed(BulkpatchError):
    """There is no token, or Graph does not accept the one we have."""

    exit_code = ExitCode.NOT_PERMITTED


class NotPermitted(BulkpatchError):
    """The token is accepted, and does not carry the permission for what the sheet asks."""

    exit_code = ExitCode.NOT_PERMITTED


class ServiceFailing(BulkpatchError):
    """Graph keeps answering with faults, for longer than we are told to wait."""

    exit_code = ExitCode.STOPPED_EARLY


class JournalUnwritable(BulkpatchError):
    """The journal could not be written, so no further request may go out."""

    exit_code = ExitCode.STOPPED_EARLY


class StoppedAtOnce(BulkpatchError):
    """Interrupted twice: what was in flight is left to the journal."""

    exit_code = ExitCode.INTERRUPTED

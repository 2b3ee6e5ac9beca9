"""Where words go: results to stdout, everything else to stderr; colour only when a person watches."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bulkpatch.errors import BulkpatchError, ProblemsFound

if TYPE_CHECKING:
    from rich.console import Console

    from bulkpatch.model import Json, Problem


def results() -> Console:
    """The console on stdout."""
    from bulkpatch.report.console import SafeConsole

    return SafeConsole()


def remarks() -> Console:
    """The console on stderr."""
    from bulkpatch.report.console import SafeConsole

    return SafeConsole(stderr=True)


def print_json(value: Json) -> None:
    """Print *value* on stdout, and nothing else there."""
    from bulkpatch.model import printable_json

    sys.stdout.write(printable_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)) + "\n")


def show_error(exc: BulkpatchError) -> None:
    """Say what happened and what to do now."""
    from rich.text import Text

    from bulkpatch.report.terminal import print_problems, visible

    console = remarks()
    if isinstance(exc, ProblemsFound):
        print_problems(exc.problems, console)
    line = Text(visible(exc.what), style="bold red")
    if exc.next_step:
        line.append(f"\n{visible(exc.next_step)}", style="not bold default")
    console.print(line, soft_wrap=True)


def problem_json(problem: Problem) -> dict[str, Json]:
    """A problem, for machines."""
    return {
        "severity": problem.severity.value,
        "address": str(problem.address),
        "row": problem.address.row,
        "column": problem.header,
        "value": problem.value,
        "what": problem.what,
        "hint": problem.hint,
    }


def problems_json(problems: Sequence[Problem]) -> list[dict[str, Json]]:
    """Problems, for machines."""
    return [problem_json(problem) for problem in problems]


def error_json(exc: BulkpatchError) -> dict[str, Json]:
    """Why nothing came of it, for machines."""
    problems = exc.problems if isinstance(exc, ProblemsFound) else ()
    told = {"exitCode": int(exc.exit_code), "error": exc.what, "nextStep": exc.next_step}
    return {**told, "problems": problems_json(problems)}


class _Visible(logging.Formatter):
    """What Graph said is logged as well: a line stays one line, and nothing in it is obeyed."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging has it
        """One line, whatever the message holds."""
        from bulkpatch.report.wording import visible

        return visible(super().formatMessage(record))


_OTHERS = ("asyncio", "aiohttp", "msal", "msal_extensions", "urllib3", "requests")


def set_verbosity(level: int) -> None:
    """Let the log of requests through to stderr, from `-v` on."""
    if not level:
        return
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(_Visible("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=logging.INFO if level == 1 else logging.DEBUG, handlers=[out])
    # What other libraries say at DEBUG can hold a code or a token: only our own words get through.
    for name in _OTHERS:
        logging.getLogger(name).setLevel(logging.WARNING)

"""One run, from the terminal's side: the line is opened, the person is asked, Ctrl-C is heard."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Protocol

from bulkpatch.errors import ExitCode
from bulkpatch.graph.auth import token_from
from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.line import Line, open_line, rehearsal
from bulkpatch.model import Fate, Plan
from bulkpatch.pipeline import Prepared, apply, pending, plan
from bulkpatch.progress import Watcher, watcher
from bulkpatch.run import LOOK_PAUSE, Run


class Declined(Exception):
    """Nothing was sent."""

    def __init__(self, text: str, exit_code: ExitCode) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Planner(Protocol):
    """Makes the plan once the line is open."""

    async def __call__(self, line: Line, *, on_read: Callable[[], None]) -> Plan:
        """Read live and plan."""
        ...


def from_sheet(prepared: Prepared) -> Planner:
    """Plan what the sheet wants."""

    async def make(line: Line, *, on_read: Callable[[], None]) -> Plan:
        return await plan(prepared, line, on_read=on_read)

    return make


async def planned(prepared: Prepared, environ: Mapping[str, str], *, quiet: bool) -> tuple[Plan, str]:
    """Read live and plan; give the plan and the home tenant. Raises Declined when it was interrupted."""
    halt, view = Halt(), watcher(quiet=quiet)
    async with _opened(prepared, environ, halt, view) as line:
        return await _plan(from_sheet(prepared), len(prepared.changes), line, view), line.home_tenant


async def verified(prepared: Prepared, environ: Mapping[str, str], *, window: float) -> Plan:
    """Plan again and again until nothing is left to send or the *window* in seconds ends."""
    halt, view = Halt(), watcher(quiet=True)
    async with _opened(prepared, environ, halt, view) as line:
        ends = line.clock() + window
        while True:
            made = await _plan(from_sheet(prepared), len(prepared.changes), line, view)
            if not pending(made) or line.clock() + LOOK_PAUSE > ends:
                return made
            await asyncio.sleep(LOOK_PAUSE)


async def rolled_out(
    prepared: Prepared,
    planner: Planner,
    environ: Mapping[str, str],
    *,
    about: Mapping[str, str],
    yes: bool,
    quiet: bool,
) -> Run:
    """Plan, ask, send, report; raises Declined when nothing is to be sent after all."""
    halt, view = Halt(), watcher(quiet=quiet)
    async with _opened(prepared, environ, halt, view) as line:
        made = await _plan(planner, len(prepared.changes), line, view)
        if not quiet:
            _show_problems(prepared, made)
        if pending(made) and not yes:
            _ask(prepared, made)
        with view.sending(len(pending(made))), _interruptible(halt, view):
            return await apply(prepared, made, line, about=about, observer=view, go_on=_gate(prepared, view))


async def _plan(planner: Planner, tenants: int, line: Line, view: Watcher) -> Plan:
    with view.reading(tenants), _interruptible(line.halt, view):
        try:
            return await planner(line, on_read=view.read)
        except (HaltedError, asyncio.CancelledError) as exc:
            if line.halt.error:
                raise line.halt.error from exc
            raise Declined("Interrupted while reading. Nothing was sent.", ExitCode.INTERRUPTED) from exc


def _gate(prepared: Prepared, view: Watcher) -> Callable[[int, int], bool]:
    """Between waves: go on, or with --gate wait for a person."""
    if not prepared.options.gate:
        return lambda _wave, _of: True

    def ask(wave: int, of: int) -> bool:
        view.say(f"Wave {wave} of {of} is sent and verified. Press Enter to go on, Ctrl-D to stop.")
        previous = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return sys.stdin.readline() != ""
        except KeyboardInterrupt:
            return False
        finally:
            signal.signal(signal.SIGINT, previous)

    return ask


@asynccontextmanager
async def _opened(prepared: Prepared, environ: Mapping[str, str], halt: Halt, view: Watcher) -> AsyncIterator[Line]:
    options = prepared.options
    if not options.simulate:
        async with open_line(options, token_from(environ), halt=halt, on_pause=view.paused) as line:
            yield line
        return
    tenants = [change.tenant for change in prepared.changes]
    async with rehearsal(options, tenants) as (root, token):
        simulated = replace(options, graph_url=root)
        stands_for = options.graph_url
        async with open_line(simulated, token, halt=halt, on_pause=view.paused, simulates=stands_for) as line:
            yield line


@contextmanager
def _interruptible(halt: Halt, view: Watcher) -> Iterator[None]:
    """Ctrl-C once stops sending and finishes what is in flight; twice stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if halt.interrupted and task is not None:
            task.cancel()
        else:
            view.say("Stopping: finishing what is in flight. Ctrl-C again stops at once.")
            halt.stop("interrupted", interrupted=True)

    numbers = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):  # Windows: Ctrl-C stops at once there, and the journal tells what was sent
        for number in numbers:
            loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)


def _show_problems(prepared: Prepared, made: Plan) -> None:
    from bulkpatch.cli.screen import remarks
    from bulkpatch.report.terminal import print_problems

    print_problems((*prepared.checked.problems, *made.problems), remarks())


def _ask(prepared: Prepared, made: Plan) -> None:
    from rich.prompt import Confirm

    from bulkpatch.cli.screen import remarks
    from bulkpatch.report.terminal import print_plan

    console = remarks()
    print_plan(made, console)
    if not sys.stdin.isatty():
        raise Declined("Nothing was sent: there is nobody to confirm. Add --yes to send.", ExitCode.WRONG_INPUT)
    tenants, creates = len(pending(made)), len(made.with_fate(Fate.CREATE))
    where = "the simulator" if prepared.options.simulate else prepared.options.graph_url
    created = f", creating {creates}" if creates else ""
    question = f"Send {len(made.patches)} writes for {tenants} tenants{created} to {where}?"
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        agreed = Confirm.ask(question, console=console, default=False)
    except (KeyboardInterrupt, EOFError) as exc:
        raise Declined("\nNothing was sent.", ExitCode.INTERRUPTED) from exc
    finally:
        signal.signal(signal.SIGINT, previous)
    if not agreed:
        raise Declined("Nothing was sent.", ExitCode.OK)

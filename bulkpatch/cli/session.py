"""One run, from the terminal's side: the line is opened, the person is asked, Ctrl-C is heard."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from bulkpatch.checking import Prepared
from bulkpatch.cli.screen import remarks
from bulkpatch.config import Options, SignIn, Way
from bulkpatch.errors import BulkpatchError, ExitCode
from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.guard import loosenings, require_few_loosenings
from bulkpatch.line import Line, endpoint_of, quota_of, rehearsed_line, require_ours, signed_line
from bulkpatch.model import Fate, Plan
from bulkpatch.naming import identify, with_names
from bulkpatch.pipeline import apply, pending, plan, require_permitted, require_same_run, weighed
from bulkpatch.preflight import Who, require_permission
from bulkpatch.progress import Watcher, watching
from bulkpatch.report.wording import visible
from bulkpatch.run import LOOK_PAUSE, Run


class Declined(Exception):
    """Nothing was sent."""

    def __init__(self, text: str, exit_code: ExitCode) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where the person sits: what the environment says, how to sign in, and whether anybody reads along."""

    environ: Mapping[str, str]
    sign_in: SignIn
    quiet: bool
    log: str = ""
    """Where events for machines go; `-` is stderr."""


class Planner(Protocol):
    """Makes the plan once the line is open."""

    async def __call__(self, prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
        """Read live and plan."""
        ...


async def planned_sheet(prepared: Prepared, line: Line, *, on_read: Callable[[], None]) -> Plan:
    """Plan what the sheet wants."""
    return await plan(prepared, line, on_read=on_read)


async def planned(prepared: Prepared, desk: Desk) -> tuple[Prepared, Plan, str]:
    """Read live and plan; give the sheet as it was understood, the plan and the home tenant.

    Raises Declined when it was interrupted.
    """
    halt = Halt()
    with watching(quiet=desk.quiet, log=desk.log) as view:
        async with _opened(prepared, desk, halt, view) as line:
            return *await _plan(planned_sheet, prepared, line, view), line.home_tenant


async def verified(prepared: Prepared, desk: Desk, *, window: float) -> Plan:
    """Plan again and again until nothing is left to send or the *window* in seconds ends."""
    halt, view = Halt(), Watcher()
    async with _opened(prepared, desk, halt, view) as line:
        ends = line.clock() + window
        while True:
            _, made = await _plan(planned_sheet, prepared, line, view)
            so = all(step.fate in {Fate.UNCHANGED, Fate.REFUSED} for step in made.steps)
            if so or line.clock() + LOOK_PAUSE > ends:
                return made
            await asyncio.sleep(LOOK_PAUSE)


async def rolled_out(prepared: Prepared, planner: Planner, desk: Desk, *, about: Mapping[str, str], yes: bool) -> Run:
    """Plan, ask, send, report; raises Declined when nothing is to be sent after all."""
    halt = Halt()
    with watching(quiet=desk.quiet, log=desk.log) as view:
        async with _opened(prepared, desk, halt, view) as line:
            return await _rolled_out(prepared, planner, desk, line, view, about=about, yes=yes)


async def _rolled_out(
    prepared: Prepared,
    planner: Planner,
    desk: Desk,
    line: Line,
    view: Watcher,
    *,
    about: Mapping[str, str],
    yes: bool,
) -> Run:
    require_permission(line.who)
    prepared, made = await _plan(planner, prepared, line, view)
    require_permitted(made, line, any_role=desk.sign_in.any_role)
    require_few_loosenings(made, prepared.options.max_loosen)
    if not desk.quiet:
        _show_problems(prepared, made)
    if pending(made) and not yes:
        _ask(prepared, made)
    _collect_rubbish_again()
    with view.sending(len(pending(made))), _interruptible(line.halt, view):
        return await apply(prepared, made, line, about=about, observer=view, go_on=_gate(prepared, view, line.halt))


def _collect_rubbish_again() -> None:
    if not gc.isenabled():  # see __main__
        gc.freeze()
        gc.enable()


async def _plan(planner: Planner, prepared: Prepared, line: Line, view: Watcher) -> tuple[Prepared, Plan]:
    with view.reading(len(prepared.changes)), _interruptible(line.halt, view):
        try:
            require_same_run(prepared.raw.about, line)
            prepared = await identify(prepared, line)
            made = await planner(prepared, line, on_read=view.read)
            made = await with_names(made, line, wanted=prepared.options.names)
            made = replace(await weighed(made, prepared, line), reads=line.courier.counts.reads)
            view.planned({"tenants": len(made.steps), "writes": len(made.patches), "loosening": loosenings(made)})
            return prepared, made
        except (HaltedError, asyncio.CancelledError, BulkpatchError) as exc:
            if line.halt.error:
                raise line.halt.error from exc
            if isinstance(exc, BulkpatchError) and not line.halt.interrupted:
                raise
            raise Declined("Interrupted while reading. Nothing was sent.", ExitCode.INTERRUPTED) from exc


def _gate(prepared: Prepared, view: Watcher, halt: Halt) -> Callable[[int, int], bool]:
    """Between waves: go on, or with --gate wait for a person."""
    if not prepared.options.gate:
        return lambda _wave, _of: True

    def ask(wave: int, of: int) -> bool:
        view.say(f"Wave {wave} of {of} is sent and verified. Press Enter to go on, Ctrl-D to stop.")
        previous = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return sys.stdin.readline() != ""
        except KeyboardInterrupt:
            halt.stop("interrupted", interrupted=True)
            return False
        finally:
            signal.signal(signal.SIGINT, previous)

    return ask


@asynccontextmanager
async def _opened(prepared: Prepared, desk: Desk, halt: Halt, view: Watcher) -> AsyncIterator[Line]:
    options = prepared.options
    if options.simulate:
        tenants = [change.tenant for change in prepared.changes]
        async with rehearsed_line(options, tenants, halt=halt, on_pause=view.paused) as line:
            yield line
    else:
        async with signed_in(options, desk, halt=halt, on_pause=view.paused) as (_, line):
            yield line


@asynccontextmanager
async def signed_in(
    options: Options,
    desk: Desk,
    *,
    halt: Halt,
    on_pause: Callable[[float], None] = lambda _: None,
    strict: bool = True,
) -> AsyncIterator[tuple[Way, Line]]:
    """Sign in, open the line, say who we are; when *strict*, refuse a token of another tenant or another cloud."""

    def say(text: str) -> None:
        remarks().print(text, markup=False, soft_wrap=True)

    async with signed_line(options, desk.sign_in, desk.environ, halt=halt, say=say, on_pause=on_pause) as (way, line):
        if not desk.quiet:
            remarks().print(_who(way, line.who), soft_wrap=True, style="dim")
        if strict:
            require_ours(line, options, desk.sign_in)
        yield way, line


def _who(way: Way, who: Who) -> str:
    if not who.is_known:
        return (
            f"Signed in by {way}: the token is opaque, so its tenant and permissions could not be checked beforehand."
        )
    return f"Signed in by {way}: {visible(who.name)}, tenant {visible(who.home_tenant) or 'not named'}."


@contextmanager
def _interruptible(halt: Halt, view: Watcher) -> Iterator[None]:
    """Ctrl-C once stops sending and finishes what is in flight; twice stops at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if halt.interrupted and task is not None:
            task.cancel()
        else:
            view.stopping()
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
    from bulkpatch.report.terminal import print_problems

    print_problems((*prepared.checked.problems, *made.problems), remarks())


def is_attended() -> bool:
    """Whether somebody sits at the terminal and can be asked."""
    return sys.stdin.isatty()


def _ask(prepared: Prepared, made: Plan) -> None:
    from rich.prompt import Confirm, Prompt

    from bulkpatch.report.terminal import print_plan
    from bulkpatch.report.wording import amount

    console = remarks()
    print_plan(made, console, quota=quota_of(prepared.options))
    if not is_attended():
        raise Declined("Nothing was sent: there is nobody to confirm. Add --yes to send.", ExitCode.WRONG_INPUT)
    tenants, creates = len(pending(made)), len(made.with_fate(Fate.CREATE))
    where = "the simulator" if prepared.options.simulate else endpoint_of(prepared.options).root
    created = f", creating {creates}" if creates else ""
    what = f"{amount(len(made.patches), 'write')} for {amount(tenants, 'tenant')}"
    question = f"Send {what}{created} to {where}?"
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if loosenings(made):
            wish = f"{question} Some loosen access: type the number of tenants to send"
            agreed = Prompt.ask(wish, console=console, default="", show_default=False).strip() == str(tenants)
        else:
            agreed = Confirm.ask(question, console=console, default=False)
    except (KeyboardInterrupt, EOFError) as exc:
        raise Declined("\nNothing was sent.", ExitCode.INTERRUPTED) from exc
    finally:
        signal.signal(signal.SIGINT, previous)
    if not agreed:
        raise Declined("Nothing was sent.", ExitCode.OK)

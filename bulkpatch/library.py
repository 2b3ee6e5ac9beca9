"""bulkpatch from Python: the same line as on the command line, as typed async functions.

load → validate → connect → plan → apply (or events) → outcomes
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch import pipeline
from bulkpatch.checking import Prepared, check, require_sound
from bulkpatch.config import Options, SignIn
from bulkpatch.errors import BulkpatchError
from bulkpatch.graph.halt import Halt
from bulkpatch.guard import require_few_loosenings
from bulkpatch.line import Line, check_options, rehearsed_line, require_ours, signed_line
from bulkpatch.model import Json, Outcome, Plan, Status, Step
from bulkpatch.naming import identify, with_names
from bulkpatch.preflight import require_permission
from bulkpatch.run import Run
from bulkpatch.source import Source, from_sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BulkpatchError", "Event", "Options", "Plan", "Planned", "Run", "SignIn", "Status", "apply", "connect",
           "events", "load", "outcomes", "plan", "validate"]  # fmt: skip

_PLAIN = Options()
_AUTO = SignIn()


def load(path: str | Path, *, worksheet: str | None = None) -> Source:
    """Read a sheet, every cell as text; raises SheetError when it cannot be read exactly."""
    return from_sheet(Path(path), worksheet=worksheet)


def validate(sheet: Source, options: Options = _PLAIN) -> Prepared:
    """Check every cell; raises ProblemsFound, with all problems in it, when the sheet cannot be sent."""
    check_options(options)
    return require_sound(check(sheet, options))


@asynccontextmanager
async def connect(
    checked: Prepared,
    *,
    sign_in: SignIn = _AUTO,
    environ: Mapping[str, str] | None = None,
    say: Callable[[str], None] = print,
) -> AsyncIterator[Line]:
    """Sign in and open the line that *checked* is to be sent over; with `Options(simulate=True)`, a rehearsal.

    *environ* is `os.environ` unless given; *say* is told what a person has to do to sign in. Raises SignInFailed.
    """
    options, halt = checked.options, Halt()
    if options.simulate:
        async with rehearsed_line(options, [change.tenant for change in checked.changes], halt=halt) as line:
            yield line
        return
    told = os.environ if environ is None else environ
    async with signed_line(options, sign_in, told, halt=halt, say=say) as (_, line):
        require_ours(line, options, sign_in)
        yield line


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and the sheet it was made of."""

    checked: Prepared
    plan: Plan


async def plan(checked: Prepared, line: Line) -> Planned:
    """Read live partners and say what would be sent; sends no write."""
    checked = await identify(checked, line)
    made = await pipeline.plan(checked, line)
    made = await with_names(made, line, wanted=checked.options.names)
    made = await pipeline.weighed(made, checked, line)
    return Planned(checked=checked, plan=replace(made, reads=line.courier.counts.reads))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One tenant has its final word, or, last of all, the run has ended."""

    step: Step | None = None
    outcome: Outcome | None = None
    run: Run | None = None


class _Listener:
    """Hands on what happens to a tenant."""

    def __init__(self, on_outcome: Callable[[Step, Outcome], None]) -> None:
        self.finished = on_outcome

    def event(self, kind: str, fields: Mapping[str, Json]) -> None:
        """The journal keeps these; nobody else asked."""


async def apply(
    planned: Planned,
    line: Line,
    *,
    on_outcome: Callable[[Step, Outcome], None] = lambda _step, _outcome: None,
    any_role: bool = False,
) -> Run:
    """Send exactly what was *planned*, journal and reports included; a tenant that fails is an outcome in the run.

    Raises NotPermitted and UsageError before anything is sent.
    """
    checked = planned.checked
    require_permission(line.who)
    pipeline.require_permitted(planned.plan, line, any_role=any_role)
    require_few_loosenings(planned.plan, checked.options.max_loosen)
    about = {"command": "apply"}
    return await pipeline.apply(checked, planned.plan, line, about=about, observer=_Listener(on_outcome))


async def events(planned: Planned, line: Line) -> AsyncIterator[Event]:
    """The same as `apply`, event by event; the last one carries the run."""
    queue: asyncio.Queue[Event] = asyncio.Queue()

    async def send() -> None:
        run = await apply(planned, line, on_outcome=lambda s, o: queue.put_nowait(Event(step=s, outcome=o)))
        queue.put_nowait(Event(run=run))

    sending = asyncio.create_task(send())
    try:
        while not (sending.done() and queue.empty()):
            waiting = asyncio.create_task(queue.get())
            await asyncio.wait({waiting, sending}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield waiting.result()
            else:
                waiting.cancel()
        await sending
    finally:
        sending.cancel()


def outcomes(run: Run) -> pd.DataFrame:
    """One row per input row: the columns of report.csv, with numbers as numbers."""
    import pandas as pd

    from bulkpatch.report.columns import report_cells, report_header

    report = run.report
    header = report_header(report.header)
    table = pd.DataFrame([report_cells(row, report.header) for row in report.rows], columns=list(header), dtype=str)
    for name in ("httpStatus", "attempts", "row"):
        table[name] = pd.to_numeric(table[name]).astype("Int64")
    return table

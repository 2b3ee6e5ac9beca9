"""One run: its folder and journal, the sending in waves, the look afterwards, the report."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bulkpatch.config import Options, read_max_failures
from bulkpatch.drift import is_carried_out
from bulkpatch.errors import BulkpatchError, StoppedAtOnce
from bulkpatch.execute import Failures, Observer, Outcomes, execute
from bulkpatch.graph.halt import HaltedError
from bulkpatch.journal import FILE_NAME, Journal
from bulkpatch.line import Line
from bulkpatch.merge import differing
from bulkpatch.model import (
    Endpoint,
    GraphError,
    Json,
    Live,
    Plan,
    Report,
    ReportRow,
    Sheet,
    Status,
    Step,
    TenantId,
    Traffic,
    Unreadable,
)
from bulkpatch.record import Recorder
from bulkpatch.result import exit_code
from bulkpatch.run_folder import make_folder, utc_stamp, write_reports
from bulkpatch.waves import in_waves, read_waves

LOOKS = 30
LOOK_PAUSE = 2.0
"""Graph's reads lag behind its writes; third parties found 30 reads, 2 s apart, to be enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run: its report and where it lies."""

    report: Report
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Everything that one run needs besides the plan."""

    sheet: Sheet
    options: Options
    line: Line
    observer: Observer
    rows_of: Callable[[Outcomes], tuple[ReportRow, ...]]
    """Outcomes per tenant → one report row per input row."""
    final_already: Mapping[int, ReportRow] = field(default_factory=dict)
    about: Mapping[str, Json] = field(default_factory=dict)
    parents: Sequence[str] = ()
    go_on: Callable[[int, int], bool] = lambda _wave, _of: True
    """Asked between waves."""
    on_folder: Callable[[str], None] = lambda _: None
    """Told the run's folder as soon as there is one."""

    async def carry_out(self, plan: Plan) -> Run:
        """Send the plan, recording everything, and write the report.

        Raises UsageError when the run's folder cannot be made, before anything is sent.
        """
        line = self.line
        began, started = line.clock(), line.today()
        line.courier.writes.deadline = None if self.options.deadline is None else began + self.options.deadline
        folder = make_folder(Path(self.options.report_dir), started, self.sheet)
        self.on_folder(str(folder))
        journal = Journal(folder / FILE_NAME)
        try:
            recorder = Recorder(journal, line.halt, now=lambda: utc_stamp(line.today()), tell=self.observer.event)
            about = {"run": folder.name, "started": utc_stamp(started), **self._about()}
            recorder.opening(self.sheet, self.final_already, **about)
            recorder.plan(plan)
            outcomes = await self._send(plan, recorder)
        except asyncio.CancelledError as exc:
            raise StoppedAtOnce(
                f"Stopped at once. {folder / FILE_NAME} tells what was sent.",
                next_step=f"To go on: bulkpatch rerun {shlex.quote(str(folder))}",
            ) from exc
        else:
            report = self._report(folder.name, utc_stamp(started), outcomes, seconds=line.clock() - began)
            recorder.end(stopped=report.stopped, exit_code=report.exit_code, traffic=report.traffic)
        finally:
            journal.close()
        write_reports(report, folder)
        return Run(report=report, folder=folder)

    async def _send(self, plan: Plan, recorder: Recorder) -> Outcomes:
        options, outcomes = self.options, Outcomes()
        writing = [step for step in plan.steps if step.patches]
        waves = in_waves(writing, read_waves(options.waves))
        failures = Failures(most=_most(options, len(writing)))
        idle = [step for step in plan.steps if not step.patches]
        for number, wave in enumerate([idle, *waves] if idle else waves, start=0 if idle else 1):
            outcomes.update(await self._send_wave(wave, recorder, failures))
            if number and number < len(waves) and not self.line.halt.is_set and not self.go_on(number, len(waves)):
                self.line.halt.stop(f"stopped at the gate after wave {number} of {len(waves)}")
        return outcomes

    async def _send_wave(self, wave: Sequence[Step], recorder: Recorder, failures: Failures) -> Outcomes:
        line, options = self.line, self.options
        outcomes = await execute(
            wave,
            courier=line.courier,
            writer=line.writer(recorder, create_missing=options.create_missing),
            ledger=recorder,
            workers=options.concurrency,
            failures=failures,
            observer=self.observer,
            clock=line.clock,
        )
        if (options.verify or options.waves) and not line.halt.is_set:
            sent = [step for step in wave if step.patches and outcomes[step.tenant].status is Status.SUCCEEDED]
            await self._verify(sent, outcomes, recorder, failures)
        return outcomes

    async def _verify(self, steps: Sequence[Step], outcomes: Outcomes, recorder: Recorder, failures: Failures) -> None:
        """Turn what live does not show in the end into a failure; what it shows late is fine."""
        by_tenant = {step.tenant: step for step in steps}
        for tenant, how in (await not_yet_so(self.line, steps)).items():
            error = GraphError(
                code="NotVerified", message=f"Graph accepted the write, and live does not show it: {how}."
            )
            outcomes[tenant] = replace(outcomes[tenant], status=Status.FAILED, error=error)
            recorder.outcome(by_tenant[tenant], outcomes[tenant])
            failures.add()
        if failures.are_too_many:
            self.line.halt.stop(failures.told)

    def _about(self) -> dict[str, Json]:
        line = self.line
        return {
            "options": self.options.as_json(),
            "endpoint": {"root": line.endpoint.root, "version": line.endpoint.version},
            "homeTenant": line.home_tenant,
            "signedInAs": line.who.name if line.who.is_known else "",
            "versions": line.versions,
            "parents": self.parents,
            **self.about,
        }

    def _report(self, run: str, started: str, outcomes: Outcomes, *, seconds: float) -> Report:
        counts, rows = self.line.courier.counts, self.rows_of(outcomes)
        return Report(
            run=run,
            started=started,
            sheet_file=self.sheet.file,
            sheet_name=self.sheet.name,
            sheet_digest=self.sheet.digest,
            header=self.sheet.header,
            rows=rows,
            traffic=Traffic(
                reads=counts.reads,
                writes=counts.writes,
                throttled=counts.throttled,
                retries=counts.faults,
                seconds=round(seconds, 3),
            ),
            options=self.options.as_json(),
            stopped=self.line.halt.reason,
            exit_code=int(exit_code(rows, self.line.halt)),
            command=str(self.about.get("command", "apply")),
            parents=self.parents,
        )


def _most(options: Options, tenants: int) -> int | None:
    most = read_max_failures(options.max_failures, of=tenants)
    # A canary that may fail without consequence is none.
    return 0 if most is None and options.waves else most


async def not_yet_so(line: Line, steps: Iterable[Step]) -> dict[TenantId, str]:
    """Poll until live shows what *steps* sent, or the window ends; give what differs then, by tenant."""
    waiting = {step.tenant: step for step in steps}
    differs: dict[TenantId, str] = {}
    for look in range(LOOKS if waiting else 0):
        if look:
            await line.halt.sleep(LOOK_PAUSE)
        try:
            live = await line.reader.live({t: _needs_sync(step) for t, step in waiting.items()})
        except (BulkpatchError, HaltedError):
            differs = dict.fromkeys(waiting, "it could not be read")
            continue
        differs = {tenant: how for tenant, step in waiting.items() if (how := _difference(step, live[tenant]))}
        waiting = {tenant: step for tenant, step in waiting.items() if tenant in differs}
        if not waiting:
            break
    return {} if line.halt.is_set else differs


def _needs_sync(step: Step) -> bool:
    return any(patch.endpoint is Endpoint.SYNC for patch in step.patches)


def _difference(step: Step, live: Live) -> str:
    for patch in step.patches:
        now = live.partner if patch.endpoint is Endpoint.PARTNER else live.sync
        if isinstance(now, Unreadable):
            return f"{patch.endpoint.value} could not be read ({now.error.code})"
        settings = now if isinstance(now, Mapping) else None
        if not is_carried_out(patch, settings):
            if settings is None or patch.method == "DELETE":
                return f"{patch.endpoint.value} is {'not there' if settings is None else 'still there'}"
            wanted = {name: value for name, value in patch.body.items() if name != "tenantId"}
            return ", ".join(d.path for d in differing(patch.endpoint, wanted, settings))
    return ""

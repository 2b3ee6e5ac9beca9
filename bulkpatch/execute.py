"""Plan → outcomes: workers that take one tenant each, and write nothing that the journal does not know first.

Order per partner: the partner, then its synchronization policy; two writes to one partner never overlap. A tenant
that fails is an outcome; the run goes on until `Halt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bulkpatch.graph.courier import Courier
from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.graph.together import together
from bulkpatch.graph.write import Ledger, Writer, Written
from bulkpatch.model import Fate, GraphError, Json, Outcome, Status, Step, TenantId

Outcomes = dict[TenantId, Outcome]


class Observer(Protocol):
    """Who watches a run; nothing depends on it."""

    def finished(self, step: Step, outcome: Outcome) -> None:
        """One tenant has its final word."""
        ...

    def event(self, kind: str, fields: Mapping[str, Json]) -> None:
        """The journal has written something down."""
        ...


@dataclass(slots=True, kw_only=True)
class Failures:
    """Counts tenants that failed, over all waves of a run."""

    most: int | None = None
    """How many may fail before the run stops; None for any number."""
    count: int = 0

    def add(self) -> None:
        """One more tenant has failed."""
        self.count += 1

    @property
    def are_too_many(self) -> bool:
        """Whether the run should stop."""
        return self.most is not None and self.count > self.most

    @property
    def told(self) -> str:
        """Why the run stops."""
        return f"{self.count} {'tenants' if self.count > 1 else 'tenant'} failed, more than --max-failures allows"


async def execute(
    steps: Iterable[Step],
    *,
    courier: Courier,
    writer: Writer,
    ledger: Ledger,
    workers: int,
    failures: Failures,
    observer: Observer,
    clock: Callable[[], float],
) -> Outcomes:
    """Carry out every step and give each tenant its final word.

    Raises JournalUnwritable when what is sent can no longer be recorded; nothing is sent after that.
    """
    run = _Run(courier=courier, writer=writer, ledger=ledger, failures=failures, observer=observer, clock=clock)
    todo = list(steps)
    outcomes: Outcomes = {}
    queue = iter([step for step in todo if step.patches])
    for step in todo:
        if not step.patches:
            outcomes[step.tenant] = run.finish(step, without_writes(step))
    await together(run.worker(queue, outcomes) for _ in range(workers))
    for step in todo:
        if step.tenant not in outcomes:
            outcomes[step.tenant] = run.finish(step, Outcome(status=Status.NOT_SENT, note=courier.halt.reason))
    return outcomes


def without_writes(step: Step) -> Outcome:
    """The final word on a tenant for which the plan has no write."""
    if step.error is None:
        return Outcome(status=Status.UNCHANGED, note="already as the sheet wants it")
    status = Status.INVALID if step.fate is Fate.REFUSED else Status.FAILED
    return Outcome(
        status=status,
        error=step.error,
        http_status=step.error.http_status,
        request_id=step.error.request_id,
        client_request_id=step.error.client_request_id,
    )


@dataclass(slots=True, kw_only=True)
class _Run:
    courier: Courier
    writer: Writer
    ledger: Ledger
    failures: Failures
    observer: Observer
    clock: Callable[[], float]

    @property
    def halt(self) -> Halt:
        return self.courier.halt

    async def worker(self, queue: Iterable[Step], outcomes: Outcomes) -> None:
        for step in queue:
            outcomes[step.tenant] = self.finish(step, await self._carry_out(step))
            if self.halt.is_set:
                return

    def finish(self, step: Step, outcome: Outcome) -> Outcome:
        self.ledger.outcome(step, outcome)
        self.observer.finished(step, outcome)
        if step.patches and outcome.status in {Status.FAILED, Status.UNKNOWN}:
            self.failures.add()
            if self.failures.are_too_many:
                self.halt.stop(self.failures.told)
        return outcome

    async def _carry_out(self, step: Step) -> Outcome:
        began = self.clock()
        tally = _Tally(step=step)
        for patch in step.patches:
            try:
                written = await self.writer.write(patch)
            except HaltedError:
                return tally.stopped(self.halt.reason, self.clock() - began)
            tally.add(written)
            if not written.status.is_good:
                break
        return tally.outcome(self.clock() - began)


@dataclass(slots=True, kw_only=True)
class _Tally:
    """Adds up what one tenant's writes came to."""

    step: Step
    written: tuple[Written, ...] = ()

    def add(self, written: Written) -> None:
        self.written = (*self.written, written)

    def outcome(self, seconds: float) -> Outcome:
        last = self.written[-1]
        left = len(self.step.patches) - len(self.written)
        notes = [note for note in (*(w.note for w in self.written), self.step.note) if note]
        if left and not last.status.is_good:
            notes.append(_left(self.step, len(self.written)))
        return self._made(last.status, last.error, notes, seconds)

    def stopped(self, reason: str, seconds: float) -> Outcome:
        if not self.written:
            return Outcome(status=Status.NOT_SENT, note=reason)
        return self._made(Status.NOT_SENT, None, [reason, _left(self.step, len(self.written))], seconds)

    def _made(self, status: Status, error: GraphError | None, notes: list[str], seconds: float) -> Outcome:
        last = self.written[-1]
        return Outcome(
            status=status,
            error=error,
            http_status=last.http_status,
            attempts=sum(w.attempts for w in self.written),
            request_id=last.request_id,
            client_request_id=last.client_request_id,
            applied=tuple(d for w in self.written if w.status.is_good for d in w.differences),
            created=any(w.created for w in self.written),
            note="; ".join(notes),
            seconds=seconds,
        )


def _left(step: Step, done: int) -> str:
    names = " and ".join(patch.endpoint.value for patch in step.patches[done:])
    return f"{names} was not sent"

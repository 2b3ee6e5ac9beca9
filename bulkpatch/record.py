"""What the journal says of a run, event by event. `replay` reads it back.

Events, in order: `run`, `row`…, `step`…, then `sending` / `answered` / `settled` / `outcome` as they happen, `end`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields

from bulkpatch.errors import JournalUnwritable
from bulkpatch.graph.halt import Halt, HaltedError
from bulkpatch.graph.reply import Reply
from bulkpatch.journal import FORMAT, Journal
from bulkpatch.model import Json, Outcome, Patch, Plan, ReportRow, Sheet, Step, Traffic


class Recorder:
    """Writes a run's events; a journal that cannot be written stops the run before anything else is sent."""

    def __init__(
        self,
        journal: Journal,
        halt: Halt,
        *,
        now: Callable[[], str],
        tell: Callable[[str, Mapping[str, Json]], None] = lambda _kind, _fields: None,
    ) -> None:
        """*now* gives the UTC time as ISO 8601; *tell* is told each event once it is written down."""
        self._tell = tell
        self._journal = journal
        self._halt = halt
        self._now = now

    def opening(self, sheet: Sheet, rows: Mapping[int, ReportRow], **about: Json) -> None:
        """The run, and every row of its sheet; *rows* has the rows that have their final word already."""
        read = {"file": sheet.file, "name": sheet.name, "digest": sheet.digest, "headerRow": sheet.header_row}
        problems = [asdict(problem) for problem in sheet.problems if problem.is_error]
        self._journal.append(
            "run", format=FORMAT, **about, sheet=read, header=sheet.header, rows=len(sheet.rows), problems=problems
        )
        self._tell("run", {**about, "sheet": read, "count": len(sheet.rows)})
        for row in sheet.rows:
            final = {"outcome": outcome_json(rows[row.number].outcome)} if row.number in rows else {}
            known = rows.get(row.number)
            tenant = {"tenant": known.tenant, "name": known.name} if known else {}
            self._journal.append("row", row=row.number, origin=row.origin, cells=row.cells, **tenant, **final)

    def plan(self, plan: Plan) -> None:
        """Every step, with the writes it will take and the values before."""
        for step in plan.steps:
            self._journal.append(
                "step",
                tenant=step.tenant,
                rows=step.rows,
                fate=step.fate,
                name=step.name or step.label,
                error=asdict(step.error) if step.error else None,
                patches=[{"key": patch.key, **asdict(patch)} for patch in step.patches],
            )

    async def sending(self, patch: Patch, attempt: int, client_request_id: str) -> None:
        """Write down a write and make it durable; raises HaltedError when that fails, and the write must not go."""
        written: dict[str, Json] = {
            "at": self._now(),
            "tenant": patch.tenant,
            "endpoint": patch.endpoint,
            "method": patch.method,
            "body": patch.body,
            "attempt": attempt,
            "clientRequestId": client_request_id,
        }
        try:
            self._journal.append("sending", **written)
            await self._journal.sync()
            self._tell("sending", written)
        except JournalUnwritable as exc:
            self._halt.stop(exc.what, error=exc)
            raise HaltedError from exc

    def answered(self, patch: Patch, reply: Reply) -> None:
        """Write down what came back."""
        self._note(
            "answered",
            at=self._now(),
            tenant=patch.tenant,
            endpoint=patch.endpoint,
            method=patch.method,
            status=reply.status,
            fault=reply.fault,
            code=reply.code,
            message=reply.message or reply.detail,
            retryAfter=reply.retry_after,
            requestId=reply.request_id,
            clientRequestId=reply.client_request_id,
            seconds=round(reply.seconds, 4),
        )

    def settled(self, patch: Patch, finding: str) -> None:
        """Write down what a read told of a write whose answer was lost."""
        self._note("settled", at=self._now(), tenant=patch.tenant, endpoint=patch.endpoint, finding=finding)

    def outcome(self, step: Step, outcome: Outcome) -> None:
        """Write down a tenant's final word."""
        self._note("outcome", at=self._now(), tenant=step.tenant, rows=step.rows, **outcome_json(outcome))

    def end(self, *, stopped: str, exit_code: int, traffic: Traffic) -> None:
        """The run is over."""
        self._note("end", at=self._now(), stopped=stopped, exitCode=exit_code, traffic=asdict(traffic))

    def _note(self, kind: str, **fields: Json) -> None:
        self._tell(kind, fields)
        try:
            self._journal.append(kind, **fields)
        except JournalUnwritable as exc:
            self._halt.stop(exc.what, error=exc)


def outcome_json(outcome: Outcome) -> dict[str, Json]:
    """An outcome as the journal holds it: what has its default is left out."""
    kept = {name: value for name in _FIELDS if (value := getattr(outcome, name)) not in (None, "", 0, (), False)}
    if outcome.error:
        kept["error"] = asdict(outcome.error)
    if outcome.applied:
        kept["applied"] = [{"path": d.path, "before": d.before, "after": d.after} for d in outcome.applied]
    return kept


_FIELDS = tuple(field.name for field in fields(Outcome))

"""A journal, read back: the run as it stands, even when it was cut off in the middle. Pure.

A row without a final word gets the one that its events prove: nothing was sent, or it succeeded, or nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bulkpatch.errors import SheetError
from bulkpatch.graph.reply import retry_after_seconds
from bulkpatch.journal import FORMAT
from bulkpatch.model import (
    Address,
    Json,
    Outcome,
    Problem,
    Report,
    ReportRow,
    Row,
    Severity,
    Sheet,
    Status,
    Traffic,
)
from bulkpatch.proof import proved, read_outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A run, as its journal tells it."""

    report: Report
    sheet: Sheet
    about: Mapping[str, Json]
    """The `run` event: options, endpoint, home tenant, versions."""
    finished: bool
    """Whether the run came to its end."""
    resumes: datetime | None = None
    """Until when Graph had asked to wait; None when it had not."""


def replay(events: Iterable[Mapping[str, Json]]) -> Replayed:
    """Read the events of one run; raises SheetError when they do not begin with a run."""
    story = _Story()
    try:
        for event in events:
            story.take(event)
        return _told(story)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as exc:
        raise SheetError(
            f"The journal is damaged: it holds an event that no run writes ({type(exc).__name__}: {exc}).",
            next_step="Restore the file; or compare live with the sheet: bulkpatch plan SHEET.",
        ) from exc


def _told(story: _Story) -> Replayed:
    if not story.about:
        raise SheetError("The journal does not begin with a run.", next_step="Start again from the sheet.")
    if len(story.rows) < story.about.get("rows", 0):
        raise SheetError(
            f"The run was cut off before its rows were written down ({len(story.rows)} of {story.about['rows']}), "
            "so it sent nothing.",
            next_step="Start again from the sheet.",
        )
    return story.told()


@dataclass(slots=True)
class _Story:
    about: Mapping[str, Json] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    carried: dict[int, ReportRow] = field(default_factory=dict)
    steps: dict[int, Mapping[str, Json]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    last: dict[str, list[Mapping[str, Json]]] = field(default_factory=dict)
    end: Mapping[str, Json] = field(default_factory=dict)

    def take(self, event: Mapping[str, Json]) -> None:
        match event["kind"]:
            case "run":
                if event.get("format") != FORMAT:
                    told = event.get("format")
                    raise SheetError(
                        f"The journal is of format {told}, and this version reads {FORMAT}.",
                        next_step="Use the version of bulkpatch that wrote it.",
                    )
                self.about = event
            case "row":
                self._row(event)
            case "step":
                self.steps.update(dict.fromkeys(event["rows"], event))
            case "sending" | "answered" | "settled":
                self.last.setdefault(event["tenant"], []).append(event)
            case "outcome":
                self.outcomes[event["tenant"]] = read_outcome(event)
            case "end":
                self.end = event

    def _row(self, event: Mapping[str, Json]) -> None:
        row = Row(number=event["row"], cells=tuple(event["cells"]), origin=event["origin"])
        self.rows.append(row)
        if "outcome" in event:
            outcome = read_outcome(event["outcome"])
            self.carried[row.number] = ReportRow(
                row=row, tenant=event["tenant"], outcome=outcome, name=event.get("name", "")
            )

    def told(self) -> Replayed:
        sheet = self.about["sheet"]
        report = Report(
            run=self.about["run"],
            started=self.about["started"],
            sheet_file=sheet["file"],
            sheet_name=sheet["name"],
            sheet_digest=sheet["digest"],
            header=tuple(self.about["header"]),
            rows=tuple(self._report_row(row) for row in self.rows),
            traffic=Traffic(**self.end["traffic"]) if self.end else self._traffic(),
            options=self.about["options"],
            stopped=self.end.get("stopped", "") if self.end else "the run was cut off",
            exit_code=self.end.get("exitCode", 4) if self.end else 4,
            command=str(self.about.get("command", "apply")),
            parents=tuple(self.about["parents"]),
        )
        read = Sheet(
            file=sheet["file"],
            name=sheet["name"],
            header_row=sheet["headerRow"],
            header=report.header,
            rows=tuple(self.rows),
            problems=tuple(_problem(told) for told in self.about.get("problems", ())),
            digest=sheet["digest"],
        )
        answers = (event for events in self.last.values() for event in events if event["kind"] == "answered")
        resumes = max(filter(None, map(_resumes, answers)), default=None)
        return Replayed(report=report, sheet=read, about=self.about, finished=bool(self.end), resumes=resumes)

    def _report_row(self, row: Row) -> ReportRow:
        if row.number in self.carried:
            return self.carried[row.number]
        step = self.steps.get(row.number)
        if step is None:
            return ReportRow(row=row, tenant="", outcome=Outcome(status=Status.NOT_SENT, note="the run was cut off"))
        tenant = step["tenant"]
        outcome = self.outcomes.get(tenant) or proved(self.last.get(tenant, []), writes=len(step["patches"]))
        return ReportRow(row=row, tenant=tenant, outcome=outcome, name=step.get("name", ""))

    def _traffic(self) -> Traffic:
        answered = [event for events in self.last.values() for event in events if event["kind"] == "answered"]
        throttled = sum(event["status"] == 429 for event in answered)
        return Traffic(writes=len(answered), throttled=throttled)


def _resumes(answer: Mapping[str, Json]) -> datetime | None:
    if answer.get("retryAfter") is None:
        return None
    at = datetime.fromisoformat(answer["at"]).astimezone(UTC)
    seconds = retry_after_seconds(answer["retryAfter"], now=at)
    return None if seconds is None else at + timedelta(seconds=min(max(seconds, 0.0), _LONGEST))


_LONGEST = 86_400.0
"""Seconds; whoever asks for more is not waited for anyway."""


def _problem(told: Mapping[str, Json]) -> Problem:
    """What the reader had found about a cell, and what the cells alone would not tell again."""
    return Problem(**{**told, "severity": Severity(told["severity"]), "address": Address(**told["address"])})

"""What became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bulkpatch.model.json import Json
from bulkpatch.model.plan import Difference, GraphError
from bulkpatch.model.sheet import Row


class Status(StrEnum):
    """The final word on one row."""

    SUCCEEDED = "succeeded"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    INVALID = "invalid"

    @property
    def is_good(self) -> bool:
        """Whether the tenant is as the sheet wants it, so that a rerun leaves it out."""
        return self in {Status.SUCCEEDED, Status.UNCHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The final word on one tenant, with what is needed to prove it."""

    status: Status
    error: GraphError | None = None
    http_status: int | None = None
    """Of the last write; None when nothing was answered."""
    attempts: int = 0
    """HTTP exchanges spent on writes for this tenant, refused ones included."""
    request_id: str = ""
    """Graph's id of the last write."""
    client_request_id: str = ""
    """Our id of the last write, kept by Graph as well."""
    applied: tuple[Difference, ...] = ()
    """What this run changed, even when a later write for the tenant failed."""
    created: bool = False
    note: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One input row and what became of it."""

    row: Row
    tenant: str
    """Normalised tenant id; the cell's text when it is none."""
    outcome: Outcome
    name: str = ""
    """What Entra calls the tenant, where it was asked; else what the sheet calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the run cost, counted over every request."""

    reads: int = 0
    writes: int = 0
    throttled: int = 0
    """Answers with status 429."""
    retries: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A view of a run: every input row once, in input order, and the sums over them."""

    run: str
    """The folder's name, e.g. `20261123T141500Z-partners`."""
    started: str
    """UTC, ISO 8601."""
    sheet_file: str
    sheet_name: str
    sheet_digest: str
    header: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    traffic: Traffic = Traffic()
    options: Mapping[str, Json] = field(default_factory=dict)
    """How the run was made; never a secret."""
    stopped: str = ""
    """Why the run ended before its last row; empty when it did not."""
    exit_code: int = 0
    command: str = "apply"
    """What made the run: apply, rerun or undo."""
    parents: Sequence[str] = ()
    """Earlier runs of the chain, oldest first, when this is a rerun."""

    @property
    def counts(self) -> dict[Status, int]:
        """Rows per status, every status named."""
        counts = dict.fromkeys(Status, 0)
        for row in self.rows:
            counts[row.outcome.status] += 1
        return counts

    @property
    def unfinished(self) -> tuple[ReportRow, ...]:
        """The rows that a rerun would pick up."""
        return tuple(row for row in self.rows if not row.outcome.status.is_good)

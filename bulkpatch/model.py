"""The values that cross rooms: frozen, slotted, built by keyword.

Only plain values and facts derived from them live here. Reading, judging, sending and writing are elsewhere.
The words are the ones of README "How it works": sheet, problem, wish, change, live, patch, plan, outcome, report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

Json = Any
"""A JSON value: what Graph sends and takes."""

Settings = Mapping[str, Json]
"""Graph properties by name, e.g. `{"inboundTrust": {"isMfaAccepted": True}}`."""

TenantId = NewType("TenantId", str)
"""A partner's tenant id: lower-case GUID with hyphens. Built only by `cells.parse_tenant_id`."""


def column_letter(index: int) -> str:
    """Name the column at *index* (0 is A) the way Excel does: 0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where something stands: `Partners!D17` in a workbook, `partners.csv:18 D` in a text file."""

    place: str
    """The worksheet's name, or the file's name for CSV."""
    worksheet: bool
    row: int | None = None
    """As Excel numbers it: the header is usually row 1."""
    column: int | None = None
    """0-based."""

    def __str__(self) -> str:
        letter = "" if self.column is None else column_letter(self.column)
        row = "" if self.row is None else str(self.row)
        if self.worksheet:
            return f"{self.place}!{letter}{row}" if letter or row else self.place
        return " ".join(part for part in (f"{self.place}:{row}" if row else self.place, letter) if part)


class Severity(StrEnum):
    """How much a problem weighs: an error keeps its row from being sent."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A finding about a cell, a row or the sheet: where, what, and what to write instead."""

    severity: Severity = Severity.ERROR
    address: Address
    header: str = ""
    value: str = ""
    what: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the row may not be sent."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        subject = f"{self.header}: " if self.header else ""
        return f"{self.address}: {subject}{self.what}" + (f" {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the sheet: its cells as text, as wide as the header."""

    number: int
    """The row in the file that was read, as Excel shows it."""
    cells: tuple[str, ...]
    origin: int = 0
    """The row in the first sheet of a chain of reruns; 0 when this is that sheet."""

    @property
    def first_number(self) -> int:
        """The row a person knows this tenant by: the one in the sheet they started from."""
        return self.origin or self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file as read: header and rows, all text. Rows without any text are left out."""

    file: str
    """The path as the person gave it."""
    name: str = ""
    """The worksheet; empty for CSV."""
    header_row: int = 1
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    """What the reader itself noticed, e.g. a formula that was never calculated."""
    digest: str = ""
    """SHA-256 of the file's bytes, hex."""
    columns: tuple[int, ...] = ()
    """Where each header entry stands in the file (0-based), when columns of the file were left out."""

    def address(self, row: int | None = None, column: int | None = None) -> Address:
        """Say where a row, a column or a cell of this sheet stands."""
        place = self.name or self.file.replace("\\", "/").rsplit("/", 1)[-1]
        in_file = self.columns[column] if self.columns and column is not None else column
        return Address(place=place, worksheet=bool(self.name), row=row, column=in_file)


@dataclass(frozen=True, slots=True)
class Keep:
    """A blank cell: leave the setting as it is, never send it."""


@dataclass(frozen=True, slots=True)
class Inherit:
    """The word `inherit`: send JSON null, so that the tenant default applies again."""


@dataclass(frozen=True, slots=True)
class Value:
    """Set the setting to this JSON value."""

    json: Json


Wish = Keep | Inherit | Value
"""What one cell asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one partner should look like: its tenant and the wishes of its row (or of equal rows)."""

    tenant: TenantId
    rows: tuple[int, ...]
    """Numbers of the rows that ask for it; more than one when rows agree."""
    wishes: Mapping[str, Inherit | Value]
    """By Graph path, e.g. `inboundTrust.isMfaAccepted`; what is kept is not in here."""
    columns: Mapping[str, int] = field(default_factory=dict)
    """The column (0-based) that each wish came from, to name the cell when live refuses it."""
    label: str = ""
    """A name for people, if the sheet has one."""


class Endpoint(StrEnum):
    """The two resources of a partner that are written."""

    PARTNER = "partner"
    SYNC = "identitySynchronization"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """Why something was refused: Graph's own code, or one of ours when no answer came."""

    code: str
    message: str
    http_status: int | None = None
    request_id: str = ""
    client_request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Graph said, by 404, that it is not there."""

    error: GraphError | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Nobody asked for it: no row needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """It was asked for and could not be read. Never taken for absent."""

    error: GraphError


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What Graph says now about one partner."""

    tenant: TenantId
    partner: Settings | Absent | Unreadable
    sync: Settings | Absent | Unread | Unreadable = Unread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting of one partner, before → after."""

    path: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One HTTP write to be: known by tenant, endpoint and body, never by row."""

    tenant: TenantId
    endpoint: Endpoint
    method: str
    """PATCH; PUT or POST to create; DELETE to undo a create."""
    body: Settings
    differences: tuple[Difference, ...]
    before: Settings | None = None
    """The properties of *body* as they were live; None when the resource did not exist."""

    @property
    def key(self) -> str:
        """Identify this write by its content: 16 hex digits over tenant, endpoint and body."""
        text = json.dumps([self.tenant, self.endpoint, self.body], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Fate(StrEnum):
    """What the plan has in store for one tenant."""

    CHANGE = "change"
    CREATE = "create"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    DRIFTED = "drifted"
    """Live has changed since the plan was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tenant in the plan: its writes in the order they must go, or the reason there are none."""

    tenant: TenantId
    rows: tuple[int, ...]
    fate: Fate
    patches: tuple[Patch, ...] = ()
    error: GraphError | None = None
    label: str = ""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every setting that this step changes."""
        return tuple(d for patch in self.patches for d in patch.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Ordered steps, one per tenant, and the problems that only live could show."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def patches(self) -> tuple[Patch, ...]:
        """Every write, in order."""
        return tuple(patch for step in self.steps for patch in step.patches)

    def with_fate(self, *fates: Fate) -> tuple[Step, ...]:
        """Pick the steps that have one of *fates*."""
        return tuple(step for step in self.steps if step.fate in fates)


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

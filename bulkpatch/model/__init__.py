"""The values that cross rooms: frozen, slotted, built by keyword.

Only plain values and facts derived from them live here. Reading, judging, sending and writing are elsewhere.
The words are those of README "How it works": sheet, problem, wish, change, live, patch, plan, outcome, report.
"""

from bulkpatch.model.effect import Effect, Tag
from bulkpatch.model.json import Json, Settings, TenantId, printable_json
from bulkpatch.model.named import Known, Named, Unnamed
from bulkpatch.model.plan import (
    Absent,
    Difference,
    Endpoint,
    Fate,
    GraphError,
    Live,
    Patch,
    Plan,
    Step,
    Unread,
    Unreadable,
)
from bulkpatch.model.report import Outcome, Report, ReportRow, Status, Traffic
from bulkpatch.model.sheet import Address, Problem, Row, Severity, Sheet, column_letter
from bulkpatch.model.wish import Change, Inherit, Keep, Value, Wish

__all__ = [
    "Absent",
    "Address",
    "Change",
    "Difference",
    "Effect",
    "Endpoint",
    "Fate",
    "GraphError",
    "Inherit",
    "Json",
    "Keep",
    "Known",
    "Live",
    "Named",
    "Outcome",
    "Patch",
    "Plan",
    "Problem",
    "Report",
    "ReportRow",
    "Row",
    "Settings",
    "Severity",
    "Sheet",
    "Status",
    "Step",
    "Tag",
    "TenantId",
    "Traffic",
    "Unnamed",
    "Unread",
    "Unreadable",
    "Value",
    "Wish",
    "column_letter",
    "printable_json",
]

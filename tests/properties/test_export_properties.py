"""Export and plan, for any live state: the sheet asks for exactly what is there."""

from __future__ import annotations

from hypothesis import given, settings

from bulkpatch.export import KEPT_HEADER, export
from bulkpatch.model import Absent, Live, Row, Sheet
from bulkpatch.planning import make_plan
from bulkpatch.validation import validate
from tests.properties.strategies import lives


@given(live=lives())
@settings(max_examples=300)
def test_planning_an_export_is_empty(live: Live) -> None:
    """No write, and nothing refused."""
    if isinstance(live.partner, Absent):
        return
    exported = export([live], names={}, version="beta", every_column=True)
    rows = tuple(Row(number=n, cells=cells) for n, cells in enumerate(exported.rows, start=2))
    sheet = Sheet(file="live.csv", header=exported.header, rows=rows)

    checked = validate(sheet, api_version="beta", allow_bare=True)
    made = make_plan(checked.changes, {live.tenant: live}, sheet=sheet)

    assert checked.errors == ()
    assert made.patches == ()
    assert [step.fate.value for step in made.steps] == ["unchanged"]
    assert (KEPT_HEADER in exported.header) is bool(exported.left_out)

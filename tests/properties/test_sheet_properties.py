"""What holds for any sheet: any headers, any cells, any bytes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkpatch.cells import INHERIT_WORDS, BadCell, parse, render
from bulkpatch.columns import CATALOGUE, Column
from bulkpatch.errors import BulkpatchError
from bulkpatch.loading import load_sheet
from bulkpatch.model import Absent, Inherit, Live, Row, Sheet, Value
from bulkpatch.planning import make_plan
from bulkpatch.schema import Kind
from bulkpatch.validation import validate

from .strategies import GUIDS, leaf, value

_NEARLY = ["yes", "no", "true", "inherit", "#N/A", "", " ", "allowed", "blocked", "AllUsers", "AllApplications", "Office365",
           "user:", "{}", '{"isMfaAccepted": null}', "[]", "null", "\u200b", "\u202e", "=1", "'", "\0", "\x1b[2J", "1e5",
           "9" * 40, "\ud800", "ａ", "ß", "İ"]  # fmt: skip
CELLS = st.one_of(st.sampled_from(_NEARLY), GUIDS, GUIDS.map("user:{}".format), st.text(max_size=20))
_NAMES = [name for column in CATALOGUE for name in (column.path, *column.aliases)]
HEADERS = st.one_of(
    st.sampled_from(["tenantId", "Tenant ID", "Partner", "Domain", "profile"]),
    st.sampled_from(_NAMES),
    st.text(max_size=12),
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A table as no reader would let it through: headers that repeat or are blank, cells of anything."""
    header = draw(st.lists(HEADERS, min_size=1, max_size=7))
    header = draw(st.sampled_from([header, ["tenantId", *header]]))
    rows = draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=4))
    made = [Row(number=number, cells=tuple(cells)) for number, cells in enumerate(rows, start=2)]
    return Sheet(file="any.csv", header=tuple(header), rows=tuple(made))


@settings(max_examples=250)
@given(sheet=sheets(), version=st.sampled_from(["v1.0", "beta"]), bare=st.booleans())
def test_any_sheet_gives_changes_or_problems(sheet: Sheet, version: str, bare: bool) -> None:
    """Each row one or the other, each problem with its place; and what is left can be planned."""
    checked = validate(sheet, api_version=version, allow_bare=bare)
    known = [change for change in checked.changes if change.tenant not in checked.domains]
    live = {change.tenant: Live(tenant=change.tenant, partner={}, sync=Absent()) for change in known}
    made = make_plan(known, live, sheet=sheet)

    sendable = {number for change in checked.changes for number in change.rows}
    assert not sendable & checked.wrong_rows
    assert checked.header_is_wrong or sendable | checked.wrong_rows == {row.number for row in sheet.rows}
    assert all(problem.what and str(problem) for problem in checked.problems)
    json.dumps([patch.body for patch in made.patches])


@pytest.mark.parametrize("column", CATALOGUE, ids=lambda c: c.path)
@settings(max_examples=25)
@given(data=st.data())
def test_a_wish_of_any_column_reads_back_as_itself(column: Column, data: st.DataObject) -> None:
    """Render ∘ parse is the identity, for leaves and for whole objects."""
    node = column.node
    drawn = data.draw(leaf(node) if isinstance(node, Kind) else value(node))
    wishes = parse(node, render(node, drawn))

    if isinstance(drawn, str) and drawn.casefold() in INHERIT_WORDS:
        return
    assert isinstance(wishes, dict)
    again = wishes if isinstance(node, Kind) else parse(node, render(node, _put_together(wishes)))
    assert again == wishes
    assert wishes == ({"": Value(drawn)} if isinstance(node, Kind) else _taken_apart(drawn))


def _put_together(wishes: dict[str, Inherit | Value]) -> Any:
    """The object that asks for *wishes*."""
    if "" in wishes:
        return None
    whole: dict[str, Any] = {}
    for path, wish in wishes.items():
        inner = whole
        *parents, last = path.split(".")
        for name in parents:
            inner = inner.setdefault(name, {})
        inner[last] = wish.json if isinstance(wish, Value) else None
    return whole


def _taken_apart(drawn: Any, path: str = "") -> dict[str, Inherit | Value]:
    """The wishes that an object stands for, told without the code that reads it."""
    if drawn is None:
        return {path: Inherit()}
    if not isinstance(drawn, dict):
        return {path: Value(drawn)}
    return {p: w for name, inner in drawn.items() for p, w in _taken_apart(inner, f"{path}.{name}".lstrip(".")).items()}


@pytest.mark.parametrize("column", CATALOGUE, ids=lambda c: c.path)
@settings(max_examples=40)
@given(text=CELLS)
def test_any_cell_of_any_column_is_a_wish_or_a_problem(column: Column, text: str) -> None:
    """And a wish, written down and read again, is the same wish."""
    found = parse(column.node, text)

    if isinstance(found, BadCell):
        assert found.what
        assert found.hint
    elif isinstance(wish := found.get(""), Value):
        assert parse(column.node, render(column.node, wish.json)) == found


def _as_csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


BYTES = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=60).map(lambda tail: b"\xff\xfe" + tail),
    st.binary(max_size=60).map(lambda tail: b"tenantId,Trust MFA\n" + tail),
    st.text(st.sampled_from('a1,;\t|"\r\n\0 é=\u2028'), max_size=60).map(str.encode),
    st.lists(st.lists(CELLS, max_size=4), max_size=5).map(_as_csv),
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(content=BYTES)
def test_any_bytes_are_a_sheet_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    """Whatever the file holds, it says what is wrong and what to do, or every row is as wide as the header."""
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    sheet, refusal = None, None
    try:
        sheet = load_sheet(path)
    except BulkpatchError as exc:
        refusal = exc

    if sheet is None:
        assert refusal
        assert refusal.what
        assert refusal.next_step
        return
    assert {len(row.cells) for row in sheet.rows} == {len(sheet.header)}
    validate(sheet)

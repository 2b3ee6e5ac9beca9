"""What holds for any cell."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkpatch.cells import BadCell, parse, parse_tenant_id, render
from bulkpatch.columns import CATALOGUE, Column
from bulkpatch.model import Inherit, Value
from bulkpatch.report.defuse import defuse, restore
from bulkpatch.schema import Kind, same

from .strategies import leaf, value

COLUMNS = pytest.mark.parametrize("column", CATALOGUE, ids=lambda c: c.path)


@COLUMNS
@settings(max_examples=60)
@given(text=st.text() | st.sampled_from(["{}", "[]", "null", '{"a":1}', "user:", ";;", "AllUsers;x", "NaN"]))
def test_any_text_gives_a_wish_or_a_problem(column: Column, text: str) -> None:
    """Never an exception."""
    found = parse(column.node, text)

    assert isinstance(found, BadCell | dict)
    if isinstance(found, BadCell):
        assert found.what
        assert found.hint


@given(text=st.text())
def test_any_tenant_cell_gives_an_id_or_a_problem(text: str) -> None:
    """Normalised when it is one."""
    found = parse_tenant_id(text)

    assert isinstance(found, BadCell) or len(found) == 36


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=100)
@given(data=st.data())
def test_a_rendered_value_reads_back_as_itself(kind: Kind, data: st.DataObject) -> None:
    """Render ∘ parse is the identity."""
    drawn = data.draw(leaf(kind))
    if drawn in ("inherit", "#N/A"):
        return

    assert parse(kind, render(kind, drawn)) == {"": Value(drawn)}
    assert parse(kind, render(kind, None)) == {"": Inherit()}


@settings(max_examples=100)
@given(data=st.data())
def test_a_whole_object_reads_back_as_its_settings(data: st.DataObject) -> None:
    """A JSON cell asks for exactly the members it names."""
    column = data.draw(st.sampled_from([c for c in CATALOGUE if not c.is_leaf]))
    drawn = data.draw(value(column.node).filter(bool))

    wishes = parse(column.node, json.dumps(drawn))

    assert isinstance(wishes, dict)
    rebuilt: dict[str, object] = {}
    for path, wish in wishes.items():
        inner: dict[str, object] = rebuilt
        *parents, last = path.split(".")
        for name in parents:
            inner = inner.setdefault(name, {})  # type: ignore[assignment]
        inner[last] = wish.json if isinstance(wish, Value) else None
    assert same(column.node, rebuilt, drawn)


@given(text=st.text() | st.text("='+-@\t\r\n ＝"))
def test_a_defused_cell_is_restored_as_it_was(text: str) -> None:
    """Whatever stands in it, and it never begins as a formula does."""
    assert restore(defuse(text)) == text
    assert defuse(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}

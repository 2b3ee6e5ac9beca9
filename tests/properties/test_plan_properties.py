"""What holds for any sheet and any live state: plans reach what they promise, and there is a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from bulkpatch.access import judged
from bulkpatch.merge import leaves, property_of
from bulkpatch.model import Absent, Change, Endpoint, Fate, Live, Patch, Plan, Sheet, TenantId, Value
from bulkpatch.planning import make_plan
from bulkpatch.schema import PROPERTIES, Node, prune, same, walk
from bulkpatch.undo import Sent, undo_plan

from .strategies import TENANT, changes, lives

SHEET = Sheet(file="s.csv", header=(), rows=())


def _merged(live: Any, body: Any) -> Any:
    """An object as a server leaves it that merges members instead of replacing objects."""
    if not isinstance(live, dict) or not isinstance(body, dict):
        return body
    return {**live, **{name: _merged(live.get(name), inner) for name, inner in body.items()}}


def sent(live: Live, patches: tuple[Patch, ...], *, deep: bool = False) -> Live:
    """Live as Graph leaves it: what is sent replaces, or with *deep* is merged in; which one is not documented."""
    for patch in patches:
        part = live.partner if patch.endpoint is Endpoint.PARTNER else live.sync
        before: dict[str, Any] = dict(part) if isinstance(part, Mapping) else {}
        after: Any = (
            Absent() if patch.method == "DELETE" else _merged(before, patch.body) if deep else {**before, **patch.body}
        )
        live = replace(live, partner=after) if patch.endpoint is Endpoint.PARTNER else replace(live, sync=after)
    return live


def planned(change: Change, live: Live) -> Plan:
    """The plan of one change."""
    return make_plan([change], {TENANT: live}, sheet=SHEET)


def alike(left: Live, right: Live) -> bool:
    """Whether Graph would call two states the same: null, absent and full of nulls all inherit."""
    for prop in PROPERTIES:
        a, b = ((x.partner if prop.endpoint is Endpoint.PARTNER else x.sync) for x in (left, right))
        if isinstance(a, Absent) != isinstance(b, Absent):
            return False
        if isinstance(a, dict) and isinstance(b, dict) and not same(prop.node, a.get(prop.name), b.get(prop.name)):
            return False
    return True


@settings(max_examples=300)
@given(change=changes(), live=lives(), deep=st.booleans())
def test_a_plan_after_success_is_empty(change: Change, live: Live, deep: bool) -> None:
    """What was sent is what the sheet wants, so there is nothing left to send."""
    step = planned(change, live).steps[0]

    again = planned(change, sent(live, step.patches, deep=deep)).steps[0]

    assert step.fate is Fate.REFUSED or again.fate in {Fate.UNCHANGED, Fate.REFUSED}
    assert step.fate is Fate.REFUSED or again.patches == ()


@settings(max_examples=300)
@given(change=changes(), live=lives() | st.just(Live(tenant=TENANT, partner=Absent(), sync=Absent())))
def test_what_the_sheet_asks_for_is_live_after_its_plan(change: Change, live: Live) -> None:
    """Every wish, in a partner that exists or is created."""
    step = make_plan([change], {TENANT: live}, sheet=SHEET, create_missing=True).steps[0]
    after = sent(live, step.patches)

    if step.fate is not Fate.REFUSED:
        for path, wish in change.wishes.items():
            prop = property_of(path)
            part = after.partner if prop.endpoint is Endpoint.PARTNER else after.sync
            held = leaves(prop, prune(prop.node, part.get(prop.name) if isinstance(part, Mapping) else None))
            wanted = wish.json if isinstance(wish, Value) else None
            assert same(_kind_of(path), held[path], wanted)


def _kind_of(path: str) -> Node:
    return next(node for at, node in walk(property_of(path).node, property_of(path).root) if at == path)


@settings(max_examples=300)
@given(change=changes(), live=lives())
def test_a_plan_changes_nothing_that_the_sheet_does_not_name(change: Change, live: Live) -> None:
    """Every other setting of the partner is as it was."""
    step = planned(change, live).steps[0]
    after = sent(live, step.patches)

    named = {path for path, _ in change.wishes.items()}
    assert {difference.path for difference in step.differences} <= named
    for prop in PROPERTIES:
        if not any(path == prop.root or path.startswith(prop.root + ".") for path in named):
            a, b = ((x.partner if prop.endpoint is Endpoint.PARTNER else x.sync) for x in (live, after))
            old = a.get(prop.name) if isinstance(a, dict) else None
            new = b.get(prop.name) if isinstance(b, dict) else None
            assert same(prop.node, old, new)


@settings(max_examples=300)
@given(change=changes(), live=lives(), deep=st.booleans())
def test_plan_then_undo_restores_live_exactly(change: Change, live: Live, deep: bool) -> None:
    """The values before are enough to go back."""
    step = planned(change, live).steps[0]
    after = sent(live, step.patches, deep=deep)
    went_out = Sent(tenant=TENANT, rows=(2,), patches=step.patches)

    back = undo_plan([went_out], {TENANT: after}, delete_created=True)

    assert alike(sent(after, back.patches, deep=deep), live)


@settings(max_examples=200)
@given(change=changes(), live=lives(), later=changes())
def test_undo_never_touches_what_was_changed_since(change: Change, live: Live, later: Change) -> None:
    """A property that is not as the run left it stays as it is."""
    step = planned(change, live).steps[0]
    after = sent(live, step.patches)
    elsewhere = sent(after, planned(later, after).steps[0].patches)
    went_out = Sent(tenant=TENANT, rows=(2,), patches=step.patches)

    back = undo_plan([went_out], {TENANT: elsewhere}, delete_created=True)

    for patch in back.patches:
        part = elsewhere.partner if patch.endpoint is Endpoint.PARTNER else elsewhere.sync
        left = next(p for p in step.patches if p.endpoint is patch.endpoint)
        assert isinstance(part, dict)
        for prop in PROPERTIES:
            if prop.endpoint is patch.endpoint and prop.name in patch.body:
                assert same(prop.node, part.get(prop.name), left.body.get(prop.name))


@settings(max_examples=200)
@given(change=changes(), live=lives())
def test_what_graph_shows_beyond_its_schema_is_never_sent(change: Change, live: Live) -> None:
    """Not even inside an object that goes whole."""
    for patch in planned(change, live).patches:
        for prop in PROPERTIES:
            if prop.endpoint is patch.endpoint and prop.name in patch.body:
                sent_value = patch.body[prop.name]
                assert same(prop.node, prune(prop.node, sent_value), sent_value)
        assert "unpublished" not in patch.body


@settings(max_examples=100)
@given(
    cases=st.lists(st.tuples(changes(), lives()), min_size=1, max_size=3),
    order=st.lists(st.integers(0, 2), min_size=1, max_size=12),
    force=st.booleans(),
    default=st.none() | st.just({"inboundTrust": {"isMfaAccepted": True}}),
)
def test_a_plan_of_many_tenants_says_of_each_what_its_own_plan_says(
    cases: list[tuple[Change, Live]], order: list[int], force: bool, default: Any
) -> None:
    """What was worked out for one tenant is only taken for another that is alike in everything that counts."""
    picked = [cases[number % len(cases)] for number in order]
    ids = [TenantId(str(UUID(int=n + 1))) for n in range(len(picked))]
    some = [replace(change, tenant=t) for (change, _), t in zip(picked, ids, strict=True)]
    live = {t: replace(one, tenant=t) for (_, one), t in zip(picked, ids, strict=True)}
    many = judged(make_plan(some, live, sheet=SHEET, force=force, create_missing=True), default)

    alone = [judged(make_plan([c], live, sheet=SHEET, force=force, create_missing=True), default) for c in some]
    assert many.steps == tuple(step for plan in alone for step in plan.steps)
    assert many.problems == tuple(problem for plan in alone for problem in plan.problems)

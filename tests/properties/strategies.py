"""What hypothesis draws from: values, live partners and wishes, built from the schema itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from bulkpatch.columns import CATALOGUE
from bulkpatch.model import Absent, Change, Endpoint, Inherit, Live, TenantId, Value
from bulkpatch.schema import PROPERTIES, Kind, Node

TENANT = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
GUIDS = st.uuids().map(str)


def leaf(kind: Kind) -> st.SearchStrategy[Any]:
    """A value that a leaf of *kind* may hold."""
    return {
        Kind.BOOLEAN: st.booleans(),
        Kind.ACCESS: st.sampled_from(["allowed", "blocked"]),
        Kind.GUID: GUIDS,
        Kind.TEXT: st.text("abc ü'", min_size=1).map(str.strip).filter(bool),
        Kind.PRINCIPALS: _targets(["user", "group"], [("AllUsers", "user")]),
        Kind.APPLICATIONS: _targets(
            ["application"], [("AllApplications", "application"), ("Office365", "application")]
        ),
    }[kind]


def _targets(kinds: list[str], whole: list[tuple[str, str]]) -> st.SearchStrategy[Any]:
    one = st.one_of(st.tuples(GUIDS, st.sampled_from(kinds)), st.sampled_from(whole))
    unique = st.lists(one, min_size=1, max_size=3, unique=True)
    return unique.map(lambda pairs: [{"target": target, "targetType": kind} for target, kind in pairs])


def value(node: Node) -> st.SearchStrategy[Any]:
    """A value of *node*, or null."""
    if isinstance(node, Kind):
        return st.none() | leaf(node)
    return st.none() | st.fixed_dictionaries({}, optional={name: value(child) for name, child in node.items()})


def _resource(endpoint: Endpoint) -> st.SearchStrategy[Mapping[str, Any]]:
    members = {p.name: value(p.node) for p in PROPERTIES if p.endpoint is endpoint}
    strange = {"unpublished": st.just({"inboundAllowed": None}), "tenantId": st.just(str(TENANT))}
    return st.fixed_dictionaries({}, optional={**members, **strange})


def lives() -> st.SearchStrategy[Live]:
    """A partner that exists, in any state, with or without a synchronization policy."""
    return st.builds(
        Live,
        tenant=st.just(TENANT),
        partner=_resource(Endpoint.PARTNER),
        sync=st.one_of(st.builds(Absent), _resource(Endpoint.SYNC)),
    )


LEAVES = [column for column in CATALOGUE if isinstance(column.node, Kind)]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Wishes of one row: some leaves set, some inherited."""
    chosen = draw(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=8, unique_by=lambda c: c.path))
    wishes: dict[str, Inherit | Value] = {}
    for column in chosen:
        assert isinstance(column.node, Kind)
        wishes[column.path] = draw(st.one_of(st.just(Inherit()), leaf(column.node).map(Value)))
    return Change(tenant=TENANT, rows=(2,), wishes=wishes, columns={})

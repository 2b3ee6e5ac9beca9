"""Wishes laid over what is live. Pure.

Nested objects go to Graph whole, since a deep merge on its side is not documented: what the sheet leaves out is
taken from live. Properties are keyed here by their root in the catalogue, e.g. `inboundTrust` or
`identitySynchronization.displayName`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from bulkpatch.model import Difference, Endpoint, Inherit, Json, Settings, Value
from bulkpatch.schema import PROPERTIES, Kind, Node, Property, prune, same, walk

Wishes = Mapping[str, Inherit | Value]


@cache
def property_of(path: str) -> Property:
    """The property that a wish's path lies in."""
    return next(p for p in PROPERTIES if path == p.root or path.startswith(p.root + "."))


def touched(wishes: Wishes) -> tuple[Property, ...]:
    """The properties that *wishes* speak of, in the catalogue's order."""
    return _touched(frozenset(wishes))


@lru_cache(maxsize=4096)  # rows of a sheet mostly fill in the same columns
def _touched(paths: frozenset[str]) -> tuple[Property, ...]:
    named = {property_of(path).root for path in paths}
    return tuple(p for p in PROPERTIES if p.root in named)


def merge(live: Settings, wishes: Wishes) -> Settings:
    """What the touched properties should look like: *live* (by root), with every wish set in it."""
    wanted: dict[str, Json] = {p.root: prune(p.node, live.get(p.root)) for p in touched(wishes)}
    for path, wish in wishes.items():
        prop = property_of(path)
        below = path[len(prop.root) + 1 :]
        value = wish.json if isinstance(wish, Value) else None
        wanted[prop.root] = _with(wanted[prop.root], below.split(".") if below else [], value)
    return {p.root: prune(p.node, wanted[p.root]) for p in touched(wishes)}


def _with(value: Json, members: list[str], leaf: Json) -> Json:
    if not members:
        return leaf
    inner = dict(value) if isinstance(value, dict) else {}
    inner[members[0]] = _with(inner.get(members[0]), members[1:], leaf)
    return inner


def leaves(prop: Property, value: Json) -> dict[str, Json]:
    """Spread one property's value over the paths of its single settings; what is not set is None."""
    found: dict[str, Json] = {}
    _spread(prop.node, value, prop.root, found)
    return found


def _spread(node: Node, value: Json, path: str, found: dict[str, Json]) -> None:
    if isinstance(node, Kind):
        found[path] = value
        return
    inner = value if isinstance(value, dict) else {}
    for name, child in node.items():
        _spread(child, inner.get(name), f"{path}.{name}", found)


def missing_from(endpoint: Endpoint, body: Settings, live: Settings) -> Settings:
    """The properties of *body*, by Graph's name, that *live* does not have yet."""
    by_name = {p.name: p for p in PROPERTIES if p.endpoint is endpoint}
    return {n: value for n, value in body.items() if not same(by_name[n].node, value, live.get(n))}


def differing(endpoint: Endpoint, before: Settings, after: Settings) -> list[Difference]:
    """The single settings in which the properties named in *before* differ in *after*; both by Graph's name."""
    by_name = {p.name: p for p in PROPERTIES if p.endpoint is endpoint}
    return [d for name, value in before.items() for d in differences(by_name[name], value, after.get(name))]


def differences(prop: Property, before: Json, after: Json) -> list[Difference]:
    """The single settings in which two values of *prop* differ."""
    old, new = leaves(prop, prune(prop.node, before)), leaves(prop, prune(prop.node, after))
    return [
        Difference(path=path, before=old[path], after=new[path])
        for path, node in _leaves(prop.root)
        if not same(node, old[path], new[path])
    ]


@cache
def _leaves(root: str) -> tuple[tuple[str, Kind], ...]:
    return tuple((path, node) for path, node in walk(property_of(root).node, root) if isinstance(node, Kind))


def outgoing(prop: Property, before: Json, wanted: Json) -> Json:
    """A value as it is sent over *before*: null only where something live goes back to inheriting."""
    if prop.root == "automaticUserConsentSettings" and wanted is None:
        # Graph shows this object with nulls inside, never as null: so it is reset in the shape it is shown in.
        return {"inboundAllowed": None, "outboundAllowed": None}
    if wanted is None and _holds_more(prop, before):
        # null would take away what the service keeps there beyond its published schema: only our members go back.
        return {name: None for name in prop.node if before.get(name) is not None}
    if wanted is None or not isinstance(wanted, dict):
        return wanted
    return _without_idle_nulls(before, wanted)


def _holds_more(prop: Property, before: Json) -> bool:
    known = prop.node if isinstance(prop.node, Mapping) else {}
    return isinstance(before, dict) and any(v is not None for name, v in before.items() if name not in known)


def _without_idle_nulls(before: Json, wanted: Mapping[str, Json]) -> Json:
    old = before if isinstance(before, dict) else {}
    return {
        name: _without_idle_nulls(old.get(name), value) if isinstance(value, dict) else value
        for name, value in wanted.items()
        if value is not None or old.get(name) is not None
    }


def lay_over(endpoint: Endpoint, body: Settings, live: Settings) -> Settings:
    """The properties of *body* that *live* does not have yet, each whole, so that nothing live is lost."""
    by_name = {p.name: p for p in PROPERTIES if p.endpoint is endpoint}
    laid: dict[str, Json] = {}
    for name in missing_from(endpoint, body, live):
        prop, before = by_name[name], live.get(name)
        laid[name] = outgoing(prop, before, prune(prop.node, _overlay(prune(prop.node, before), body[name])))
    return laid


def _overlay(live: Json, wanted: Json) -> Json:
    if not isinstance(wanted, dict):
        return wanted
    kept = dict(live) if isinstance(live, dict) else {}
    return {**kept, **{name: _overlay(kept.get(name), value) for name, value in wanted.items()}}

"""The way back from a run: from what its journal says was sent, and what was live before. Pure.

Only properties that the run sent, and only where live is still as the run left it; the rest is shown and left alone.
Created partners are deleted only when asked for, their synchronization policy first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bulkpatch.drift import is_carried_out
from bulkpatch.merge import differences, outgoing
from bulkpatch.model import (
    Absent,
    Difference,
    Endpoint,
    Fate,
    GraphError,
    Json,
    Live,
    Patch,
    Plan,
    Settings,
    Step,
    TenantId,
    Unreadable,
)
from bulkpatch.schema import PROPERTIES, Property, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one run sent to one tenant: the last body of each resource, and the values before."""

    tenant: TenantId
    rows: tuple[int, ...]
    patches: tuple[Patch, ...]


def sent_by(events: Iterable[Mapping[str, Json]]) -> tuple[Sent, ...]:
    """Read from a journal what may have been applied: every write that set out, whatever was answered."""
    steps: dict[str, Mapping[str, Json]] = {}
    went_out: dict[str, list[Mapping[str, Json]]] = {}
    refused: set[str] = set()
    for event in events:
        if event["kind"] == "step":
            steps[event["tenant"]] = event
        elif event["kind"] == "sending":
            went_out.setdefault(event["tenant"], []).append(event)
        elif event["kind"] == "answered" and 400 <= (event["status"] or 0) < 500:
            refused.add(event["clientRequestId"])
    kept = {t: {Endpoint(e["endpoint"]): e for e in sent if e["clientRequestId"] not in refused}
            for t, sent in went_out.items()}  # fmt: skip
    return tuple(_sent(steps[tenant], writes) for tenant, writes in kept.items() if writes)


def _sent(step: Mapping[str, Json], writes: Mapping[Endpoint, Mapping[str, Json]]) -> Sent:
    tenant = TenantId(step["tenant"])
    planned = {Endpoint(patch["endpoint"]): patch for patch in step["patches"]}
    return Sent(
        tenant=tenant,
        rows=tuple(step["rows"]),
        patches=tuple(
            Patch(
                tenant=tenant,
                endpoint=endpoint,
                method=event["method"],
                body=event["body"],
                differences=(),
                before=planned[endpoint]["before"],
            )
            for endpoint, event in writes.items()
        ),
    )


def undo_plan(sent: Sequence[Sent], live: Mapping[TenantId, Live], *, delete_created: bool) -> Plan:
    """Plan the way back for every tenant of *sent*."""
    return Plan(steps=tuple(_back(one, live[one.tenant], delete_created=delete_created) for one in sent))


def _back(sent: Sent, live: Live, *, delete_created: bool) -> Step:
    unreadable = next((part.error for part in (live.partner, live.sync) if isinstance(part, Unreadable)), None)
    if unreadable:
        return Step(tenant=sent.tenant, rows=sent.rows, fate=Fate.UNREADABLE, error=unreadable)
    patches: list[Patch] = []
    alone: list[str] = []
    for patch in sorted(sent.patches, key=lambda p: p.endpoint is Endpoint.PARTNER):  # synchronization first
        now = live.partner if patch.endpoint is Endpoint.PARTNER else live.sync
        settings = now if isinstance(now, Mapping) else None
        if patch.before is None and patch.method == "PATCH":
            alone.append(f"{patch.endpoint.value} came into being while the run went on")
        elif patch.before is None:
            _back_from_create(patch, settings, patches, alone, delete_created=delete_created)
        elif settings is not None:
            _back_from_update(patch, settings, patches, alone)
        elif isinstance(now, Absent):
            alone.append(f"{patch.endpoint.value} does not exist any more")
    return _step(sent, patches, alone)


def _step(sent: Sent, patches: list[Patch], alone: list[str]) -> Step:
    if patches:
        return Step(tenant=sent.tenant, rows=sent.rows, fate=Fate.CHANGE, patches=tuple(patches), note="; ".join(alone))
    if alone:
        error = GraphError(code="LeftAlone", message=f"Not as the run left it: {'; '.join(alone)}.")
        return Step(tenant=sent.tenant, rows=sent.rows, fate=Fate.DRIFTED, error=error)
    return Step(tenant=sent.tenant, rows=sent.rows, fate=Fate.UNCHANGED)


def _back_from_create(
    patch: Patch, settings: Settings | None, patches: list[Patch], alone: list[str], *, delete_created: bool
) -> None:
    if settings is None:
        return
    if patch.endpoint is Endpoint.PARTNER and not delete_created:
        alone.append("the partner was created by the run and stays, without --delete-created")
    elif not is_carried_out(patch, settings):
        alone.append(f"{patch.endpoint.value} was created by the run and changed since")
    else:
        gone = Difference(path=patch.endpoint.value, before="created by the run", after="deleted")
        patches.append(
            Patch(
                tenant=patch.tenant,
                endpoint=patch.endpoint,
                method="DELETE",
                body={"tenantId": patch.tenant},
                differences=(gone,),
                before={name: value for name, value in patch.body.items() if name != "tenantId"},
            )
        )


def _back_from_update(patch: Patch, settings: Settings, patches: list[Patch], alone: list[str]) -> None:
    body: dict[str, Json] = {}
    left: dict[str, Json] = {}
    changed: list[Difference] = []
    for prop in _properties(patch):
        now, before = settings.get(prop.name), (patch.before or {}).get(prop.name)
        if same(prop.node, now, before):
            continue
        if not same(prop.node, now, patch.body[prop.name]):
            alone.append(f"{prop.root} was changed since")
            continue
        body[prop.name], left[prop.name] = outgoing(prop, now, before), now
        changed.extend(differences(prop, now, before))
    if body:
        patches.append(
            Patch(
                tenant=patch.tenant,
                endpoint=patch.endpoint,
                method="PATCH",
                body=body,
                differences=tuple(changed),
                before=left,
            )
        )


def _properties(patch: Patch) -> Iterable[Property]:
    return (p for p in PROPERTIES if p.endpoint is patch.endpoint and p.name in patch.body)

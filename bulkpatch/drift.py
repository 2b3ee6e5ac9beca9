"""A plan that was approved earlier, held against what is live now. Pure.

Only what was approved is sent, and only where live is still as it was when it was approved: the others are refused one
by one, with what changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from bulkpatch.merge import differing
from bulkpatch.model import Absent, Endpoint, Fate, GraphError, Live, Patch, Plan, Settings, Step, TenantId, Unreadable

WRITING = (Fate.CHANGE, Fate.CREATE)


def hold_against(plan: Plan, live: Mapping[TenantId, Live]) -> Plan:
    """Refuse the steps of *plan* whose partner has drifted; a step that is carried out already has nothing to send."""
    return replace(plan, steps=tuple(_held(step, live[step.tenant]) if step.patches else step for step in plan.steps))


def _held(step: Step, live: Live) -> Step:
    left: list[Patch] = []
    for patch in step.patches:
        now = live.partner if patch.endpoint is Endpoint.PARTNER else live.sync
        if isinstance(now, Unreadable):
            return replace(step, fate=Fate.UNREADABLE, patches=(), error=now.error)
        settings = now if isinstance(now, Mapping) else None
        if is_carried_out(patch, settings):
            continue
        if changed := _changed(patch, settings, isinstance(now, Absent)):
            error = GraphError(code="Drifted", message=f"Live has changed since the plan was approved: {changed}.")
            return replace(step, fate=Fate.DRIFTED, patches=(), error=error)
        left.append(patch)
    return replace(step, patches=tuple(left), fate=step.fate if left else Fate.UNCHANGED)


def is_carried_out(patch: Patch, settings: Settings | None) -> bool:
    """Whether live *settings* (None: absent) are as *patch* leaves them."""
    if patch.method == "DELETE":
        return settings is None
    wanted = {name: value for name, value in patch.body.items() if name != "tenantId"}
    return settings is not None and not differing(patch.endpoint, wanted, settings)


def _changed(patch: Patch, settings: Settings | None, absent: bool) -> str:
    if patch.before is None:
        return "" if settings is None else f"{patch.endpoint.value} exists by now"
    if settings is None:
        return f"{patch.endpoint.value} does not exist any more" if absent else f"{patch.endpoint.value} was not read"
    changed = differing(patch.endpoint, patch.before, settings)
    return ", ".join(f"{d.path} was {_say(d.before)} and is {_say(d.after)}" for d in changed)


def _say(value: object) -> str:
    return "inherit" if value is None else json.dumps(value, ensure_ascii=False)

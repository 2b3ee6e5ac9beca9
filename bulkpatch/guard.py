"""Limits that a person sets before anything is sent: who must not change, and how much may be loosened. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from bulkpatch.errors import UsageError
from bulkpatch.model import Fate, GraphError, Plan, Problem, Sheet, Step, Tag, TenantId

CODE = "Protected"
_WHAT = "is a tenant that --protect names, and would change."
_HINT = "Take the row out, or the tenant out of the file."


def protect(plan: Plan, protected: AbstractSet[TenantId], sheet: Sheet) -> Plan:
    """Refuse every step that would change a *protected* tenant, with a problem at its row."""
    hit = [step for step in plan.steps if step.patches and step.tenant in protected]
    if not hit:
        return plan
    problems = tuple(
        Problem(address=sheet.address(step.rows[0]), value=step.tenant, what=_WHAT, hint=_HINT) for step in hit
    )
    steps = tuple(_refused(step) if step in hit else step for step in plan.steps)
    return replace(plan, steps=steps, problems=(*plan.problems, *problems))


def _refused(step: Step) -> Step:
    error = GraphError(code=CODE, message=f"{step.tenant} {_WHAT} {_HINT}")
    return replace(step, fate=Fate.REFUSED, patches=(), effects=(), error=error)


def loosenings(plan: Plan) -> int:
    """How many changes of *plan* loosen."""
    return sum(effect.tag is Tag.LOOSENS for step in plan.steps for effect in step.effects)


def require_few_loosenings(plan: Plan, most: int | None) -> None:
    """Refuse a plan with more than *most* loosening changes; raises UsageError."""
    count = loosenings(plan)
    if most is not None and count > most:
        raise UsageError(
            f"{count} changes would loosen access, and --max-loosen allows {most}. Nothing was sent.",
            next_step="`bulkpatch plan SHEET --only loosening` shows them; raise --max-loosen when they are meant.",
        )

"""What a plan will cost and mean, in numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bulkpatch.model import Plan, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The head of a plan."""

    tenants: int
    changing: int
    """Tenants with a write."""
    writes: int
    loosening: int
    """Changes that loosen, which may be several of one tenant."""
    tags: dict[Tag, int]
    """Tenants with a write, by the way that they go."""
    seconds: float | None
    """For the writes, at the quota; None when there is none."""
    share: float | None
    """Of the quota's writes; more than 1 when it is used up more than once."""


def outlook(plan: Plan, quota: tuple[int, float] | None) -> Outlook:
    """Count *plan*; *quota* is writes and seconds, None for no quota."""
    changing = [step for step in plan.steps if step.patches]
    writes = len(plan.patches)
    return Outlook(
        tenants=len(plan.steps),
        changing=len(changing),
        writes=writes,
        loosening=sum(effect.tag is Tag.LOOSENS for step in changing for effect in step.effects),
        tags={tag: sum(step.tag is tag for step in changing) for tag in Tag},
        seconds=writes * quota[1] / quota[0] if quota else None,
        share=writes / quota[0] if quota else None,
    )

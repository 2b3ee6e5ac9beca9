"""A plan for machines."""

from __future__ import annotations

from dataclasses import asdict

from bulkpatch.cli.screen import problems_json
from bulkpatch.model import Json, Plan, Step
from bulkpatch.pipeline import Prepared, pending


def plan_json(prepared: Prepared, made: Plan) -> dict[str, Json]:
    """Every step with its writes, before and after, and every problem."""
    counts: dict[str, int] = {}
    for step in made.steps:
        counts[step.fate.value] = counts.get(step.fate.value, 0) + 1
    return {
        "sheet": prepared.sheet.file,
        "tenants": len(made.steps),
        "counts": counts,
        "changesPending": bool(pending(made)),
        "writes": len(made.patches),
        "steps": [_step_json(step) for step in made.steps],
        "problems": problems_json((*prepared.checked.problems, *made.problems)),
    }


def _step_json(step: Step) -> dict[str, Json]:
    return {
        "tenantId": step.tenant,
        "name": step.name or step.label,
        "rows": list(step.rows),
        "fate": step.fate.value,
        "error": asdict(step.error) if step.error else None,
        "patches": [
            {
                "method": patch.method,
                "resource": patch.endpoint.value,
                "body": patch.body,
                "changes": [asdict(difference) for difference in patch.differences],
            }
            for patch in step.patches
        ],
    }

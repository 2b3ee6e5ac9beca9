"""A plan for machines."""

from __future__ import annotations

from dataclasses import asdict

from bulkpatch.checking import Prepared
from bulkpatch.cli.screen import problems_json
from bulkpatch.guidance import guidance
from bulkpatch.line import quota_of
from bulkpatch.model import Json, Plan, Step
from bulkpatch.pipeline import pending
from bulkpatch.report.outlook import outlook


def plan_json(prepared: Prepared, made: Plan) -> dict[str, Json]:
    """The head, every step with its writes, before and after, what they mean, and every problem."""
    told = outlook(made, quota_of(prepared.options))
    counts: dict[str, int] = {}
    for step in made.steps:
        counts[step.fate.value] = counts.get(step.fate.value, 0) + 1
    return {
        "sheet": prepared.sheet.file,
        "tenants": len(made.steps),
        "counts": counts,
        "changesPending": bool(pending(made)),
        "writes": told.writes,
        "reads": made.reads,
        "loosening": told.loosening,
        "tags": {tag.value: count for tag, count in told.tags.items()},
        "expectedSeconds": told.seconds,
        "quotaShare": told.share,
        "guidance": [asdict(advice) for advice in guidance(made)],
        "steps": [_step_json(step) for step in made.steps],
        "problems": problems_json((*prepared.checked.problems, *made.problems)),
    }


def _step_json(step: Step) -> dict[str, Json]:
    return {
        "tenantId": step.tenant,
        "name": step.name or step.label,
        "rows": list(step.rows),
        "fate": step.fate.value,
        "tag": step.tag.value if step.patches else None,
        "effects": [asdict(effect) for effect in step.effects],
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

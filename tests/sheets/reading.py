"""One file through the line, as far as no network is needed: refused, or its problems and what it would send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bulkpatch.checking import check
from bulkpatch.columns import CATALOGUE
from bulkpatch.config import Options
from bulkpatch.errors import BulkpatchError
from bulkpatch.library import load
from bulkpatch.model import Absent, Endpoint, Live, Problem, TenantId
from bulkpatch.planning import make_plan

_WORDS = 12
"""So many words of a message are kept: enough to know it by."""


def read(path: Path) -> dict[str, Any]:
    """Load, validate and plan the file against partners of which nothing is configured."""
    try:
        source = load(path)
    except BulkpatchError as exc:
        what = exc.what.replace(str(path), path.name)
        return {"refused": _start(what), "next": _start(exc.next_step)}
    checked = check(source, Options(create_missing=False)).checked
    named = [change for change in checked.changes if change.tenant not in checked.domains]
    made = make_plan(named, {change.tenant: _bare(change.tenant) for change in named}, sheet=source.sheet)
    told = [_told(problem) for problem in (*checked.problems, *checked.advice, *made.problems)]
    told = [one for number, one in enumerate(told) if one not in told[:number]]
    found: dict[str, Any] = {"problems": told} if told else {}
    if checked.header_is_wrong:
        return {**found, "sends": "nothing: no row can be trusted"}
    sends: dict[str, Any] = {str(patch.tenant): {} for patch in made.patches}
    for patch in made.patches:
        sends[str(patch.tenant)] |= patch.body if patch.endpoint is Endpoint.PARTNER else {patch.endpoint: patch.body}
    kept: dict[str, Any] = {str(s.tenant): {} for s in made.steps if s.fate == "unchanged"}
    asks = {"asks Entra who is": sorted(checked.domains)} if checked.domains else {}
    return {**found, **asks, "sends": {**sends, **kept}}


def _bare(tenant: TenantId) -> Live:
    roots = {column.prop.name: None for column in CATALOGUE if column.prop.endpoint is Endpoint.PARTNER}
    return Live(tenant=tenant, partner={"tenantId": tenant, **roots}, sync=Absent())


def _told(problem: Problem) -> dict[str, str]:
    told = {"at": str(problem.address), "severity": problem.severity.value, "header": problem.header,
            "what": _start(problem.what), "hint": _start(problem.hint)}  # fmt: skip
    return {name: text for name, text in told.items() if text}


def _start(text: str) -> str:
    words = text.split(" ")
    start = " ".join(words[:_WORDS])
    start = start if len(start) <= 160 else start[:160]
    return start if start == text else f"{start} …"

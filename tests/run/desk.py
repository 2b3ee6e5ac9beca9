"""One rollout without the command line: the real client over real sockets, in the test's own event loop."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from bulkpatch.checking import check
from bulkpatch.config import Options
from bulkpatch.graph.auth import GivenToken
from bulkpatch.graph.halt import Halt
from bulkpatch.line import open_line
from bulkpatch.model import Plan, Row, Sheet, Status
from bulkpatch.pipeline import apply, plan
from bulkpatch.progress import Watcher
from bulkpatch.run import Run
from bulkpatch.simulator import Simulator
from bulkpatch.source import Source, from_run


def tenant(number: int) -> str:
    """A tenant id for the row with *number*, always the same."""
    return str(uuid.UUID(int=0x90E29127_71AD_49C7_9CE8_DB3F41EA0000 + number, version=4))


def sheet_of(tenants: int) -> Sheet:
    """Every second one trusts MFA, every third one synchronizes."""
    rows = [
        Row(number=n + 2, cells=(tenant(n), "yes" if n % 2 else "no", "true" if n % 3 == 0 else ""))
        for n in range(tenants)
    ]
    return Sheet(file="s.csv", header=("tenantId", "Trust MFA", "User sync"), rows=tuple(rows))


def as_the_sheet_says(graph: Simulator, tenants: int) -> bool:
    """Whether the server's state is what `sheet_of` asks for."""
    trusted = [(graph.store.partners[tenant(n)]["inboundTrust"] or {}).get("isMfaAccepted") for n in range(tenants)]
    synced = [graph.store.sync.get(tenant(n), {}).get("userSyncInbound") for n in range(0, tenants, 3)]
    return trusted == [n % 2 == 1 for n in range(tenants)] and synced == [{"isSyncAllowed": True}] * len(synced)


async def roll_out(graph: Simulator, source: Source, reports: Path, **options: Any) -> Run:
    """Plan and apply *source* against *graph*."""
    defaults = Options(graph_url=graph.url, report_dir=str(reports), quota="off", allow_parallel=True, timeout=1.5)
    told = replace(defaults, **options)
    prepared = check(source, told)
    async with open_line(told, GivenToken("token"), halt=Halt()) as line:
        made: Plan = await plan(prepared, line)
        return await apply(prepared, made, line, about={"command": "apply"}, observer=Watcher())


async def until_done(graph: Simulator, source: Source, reports: Path, **options: Any) -> list[Run]:
    """Apply, then rerun what is left until nothing is, five times at most."""
    runs = [await roll_out(graph, source, reports, **options)]
    while runs[-1].report.unfinished and len(runs) < 6:
        runs.append(await roll_out(graph, from_run(runs[-1].folder), reports, **options))
    return runs


def unknown_writes(graph: Simulator, runs: list[Run]) -> list[str]:
    """Writes that changed the server and that no journal knows to have been sent."""
    told: set[str] = set()
    for run in runs:
        for line in (run.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["kind"] == "sending":
                told.add(event["clientRequestId"])
    return [e.client_request_id for e in graph.requests if e.applied and e.client_request_id not in told]


def every_row_once(run: Run, tenants: int) -> bool:
    """Whether each input row has exactly one status, in input order."""
    rows = run.report.rows
    return [r.row.number for r in rows] == list(range(2, tenants + 2)) and all(r.outcome.status in Status for r in rows)

"""The fault suite: the real client over real sockets, every fault, mixed and seeded."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from bulkpatch.simulator import Behaviour, Fault, Simulator
from bulkpatch.simulator import faults as f
from bulkpatch.source import Source

from .desk import as_the_sheet_says, every_row_once, roll_out, sheet_of, tenant, unknown_writes, until_done

PASSING = {
    "429": Fault.throttle("1"),
    "429 without Retry-After": Fault.throttle(None),
    "429 with Retry-After 0": Fault.throttle("0"),
    "429 with a negative Retry-After": Fault.throttle("-5"),
    "429 with garbage": Fault.throttle("soon"),
    "500": Fault(status=500, code="InternalServerError"),
    "500, applied": Fault(status=500, code="InternalServerError", apply=True),
    "502, HTML": f.BAD_GATEWAY,
    "503": Fault(status=503),
    "503 with Retry-After": Fault(status=503, headers={"Retry-After": "1"}),
    "504": Fault(status=504),
    "504, applied": Fault(status=504, apply=True),
    "reset before": f.RESET_BEFORE,
    "reset after it was applied": f.RESET_AFTER,
    "no answer": f.HANG_BEFORE,
    "no answer, applied": f.HANG_AFTER,
    "an unexpected 200, applied": Fault(status=200, body="<html>Sign in to the proxy</html>", apply=True),
    "an unexpected 202, applied": Fault(status=202, body="", apply=True),
    "409 of a concurrent update": Fault.refuse(409, "Directory_ConcurrencyViolation"),
    "423": Fault.refuse(423, "Locked"),
}
FINAL = {
    "400": Fault.refuse(400, "Request_BadRequest"),
    "403": f.FORBIDDEN,
    "405": Fault.refuse(405, "Request_BadRequest"),
    "412": Fault.refuse(412, "PreconditionFailed"),
    "302": f.REDIRECT,
    "an unexpected 200, not applied": Fault(status=200, body="<html>Sign in to the proxy</html>"),
}
READS = {
    "truncated": f.TRUNCATED,
    "not JSON": f.GARBLED,
    "reset": f.RESET_BEFORE,
    "502": f.BAD_GATEWAY,
    "no answer": f.HANG_BEFORE,
    "429": Fault.throttle("1"),
}


@pytest.mark.parametrize("name", PASSING)
async def test_a_passing_fault_on_a_write_costs_no_row(tmp_path: Path, name: str) -> None:
    """Whatever passes is outlived in the same run."""
    async with Simulator() as graph:
        for n in range(4):
            graph.store.add(tenant(n))
        graph.script(PASSING[name], method="PATCH", tenant=tenant(1))
        graph.script(PASSING[name], method="PUT", tenant=tenant(3))

        run = await roll_out(graph, Source(sheet=sheet_of(4)), tmp_path)

        assert run.report.exit_code == 0, [row.outcome for row in run.report.rows]
        assert as_the_sheet_says(graph, 4)
        assert unknown_writes(graph, [run]) == []


@pytest.mark.parametrize("name", FINAL)
async def test_a_final_fault_fails_its_row_alone_and_a_rerun_mends_it(tmp_path: Path, name: str) -> None:
    """What is refused is not sent again in the same run."""
    async with Simulator() as graph:
        for n in range(4):
            graph.store.add(tenant(n))
        graph.script(FINAL[name], method="PATCH", tenant=tenant(1))

        runs = await until_done(graph, Source(sheet=sheet_of(4)), tmp_path)

        assert [row.outcome.status.value for row in runs[0].report.rows] == ["succeeded", "failed"] + ["succeeded"] * 2
        assert runs[0].report.exit_code == 1
        assert len(runs) == 2
        assert as_the_sheet_says(graph, 4)


@pytest.mark.parametrize("name", READS)
async def test_a_fault_on_a_read_is_never_taken_for_absent(tmp_path: Path, name: str) -> None:
    """Neither on the list nor on a single policy."""
    async with Simulator() as graph:
        for n in range(4):
            graph.store.add(tenant(n))
            graph.store.create_sync(tenant(n), {"userSyncInbound": {"isSyncAllowed": False}})
        graph.script(READS[name], method="GET", endpoint="partners", times=2)
        graph.script(READS[name], method="GET", endpoint="identitySynchronization", times=2)

        run = await roll_out(graph, Source(sheet=sheet_of(4)), tmp_path, create_missing=True)

        assert run.report.exit_code == 0
        assert as_the_sheet_says(graph, 4)
        assert {e.method for e in graph.requests} == {"GET", "PATCH"}


async def _one_seed(seed: int, reports: Path) -> None:
    dice = random.Random(seed)
    tenants = 10
    async with Simulator(Behaviour(lag=dice.choice([0.0, 0.0, 0.2]))) as graph:
        missing = {n for n in range(tenants) if dice.random() < 0.2}
        for n in range(tenants):
            if n not in missing:
                graph.store.add(tenant(n))
        everything = list({**PASSING, **FINAL}.values())
        for n in range(tenants):
            for _ in range(dice.choice([0, 0, 1, 2])):
                graph.script(dice.choice(everything), tenant=tenant(n), method=dice.choice(["PATCH", "PUT"]))
        if dice.random() < 0.5:
            graph.script(dice.choice([f.RESET_BEFORE, f.RESET_AFTER, Fault(status=504, apply=True)]), method="POST")

        runs = await until_done(graph, Source(sheet=sheet_of(tenants)), reports, create_missing=True, timeout=1.0)

        assert not runs[-1].report.unfinished, (seed, [row.outcome for row in runs[-1].report.rows])
        assert as_the_sheet_says(graph, tenants), seed
        assert all(every_row_once(run, tenants) for run in runs), seed
        assert unknown_writes(graph, runs) == [], seed


@pytest.mark.parametrize("block", range(10))
async def test_hundreds_of_runs_with_mixed_faults_end_as_the_sheet_says(tmp_path: Path, block: int) -> None:
    """20 seeds at a time, 200 in all: no row lost, one status each, no write that the journal does not know."""
    await asyncio.gather(*(_one_seed(1000 * block + n, tmp_path / str(n)) for n in range(20)))

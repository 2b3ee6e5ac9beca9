"""SIGKILL at fifty moments: the rerun finishes, nothing is lost, nothing has a second effect."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from bulkpatch.simulator import Behaviour, Simulator

from .desk import as_the_sheet_says, tenant

TENANTS = 24
MOMENTS = 50


async def _bulkpatch(*words: str, folder: Path) -> asyncio.subprocess.Process:
    environment = {**os.environ, "BULKPATCH_ACCESS_TOKEN": "token"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bulkpatch", *words, cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def _write_sheet(folder: Path) -> None:
    folder.mkdir()
    rows = (f"{tenant(n)},{'yes' if n % 2 else 'no'},{'true' if n % 3 == 0 else ''}\n" for n in range(TENANTS))
    (folder / "s.csv").write_text("tenantId,Trust MFA,User sync\n" + "".join(rows), encoding="utf-8")


async def _killed_and_rerun(folder: Path, writes_before: int) -> None:
    _write_sheet(folder)
    async with Simulator(Behaviour(latency=0.004)) as graph:
        for n in range(TENANTS):
            graph.store.add(tenant(n))
        words = ("--yes", "--quota", "off", "--graph-url", graph.url, "--concurrency", "3", "--allow-parallel")
        process = await _bulkpatch("apply", "s.csv", *words, folder=folder)
        # The moment is the server's, which has no event for it.
        while process.returncode is None and sum(e.method != "GET" for e in graph.requests) < writes_before:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()
        first = next((folder / "reports").iterdir())
        sent_first = len(graph.requests)
        done = _finished(first)

        again = await _bulkpatch("rerun", str(first), "--yes", "--allow-parallel", folder=folder)
        out, err = await again.communicate()

        assert again.returncode == 0, (out, err)
        assert as_the_sheet_says(graph, TENANTS)
        assert not {e.tenant for e in graph.requests[sent_first:]} & done, "a finished tenant cost a request"
        assert _applied_once(graph)


def _finished(run: Path) -> set[str]:
    text = (run / "journal.jsonl").read_text(encoding="utf-8", errors="replace")
    events = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return {event["tenant"] for event in events if event["kind"] == "outcome" and event["status"] == "succeeded"}


def _applied_once(graph: Simulator) -> bool:
    """Each write changed the server once; only one that was in doubt when the process died may be repeated."""
    effects = [(e.tenant, e.endpoint, str(e.body)) for e in graph.requests if e.applied]
    return len(effects) - len(set(effects)) <= 3


@pytest.mark.parametrize("block", range(5))
async def test_a_killed_run_is_finished_by_its_rerun(tmp_path: Path, block: int) -> None:
    """Ten moments at a time, from the first write to the last."""
    moments = range(block, MOMENTS, 5)
    for pair in zip(*[iter(moments)] * 2, strict=True):
        await asyncio.gather(*(_killed_and_rerun(tmp_path / str(m), 1 + m * 32 // MOMENTS) for m in pair))

"""Faults below HTTP, over real sockets: names that do not resolve, TLS that cannot be spoken, nothing that listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp.resolver import ThreadedResolver

from bulkpatch.errors import GraphUnreachable
from bulkpatch.simulator import Simulator
from bulkpatch.simulator.faults import RESET_BEFORE
from bulkpatch.source import Source

from .desk import as_the_sheet_says, roll_out, sheet_of, tenant, unknown_writes


async def test_a_name_that_does_not_resolve_for_a_while_costs_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a run: the write cannot have been sent, and is sent when the name resolves again."""
    plain, calls = ThreadedResolver.resolve, list[str]()

    async def unsteady(self: ThreadedResolver, *args: Any, **kwargs: Any) -> Any:
        calls.append("asked")
        if len(calls) in {2, 3}:  # the first is for the pool, the next for the new connection after the reset
            message = "no such name"
            raise OSError(message)
        return await plain(self, *args, **kwargs)

    monkeypatch.setattr(ThreadedResolver, "resolve", unsteady)
    async with Simulator() as graph:
        for n in range(4):
            graph.store.add(tenant(n))
        graph.script(RESET_BEFORE, method="PATCH", tenant=tenant(1))
        by_name = graph.url.replace("127.0.0.1", "localhost")

        run = await roll_out(graph, Source(sheet=sheet_of(4)), tmp_path, graph_url=by_name)

        assert len(calls) >= 4
        assert run.report.exit_code == 0, [row.outcome for row in run.report.rows]
        assert as_the_sheet_says(graph, 4)
        assert unknown_writes(graph, [run]) == []


async def test_tls_that_cannot_be_spoken_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """A server that does not speak TLS, as behind a proxy that breaks it."""
    async with Simulator() as graph:
        graph.store.add(tenant(0))

        with pytest.raises(GraphUnreachable, match="no trusted TLS connection"):
            await roll_out(graph, Source(sheet=sheet_of(1)), tmp_path, graph_url=graph.url.replace("http:", "https:"))

        assert graph.requests == []


async def test_nothing_that_listens_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """A port that nobody has."""
    async with Simulator() as graph:
        url = graph.url

    with pytest.raises(GraphUnreachable, match="nothing answers at that address"):
        await roll_out(graph, Source(sheet=sheet_of(1)), tmp_path, graph_url=url)

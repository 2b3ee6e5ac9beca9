"""What the journal costs: the same unthrottled rollout with the journal, without its sync, and without any.

The server is blank.py; seconds are from the first to the last write. The three are run in turn, several times over, and
the medians compared.

    python benchmarks/journal.py [--tenants N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace

from blank import Blank
from desk import tenants

from bulkpatch.checking import check
from bulkpatch.config import Options
from bulkpatch.graph.auth import GivenToken
from bulkpatch.graph.halt import Halt
from bulkpatch.journal import Journal
from bulkpatch.line import open_line
from bulkpatch.model import Row, Sheet
from bulkpatch.pipeline import apply, plan
from bulkpatch.progress import Watcher
from bulkpatch.source import Source


async def roll_out(url: str, ids: list[str]) -> None:
    """Roll out, and be sure that all of it went well."""
    rows = tuple(Row(number=n + 2, cells=(tenant, "yes")) for n, tenant in enumerate(ids))
    sheet = Sheet(file="s.csv", header=("tenantId", "Trust MFA"), rows=rows)
    with tempfile.TemporaryDirectory() as folder:
        options = replace(Options(), graph_url=url, report_dir=folder, quota="off", concurrency=50, allow_parallel=True)
        prepared = check(Source(sheet=sheet), options)
        async with open_line(options, GivenToken("token"), halt=Halt()) as line:
            made = await plan(prepared, line)
            run = await apply(prepared, made, line, about={"command": "apply"}, observer=Watcher())
        assert run.report.exit_code == 0


async def _no_sync(_self: Journal) -> None:
    return


def _no_append(_self: Journal, _kind: str, **_fields: object) -> None:
    return


def measured(ids: list[str], prepare: Callable[[], None]) -> float:
    """One rollout against a fresh server."""
    append, sync = Journal.append, Journal.sync
    prepare()
    try:
        with Blank(ids) as server:
            server.watch(os.getpid())
            asyncio.run(roll_out(server.url, ids))
            return server.seen().seconds
    finally:
        Journal.append, Journal.sync = append, sync  # type: ignore[method-assign]


def without_sync() -> None:
    """Write lines, and never wait for the disk."""
    Journal.sync = _no_sync  # type: ignore[method-assign]


def without_journal() -> None:
    """Write nothing at all."""
    Journal.sync, Journal.append = _no_sync, _no_append  # type: ignore[method-assign,assignment]


def main() -> None:
    """Measure the three and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args()
    ids = tenants(told.tenants)
    ways = {"with the journal": lambda: None, "without its sync": without_sync, "without a journal": without_journal}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(told.rounds):
        for name, prepare in ways.items():
            seconds[name].append(measured(ids, prepare))
    bare = statistics.median(seconds["without a journal"])
    print(f"{told.tenants} tenants, 50 at a time, median of {told.rounds} rounds in turn")
    print(f"{'run':<22}{'seconds':>9}{'writes/s':>10}{'x bare':>8}")
    for name, found in seconds.items():
        median = statistics.median(found)
        print(f"{name:<22}{median:>9.2f}{told.tenants / median:>10.0f}{median / bare:>8.2f}")


if __name__ == "__main__":
    main()

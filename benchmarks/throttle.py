"""Roll tenants out to a server that throttles, and print what it cost each client, and which tenants it lost.

    python benchmarks/throttle.py [--tenants N] [--only SCENARIO]

The server is the simulator in a process of its own: a bucket of 100 writes refilled at 20 a second, that charges
refused writes and begins the whole wait again for who calls early. The scenarios: that quota; the quota cut to a
third (bucket and refill) ten seconds after the first write; and other applications that eat half of the refill from the
beginning. Answers take 10 ms; in a fourth scenario, 0.2 s. In each, bulkpatch is told the full quota, or nothing.
Seconds are from the first to the last write on the server.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing as mp
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from desk import bulkpatch, need_peers, peer, tenants, write_sheet

from bulkpatch.simulator import Behaviour, Quota, Simulator, Store

BURST, PER_SECOND, CUT_AFTER, AT_A_TIME = 100, 20.0, 10.0, 16
TOLD = f"{BURST}/{BURST / PER_SECOND:g}"
CLIENTS: Mapping[str, Sequence[str]] = {
    "bulkpatch, told": ("--quota", TOLD),
    "bulkpatch, not told": (),
    "aiohttp + tenacity loop": ("loop",),
    "Graph SDK, gathered": ("sdk-gathered",),
    "Graph SDK, one at a time": ("sdk-sequential",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the quota does."""

    title: str
    eaten: float = 0.0
    cut: bool = False
    latency: float = 0.01

    def ideal(self, count: int) -> float:
        """Seconds that *count* writes take at least, from the first to the last."""
        left, rate = count - BURST, PER_SECOND * (1 - self.eaten)
        if self.cut and left > rate * CUT_AFTER:
            return CUT_AFTER + (left - rate * CUT_AFTER) / (rate / 3)
        return max(left, 1) / rate


SCENARIOS = {
    "steady": Scenario(title=f"the quota is {BURST} writes at once and {PER_SECOND:g} a second"),
    "cut": Scenario(title=f"the same, cut to a third {CUT_AFTER:g} s after the first write", cut=True),
    "eaten": Scenario(title="the same, and other applications eat half of the refill", eaten=0.5),
    "far": Scenario(title="the first again, and each answer takes 0.2 s", latency=0.2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one client did to the server."""

    seconds: float
    done: int
    throttled: int
    early: int


def serve(pipe: Connection, ids: Sequence[str], scenario: Scenario) -> None:
    """Run the simulator until told to end, then tell what it saw."""

    async def until_told() -> None:
        store = Store()
        for tenant in ids:
            store.add(tenant)
        quota = Quota(burst=BURST, per_second=PER_SECOND, eaten=scenario.eaten)
        async with Simulator(Behaviour(quota=quota, latency=scenario.latency), store) as graph:
            pipe.send(graph.url)
            cutting = asyncio.create_task(_cut(graph)) if scenario.cut else None
            await asyncio.to_thread(pipe.recv)
            if cutting:
                cutting.cancel()
            writes = [e for e in graph.requests if e.method == "PATCH"]
            done = sum(1 for p in store.partners.values() if p["inboundTrust"])
            span = writes[-1].arrived - writes[0].arrived
            pipe.send(Measured(seconds=span, done=done, throttled=graph.throttled, early=graph.early_calls))

    asyncio.run(until_told())


async def _cut(graph: Simulator) -> None:
    while not any(e.method == "PATCH" for e in graph.requests):  # noqa: ASYNC110 - the server has nobody to tell
        await asyncio.sleep(0.05)
    await asyncio.sleep(CUT_AFTER)
    graph.set_quota(Quota(burst=BURST / 3, per_second=PER_SECOND / 3))


def measured(name: str, ids: Sequence[str], scenario: Scenario) -> Measured:
    """Run one client against a fresh server."""
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(there, ids, scenario), daemon=True)
    server.start()
    url, words = here.recv(), CLIENTS[name]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_sheet(folder, ids)
        ours = name.startswith("bulkpatch")
        client = bulkpatch(folder, url, *words) if ours else peer(words[0], folder, url, at_a_time=AT_A_TIME)
        client.communicate()
    here.send("end")
    found: Measured = here.recv()
    server.join()
    return found


def main() -> None:
    """Measure every client in every scenario and print a table for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--only", choices=SCENARIOS)
    told = parser.parse_args()
    need_peers()
    ids = tenants(told.tenants)
    for name, scenario in SCENARIOS.items():
        if told.only not in {None, name}:
            continue
        ideal = scenario.ideal(told.tenants)
        print(f"{told.tenants} tenants, {scenario.title}; ideal {ideal:.1f} s, {time.strftime('%Y-%m-%d')}")
        print(f"{'client':<26}{'done':>6}{'lost':>6}{'seconds':>9}{'x ideal':>9}{'429s':>7}{'early':>7}", flush=True)
        for client in CLIENTS:
            row = measured(client, ids, scenario)
            print(f"{client:<26}{row.done:>6}{told.tenants - row.done:>6}{row.seconds:>9.1f}"
                  f"{row.seconds / ideal:>9.2f}{row.throttled:>7}{row.early:>7}", flush=True)  # fmt: skip
        print()


if __name__ == "__main__":
    main()

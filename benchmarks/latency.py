"""Each write takes a while to be answered: how near bulkpatch comes to what its workers could do at most.

    python benchmarks/latency.py [--tenants N] [--at-a-time N]

The ideal is (tenants ÷ workers - 1) x latency, from the first write to the last. The server is blank.py; the quota is
off, the journal on.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path

from blank import Blank, Seen
from desk import bulkpatch, need_peers, peer, tenants, write_sheet

LATENCIES = (0.05, 0.1, 0.2, 0.5)


def measured(name: str, count: int, latency: float, at_a_time: int) -> Seen:
    """Run one client against a server with *latency*."""
    ids = tenants(count)
    with tempfile.TemporaryDirectory() as made, Blank(ids, latency=latency) as server:
        folder = Path(made)
        write_sheet(folder, ids)
        if name == "bulkpatch":
            client = bulkpatch(folder, server.url, "--quota", "off", "--concurrency", str(at_a_time))
        else:
            client = peer(name, folder, server.url, at_a_time=at_a_time)
        server.watch(client.pid)
        client.communicate()
        return server.seen()


def main() -> None:
    """Measure bulkpatch and the bare loop at every latency and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=2000)
    parser.add_argument("--at-a-time", type=int, default=50)
    told = parser.parse_args()
    need_peers()
    print(f"{told.tenants} tenants, {told.at_a_time} at a time")
    print(f"{'latency':>8}{'ideal s':>9}{'bulkpatch s':>13}{'share':>7}{'bare aiohttp s':>16}{'share':>7}", flush=True)
    for latency in LATENCIES:
        # From the first to the last write as the server sees them: one round less than there are.
        ideal = (math.ceil(told.tenants / told.at_a_time) - 1) * latency
        ours, bare = (measured(name, told.tenants, latency, told.at_a_time).seconds for name in ("bulkpatch", "bare"))
        print(f"{1000 * latency:>5.0f} ms{ideal:>9.1f}{ours:>13.2f}{ideal / ours:>7.2f}"
              f"{bare:>16.2f}{ideal / bare:>7.2f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

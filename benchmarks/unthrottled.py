"""How much one process can send when nobody holds it back, and what a write costs; the journal is on.

    python benchmarks/unthrottled.py [--tenants N] [--rounds N]

Every client sends the same writes to the same server (blank.py) 50 at a time; the rounds are run in turn and the
medians compared. The SDK in a for loop sends one at a time, as that is what a for loop does.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from blank import Blank, Seen
from desk import bulkpatch, need_peers, peer, tenants, write_sheet

AT_A_TIME = 50
NAMES = {
    "bare": "bare aiohttp, no retry (ceiling)",
    "bulkpatch": "bulkpatch, journal and reports on",
    "loop": "aiohttp + tenacity loop",
    "sdk-gathered": "Graph SDK, gathered",
    "sdk-sequential": "Graph SDK, one at a time",
}


def measured(name: str, count: int) -> Seen:
    """Run one client against a fresh server."""
    ids = tenants(count)
    with tempfile.TemporaryDirectory() as made, Blank(ids) as server:
        folder = Path(made)
        write_sheet(folder, ids)
        if name == "bulkpatch":
            client = bulkpatch(folder, server.url, "--quota", "off", "--concurrency", str(AT_A_TIME))
        else:
            client = peer(name, folder, server.url, at_a_time=AT_A_TIME)
        server.watch(client.pid)
        client.communicate()
        seen = server.seen()
    if seen.writes != count:
        raise SystemExit(f"{name} sent {seen.writes} of {count} writes, so there is nothing to compare.")
    return seen


def main() -> None:
    """Measure every client and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    need_peers()
    found: dict[str, list[Seen]] = {name: [] for name in NAMES}
    for _ in range(told.rounds):
        for name, seen in found.items():
            # The SDK is slow enough to be measured on fewer.
            seen.append(measured(name, told.tenants // 5 if name.startswith("sdk") else told.tenants))
    rates = {name: statistics.median(s.writes / s.seconds for s in seen) for name, seen in found.items()}
    print(f"{told.tenants} tenants ({told.tenants // 5} for the SDK), {AT_A_TIME} at a time, median of {told.rounds}")
    print(f"{'client':<36}{'writes/s':>9}{'x ceiling':>11}{'x SDK':>7}{'CPU ms per write':>18}")
    for name, seen in found.items():
        cpu = statistics.median(1000 * s.cpu / s.writes for s in seen)
        print(f"{NAMES[name]:<36}{rates[name]:>9.0f}{rates[name] / rates['bare']:>11.2f}"
              f"{rates[name] / rates['sdk-gathered']:>7.1f}{cpu:>18.2f}")  # fmt: skip


if __name__ == "__main__":
    main()

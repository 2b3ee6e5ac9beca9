"""What a large sheet costs: to load and validate, to plan, and to roll out; time and the most memory at once.

    python benchmarks/scale.py [--rows N,N,...]

Eight columns, one of them an own one, settings mixed. Each figure is of a whole process, start-up included; the plan is
`bulkpatch plan SHEET -q` against blank.py, which lists 100,000 partners in an answer. Memory is the
largest resident set.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from blank import Blank
from desk import bulkpatch, tenants, write_sheet

HEADER = ("tenantId", "Trust MFA", "Trust compliant devices", "Automatic redemption inbound",
          "Automatic redemption outbound", "B2B inbound users access", "B2B inbound users", "owner")  # fmt: skip
MOST_ROWS = 1_048_575
"""That a worksheet takes below its header."""


def rows(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Rows with settings mixed, always the same."""
    rng = random.Random(7)
    yesno = ("true", "false", "yes", "")
    for number, tenant in enumerate(ids):
        yield (tenant, rng.choice(yesno), rng.choice(yesno), rng.choice(yesno), rng.choice(yesno), "allowed",
               "AllUsers", f"owner {number}")  # fmt: skip


def write(path: Path, ids: Sequence[str]) -> None:
    """A CSV or an XLSX with a row for each of *ids*."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8") as file:
            file.writelines(",".join(row) + "\n" for row in (HEADER, *rows(ids)))
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate((HEADER, *rows(ids))):
        sheet.write_row(number, 0, row)
    book.close()


def cost(*words: str, url: str = "") -> tuple[float, float]:
    """Seconds and the most megabytes of one command."""
    told = ["--graph-url", url] if url else []
    environment = {**os.environ, "BULKPATCH_ACCESS_TOKEN": "token"}
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "bulkpatch", *words, *told], env=environment,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed: {said.decode()[-500:]}")
    return time.perf_counter() - began, used.ru_maxrss / 1024


def sheets(counts: Sequence[int], folder: Path) -> None:
    """Print the table of loading, validating and planning."""
    print(f"{'rows':>10}  {'file':<5}{'validate s':>11}{'µs a row':>10}{'MB':>6}{'plan s':>9}{'µs a row':>10}{'MB':>6}")
    for count in counts:
        ids = tenants(min(count, MOST_ROWS))
        with Blank(ids) as server:
            for kind in ("csv", "xlsx"):
                path = folder / f"{count}.{kind}"
                write(path, ids)
                checked, held = cost("validate", str(path))
                planned, most = cost("plan", str(path), "--quiet", url=server.url)
                path.unlink()
                print(f"{count:>10,}  {kind:<5}{checked:>11.2f}{1e6 * checked / count:>10.0f}{held:>6.0f}"
                      f"{planned:>9.2f}{1e6 * planned / count:>10.0f}{most:>6.0f}", flush=True)  # fmt: skip


def rollout(count: int, folder: Path) -> None:
    """Print what the memory of a rollout is while it goes on."""
    ids = tenants(count)
    write_sheet(folder, ids)
    with Blank(ids) as server:
        client = bulkpatch(folder, server.url, "--quota", "off", "--concurrency", "50")
        server.watch(client.pid)
        client.communicate()
        seen = server.seen()
    first, last = seen.megabytes[0], seen.megabytes[-1]
    print(f"\nA rollout to {count:,} tenants, resident MB at every tenth of its writes:")
    print("  ".join(f"{held:.0f}" for held in seen.megabytes[1::2]))
    more, rate = last - first, seen.writes / seen.seconds
    print(f"{more:.1f} MB more at the last write than at the first twentieth; {rate:.0f} writes/s")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="1000,10000,100000,1000000")
    parser.add_argument("--tenants", type=int, default=50_000)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        sheets([int(count) for count in told.rows.split(",")], Path(made))
        rollout(told.tenants, Path(made))


if __name__ == "__main__":
    main()

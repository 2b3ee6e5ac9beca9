"""How long a command takes before it does anything, against a Python that does nothing.

python benchmarks/startup.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from desk import tenants, write_sheet

TOY = """import typer
app = typer.Typer()
for name in ("one", "two"):
    app.command(name)(lambda: None)
app(["--help"])
"""
"""The least that a program with a help of typer's does: what is above it is ours."""
HEAVY = ("pandas", "aiohttp", "msal", "numpy", "openpyxl", "xlsxwriter", "jinja2", "tenacity", "cryptography")


def seconds(*words: str) -> float:
    """The time of one whole process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def imported(*words: str) -> str:
    """The heavy libraries that a command imports."""
    done = subprocess.run([sys.executable, "-X", "importtime", *words], check=True, capture_output=True, text=True)
    names = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    return ", ".join(name for name in HEAVY if name in names) or "none"


def main() -> None:
    """Measure in turn and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as made:
        os.chdir(made)
        command = str(Path(sys.executable).with_name("bulkpatch"))
        sheet = str(write_sheet(Path(made), tenants(10)))
        ways = {
            "python -c pass": ("-c", "pass"),
            "two empty commands, --help": ("-c", TOY),
            "bulkpatch --help": (command, "--help"),
            "bulkpatch apply --help": (command, "apply", "--help"),
            "bulkpatch columns": (command, "columns"),
            "bulkpatch validate, 10 rows": (command, "validate", sheet),
        }
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, words in ways.items():
                found[name].append(seconds(*words))
        bare = statistics.median(found["python -c pass"])
        print(f"median of {rounds} rounds in turn")
        print(f"{'command':<30}{'ms':>6}{'x bare':>8}  heavy libraries imported")
        for name, times in found.items():
            median = statistics.median(times)
            print(f"{name:<30}{1000 * median:>6.0f}{median / bare:>8.1f}  {imported(*ways[name])}")


if __name__ == "__main__":
    main()

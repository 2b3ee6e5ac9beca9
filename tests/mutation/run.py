"""Change the pure rooms one thing at a time, and see whether the tests notice: a seeded sample, by cosmic-ray.

    python tests/mutation/run.py [--sample N] [--seed N] [--room NAME]...

Works on a copy of the committed tree. Each room is tried with the tests named in ROOMS, the quick ones that speak of it;
a mutant that they let live may still die of the rest of the suite, so the figure is a lower bound. Prints a table, and
below it what survived, as file, line and operator.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOL = "cosmic-ray==8.7.0"
CORE, WIRE = "tests/core", "tests/graph/test_verdict.py tests/graph/test_decisions.py"
PLANS, CELLS = "tests/properties/test_plan_properties.py", "tests/properties/test_cell_properties.py"
SHEETS = "tests/sheets/test_corpus.py::test_an_ugly_sheet_is_read_as_an_administrator_needs"
VIEW = "tests/cli/test_plan_view.py tests/cli/test_diff.py"
ROOMS: Mapping[str, str] = {
    "cells": f"{CORE} {CELLS} {SHEETS}",
    "columns": f"{CORE} tests/form/test_choice.py {SHEETS}",
    "schema": f"{CORE} {CELLS} {PLANS}",
    "merge": f"{CORE} {PLANS}",
    "rules": f"{CORE} {SHEETS}",
    "preflight": "tests/cli/test_preflight.py tests/core",
    "profiles": f"tests/cli/test_profiles.py {CORE}",
    "planning": f"{CORE} {PLANS} tests/cli/test_plan_view.py",
    "draft": f"{CORE} {PLANS}",
    "drift": f"{PLANS} tests/cli/test_way_back.py",
    "waves": "tests/core tests/cli/test_way_back.py",
    "undo": f"{PLANS} tests/cli/test_way_back.py",
    "access": f"{CORE} {VIEW}",
    "reach": CORE,
    "guard": f"{CORE} {VIEW} tests/cli/test_way_back.py",
    "export": "tests/properties/test_export_properties.py tests/cli/test_export.py",
    "compare": f"{CORE} tests/cli/test_diff.py",
    "validation/rows": f"{CORE} {SHEETS}",
    "validation/header": f"{CORE} {SHEETS}",
    "validation/identity": f"{CORE} tests/cli/test_who_is_who.py",
    "validation/repeats": f"{CORE} {SHEETS}",
    "result": "tests/cli/test_exit_codes.py tests/cli/test_reports.py",
    "replay": "tests/properties/test_journal_properties.py tests/cli/test_reports.py tests/cli/test_guarantees.py",
    "graph/pace": "tests/properties/test_pace_properties.py tests/graph",
    "graph/verdict": WIRE,
    "graph/reply": WIRE,
    "graph/circuit": "tests/graph tests/cli/test_exit_codes.py",
    "report/defuse": "tests/report/test_defuse.py tests/report/test_round_trip.py",
    "report/causes": "tests/report/test_causes.py",
}
"""Room → the tests it is tried with."""


def main() -> None:
    """Try every room that is named, or all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=20, help="mutants for each room, drawn at random")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--room", action="append", choices=ROOMS, default=[])
    told = parser.parse_args()
    tool, survived, totals = _tool(), list[str](), [0, 0, 0]
    print(f"{'room':<22}{'mutants':>9}{'tried':>7}{'killed':>8}{'survived':>10}", flush=True)
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "tree"
        subprocess.run(["/usr/bin/env", "git", "clone", "-q", str(ROOT), str(copy)], check=True)
        for room in told.room or ROOMS:
            made_of, tried = _try(room, copy, tool, sample=told.sample, seed=told.seed)
            lived = [where for where, killed in tried if not killed]
            for number, more in enumerate((made_of, len(tried), len(tried) - len(lived))):
                totals[number] += more
            print(f"{room:<22}{made_of:>9}{len(tried):>7}{len(tried) - len(lived):>8}{len(lived):>10}", flush=True)
            survived += lived
    made_of, tries, killed = totals
    print(f"{'all':<22}{made_of:>9}{tries:>7}{killed:>8}{tries - killed:>10}  {killed / max(tries, 1):.0%} killed\n")
    print("\n".join(survived))


def _tool() -> Path:
    """cosmic-ray, in an environment of its own."""
    home = ROOT / ".venv-mutation"
    if not (home / "bin" / "cosmic-ray").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "-q", TOOL], check=True)
    return home / "bin" / "cosmic-ray"


def _try(room: str, copy: Path, tool: Path, *, sample: int, seed: int) -> tuple[int, list[tuple[str, bool]]]:
    """How many mutants *room* has, and of those in the sample: where, and whether the tests noticed."""
    session, config = copy.parent / "session.sqlite", copy.parent / "config.toml"
    session.unlink(missing_ok=True)
    python, tests = ROOT / ".venv" / "bin" / "python", ROOMS[room]
    test = f"{python} -m pytest -q -x -p no:cacheprovider -p no:xdist -o addopts=--import-mode=importlib {tests}"
    settings = {"module-path": f"bulkpatch/{room}.py", "timeout": 120.0, "excluded-modules": [], "test-command": test}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    config.write_text("\n".join(["[cosmic-ray]", *lines, "[cosmic-ray.distributor]", 'name = "local"']) + "\n")
    # The copy comes first, before the tree that the environment was made for.
    environ = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([tool, "baseline", config], check=True, cwd=copy, env=environ)  # unchanged, the tests pass
    subprocess.run([tool, "init", config, session], check=True, cwd=copy, env=environ)
    count = _keep(session, sample, random.Random(f"{seed} {room}"))
    subprocess.run([tool, "exec", config, session], check=True, cwd=copy, env=environ, stdout=subprocess.DEVNULL)
    dumped = subprocess.run([tool, "dump", session], check=True, cwd=copy, capture_output=True, text=True).stdout
    return count, list(_read(dumped.splitlines()))


def _keep(session: Path, sample: int, rng: random.Random) -> int:
    """Leave *sample* mutants in the session; give how many there were.

    `X | None` in an annotation is never run, so what changes a `|` is left out.
    """
    with sqlite3.connect(session) as database:
        jobs = [job for (job,) in database.execute("SELECT job_id FROM work_items ORDER BY job_id")]
        where = database.execute(
            "SELECT job_id, start_pos_row, start_pos_col, operator_name, occurrence FROM "
            "mutation_specs WHERE operator_name NOT LIKE '%BitOr%' ORDER BY start_pos_row, start_pos_col, operator_name, occurrence"
        )
        ordered = [row[0] for row in where]
        kept = set(rng.sample(ordered, min(sample, len(ordered))))
        for job in set(jobs) - kept:
            database.execute("DELETE FROM mutation_specs WHERE job_id = ?", (job,))
            database.execute("DELETE FROM work_items WHERE job_id = ?", (job,))
    return len(ordered)


def _read(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    for line in lines:
        item, outcome = json.loads(line)
        if outcome is None:
            continue
        spec = item["mutations"][0]
        place = f"{spec['module_path']}:{spec['start_pos'][0]}:{spec['start_pos'][1]} {spec['operator_name']}"
        yield f"{place}#{spec['occurrence']}", outcome["test_outcome"] == "killed"


if __name__ == "__main__":
    main()

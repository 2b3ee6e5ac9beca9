"""A script of a user runs as it is type-checked (`make types`: mypy and pyright, both strict)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_script_of_a_user_runs(tmp_path: Path) -> None:
    """From another folder, against the simulator."""
    words = [sys.executable, "-W", "error", str(Path(__file__).with_name("user_script.py"))]
    done = subprocess.run(
        [*words, str(ROOT / "inputs" / "partners.csv")], cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.split("report.html ")[1] == "{'succeeded': 34, 'unchanged': 2} 0\n"

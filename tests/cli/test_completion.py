"""Completion in the shell: what can follow, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).parent / "bulkpatch"


@pytest.mark.parametrize(
    ("words", "position", "found"),
    [
        ("bulkpatch ver", 1, ["verify"]),
        ("bulkpatch plan --auth cl", 3, ["client-secret"]),
        ("bulkpatch plan --cloud ", 3, ["global", "usgov", "dod", "china"]),
        ("bulkpatch apply --max-l", 2, ["--max-loosen"]),
    ],
)
def test_bash_is_told_what_can_follow(words: str, position: int, found: list[str]) -> None:
    """Commands, options and their values."""
    told = {"_BULKPATCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(position)}

    done = subprocess.run([str(PROGRAM)], env={**os.environ, **told}, capture_output=True, text=True, check=False)

    assert done.stdout.split() == found
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    """For whoever installs it by hand."""
    words = [str(PROGRAM), "--show-completion", shell]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    assert "_BULKPATCH_COMPLETE" in done.stdout

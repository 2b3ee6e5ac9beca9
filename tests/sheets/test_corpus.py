"""The corpus of ugly sheets: every file is what its maker makes, and is read as its expectation says.

An expectation is what an administrator needs, put down as data in `expected/`: see `make.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Said, _at_a_desk, run
from tests.sheets.make import EXPECTED, FILES, expected_of
from tests.sheets.making import TRAPS
from tests.sheets.reading import read

__all__ = ["_at_a_desk", "run"]
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff]")


def test_the_committed_files_are_those_that_are_made() -> None:
    """Byte by byte: none is missing, none is left over, each has its expectation."""
    committed = {path.name: path.read_bytes() for path in FILES.iterdir()}

    assert sorted(committed) == sorted(TRAPS)
    assert [name for name, trap in TRAPS.items() if committed[name] != trap.content] == []
    assert sorted(path.name for path in EXPECTED.iterdir()) == sorted(f"{name}.json" for name in TRAPS)


@pytest.mark.parametrize("name", TRAPS)
def test_an_ugly_sheet_is_read_as_an_administrator_needs(name: str) -> None:
    """Refused, or with its problems and what it would send to a partner of which nothing is configured."""
    expected: dict[str, Any] = json.loads(expected_of(name).read_text(encoding="utf-8"))

    found = read(FILES / name)

    assert {"why": TRAPS[name].why, **found} == expected


@pytest.mark.parametrize("name", TRAPS)
def test_the_command_line_refuses_or_accepts_and_hides_nothing(name: str, run: Callable[..., Said]) -> None:
    """No traceback, exit code 0 or 2, no character that a terminal obeys or hides."""
    expected: dict[str, Any] = json.loads(expected_of(name).read_text(encoding="utf-8"))
    severities = [problem["severity"] for problem in expected.get("problems", [])]
    is_sound = "refused" not in expected and "error" not in severities

    said = run("validate", Path(FILES / name))

    assert said.code == (0 if is_sound else 2)
    assert "Traceback" not in said.all
    assert _CONTROL.findall(said.all) == []
    assert said.all.strip()

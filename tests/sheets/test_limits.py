"""Hostile files are refused before they take all memory, and the largest honest ones are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bulkpatch.loading import load_sheet
from tests.sheets.making.hostile import HOSTILE, longest, widest
from tests.sheets.making.trap import A

_ROOM = 2 << 30
"""Address space, which is far more than what is used: threads and libraries reserve some that they never touch."""
_LOAD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({room}, {room}))
from bulkpatch.errors import SheetError
from bulkpatch.loading import load_sheet
for path in sys.argv[1:]:
    try:
        load_sheet(path)
        print("loaded")
    except SheetError as exc:
        print(exc.what, "|", exc.next_step)
"""


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every hostile file, in a folder of this session."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in HOSTILE.items():
        make(folder / name)
    return {name: folder / name for name in HOSTILE}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_hostile_files_are_refused_in_little_memory(hostile: dict[str, Path]) -> None:
    """Each by what it is, in one process that may not grow: what would take more ends it, and no line comes."""
    command = [sys.executable, "-c", _LOAD.format(room=_ROOM), *map(str, hostile.values())]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={"OPENBLAS_NUM_THREADS": "1"})

    told = ended.stdout.splitlines()
    assert ended.stderr == ""
    assert len(told) == len(HOSTILE)
    for line, (name, (_, what)) in zip(told, HOSTILE.items(), strict=True):
        assert name in line
        assert what in line
        assert line.partition(" | ")[2]


def test_as_many_columns_as_excel_has_are_read(tmp_path: Path) -> None:
    """Sixteen thousand notes, and one setting."""
    widest(tmp_path / "wide.xlsx")

    (row,) = load_sheet(tmp_path / "wide.xlsx").rows

    assert len(row.cells) == 16_384
    assert (*row.cells[:3], row.cells[-1]) == (A, "TRUE", "", "x")


def test_as_many_rows_as_excel_has_are_read(tmp_path: Path) -> None:
    """A million of them, each with its number."""
    longest(tmp_path / "long.xlsx")

    rows = load_sheet(tmp_path / "long.xlsx").rows

    assert len(rows) == 1_048_575
    assert (rows[-1].number, rows[-1].cells) == (1_048_576, ("7",))

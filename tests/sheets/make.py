"""Write the corpus of ugly sheets: `python -m tests.sheets.make` makes every file in `tests/sheets/files` again.

With --found, what bulkpatch says of each is written to `tests/sheets/expected` as well, to be judged line by line
before it is committed: it is what an administrator needs that counts, not what came out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.sheets.making import TRAPS
from tests.sheets.reading import read

HERE = Path(__file__).parent
FILES, EXPECTED = HERE / "files", HERE / "expected"


def expected_of(name: str) -> Path:
    """Where the expectation of the file *name* stands."""
    return EXPECTED / f"{name}.json"


def main(words: list[str]) -> None:
    """Write the files."""
    FILES.mkdir(exist_ok=True)
    for name, trap in TRAPS.items():
        (FILES / name).write_bytes(trap.content)
    wanted = [word for word in words if not word.startswith("-")] or list(TRAPS)
    for name in wanted if "--found" in words else ():
        found = {"why": TRAPS[name].why, **read(FILES / name)}
        expected_of(name).write_text(json.dumps(found, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

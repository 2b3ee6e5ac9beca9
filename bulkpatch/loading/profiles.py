"""Where profiles are written down: `[profiles.NAME]` in bulkpatch.toml, or a worksheet called Profiles."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from bulkpatch.columns import normalise
from bulkpatch.config import FILE_NAME, read_profiles
from bulkpatch.errors import UsageError
from bulkpatch.loading.file import TEXT_FILES, read_file
from bulkpatch.loading.sheet import load_sheet
from bulkpatch.profiles import HEADER, SHIPPED, Profile, read_profile

WORKSHEET = "Profiles"


def load_profiles(sheet: Path, *, toml: Path = Path(FILE_NAME)) -> Mapping[str, Profile]:
    """Every profile that a row of *sheet* may name: shipped ones, then the file's, then the workbook's own.

    Raises UsageError when one of them is wrong, or when two are called the same.
    """
    found = dict(SHIPPED)
    for name, settings in read_profiles(toml).items():
        found[name] = read_profile(name, settings, str(toml))
    for profile in _of_workbook(sheet):
        found[profile.name] = profile
    return found


def _of_workbook(path: Path) -> list[Profile]:
    if path.suffix.lower() in TEXT_FILES or not _has_worksheet(path):
        return []
    sheet = load_sheet(path, worksheet=WORKSHEET)
    column = next((i for i, name in enumerate(sheet.header) if normalise(name) in {HEADER, "name"}), None)
    if column is None:
        raise UsageError(f"{path}: the worksheet {WORKSHEET} has no column called profile.", next_step="Add it.")
    profiles: dict[str, Profile] = {}
    for row in sheet.rows:
        name, place = row.cells[column].strip(), str(sheet.address(row.number, column))
        if not name or normalise(name) in map(normalise, profiles):
            what = "has no name" if not name else f'"{name}" stands twice'
            raise UsageError(f"{place}: the profile {what}.", next_step="Give each profile a name of its own.")
        others = {header: cell for i, (header, cell) in enumerate(zip(sheet.header, row.cells, strict=True))
                  if i != column and header and cell.strip()}  # fmt: skip
        profiles[name] = read_profile(name, others, place)
    return list(profiles.values())


def _has_worksheet(path: Path) -> bool:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(read_file(path))) as book:
            return WORKSHEET in book.sheet_names
    except Exception:  # noqa: BLE001 - whatever is wrong with the file, reading its rows says so
        return False

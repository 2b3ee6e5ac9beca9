"""Inside an .xlsx: whether it is safe to unpack, and what a worksheet's XML says that calamine does not."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are parsed

from bulkpatch.errors import SheetError

LARGEST_UNPACKED = 2 * 1024**3
LARGEST_RATIO = 400
"""How much smaller a part may be packed; real worksheets stay below 100."""
_NAMES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksheetPart:
    """What stands in a worksheet's XML."""

    has_errors: bool
    has_formulas: bool
    hidden_rows: tuple[int, ...]
    merged: tuple[str, ...]


def check_archive(path: Path) -> None:
    """Refuse what is no sound archive, or would unpack to something absurd; raises SheetError."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            declared = [part.filename for part in parts if _declares_entities(archive, part)]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as exc:
        raise SheetError(f"{path} is damaged: {exc}.", next_step="Open it in Excel and save it again.") from exc
    size = sum(part.file_size for part in parts)
    swollen = any(p.file_size > 50_000_000 and p.file_size > LARGEST_RATIO * max(p.compress_size, 1) for p in parts)
    if size > LARGEST_UNPACKED or swollen:
        raise SheetError(
            f"{path} would unpack to {size >> 20} MB, which no sheet of tenants does.",
            next_step="Copy the rows to a new one.",
        )
    if declared:
        raise SheetError(
            f"{path}: {declared[0]} declares XML entities.", next_step="Open it in Excel and save it again."
        )


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if not part.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(part) as xml:
        return b"<!DOCTYPE" in xml.read(2048)


def find_part(archive: zipfile.ZipFile, worksheet: str) -> WorksheetPart | None:
    """Look into the XML of *worksheet*; None when it cannot be found."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no DTD, see check_archive
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError, zipfile.BadZipFile, EOFError):
        return None
    link = next((s.get(_LINK) for s in book.iter(f"{_NAMES}sheet") if s.get("name") == worksheet), None)
    target = next((str(r.get("Target")) for r in links if r.get("Id") == link), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    try:
        xml = archive.read(name)
    except (KeyError, zipfile.BadZipFile, EOFError):
        return None
    return WorksheetPart(
        has_errors=b't="e"' in xml,
        has_formulas=b"<f>" in xml or b"<f " in xml or b"<f/>" in xml,
        hidden_rows=tuple(int(row) for row in _hidden(xml)),
        merged=tuple(ref.decode() for ref in re.findall(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"', xml)),
    )


def _hidden(xml: bytes) -> list[bytes]:
    tags = re.findall(rb"<row [^>]*>", xml) if b'hidden="1"' in xml or b'hidden="true"' in xml else []
    hidden = [tag for tag in tags if b' hidden="1"' in tag or b' hidden="true"' in tag]
    return [number.group(1) for tag in hidden if (number := re.search(rb'\br="(\d+)"', tag))]

"""Inside an .xlsx: whether it is safe to unpack, and where the XML of a worksheet is."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are parsed

from bulkpatch.errors import SheetError
from bulkpatch.loading.table import MOST_CELLS
from bulkpatch.loading.worksheet import Findings, examine, reach
from bulkpatch.model import column_letter

LARGEST_UNPACKED = 2 * 1024**3
LARGEST_RATIO = 400
"""How much smaller a part may be packed; real worksheets stay below 100."""
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_DOCTYPE = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_AGAIN = "Open it in Excel and save it again."


def check_archive(path: Path, content: bytes) -> bytes:
    """Give *content* back if it is a sound archive that unpacks to something reasonable; raises SheetError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_swollen(path, archive.infolist())
            for part in archive.infolist():
                _check_part(path, archive, part)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as exc:
        raise SheetError(f"{path} is damaged: {exc}.", next_step=_AGAIN) from exc
    return content


def _refuse_swollen(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    swollen = any(p.file_size > 50_000_000 and p.file_size > LARGEST_RATIO * max(p.compress_size, 1) for p in parts)
    if size > LARGEST_UNPACKED or swollen:
        raise SheetError(
            f"{path} would unpack to {size >> 20} MB, which no sheet of tenants does.",
            next_step="Copy the rows to a new one.",
        )


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read the part to its end: a size that lies about itself shows as a wrong checksum, before calamine unpacks it."""
    if _WORKSHEET.fullmatch(part.filename):
        xml = archive.read(part)
        start = xml[:65_536]
        rows, columns = reach(xml)
        if rows * columns > MOST_CELLS:
            raise SheetError(
                f"{path}: a worksheet reaches to {column_letter(columns - 1)}{rows}, {rows * columns:,} cells.",
                next_step="Copy the rows and columns that count to a new workbook.",
            )
    else:
        with archive.open(part) as file:
            start = file.read(65_536)
            while file.read(1 << 20):
                pass
    if part.filename.endswith((".xml", ".rels")) and any(mark in start for mark in _DOCTYPE):
        raise SheetError(f"{path}: {part.filename} declares XML entities.", next_step=_AGAIN)


def find_worksheet(archive: zipfile.ZipFile, name: str) -> Findings | None:
    """Look into the XML of the worksheet *name*; None when it stands where no program puts it."""
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no DTD, see check_archive
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        link = next((_link(sheet) for sheet in book.iter() if _is_sheet(sheet) and sheet.get("name") == name), None)
        target = next((str(r.get("Target")) for r in links if r.get("Id") == link), "")
        return examine(archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    except (KeyError, ET.ParseError):
        return None


def _is_sheet(element: ET.Element) -> bool:
    return element.tag.rpartition("}")[2] == "sheet"


def _link(sheet: ET.Element) -> str | None:
    """The relationship's id; its namespace differs between the transitional and the strict format."""
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)

"""Inside an .xlsx: whether it is safe to unpack, and where the XML of a worksheet is."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are parsed
from xml.parsers.expat import ExpatError

from bulkpatch.errors import SheetError
from bulkpatch.loading.binary import START as BINARY_START
from bulkpatch.loading.binary import binary_extent
from bulkpatch.loading.compound import old_extent
from bulkpatch.loading.extent import LAST_COLUMN, LAST_ROW, Extent, Misplaced, extent
from bulkpatch.loading.opendocument import table_extent
from bulkpatch.loading.strings import Part, string_sizes, written_out
from bulkpatch.loading.table import MOST_CELLS
from bulkpatch.loading.worksheet import Findings, examine

LARGEST_UNPACKED = 1024**3
LARGEST_TEXT = 1024**3
"""Of all cells together, each shared string counted wherever it is used."""
LARGEST_RATIO = 200
"""How much smaller a workbook of some size may be packed; real ones stay below 100."""
MOST_SPARSE = 20
"""So many places for each cell that is there, in a large worksheet: more of them, and a stray cell stands far out."""
_SOME_CELLS = 5_000_000
_SOME_BYTES = 50_000_000
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_WITH_CELLS = tuple(name.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be")
                    for name in ("sheetData", "spreadsheet>"))  # fmt: skip
_LISTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_LONGEST_LIST = 16_000_000
_OLD_NAME = "Workbook".encode("utf-16-le")
_AGAIN = "Open it in Excel and save it again."
_CHUNK = 1 << 20
_MARKS = b"\xef\xbb\xbf\xff\xfe\xfe\xff\0 \t\r\n"
_FOREIGN = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a presentation"}


def check_archive(path: Path, content: bytes) -> bytes:
    """Give *content* back if it is a sound archive that unpacks to something reasonable; raises SheetError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_foreign(path, content, archive)
            _refuse_swollen(path, archive.infolist())
            found = {part.filename: _check_part(path, archive, part) for part in archive.infolist()}
            _refuse_text(path, archive, {name: reach for name, reach in found.items() if reach})
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error) as exc:
        raise SheetError(f"{path} is damaged: {exc}.", next_step=_AGAIN) from exc
    return content


def check_old(path: Path, content: bytes) -> None:
    """Refuse an .xls whose cells reach too far, or that cannot be looked into; raises SheetError."""
    try:
        found = old_extent(content)
    except (struct.error, ValueError, IndexError) as exc:
        raise SheetError(f"{path} cannot be read as a workbook: it is damaged.", next_step=_AGAIN) from exc
    if found:
        _refuse_reach(path, found)
    elif _OLD_NAME in content:
        raise SheetError(f"{path} is damaged: its workbook is not to be found in it.", next_step=_AGAIN)


def _refuse_foreign(path: Path, content: bytes, archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    twice = next((name for name, count in Counter(name.casefold() for name in names).items() if count > 1), "")
    if twice:
        raise SheetError(f"{path} is damaged: {twice} stands in it twice.", next_step=_AGAIN)
    end = content[-22 - len(archive.comment) :]
    first = min((part.header_offset for part in archive.infolist()), default=0)
    if not end.startswith(b"PK\x05\x06") or first:
        raise SheetError(f"{path} is damaged: bytes stand before or behind the workbook in it.", next_step=_AGAIN)
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise SheetError(f"{path} is encrypted as a zip file.", next_step="Unpack it, and name the workbook in it.")
    for name, what in _FOREIGN.items():
        if name in names:
            raise SheetError(f"{path} is {what}.", next_step="Copy its table into a workbook and save that as .xlsx.")


def _refuse_swollen(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    size = sum(part.file_size for part in parts)
    packed = max(sum(part.compress_size for part in parts), 1)
    if size > LARGEST_UNPACKED or (size > _SOME_BYTES and size > LARGEST_RATIO * packed):
        raise SheetError(
            f"{path} would unpack to {size >> 20:,} MB, which no sheet of tenants does.",
            next_step="Copy the rows to a new one.",
        )


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Extent | None:
    """Unpack the part to its end: a size that lies about itself shows as a wrong checksum, before calamine sees it.

    Any part can be a worksheet, whatever its name: workbook.xml says which.
    """
    with archive.open(part) as file:
        measure = _measure(path, part.filename, file)
    if measure is None:
        return None
    try:
        found = measure(lambda: archive.open(part))
    except (Misplaced, ExpatError, ET.ParseError) as exc:
        raise SheetError(f"{path} is damaged: {part.filename}: {exc}.", next_step=_AGAIN) from exc
    _refuse_reach(path, found)
    return found


def _refuse_text(path: Path, archive: zipfile.ZipFile, worksheets: Mapping[str, Extent]) -> None:
    """Refuse a long string that stands in very many cells: each would have its own copy."""
    text = sum(found.text for found in worksheets.values())
    strings = [
        part for part in archive.infolist() if part.filename.rpartition("/")[2].casefold() == "sharedstrings.xml"
    ]
    cells = sum(found.cells for found in worksheets.values())
    if strings and cells * max(part.file_size for part in strings) > LARGEST_TEXT:
        sizes = max((string_sizes(partial(archive.open, part)) for part in strings), key=len)
        if cells * max(sizes, default=0) > LARGEST_TEXT:
            text += written_out(sizes, [partial(archive.open, name) for name in worksheets])
    if text > LARGEST_TEXT:
        raise SheetError(f"{path}: its cells hold {text >> 20:,} MB of text.", next_step="Shorten the longest of them.")


def _measure(path: Path, name: str, file: IO[bytes]) -> Callable[[Part], Extent] | None:
    """How to measure a part, if it may be a worksheet; raises SheetError when it declares entities."""
    before, is_xml, found, start = b"", False, False, b""
    while chunk := file.read(_CHUNK):
        piece = before + chunk
        start = start or chunk[:2]
        is_xml = is_xml or (not before and chunk.lstrip(_MARKS)[:1] == b"<")
        found = found or any(mark in piece for mark in _WITH_CELLS)
        if (is_xml or found) and any(mark in piece for mark in _DOCTYPE):
            raise SheetError(f"{path}: {name} declares XML entities.", next_step=_AGAIN)
        before = chunk[-64:]
    if start == BINARY_START:
        return binary_extent
    return (table_extent if name == "content.xml" else extent) if found else None


def _refuse_reach(path: Path, found: Extent) -> None:
    sparse = found.places > _SOME_CELLS and found.places > MOST_SPARSE * found.cells
    if found.places > MOST_CELLS or sparse or found.rows > LAST_ROW or found.columns > LAST_COLUMN:
        filled = f", {found.cells:,} of them filled" if sparse else ""
        raise SheetError(
            f"{path}: a worksheet reaches to {found}, {found.places:,} cells{filled}.",
            next_step="Copy the rows and columns that count to a new workbook.",
        )


def find_worksheet(archive: zipfile.ZipFile, name: str) -> Findings | None:
    """Look into the XML of the worksheet *name*; None when it stands where no program puts it."""
    try:
        if sum(archive.getinfo(part).file_size for part in _LISTS) > _LONGEST_LIST:
            return None
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no DTD, see check_archive
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        link = next((_link(sheet) for sheet in book.iter() if _is_sheet(sheet) and sheet.get("name") == name), None)
        target = next((str(r.get("Target")) for r in links if r.get("Id") == link), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        return examine(lambda: archive.open(part))
    except (KeyError, ET.ParseError):
        return None


def _is_sheet(element: ET.Element) -> bool:
    return element.tag.rpartition("}")[2] == "sheet"


def _link(sheet: ET.Element) -> str | None:
    """The relationship's id; its namespace differs between the transitional and the strict format."""
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)

"""What happens to a workbook's archive around openpyxl: what it forgets is put back, and what it left out is named.

openpyxl writes formulas without the values they had, and then a reader takes them for never calculated. A seal over
the parts tells later whether anybody has changed the file since.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # the sheet was read before: documents with a DTD were refused
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from openpyxl import Workbook

Cached = Mapping[str, tuple[str, str]]
"""Of formulas, by cell (`B2`): the type of the value as the file has it (`n`, `str`, `b`, `e`), and the value."""

_SEAL = "bulkpatch"
_UNSEALED = "0" * 64
_CUSTOM = "docProps/custom.xml"
_FORMULA = re.compile(
    rb'<c r="(?P<cell>[A-Z]+\d+)"(?P<rest>[^>]*)>(?P<formula><f[^>]*?(?:/>|>[^<]*</f>))<v ?(?:/>|></v>)</c>'
)
_PARTS: Mapping[str, str] = {
    "xl/media/": "pictures",
    "xl/drawings/drawing": "drawings",
    "xl/charts/chart": "charts",
    "xl/threadedComments/": "threads of comments (their text stays as plain comments)",
    "xl/slicers/": "slicers",
    "xl/timelines/": "timelines",
    "xl/ctrlProps/": "form controls",
    "xl/activeX/": "form controls",
    "xl/queryTables/": "queries",
    "xl/connections": "connections to other sources",
    "xl/model/": "the data model",
    "docMetadata/": "the sensitivity label",
}


def stamp(workbook: Workbook) -> None:
    """Leave room in *workbook* for the seal that `packed` puts on it."""
    from openpyxl.packaging.custom import StringProperty

    properties = workbook.custom_doc_props  # type: ignore[attr-defined] # the stubs are older
    if _SEAL in properties.names:
        del properties[_SEAL]
    properties.append(StringProperty(name=_SEAL, value=_UNSEALED))


def packed(content: bytes, values: Mapping[str, Cached]) -> bytes:
    """Put the *values* of formulas, by part, back into the workbook *content*, and seal it."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != _CUSTOM:
                new.writestr(name, _with_values(old.read(name), values.get(name, {})))
        seal = _digest(new)
        new.writestr(_CUSTOM, old.read(_CUSTOM).replace(_UNSEALED.encode(), seal.encode()))
    return result.getvalue()


def is_as_packed(path: Path) -> bool:
    """Whether the file at *path* is one of ours that nobody has changed since."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _digest(archive).encode() in archive.read(_CUSTOM)
    except (zipfile.BadZipFile, KeyError, OSError):
        return False


def cached_values(path: Path) -> dict[str, Cached]:
    """Read the values that formulas have in the workbook at *path*, by worksheet."""
    with zipfile.ZipFile(path) as archive:
        return {title: dict(_formulas(archive.read(part))) for title, part in _worksheets(archive)}


def left_out(path: Path, content: bytes) -> tuple[str, ...]:
    """Name what the workbook at *path* has more of than *content*, the marked one."""
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(io.BytesIO(content)) as after:
        old, new = before.namelist(), after.namelist()
    return tuple(dict.fromkeys(
        words for start, words in _PARTS.items()
        if sum(name.startswith(start) for name in old) > sum(name.startswith(start) for name in new)
    ))  # fmt: skip


def _digest(archive: zipfile.ZipFile) -> str:
    parts = sorted((part.filename, part.CRC) for part in archive.infolist() if part.filename != _CUSTOM)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _with_values(xml: bytes, values: Cached) -> bytes:
    def filled(found: re.Match[bytes]) -> bytes:
        kind, value = values.get(found["cell"].decode(), ("", ""))
        if not kind:
            return found.group()
        rest = re.sub(rb' t="\w+"', b"", found["rest"])
        head = b'<c r="%b"%b t="%b">' % (found["cell"], rest, kind.encode())
        return head + found["formula"] + b"<v>%b</v></c>" % escape(value).encode()

    return _FORMULA.sub(filled, xml) if values else xml


def _worksheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Title and part of each worksheet."""
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - no DTD
    targets = {str(link.get("Id")): str(link.get("Target")) for link in links}
    for element in ET.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(link, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.namelist():
                yield str(element.get("name")), part


def _formulas(xml: bytes) -> Iterator[tuple[str, tuple[str, str]]]:
    if b"<f" not in xml and b":f" not in xml:
        return
    for _, element in ET.iterparse(io.BytesIO(xml)):  # noqa: S314
        if element.tag.endswith("}row"):
            for cell in element:
                parts = {part.tag.rpartition("}")[2]: part.text or "" for part in cell}
                kind = cell.get("t", "n")
                if "f" in parts and "v" in parts and (parts["v"] or kind == "str") and kind != "s":
                    yield cell.get("r", ""), (kind, parts["v"])
            element.clear()

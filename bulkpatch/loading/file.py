"""Path → bytes: what cannot be a sheet is refused here, by what it is rather than by what it is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bulkpatch.errors import SheetError

LARGEST_FILE = 512 * 1024 * 1024
TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MAGIC = {
    ZIP[0]: "a workbook or another zip file",
    ZIP[1]: "an empty zip file",
    OLE: "an old or protected Office file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "a text document",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_INSIDE = {
    b"xl/workbook.xml": ".xlsx",
    b"xl/workbook.bin": ".xlsb",
    b"opendocument.spreadsheet": ".ods",
    "Workbook".encode("utf-16-le"): ".xls",
    "EncryptedPackage".encode("utf-16-le"): ".xlsx",
}


def read_file(path: Path) -> bytes:
    """Read the whole file; raises SheetError when there is none, or when it is no sheet."""
    try:
        _refuse_place(path)
        content = _read(path)
    except OSError as exc:
        raise SheetError(f"{path} cannot be read: {exc.strerror or exc}.", next_step="Check its permissions.") from exc
    if not content:
        raise SheetError(f"{path} is empty.", next_step="Save the sheet again.")
    kind = path.suffix.lower()
    if kind in TEXT_FILES:
        _refuse_binary(path, content)
    elif kind in WORKBOOKS:
        _refuse_no_workbook(path, content)
    else:
        ending = f'ends with "{path.suffix}"' if path.suffix else "has no ending"
        known = ", ".join((*TEXT_FILES[:2], *WORKBOOKS))
        raise SheetError(f"{path} {ending}, which is no sheet.", next_step=f"Save it as {known}.")
    return content


def _read(path: Path) -> bytes:
    """Read no more than we want to hold, and nothing that somebody is still writing."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
        size = os.fstat(file.fileno()).st_size
    if size != len(content):
        raise SheetError(f"{path} changed while it was read.", next_step="Wait until it is saved, then try again.")
    return content


def _refuse_place(path: Path) -> None:
    if not path.exists():
        raise SheetError(f"{path} does not exist.{_beside(path)}", next_step="Check the name and the folder.")
    if path.is_dir():
        raise SheetError(f"{path} is a folder.", next_step="Name a file in it; a run's folder goes to bulkpatch rerun.")
    if not path.is_file():
        raise SheetError(f"{path} is a pipe or a device.", next_step="Save the sheet as a file and name that.")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise SheetError(f"{path} has {size >> 20} MB; {LARGEST_FILE >> 20} MB are read.", next_step="Split it.")


def _beside(path: Path) -> str:
    near = sorted(p.name for p in path.parent.glob("*") if p.suffix.lower() in (*TEXT_FILES, *WORKBOOKS))[:5]
    return f" There {'is' if len(near) == 1 else 'are'}: {', '.join(near)}." if near else ""


def _refuse_binary(path: Path, content: bytes) -> None:
    found = next((name for magic, name in _MAGIC.items() if content.startswith(magic)), "") or _markup(content)
    if not found and b"\0" in content[:8192] and not content.startswith(_UTF16):
        found = "a binary file, or UTF-16 without a byte order mark"
    if not found:
        return
    ending = _workbook_ending(content)
    hint = f"Rename it to {ending}." if ending else "Save the sheet as CSV (UTF-8) or as .xlsx."
    raise SheetError(
        f"{path} is named like a text file, but is {f'a workbook ({ending})' if ending else found}.", next_step=hint
    )


def _markup(content: bytes) -> str:
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<[!?]?[a-zA-Z]", start):
        return "a web page or XML"
    return "JSON" if re.match(rb"""[\[{]\s*(["\[{\]}]|\Z)""", start) else ""


def _workbook_ending(content: bytes) -> str:
    if not content.startswith((*ZIP, OLE)):
        return ""
    return next((ending for mark, ending in _INSIDE.items() if mark in content), "")


def _refuse_no_workbook(path: Path, content: bytes) -> None:
    if content.startswith((*ZIP, OLE)):
        return
    hint = "Save it again in Excel."
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        what = "a web page or XML"
        hint = "Open it in Excel and save it as .xlsx."
    elif content.startswith(_UTF16) or not (_MAGIC.keys() & {content[:4], content[:3]} or b"\0" in content[:8192]):
        what, hint = "a text file", "Rename it to .csv."
    else:
        what = next((name for magic, name in _MAGIC.items() if content.startswith(magic)), "something else")
    raise SheetError(f"{path} is named like a workbook, but is {what}.", next_step=hint)

"""Files too large to be kept: made when they are needed, streamed, small on disk."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bulkpatch.model import column_letter
from tests.sheets.making.trap import MFA, A
from tests.sheets.making.xlsx import (
    SHEET_1,
    book,
    cell,
    shared_strings,
    workbook,
    wrapped,
)

_START, _, _END = wrapped("<sheetData>|</sheetData>").partition("|")
_OK = book([["tenantId", MFA], [A, True]])
_MEGABYTE = b" " * (1 << 20)


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _head(*names: str) -> str:
    return _row(1, *(cell(f"{column_letter(i)}1", name) for i, name in enumerate(names)))


def _packed(path: Path, rows: Iterator[str], **parts: bytes) -> None:
    """A workbook whose worksheet is streamed from *rows*."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in {**workbook({"Partners": ""}), **parts}.items():
            if name != SHEET_1:
                made.writestr(name, content)
        with made.open(SHEET_1, "w") as file:
            file.write(_START.encode())
            for piece in rows:
                file.write(piece.encode())
            file.write(_END.encode())


def bomb(path: Path) -> None:
    """A worksheet of 120 MB that packs a thousand to one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in _OK.items():
            made.writestr(name, content)
        with made.open("xl/worksheets/sheet2.xml", "w") as file:
            for _ in range(120):
                file.write(_MEGABYTE)


def bomb_in_pieces(path: Path) -> None:
    """Ten parts of 10 MB, each small enough by itself."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in _OK.items():
            made.writestr(name, content)
        for number in range(10):
            made.writestr(f"xl/media/image{number}.png", _MEGABYTE * 10)


def bomb_that_lies(path: Path) -> None:
    """The bomb, whose directory and header claim a kilobyte."""
    bomb(path)
    content = bytearray(path.read_bytes())
    size = (120 << 20).to_bytes(4, "little")
    at = content.find(size)
    while at >= 0:
        content[at : at + 4] = (1024).to_bytes(4, "little")
        at = content.find(size, at)
    path.write_bytes(content)


def far_rows(path: Path) -> None:
    """Every row up to the last, and one cell in the last column: seventeen thousand million places."""
    cells = "".join(_row(n, f'<c r="A{n}"><v>1</v></c>') for n in range(2, 2_000))
    _packed(path, iter([_head("tenantId", MFA), cells, _row(1_048_576, '<c r="XFD1048576"><v>1</v></c>')]))


def sparse(path: Path) -> None:
    """Two cells, as far apart as 26 columns allow: a gigabyte of blanks between them."""
    _packed(path, iter([_head("tenantId", MFA), _row(1_048_576, '<c r="Z1048576"><v>1</v></c>')]))


def string_everywhere(path: Path) -> None:
    """One string of 30,000 characters in 50,000 cells: a gigabyte and a half out of half a megabyte."""
    parts = shared_strings(workbook({"Partners": ""}), f"<t>{'x' * 30_000}</t>")
    rows = (
        "".join(_row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(s, s + 1000)) for s in range(2, 50_000, 1000)
    )
    more = {name: text.encode() if isinstance(text, str) else text for name, text in parts.items() if name != SHEET_1}
    _packed(path, rows, **more)


def wide_line(path: Path) -> None:
    """One line of twenty million commas."""
    with path.open("wb") as file:
        file.write(f"tenantId,{MFA}\n{A},yes".encode())
        for _ in range(20):
            file.write(b"," * 1_000_000)


def too_many_rows(path: Path) -> None:
    """One row more than Excel has."""
    with path.open("wb") as file:
        file.write(f"tenantId,{MFA}\n".encode())
        for _ in range(64):
            file.write(b"x,\n" * 16_384)


def too_large(path: Path) -> None:
    """A gigabyte of nothing, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(f"tenantId,{MFA}\n".encode())
        file.truncate(1 << 30)


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "bomb.xlsx": (bomb, "would unpack to 120 MB"),
    "bomb-in-pieces.xlsx": (bomb_in_pieces, "would unpack to 100 MB"),
    "bomb-that-lies.xlsx": (bomb_that_lies, "is damaged"),
    "far-rows.xlsx": (far_rows, "a worksheet reaches to XFD1048576, 17,179,869,184 cells"),
    "sparse.xlsx": (sparse, "a worksheet reaches to Z1048576, 27,262,976 cells, 3 of them filled"),
    "string-everywhere.xlsx": (string_everywhere, "MB of text"),
    "wide-line.csv": (wide_line, "a line has more than 1,000,000 cells"),
    "too-many-rows.csv": (too_many_rows, "1,048,577 rows; Excel has 1,048,576"),
    "too-large.csv": (too_large, "has 1024 MB; 512 MB are read"),
}
"""By file name: who makes it, and what the refusal says."""


def widest(path: Path) -> None:
    """As many columns as Excel has, in two rows."""
    names = ["tenantId", MFA, *(f"note of mine {i}" for i in range(16_382))]
    last = f"{column_letter(16_383)}2"
    _packed(path, iter([_head(*names), _row(2, cell("A2", A), cell("B2", True), cell(last, "x"))]))


def longest(path: Path) -> None:
    """As many rows as Excel has."""
    starts = range(2, 1_048_577, 4096)
    rows = (
        "".join(f'<row r="{n}"><c r="A{n}"><v>7</v></c></row>' for n in range(s, min(s + 4096, 1_048_577)))
        for s in starts
    )
    _packed(path, iter([_head("tenantId"), *rows]))

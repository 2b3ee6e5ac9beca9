"""The container of old Office files, and the little of BIFF that a worksheet needs."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _SMALLEST = 512, 4096


def container(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with *streams*, each padded to the size from which it lies in sectors of its own."""
    padded = {
        name: content.ljust(max(_SMALLEST, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
        for name, content in streams.items()
    }
    chain: list[int] = [_FAT, _END]
    starts: dict[str, int] = {}
    for name, content in padded.items():
        starts[name] = len(chain)
        count = len(content) // _SECTOR
        chain += [*range(len(chain) + 1, len(chain) + count), _END]
    chain += [_FREE] * (_SECTOR // 4 - len(chain))
    assert len(chain) == _SECTOR // 4, "one sector of chain is enough for what is made here"
    names = list(padded)
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    entries += [
        _entry(n, 2, starts[n], len(padded[n]), right=i + 2 if i + 1 < len(names) else _FREE)
        for i, n in enumerate(names)
    ]
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + b"".join(padded.values())


def _entry(name: str, kind: int, start: int, size: int, *, right: int = _FREE, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def biff8(rows: Sequence[Sequence[str | bool]], name: str = "Partners", *, far: bool = False) -> bytes:
    """The Workbook stream of an .xls with one worksheet of texts and booleans, and perhaps one in the last corner."""
    body = b"".join(_cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    body += _cell(65_535, 65_535, True) if far else b""
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6)) + body + _record(0x0A, b"")
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    sized = name.encode("latin-1")
    at = len(start) + 4 + 8 + len(sized) + 4
    listed = _record(0x85, struct.pack("<IBBBB", at, 0, 0, len(sized), 0) + sized)
    return start + listed + _record(0x0A, b"") + sheet


def _cell(row: int, column: int, value: str | bool) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, bool):
        return _record(0x205, place + struct.pack("<BB", value, 0))
    text = value.encode("latin-1")
    return _record(0x204, place + struct.pack("<HB", len(text), 0) + text)


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content

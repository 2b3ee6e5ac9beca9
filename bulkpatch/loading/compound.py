"""How far the cells of an old workbook (.xls) reach, told from its records before anything makes room for them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulkpatch.loading.extent import Extent

_NAMES = ("Workbook", "Book")
_SMALLEST = 4096
"""Streams below it are small. The header says so as well, and calamine does not ask it."""
_LAST_SECTOR = 0xFFFFFFF9
_CELLS = frozenset(
    {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x206, 0x27E}
)
_SEVERAL = frozenset({0xBD, 0xBE})
_BEGIN = frozenset({0x09, 0x209, 0x409, 0x809})


def old_extent(content: bytes) -> Extent | None:
    """Measure the largest worksheet in the compound file *content*; None when it holds no workbook.

    Raises struct.error when it is damaged.
    """
    stream = _Compound(content).workbook()
    return None if stream is None else max(_worksheets(stream), key=lambda e: (e.places, e.cells))


def _worksheets(stream: bytes) -> list[Extent]:
    found = [Extent()]
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind in _BEGIN:
            found.append(Extent())
        elif kind in _CELLS and size >= 4:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            last = struct.unpack_from("<H", stream, at + 2 + size)[0] if kind in _SEVERAL else column
            one = found[-1]
            one.rows, one.columns = max(one.rows, row + 1), max(one.columns, column + 1, last + 1)
            one.cells += max(last - column, 0) + 1
        at += 4 + size
    return found


@dataclass(slots=True)
class _Compound:
    """Sectors in chains, as Microsoft's [MS-CFB] describes them."""

    content: bytes

    def workbook(self) -> bytes | None:
        """The stream with the worksheets; small streams lie in one that belongs to the root."""
        fat = self._table(list(self._fat_sectors()))
        entries = self._join(self._chain(self._number(48), fat), self._size)
        found = [entries[at : at + 128] for at in range(0, len(entries), 128)]
        book = next((entry for entry in found if _name(entry) in _NAMES), None)
        if book is None:
            return None
        start, size = struct.unpack_from("<II", book, 116)
        if size >= _SMALLEST:
            return self._join(self._chain(start, fat), self._size)[:size]
        root = self._join(self._chain(struct.unpack_from("<I", found[0], 116)[0], fat), self._size)
        small = self._table(self._chain(self._number(60), fat))
        return b"".join(root[n * 64 : n * 64 + 64] for n in self._chain(start, small))[:size]

    @property
    def _size(self) -> int:
        return 1 << int(min(struct.unpack_from("<H", self.content, 30)[0], 16))

    def _number(self, at: int) -> int:
        return int(struct.unpack_from("<I", self.content, at)[0])

    def _fat_sectors(self) -> Iterator[int]:
        yield from (n for n in struct.unpack_from("<109I", self.content, 76) if n <= _LAST_SECTOR)
        more, seen = self._number(68), 0
        while more <= _LAST_SECTOR and seen * self._size < len(self.content):
            *numbers, more = self._table([more])
            seen += 1
            yield from (n for n in numbers if n <= _LAST_SECTOR)

    def _table(self, sectors: Sequence[int]) -> list[int]:
        joined = self._join(sectors, self._size)
        return list(struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4]))

    def _join(self, sectors: Sequence[int], size: int) -> bytes:
        return b"".join(self.content[(n + 1) * size : (n + 2) * size] for n in sectors)

    @staticmethod
    def _chain(start: int, table: Sequence[int]) -> list[int]:
        chain: list[int] = []
        while start < len(table) and len(chain) <= len(table):
            chain.append(start)
            start = table[start]
        return chain


def _name(entry: bytes) -> str:
    length = min(struct.unpack_from("<H", entry, 64)[0], 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")

"""How far the cells of a binary worksheet (.xlsb) reach, told from its records before anything makes room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from bulkpatch.loading.extent import Extent

START = b"\x81\x01"
"""How a part begins that is a worksheet."""
_ROW = 0
_CELLS = frozenset({*range(1, 12), 62})


def binary_extent(open_part: Callable[[], IO[bytes]]) -> Extent:
    """Measure the worksheet that *open_part* opens."""
    found, row = Extent(), 0
    with open_part() as file:
        for kind, content in _records(file):
            place = int.from_bytes(content[:4], "little") + 1
            if kind == _ROW:
                row = place
            elif kind in _CELLS:
                found.rows, found.columns = max(found.rows, row), max(found.columns, place)
                found.cells += 1
    return found


def _records(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Walk through the records; of each, its kind and how it begins."""
    while kind := _number(file, 2):
        length = _number(file, 4) or b"\0"
        size = _value(length)
        content = file.read(min(size, 16))
        left = size - len(content)
        while left > 0 and (skipped := file.read(min(left, 1 << 20))):
            left -= len(skipped)
        yield _value(kind), content


def _number(file: IO[bytes], most: int) -> bytes:
    """Read a number of seven bits to a byte; nothing at the end of the file."""
    read = b""
    while len(read) < most and (byte := file.read(1)):
        read += byte
        if byte[0] < 0x80:
            break
    return read


def _value(number: bytes) -> int:
    return sum((byte & 0x7F) << 7 * index for index, byte in enumerate(number))

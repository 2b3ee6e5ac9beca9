"""How much text the cells of a workbook hold once every shared string is written out where it is used.

A long string used in every cell of a small file would fill all memory.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

_CHUNK = 1 << 20
_USE = re.compile(rb"""<(?:[^\s<>/!?:]+:)?c[\s][^>]*?t=["']s["'][^>]*>\s*<(?:[^\s<>/!?:]+:)?v>\s*([0-9]{1,9})""")
_ITEM = re.compile(rb"<(?:[^\s<>/!?:]+:)?si[\s/>]")

Part = Callable[[], IO[bytes]]


def string_sizes(part: Part) -> Sequence[int]:
    """The size of each shared string in bytes of XML, in order."""
    sizes = array("Q")
    with part() as file:
        for at, is_start in _starts(file):
            if sizes:
                sizes[-1] += at
            if is_start:
                sizes.append(0)
    return sizes


def _starts(file: IO[bytes]) -> Iterator[tuple[int, bool]]:
    """Walk from string to string: the bytes since the last stop, and whether a string begins there."""
    rest = b""
    while chunk := file.read(_CHUNK):
        piece = rest + chunk
        cut = max(piece.rfind(b"<"), 0) if len(piece) < 2 * _CHUNK else len(piece)
        rest, at = piece[cut:], 0
        for found in _ITEM.finditer(piece, 0, cut + 64):
            if found.start() >= cut:
                break
            yield found.start() - at, True
            at = found.start()
        yield cut - at, False
    yield len(rest), False


def written_out(sizes: Sequence[int], worksheets: Iterable[Part]) -> int:
    """Add up, in bytes, the shared strings of all cells that use one."""
    return sum(_used(sizes, part) for part in worksheets)


def _used(sizes: Sequence[int], part: Part) -> int:
    total, rest = 0, b""
    with part() as file:
        while chunk := file.read(_CHUNK):
            piece = rest + chunk
            cut = max(piece.rfind(b"<c "), piece.rfind(b":c "), 0) if len(piece) < 4 * _CHUNK else len(piece)
            total += _sum(sizes, piece[:cut])
            rest = piece[cut:]
    return total + _sum(sizes, rest)


def _sum(sizes: Sequence[int], piece: bytes) -> int:
    uses = Counter(_USE.findall(piece))
    return sum(count * sizes[int(index)] for index, count in uses.items() if int(index) < len(sizes))

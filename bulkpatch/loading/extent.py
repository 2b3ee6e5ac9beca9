"""How far the cells of a worksheet reach, told from its XML while it is unpacked, before anything makes room for them.

calamine makes a cell for each place between the first and the last, so one stray cell can take all memory. Cells that
say they stand where they do not, or twice, are refused: which of them a program shows is chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from bulkpatch.model import column_letter

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_CHUNK = 1 << 20
_LONGEST_ROW = 32 << 20
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
_ROW, _CELL = b'<row r="', re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_ANY_ROW, _ANY_CELL = re.compile(rb"<row[\s/>]"), tuple(b"<c" + end for end in (b" ", b">", b"/", b"\t", b"\n", b"\r"))
_PREFIXED = re.compile(rb"<[^\s<>/!?:]+:(?:row|c)[\s/>]")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class Misplaced(ValueError):
    """A cell that is not where it says, or a document that no spreadsheet program writes."""


@dataclass(slots=True, kw_only=True)
class Extent:
    """How far the cells go: the last row and column with one, counted from 1."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0
    """Characters that a table repeats by a count; those written out are bounded by the file itself."""

    @property
    def places(self) -> int:
        """How many cells there are room for up to the last one."""
        return self.rows * self.columns

    def __str__(self) -> str:
        return f"{column_letter(max(self.columns, 1) - 1)}{self.rows}"


def extent(open_part: Callable[[], IO[bytes]]) -> Extent:
    """Measure the part that *open_part* opens, as often as it is asked; raises Misplaced, ExpatError.

    What usual programs write is told by searching for bytes, all else is parsed. Either has to be well-formed:
    calamine is lenient, and finds attributes and elements where others see none.
    """
    with open_part() as file:
        plain, grammar = _Plain(), expat.ParserCreate()
        grammar.StartDoctypeDeclHandler = _refuse_entities
        if all(_follows(grammar, rows) and plain.take(rows) for rows in _whole_rows(file)):
            grammar.Parse(b"", True)
            return plain.found
    with open_part() as file:
        return _Parsed().read(file)


def _follows(grammar: expat.XMLParserType, piece: bytes) -> bool:
    grammar.Parse(piece)
    return True


def _whole_rows(file: IO[bytes]) -> Iterator[bytes]:
    """Cut what *file* holds between rows; a row that does not end for long is given as it is, unfinished."""
    rest = b""
    while chunk := file.read(_CHUNK):
        rest += chunk
        cut = rest.rfind(_ROW)
        if cut < 0 or (cut == 0 and len(rest) > _LONGEST_ROW):
            cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_ROW:
            raise Misplaced("a text of more than 32 MB in one place")
    yield rest


@dataclass(slots=True)
class _Plain:
    """Rows in order, each with the cells that say they are of it."""

    found: Extent = field(default_factory=Extent)
    _shapes: set[bytes] = field(default_factory=set)

    def take(self, piece: bytes) -> bool:
        """Count the rows of *piece*; False when it is not plain."""
        before, cells = self.found.cells, sum(piece.count(start) for start in _ANY_CELL)
        if not cells and b"row" not in piece:
            return b"\0" not in piece
        rows = piece.split(_ROW)
        if len(rows) - 1 != len(_ANY_ROW.findall(piece)) or _PREFIXED.search(piece):
            return False
        return all(map(self._row, rows[1:])) and self.found.cells - before == cells

    def _row(self, row: bytes) -> bool:
        number, quote, _ = row[:9].partition(b'"')
        if not quote or not number.isdigit() or int(number) <= self.found.rows:
            return False
        references = _CELL.findall(row)
        joined = b",".join(references)
        shape = joined.translate(None, _DIGITS)
        if joined.translate(None, _LETTERS) != b",".join([number] * len(references)) or not self._is_known(shape):
            return False
        self.found.rows = int(number)
        self.found.cells += len(references)
        return True

    def _is_known(self, shape: bytes) -> bool:
        """Whether the columns of a row, `A,B,C`, stand once each; most rows of a sheet have the same."""
        if shape not in self._shapes:
            columns = [column_number(letters) for letters in shape.decode().split(",") if letters]
            if len(set(columns)) != len(columns):
                return False
            self._shapes.add(shape)
            self.found.columns = max(self.found.columns, *columns, 1)
        return True


@dataclass(slots=True)
class _Parsed:
    """The same of any XML: as calamine counts, what has no reference follows what was before it."""

    found: Extent = field(default_factory=Extent)
    _row: int = 0
    _column: int = 0
    _columns: set[int] = field(default_factory=set)
    _rows: set[int] = field(default_factory=set)

    def read(self, file: IO[bytes]) -> Extent:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_entities
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
        return self.found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                self._start_row(attributes.get("r", ""))
            case "c":
                self._start_cell(attributes.get("r", ""))
            case "v" | "is" | "f":
                self._count()

    def _start_row(self, number: str) -> None:
        if number and not re.fullmatch(r"[1-9][0-9]{0,6}", number):
            raise Misplaced(f'a row has the number "{number[:20]}"')
        self._row, self._column = int(number or self._row + 1), 0
        if self._row in self._rows:
            raise Misplaced(f"row {self._row} stands twice in it")
        self._rows.add(self._row)
        self._columns = set()

    def _start_cell(self, reference: str) -> None:
        at = _REFERENCE.fullmatch(reference)
        if reference and not at:
            raise Misplaced(f'a cell is addressed "{reference[:20]}"')
        self._column = column_number(at.group(1).upper()) if at else self._column + 1
        if at and int(at.group(2)) != self._row:
            raise Misplaced(f"the cell {reference} stands in row {self._row}")
        if self._column in self._columns:
            raise Misplaced(f"the cell {column_letter(self._column - 1)}{self._row} stands twice in it")
        self._columns.add(self._column)

    def _count(self) -> None:
        self.found.cells += 1
        self.found.rows = max(self.found.rows, self._row)
        self.found.columns = max(self.found.columns, self._column)


def _refuse_entities(*_: object) -> None:
    raise Misplaced("it declares XML entities")


def column_number(letters: str) -> int:
    """Count a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number

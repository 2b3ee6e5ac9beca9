"""Inside an .ods: the error cells, which calamine gives as blank or as 0, and 0 would switch a setting off."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are parsed

from bulkpatch.loading.extent import Extent, Misplaced
from bulkpatch.loading.worksheet import Area, Findings, Flaw

_MOST_REPEATS = 100_000
"""Of one error cell; a table is padded to its end with repeats of empty ones."""


def table_extent(open_part: Callable[[], IO[bytes]]) -> Extent:
    """Measure the largest table of content.xml, repeats counted in; raises Misplaced, ParseError."""
    largest = found = Extent()
    row = 0
    with open_part() as file:
        for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - no DTD
            kind = _local(element.tag)
            if event == "start" and kind == "table":
                found, row = Extent(), 0
            elif event == "end" and kind == "table-row":
                row += _extend(found, element, row)
                largest = max(largest, found, key=lambda e: (e.places, e.cells))
                element.clear()
    return largest


def _extend(found: Extent, row: ET.Element, above: int) -> int:
    """Count the cells of *row* in, and give how often it stands there."""
    repeats = _count(row, "number-rows-repeated")
    column = 0
    for cell in row:
        if _local(cell.tag) in {"table-cell", "covered-table-cell"}:
            column += (times := _count(cell, "number-columns-repeated"))
            if len(cell) or _attribute(cell, "value-type"):
                found.rows, found.columns = above + repeats, max(found.columns, column)
                found.cells += times * repeats
                found.text += times * repeats * sum(map(len, cell.itertext())) if times * repeats > 1 else 0
    return repeats


def find_table(archive: zipfile.ZipFile, name: str) -> Findings | None:
    """Look into content.xml for the table *name*; None when it is not there or cannot be read."""
    try:
        with archive.open("content.xml") as file:
            return _table(file.read(), name)
    except (KeyError, ET.ParseError):
        return None


def _table(xml: bytes, name: str) -> Findings | None:
    inside = False
    row = 1
    flaws: list[Flaw] = []
    hidden: list[int] = []
    merged: list[Area] = []
    for event, element in ET.iterparse(io.BytesIO(xml), events=("start", "end")):  # noqa: S314 - no DTD
        kind = _local(element.tag)
        if kind == "table" and _attribute(element, "name") == name:
            if event == "end":
                return Findings(flaws=tuple(flaws), hidden_rows=tuple(hidden), merged=tuple(merged))
            inside = True
        elif event == "end" and kind == "table-row":
            if inside:
                repeats = _count(element, "number-rows-repeated")
                rows = range(row, row + min(repeats, _MOST_REPEATS))
                found = list(_cells(element))
                flaws.extend(flaw for number in rows for flaw in _flaws(found, number))
                merged.extend(_areas(found, row))
                hidden.extend(rows if _attribute(element, "visibility") in {"collapse", "filter"} else ())
                row += repeats
            element.clear()
    return None


def _cells(row: ET.Element) -> Iterator[tuple[int, ET.Element]]:
    column = 0
    for cell in row:
        if _local(cell.tag) not in {"table-cell", "covered-table-cell"}:
            continue
        repeats = _count(cell, "number-columns-repeated")
        if cell.attrib.keys() and _is_marked(cell):
            for index in range(column, column + min(repeats, _MOST_REPEATS)):
                yield index, cell
        column += repeats


def _is_marked(cell: ET.Element) -> bool:
    return _is_error(cell) or _is_uncalculated(cell) or _span(cell) != (1, 1)


def _is_error(cell: ET.Element) -> bool:
    return any(key.endswith("calcext:1.0}value-type") and value == "error" for key, value in cell.attrib.items())


def _is_uncalculated(cell: ET.Element) -> bool:
    return bool(_attribute(cell, "formula")) and not _attribute(cell, "value-type")


def _flaws(cells: list[tuple[int, ET.Element]], row: int) -> Iterator[Flaw]:
    for column, cell in cells:
        if _is_error(cell):
            text = "".join(part for line in cell if _local(line.tag) == "p" for part in line.itertext())
            yield Flaw(row=row, column=column, text=text or "#ERROR!", is_formula=False)
        elif _is_uncalculated(cell):
            formula = _attribute(cell, "formula").partition("=")[2]
            yield Flaw(row=row, column=column, text=f"={formula}", is_formula=True)


def _areas(cells: list[tuple[int, ET.Element]], row: int) -> Iterator[Area]:
    for column, cell in cells:
        high, wide = _span(cell)
        if (high, wide) != (1, 1):
            yield Area(first_row=row, first_column=column, last_row=row + high - 1, last_column=column + wide - 1)


def _span(cell: ET.Element) -> tuple[int, int]:
    return _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")


def _count(element: ET.Element, name: str) -> int:
    text = _attribute(element, name) or "1"
    if not re.fullmatch("[0-9]{1,12}", text):
        raise Misplaced(f'{name} is "{text[:20]}"')
    return int(text)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(element: ET.Element, name: str) -> str:
    """The attribute of any namespace; `value-type` is the file's own before calcext's copy of it."""
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")

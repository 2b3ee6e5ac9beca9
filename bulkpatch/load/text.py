"""CSV → table. Two readers must agree: csv finds the widest record and broken quotes, pandas reads the cells.

Traps that this avoids, each with a test: with a header row pandas takes a surplus first cell for an index and shifts
every column by one, silently; it turns NA and null into missing values; it skips blank lines and shifts row numbers.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from bulkpatch.errors import SheetError
from bulkpatch.load.table import Remark, Table
from bulkpatch.model import Severity

DELIMITERS = ",;\t"


def read_text(path: Path) -> Table:
    """Read a CSV file: UTF-8, UTF-16 or cp1252; comma, semicolon or tab; raises SheetError."""
    text, remarks = _decode(path)
    if "\0" in text:
        raise SheetError(f"{path} holds NUL characters, so it is no text file.", next_step="Save it as CSV (UTF-8).")
    text, delimiter = _delimiter(text)
    records, width = _measure(path, text, delimiter)
    return Table(rows=_read(path, text, delimiter, records, width), remarks=remarks)


def _decode(path: Path) -> tuple[str, tuple[Remark, ...]]:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(path, content, "utf-16"), ()
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        text = _strictly(path, content, "cp1252")
    what = "the file is not UTF-8 and was read as Windows-1252 (cp1252)."
    return text, (Remark(what=what, hint="Check that names with accents look right.", severity=Severity.NOTE),)


def _strictly(path: Path, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise SheetError(
            f"{path} is neither UTF-8, UTF-16 nor Windows-1252 text (byte {exc.start}).",
            next_step="Save it as CSV (UTF-8).",
        ) from exc


def _delimiter(text: str) -> tuple[str, str]:
    """Find the delimiter in the header; Excel's own `sep=;` line is obeyed and, as in Excel, does not count."""
    told = re.match(r"\ufeff?sep=(.)\r?\n", text, flags=re.IGNORECASE)
    if told:
        return text[told.end() :], told.group(1)
    header = re.search(r"[^\r\n]*\w[^\r\n]*", text)
    outside = re.sub(r'"[^"]*"', "", header.group() if header else "")
    counts = {delimiter: outside.count(delimiter) for delimiter in DELIMITERS}
    return text, max(counts, key=lambda delimiter: counts[delimiter])


def _measure(path: Path, text: str, delimiter: str) -> tuple[int, int]:
    """Count the records and the cells of the widest; a broken quote would swallow what follows, so it is refused."""
    records = width = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            records += 1
            width = max(width, len(record))
    except csv.Error as exc:
        raise SheetError(
            f"{path}: row {records + 1} has a quotation mark that is not closed, or closed too early ({exc}).",
            next_step='Close it, or write "" for a quotation mark inside a quoted cell.',
        ) from exc
    return records, width


def _read(path: Path, text: str, delimiter: str, records: int, width: int) -> list[tuple[str, ...]]:
    import pandas as pd

    if not width:
        return []
    try:
        frame = pd.read_csv(
            io.StringIO(text, newline=""),
            sep=delimiter,
            header=None,
            names=range(width),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
        )
    except (ValueError, OSError) as exc:
        raise SheetError(f"{path} cannot be read as CSV: {exc}.", next_step="Save it again as CSV (UTF-8).") from exc
    if len(frame) != records:
        raise SheetError(
            f"{path} reads as {records} rows one way and {len(frame)} another.", next_step="Save it as .xlsx instead."
        )
    columns = [[str(cell).replace("\r\n", "\n") for cell in frame[column].fillna("")] for column in frame.columns]
    return list(zip(*columns, strict=True))

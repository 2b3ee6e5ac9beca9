"""CSV → table. Two readers must agree: csv finds the widest record and broken quotes, pandas reads the cells.

Traps that this avoids, each with a test: with a header row pandas takes a surplus first cell for an index and shifts
every column by one, silently; it turns NA and null into missing values; it skips blank lines and shifts row numbers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bulkpatch.errors import SheetError
from bulkpatch.loading.table import MOST_CELLS, Remark, Table, has_text
from bulkpatch.model import Severity

DELIMITERS = ",;\t|"

_WIDEST = 1_000_000
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def read_text(path: Path, content: bytes) -> Table:
    """Read the CSV file *content*: UTF-8, UTF-16 or cp1252; comma, semicolon, tab or pipe; raises SheetError."""
    text, remarks = _decode(path, content)
    if "\0" in text:
        raise SheetError(f"{path} holds NUL characters, so it is no text file.", next_step="Save it as CSV (UTF-8).")
    text, delimiter = _delimiter(text)
    records, width, swallowed = _measure(path, text, delimiter)
    return Table(rows=_read(path, text, delimiter, records, width), remarks=(*remarks, *swallowed))


def _decode(path: Path, content: bytes) -> tuple[str, tuple[Remark, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(path, content, "utf-16"), ()
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as exc:
        _refuse_broken(path, content, exc)
        text = _strictly(path, content, "cp1252")
    what = "the file is not UTF-8 and was read as Windows-1252 (cp1252)."
    return text, (Remark(what=what, hint="Check that names with accents look right.", severity=Severity.NOTE),)


def _refuse_broken(path: Path, content: bytes, exc: UnicodeDecodeError) -> None:
    """Refuse what is UTF-8 but for its end, or claims to be: rows may be missing, and names would be others."""
    is_cut = exc.reason == "unexpected end of data" and not content[: exc.start].isascii()
    if is_cut or content.startswith(b"\xef\xbb\xbf"):
        where = "ends in the middle of a character" if is_cut else f"says it is UTF-8 and is not (byte {exc.start})"
        raise SheetError(f"{path} {where}.", next_step="Copy it again, or save it again as CSV (UTF-8).") from exc


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
    told = re.match(r"""\ufeff?"?sep=([^\w\s"']|\t)"?(?:\r\n|\r|\n)""", text, flags=re.IGNORECASE | re.ASCII)
    if told and told.group(1).isascii():
        return text[told.end() :], told.group(1)
    start = re.sub(r'"[^"]*"', "quoted", text[:65_536])
    header = re.search(r"[^\r\n]*\w[^\r\n]*", start)
    counts = {delimiter: header.group().count(delimiter) if header else 0 for delimiter in DELIMITERS}
    return text, max(counts, key=lambda delimiter: counts[delimiter])


def _measure(path: Path, text: str, delimiter: str) -> tuple[int, int, list[Remark]]:
    """Count the records and the cells of the widest; a broken quote would swallow what follows, so it is refused."""
    records = width = expected = line = 0
    swallowed: list[Remark] = []
    lines = _not_too_wide(path, io.StringIO(text, newline=""), delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for record in reader:
            records += 1
            width = max(width, len(record))
            expected = expected or (len(record) if has_text(record) else 0)
            if reader.line_num > line + 1:
                swallowed.extend(_swallowed(record, records, delimiter, expected))
            line = reader.line_num
    except csv.Error as exc:
        raise _broken_quote(path, records + 1, exc) from exc
    if records * width > MOST_CELLS:
        raise SheetError(
            f"{path}: a row has {width:,} cells, which makes {records * width:,} for {records:,} rows.",
            next_step="Take the surplus delimiters out, or copy the columns that count to a new file.",
        )
    return records, width, swallowed


def _not_too_wide(path: Path, lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Refuse a line of very many cells before there is one string for each."""
    for line in lines:
        if len(line) > _WIDEST and line.count(delimiter) > _WIDEST:
            what = f"{path}: a line has more than {_WIDEST:,} cells."
            raise SheetError(what, next_step="Take the surplus delimiters out, or copy what counts to a new file.")
        yield line


def _broken_quote(path: Path, row: int, exc: csv.Error) -> SheetError:
    close = 'Close it, or write "" for a quotation mark inside a quoted cell.'
    if "field limit" in str(exc):
        what = f"{path}: row {row} has a cell of more than {csv.field_size_limit():,} characters; is a quote left open?"
        return SheetError(what, next_step=f"Look for a quotation mark that is not closed. {close}")
    what = f"{path}: row {row} has a quotation mark that is not closed, or closed too early ({exc})."
    return SheetError(what, next_step=close)


def _swallowed(record: list[str], row: int, delimiter: str, expected: int) -> Iterator[Remark]:
    """Point at a quoted cell that holds what look like whole rows: two stray quotes make one, and lose tenants."""
    for column, cell in enumerate(record):
        lines = re.split(r"\r\n|\r|\n", cell)
        whole = expected > 1 and any(line.count(delimiter) == expected - 1 for line in lines[1:-1])
        rest = column > 0 and len(lines) > 1 and lines[-1].count(delimiter) == column
        if any(_GUID.search(line) for line in lines[1:]):
            # Of no row in particular, so that nobody can leave it out and lose the tenants in it.
            yield Remark(
                what=f"row {row}: a quoted cell spans {len(lines)} lines and holds what look like other tenants.",
                hint="A quotation mark opens or closes it by mistake: take it out, or the tenant ids in it.",
                severity=Severity.ERROR,
            )
        elif whole or rest:
            yield Remark(
                row=row,
                column=column,
                value=cell,
                what=f"the quoted cell spans {len(lines)} lines, which look like rows of their own.",
                hint="If a quotation mark opens or closes it by mistake, those rows are not read: take it out.",
                severity=Severity.WARNING,
            )


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

"""What happens, on disk as it happens: one JSON line per event, the only truth about a run.

A line that says `sending` is on the disk before its request sets out. `append` hands a line to the operating system
at once, so that a killed process loses nothing; `sync` makes it outlive the machine, for all callers in one go.
A torn last line, from a crash in the middle of a write, is ignored when the journal is read.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bulkpatch.errors import JournalUnwritable, SheetError
from bulkpatch.model import Json, printable_json

FILE_NAME = "journal.jsonl"
FORMAT = 1
"""Raised when a reader of today could misread a journal of tomorrow."""
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SYNC = getattr(os, "fdatasync", os.fsync)


class Journal:
    """Append-only; every write is followed by one of its answers, or the run was cut off."""

    def __init__(self, path: Path) -> None:
        """Raises JournalUnwritable when the file cannot be made."""
        self.path = path
        self._waiting: list[asyncio.Future[None]] = []
        self._syncing: asyncio.Task[None] | None = None
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as exc:
            raise self._unwritable(exc) from exc

    def append(self, kind: str, **fields: Json) -> None:
        """Write one event; raises JournalUnwritable, and then no request may set out."""
        text = _as_json({"kind": kind, **fields})
        # What a terminal would obey is written as the escape that JSON has for it, and so is half a surrogate pair.
        line = (text if text.isprintable() else printable_json(text)).encode() + b"\n"
        try:
            written = os.write(self._file, line)
            if written < len(line):  # a disk that is full takes a part, and refuses the rest
                os.write(self._file, line[written:])
        except OSError as exc:
            raise self._unwritable(exc) from exc

    async def sync(self) -> None:
        """Return when everything appended so far is on the disk; callers who come together share one sync."""
        on_disk = asyncio.get_running_loop().create_future()
        self._waiting.append(on_disk)
        if self._syncing is None:
            self._syncing = asyncio.create_task(self._sync_all())
        await on_disk

    async def _sync_all(self) -> None:
        while waiting := self._waiting:
            self._waiting, failure = [], None
            try:
                await asyncio.to_thread(_SYNC, self._file)
            except OSError as exc:
                failure = self._unwritable(exc)
            for on_disk in waiting:
                if on_disk.done():  # whoever waited was cancelled
                    continue
                if failure:
                    on_disk.set_exception(failure)
                else:
                    on_disk.set_result(None)
        self._syncing = None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _unwritable(self, exc: OSError) -> JournalUnwritable:
        return JournalUnwritable(
            f"The journal {self.path} cannot be written: {exc.strerror}.",
            next_step="Nothing more was sent. Make room, or choose another --report-dir, then rerun.",
        )


def read_journal(path: Path) -> Iterator[Mapping[str, Json]]:
    """Read the events of a run, oldest first; raises SheetError when there is no journal at *path*, or a damaged one.

    A line that cannot be read is fine as the last one only: it was being written when the run was cut off.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    return
                event = _event(line)
                if event is None:
                    raise _damaged(path, number)
                yield event
    except OSError as exc:
        raise SheetError(
            f"{path} cannot be read: {exc.strerror}.",
            next_step="Name a run's folder, or its report.csv or report.xlsx.",
        ) from exc


def _damaged(path: Path, number: int) -> SheetError:
    return SheetError(
        f"{path} is damaged at line {number}, so that what was sent cannot be told from it.",
        next_step="Restore the file; or compare live with the sheet: bulkpatch plan SHEET.",
    )


def _event(line: bytes) -> Mapping[str, Json] | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, Mapping) else None

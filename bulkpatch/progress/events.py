"""`--json-log`: what happens, one JSON object per line, for machines.

Each line has `at` (UTC, ISO 8601) and `event`: `run` (options, endpoint, home tenant, versions, sheet), `planned`
(tenants, writes, loosening), `sending` (tenant, endpoint, method, attempt, clientRequestId), `answered` (status, code,
seconds, requestId), `paused` (seconds), `settled`, `outcome` (tenant, rows, status) and `end` (exitCode, traffic).
Bodies stand in the journal only; tokens and secrets nowhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bulkpatch.errors import UsageError
from bulkpatch.model import Json, printable_json

_LEFT_OUT = frozenset({"at", "body", "header", "rows", "cells", "applied"})
_WRITTEN = frozenset({"run", "planned", "sending", "answered", "paused", "settled", "outcome", "end"})


class EventLog:
    """Writes events as they happen; a line is whole or not there."""

    def __init__(self, out: TextIO, now: Callable[[], datetime]) -> None:
        self._out = out
        self._now = now

    def write(self, event: str, fields: Mapping[str, Json]) -> None:
        """One line; control characters and line ends in values are escaped, as JSON does."""
        if event not in _WRITTEN:
            return
        at = self._now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        kept = {name: value for name, value in fields.items() if name not in _LEFT_OUT or (event, name) == _ROWS}
        self._out.write(printable_json(json.dumps({"at": at, "event": event, **kept}, default=str)) + "\n")
        self._out.flush()


_ROWS = ("outcome", "rows")


def _holds_something_else(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            first = file.readline(1_000_000)
        return bool(first) and not {"at", "event"} <= json.loads(first).keys()
    except (OSError, ValueError, AttributeError):
        return True


@contextmanager
def open_log(name: str) -> Iterator[TextIO]:
    """Open the file *name* for its owner only, adding to what is there; `-` is stderr. Raises UsageError.

    A file that is there and holds something else is refused: bulkpatch.toml can name it too.
    """
    if name == "-":
        yield sys.stderr
        return
    if _holds_something_else(Path(name)):
        raise UsageError(f"--json-log {name} is there already, and is no log.", next_step="Choose another.")
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as exc:
        raise UsageError(f"--json-log {name} cannot be written: {exc.strerror}.", next_step="Choose another.") from exc
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        yield out

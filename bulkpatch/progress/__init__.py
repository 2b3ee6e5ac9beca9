"""Who watches a run: a live view when a person does, a line now and then when not, events for machines, or nobody.

They observe; nothing in a run depends on them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from bulkpatch.progress.events import EventLog, open_log
from bulkpatch.progress.live import LiveWatcher
from bulkpatch.progress.plain import PlainWatcher
from bulkpatch.progress.watcher import Watcher

__all__ = ["EventLog", "LiveWatcher", "PlainWatcher", "Watcher", "watching"]


@contextmanager
def watching(*, quiet: bool, log: str = "") -> Iterator[Watcher]:
    """The watcher that fits where the output goes; *log* names a file for events, `-` is stderr.

    Raises UsageError when the file cannot be written.
    """
    watcher = _watcher(quiet=quiet)
    if not log:
        yield watcher
        return
    with open_log(log) as out:
        watcher.log = EventLog(out, lambda: datetime.now(UTC))
        yield watcher


def _watcher(*, quiet: bool) -> Watcher:
    if quiet:
        return Watcher(time.monotonic)
    return LiveWatcher(time.monotonic) if sys.stderr.isatty() else PlainWatcher(time.monotonic, sys.stderr)

"""Who watches a run: a live bar when a person does, a line now and then when not, nobody when asked to be quiet.

It observes; nothing in a run depends on it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from bulkpatch.model import Outcome, Status, Step

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PLAIN_EVERY = 5.0
"""Seconds between two lines when nobody watches live."""


class Watcher:
    """Sees what happens and says nothing: the base of the others."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(Status, 0)
        self.total = 0
        self.done = 0

    @contextmanager
    def reading(self, total: int) -> Iterator[None]:
        """While live partners are read."""
        yield from self._phase("Reading partners", total)

    @contextmanager
    def sending(self, total: int) -> Iterator[None]:
        """While writes are sent."""
        yield from self._phase("Sending", total)

    def read(self) -> None:
        """One tenant was read."""
        self.done += 1
        self._moved()

    def finished(self, step: Step, outcome: Outcome) -> None:
        """One tenant has its final word."""
        self.counts[outcome.status] += 1
        if step.patches:
            self.done += 1
        self._moved()

    def paused(self, seconds: float) -> None:
        """Everybody waits for so long, because Graph said so."""

    def say(self, text: str) -> None:
        """Tell the person something now."""

    def _phase(self, title: str, total: int) -> Iterator[None]:
        self.total, self.done = total, 0
        self._begin(title)
        try:
            yield
        finally:
            self._end()

    def _begin(self, title: str) -> None:
        pass

    def _moved(self) -> None:
        pass

    def _end(self) -> None:
        pass

    def tally(self) -> str:
        """Counts that are not zero, in words."""
        return ", ".join(f"{count} {status.value}" for status, count in self.counts.items() if count)


class PlainWatcher(Watcher):
    """Writes one line now and then, for logs and pipes."""

    def __init__(self, out: TextIO, clock: Callable[[], float]) -> None:
        super().__init__()
        self._out = out
        self._clock = clock
        self._title = ""
        self._said_at = 0.0

    def paused(self, seconds: float) -> None:
        """Everybody waits for so long, because Graph said so."""
        self.say(f"Graph says to slow down: everybody waits {seconds:.0f} s.")

    def say(self, text: str) -> None:
        """Write a line."""
        self._out.write(text + "\n")
        self._out.flush()

    def _begin(self, title: str) -> None:
        self._title, self._said_at = title, self._clock()

    def _moved(self) -> None:
        if self._clock() - self._said_at >= PLAIN_EVERY:
            self._said_at = self._clock()
            tally = self.tally()
            self.say(f"{self._title}: {self.done} of {self.total}" + (f" ({tally})" if tally else ""))


class LiveWatcher(Watcher):
    """Draws a bar with counts, rate and remaining time."""

    def __init__(self) -> None:
        super().__init__()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._paused_until = 0.0

    def paused(self, seconds: float) -> None:
        """Everybody waits for so long, because Graph said so."""
        self._paused_until = time.monotonic() + seconds
        self._moved()

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.console.print(text)

    def _begin(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}"),
        )
        self._bar = Progress(*columns, console=Console(stderr=True, highlight=False), expand=True, transient=True)
        self._task = self._bar.add_task(title, total=self.total, note="")
        self._bar.start()

    def _moved(self) -> None:
        if self._bar is None or self._task is None:
            return
        left = self._paused_until - time.monotonic()
        bad = sum(self.counts[status] for status in (Status.FAILED, Status.UNKNOWN))
        note = f"[yellow]waiting {left:.0f} s for Graph[/]" if left > 0 else f"[red]{bad} failed[/]" if bad else ""
        self._bar.update(self._task, completed=self.done, note=note)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def watcher(*, quiet: bool) -> Watcher:
    """The watcher that fits where the output goes."""
    if quiet:
        return Watcher()
    return LiveWatcher() if sys.stderr.isatty() else PlainWatcher(sys.stderr, time.monotonic)

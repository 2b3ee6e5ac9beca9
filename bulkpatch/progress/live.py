"""What a person sees while a run goes on: a bar, the pace, what went wrong last. Gone when it is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bulkpatch.model import Status
from bulkpatch.progress.watcher import Watcher
from bulkpatch.report.wording import show_duration, visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.text import Text

A_SECOND = 6
"""Redraws."""
_STYLES = {Status.SUCCEEDED: "green", Status.FAILED: "red", Status.UNKNOWN: "yellow", Status.NOT_SENT: "yellow"}


class LiveWatcher(Watcher):
    """Draws on stderr."""

    def __init__(self, clock: Callable[[], float], console: Console | None = None) -> None:
        super().__init__(clock)
        self._console = console
        self._live: Live | None = None

    def say(self, text: str) -> None:
        """Print a line above the view."""
        if self._live is not None:
            self._live.console.print(visible(text), markup=False, soft_wrap=True)

    def view(self, width: int) -> RenderableType:
        """What is drawn now, no line of it wider than *width*."""
        from rich.console import Group
        from rich.text import Text

        lines = [self._bar(width), self._pace(), self._counts()]
        if self.is_stopping:
            lines.append(Text("  stopping: no more is sent", style="yellow"))
        elif self.waits > 0:
            told = f"  Graph says to slow down: everybody waits {self.waits:.0f} s"
            lines.append(Text(told, style="yellow"))
        lines += [Text(f"  {visible(failure)}", style="red") for failure in self.failures]
        shown = [line for line in lines if line.plain.strip()]
        for line in shown:
            line.truncate(max(width - 1, 1), overflow="ellipsis")
            line.no_wrap = True
        return Group(*shown)

    def _bar(self, width: int) -> Text:
        from rich.text import Text

        told = f"{self.done:,} of {self.total:,}"
        left = self.seconds_left
        ends = f"  {show_duration(left)} left" if left is not None and self.done < self.total else ""
        room = max(4, min(60, width - len(self.title) - len(told) - len(ends) - 8))
        full = room if not self.total else min(room, round(room * self.done / self.total))
        bar = Text(f"{self.title}  ", style="bold")
        bar.append("━" * full, style="green").append("─" * (room - full), style="dim")
        return bar.append(f"  {told}").append(ends, style="dim")

    def _pace(self) -> Text:
        from rich.text import Text

        rate = self.rate.per_second(self.clock())
        parts = [f"{rate:.1f} tenants a second"] if rate else []
        parts += [f"{self.in_flight} in flight"] if self.in_flight else []
        parts += [f"{self.throttled:,} × 429"] if self.throttled else []
        return Text("  " + ", ".join(parts), style="dim")

    def _counts(self) -> Text:
        from rich.text import Text

        line = Text("  ")
        for status, count in self.counts.items():
            if count:
                line.append(f"{count:,} {status.value}", style=_STYLES.get(status, "")).append("  ")
        return line

    def _begin(self) -> None:
        from rich.live import Live

        from bulkpatch.report.console import SafeConsole

        console = self._console or SafeConsole(stderr=True)
        self._live = Live(
            get_renderable=lambda: self.view(console.width), console=console, transient=True,
            refresh_per_second=A_SECOND, redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()

    def _end(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

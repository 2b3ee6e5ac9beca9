"""The last net before a terminal: whatever reaches it, from wherever, is shown and never obeyed. Imports rich."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from bulkpatch.report.wording import visible


class SafeConsole(Console):
    """A console that writes control characters of a text as escapes to be read; its own colours stay.

    Rooms make texts visible where they lay them out, since an escape is wider than what it stands for. This is for
    the text that one of them forgot.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Lay *renderable* out, as rich does, in characters that are safe to print."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, keep="\n"), segment.style)

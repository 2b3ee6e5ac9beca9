"""Lines on a terminal of any width: wrapped at words under a hanging indent, nothing cut off, nothing obeyed.

Every text here is a rich `Text`, never markup, so that brackets in a cell stay brackets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from bulkpatch.report.wording import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_SHOWN = 50
_LONGEST_VALUE = 160
_NARROWEST = 20

Item = TypeVar("Item")


def styled(*parts: str | tuple[str, str]) -> Text:
    """Put a line together from plain texts and (text, style) pairs; control characters are made visible."""
    from rich.text import Text

    line = Text()
    for part in parts:
        text, style = (part, "") if isinstance(part, str) else part
        line.append(visible(text), style=style or None)
    return line


def flow(console: Console, line: Text, *, indent: int = 0, hang: int | None = None) -> None:
    """Print *line* wrapped at words: *indent* before the first line, *hang* (default the same) before the others."""
    from rich.text import Text

    hang = indent if hang is None else hang
    first = line.wrap(console, max(console.width - indent, _NARROWEST))[0]
    rest = line[len(first) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
    others = list(rest.wrap(console, max(console.width - hang, _NARROWEST))) if rest else []
    for margin, piece in [(indent, first), *((hang, other) for other in others)]:
        piece.rstrip()
        console.print(Text(" " * margin) + piece, soft_wrap=True, highlight=False)


def unbroken(console: Console, text: str, *, indent: int = 2, style: str = "") -> None:
    """Print a path or a command on a line of its own without any line break, so that it can be copied."""
    console.print(styled(" " * indent, (text, style)), soft_wrap=True, highlight=False)


def heading(console: Console, text: str, style: str = "bold") -> None:
    """Print a blank line and *text* over what follows."""
    console.print()
    flow(console, styled((text, style)))


def window(items: Sequence[Item], limit: int) -> Sequence[Item]:
    """Give all items, or the first 50 when there are more than *limit*."""
    return items if len(items) <= limit else items[: min(_SHOWN, limit)]


def quoted(value: str) -> str:
    """Write a cell's text in quotes, its middle left out when it is very long."""
    if len(value) > _LONGEST_VALUE:
        half = _LONGEST_VALUE // 2
        return f'"{value[:half]} … {value[-half:]}" ({len(value):,} characters)'
    return f'"{value}"'

"""Texts from outside as a workbook may hold them: never a formula, never a character that breaks the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell

MOST_CHARACTERS = 32_767
"""Of one cell; Excel cuts off what is longer."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Write characters that XML forbids as escapes to be read: ESC becomes `\x1b`."""
    return _FORBIDDEN.sub(lambda found: found.group().encode("unicode_escape").decode(), text.replace("\r", "\n"))


def shortened(text: str, longest: int) -> str:
    """Give *text* with its end left out when it has more than *longest* characters."""
    whole = printable(text)
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def set_text(cell: Cell | MergedCell, text: str) -> Cell:
    """Write *text* into *cell* as a text, whatever it looks like; it stays one even when somebody edits it."""
    from openpyxl.cell import Cell

    if not isinstance(cell, Cell):
        message = f"{cell.coordinate} is covered by merged cells"
        raise TypeError(message)
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def emphasize(
    cell: Cell, colour: str, *, bold: bool = False, size: float | None = None, underline: bool = False
) -> None:
    """Write in *colour* (ARGB) and otherwise in the typeface that the workbook has."""
    from openpyxl.styles import Font

    line: Literal["single"] | None = "single" if underline else None
    cell.font = Font(name=cell.font.name, size=size or cell.font.size, bold=bold, color=colour, underline=line)

"""Cells that a spreadsheet program would run as a formula: made harmless going out, exact coming back. Pure."""

from __future__ import annotations

import re

# The full-width signs: some spreadsheet programs take them for the ASCII ones (OWASP, "CSV Injection").
# Leading apostrophes count as well, so that a text that looks defused already can be told from one that is.
_RUNS = re.compile(r"['\s\ufeff]*[=+\-@\t\r\n＝＋－＠]")


_SIGNS = frozenset("=+-@＝＋－＠")

# Where lists are separated by semicolons (much of Europe), a spreadsheet program cuts a comma-separated file at them,
# and at the line ends of a quoted cell: what follows is a cell of its own there. Possessive: one pass over any text.
_CUT = re.compile(r"[;\t\r\n]['\"\s\ufeff;]*+")


def defuse(text: str) -> str:
    """Put an apostrophe where a spreadsheet program would begin to run *text*; leave any other text alone."""
    text = _CUT.sub(lambda cut: f"{cut[0]}'" if _is_before_sign(cut) else cut[0], text)
    return f"'{text}" if _RUNS.match(text) else text


def restore(text: str) -> str:
    """Take the apostrophes of `defuse` away: `restore(defuse(text)) == text` for every text."""
    text = text[1:] if text.startswith("'") and _RUNS.match(text, 1) else text
    return _CUT.sub(lambda cut: cut[0].removesuffix("'") if _is_before_sign(cut) else cut[0], text)


def _is_before_sign(cut: re.Match[str]) -> bool:
    return cut.string[cut.end() : cut.end() + 1] in _SIGNS

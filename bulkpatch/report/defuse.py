"""Cells that a spreadsheet program would run as a formula: made harmless going out, exact coming back. Pure."""

from __future__ import annotations

import re

# The full-width signs: some spreadsheet programs take them for the ASCII ones (OWASP, "CSV Injection").
# Leading apostrophes count as well, so that a text that looks defused already can be told from one that is.
_RUNS = re.compile(r"['\s\ufeff]*[=+\-@\t\r\n＝＋－＠]")


def defuse(text: str) -> str:
    """Put an apostrophe before *text* when a spreadsheet program would run it; leave any other text alone."""
    return f"'{text}" if _RUNS.match(text) else text


def restore(text: str) -> str:
    """Take the apostrophe of `defuse` away: `restore(defuse(text)) == text` for every text."""
    return text[1:] if text.startswith("'") and _RUNS.match(text, 1) else text

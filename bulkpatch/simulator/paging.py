"""Pages of a list, and the opaque token that leads to the next one."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Sequence


def page_of(keys: Sequence[str], *, size: int, token: str) -> tuple[Sequence[str], str]:
    """The *size* keys after *token*, and the token of the next page; empty when this is the last one.

    *keys* are sorted. The token names the last key that was shown, so that a partner which comes or goes between two
    pages neither hides another one nor shows it twice. Raises ValueError for a token that was never given out.
    """
    start = bisect_right(keys, _last_of(token)) if token else 0
    page = keys[start : start + size]
    return page, _token_after(page[-1]) if start + size < len(keys) else ""


def _token_after(last: str) -> str:
    return base64.urlsafe_b64encode(b"after:" + last.encode()).decode().rstrip("=")


def _last_of(token: str) -> str:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as problem:
        raise ValueError(token) from problem
    if not text.startswith("after:"):
        raise ValueError(token)
    return text.removeprefix("after:")

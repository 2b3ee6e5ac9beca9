"""`--waves 1,5%,100%`: how many tenants go first, next, and so on. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TypeVar

from bulkpatch.errors import UsageError

T = TypeVar("T")


def read_waves(text: str) -> tuple[float, ...]:
    """Read wave sizes: a number of tenants, or a share as a negative fraction; raises UsageError."""
    if not text.strip():
        return ()
    sizes = [re.fullmatch(r"\s*(\d{1,9}(?:\.\d+)?)\s*(%?)\s*", part) for part in text.split(",")]
    if not all(found and float(found.group(1)) for found in sizes):
        raise UsageError(f'--waves "{text}" is not a list of N or N%.', next_step="Example: --waves 1,5%,100%")
    return tuple(-float(f.group(1)) / 100 if f.group(2) else float(int(float(f.group(1)))) for f in sizes if f)


def in_waves(items: Sequence[T], sizes: Sequence[float]) -> list[Sequence[T]]:
    """Cut *items* into waves; the last size is repeated until none is left; no sizes make one wave."""
    if not sizes:
        return [items] if items else []
    waves: list[Sequence[T]] = []
    begin = 0
    while begin < len(items):
        size = sizes[min(len(waves), len(sizes) - 1)]
        count = max(1, math.ceil(-size * len(items)) if size < 0 else int(size))
        waves.append(items[begin : begin + count])
        begin += count
    return waves

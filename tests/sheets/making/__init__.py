"""What the corpus is made of: one function or table per family of traps, every byte decided here."""

from __future__ import annotations

from collections.abc import Mapping

from tests.sheets.making import damaged, foreign, tables, texts, values, workbooks
from tests.sheets.making.trap import Trap

TRAPS: Mapping[str, Trap] = {
    **texts.TRAPS,
    **values.TRAPS,
    **tables.TRAPS,
    **workbooks.TRAPS,
    **damaged.TRAPS,
    **foreign.TRAPS,
}
"""By file name: every trap that is small enough to be committed."""

__all__ = ["TRAPS", "Trap"]

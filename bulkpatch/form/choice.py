"""Which columns a form has: groups and single columns by name. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from bulkpatch.columns import (
    CATALOGUE,
    TENANT_HEADER,
    Column,
    find_column,
    is_label_header,
    is_tenant_header,
    suggestion,
    why_read_only,
)
from bulkpatch.errors import UsageError
from bulkpatch.form.groups import GROUPS
from bulkpatch.schema import ALL_VERSIONS

LABEL_HEADER = "Partner"
"""Over the names for people in every form."""


def choose(names: Iterable[str]) -> tuple[Column, ...]:
    """Find the columns for *names*, each once and in the order asked: groups, Graph paths or friendly headers.

    A name may hold several with commas between them. The tenant id and the partner's name are in every form, so they
    may be named and add nothing. Raises UsageError for a name that is neither group nor column.
    """
    asked = [name.strip() for text in names for name in text.split(",") if name.strip()]
    if not asked:
        raise UsageError("--columns names no column.", next_step=f"Name a group: {', '.join(GROUPS)}.")
    chosen = tuple(dict.fromkeys(column.path for name in asked for column in _columns(name)))
    if not chosen:
        raise UsageError(
            "--columns names no setting: tenantId and Partner are in every form.",
            next_step=f"Add a group: {', '.join(GROUPS)}.",
        )
    by_path = {column.path: column for column in CATALOGUE}
    return tuple(by_path[path] for path in chosen)


def header_of(column: Column, *, friendly: bool) -> str:
    """Name *column* in a header: its first friendly name, or its Graph path when it has none or that is wanted."""
    return column.aliases[0] if friendly and column.aliases else column.path


def header_line(columns: Sequence[Column], *, friendly: bool) -> tuple[str, ...]:
    """The whole header of a form: tenant, name, then *columns*."""
    return (TENANT_HEADER, LABEL_HEADER, *(header_of(column, friendly=friendly) for column in columns))


def _columns(name: str) -> tuple[Column, ...]:
    group = GROUPS.get(name.casefold().replace(" ", "-").replace("_", "-"))
    if group is not None:
        return tuple(column for column in CATALOGUE if _is_in(column, group))
    column = find_column(name)
    if column is not None:
        return (column,)
    if is_tenant_header(name) or is_label_header(name):
        return ()
    raise _unknown(name)


def _is_in(column: Column, roots: tuple[str, ...]) -> bool:
    return column.is_leaf and column.prop.root in roots and column.prop.versions == ALL_VERSIONS


def _unknown(name: str) -> UsageError:
    listed = f"Groups: {', '.join(GROUPS)}. `bulkpatch columns` lists the columns."
    if why := why_read_only(name):
        return UsageError(f'--columns: "{name}" cannot be set: {why}.', next_step=listed)
    close = difflib.get_close_matches(name.casefold(), GROUPS, n=1, cutoff=0.6)
    meant = suggestion(name) or (close[0] if close else "")
    near = f" Did you mean {meant}?" if meant else ""
    return UsageError(f'--columns: "{name}" is neither a group nor a column.{near}', next_step=listed)

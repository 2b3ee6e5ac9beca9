"""What the explaining sheets of a form say, line by line, as data. Pure.

Sources: Microsoft's "Cross-tenant access overview" (important considerations), "B2B collaboration settings" and the
page of the update request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bulkpatch.columns import TENANT_HEADER, Column
from bulkpatch.form.choice import LABEL_HEADER

Line = tuple[str, ...]
"""How a line looks (`title`, `heading`, `names`, `row`, `point`, `text`, `link`, `gap`), then its cells."""

_DOCUMENTATION = "https://learn.microsoft.com/en-us/graph/api/resources/crosstenantaccesspolicyconfigurationpartner"

_STEPS: tuple[Line, ...] = (
    ("point", "1", "One row per partner tenant on the sheet Partners: its tenant id, or a domain such as contoso.com."),
    (
        "point",
        "2",
        (
            "Fill in only what is to change. Columns that you do not need can be deleted; columns of your own (owner, "
            "ticket) can be added, they are carried into the report and never sent."
        ),
    ),
    (
        "point",
        "3",
        (
            "Save, and check it offline:  bulkpatch validate FILE    With --mark, the workbook comes back with the bad "
            "cells in red."
        ),
    ),
    ("point", "4", "See what would change:  bulkpatch plan FILE    Nothing is sent."),
    ("point", "5", "Send it:  bulkpatch apply FILE    Every row ends in exactly one status, in a report."),
)

_CELLS: tuple[Line, ...] = (
    ("names", "A cell", "means"),
    ("row", "blank", "Leave the setting as it is. It is never sent."),
    ("row", "a value", "Set it, whatever it is now."),
    ("row", "inherit", "Take the partner's own setting away, so that the default of our tenant applies again."),
)

_MORE: tuple[Line, ...] = (
    (
        "text",
        (
            "bulkpatch columns lists every column that a sheet may have; bulkpatch template --columns makes a form "
            "with others."
        ),
    ),
    (
        "text",
        (
            "The README of bulkpatch says what is sent, how throttling is respected, what the report tells, and the "
            "way back."
        ),
    ),
    ("text", "Microsoft's own documentation of the settings:"),
    ("link", _DOCUMENTATION),
)

_WORDS: tuple[Line, ...] = (
    ("names", "Write", "for", "in columns"),
    ("row", "AllUsers", "everybody; it stands alone", "… users"),
    ("row", "user:GUID", "one user, by object id", "… users"),
    ("row", "group:GUID", "one group, by object id", "… users"),
    ("row", "AllApplications", "every application; it stands alone", "… apps"),
    ("row", "Office365", "the applications of the Office 365 suite", "… apps"),
    ("row", "app:GUID", "one application, by its application (client) id", "… apps"),
    ("row", "inherit", "the default of our tenant again", "all of them"),
    ("text", "Several stand in one cell with semicolons between:  user:GUID; group:GUID    or    Office365; app:GUID"),
)

_RULES: tuple[Line, ...] = (
    ("point", "•", "A list replaces the list that is there: name everything that is meant, not only what is new."),
    (
        "point",
        "•",
        (
            "Targets go with an access column that says allowed or blocked: B2B inbound users with B2B inbound users "
            "access. The half that the sheet leaves out is taken from what is live."
        ),
    ),
    ("point", "•", "Inbound: users and groups are the partner's, by their object ids there; applications are ours."),
    ("point", "•", "Outbound: users and groups are ours; applications are the partner's."),
    ("point", "•", "Naming single users, groups or applications needs Microsoft Entra ID P1."),
)

_ALL_OR_NOTHING: tuple[Line, ...] = (
    (
        "text",
        (
            "Whoever blocks all users must block all applications too, and all applications cannot be blocked while "
            "users or groups are allowed: so Microsoft documents it, and other rows are refused. Four cells belong "
            "together:"
        ),
    ),
    ("names", "Column", "to block all", "to allow all", "to allow one group and one app"),
    ("row", "B2B inbound users access", "blocked", "allowed", "allowed"),
    ("row", "B2B inbound users", "AllUsers", "AllUsers", "group:GUID"),
    ("row", "B2B inbound apps access", "blocked", "allowed", "allowed"),
    ("row", "B2B inbound apps", "AllApplications", "AllApplications", "app:GUID"),
    (
        "text",
        (
            "Blocking can cut off people who work with the partner today: look at the sign-in logs first. Blocking all "
            "external users inbound can also block user synchronization."
        ),
    ),
)


def guide_lines(columns: Sequence[tuple[str, Column]]) -> Iterator[Line]:
    """Say how a form is filled in, and what each of its *columns* (header, column) means."""
    yield from (("title", "How to fill in the sheet Partners"), ("gap",), *_STEPS)
    yield from (("gap",), ("heading", "What a cell says"), *_CELLS)
    yield from (("gap",), ("heading", "The columns of this form"))
    yield "names", "Column", "What it says", "Cells", "Graph calls it"
    yield "row", TENANT_HEADER, "Which partner the row is about.", "a GUID, or a domain such as contoso.com", "tenantId"
    yield "row", LABEL_HEADER, "A name for people; never sent.", "any text", ""
    for header, column in columns:
        yield "row", header, sentence(column.help), f"{column.allowed}; inherit", column.path
    yield from (("gap",), ("heading", "More"), *_MORE)


def target_lines() -> Iterator[Line]:
    """Say how users, groups and applications are named, with examples that are no rows."""
    yield "title", "How users, groups and applications are named"
    yield (
        "text",
        "For columns such as B2B inbound users and B2B inbound apps. This sheet only explains: nothing on it is sent.",
    )
    yield from (("gap",), *_WORDS, ("gap",), ("heading", "Rules"), *_RULES)
    yield from (("gap",), ("heading", "To block all, or to allow all"), *_ALL_OR_NOTHING)


def sentence(text: str) -> str:
    """Begin *text* with a capital and end it with a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."

"""bulkpatch rolls a spreadsheet of partner tenants out to Microsoft Entra cross-tenant access settings.

A sheet goes in at the top, requests go out in the middle, a report comes out at the bottom:

    load → validate → plan → execute → report

`pipeline` tells that story on one page; `checking` and `naming` are what comes before it. `loading` is the only reader
that imports pandas; `validation`, `planning`, `draft`, `rules`, `merge`, `cells`, `columns`, `schema`, `access` and
`model` are pure; `graph` is the only place that knows HTTP; `record` and `replay` write and read the journal, the only
truth about a run; `report` is a view of it; `cli` parses and prints.
`simulator` is a Graph that runs on loopback and imports nothing of the rest, so that it can disagree with it.

From Python the same line is a dozen names: `load`, `validate`, `connect`, `plan`, `apply`, `events`, `outcomes`, and
the types they take and give (README, "From Python").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulkpatch.library import (
        BulkpatchError,
        Event,
        Options,
        Plan,
        Planned,
        Run,
        SignIn,
        Status,
        apply,
        connect,
        events,
        load,
        outcomes,
        plan,
        validate,
    )

__all__ = ["BulkpatchError", "Event", "Options", "Plan", "Planned", "Run", "SignIn", "Status", "apply", "connect",
           "events", "load", "outcomes", "plan", "validate"]  # fmt: skip


if not TYPE_CHECKING:  # so that a name that is not there is an error for mypy as well

    def __getattr__(name: str) -> object:
        # Loaded when it is asked for: the command line must not pay for it at start.
        if name in __all__:
            from bulkpatch import library

            return getattr(library, name)
        message = f"module 'bulkpatch' has no attribute {name!r}"
        raise AttributeError(message)

"""How values, changes, durations and the end of a run are put into words, the same for every reader. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping

from bulkpatch.model import Difference, Json, Outcome, Report, Status

_PREFIXES = {"user": "user", "group": "group", "application": "app"}
_WHOLE = {"AllUsers", "AllApplications", "Office365"}
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that a terminal obeys or hides rather than shows."""

MEANING: Mapping[Status, str] = {
    Status.SUCCEEDED: "changed as the sheet wants it",
    Status.UNCHANGED: "was so already, nothing sent",
    Status.FAILED: "refused, or not possible",
    Status.UNKNOWN: "sent, no answer, could not be settled",
    Status.INVALID: "the row cannot be sent as it is",
    Status.NOT_SENT: "the run ended before its turn",
}
"""What each status says, in the order in which they are told."""


def show_value(value: Json) -> str:
    """Write a JSON value as a cell of the sheet says it: `true`, `inherit`, `user:GUID; group:GUID`, `AllUsers`."""
    if value is None:
        return "inherit"
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)) and value and all(_is_target(item) for item in value):
        return "; ".join(_show_target(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def show_change(difference: Difference) -> str:
    """Write one setting as `inboundTrust.isMfaAccepted: false → true`."""
    return f"{difference.path}: {show_value(difference.before)} → {show_value(difference.after)}"


def show_changes(outcome: Outcome) -> str:
    """Write what a run changed for one tenant on one line; empty when nothing."""
    created = ["partner created"] if outcome.created else []
    return "; ".join([*created, *(show_change(difference) for difference in outcome.applied)])


def show_duration(seconds: float) -> str:
    """Write a duration as a person says it: `0.4 s`, `1 min 5 s`, `2 h 3 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def amount(count: int, noun: str) -> str:
    """Write a count with its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def headline(report: Report) -> str:
    """Say in one or two sentences how the run ended; of an undo, whether it is as it was before."""
    told = _headline(report)
    if report.command != "undo":
        return told
    return told.replace("as the sheet wants them", "as before the run").replace("as the sheet wants it", "as before it")


def meaning(report: Report, status: Status) -> str:
    """What *status* says in this report."""
    undone = {Status.SUCCEEDED: "put back as it was before", Status.UNCHANGED: "nothing to put back"}
    return undone.get(status, MEANING[status]) if report.command == "undo" else MEANING[status]


def _headline(report: Report) -> str:
    total, left = len(report.rows), len(report.unfinished)
    stopped = f" The run was stopped: {report.stopped.rstrip('.')}." if report.stopped else ""
    if not total:
        return f"The sheet has no rows, so there was nothing to do.{stopped}"
    if left:
        verb, them = ("is", "it") if left == 1 else ("are", "them")
        return f"{left:,} of {amount(total, 'row')} {verb} not as the sheet wants {them}.{stopped}"
    changed = report.counts[Status.SUCCEEDED]
    how = {0: "all were so already", total: "all were changed"}.get(
        changed, f"{changed:,} changed, {total - changed:,} so already"
    )
    everything = "The only row is" if total == 1 else f"All {total:,} rows are"
    return f"{everything} as the sheet wants {'it' if total == 1 else f'them: {how}'}.{stopped}"


def traffic_line(report: Report) -> str:
    """Say how long the run took and what it cost in requests."""
    cost = report.traffic
    asides = [
        f"{cost.throttled:,} answered with 429" if cost.throttled else "",
        amount(cost.retries, "retry").replace("retrys", "retries") if cost.retries else "",
    ]
    told = ", ".join(aside for aside in asides if aside)
    requests = f"{amount(cost.reads, 'read')} and {amount(cost.writes, 'write')}"
    return f"{show_duration(cost.seconds)}, {requests}" + (f" ({told})" if told else "")


def visible(text: str, *, keep: str = "") -> str:
    r"""Write what a terminal would obey or hide as an escape to be read: ESC becomes `\x1b`; not those in *keep*."""
    if text.isprintable():  # as nearly all are; in none of them is anything to be shown
        return text
    return "".join(c if c in keep or unicodedata.category(c) not in _UNSEEN else _escape(c) for c in text)


def without_controls(text: str) -> str:
    """Leave control characters out, except newline and tab."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def sheet_place(report: Report) -> str:
    """Name the sheet of a run: the file, and the worksheet if there is one."""
    return f"{report.sheet_file}, worksheet {report.sheet_name}" if report.sheet_name else report.sheet_file


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Tell apart headers that are blank or stand twice: `(column 3)`, `name (2)`."""
    taken: dict[str, None] = {}
    for number, name in enumerate(names, start=1):
        plain = wanted = name or f"(column {number})"
        again = 1
        while wanted in taken:
            again += 1
            wanted = f"{plain} ({again})"
        taken[wanted] = None
    return tuple(taken)


def _is_target(item: Json) -> bool:
    return isinstance(item, Mapping) and "target" in item


def _show_target(item: Mapping[str, Json]) -> str:
    target, kind = str(item["target"]), item.get("targetType")
    return target if target in _WHOLE else f"{_PREFIXES.get(str(kind), str(kind))}:{target}"


def _escape(character: str) -> str:
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
    if character in named:
        return named[character]
    code = ord(character)
    width, letter = (2, "x") if code < 0x100 else (4, "u") if code < 0x10000 else (8, "U")
    return f"\\{letter}{code:0{width}x}"

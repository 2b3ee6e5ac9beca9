"""The commands that belong to a run: the one that made it, and the one that goes on from it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from bulkpatch.model import Json, Report, Status
from bulkpatch.report.causes import Cause

_FLAGS = {"worksheet": "--sheet", "settings": "--set", "tenants": "--tenant"}
"""Options whose flag is not their name."""


def rerun_command(folder: str, about: Mapping[str, Json]) -> str:
    """Name the command that sends again what is not done; *about* is the journal's `run` event."""
    if about.get("command") == "undo":
        return _command("undo", str(about.get("of", folder)))
    return _command("rerun", folder)


def fix_command(cause: Cause, folder: str, about: Mapping[str, Json]) -> str:
    """Name the command that goes on once the advice about *cause* was followed: what was corrected is what is sent."""
    if about.get("command") == "undo":
        return rerun_command(folder, about)
    if cause.code == "PartnerNotFound":
        return _command("rerun", folder, "--create-missing")
    if cause.status is Status.INVALID or cause.http_status == HTTPStatus.BAD_REQUEST:
        return _command("rerun", f"{folder}/report.csv")
    return _command("rerun", folder)


def made_by(report: Report, about: Mapping[str, Json]) -> str:
    """Name the command that made the run, every option as a flag, wherever it was set; empty when it is not known."""
    match about.get("command"):
        case "apply":
            plan = about.get("plan")
            return _command("apply", *([str(plan)] if plan else [report.sheet_file, *_flags(report.options)]))
        case "rerun":
            return _command("rerun")  # of which file of the earlier run, the journal does not tell
        case "undo":
            return _command("undo", str(about.get("of", "")))
    return ""


def _command(*words: str) -> str:
    return shlex.join(["bulkpatch", *words])


def _flags(options: Mapping[str, Json]) -> Iterator[str]:
    for name, value in options.items():
        flag = _FLAGS.get(name, "--" + name.replace("_", "-"))
        if isinstance(value, bool):
            yield flag if value else flag.replace("--", "--no-", 1)
        elif isinstance(value, list | tuple):
            for one in value:
                yield from (flag, str(one))
        else:
            yield from (flag, str(value))

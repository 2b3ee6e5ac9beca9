"""The commands that the reports tell are commands that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from bulkpatch.cli.commands import command as read
from bulkpatch.config import Options
from bulkpatch.model import Report
from bulkpatch.report.command import made_by, rerun_command

ReportOf = Callable[..., Report]


def flags_of(command: str) -> set[str]:
    """The flags that a command of bulkpatch takes."""
    return {flag for option in read(command).params for flag in (*option.opts, *option.secondary_opts)}


@pytest.mark.parametrize("field", fields(Options), ids=lambda field: field.name)
def test_every_option_is_told_as_a_flag_that_apply_takes(field: Any, report: ReportOf) -> None:
    """So that the command can be typed again."""
    told = made_by(report(options={field.name: True}), {"command": "apply"}).split()

    assert told[:3] == ["bulkpatch", "apply", "inputs/partners.csv"]
    assert set(told[3:]) <= flags_of("apply")
    assert len(told) == 4


def test_values_lists_and_noes_are_told(report: ReportOf) -> None:
    """Quoted where the shell needs it."""
    options = {"quota": "3000/150", "settings": ["a.b=x y", "c=d"], "names": False, "deadline": 5.0}

    assert made_by(report(options=options), {"command": "apply"}) == (
        "bulkpatch apply inputs/partners.csv --quota 3000/150 --set 'a.b=x y' --set c=d --no-names --deadline 5.0"
    )


@pytest.mark.parametrize(
    ("about", "command"),
    [
        ({"command": "apply", "plan": "plan.json"}, "bulkpatch apply plan.json"),
        ({"command": "rerun"}, "bulkpatch rerun"),
        ({"command": "undo", "of": "reports/r"}, "bulkpatch undo reports/r"),
        ({}, ""),
    ],
)
def test_each_way_to_make_a_run_is_told(about: dict[str, str], command: str, report: ReportOf) -> None:
    """As far as the journal knows it."""
    assert made_by(report(), about) == command


def test_a_folder_is_quoted() -> None:
    """It is pasted into a shell."""
    assert rerun_command("my reports/$(x)", {}) == "bulkpatch rerun 'my reports/$(x)'"


def test_the_flag_that_creates_partners_is_one_of_rerun() -> None:
    """The page tells it."""
    assert "--create-missing" in flags_of("rerun")

"""What stands on the terminal: whole, wrapped, and never obeyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from bulkpatch.model import (
    Address,
    Difference,
    Endpoint,
    Fate,
    GraphError,
    Patch,
    Plan,
    Problem,
    Report,
    ReportRow,
    Severity,
    Status,
    Step,
    TenantId,
)
from bulkpatch.report.terminal import print_plan, print_problems, print_summary, visible

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]
ScreenOf = Callable[..., tuple[Console, Callable[[], str]]]

FOLDER = "reports/20261123T141500Z-partners-of-the-whole-northern-region"
GUID = "90e29127-71ad-49c7-9ce8-db3f41ea06f"


def problem(**fields: Any) -> Problem:
    """Build a problem about `Partners!D17`."""
    given: dict[str, Any] = {
        "address": Address(place="Partners", worksheet=True, row=17, column=3),
        "header": "inboundTrust.isMfaAccepted",
        "value": "maybe",
        "what": "is not true, false, inherit or blank.",
        "hint": "Write true or false.",
    }
    return Problem(**{**given, **fields})


def step(number: int, fate: Fate, *differences: Difference, **fields: Any) -> Step:
    """Build one tenant of a plan."""
    tenant = TenantId(f"{GUID[:-4]}{number:05d}")
    patch = Patch(tenant=tenant, endpoint=Endpoint.PARTNER, method="PATCH", body={}, differences=differences)
    return Step(
        tenant=tenant, rows=fields.pop("rows", (number,)), fate=fate, patches=(patch,) if differences else (), **fields
    )


MFA = Difference(path="inboundTrust.isMfaAccepted", before=None, after=True)


def test_the_summary_at_60_columns(mixed: Report, screen: ScreenOf) -> None:
    """The whole screen: verdict, counts, cost, what to do, where the report lies, how to go on."""
    console, printed = screen(60)

    print_summary(mixed, console, folder=FOLDER, rerun=f"bulkpatch rerun {FOLDER}")

    assert (
        printed()
        == f"""
2 of 4 rows are not as the sheet wants them. The run was
stopped: 1 tenant failed.

  1  succeeded  changed as the sheet wants it
  1  unchanged  was so already, nothing sent
  1  failed     refused, or not possible
  1  not_sent   the run ended before its turn

Took 1 min 23 s, 4 reads and 3 writes (1 answered with 429,
2 retries).

What to do
  1 × PartnerNotFound (HTTP 404), failed
      There is no partner configuration.
      Rerun with --create-missing to create these partners,
      or take the rows out if the tenant ids are wrong.
      row 4 90e29127-71ad-49c7-9ce8-db3f41ea06f4
  1 × not_sent
      1 tenant failed
      Nothing was sent for these rows. Rerun sends them.
      row 5 90e29127-71ad-49c7-9ce8-db3f41ea06f5

Report
  {FOLDER}

To send again only what is not done
  bulkpatch rerun {FOLDER}
"""
    )


def test_the_summary_at_140_columns_breaks_no_line_of_the_message(mixed: Report, screen: ScreenOf) -> None:
    """A wide terminal is used."""
    console, printed = screen(140)

    print_summary(mixed, console, folder=FOLDER, rerun="")

    lines = printed().splitlines()
    assert lines[1] == "2 of 4 rows are not as the sheet wants them. The run was stopped: 1 tenant failed."
    advice = "Rerun with --create-missing to create these partners, or take the rows out if the tenant ids are wrong."
    assert f"      {advice}" in lines
    assert "To send again only what is not done" not in lines


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ("", "The sheet has no rows, so there was nothing to do."),
        ("s", "The only row is as the sheet wants it."),
        ("ss", "All 2 rows are as the sheet wants them: all were changed."),
        ("uu", "All 2 rows are as the sheet wants them: all were so already."),
        ("ssu", "All 3 rows are as the sheet wants them: 2 changed, 1 so already."),
        ("sf", "1 of 2 rows is not as the sheet wants it."),
        ("f", "1 of 1 row is not as the sheet wants it."),
    ],
)
def test_the_verdict_is_one_sentence(
    statuses: str, verdict: str, row: RowOf, report: ReportOf, screen: ScreenOf
) -> None:
    """Whatever the mix, the first line says how it ended."""
    named = {"s": Status.SUCCEEDED, "u": Status.UNCHANGED, "f": Status.FAILED}
    console, printed = screen(100)

    print_summary(report(*(row(n, named[s]) for n, s in enumerate(statuses, start=2))), console, folder="r", rerun="")

    assert printed().splitlines()[1] == verdict


def test_a_finished_run_shows_no_rerun(row: RowOf, report: ReportOf, screen: ScreenOf) -> None:
    """There is nothing to send again."""
    console, printed = screen(100)

    print_summary(report(row(2, Status.SUCCEEDED)), console, folder="r", rerun="bulkpatch rerun r")

    assert "rerun" not in printed()


def test_problems_at_60_columns(screen: ScreenOf) -> None:
    """Errors before warnings, the rest of a line under a hanging indent."""
    console, printed = screen(60)
    found = [
        problem(severity=Severity.WARNING, address=Address(place="a.csv", worksheet=False, row=3, column=1), hint=""),
        problem(),
    ]

    print_problems(found, console)

    assert (
        printed()
        == """
1 error
  Partners!D17  inboundTrust.isMfaAccepted: "maybe" is not
      true, false, inherit or blank. Write true or false.

1 warning
  a.csv:3 B  inboundTrust.isMfaAccepted: "maybe" is not
      true, false, inherit or blank.
"""
    )


def test_a_problem_at_140_columns_is_one_line(screen: ScreenOf) -> None:
    """Address, header, value, what, hint."""
    console, printed = screen(140)

    print_problems([problem()], console)

    assert printed().splitlines()[2] == (
        '  Partners!D17  inboundTrust.isMfaAccepted: "maybe" is not true, false, inherit or blank. Write true or false.'
    )


def test_a_value_is_shown_and_never_obeyed(screen: ScreenOf) -> None:
    """Escapes, line ends, hidden and turning characters become visible; markup and emoji codes stay text."""
    console, printed = screen(200)

    print_problems([problem(value="\x1b[31m[red]:smile:\r\n\u202e\u200b\x9b")], console)

    assert r'"\x1b[31m[red]:smile:\r\n\u202e\u200b\x9b" is not' in printed()


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "\ud800", "\u2028", "\U000e0001", "\x7f"])
def test_nothing_unseen_reaches_the_terminal(text: str) -> None:
    """Control, format and separator characters, and half a surrogate pair."""
    assert visible(text).isprintable()
    assert "\\" in visible(text)


def test_a_very_long_value_is_shortened_in_the_middle(screen: ScreenOf) -> None:
    """Its beginning and end tell which it is, its length that it was cut."""
    console, printed = screen(400)

    print_problems([problem(value="a" * 500 + "z")], console)

    assert f'"{"a" * 80} … {"a" * 79}z" (501 characters) is not' in printed()


def test_what_the_problem_says_already_is_not_said_twice(screen: ScreenOf) -> None:
    """A value that is quoted in the sentence stands there only."""
    console, printed = screen(200)

    print_problems([problem(value="oops", what='tenantId says "oops".')], console)

    assert printed().count("oops") == 1


def test_many_problems_show_the_first_and_the_count(screen: ScreenOf) -> None:
    """More than 200 would scroll everything else away."""
    console, printed = screen(200)

    print_problems([problem(value=f"v{n}") for n in range(201)], console)

    lines = printed().splitlines()
    assert lines[1] == "201 errors"
    assert sum("Partners!" in line for line in lines) == 50
    assert lines[-1] == "  … and 151 more; --json has all of them."


def test_warnings_that_say_the_same_share_a_line(screen: ScreenOf) -> None:
    """The cells are counted, the sentence is said once; errors keep a line each."""
    console, printed = screen(140)
    cells = [Address(place="P", worksheet=True, row=row, column=1) for row in range(2, 7)]

    print_problems([problem(address=a, severity=Severity.WARNING, hint="") for a in cells], console)

    assert printed().splitlines()[1:] == [
        "5 warnings",
        "  P!B2, P!B3, P!B4 and 2 more  inboundTrust.isMfaAccepted: is not true, false, inherit or blank.",
    ]


def test_no_problems_print_nothing(screen: ScreenOf) -> None:
    """A clean sheet needs no heading."""
    console, printed = screen(80)

    print_problems([], console)

    assert printed() == ""


def test_the_plan_at_60_columns(screen: ScreenOf) -> None:
    """Before → after for each tenant, and why the others are left."""
    console, printed = screen(60)
    targets = [{"target": f"{GUID}1", "targetType": "user"}, {"target": f"{GUID}2", "targetType": "group"}]
    users = Difference(path="b2bCollaborationInbound.usersAndGroups.targets", before=None, after=targets)
    refused = GraphError(code="InvalidRow", message="p.csv:7 D: all users are blocked, but not all applications.")
    plan = Plan(
        steps=(
            step(2, Fate.CHANGE, MFA, users, label="Contoso [b]"),
            step(3, Fate.UNCHANGED),
            step(4, Fate.CREATE, MFA),
            step(5, Fate.MISSING, rows=(5, 6)),
            step(7, Fate.REFUSED, error=refused),
            step(8, Fate.UNREADABLE, error=GraphError(code="TimedOut", message="No answer in 30 s.")),
        )
    )

    print_plan(plan, console)

    assert (
        printed()
        == """
2 of 6 tenants would change, in 2 writes.

Would change: 1 tenant
  90e29127-71ad-49c7-9ce8-db3f41e00002  Contoso [b]  row 2
    inboundTrust.isMfaAccepted  inherit → true
    b2bCollaborationInbound.usersAndGroups.targets  inherit
        → user:90e29127-71ad-49c7-9ce8-db3f41ea06f1;
        group:90e29127-71ad-49c7-9ce8-db3f41ea06f2

Would be created: 1 tenant
  90e29127-71ad-49c7-9ce8-db3f41e00004  row 4
    inboundTrust.isMfaAccepted  inherit → true

Have no partner configuration (--create-missing creates it):
1 tenant
  90e29127-71ad-49c7-9ce8-db3f41e00005  rows 5, 6

Refused: 1 tenant
  90e29127-71ad-49c7-9ce8-db3f41e00007  row 7
    InvalidRow: p.csv:7 D: all users are blocked, but not
        all applications.

Could not be read: 1 tenant
  90e29127-71ad-49c7-9ce8-db3f41e00008  row 8
    TimedOut: No answer in 30 s.

Already as the sheet wants it: 1 tenant
"""
    )


@pytest.mark.parametrize(
    ("plan", "verdict"),
    [
        (Plan(steps=()), "The sheet asks for nothing."),
        (Plan(steps=(step(2, Fate.UNCHANGED),)), "Nothing would change: 1 tenant already as the sheet wants."),
        (Plan(steps=(step(2, Fate.UNCHANGED), step(3, Fate.MISSING))), "Nothing would change for 2 tenants."),
        (Plan(steps=(step(2, Fate.CHANGE, MFA),)), "1 of 1 tenant would change, in 1 write."),
    ],
)
def test_the_plan_begins_with_what_it_comes_to(plan: Plan, verdict: str, screen: ScreenOf) -> None:
    """One sentence, before any tenant."""
    console, printed = screen(100)

    print_plan(plan, console)

    assert printed().splitlines()[1] == verdict


def test_a_big_plan_shows_the_first_tenants_and_the_count(screen: ScreenOf) -> None:
    """The rest is in the machine-readable plan."""
    console, printed = screen(140)

    print_plan(Plan(steps=tuple(step(n, Fate.CHANGE, MFA) for n in range(1, 202))), console)

    lines = printed().splitlines()
    assert sum(line.startswith("  90e29127") for line in lines) == 50
    assert lines[-1] == "  … and 151 more; --json has all of them."


@pytest.mark.parametrize("width", [60, 140])
def test_ids_paths_and_commands_are_never_broken(width: int, mixed: Report, screen: ScreenOf) -> None:
    """What a person copies stands on one line, however narrow the terminal."""
    console, printed = screen(width)
    folder = "reports/" + "x" * 200

    print_summary(mixed, console, folder=folder, rerun=f"bulkpatch rerun {folder}")
    print_plan(Plan(steps=(step(2, Fate.CHANGE, MFA, label="long " * 20),)), console)

    assert f"  {folder}\n" in printed()
    assert f"  bulkpatch rerun {folder}\n" in printed()
    assert f"{GUID}4" in printed()
    assert all(len(line) <= width for line in printed().splitlines() if folder not in line)


def test_colour_only_where_it_is_wanted(mixed: Report, screen: ScreenOf) -> None:
    """With colour the same words; without it not one escape."""
    plain, plain_text = screen(60)
    bright, bright_text = screen(60, colour=True)

    for console in (plain, bright):
        print_summary(mixed, console, folder="r", rerun="bulkpatch rerun r")
        print_problems([problem()], console)

    assert "\x1b" not in plain_text()
    assert "\x1b[31mPartnerNotFound (HTTP 404)\x1b[0m" in bright_text()
    assert Text.from_ansi(bright_text()).plain.rstrip("\n") == plain_text().rstrip("\n")

"""`bulkpatch template`: a form on disk, an exit code, two streams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bulkpatch.form.groups import GROUPS

from .conftest import Said, Served, only_run, report_of, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_without_options_it_writes_a_workbook_and_says_how_to_go_on(run: Run) -> None:
    """Trust, consent and sync, under friendly names."""
    said = run("template")

    page = openpyxl.load_workbook("partners-template.xlsx")["Partners"]
    assert (said.code, said.err) == (0, "")
    assert "tenantId, Partner and 7 settings." in said.flat
    assert "  bulkpatch validate partners-template.xlsx\n" in said.out
    assert [cell.value for cell in page[1]] == [
        "tenantId",
        "Partner",
        "Trust MFA",
        "Trust compliant devices",
        "Trust hybrid joined devices",
        "Automatic redemption inbound",
        "Automatic redemption outbound",
        "User sync",
        "Sync policy name",
    ]


def test_a_form_is_never_written_over_without_force(run: Run) -> None:
    """It may be half filled in."""
    Path("mine.xlsx").write_bytes(b"hours of work")

    refused = run("template", "-o", "mine.xlsx")
    kept = Path("mine.xlsx").read_bytes()
    forced = run("template", "-o", "mine.xlsx", "--force")

    assert (refused.code, refused.out) == (2, "")
    assert "mine.xlsx exists already." in refused.err
    assert kept == b"hours of work"
    assert forced.code == 0
    assert openpyxl.load_workbook("mine.xlsx").sheetnames[0] == "Partners"


def test_groups_and_columns_under_graphs_names(run: Run) -> None:
    """The option can be repeated, and takes commas."""
    said = run(
        "template", "-o", "f.csv", "--columns", "consent, User sync", "--columns", "appService", "--headers", "graph"
    )

    assert said.code == 2
    assert "neither a group nor a column. Did you mean app-service?" in said.err

    said = run("template", "-o", "f.csv", "--columns", "consent, User sync", "--columns", "m365", "--headers", "graph")

    assert said.code == 0
    assert Path("f.csv").read_text(encoding="utf-8").strip().split(",") == [
        "tenantId",
        "Partner",
        "automaticUserConsentSettings.inboundAllowed",
        "automaticUserConsentSettings.outboundAllowed",
        "userSyncInbound.isSyncAllowed",
        "m365CollaborationInbound.users.accessType",
        "m365CollaborationInbound.users.targets",
        "m365CollaborationOutbound.usersAndGroups.accessType",
        "m365CollaborationOutbound.usersAndGroups.targets",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--columns", "truts"), "Did you mean trust?"),
        (("--columns", "isServiceProvider"), "cannot be set"),
        (("-o", "form.docx"), "form.docx is neither .xlsx nor .csv."),
        (("-o", "nowhere/form.xlsx"), "Make the folder nowhere first"),
    ],
)
def test_what_cannot_be_written_is_2_and_writes_nothing(run: Run, words: tuple[str, ...], says: str) -> None:
    """With what to do instead."""
    said = run("template", *words)

    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert list(Path().rglob("*.xlsx")) == []


def test_the_help_names_every_group(run: Run) -> None:
    """So that nobody has to guess."""
    said = run("template", "--help")

    assert said.code == 0
    assert [name for name in GROUPS if name not in said.out] == []


def test_an_empty_form_is_refused_in_a_friendly_way(run: Run) -> None:
    """Nothing is wrong with it; it has no rows yet."""
    run("template")

    said = run("validate", "partners-template.xlsx")

    assert (said.code, said.out) == (2, "")
    assert "has a header and no rows below it." in said.err
    assert "Add the tenants, one per row." in said.err


def test_a_form_filled_in_goes_through_to_the_report(run: Run, serve: Serve) -> None:
    """From template to validate to apply, with the workbook as it is."""
    graph = serve(2)
    run("template", "-o", "partners.xlsx")
    book = openpyxl.load_workbook("partners.xlsx")
    for number in range(2):
        for column, value in enumerate((tenant(number), f"Partner {number}", "true"), start=1):
            book["Partners"].cell(number + 2, column).value = value
    book.save("partners.xlsx")

    checked = run("validate", "partners.xlsx")
    applied = run("apply", "partners.xlsx", "--yes", "--graph-url", graph.url)

    assert (checked.code, checked.out) == (0, "2 rows, 2 tenants: no errors.\n")
    assert applied.code == 0, applied.all
    assert [row["status"] for row in report_of(only_run())] == ["succeeded"] * 2
    assert all(graph.trusts_mfa(number) for number in range(2))

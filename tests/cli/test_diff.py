"""Two sheets held against each other, or a sheet against live."""

from __future__ import annotations

from collections.abc import Callable

from tests.cli.conftest import Said, Served, mfa_sheet, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_two_sheets_are_compared_by_what_they_ask_for(run: Run) -> None:
    """Neither the order of rows nor the way a value is written counts."""
    write_sheet(
        "a.csv",
        "Partner,tenantId,Trust MFA,B2B inbound users",
        f"Contoso,{tenant(0)},yes,",
        f"Fabrikam,{tenant(1)},true,inherit",
        f"Tailspin,{tenant(2)},no,",
        f"[bold]Gone[/bold],{tenant(3)},no,",
    )
    write_sheet(
        "b.csv",
        "inboundTrust.isMfaAccepted,Tenant ID",
        f"false,{tenant(2).upper()}",
        f",{tenant(1)}",
        f"TRUE,{tenant(0)}",
        f"TRUE,{tenant(4)}",
    )

    said = run("diff", "a.csv", "b.csv")
    as_json = run("diff", "a.csv", "b.csv", "--json", "--detailed-exitcode")

    assert said.code == 0
    assert "Only in a.csv: 1 tenant" in said.out
    assert "[bold]Gone[/bold]" in said.out
    assert "Only in b.csv: 1 tenant" in said.out
    assert "inboundTrust.isMfaAccepted  true → (blank)" in said.out
    assert "b2bCollaborationInbound.usersAndGroups.targets  inherit → (blank)" in said.out
    assert "Say the same: 2 tenants" in said.out
    assert as_json.code == 10
    assert list(as_json.json["differing"]) == [tenant(1)]


def test_sheets_that_ask_for_the_same_say_so(run: Run) -> None:
    """Exit 0, even when asked to tell by exit code."""
    sheet = mfa_sheet(2)

    said = run("diff", sheet, sheet, "--detailed-exitcode")

    assert said.code == 0
    assert "Both ask for the same, for 2 tenants." in said.out


def test_a_sheet_against_live_is_its_plan(run: Run, serve: Serve) -> None:
    """With or without the word."""
    graph = serve(2)

    said = run("diff", mfa_sheet(2), "live", "--graph-url", graph.url, "--detailed-exitcode")

    assert said.code == 10
    assert said.out == run("plan", mfa_sheet(2), "--graph-url", graph.url).out
    assert said.out == run("diff", mfa_sheet(2), "--graph-url", graph.url).out


def test_a_sheet_with_problems_is_2(run: Run) -> None:
    """What cannot be sent cannot be compared."""
    wrong = write_sheet("b.csv", "tenantId,Trust MFA", f"{tenant(0)},maybe")

    assert run("diff", mfa_sheet(1), wrong).code == 2

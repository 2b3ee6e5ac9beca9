"""Profiles: presets that rows take over where they say nothing themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bulkpatch.cells import BadCell, parse
from bulkpatch.columns import BY_PATH
from bulkpatch.profiles import SHIPPED, Profile
from bulkpatch.simulator import Fault
from tests.cli.conftest import Said, Served, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=list(SHIPPED))
def test_shipped_profiles_are_made_of_cells(profile: Profile) -> None:
    """Every value is one that its column takes, and each says where it comes from."""
    wishes = [parse(BY_PATH[path].node, text) for path, text in profile.cells.items()]

    assert not any(isinstance(wish, BadCell) or not wish for wish in wishes)
    assert "Microsoft" in profile.source


def test_a_profile_is_shown_expanded_and_cells_override_it(run: Run, serve: Serve) -> None:
    """Each row its own; a row without one says everything itself."""
    graph = serve(3)
    sheet = write_sheet(
        "partners.csv",
        "tenantId,Profile,Trust MFA,b2bDirectConnectInbound",
        f"{tenant(0)},Full-Sync,,",
        f"{tenant(1)},trust mfa,false,",
        f'{tenant(2)},block-all,,"{{""usersAndGroups"": null}}"',
    )

    said = run("plan", sheet, "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert "userSyncInbound.isSyncAllowed  inherit (false) → true" in said.out
    assert "inboundTrust.isMfaAccepted  inherit (false) → false" in said.out
    assert "b2bDirectConnectInbound" not in said.out
    assert "b2bCollaborationInbound.applications.accessType  inherit (allowed) → blocked" in said.out


def test_profile_for_every_row(run: Run, serve: Serve) -> None:
    """A bare list of tenants is enough."""
    graph = serve(2)
    sheet = write_sheet("partners.csv", "tenantId", tenant(0), tenant(1))

    assert run("apply", sheet, "--profile", "trust-mfa", "--yes", "--graph-url", graph.url).code == 0
    assert graph.trusts_mfa(1) is True


def test_an_unknown_profile_names_the_known_ones(run: Run) -> None:
    """In a cell a problem of that cell, as an option a usage error."""
    sheet = write_sheet("partners.csv", "tenantId,profile", f"{tenant(0)},trust-mfaa")

    cell = run("validate", sheet)
    option = run("plan", sheet, "--simulate", "--profile", "nothing")

    assert (cell.code, option.code) == (2, 2)
    assert "partners.csv:2 B profile:" in cell.flat
    assert "Did you mean trust-mfa?" in cell.flat
    assert "There are block-all, full-sync, trust-mfa." in option.flat


def test_profiles_come_from_the_file_and_from_the_workbook(run: Run, serve: Serve) -> None:
    """The workbook's own wins over the file's."""
    graph = serve(2)
    Path("bulkpatch.toml").write_text(
        '[profiles.trusted]\n"Trust MFA" = true\ninboundTrust.isCompliantDeviceAccepted = true\n'
        '[profiles.synced]\n"User sync" = true\n',
        encoding="utf-8",
    )
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, rows in {
        "Partners": [["tenantId", "profile"], [tenant(0), "trusted"], [tenant(1), "synced"]],
        "Profiles": [["profile", "Trust MFA"], ["synced", "yes"]],
    }.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save("partners.xlsx")

    said = run("apply", "partners.xlsx", "--yes", "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert graph.store.partners[tenant(0)]["inboundTrust"]["isCompliantDeviceAccepted"] is True
    assert graph.trusts_mfa(1) is True
    assert graph.store.sync == {}


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('[profiles.x]\n"Trust MAF" = true\n', 'profile "x": "Trust MAF" is not a setting. Did you mean Trust MFA?'),
        ('[profiles.x]\n"Trust MFA" = "maybe"\n', 'profile "x": inboundTrust.isMfaAccepted: "maybe" is not true'),
        ("[profiles]\nx = true\n", "profiles is not a table of tables"),
        ('[profiles.x]\ntenantId = "a"\n', '"tenantId" is not a setting'),
    ],
)
def test_a_wrong_profile_is_2_wherever_it_stands(run: Run, toml: str, message: str) -> None:
    """Even when no row names it."""
    Path("bulkpatch.toml").write_text(toml, encoding="utf-8")

    said = run("validate", write_sheet("partners.csv", "tenantId,Trust MFA", f"{tenant(0)},yes"))

    assert said.code == 2
    assert message in said.flat


def test_a_rerun_sends_what_the_profile_meant_at_first(run: Run, serve: Serve) -> None:
    """The report carries the cells; a profile that has changed since changes nothing."""
    graph = serve(2)
    Path("bulkpatch.toml").write_text('[profiles.mine]\n"Trust MFA" = true\n', encoding="utf-8")
    sheet = write_sheet("partners.csv", "tenantId,profile", f"{tenant(0)},mine", f"{tenant(1)},mine")
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    first = run("apply", sheet, "--yes", "--graph-url", graph.url)
    Path("bulkpatch.toml").unlink()

    again = run("rerun", only_run() / "report.csv", "--yes")
    rows = report_of(only_run())

    assert (first.code, again.code) == (1, 0), again.all
    assert graph.trusts_mfa(1) is True
    assert [row["profile (expanded)"] for row in rows] == ["mine", "mine"]
    assert [row["inboundTrust.isMfaAccepted"] for row in rows] == ["true", "true"]


def test_shipped_profiles_are_listed_with_their_source(run: Run) -> None:
    """Beside the columns that they are made of."""
    said = run("columns")

    assert all(f"  {profile.name}  {profile.source}" in said.out for profile in SHIPPED.values())
    assert "    userSyncInbound.isSyncAllowed = true" in said.out

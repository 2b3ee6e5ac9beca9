"""Live partners as a sheet: planning it shows no change, and it is a backup."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulkpatch.simulator import Fault
from tests.cli.conftest import SECRET, Said, Served, mfa_sheet, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
GROUP = "11111111-2222-4333-8444-555555555555"


def half(access: str, *targets: tuple[str, str]) -> dict[str, Any]:
    return {"accessType": access, "targets": [{"target": name, "targetType": kind} for name, kind in targets]}


def every_kind(graph: Served) -> None:
    """Partners that hold a bit of everything."""
    partners, sync = graph.store.partners, graph.store.sync
    partners[tenant(0)]["inboundTrust"] = {"isMfaAccepted": True, "isCompliantDeviceAccepted": False}
    partners[tenant(1)]["b2bCollaborationInbound"] = {
        "usersAndGroups": half("allowed", (GROUP, "group"), (GROUP.replace("1", "7"), "user")),
        "applications": half("allowed", ("Office365", "application"), (GROUP, "application")),
    }
    partners[tenant(1)]["automaticUserConsentSettings"] = {"inboundAllowed": True, "outboundAllowed": None}
    partners[tenant(2)]["b2bDirectConnectOutbound"] = {"usersAndGroups": half("blocked", ("AllUsers", "user"))}
    partners[tenant(2)]["tenantRestrictions"] = {"usersAndGroups": half("allowed"), "applications": None}
    partners[tenant(3)]["m365CollaborationInbound"] = {"users": half("allowed", ("AllUsers", "user"))}
    sync[tenant(3)] = {
        "tenantId": tenant(3),
        "displayName": "Contoso; Sync",
        "userSyncInbound": {"isSyncAllowed": True},
    }
    sync[tenant(4)] = {"tenantId": tenant(4), "displayName": None, "userSyncInbound": {"isSyncAllowed": False}}


@pytest.mark.parametrize("name", ["live.xlsx", "live.csv"])
@pytest.mark.parametrize("words", [(), ("--all-columns",)])
def test_what_is_exported_asks_for_what_is_live(run: Run, serve: Serve, name: str, words: tuple[str, ...]) -> None:
    """Every kind of setting, in both kinds of file."""
    graph = serve(6)
    every_kind(graph)

    exported = run("export", "-o", name, "--graph-url", graph.url, *words)
    planned = run("plan", name, "--graph-url", graph.url, "--json")

    assert exported.code == 0, exported.all
    assert "6 partners written" in exported.out
    assert (planned.code, planned.json["changesPending"]) == (0, False)
    assert planned.json["counts"] == {"unchanged": 6}


def test_partners_that_only_inherit_are_exported_as_a_sheet_that_can_be_planned(run: Run, serve: Serve) -> None:
    """Nothing is set anywhere: every setting has a column, and says so."""
    graph = serve(2)
    run("export", "-o", "live.csv", "--graph-url", graph.url)

    said = run("verify", "live.csv", "--graph-url", graph.url)

    assert (said.code, said.out) == (0, "Live is as the sheet wants it, for all 2 tenants.\n")


def test_an_export_is_a_backup(run: Run, serve: Serve) -> None:
    """Whatever is changed afterwards, rolling the sheet out brings it back."""
    graph = serve(6)
    every_kind(graph)
    before = json.dumps([graph.store.partners, graph.store.sync], sort_keys=True)
    run("export", "-o", "live.xlsx", "--graph-url", graph.url, "--all-columns")
    header = "tenantId,Trust MFA,B2B inbound users access,B2B inbound users,B2B inbound apps access,B2B inbound apps,User sync"
    change = write_sheet(
        "change.csv", header, *(f"{tenant(n)},yes,blocked,AllUsers,blocked,AllApplications,no" for n in (0, 1, 3, 4))
    )
    run("apply", change, "--yes", "--graph-url", graph.url)
    changed = json.dumps([graph.store.partners, graph.store.sync], sort_keys=True)

    back = run("apply", "live.xlsx", "--yes", "--graph-url", graph.url)
    again = run("plan", "live.xlsx", "--graph-url", graph.url, "--json")

    assert back.code == 0, back.all
    assert changed != before
    assert again.json["changesPending"] is False


def test_what_no_column_can_say_is_shown_and_never_sent(run: Run, serve: Serve) -> None:
    """Neither narrowed nor widened: it stands beside, as it came, and the command ends with 1."""
    graph = serve(2)
    strange = {"usersAndGroups": half("somethingNew", ("AllUsers", "user")), "applications": None}
    graph.store.partners[tenant(1)]["b2bCollaborationInbound"] = strange
    graph.store.sync[tenant(0)] = {"tenantId": tenant(0), "displayName": "inherit", "userSyncInbound": None}

    exported = run("export", "-o", "live.xlsx", "--graph-url", graph.url)
    rows = list(openpyxl.load_workbook("live.xlsx")["Partners"].iter_rows(values_only=True))
    planned = run("plan", "live.xlsx", "--graph-url", graph.url, "--create-missing")

    assert exported.code == 1
    assert "b2bCollaborationInbound in a way that no column can say" in exported.err
    assert rows[0][-1] == "Not expressible (never sent)"
    assert json.loads(str(rows[2][-1]))["b2bCollaborationInbound"]["usersAndGroups"]["accessType"] == "somethingNew"
    assert json.loads(str(rows[1][-1])) == {"identitySynchronization.displayName": "inherit"}
    assert planned.code == 0, planned.all
    assert "Nothing would change" in planned.out


def test_names_stand_beside_the_ids_where_they_may_be_asked_for(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that --check-names can compare later."""
    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    graph.store.partners[tenant(0)]["inboundTrust"] = {"isMfaAccepted": True}
    graph.store.directory[tenant(0)] = {"displayName": "=Contoso", "defaultDomainName": "c.example"}

    run("export", "-o", "live.xlsx")
    rows = list(openpyxl.load_workbook("live.xlsx")["Partners"].iter_rows(values_only=True))

    assert rows[0][:3] == ("tenantId", "Partner", "inboundTrust.isMfaAccepted")
    assert rows[1][:3] == (tenant(0), "=Contoso", "true")
    assert run("plan", "live.xlsx", "--check-names").code == 0


def test_an_export_overwrites_nothing_unasked(run: Run, serve: Serve) -> None:
    """Exit 2 for a file that is there, and for one that is no sheet."""
    graph = serve(1)
    sheet = mfa_sheet(1)

    there = run("export", "-o", sheet, "--graph-url", graph.url)
    other = run("export", "-o", "live.ods", "--graph-url", graph.url)
    forced = run("export", "-o", sheet, "--force", "--graph-url", graph.url, "--all-columns")

    assert (there.code, other.code, forced.code) == (2, 2, 0)
    assert "is there already" in there.err
    assert graph.simulator.requests[0].method == "GET"


def test_a_partner_that_cannot_be_read_leaves_no_half_backup(run: Run, serve: Serve) -> None:
    """Nothing is written."""
    graph = serve(2)
    graph.simulator.script(Fault.refuse(403, "Authorization_RequestDenied"), endpoint="identitySynchronization")

    said = run("export", "-o", "live.csv", "--graph-url", graph.url)

    assert said.code == 4
    assert not Path("live.csv").exists()

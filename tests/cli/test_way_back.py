"""Undo, approved plans, verification, waves, and one run at a time: from the outside."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.lock import only_run as hold
from bulkpatch.simulator import Fault

from .conftest import Said, Served, mfa_sheet, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]

TRUST = {"isMfaAccepted": True, "isCompliantDeviceAccepted": False, "isHybridAzureADJoinedDeviceAccepted": None}
MIXED = (
    "tenantId,Trust MFA,Trust compliant devices,Automatic redemption inbound,User sync,"
    "B2B inbound users access,B2B inbound users"
)


def mixed_sheet(tenants: int) -> Path:
    """Different wishes, for partners in different states."""
    return write_sheet(
        "mixed.csv", MIXED,
        *(f"{tenant(n)},{'yes' if n % 2 else 'inherit'},no,true,{'true' if n % 3 == 0 else ''},allowed,AllUsers"
          for n in range(tenants)),
    )  # fmt: skip


def diverse(graph: Served, tenants: int) -> None:
    """Partners that have something already."""
    for n in range(0, tenants, 2):
        graph.store.update_partner(tenant(n), {"inboundTrust": dict(TRUST)})
    for n in range(0, tenants, 6):
        graph.store.create_sync(tenant(n), {"userSyncInbound": {"isSyncAllowed": False}})


def test_undo_restores_live_exactly(run: Run, serve: Serve) -> None:
    """Settings, nulls and synchronization policies are as before the run."""
    graph = serve(12)
    diverse(graph, 12)
    before = copy.deepcopy((graph.store.partners, graph.store.sync))
    run("apply", mixed_sheet(12), "--yes", "--graph-url", graph.url)
    changed = copy.deepcopy((graph.store.partners, graph.store.sync))

    said = run("undo", only_run(), "--yes")

    assert said.code == 0, said.all
    assert changed != before
    assert _settled(graph.store.partners) == _settled(before[0])
    assert graph.store.sync == before[1]


def _settled(partners: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """An absent member, null and an object with nothing set all mean: inherit."""

    def empty(value: object) -> object:
        if isinstance(value, dict):
            return {name: inner for name, v in value.items() if (inner := empty(v)) is not None} or None
        return value

    return {t: {name: empty(value) for name, value in p.items()} for t, p in partners.items()}


def test_undo_leaves_alone_what_was_changed_since(run: Run, serve: Serve) -> None:
    """Somebody else's later change is not taken back."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    graph.store.update_partner(tenant(0), {"inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": True}})

    said = run("undo", only_run(), "--yes")

    assert said.code == 1
    assert "inboundTrust was changed since" in " ".join(said.out.split())
    assert graph.trusts_mfa(0) is True
    assert graph.trusts_mfa(1) is None


def test_undo_says_in_its_report_what_it_left_alone_beside_what_it_took_back(run: Run, serve: Serve) -> None:
    """Property by property."""
    graph = serve(1)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA,Automatic redemption inbound", f"{tenant(0)},yes,yes")
    run("apply", sheet, "--yes", "--graph-url", graph.url)
    graph.store.update_partner(tenant(0), {"inboundTrust": {"isMfaAccepted": False}})

    said = run("undo", only_run(), "--yes")

    assert said.code == 0, said.all
    assert report_of(only_run())[0]["outcomeNote"] == "inboundTrust was changed since"
    assert graph.trusts_mfa(0) is False
    assert graph.store.partners[tenant(0)]["automaticUserConsentSettings"]["inboundAllowed"] is None


def test_undo_deletes_created_partners_only_when_asked(run: Run, serve: Serve) -> None:
    """And the synchronization policy first."""
    graph = serve(0)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA,User sync", f"{tenant(0)},yes,true")
    run("apply", sheet, "--yes", "--graph-url", graph.url, "--create-missing")
    first = only_run()

    kept = run("undo", first, "--yes")
    still_there = tenant(0) in graph.store.partners
    said = run("undo", first, "--yes", "--delete-created")

    assert kept.code == 1 or still_there
    assert still_there
    assert said.code == 0, said.all
    assert graph.store.partners == {}
    assert [w.endpoint for w in graph.writes if w.method == "DELETE"] == ["identitySynchronization", "partner"]


def test_an_undo_cannot_be_rerun_into_doing_it_again(run: Run, serve: Serve) -> None:
    """Its rows are the old wishes."""
    graph = serve(1)
    run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)
    run("undo", only_run(), "--yes")

    said = run("rerun", only_run(), "--yes")

    assert said.code == 2
    assert "running its rows again would redo what was undone" in said.err
    assert graph.trusts_mfa(0) is None


def test_nothing_sent_is_nothing_to_undo(run: Run, serve: Serve) -> None:
    """A run without a write has no way back."""
    graph = serve(1)
    sheet = mfa_sheet(1)
    run("apply", sheet, "--yes", "--graph-url", graph.url)
    run("apply", sheet, "--yes", "--graph-url", graph.url)

    assert "Nothing to undo" in run("undo", only_run()).out


def test_a_saved_plan_sends_exactly_what_was_approved(run: Run, serve: Serve) -> None:
    """The bodies of the plan file, and nothing else."""
    graph = serve(3)
    sheet = mfa_sheet(3)
    planned = run("plan", sheet, "--graph-url", graph.url, "--save", "plan.json")

    said = run("apply", "plan.json", "--yes")

    bodies = [p["body"] for step in json.loads(Path("plan.json").read_text())["steps"] for p in step["patches"]]
    assert planned.code == 0
    assert "bulkpatch apply plan.json" in planned.err
    assert said.code == 0, said.all
    assert sorted(map(str, (w.body for w in graph.writes))) == sorted(map(str, bodies))
    assert [row["status"] for row in report_of(only_run())] == ["succeeded"] * 3


def test_a_partner_that_drifted_is_refused_with_what_changed(run: Run, serve: Serve) -> None:
    """The others are sent."""
    graph = serve(3)
    run("plan", mfa_sheet(3), "--graph-url", graph.url, "--save", "plan.json")
    graph.store.update_partner(tenant(1), {"inboundTrust": {"isCompliantDeviceAccepted": True}})

    said = run("apply", "plan.json", "--yes")

    row = report_of(only_run())[1]
    assert said.code == 1
    assert (row["status"], row["errorCode"]) == ("failed", "Drifted")
    assert "inboundTrust.isCompliantDeviceAccepted was inherit and is true" in row["errorMessage"]
    assert [w.tenant for w in graph.writes] == [tenant(0), tenant(2)]


def test_a_plan_is_bound_to_its_sheet_and_its_cloud(run: Run, serve: Serve) -> None:
    """Neither an edited sheet nor another Graph gets an old approval."""
    graph, other = serve(1), serve(1)
    sheet = mfa_sheet(1)
    run("plan", sheet, "--graph-url", graph.url, "--save", "plan.json")

    elsewhere = run("apply", "plan.json", "--yes", "--graph-url", other.url)
    sheet.write_text(sheet.read_text() + "\n", encoding="utf-8")
    edited = run("apply", "plan.json", "--yes")

    assert elsewhere.code == 3
    assert "The plan was made for" in elsewhere.err
    assert edited.code == 2
    assert "partners.csv has changed since plan.json was made of it" in edited.err
    assert graph.writes == other.writes == []


def test_a_file_that_is_no_plan_is_2(run: Run) -> None:
    """Any other JSON is refused."""
    Path("plan.json").write_text("{}", encoding="utf-8")

    said = run("apply", "plan.json", "--yes")

    assert said.code == 2
    assert "plan.json is not a plan of bulkpatch." in said.err


def test_verify_waits_for_reads_that_lag_behind(run: Run, serve: Serve) -> None:
    """Not yet is not failed."""
    graph = serve(3, lag=1.0)
    sheet = mfa_sheet(3)

    applied = run("apply", sheet, "--yes", "--graph-url", graph.url, "--verify")
    said = run("verify", sheet, "--graph-url", graph.url)

    assert applied.code == 0, applied.all
    assert said.code == 0
    assert "Live is as the sheet wants it, for all 3 tenants." in said.out


def test_verify_says_which_rows_differ_and_how(run: Run, serve: Serve) -> None:
    """With exit 1."""
    graph = serve(2)
    graph.store.update_partner(tenant(0), {"inboundTrust": {"isMfaAccepted": True}})

    said = run("verify", mfa_sheet(2), "--graph-url", graph.url, "--window", "0")

    assert said.code == 1
    assert tenant(1) in said.out
    assert tenant(0) not in said.out
    assert "inboundTrust.isMfaAccepted" in said.out
    assert graph.writes == []


def test_a_write_that_live_never_shows_is_not_verified(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """204 is not enough when the person asked to look."""
    monkeypatch.setattr("bulkpatch.run.LOOKS", 1)
    graph = serve(2)
    graph.simulator.script(Fault(status=204, body=""), tenant=tenant(1), method="PATCH")

    said = run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url, "--verify")

    assert said.code == 1
    assert [row["errorCode"] for row in report_of(only_run())] == ["", "NotVerified"]


def test_waves_send_few_first_and_stop_when_they_fail(run: Run, serve: Serve) -> None:
    """A canary that fails keeps the rest from being sent."""
    graph = serve(20)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(0), method="PATCH")

    said = run("apply", mfa_sheet(20), "--yes", "--graph-url", graph.url, "--waves", "1,5%,100%")

    assert said.code == 4
    assert len(graph.writes) == 1
    assert [row["status"] for row in report_of(only_run())] == ["failed"] + ["not_sent"] * 19


def test_waves_that_go_well_reach_everybody(run: Run, serve: Serve) -> None:
    """One, then a tenth, then the rest."""
    graph = serve(20)

    said = run("apply", mfa_sheet(20), "--yes", "--graph-url", graph.url, "--waves", "1,10%,100%")

    reads = [i for i, e in enumerate(graph.simulator.requests) if e.method == "GET" and e.endpoint == "partners"]
    assert said.code == 0, said.all
    assert len(graph.writes) == 20
    assert len(reads) == 4


def test_a_second_run_against_the_same_home_is_refused_by_name(run: Run, serve: Serve) -> None:
    """Unless both are wanted."""
    graph = serve(1)
    with hold(graph.url, name="apply of other.csv (process 7)", allow_parallel=False):
        said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)
        allowed = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--allow-parallel")

    assert said.code == 2
    assert "apply of other.csv (process 7) is sending to the same home tenant." in said.err
    assert allowed.code == 0


def test_report_makes_every_report_again_from_the_journal_alone(run: Run, serve: Serve) -> None:
    """Lost files come back as they were."""
    graph = serve(3)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest", "No."), tenant=tenant(1), method="PATCH")
    run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url)
    folder = only_run()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".xlsx"}
    for name in ("report.csv", "report.json", "report.xlsx"):
        (folder / name).unlink()

    said = run("report", folder)

    assert said.code == 0
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert (folder / "report.xlsx").exists()


@pytest.mark.parametrize("text", ["0", "1,x", "5%%", ","])
def test_a_wave_that_is_none_is_2(run: Run, text: str) -> None:
    """Before anything is read."""
    said = run("apply", mfa_sheet(1), "--waves", text)

    assert said.code == 2
    assert f'--waves "{text}" is not a list of N or N%.' in said.err

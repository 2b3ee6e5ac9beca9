"""What a hostile reader found: things that were sent unasked, said untruly, or stopped everything."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from bulkpatch.simulator import Fault
from tests.cli.conftest import Said, Served, mfa_sheet, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def edited(folder: Path, change: Callable[[list[dict[str, str]]], None]) -> Path:
    """report.csv of *folder*, changed as a person would."""
    path = folder / "report.csv"
    rows = report_of(folder)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("name", ["", "report.csv"])
def test_a_row_that_was_refused_is_not_sent_by_a_rerun_unless_it_is_corrected(
    run: Run, serve: Serve, name: str
) -> None:
    """A surplus cell shifts a row: what is left of it in the report looks sound, and is not what was meant."""
    graph = serve(2)
    sheet = write_sheet(
        "s.csv", "tenantId,Trust MFA,Trust compliant devices", f"{tenant(0)},true,false", f"{tenant(1)},,true,false"
    )
    run("apply", sheet, "--skip-invalid", "--yes", "--graph-url", graph.url)

    again = run("rerun", only_run() / name if name else only_run(), "--yes")

    assert again.code == 1
    assert {exchange.tenant for exchange in graph.writes} == {tenant(0)}
    assert [row["status"] for row in report_of(only_run())][1] == "invalid"


@pytest.mark.parametrize("flag", [("--tenant", tenant(0)), ("--set", "inboundTrust.isMfaAccepted=false"), ("--force",)])
def test_an_approved_plan_takes_no_other_rows(run: Run, serve: Serve, flag: tuple[str, ...]) -> None:
    """What would make it another plan is refused, rather than dropped without a word."""
    graph = serve(2)
    run("plan", mfa_sheet(2), "--save", "plan.json", "--graph-url", graph.url)

    said = run("apply", "plan.json", "--yes", *flag)

    assert said.code == 2
    assert "exactly as it was approved" in said.err
    assert graph.writes == []


def test_an_approved_plan_is_bound_to_the_version_and_to_its_sheet_wherever_it_is_called(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version, and a sheet that was changed, seen from another folder."""
    graph = serve(2)
    run("plan", mfa_sheet(2), "--save", "plan.json", "--graph-url", graph.url)
    version = run("apply", "plan.json", "--yes", "--api-version", "beta")
    mfa_sheet(2, value="false")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    changed = run("apply", "../plan.json", "--yes")

    assert (version.code, changed.code) == (3, 2)
    assert "has changed since" in changed.err
    assert graph.writes == []


def test_a_plan_overwrites_no_sheet(run: Run, serve: Serve) -> None:
    """Neither the sheet itself nor another file that is there."""
    graph = serve(1)
    sheet = mfa_sheet(1)
    before = sheet.read_bytes()
    Path("notes.json").write_text("{}", encoding="utf-8")

    codes = [run("plan", sheet, "--save", name, "--graph-url", graph.url).code for name in (sheet, "notes.json")]

    assert codes == [2, 2]
    assert sheet.read_bytes() == before


def test_a_rerun_of_an_approved_plan_sends_nothing_over_a_drift(run: Run, serve: Serve) -> None:
    """What the approval refused stays refused; the rest goes on as approved."""
    graph = serve(3)
    run("plan", mfa_sheet(3), "--save", "plan.json", "--graph-url", graph.url)
    graph.store.partners[tenant(1)]["inboundTrust"] = {"isMfaAccepted": False}
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(2), method="PATCH")
    run("apply", "plan.json", "--yes")

    again = run("rerun", only_run(), "--yes")

    assert again.code == 1
    assert graph.trusts_mfa(1) is False
    assert graph.trusts_mfa(2) is True
    assert [row["errorCode"] for row in report_of(only_run())] == ["", "Drifted", ""]


@pytest.mark.parametrize("command", ["rerun", "undo"])
def test_an_earlier_run_is_not_taken_up_in_another_tenant(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """What ended well there says nothing of here."""
    graph = serve(2)

    def sign_in(home: str) -> None:
        told = {"tid": home, "aud": "https://graph.microsoft.com", "exp": time.time() + 999}
        monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", jwt.encode(told, "0" * 32, algorithm="HS256"))

    sign_in("11111111-2222-4333-8444-555555555555")
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    before = len(graph.writes)
    sign_in("99999999-2222-4333-8444-555555555555")

    said = run(command, only_run(), "--yes")

    assert said.code == 3
    assert "The earlier run was made in tenant 11111111" in said.err
    assert len(graph.writes) == before


def test_a_finished_row_that_was_edited_is_planned_again(run: Run, serve: Serve) -> None:
    """Its new value is sent, rather than reported as if it had been."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)

    report = edited(only_run(), lambda rows: rows[0].update({"Trust MFA": "false"}))
    again = run("rerun", report, "--yes")

    assert again.code == 0
    assert (graph.trusts_mfa(0), graph.trusts_mfa(1)) == (False, True)


def test_a_copied_row_is_a_row_of_its_own(run: Run, serve: Serve) -> None:
    """With another tenant in it, and the status still standing there."""
    graph = serve(3)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)

    report = edited(only_run(), lambda rows: rows.append({**rows[0], "tenantId": tenant(2)}))
    again = run("rerun", report, "--yes")
    rows = report_of(only_run())

    assert again.code == 0, again.all
    assert graph.trusts_mfa(2) is True
    assert sorted(row["tenantId"] for row in rows) == sorted(tenant(n) for n in range(3))


def test_a_corrected_row_may_not_contradict_a_finished_one(run: Run, serve: Serve) -> None:
    """The same tenant twice: what was sent stands, and the other row is refused."""
    graph = serve(1)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA", f"{tenant(0)},maybe", f"{tenant(0)},false")
    run("apply", sheet, "--skip-invalid", "--yes", "--graph-url", graph.url)

    report = edited(only_run(), lambda rows: rows[0].update({"Trust MFA": "true", "status": ""}))
    again = run("rerun", report, "--yes")

    assert again.code == 1
    assert [row["status"] for row in report_of(only_run())] == ["invalid", "succeeded"]
    assert graph.trusts_mfa(0) is False


def test_half_a_character_in_graphs_words_costs_nothing(run: Run, serve: Serve) -> None:
    """A message that was cut inside an emoji is written down as the escape it came as."""
    graph = serve(3)
    body = '{"error": {"code": "Request_BadRequest", "message": "Invalid value \\ud83d"}}'
    graph.simulator.script(Fault(status=400, body=body), tenant=tenant(1), method="PATCH")

    said = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url)
    again = run("rerun", only_run(), "--yes")

    assert (said.code, again.code) == (1, 0)


@pytest.mark.parametrize(
    "cell",
    [
        '{"usersAndGroups": {"accessType": ["allowed"]}}',
        '{"usersAndGroups": {"accessType": "allowed", "targets": [{"target": "x", "targetType": {}}]}}',
        '{"usersAndGroups": {"accessType": "blocked", "targets": [{"target": "allusers", "targetType": "group"}]}}',
        '{"applications": {"accessType": "allowed", "targets": [{"target": "bob@c.d", "targetType": "application"}]}}',
    ],
)
def test_a_json_cell_is_checked_to_the_last_member(run: Run, cell: str) -> None:
    """Types of another kind, and targets that Graph does not document: a problem of that cell."""
    quoted = '"' + cell.replace('"', '""') + '"'

    said = run("validate", write_sheet("s.csv", "tenantId,b2bCollaborationInbound", f"{tenant(0)},{quoted}"))

    assert said.code == 2
    assert "s.csv:2 B b2bCollaborationInbound:" in said.flat


def test_an_odd_live_target_of_one_partner_stops_nobody(run: Run, serve: Serve) -> None:
    """A setting that the sheet does not touch is not judged."""
    graph = serve(2)
    odd = {"usersAndGroups": {"accessType": "allowed", "targets": [{"targetType": "user"}]}, "applications": None}
    graph.store.partners[tenant(0)]["b2bCollaborationInbound"] = odd

    assert run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url).code == 0


def test_undo_takes_away_nothing_that_is_not_ours(run: Run, serve: Serve) -> None:
    """The service keeps members there that it does not publish: null for the whole would wipe them."""
    graph = serve(1)
    trust = {"isMfaAccepted": None, "isCompliantDeviceAccepted": None, "isHybridAzureADJoinedDeviceAccepted": None}
    graph.store.partners[tenant(0)]["inboundTrust"] = {**trust, "isCompliantNetworkAccepted": True}
    run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)
    graph.store.partners[tenant(0)]["inboundTrust"]["isCompliantNetworkAccepted"] = True

    back = run("undo", only_run(), "--yes")

    assert back.code == 0
    assert graph.writes[-1].body == {"inboundTrust": {"isMfaAccepted": None}}
    assert "as before" in back.out


def test_stray_quotes_do_not_swallow_tenants(run: Run) -> None:
    """Nor can they be left out with --skip-invalid."""
    sheet = write_sheet(
        "s.csv", "tenantId,Note,Trust MFA", f'{tenant(0)},"oops,true', f"{tenant(1)},b,true", f'{tenant(2)},b",true'
    )

    said = run("apply", sheet, "--simulate", "--yes", "--skip-invalid")

    assert said.code == 2
    assert "holds what look like other tenants" in said.flat


def test_a_damaged_journal_is_refused_rather_than_read_past(run: Run, serve: Serve) -> None:
    """Of a line that is gone nobody can say that nothing was sent."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    journal = only_run() / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[-3] = "{broken\n"
    journal.write_text("".join(lines), encoding="utf-8")

    said = run("report", only_run())

    assert said.code == 2
    assert f"is damaged at line {len(lines) - 2}" in said.err


def test_undo_reads_only_what_it_needs(run: Run, serve: Serve) -> None:
    """Whoever may not see synchronization can still take back a trust setting."""
    graph = serve(1)
    run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)
    graph.simulator.script(
        Fault.refuse(403, "Authorization_RequestDenied"), endpoint="identitySynchronization", times=9
    )

    assert run("undo", only_run(), "--yes").code == 0


def test_json_says_why_nothing_was_sent(run: Run, serve: Serve) -> None:
    """One object, also when there is nobody to confirm."""
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--json", "--graph-url", graph.url)

    assert said.code == 2
    assert "--yes" in json.loads(said.out)["error"]

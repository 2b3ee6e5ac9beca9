"""Plan, apply and rerun against a simulator: what was sent, what is live, what the report says."""

from __future__ import annotations

import csv
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bulkpatch.simulator import Fault
from bulkpatch.simulator.faults import BAD_GATEWAY, RESET_AFTER, RESET_BEFORE

from .conftest import Said, Served, mfa_sheet, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_both_examples_of_the_api_page_are_sent_as_documented(run: Run, serve: Serve) -> None:
    """Trust settings go to the partner, user synchronization to its own resource, as a JSON boolean."""
    graph = serve(1)
    sheet = write_sheet(
        "s.csv",
        "tenantId,Trust MFA,Trust compliant devices,Trust hybrid joined devices,User sync",
        f"{tenant(0)},yes,yes,yes,true",
    )

    said = run("apply", sheet, "--yes", "--graph-url", graph.url, "--api-version", "beta")

    trust = dict.fromkeys(("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted"), True)
    root = f"/beta/policies/crossTenantAccessPolicy/partners/{tenant(0)}"
    assert said.code == 0, said.all
    assert [(w.method, w.path, w.body) for w in graph.writes] == [
        ("PATCH", root, {"inboundTrust": trust}),
        ("PUT", f"{root}/identitySynchronization", {"userSyncInbound": {"isSyncAllowed": True}}),
    ]


def test_an_existing_synchronization_policy_is_patched(run: Run, serve: Serve) -> None:
    """PUT creates; what exists is updated with PATCH."""
    graph = serve(1)
    graph.store.create_sync(tenant(0), {"userSyncInbound": {"isSyncAllowed": True}})
    sheet = write_sheet("s.csv", "tenantId,User sync", f"{tenant(0)},no")

    run("apply", sheet, "--yes", "--graph-url", graph.url)

    assert [(w.method, w.endpoint) for w in graph.writes] == [("PATCH", "identitySynchronization")]
    assert graph.store.sync[tenant(0)]["userSyncInbound"] == {"isSyncAllowed": False}


def test_nested_objects_go_whole_with_what_is_live(run: Run, serve: Serve) -> None:
    """One trust setting from the sheet, the others as they are."""
    graph = serve(1)
    graph.store.update_partner(tenant(0), {"inboundTrust": {"isMfaAccepted": False, "isCompliantDeviceAccepted": True}})

    run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    assert graph.writes[0].body == {"inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": True}}


def test_inherit_sends_null_and_blank_sends_nothing(run: Run, serve: Serve) -> None:
    """The two are different wishes."""
    graph = serve(2)
    for n in range(2):
        graph.store.update_partner(tenant(n), {"inboundTrust": {"isMfaAccepted": True}})
    sheet = write_sheet("s.csv", "tenantId,inboundTrust", f"{tenant(0)},inherit", f"{tenant(1)},")

    said = run("apply", sheet, "--yes", "--graph-url", graph.url)

    assert said.code == 0
    assert [(w.tenant, w.body) for w in graph.writes] == [(tenant(0), {"inboundTrust": None})]


def test_set_gives_every_tenant_of_a_bare_list_the_setting(run: Run, serve: Serve) -> None:
    """A list of tenant ids and --set are enough; the report carries the setting."""
    graph = serve(3)
    sheet = write_sheet("s.csv", "tenantId", *(tenant(n) for n in range(3)))

    said = run("apply", sheet, "--yes", "--graph-url", graph.url, "--set", "inboundTrust.isMfaAccepted=yes")

    assert said.code == 0
    assert all(graph.trusts_mfa(n) for n in range(3))
    assert {row["inboundTrust.isMfaAccepted"] for row in report_of(only_run())} == {"yes"}


def test_tenant_limits_the_run_to_the_named_ones(run: Run, serve: Serve) -> None:
    """--tenant takes ids in any spelling."""
    graph = serve(4)

    run("apply", mfa_sheet(4), "--yes", "--graph-url", graph.url, "--tenant", f"{{{tenant(2).upper()}}}")

    assert [w.tenant for w in graph.writes] == [tenant(2)]
    assert [row["tenantId"] for row in report_of(only_run())] == [tenant(2)]


def test_the_report_has_one_row_per_input_row_in_order_with_its_own_columns(run: Run, serve: Serve) -> None:
    """Whatever stands in a person's own columns comes back unchanged, and is never run as a formula."""
    graph = serve(3)
    own = ["=HYPERLINK(1)", "a;b", 'say "hi"\nthere', "  spaced ", "+49 30", "'=quoted", "ünïcode"]
    with Path("s.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Note", "status", "Tenant ID", "Trust MFA"])
        for n, note in enumerate(own):
            writer.writerow([note, "mine", tenant(n % 3), "true"])

    said = run("apply", "s.csv", "--yes", "--graph-url", graph.url)
    rows = report_of(only_run())
    again = run("plan", only_run() / "report.csv", "--graph-url", graph.url)

    assert said.code == 0
    assert [row["row"] for row in rows] == [str(n) for n in range(2, 9)]
    assert {row["status"] for row in rows} == {"succeeded"}
    assert [row["status (sheet)"] for row in rows] == ["mine"] * 7
    assert rows[0]["Note"].startswith("'=")
    assert len(graph.writes) == 3
    assert "Nothing would change" in again.out


@pytest.mark.parametrize("name", ["report.csv", "report.xlsx", "", "journal.jsonl"])
def test_rerun_sends_only_what_did_not_end_well(run: Run, serve: Serve, name: str) -> None:
    """From any form of the report; the report of the rerun covers every row again."""
    graph = serve(4)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    run("apply", mfa_sheet(4), "--yes", "--graph-url", graph.url)
    first = only_run()

    said = run("rerun", first / name if name else first, "--yes", "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert [w.tenant for w in graph.writes][-1] == tenant(1)
    assert len(graph.writes) == 5
    assert only_run() != first
    assert [row["status"] for row in report_of(only_run())] == ["succeeded"] * 4


def test_a_corrected_report_is_rerun_as_corrected(run: Run, serve: Serve) -> None:
    """The report is itself a sheet: correct the cell, run it again."""
    graph = serve(2)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA", f"{tenant(0)},true", f"{tenant(1)},maybe")
    run("apply", sheet, "--yes", "--graph-url", graph.url, "--skip-invalid")
    report = only_run() / "report.csv"
    report.write_text(report.read_text(encoding="utf-8").replace(",maybe", ",no"), encoding="utf-8")

    said = run("rerun", report, "--yes")

    assert said.code == 0, said.all
    assert graph.trusts_mfa(1) is False
    assert [row["status"] for row in report_of(only_run())] == ["succeeded", "succeeded"]


def test_a_report_corrected_on_one_worksheet_only_is_refused(run: Run, serve: Serve) -> None:
    """Failures and All rows hold the same row twice; which one is meant is not guessed."""
    graph = serve(2)
    sheet = write_sheet("s.csv", "tenantId,Trust MFA", f"{tenant(0)},true", f"{tenant(1)},maybe")
    run("apply", sheet, "--yes", "--graph-url", graph.url, "--skip-invalid")
    report = only_run() / "report.xlsx"
    book = openpyxl.load_workbook(report)
    for row in book["Failures"].iter_rows():
        for cell in row:
            cell.value = "no" if cell.value == "maybe" else cell.value
    book.save(report)

    both = run("rerun", report, "--yes")
    untouched = graph.trusts_mfa(1)
    one = run("rerun", report, "--yes", "--sheet", "Failures")

    assert both.code == 1
    assert untouched is None
    assert 'is "maybe" here and "no" at Failures!' in " ".join(both.err.split())
    assert one.code == 0, one.all
    assert graph.trusts_mfa(1) is False


def test_nothing_to_rerun_says_so_and_asks_nobody(run: Run, serve: Serve) -> None:
    """Finished tenants cost no request."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    before = len(graph.simulator.requests)

    said = run("rerun", only_run())

    assert said.code == 0
    assert "Nothing to rerun" in said.out
    assert len(graph.simulator.requests) == before


def test_a_setting_given_with_set_can_be_corrected_in_the_report(run: Run, serve: Serve) -> None:
    """The report carries it as a column, and the column is what counts."""
    graph = serve(2)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    run("apply", write_sheet("s.csv", "tenantId", tenant(0), tenant(1)), "--yes", "--graph-url", graph.url,
        "--set", "Trust MFA=yes")  # fmt: skip
    report = only_run() / "report.csv"
    lines = report.read_text(encoding="utf-8").splitlines()
    report.write_text("\n".join([*lines[:2], lines[2].removesuffix("yes") + "no"]) + "\n", encoding="utf-8")

    said = run("rerun", report, "--yes")

    assert said.code == 0, said.all
    assert (graph.trusts_mfa(0), graph.trusts_mfa(1)) == (True, False)


def test_a_rerun_remembers_how_the_run_was_made(run: Run, serve: Serve) -> None:
    """Address, version and --set come from the journal, so that the printed command is enough."""
    graph = serve(2)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(0), method="PATCH")
    sheet = write_sheet("s.csv", "tenantId", tenant(0), tenant(1))
    words = ["--yes", "--graph-url", graph.url, "--api-version", "beta", "--set", "Trust MFA=true"]
    run("apply", sheet, *words)

    said = run("rerun", only_run(), "--yes")

    assert said.code == 0, said.all
    assert graph.writes[-1].path.startswith("/beta/")
    assert graph.trusts_mfa(0) is True


@pytest.mark.parametrize("fault", [BAD_GATEWAY, RESET_BEFORE, RESET_AFTER, Fault(status=503), Fault.throttle("1")])
def test_a_passing_fault_costs_no_row(run: Run, serve: Serve, fault: Fault) -> None:
    """The write is sent again, or found to be applied."""
    graph = serve(3)
    graph.simulator.script(fault, method="PATCH", tenant=tenant(1))

    said = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert all(graph.trusts_mfa(n) for n in range(3))


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, Fault(status=504), Fault(status=504, apply=True)])
def test_a_lost_answer_to_a_create_is_settled_by_a_read_first(run: Run, serve: Serve, fault: Fault) -> None:
    """POST is never sent again before a GET has told whether it was carried out."""
    graph = serve(0)
    graph.simulator.script(fault, method="POST")

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--create-missing")

    methods = [exchange.method for exchange in graph.simulator.requests]
    posts = [i for i, method in enumerate(methods) if method == "POST"]
    assert said.code == 0, said.all
    assert graph.trusts_mfa(0) is True
    assert all("GET" in methods[a:b] for a, b in itertools.pairwise(posts))


def test_json_is_all_that_stands_on_stdout(run: Run, serve: Serve) -> None:
    """A machine reads stdout, a person stderr."""
    graph = serve(2)

    said = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url, "--json")
    planned = run("plan", mfa_sheet(3), "--graph-url", graph.url, "--json")
    wrong = run("apply", write_sheet("w.csv", "tenantId,Trust MFA", "x,maybe"), "--json")

    assert said.code == 1
    assert said.json["counts"]["succeeded"] == 2
    assert said.json["rerun"].startswith("bulkpatch rerun reports/")
    assert planned.json["counts"] == {"unchanged": 2, "missing": 1}
    assert wrong.json["exitCode"] == 2
    assert [problem["address"] for problem in wrong.json["problems"]] == ["w.csv:2 A", "w.csv:2 B"]


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In that order, for every option."""
    graph = serve(1)
    sheet = mfa_sheet(1)
    Path("bulkpatch.toml").write_text(f'report-dir = "from-file"\ngraph-url = "{graph.url}"\n', encoding="utf-8")

    run("apply", sheet, "--yes")
    monkeypatch.setenv("BULKPATCH_REPORT_DIR", "from-environment")
    run("apply", sheet, "--yes")
    run("apply", sheet, "--yes", "--report-dir", "from-line")

    assert [len(list(Path(f"from-{place}").iterdir())) for place in ("file", "environment", "line")] == [1, 1, 1]


def test_simulate_needs_no_token_and_leaves_the_machine_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal is complete: plan, writes, report."""
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")

    said = run("apply", mfa_sheet(4), "--simulate", "--yes", "--latency", "0")

    assert said.code == 0, said.all
    assert [row["status"] for row in report_of(only_run())] == ["succeeded"] * 4


def test_v_tells_of_each_request_on_stderr(serve: Serve, tmp_path: Path) -> None:
    """Method, address, status and our id; stdout is as without it."""
    graph = serve(1)
    words = ["apply", str(mfa_sheet(1)), "--yes", "--json", "-v", "--graph-url", graph.url]

    process = subprocess.run(
        [sys.executable, "-m", "bulkpatch", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    write = graph.writes[0]
    assert json.loads(process.stdout)["counts"]["succeeded"] == 1
    assert f"PATCH {graph.url}{write.path}: 204" in process.stderr
    assert write.client_request_id in process.stderr


def test_two_runs_never_share_a_folder(run: Run, serve: Serve) -> None:
    """An earlier report is never overwritten."""
    graph = serve(1)
    for _ in range(3):
        run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    assert len(list(Path("reports").iterdir())) == 3


def test_the_token_is_nowhere_in_a_run(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the streams nor in any file of the run."""
    secret = "eyJ-a-secret-that-nobody-may-see"
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", secret)
    graph = serve(2)

    said = run("apply", mfa_sheet(3), "--yes", "--graph-url", graph.url, "-vv")

    assert secret not in said.all
    assert all(secret.encode() not in path.read_bytes() for path in only_run().iterdir())


def test_the_workbook_example_rolls_out_like_the_csv(run: Run, serve: Serve) -> None:
    """A workbook with booleans, numbers and an error cell asks for the same as its text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["tenantId", "Trust MFA", "Trust compliant devices"])
    for n, values in enumerate([(True, 1), (False, 0), ("yes", "off"), ("#N/A", None)]):
        sheet.append([tenant(n), *values])
    sheet["B5"].data_type = "e"
    book.save("s.xlsx")
    graph = serve(4)
    graph.store.update_partner(tenant(3), {"inboundTrust": {"isMfaAccepted": True}})

    said = run("apply", "s.xlsx", "--yes", "--graph-url", graph.url)

    assert said.code == 0, said.all
    assert [graph.trusts_mfa(n) for n in range(4)] == [True, False, True, None]


def test_a_thousand_tenants_with_faults_and_a_tight_quota_all_succeed(run: Run, serve: Serve) -> None:
    """5 % faults, a small bucket: nothing is lost, and the server is as the sheet says."""
    graph = serve(1000, fault_rate=0.05, seed=7)
    from bulkpatch.simulator import Quota

    graph.simulator.set_quota(Quota(burst=200, per_second=150))
    sheet = write_sheet(
        "s.csv", "tenantId,Trust MFA,User sync",
        *(f"{tenant(n)},{'yes' if n % 2 else 'no'},{'true' if n % 10 == 0 else ''}" for n in range(1000)),
    )  # fmt: skip

    said = run("apply", sheet, "--yes", "--graph-url", graph.url, "--quota", "200/1.3333", "--json")

    assert said.code == 0, said.all
    assert said.json["counts"]["succeeded"] == 1000
    assert [graph.trusts_mfa(n) for n in range(1000)] == [n % 2 == 1 for n in range(1000)]
    assert all(graph.store.sync[tenant(n)]["userSyncInbound"] == {"isSyncAllowed": True} for n in range(0, 1000, 10))
    assert len(report_of(only_run())) == 1000


def test_the_journal_tells_of_every_write_before_it_was_sent(run: Run, serve: Serve) -> None:
    """No write reaches Graph that the journal does not know."""
    graph = serve(20, fault_rate=0.2, seed=3)

    run("apply", mfa_sheet(20), "--yes", "--graph-url", graph.url, "--quota", "off")

    events = [json.loads(line) for line in (only_run() / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    told = {event["clientRequestId"] for event in events if event["kind"] == "sending"}
    assert {write.client_request_id for write in graph.writes} <= told


def test_help_is_quick_since_nothing_heavy_is_imported_for_it() -> None:
    """pandas, aiohttp and the writers are for those who use them."""
    program = (
        "import sys\nfrom bulkpatch.cli import app\n"
        "try:\n    app(['apply', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'aiohttp', 'msal', 'openpyxl', 'xlsxwriter', 'tenacity'} & set(sys.modules)))"
    )

    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert process.stdout.splitlines()[-1] == "[]"


def test_columns_and_help_are_there_for_every_command(run: Run) -> None:
    """Each command explains itself, with an example."""
    commands = ("validate", "plan", "apply", "rerun", "report", "simulate")

    assert "inboundTrust.isMfaAccepted" in run("columns").out
    assert all("Example:" in run(command, "--help").out for command in commands)
    assert any(entry["header"] == "userSyncInbound.isSyncAllowed" for entry in run("columns", "--json").json)

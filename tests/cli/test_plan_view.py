"""The plan, for whoever has to approve it: what it means, in the form they read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Said, Served, mfa_sheet, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
HEADER = (
    "Partner,tenantId,Trust MFA,B2B inbound users access,B2B inbound users,B2B inbound apps access,B2B inbound apps"
)


def mixed_sheet() -> Path:
    """One that loosens, one that tightens, one whose name is an attack."""
    block = "blocked,AllUsers,blocked,AllApplications"
    return write_sheet(
        "partners.csv",
        HEADER,
        f"Contoso,{tenant(0)},true,,,,",
        f"Fabrikam,{tenant(1)},,{block}",
        f'"<img src=x onerror=alert(1)> | [x](http://evil)",{tenant(2)},true,,,,',
    )


def test_the_head_counts_which_way_it_goes(run: Run, serve: Serve) -> None:
    """Tenants, writes, loosenings, time and share of the quota; then each change with what applies."""
    graph = serve(3)

    said = run("plan", mixed_sheet(), "--graph-url", graph.url)

    assert "3 of 3 tenants would change, in 3 writes." in said.out
    assert "Of these, 2 loosen access, 1 tightens it (2 loosening changes)." in said.out
    assert "It took 2 reads to find out. Sending takes about" in said.out
    assert "at the quota, less than 1 % of one period's writes." in said.out
    assert "inboundTrust.isMfaAccepted  inherit (false) → true" in said.out
    assert "loosens: MFA done at the partner is trusted" in said.out
    assert "tightens: B2B collaboration inbound, users: everybody → nobody" in said.out
    assert "Look at the sign-ins of the last 30 days first" in said.flat


def test_the_tenants_own_default_decides(run: Run, serve: Serve) -> None:
    """Where MFA is trusted by default already, trusting it changes nothing."""
    graph = serve(1)
    graph.store.default["inboundTrust"] = {"isMfaAccepted": True}

    said = run("plan", mfa_sheet(1), "--graph-url", graph.url, "--json")

    assert said.json["loosening"] == 0
    assert said.json["steps"][0]["tag"] == "neutral"


def test_only_shows_one_way_and_counts_all(run: Run, serve: Serve) -> None:
    """The head stays whole, so that nothing is hidden."""
    graph = serve(3)

    said = run("plan", mixed_sheet(), "--graph-url", graph.url, "--only", "tightening")

    assert "3 of 3 tenants would change" in said.out
    assert "Fabrikam" in said.out
    assert "Contoso" not in said.out


@pytest.mark.parametrize(("most", "code"), [(1, 2), (2, 0)])
def test_max_loosen_refuses_more(run: Run, serve: Serve, most: int, code: int) -> None:
    """Nothing is sent, by plan and by apply; what tightens does not count."""
    graph = serve(3)
    words = ("--graph-url", graph.url, "--max-loosen", most)

    planned = run("plan", mixed_sheet(), *words)
    applied = run("apply", mixed_sheet(), "--yes", *words)

    assert (planned.code, applied.code) == (code, code)
    assert bool(graph.writes) is (code == 0)
    assert ("2 changes would loosen access, and --max-loosen allows 1." in applied.err) is (code == 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vip.txt", "# never\n{t}   # the bank\n"),
        ("vip.csv", "{t}\n"),
        ("vip.csv", "Name,Tenant ID\nThe bank,{{{t}}}\n"),
    ],
)
def test_a_protected_tenant_is_not_changed(run: Run, serve: Serve, name: str, content: str) -> None:
    """The whole plan is refused, or with --skip-invalid only that tenant's rows."""
    graph = serve(3)
    Path(name).write_text(content.format(t=tenant(1).upper()), encoding="utf-8")
    words = ("--yes", "--graph-url", graph.url, "--protect", name)

    whole = run("apply", mfa_sheet(3), *words)
    others = run("apply", mfa_sheet(3), *words, "--skip-invalid")

    assert (whole.code, others.code) == (2, 1)
    assert "is a tenant that --protect names, and would change" in whole.flat
    assert {exchange.tenant for exchange in graph.writes} == {tenant(0), tenant(2)}


def test_a_protected_tenant_that_would_not_change_does_no_harm(run: Run, serve: Serve) -> None:
    """It may stand in the sheet."""
    graph = serve(1)
    run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)
    Path("vip.txt").write_text(tenant(0), encoding="utf-8")

    assert run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--protect", "vip.txt").code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("the bank\n", '"the bank" is not a tenant id'),
        ("", "names no tenant"),
        (None, "is not there"),
    ],
)
def test_a_protect_file_that_cannot_be_read_is_2(run: Run, content: str | None, message: str) -> None:
    """Nothing is protected by half."""
    if content is not None:
        Path("vip.txt").write_text(content, encoding="utf-8")

    said = run("plan", mfa_sheet(1), "--simulate", "--protect", "vip.txt")

    assert said.code == 2
    assert message in said.flat


def test_markdown_is_safe_to_paste(run: Run, serve: Serve) -> None:
    """For a pull request: nothing of a name is markup, a link or a mention."""
    graph = serve(3)

    said = run("plan", mixed_sheet(), "--graph-url", graph.url, "--format", "md")

    assert said.out.startswith("# Plan for partners.csv\n\n**3 of 3 tenants would change")
    assert (
        f"| `{tenant(0)}` Contoso | `inboundTrust.isMfaAccepted` | inherit (false) | true | **loosens** |" in said.out
    )
    assert "<img" not in said.out
    assert "http://evil" not in said.out


def test_the_page_is_one_file_without_scripts(run: Run, serve: Serve) -> None:
    """Escaped, with a policy that lets nothing load."""
    graph = serve(3)

    said = run("plan", mixed_sheet(), "--graph-url", graph.url, "-o", "plan.html")
    page = Path("plan.html").read_text(encoding="utf-8")

    assert said.code == 0
    assert "default-src 'none'" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "3 of 3 tenants would change" in page


def test_the_workbook_has_a_row_per_setting(run: Run, serve: Serve) -> None:
    """Filtered and frozen, and nothing in it is a formula."""
    graph = serve(3)

    run("plan", mixed_sheet(), "--graph-url", graph.url, "-o", "plan.xlsx")
    sheet = openpyxl.load_workbook("plan.xlsx")["Plan"]
    rows = list(sheet.iter_rows(values_only=True))

    assert rows[0][:5] == ("tenantId", "name", "row", "what", "setting")
    assert (
        tenant(0),
        "Contoso",
        "2",
        "change",
        "inboundTrust.isMfaAccepted",
        "inherit (false)",
        "true",
        "loosens",
    ) in [row[:8] for row in rows]
    assert len(rows) == 1 + 1 + 4 + 1
    assert sheet.freeze_panes == "C2"


def test_a_file_without_a_known_ending_asks_for_the_format(run: Run) -> None:
    """Exit 2, before anything is written."""
    said = run("plan", mfa_sheet(1), "--simulate", "-o", "plan.doc")

    assert said.code == 2
    assert "names no format" in said.err
    assert not Path("plan.doc").exists()


def test_json_goes_into_a_file_too(run: Run) -> None:
    """The same object that --json prints."""
    run("plan", mfa_sheet(1), "--simulate", "-o", "plan-for-machines.json")

    assert json.loads(Path("plan-for-machines.json").read_text(encoding="utf-8"))["loosening"] == 1


def test_a_plan_is_saved_although_its_reader_leaves(serve: Serve) -> None:
    """`plan --save plan.json | head -1` is no reason to have no plan."""
    graph = serve(3)
    words = [
        sys.executable,
        "-m",
        "bulkpatch",
        "plan",
        str(mfa_sheet(3)),
        "--graph-url",
        graph.url,
        "--save",
        "plan.json",
    ]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    child.stdout.close()
    child.wait(timeout=60)

    assert json.loads(Path("plan.json").read_text(encoding="utf-8"))["steps"]

"""Where a token goes and what is written is decided by whoever runs bulkpatch, by no file that came along."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulkpatch.errors import UsageError
from bulkpatch.graph.endpoint import GraphEndpoint, read_root
from bulkpatch.model import Endpoint, TenantId
from bulkpatch.simulator import Fault
from tests.cli.conftest import SECRET, Said, Served, mfa_sheet, only_run, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]

ELSEWHERE = "https://graph.microsoft.com.evil.example"


def edited(path: Path, change: Callable[[Any], None]) -> Path:
    """A JSON file, changed by somebody."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "line",
    [
        f'graph-url = "{ELSEWHERE}"',
        'graph-url = "https://user@graph.microsoft.com"',
        'graph-url = "http://graph.microsoft.com"',
        'authority-host = "https://login.microsoftonline.com.evil.example"',
        'authority-host = "127.0.0.1:8443"',
    ],
)
@pytest.mark.parametrize("command", ["doctor", "plan"])
def test_the_file_in_the_folder_sends_no_token_elsewhere(run: Run, line: str, command: str) -> None:
    """bulkpatch.toml may lie in a folder that somebody else made."""
    Path("bulkpatch.toml").write_text(f"{line}\n", encoding="utf-8")

    said = run(command, *([mfa_sheet(1)] if command == "plan" else []))

    assert said.code == 2
    assert "which is not Microsoft's. A file may not decide that." in said.flat


@pytest.mark.parametrize("line", ['graph-url = "https://graph.microsoft.us/"', 'authority-host = "login.windows.net"'])
def test_the_file_may_name_what_is_microsofts(run: Run, line: str) -> None:
    """Another cloud is a setting like any other."""
    Path("bulkpatch.toml").write_text(f"{line}\n", encoding="utf-8")

    assert run("validate", mfa_sheet(1)).code == 0


def test_the_person_may_choose_any_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line or in the environment; here nothing answers there."""
    words = ("plan", mfa_sheet(1), "--max-attempts", "1")

    told = [run(*words, "--graph-url", "https://graph.invalid").err]
    monkeypatch.setenv("BULKPATCH_GRAPH_URL", "https://graph.invalid")
    told.append(run(*words).err)

    assert all("No Microsoft Graph at https://graph.invalid" in text for text in told)


def test_an_approved_plan_sends_no_token_elsewhere(run: Run, serve: Serve) -> None:
    """Whoever can write to plan.json still cannot have the token; said by the person, it is another matter."""
    graph = serve(1)
    run("plan", mfa_sheet(1), "--save", "plan.json", "--graph-url", graph.url)

    def point_elsewhere(plan: Any) -> None:
        plan["options"]["graph_url"] = plan["endpoint"]["root"] = ELSEWHERE

    edited(Path("plan.json"), point_elsewhere)
    refused = run("apply", "plan.json", "--yes")
    other = run("apply", "plan.json", "--yes", "--graph-url", graph.url)

    assert (refused.code, other.code) == (2, 3)
    assert f"would send your token to {ELSEWHERE}" in refused.flat
    assert graph.writes == []


@pytest.mark.parametrize("command", ["rerun", "undo"])
def test_a_run_of_somebody_else_sends_no_token_elsewhere(run: Run, serve: Serve, command: str) -> None:
    """Its journal says how it was made, and that is not for it to say."""
    graph = serve(2)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    journal = only_run() / "journal.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace(graph.url, ELSEWHERE), encoding="utf-8")

    said = run(command, only_run(), "--yes")

    assert said.code == 2
    assert f"would send your token to {ELSEWHERE}" in said.flat


FORGED: dict[str, Callable[[Any], None]] = {
    "another resource": lambda step: step["patches"][0].update(tenant="../../users/x") or step.update(tenant="../x"),
    "another tenant": lambda step: step["patches"][0].update(tenant=tenant(7)),
    "no tenant": lambda step: step.update(tenant=None),
    "a deletion": lambda step: step["patches"][0].update(method="DELETE"),
    "a method of its own": lambda step: step["patches"][0].update(method="GET /x HTTP/1.1\r\n"),
    "another property": lambda step: step["patches"][0]["body"].update(isServiceProvider=True),
    "another tenant in the body": lambda step: step["patches"][0]["body"].update(tenantId=tenant(7)),
    "no body": lambda step: step["patches"][0].update(body=["inboundTrust"]),
}


@pytest.mark.parametrize("name", FORGED)
def test_an_approved_plan_holds_only_writes_of_ours(run: Run, serve: Serve, name: str) -> None:
    """Partners and their settings, whatever was written into the file."""
    graph = serve(1)
    run("plan", mfa_sheet(1), "--save", "plan.json", "--graph-url", graph.url)
    edited(Path("plan.json"), lambda plan: FORGED[name](plan["steps"][0]))

    said = run("apply", "plan.json", "--yes")

    assert said.code == 2
    assert "plan.json is not a plan of bulkpatch" in said.flat
    assert graph.writes == []


@pytest.mark.parametrize("command", ["rerun", "undo"])
def test_a_journal_with_another_resource_in_it_reaches_none(run: Run, serve: Serve, command: str) -> None:
    """A tenant id is checked where it becomes an address, whoever named it."""
    graph = serve(2)
    run("plan", mfa_sheet(2), "--save", "plan.json", "--graph-url", graph.url)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), tenant=tenant(1), method="PATCH")
    run("apply", "plan.json", "--yes")
    before = len(graph.simulator.requests)
    journal = only_run() / "journal.jsonl"
    journal.write_text(journal.read_text(encoding="utf-8").replace(tenant(1), "../../users/x"), encoding="utf-8")
    journal.write_text(journal.read_text(encoding="utf-8").replace(tenant(0), "../../users/y"), encoding="utf-8")

    said = run(command, only_run(), "--yes")

    assert said.code == 2
    assert not [one for one in graph.simulator.requests[before:] if "users" in one.path]


@pytest.mark.parametrize(
    "tenant_id", ["", ".", "..", "../x", "a?b", "a#b", "a%2f..", tenant(0) + "/x", tenant(0) + "\r\nX: y", " "]
)
def test_only_a_tenant_id_has_an_address(tenant_id: str) -> None:
    """Nothing else becomes part of a path."""
    with pytest.raises(UsageError, match="is no tenant id"):
        GraphEndpoint().url(TenantId(tenant_id), Endpoint.PARTNER)


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.micro\r\nsoft.com",
        "https://graph.microsoft.com\r\nX-Evil: 1",
        "https://graph.microsoft.com?",
        "https://graph.microsoft.com#",
        "https://graph.microsoft.com/a b",
        "https://graph.microsoft.com/%2e%2e/x",
        "https://graph.microsoft.com/../x",
        "https://graph.microsoft.com\\@evil.example",
        "https://gr\u0430ph.microsoft.com",
        "https://user:secret@graph.microsoft.com",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_an_address_of_graph_is_plain(url: str) -> None:
    """No line end, no escape, no letter that looks like another one."""
    with pytest.raises(UsageError, match="--graph-url") as refused:
        read_root(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("tenant_id", ["../other", "x?y", "x#y", "x/y", "-x", "x y", "x\r\ny", "%2e%2e", "x@y"])
def test_our_own_tenant_is_a_tenant(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, tenant_id: str
) -> None:
    """It becomes part of the address to sign in at, and a word for az."""
    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("AZURE_TENANT_ID", tenant_id)

    said = run("plan", mfa_sheet(1))

    assert said.code == 2
    assert "is no tenant. Write the GUID" in said.flat
    assert graph.entra.tokens.given == []


@pytest.mark.parametrize(
    "cell",
    ["../users", "a.example/../x", "a.example?x", "a.example#x", "a%2e.example", "a.example')/x", "..", "a..b.c"],
)
def test_a_domain_cell_is_a_domain(run: Run, serve: Serve, cell: str) -> None:
    """What is none is a problem of its cell, and nothing is asked about it."""
    graph = serve(1)

    said = run("plan", write_sheet("s.csv", "tenantId,Trust MFA", f"{cell},true"), "--graph-url", graph.url)

    assert said.code == 2
    assert "s.csv:2 A" in said.flat
    assert graph.simulator.requests == []


@pytest.mark.parametrize("link", ["https://evil.example/v1.0/x", "//evil.example/x", "file:///etc/passwd", "http://{}"])
def test_a_next_page_elsewhere_gets_no_token(run: Run, serve: Serve, link: str) -> None:
    """Nor does a list of partners that goes on elsewhere count as read."""
    graph, other = serve(1), serve(1)
    body = {"value": [{"tenantId": tenant(0)}], "@odata.nextLink": link.format(other.url.removeprefix("http://"))}
    graph.simulator.script(Fault(status=200, body=json.dumps(body)), method="GET")

    said = run("plan", mfa_sheet(1), "--graph-url", graph.url)

    assert said.code == 4
    assert "its next page is not at the same address" in said.flat
    assert other.simulator.requests == []


def test_a_redirect_gets_no_token(run: Run, serve: Serve) -> None:
    """It is an answer like any other that is no list of partners."""
    graph, other = serve(1), serve(1)
    away = Fault(status=307, headers={"Location": other.url}, body="")
    graph.simulator.script(away, method="GET", times=9)

    said = run("plan", mfa_sheet(1), "--graph-url", graph.url, "--max-attempts", "1")

    assert said.code in {2, 4}
    assert other.simulator.requests == []

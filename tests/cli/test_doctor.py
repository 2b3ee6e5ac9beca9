"""`bulkpatch doctor`: one line per thing, fine or how to mend it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bulkpatch.simulator import Fault
from bulkpatch.simulator.signin import Registration
from tests.cli.conftest import SECRET, Said, Served

Run = Callable[..., Said]
Serve = Callable[..., Served]


def states(said: Said) -> dict[str, str]:
    """Subject → state."""
    return {one["subject"]: one["state"] for one in said.json["findings"]}


def test_everything_fine_is_0(run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who, where, what for, and for how long; one read, no write."""
    graph = serve_entra(3)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    said = run("doctor")
    as_json = run("doctor", "--json")

    assert (said.code, as_json.code) == (0, 0)
    assert set(states(as_json).values()) == {"ok"}
    for line in (
        "client-secret at https://127.0.0.1",
        "app bulkpatch rollout",
        f"{graph.entra.registration.tenant}, as --tenant-id says",
        "good for 60 minutes",
        "Policy.ReadWrite.CrossTenantAccess",
        "partners can be read",
        "agrees with Graph's",
        "ca.pem",
    ):
        assert line in said.flat
    assert len(graph.simulator.requests) == 2
    assert SECRET not in said.all + as_json.all


@pytest.mark.parametrize(
    ("app", "subject", "state", "fix", "code"),
    [
        (Registration(secret="another"), "sign-in", "fail", "not its Secret ID", 3),
        (Registration(secret=SECRET, roles=("Policy.Read.All",)), "permission", "fail", "grant admin consent", 3),
        (Registration(secret=SECRET, roles=("Policy.ReadWrite.CrossTenantAccess",)), "names", "note", "Grant it", 0),
    ],
    ids=["wrong secret", "no permission", "no lookups"],
)
def test_each_fault_is_named_with_its_remedy(
    run: Run,
    serve_entra: Serve,
    monkeypatch: pytest.MonkeyPatch,
    app: Registration,
    subject: str,
    state: str,
    fix: str,
    code: int,
) -> None:
    """The others are looked at all the same."""
    serve_entra(1, app=app)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    said, as_json = run("doctor"), run("doctor", "--json")

    assert (said.code, as_json.code) == (code, code)
    assert states(as_json)[subject] == state
    assert states(as_json)["certificates"] == "ok"
    assert fix in said.flat


def test_a_read_that_fails_says_what_graph_said(run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """403 is a permission, an address where nothing is the network."""
    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    graph.simulator.script(Fault.refuse(403, "Authorization_RequestDenied", "Insufficient privileges."), method="GET")

    forbidden = run("doctor")
    nowhere = run("doctor", "--graph-url", "http://127.0.0.1:9")

    assert (forbidden.code, nowhere.code) == (3, 2)
    assert "403 Authorization_RequestDenied: Insufficient privileges." in forbidden.flat
    assert "Policy.Read.All to plan only" in forbidden.flat
    assert "Check --cloud, --graph-url and the network." in nowhere.flat


def test_a_list_that_takes_no_top_is_read_without_it(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it does is advertised, and was tried by nobody we know of."""
    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest", "$top is not supported."), method="GET")

    assert run("doctor").code == 0


def test_a_wrong_tenant_and_an_opaque_token_are_told(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first fails, the second is only noted: the read decides."""
    graph = serve_entra(1)
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", graph.entra.tokens.issue(person=True))
    monkeypatch.setenv("AZURE_TENANT_ID", "90e29127-71ad-49c7-9ce8-db3f41ea06f1")
    wrong = run("doctor", "--json")
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", "opaque")
    opaque = run("doctor", "--json")

    assert (wrong.code, states(wrong)["home tenant"]) == (3, "fail")
    assert (opaque.code, states(opaque)["token"]) == (3, "note")


def test_a_proxy_is_shown_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands between us and Graph, as the environment says it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:pr0xy-pass@127.0.0.1:9")
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", "opaque")

    said = run("doctor")

    assert said.code == 2
    assert "http://127.0.0.1:9 with a user" in said.flat
    assert "pr0xy-pass" not in said.all

"""Before row 1: the token is held against what is about to be done with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from tests.cli.conftest import Said, Served, mfa_sheet, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
HOME = "5f4d3c2b-1a09-4876-9543-210fedcba987"
WRITE = "Policy.ReadWrite.CrossTenantAccess"
SECURITY, TEAMS, READER = (
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "69091246-20e8-4a56-aa4d-066075b2a7a8",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
)


def app_token(*roles: str, **claims: Any) -> str:
    """A token as Entra gives it to an app."""
    told = {"tid": HOME, "appid": "app-1", "idtyp": "app", "aud": "https://graph.microsoft.com", "roles": list(roles)}
    return jwt.encode({**told, "exp": time.time() + 3600, **claims}, "0" * 32, algorithm="HS256")


def person_token(*wids: str, scp: str = WRITE, **claims: Any) -> str:
    """A token as Entra gives it for a person."""
    told = {"tid": HOME, "appid": "app-1", "idtyp": "user", "upn": "ada@contoso.example", "scp": scp}
    return jwt.encode({**told, "wids": list(wids), **claims}, "0" * 32, algorithm="HS256")


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Take a token in hand."""
    return lambda token: monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", token)


@pytest.mark.parametrize("command", ["plan", "apply", "verify"])
def test_a_token_of_another_tenant_is_3_before_anything_is_asked(
    run: Run, serve: Serve, holding: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A plan against the wrong directory would be as wrong as a write to it."""
    graph = serve(1)
    holding(app_token(WRITE))
    monkeypatch.setenv("AZURE_TENANT_ID", "90e29127-71ad-49c7-9ce8-db3f41ea06f1")
    yes = ["--yes"] if command == "apply" else []

    said = run(command, mfa_sheet(1), *yes, "--graph-url", graph.url)

    assert said.code == 3
    assert f"The token is for tenant {HOME}" in said.err
    assert graph.simulator.requests == []


def test_the_tenant_may_be_written_in_any_form(run: Run, serve: Serve, holding: Callable[[str], None]) -> None:
    """Upper case and braces are the same tenant."""
    graph = serve(1)
    holding(app_token(WRITE))

    said = run("plan", mfa_sheet(1), "--graph-url", graph.url, "--tenant-id", f"{{{HOME.upper()}}}")

    assert said.code == 0
    assert f"Signed in by token: app app-1, tenant {HOME}." in said.err


@pytest.mark.parametrize(
    ("token", "has"),
    [
        (app_token("Policy.Read.All"), "it has: Policy.Read.All"),
        (app_token(), "it has: none"),
        (person_token(SECURITY, scp="User.Read Directory.AccessAsUser.All"), "Directory.AccessAsUser.All, User.Read"),
    ],
    ids=["reads only", "nothing", "a person's"],
)
def test_a_token_without_the_permission_is_3_before_row_1(
    run: Run, serve: Serve, holding: Callable[[str], None], token: str, has: str
) -> None:
    """It says what is missing, what is there, and where to add it; nothing is asked of Graph."""
    graph = serve(1)
    holding(token)

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url)

    kind = "Delegated" if "scp" in jwt.decode(token, options={"verify_signature": False}) else "Application"
    assert said.code == 3
    assert f"lacks the permission {WRITE}" in said.err
    assert has in said.err
    assert "grant admin consent" in said.err
    assert f"Microsoft Graph, {kind}, {WRITE}" in said.flat
    assert graph.simulator.requests == []


def test_a_token_that_may_only_read_can_plan(run: Run, serve: Serve, holding: Callable[[str], None]) -> None:
    """Graph decides whether it may be read."""
    graph = serve(1)
    holding(app_token("Policy.Read.All"))

    assert run("plan", mfa_sheet(1), "--graph-url", graph.url).code == 0


def test_a_role_that_cannot_do_what_the_sheet_asks_is_3(run: Run, serve: Serve, holding: Callable[[str], None]) -> None:
    """Teams Administrator may change settings, and not synchronization; a reader may change nothing."""
    graph = serve(1)
    words = ("--yes", "--graph-url", graph.url)
    sync = write_sheet("sync.csv", "tenantId,User sync,Automatic redemption inbound", f"{tenant(0)},true,true")
    told = {}
    for who, role in {"teams": TEAMS, "reader": READER}.items():
        holding(person_token(role))
        told[who] = run("apply", sync, *words)
    writes = list(graph.writes)
    holding(person_token(TEAMS))
    settings = run("apply", mfa_sheet(1), *words)
    holding(person_token(SECURITY))
    security = run("apply", sync, *words)

    assert [told["teams"].code, told["reader"].code, settings.code, security.code] == [3, 3, 0, 0]
    assert "Teams Administrator, who may not change identity synchronization" in told["teams"].err
    assert "none of the roles that may change cross-tenant access settings" in told["reader"].err
    assert writes == []


def test_a_custom_role_is_a_persons_own_word(run: Run, serve: Serve, holding: Callable[[str], None]) -> None:
    """Custom roles do not show in a token, so that --any-role lets it pass; Graph decides."""
    graph = serve(1)
    holding(person_token(READER))

    assert run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--any-role").code == 0


@pytest.mark.parametrize(
    ("words", "audience"),
    [((), "https://management.azure.com"), (("--cloud", "usgov"), "https://graph.microsoft.com")],
    ids=["another service", "another cloud"],
)
def test_a_token_for_something_else_is_3(
    run: Run, serve: Serve, holding: Callable[[str], None], words: tuple[str, ...], audience: str
) -> None:
    """Tokens are not interchangeable between services and clouds."""
    graph = serve(1)
    holding(app_token(WRITE, aud=audience))

    said = run("plan", mfa_sheet(1), "--graph-url", graph.url, *words)

    assert said.code == 3
    assert f"The token is for {audience}" in said.err


def test_an_opaque_token_is_not_judged_and_says_so(run: Run, serve: Serve) -> None:
    """The one-item read still decides."""
    graph = serve(1)
    refusing = serve(1, token="another")

    said = run("apply", mfa_sheet(1), "--yes", "--graph-url", graph.url, "--tenant-id", HOME)
    refused = run("apply", mfa_sheet(1), "--yes", "--graph-url", refusing.url)

    assert (said.code, refused.code) == (0, 3)
    assert "the token is opaque, so its tenant and permissions could not be checked beforehand" in said.err

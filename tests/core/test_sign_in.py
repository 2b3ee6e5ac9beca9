"""The pure part of signing in: which way, what Entra meant, what a token says."""

from __future__ import annotations

from typing import Any

import pytest

from bulkpatch.config import SignIn, Way
from bulkpatch.errors import NotPermitted, SignInFailed, UsageError
from bulkpatch.graph.auth.refusal import refused
from bulkpatch.graph.auth.ways import choose
from bulkpatch.preflight import Who, require_permission, role_problem

APP = {"tenant_id": "t", "client_id": "c"}


@pytest.mark.parametrize(
    ("told", "environ", "way"),
    [
        ({**APP, "certificate": "a.pem"}, {"BULKPATCH_ACCESS_TOKEN": "x", "AZURE_CLIENT_SECRET": "s"}, Way.TOKEN),
        ({}, {"BULKPATCH_ACCESS_TOKEN_FILE": "x"}, Way.TOKEN),
        ({**APP, "certificate": "a.pem"}, {"AZURE_CLIENT_SECRET": "s"}, Way.CLIENT_SECRET),
        ({**APP, "client_secret_file": "f", "certificate": "a.pem"}, {}, Way.CLIENT_SECRET),
        ({**APP, "certificate": "a.pem", "federated_token_file": "f"}, {}, Way.CERTIFICATE),
        ({**APP, "federated_token_file": "f"}, {"IDENTITY_ENDPOINT": "e"}, Way.WORKLOAD_IDENTITY),
        (APP, {"IDENTITY_ENDPOINT": "e"}, Way.MANAGED_IDENTITY),
        (APP, {}, Way.INTERACTIVE),
        ({"auth": Way.AZURE_CLI}, {"BULKPATCH_ACCESS_TOKEN": "x"}, Way.AZURE_CLI),
    ],
)
def test_the_first_way_that_is_configured_is_taken(told: dict[str, Any], environ: dict[str, str], way: Way) -> None:
    """In the documented order; a way that is named wins."""
    assert choose(SignIn(**told), environ, signed_in_before=True, has_cli=True) is way


def test_the_azure_cli_is_the_last_and_nothing_is_an_error() -> None:
    """With neither there is nobody to be."""
    assert choose(SignIn(), {}, signed_in_before=False, has_cli=True) is Way.AZURE_CLI
    with pytest.raises(SignInFailed, match="No way to sign in"):
        choose(SignIn(), {}, signed_in_before=False, has_cli=False)


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        ({"auth": Way.DEVICE_CODE}, "AZURE_CLIENT_ID"),
        ({"auth": Way.CERTIFICATE, **APP}, "AZURE_CLIENT_CERTIFICATE_PATH"),
        ({"auth": Way.WORKLOAD_IDENTITY, "client_id": "c"}, "AZURE_TENANT_ID.* and AZURE_FEDERATED_TOKEN_FILE"),
        ({"federated_token_file": "f"}, "AZURE_TENANT_ID.* and AZURE_CLIENT_ID"),
    ],
)
def test_what_a_way_lacks_is_named(told: dict[str, Any], lacks: str) -> None:
    """By the environment's name and by the flag's."""
    with pytest.raises(UsageError, match=lacks):
        choose(SignIn(**told), {}, signed_in_before=False, has_cli=False)


def test_a_refusal_is_one_sentence_with_what_to_do() -> None:
    """Entra's first sentence, without its trace lines."""
    said = "AADSTS700016: Application with identifier 'c' was not found. More words.\r\nTrace ID: 1\r\nTimestamp: 2"
    error = refused({"error": "unauthorized_client", "error_description": said, "correlation_id": "k-1"})

    assert error.what == (
        "Sign-in was refused: AADSTS700016, \"Application with identifier 'c' was not found\". "
        "The tenant does not know this app. (correlation id k-1)"
    )
    assert error.next_step == "Check AZURE_CLIENT_ID and AZURE_TENANT_ID; both are GUIDs."


@pytest.mark.parametrize(
    ("result", "what", "advice"),
    [
        ({"error": "invalid_client", "error_codes": [7000215]}, "AADSTS7000215", "secret's Value"),
        ({"error": "x", "error_description": "AADSTS1234567: odd."}, 'AADSTS1234567, "odd"', "?code=1234567"),
        ({"error": "authorization_declined"}, "The sign-in was declined.", "Run the command again"),
        ({}, "no answer", "error"),
        ({"error": "x", "error_codes": ["y"], "error_description": "z" * 999}, "…", "Look x up"),
    ],
)
def test_a_refusal_of_any_form_becomes_a_sentence(result: dict[str, Any], what: str, advice: str) -> None:
    """Known numbers, unknown ones, and answers of no form at all."""
    error = refused(result)

    assert what in error.what
    assert advice in error.next_step
    assert len(error.what) < 400


@pytest.mark.parametrize(
    ("claims", "name", "is_app"),
    [
        ({"appid": "a", "app_displayname": "Rollout", "idtyp": "app"}, "app Rollout (a)", True),
        ({"azp": "a", "roles": ["x"]}, "app a", True),
        ({"scp": "x", "upn": "ada@contoso.example"}, "user ada@contoso.example", False),
        ({"scp": "x", "preferred_username": "ada"}, "user ada", False),
        ({"idtyp": "user", "oid": "o-1"}, "user o-1", False),
        ({"tid": 5, "roles": "x", "wids": {}}, "app unnamed", True),
    ],
)
def test_a_token_says_who_it_is_for(claims: dict[str, Any], name: str, is_app: bool) -> None:
    """Whatever is missing or of another type."""
    who = Who(claims=claims)

    assert (who.name, who.is_app, who.home_tenant) == (name, is_app, "")


def test_only_a_token_that_names_its_client_can_lack_a_permission() -> None:
    """A bare token of another kind says nothing either way."""
    require_permission(Who(claims={"tid": "t"}))
    require_permission(Who(claims={}))
    with pytest.raises(NotPermitted):
        require_permission(Who(claims={"tid": "t", "azp": "a"}))


def test_a_person_without_listed_roles_is_not_judged() -> None:
    """Entra leaves them out of large tokens."""
    assert role_problem(Who(claims={"scp": "x"}), writes_sync=True) == ""
    assert role_problem(Who(claims={"roles": ["x"], "wids": ["y"]}), writes_sync=True) == ""

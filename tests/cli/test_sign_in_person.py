"""A person signs in: with a code, in a browser, through the Azure CLI; and what is kept between commands."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bulkpatch.simulator.signin import Registration
from tests.cli.conftest import Said, Served, mfa_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
STAND_INS = Path(__file__).parent.parent / "stand_ins"


def test_a_code_signs_a_person_in_and_the_next_command_asks_nothing(run: Run, serve_entra: Serve) -> None:
    """The code is shown once; where the sign-in is kept is said."""
    graph = serve_entra(2)

    first = run("apply", mfa_sheet(2), "--yes", "--auth", "device-code")
    second = run("plan", mfa_sheet(2), "--auth", "device-code")

    assert (first.code, second.code) == (0, 0)
    assert "enter the code SIMU-LATE" in " ".join(first.err.split())
    assert "SIMU-LATE" not in second.err
    assert "readable by you only" in " ".join(first.err.split())
    assert f"user {graph.entra.registration.person}" in second.err
    assert graph.trusts_mfa(1) is True
    assert "Policy.ReadWrite.CrossTenantAccess" in graph.entra.grants.asked[0]["scope"]


def test_auto_takes_the_kept_sign_in(run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has signed in before is not asked for a way again."""
    serve_entra(1)
    assert run("plan", mfa_sheet(1), "--auth", "device-code").code == 0
    monkeypatch.setenv("PATH", "")

    said = run("plan", mfa_sheet(1))

    assert said.code == 0
    assert "Signed in by interactive: user ada@contoso.example" in said.err


def test_what_is_kept_is_for_its_owner_only_and_logout_removes_it(run: Run, serve_entra: Serve, tmp_path: Path) -> None:
    """Folder 0700, file 0600; after logout the person is asked again."""
    serve_entra(1)
    run("plan", mfa_sheet(1), "--auth", "device-code")
    kept = tmp_path / "cache" / "sign-in.bin"

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (kept.parent, kept)]
    out = run("logout")

    assert modes == [0o700, 0o600]
    assert "Signed out" in out.out
    assert list(kept.parent.iterdir()) == []
    assert "Nobody was signed in" in run("logout").out
    assert "SIMU-LATE" in run("plan", mfa_sheet(1), "--auth", "device-code").err


def test_a_kept_sign_in_that_no_longer_holds_asks_again(run: Run, serve_entra: Serve) -> None:
    """A refresh token that was withdrawn, and an access token that has ended."""
    graph = serve_entra(1, app=Registration(lives=1.0))
    run("plan", mfa_sheet(1), "--auth", "device-code")
    graph.entra.grants.forget()

    said = run("plan", mfa_sheet(1), "--auth", "device-code")

    assert said.code == 0
    assert "SIMU-LATE" in said.err


def test_a_sign_in_that_entra_refuses_is_3(run: Run, serve_entra: Serve) -> None:
    """An app that allows no public client, and a second factor that a code cannot give."""
    serve_entra(1, app=Registration(public_client=False))
    closed = run("plan", mfa_sheet(1), "--auth", "device-code")
    serve_entra(1, app=Registration(demands_claims=True))
    factor = run("plan", mfa_sheet(1), "--auth", "device-code")

    assert (closed.code, factor.code) == (3, 3)
    assert "AADSTS7000218" in closed.err
    assert "allow public client flows" in closed.err
    assert "AADSTS50076" in factor.err


def test_the_browser_signs_a_person_in(serve_entra: Serve, tmp_path: Path) -> None:
    """A process of its own, whose browser follows the redirect and posts the answer to the local listener."""
    graph = serve_entra(1)
    browser = f"{sys.executable} {STAND_INS / 'browser.py'} %s &"
    words = [sys.executable, "-m", "bulkpatch", "apply", str(mfa_sheet(1)), "--yes", "--auth", "interactive"]

    done = subprocess.run(
        words, env={**os.environ, "BROWSER": browser}, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Sign in in the browser that opens now" in done.stderr
    assert "Signed in by interactive: user ada@contoso.example" in done.stderr
    assert graph.trusts_mfa(0) is True


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], list[str]]]:
    """Put a stand-in `az` on PATH that says what it is told; gives back what it was asked."""

    def install(**told: Any) -> Callable[[], list[str]]:
        folder, log = tmp_path / "bin", tmp_path / "asked.json"
        folder.mkdir(exist_ok=True)
        program = folder / "az"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_INS / "az.py"} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        (tmp_path / "az.json").write_text(json.dumps({"log": str(log), **told}), encoding="utf-8")
        monkeypatch.setenv("AZ_STAND_IN", str(tmp_path / "az.json"))
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return lambda: list(json.loads(log.read_text(encoding="utf-8")))

    return install


@pytest.mark.parametrize("newer", [True, False], ids=["with expires_on", "with local time only"])
def test_an_az_login_signs_in(run: Run, serve_entra: Serve, az: Callable[..., Any], newer: bool) -> None:
    """Auto finds it; the CLI is asked for Graph's token in our tenant."""
    graph = serve_entra(1)
    ends = time.time() + 3600
    answer: dict[str, Any] = {"accessToken": graph.entra.tokens.issue(person=True), "tokenType": "Bearer"}
    answer |= {"expires_on": int(ends)} if newer else {"expiresOn": str(datetime.fromtimestamp(ends))}  # noqa: DTZ006
    asked = az(out=json.dumps(answer))

    said = run("apply", mfa_sheet(1), "--yes")

    assert said.code == 0, said.err
    assert "Signed in by azure-cli: user ada@contoso.example" in said.err
    tenant = ["--tenant", graph.entra.registration.tenant]
    words = ["account", "get-access-token", "--resource", "https://graph.microsoft.com", "--output", "json"]
    assert asked() == [*words, *tenant]


def test_an_az_that_cannot_help_says_why(
    run: Run, serve_entra: Serve, az: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody logged in, an answer that is none, no CLI at all."""
    serve_entra(1)
    sheet, words = mfa_sheet(1), ("--auth", "azure-cli")
    az(code=1, err="WARNING: old\nERROR: Please run 'az login' to setup account.\n")
    nobody = run("plan", sheet, *words)
    az(out="not json")
    garbled = run("plan", sheet, *words)
    monkeypatch.setenv("PATH", "")
    absent = run("plan", sheet, *words)

    assert [nobody.code, garbled.code, absent.code] == [3, 3, 3]
    assert "az refused: Please run 'az login' to setup account." in nobody.err
    assert "an answer without a token" in garbled.err
    assert "The Azure CLI (az) is not installed." in absent.err


def test_nothing_configured_names_the_ways(run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, and what to set."""
    serve_entra(1)
    monkeypatch.setenv("PATH", "")

    said = run("plan", mfa_sheet(1))

    assert said.code == 3
    assert "No way to sign in is configured" in said.err
    assert "--auth device-code" in said.err

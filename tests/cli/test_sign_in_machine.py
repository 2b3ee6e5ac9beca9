"""A machine's managed identity signs in: the endpoint is a process, as it is on Azure."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Said, Served, mfa_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
STAND_IN = Path(__file__).parent.parent / "stand_ins" / "managed_identity.py"
HEADER = "the-identity-header-4711"


class Machine:
    """A machine with an identity."""

    def __init__(self, folder: Path) -> None:
        self._answer, self._log = folder / "identity.json", folder / "asked.jsonl"
        words = [sys.executable, str(STAND_IN), str(self._answer), str(self._log)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def has(self, token: str, **identity: str) -> None:
        told = {"token": token, "identity": identity, "header": HEADER}
        self._answer.write_text(json.dumps(told), encoding="utf-8")

    @property
    def asked(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Its endpoint ends with the test."""
    machine = Machine(tmp_path)
    yield machine
    machine.process.terminate()
    machine.process.communicate(timeout=10)


@pytest.fixture
def app_service(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The environment of App Service and Functions."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{machine.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)
    return machine


def test_the_systems_identity_signs_in(
    run: Run, serve_entra: Serve, app_service: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Auto sees that it runs on Azure; no id is asked for."""
    graph = serve_entra(1)
    monkeypatch.delenv("AZURE_CLIENT_ID")
    app_service.has(graph.entra.tokens.issue(person=False))

    said = run("apply", mfa_sheet(1), "--yes")

    assert said.code == 0, said.err
    assert "Signed in by managed-identity: app bulkpatch rollout" in said.err
    assert graph.trusts_mfa(0) is True
    assert [asked["resource"] for asked in app_service.asked] == ["https://graph.microsoft.com"]


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        (("--client-id", "c-1"), {"client_id": "c-1"}),
        (("--identity-object-id", "o-1"), {"object_id": "o-1"}),
        (("--identity-resource-id", "/subscriptions/s/r-1"), {"mi_res_id": "/subscriptions/s/r-1"}),
    ],
)
def test_an_assigned_identity_is_named_by_any_of_its_ids(
    run: Run,
    serve_entra: Serve,
    app_service: Machine,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, str],
    identity: dict[str, Any],
) -> None:
    """Client, object or resource id."""
    graph = serve_entra(1)
    monkeypatch.delenv("AZURE_CLIENT_ID")
    app_service.has(graph.entra.tokens.issue(person=False), **identity)

    assert run("plan", mfa_sheet(1), *words).code == 0


def test_the_vms_endpoint_signs_in(
    run: Run, serve_entra: Serve, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual machine has another address and another dialect."""
    graph = serve_entra(1)
    monkeypatch.delenv("AZURE_CLIENT_ID")
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", machine.url)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    machine.has(graph.entra.tokens.issue(person=False))

    said = run("plan", mfa_sheet(1), "--auth", "managed-identity")

    assert said.code == 0, said.err
    assert [asked["path"] for asked in machine.asked] == ["/metadata/identity/oauth2/token"]


def test_an_identity_that_is_not_there_is_3(
    run: Run, serve_entra: Serve, app_service: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong id, two ids, and a machine without any endpoint."""
    graph = serve_entra(1)
    sheet, words = mfa_sheet(1), ("--auth", "managed-identity")
    app_service.has(graph.entra.tokens.issue(person=False), client_id="another")
    wrong = run("plan", sheet, *words)
    two = run("plan", sheet, *words, "--identity-object-id", "o-1")
    monkeypatch.delenv("IDENTITY_ENDPOINT")
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    nowhere = run("plan", sheet, *words)

    assert [wrong.code, two.code, nowhere.code] == [3, 2, 3]
    assert "Identity not found" in wrong.err
    assert "A managed identity has one id" in two.err
    assert "Nothing answers at the managed identity endpoint of this machine" in nowhere.err
    assert HEADER not in wrong.all + nowhere.all

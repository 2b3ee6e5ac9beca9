"""Nothing that is secret is ever written: not on a terminal, not in a log, a journal, a report or a plan."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bulkpatch.simulator import Fault, faults
from bulkpatch.simulator.signin import Registration
from tests.cli.conftest import SECRET, Said, Served, mfa_sheet, tenant, write_sheet
from tests.cli.test_sign_in_app import PASSWORD, assertion, certificate_of, federated, in_pem

Run = Callable[..., Said]
Serve = Callable[..., Served]

EVERY_FAULT = {name: fault for name, fault in vars(faults).items() if isinstance(fault, Fault)}


class Told:
    """Everything that was said and written, to be searched."""

    def __init__(self, folder: Path, keeps: Path) -> None:
        self._folder = folder
        self._keeps = keeps
        self._said: list[str] = []

    def take(self, said: Said) -> Said:
        self._said.append(said.all)
        return said

    @property
    def everything(self) -> str:
        files = [path for path in self._folder.rglob("*") if path.is_file() and self._keeps not in path.parents]
        return "\n".join([*self._said, *(path.read_bytes().decode("latin-1") for path in files)])

    def must_not_hold(self, *secrets: str) -> None:
        text = self.everything
        assert len(text) > 100
        for secret in secrets:
            for form in (secret, base64.b64encode(secret.encode()).decode(), secret[:24]):
                assert form not in text


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "work", keeps=tmp_path / "cache")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def issued(graph: Served) -> list[str]:
    """Every token that was given out."""
    return graph.entra.tokens.given


@pytest.mark.parametrize("name", [*EVERY_FAULT, "none"])
def test_no_fault_makes_a_command_tell_a_secret(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, told: Told, name: str
) -> None:
    """Each fault on each kind of request, at -vv; then the whole round of commands on what is left."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    graph = serve_entra(4)
    if name != "none":
        graph.simulator.script(EVERY_FAULT[name], method="PATCH", times=2)
        graph.simulator.script(EVERY_FAULT[name], method="GET", endpoint="partner", times=1)
    sheet, words = mfa_sheet(4), ("-vv", "--timeout", "0.3", "--max-attempts", "2")

    told.take(run("apply", sheet, "--yes", "--quota", "off", *words))
    folder = next(Path("reports").iterdir())
    told.take(run("rerun", folder, "--yes", "-vv"))
    told.take(run("report", folder))
    told.take(run("undo", folder, "--yes", "-vv"))
    told.take(run("plan", sheet, "--save", "plan.json", "-vv"))
    told.take(run("verify", sheet, "--window", "0", "-vv"))
    told.take(run("doctor", "-vv"))

    assert issued(graph)
    told.must_not_hold(SECRET, *issued(graph))


def test_no_refused_sign_in_tells_the_credential(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    """Wrong secrets, locked keys, assertions that do not match, a server that fails or echoes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    sheet = mfa_sheet(1)
    graph = serve_entra(1, app=Registration(secret="another"))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    graph.entra.echoes = True
    assert told.take(run("plan", sheet, "-vv")).code == 3
    graph.entra.failures += [500] * 9
    assert told.take(run("plan", sheet, "-vv")).code == 3
    monkeypatch.delenv("AZURE_CLIENT_SECRET")

    keep = Path("../cache")
    keep.mkdir()
    (keep / "app.pem").write_bytes(in_pem(key, certificate_of(key), PASSWORD))
    for password in (PASSWORD.decode(), "wr0ng-passw0rd"):
        monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", password)
        assert told.take(run("plan", sheet, "--certificate", keep / "app.pem", "-vv")).code == 3

    serve_entra(1, app=federated(key))
    shown = assertion(key, sub="another")
    (keep / "token").write_text(shown, encoding="utf-8")
    assert told.take(run("plan", sheet, "--federated-token-file", keep / "token", "-vv")).code == 3

    private = in_pem(key, certificate_of(key)).decode().split("PRIVATE KEY-----")[1][:64]
    told.must_not_hold(SECRET, PASSWORD.decode(), "wr0ng-passw0rd", shown, private)


def test_a_crash_tells_no_secret_even_with_its_traceback(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    """BULKPATCH_DEBUG shows where, not what."""
    import traceback

    from bulkpatch.graph.client import GraphClient

    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr(GraphClient, "send", broken)
    with pytest.raises(ZeroDivisionError) as caught:
        run("plan", mfa_sheet(1), "-vv")
    text = "".join(traceback.format_exception(caught.value))

    assert not any(secret in text for secret in (SECRET, *issued(graph)))


def test_run_folders_and_plans_are_for_their_owner_only(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders 0700, everything in them 0600."""
    serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    run("apply", mfa_sheet(1), "--yes")
    run("plan", mfa_sheet(1), "--save", "plan.json")
    folder = next(Path("reports").iterdir())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (*folder.iterdir(), Path("plan.json"))}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}, modes


def test_a_wrong_token_in_a_sheet_is_not_taken_for_ours(run: Run, serve_entra: Serve) -> None:
    """Whatever stands in a cell is shown as a cell; nothing of the environment is mixed in."""
    serve_entra(1)
    sheet = write_sheet("a.csv", "tenantId,Trust MFA", f"{tenant(0)},$AZURE_CLIENT_SECRET")

    said = run("validate", sheet)

    assert "$AZURE_CLIENT_SECRET" in said.all
    assert SECRET not in said.all

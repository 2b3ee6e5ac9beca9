"""The command line as a person meets it: a simulator on a real socket, a sheet on disk, an exit code, two streams."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bulkpatch.cli import app
from bulkpatch.errors import BulkpatchError
from bulkpatch.simulator import Behaviour, Simulator, Store
from bulkpatch.simulator.signin import Registration, SignInServer

TOKEN = "simulated-token"
SECRET = "s3cret~of.the-app_Q8Z"


def tenant(number: int) -> str:
    """A tenant id for the row with *number*, always the same."""
    return str(uuid.UUID(int=0x90E29127_71AD_49C7_9CE8_DB3F41EA0000 + number, version=4))


@dataclass(frozen=True)
class Said:
    """What one call of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def flat(self) -> str:
        """Everything, on one line, however it was wrapped."""
        return " ".join(self.all.split())

    @property
    def all(self) -> str:
        return self.out + self.err


class Served:
    """A simulator in a thread of its own, as a server is."""

    def __init__(self, behaviour: Behaviour, tenants: range, *, entra: SignInServer | None = None) -> None:
        self.entra = entra or SignInServer()
        self._signs_in = entra is not None
        self.store = Store()
        for number in tenants:
            self.store.add(tenant(number))
        self.simulator = Simulator(behaviour, self.store, tokens=entra.tokens if entra else None)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with AsyncExitStack() as stack:
            if self._signs_in:
                await stack.enter_async_context(self.entra)
            await stack.enter_async_context(self.simulator)
            self._ready.set()
            await self._stop.wait()

    def __enter__(self) -> Served:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return self.simulator.url

    @property
    def writes(self) -> list[Any]:
        return [exchange for exchange in self.simulator.requests if exchange.method != "GET"]

    def trusts_mfa(self, number: int) -> Any:
        return (self.store.partners[tenant(number)]["inboundTrust"] or {}).get("isMfaAccepted")


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start simulators; they end with the test."""
    started: list[Served] = []

    def start(tenants: int = 5, *, entra: SignInServer | None = None, **behaviour: Any) -> Served:
        served = Served(Behaviour(**behaviour), range(tenants), entra=entra).__enter__()
        started.append(served)
        return served

    yield start
    for served in started:
        served.__exit__()


@pytest.fixture
def serve_entra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start a Graph with Entra's sign-in before it, and point the environment at both; they end with the test."""
    started: list[Served] = []

    def start(tenants: int = 5, *, app: Registration | None = None, **behaviour: Any) -> Served:
        entra = SignInServer(app or Registration(secret=SECRET))
        served = Served(Behaviour(**behaviour), range(tenants), entra=entra).__enter__()
        started.append(served)
        ca = tmp_path / "ca.pem"
        ca.write_bytes(entra.authority.pem)
        monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN", raising=False)
        told = {
            "SSL_CERT_FILE": str(ca),
            "AZURE_AUTHORITY_HOST": entra.url,
            "AZURE_TENANT_ID": entra.registration.tenant,
            "AZURE_CLIENT_ID": entra.registration.client_id,
            "BULKPATCH_GRAPH_URL": served.url,
        }
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        return served

    yield start
    for served in started:
        served.__exit__()


@pytest.fixture(autouse=True)
def _at_a_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, a token, no colour, and no settings of whoever runs the tests."""
    foreign = ("AZURE_", "BULKPATCH_", "IDENTITY_", "MSI_", "IMDS_", "SSL_CERT_", "REQUESTS_CA_")
    for name in list(os.environ):
        if name.startswith(foreign) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))  # the lock of a home tenant is the machine's
    monkeypatch.setenv("BULKPATCH_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def run() -> Callable[..., Said]:
    """Call `bulkpatch` as the shell would."""

    def call(*words: object) -> Said:
        runner = CliRunner()
        result = runner.invoke(app, [str(word) for word in words], prog_name="bulkpatch")
        if isinstance(result.exception, BulkpatchError):  # what bulkpatch.cli.run does with it
            from bulkpatch.cli.screen import show_error

            with runner.isolation() as streams:
                show_error(result.exception)
                said = streams[1].getvalue().decode()
            return Said(int(result.exception.exit_code), result.stdout, result.stderr + said)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


def write_sheet(path: str, header: str, *rows: str) -> Path:
    """Write a CSV of *header* and *rows*; `{n}` in a row is the id of tenant n."""
    lines = [header, *rows]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Path(path)


def mfa_sheet(tenants: int, *, value: str = "true") -> Path:
    """A sheet that wants MFA trusted for the first *tenants* tenants."""
    return write_sheet("partners.csv", "tenantId,Trust MFA", *(f"{tenant(n)},{value}" for n in range(tenants)))


def only_run(reports: str = "reports") -> Path:
    """The newest run's folder."""
    return max(Path(reports).iterdir(), key=lambda folder: folder.stat().st_mtime_ns)


def report_of(folder: Path) -> list[dict[str, str]]:
    """The rows of report.csv."""
    with (folder / "report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

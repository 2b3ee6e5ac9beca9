"""The command line as a person meets it: a simulator on a real socket, a sheet on disk, an exit code, two streams."""

from __future__ import annotations

import asyncio
import csv
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bulkpatch.cli import app
from bulkpatch.errors import BulkpatchError
from bulkpatch.simulator import Behaviour, Simulator, Store

TOKEN = "simulated-token"


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
    def all(self) -> str:
        return self.out + self.err


class Served:
    """A simulator in a thread of its own, as a server is."""

    def __init__(self, behaviour: Behaviour, tenants: range) -> None:
        self.store = Store()
        for number in tenants:
            self.store.add(tenant(number))
        self.simulator = Simulator(behaviour, self.store)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with self.simulator:
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

    def start(tenants: int = 5, **behaviour: Any) -> Served:
        served = Served(Behaviour(**behaviour), range(tenants)).__enter__()
        started.append(served)
        return served

    yield start
    for served in started:
        served.__exit__()


@pytest.fixture(autouse=True)
def _at_a_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, a token, no colour, and no settings of whoever runs the tests."""
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

"""What the benchmarks share: tenants and sheets, clients as processes, the machine's description, tables."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import uuid
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / ".peers" / "bin" / "python"


def tenants(count: int) -> list[str]:
    """Tenant ids, always the same."""
    return [str(uuid.UUID(int=n + 1, version=4)) for n in range(count)]


def write_sheet(folder: Path, ids: Sequence[str]) -> Path:
    """A sheet that trusts the MFA of all *ids*; the file of bare ids stands beside it."""
    (folder / "ids").write_text("\n".join(ids), encoding="utf-8")
    sheet = folder / "sheet.csv"
    sheet.write_text("tenantId,Trust MFA\n" + "".join(f"{t},yes\n" for t in ids), encoding="utf-8")
    return sheet


def bulkpatch(folder: Path, url: str, *options: str) -> subprocess.Popen[bytes]:
    """Start a rollout of the sheet in *folder*, with its journal and its reports, as any user would."""
    words = ["apply", str(folder / "sheet.csv"), "--yes", "--json", "--graph-url", url, "--report-dir", str(folder)]
    environment = {**os.environ, "BULKPATCH_ACCESS_TOKEN": "token"}
    return subprocess.Popen(
        [sys.executable, "-m", "bulkpatch", *words, *options], env=environment, stdout=subprocess.PIPE
    )


def peer(name: str, folder: Path, url: str, *, at_a_time: int) -> subprocess.Popen[bytes]:
    """Start one of the other clients in the peers' own environment."""
    words = [name, "--url", url, "--tenants", str(folder / "ids"), "--at-a-time", str(at_a_time)]
    return subprocess.Popen([PEERS, HERE / "peers" / "client.py", *words], stdout=subprocess.PIPE)


def need_peers() -> None:
    """Make the peers' environment where it is missing."""
    if PEERS.exists():
        return
    print("Preparing the peers' environment (once) ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", HERE / ".peers"], check=True)
    install = [PEERS, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", HERE / "peers" / "requirements.txt"], check=True)


def machine() -> str:
    """One line: processor, cores, memory, operating system, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "pandas"))
    return (f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
            f"Python {platform.python_version()}, {libraries}")  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())

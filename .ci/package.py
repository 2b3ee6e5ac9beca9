"""Proves the package as a stranger meets it: `make package`.

Builds wheel and sdist; looks what is in them; installs the wheel with nothing but what it declares, by hash, into an
environment of its own; runs every command there, from another folder. Then `pip install .` and `pipx install .`.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LEAVE = ("PYTHON", "PIP_REQUIRE", "VIRTUAL_ENV", "AZURE_", "BULKPATCH_", "IDENTITY_", "MSI_", "IMDS_", "SSL_CERT_",
         "REQUESTS_CA_", "COVERAGE")  # fmt: skip
"""Beginnings of names that no environment of ours hands on."""


class Broken(Exception):
    """The package is not as it must be."""


def require(holds: object, what: str) -> None:
    """Raise Broken, saying *what*, when it does not hold."""
    if not holds:
        raise Broken(what)


def run(*words: object, cwd: Path, env: Mapping[str, str], code: int = 0) -> str:
    """Run a program and give what it said; raises Broken when it ends with another *code*."""
    done = subprocess.run(  # noqa: S603 - ours
        [str(word) for word in words], cwd=cwd, env=dict(env), capture_output=True, text=True, timeout=300, check=False
    )
    told = " ".join(str(word) for word in words[1:])
    require(done.returncode == code, f"{told}: ended with {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done.stdout


def tell(began: float, text: str) -> None:
    """Say how far it is."""
    sys.stdout.write(f"{time.monotonic() - began:5.1f} s  {text}\n")
    sys.stdout.flush()


def copy_of_sources(to: Path) -> Path:
    """What git knows or would add: what a fresh clone has."""
    listed = subprocess.run(  # noqa: S603 - git
        [shutil.which("git") or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def build(source: Path, to: Path, *targets: str) -> None:
    """Build with hatchling, as a front end would."""
    chosen = [word for target in targets for word in ("-t", target)]
    run(sys.executable, "-m", "hatchling", "build", "-d", to, *chosen, cwd=source, env=clean_environment(to))


def clean_environment(home: Path) -> dict[str, str]:
    """An environment of a stranger, whose home is *home*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEAVE)}
    return {**kept, "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "120", "XDG_RUNTIME_DIR": str(home / "runtime"),
            "BULKPATCH_CACHE_DIR": str(home / "kept")}  # fmt: skip


def look_into(wheel: Path, sdist: Path, source: Path) -> None:
    """The wheel holds the package and its description; the sdist what a wheel is made of."""
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    wanted = {str(path.relative_to(source)) for path in (source / "bulkpatch").rglob("*") if path.is_file()}
    about = {name for name in inside if re.match(r"bulkpatch-[\w.]+\.dist-info/", name)}
    require(inside - about == wanted, f"the wheel differs from bulkpatch/: {sorted((inside - about) ^ wanted)}")
    require("bulkpatch/py.typed" in inside, "the wheel has no py.typed")
    require(any(name.endswith("/licenses/LICENSE") for name in about), "the wheel has no licence")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    require(wanted | {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= names, "the sdist lacks a file")


def same_wheel_from(sdist: Path, wheel: Path, at: Path) -> None:
    """What is built of the sdist is what was built of the sources."""
    with tarfile.open(sdist) as packed:
        packed.extractall(at, filter="data")
    (unpacked,) = at.glob("bulkpatch-*")
    build(unpacked, at / "dist", "wheel")
    hashes = [{entry.filename: entry.CRC for entry in zipfile.ZipFile(path).infolist()}
              for path in (wheel, at / "dist" / wheel.name)]  # fmt: skip
    require(hashes[0] == hashes[1], "the wheel of the sdist differs from the wheel of the sources")


def needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """What a package needs here, as its metadata says."""
    try:
        declared = requires(name) or []
    except PackageNotFoundError:
        declared = []
    for requirement in map(Requirement, declared):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            yield str(canonicalize_name(requirement.name)), frozenset(requirement.extras)


def runtime_view(constraints: Path) -> dict[str, str]:
    """The entries of *constraints* that bulkpatch needs to run, each with its hashes, by name."""
    text = constraints.read_text(encoding="utf-8").replace("\\\n", " ")
    pinned: dict[str, str] = {}
    for line in text.splitlines():  # a package stands there twice when its version depends on Python's
        name = str(canonicalize_name(line.split("==")[0]))
        pinned[name] = f"{pinned[name]}\n{line}" if name in pinned else line
    found: dict[str, str] = {}
    todo = list(needed("bulkpatch"))
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        require(one[0] in pinned, f"{one[0]} is needed and not in constraints.txt")
        found[one[0]] = pinned[one[0]]
        todo += needed(*one)
    return found


def install(wheel: Path, home: Path, env: Mapping[str, str]) -> Path:
    """Install *wheel* with what it needs and nothing else, everything by hash; give the folder of its programs."""
    view = runtime_view(ROOT / "constraints.txt")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wanted = home / "runtime.txt"
    wanted.write_text("\n".join([*view.values(), f"{wheel} --hash=sha256:{digest}"]) + "\n", encoding="utf-8")
    venv.create(home / "env", with_pip=True)
    programs = home / "env" / "bin"
    python = programs / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "install", "--no-compile", "--require-hashes", "--only-binary", ":all:", "-r", wanted, cwd=home, env=env)
    run(*pip, "check", cwd=home, env=env)
    installed = run(python, "-m", "pip", "list", "--format=freeze", cwd=home, env=env).splitlines()
    names = {str(canonicalize_name(line.split("==")[0])) for line in installed}
    beside = names - set(view) - {"bulkpatch", "pip", "setuptools"}
    require(not beside, f"installed beside what is declared: {sorted(beside)}")
    return programs


COMMANDS: tuple[tuple[int, str], ...] = (
    (0, "--version"),
    (0, "columns"),
    (0, "explain"),
    (0, "explain Request_BadRequest"),
    (0, "template -o form.xlsx"),
    (0, "template -o form.csv"),
    (0, "validate partners.csv"),
    (0, "validate partners.xlsx"),
    (2, "validate bad.csv --mark"),
    (0, "plan partners.csv --simulate --save rehearsed.json"),
    (0, "plan partners.xlsx --simulate -o plan.html"),
    (0, "plan partners.xlsx --simulate -o plan.xlsx"),
    (0, "plan partners.csv --simulate --format md"),
    (0, "apply partners.csv --simulate --latency 0 --yes --report-dir rehearsal"),
    (0, "apply partners.xlsx --simulate --latency 0 --yes --report-dir rehearsal"),
    (0, "report {rehearsal}"),
    (0, "report {rehearsal} --format junit"),
    (0, "rerun {rehearsal}"),
    (0, "diff partners.csv partners.xlsx"),
    (0, "logout"),
)
"""What needs nothing but the machine."""

SERVED: tuple[tuple[int, str], ...] = (
    (0, "doctor"),
    (0, "diff partners.csv live"),
    (1, "verify partners.csv --window 0"),
    (0, "plan partners.xlsx --save plan.json"),
    (0, "apply plan.json --yes"),
    (0, "verify partners.csv --window 0"),
    (0, "export -o live.xlsx"),
    (0, "export -o live.csv"),
    (0, "plan live.xlsx"),
    (0, "rerun {reports} --yes"),
    (0, "undo {reports} --yes"),
)
"""What needs a Graph: that of `bulkpatch simulate`."""


def newest(folder: Path) -> str:
    """The run that was made last in *folder*; nothing when there is none."""
    runs = sorted(folder.glob("*/journal.jsonl"), key=lambda journal: journal.stat().st_mtime_ns)
    return str(runs[-1].parent) if runs else ""


def command(programs: Path, line: str, desk: Path, env: Mapping[str, str], code: int) -> str:
    """Run one command line in the folder *desk*."""
    places = {name: newest(desk / name) for name in ("reports", "rehearsal")}
    return run(programs / "bulkpatch", *line.format(**places).split(), cwd=desk, env=env, code=code)


@contextmanager
def serving(programs: Path, desk: Path, env: Mapping[str, str]) -> Iterator[str]:
    """`bulkpatch simulate` while the block runs: gives its address, and must end well when it is told to."""
    words = [str(programs / "bulkpatch"), "simulate", "--partners", "partners.csv", "--latency", "0"]
    with subprocess.Popen(words, cwd=desk, env=dict(env), stdout=subprocess.PIPE, text=True) as graph:  # noqa: S603 - ours
        first = graph.stdout.readline() if graph.stdout else ""
        found = re.search(r"http://\S+", first)
        try:
            require(found, f"simulate does not say where it is: {first!r}")
            yield found[0] if found else ""
        finally:
            graph.send_signal(signal.SIGINT)
        require(graph.wait(timeout=20) == 0, f"simulate ended with {graph.returncode}")


def run_every_command(programs: Path, desk: Path, env: Mapping[str, str]) -> int:
    """Run them all from *desk*; give their number."""
    for name in ("partners.csv", "partners.xlsx"):
        shutil.copy2(ROOT / "inputs" / name, desk / name)
    (desk / "bad.csv").write_text("tenantId,Trust MFA\nnot-a-tenant,maybe\n", encoding="utf-8")
    asked = "from bulkpatch.cli.commands import COMMANDS; print(*COMMANDS)"
    names = set(run(programs / "python", "-c", asked, cwd=desk, env=env).split())
    proven = {line.split()[0] for _, line in (*COMMANDS, *SERVED)} | {"simulate"}
    require(names <= proven, f"commands that this does not run: {sorted(names - proven)}")
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda name: command(programs, f"{name} --help", desk, env, 0), sorted(names)))
    for code, line in COMMANDS:
        command(programs, line, desk, env, code)
    with serving(programs, desk, env) as url:
        at_graph = {**env, "BULKPATCH_GRAPH_URL": url, "BULKPATCH_ACCESS_TOKEN": "any"}
        for code, line in SERVED:
            command(programs, line, desk, at_graph, code)
    return len(names) + len(COMMANDS) + len(SERVED) + 1


def pinned_versions(home: Path) -> dict[str, str]:
    """An environment in which pip takes the pinned versions: a folder has no hash, so theirs cannot be asked for."""
    entries = "\n".join(runtime_view(ROOT / "constraints.txt").values()).splitlines()
    versions = home / "versions.txt"
    versions.write_text("".join(entry.split(" --hash")[0] + "\n" for entry in entries), encoding="utf-8")
    return {"PIP_CONSTRAINT": str(versions), "PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def plain_pip(source: Path, home: Path, env: Mapping[str, str]) -> None:
    """`pip install .`, as README says it."""
    venv.create(home / "env", with_pip=True)
    own = {**env, **pinned_versions(home)}
    run(home / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", ".", cwd=source, env=own)
    run(home / "env" / "bin" / "bulkpatch", "--help", cwd=home, env=env)


def plain_pipx(source: Path, home: Path, env: Mapping[str, str]) -> None:
    """`pipx install .`, in a home of its own."""
    pipx = ROOT / ".venv-tools" / "bin" / "pipx"
    places = {"PIPX_HOME": "pipx", "PIPX_BIN_DIR": "bin", "PIPX_MAN_DIR": "man"}
    own = {
        **env,
        **pinned_versions(home),
        "PIPX_DEFAULT_BACKEND": "pip",
        **{name: str(home / place) for name, place in places.items()},
    }
    run(pipx, "install", "--quiet", "--python", sys.executable, ".", cwd=source, env=own)
    run(home / "bin" / "bulkpatch", "--help", cwd=home, env=own)


def prove(at: Path) -> None:
    """Everything, in the empty folder *at*; raises Broken."""
    began = time.monotonic()
    folders = {name: at / name for name in ("source", "dist", "again", "home", "desk", "pip", "pipx")}
    for folder in folders.values():
        folder.mkdir()
    env = clean_environment(folders["home"])
    source = copy_of_sources(folders["source"])
    build(source, folders["dist"], "sdist", "wheel")
    (wheel,), (sdist,) = folders["dist"].glob("*.whl"), folders["dist"].glob("*.tar.gz")
    look_into(wheel, sdist, source)
    same_wheel_from(sdist, wheel, folders["again"])
    tell(began, f"{wheel.name} holds the package and nothing else; so does what is built of {sdist.name}")
    with ThreadPoolExecutor(2) as beside:  # they mostly wait: for the network, for the disk
        other = copy_of_sources(folders["again"] / "source")
        ways = {
            "pip install .": beside.submit(plain_pip, source, folders["pip"], env),
            "pipx install .": beside.submit(plain_pipx, other, folders["pipx"], env),
        }
        programs = install(wheel, folders["home"], env)
        tell(began, f"installed by hash with {len(runtime_view(ROOT / 'constraints.txt'))} packages, none beside them")
        count = run_every_command(programs, folders["desk"], env)
        tell(began, f"{count} command lines ran from another folder, every command among them")
        for name, way in ways.items():
            way.result()
            tell(began, f"{name} works")


def main() -> int:
    """Prove it in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="bulkpatch-package-") as folder:
        try:
            prove(Path(folder).resolve())
        except Broken as exc:
            sys.stdout.write(f"The package is broken: {exc}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Coverage-guided fuzzing by atheris, for a bounded time: `make fuzz`.

    python tests/fuzz/run.py [--seconds N] [--target NAME]...

Each target runs in a process of its own, from its seeds on. Prints a table; exits with 1 when bytes were found for which
something does not hold, and says where they lie. atheris lives in an environment of its own.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".venv-fuzz"
TOOL = "atheris==3.0.0"
MOST_BYTES = 4096


def main() -> int:
    """Fuzz the targets that are named, or all of them."""
    if sys.argv[1:2] == ["--inside"]:  # before anything of ours is imported: it is instrumented on its way in
        return _fuzz(sys.argv[2], sys.argv[3:])
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20, help="for each target")
    parser.add_argument("--target", action="append", choices=TARGETS, default=[])
    told = parser.parse_args()
    _make_home()
    print(f"{'target':<10}{'executions':>12}{'a second':>10}{'features':>10}  result", flush=True)
    return max([_run(name, told.seconds) for name in told.target or TARGETS])


def _make_home() -> None:
    if (HOME / ".ready").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    pip = [str(HOME / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "constraints.txt")], check=True)
    subprocess.run([*pip, TOOL], check=True)
    (HOME / ".ready").touch()


def _run(name: str, seconds: int) -> int:
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory() as made:
        corpus, found = Path(made), ROOT / ".venv-fuzz" / "found"
        found.mkdir(exist_ok=True)
        for number, seed in enumerate(TARGETS[name].seeds()):
            (corpus / f"seed-{number}").write_bytes(seed)
        (corpus.parent / f"{corpus.name}.words").write_text("".join(f'"{w}"\n' for w in TARGETS[name].words))
        flags = [f"-max_total_time={seconds}", f"-artifact_prefix={found}/{name}-", f"-max_len={MOST_BYTES}",
                 f"-dict={corpus.parent / corpus.name}.words", "-print_final_stats=1", str(corpus)]  # fmt: skip
        done = subprocess.run(
            [str(HOME / "bin" / "python"), "-m", "tests.fuzz.run", "--inside", name, *flags],
            cwd=ROOT, capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
        (corpus.parent / f"{corpus.name}.words").unlink()
    said = done.stdout + done.stderr
    runs = int((re.findall(r"stat::number_of_executed_units:\s*(\d+)", said) or ["0"])[0])
    features = (re.findall(r"ft: (\d+)", said) or ["0"])[-1]
    where = re.findall(r"Test unit written to (\S+)", said)
    result = f"broken by {where[-1]}" if where else "holds" if not done.returncode and runs else "did not run"
    print(f"{name:<10}{runs:>12,}{runs / seconds:>10,.0f}{features:>10}  {result}", flush=True)
    if result != "holds":
        print(said[-3000:], file=sys.stderr)
    return int(result != "holds")


def _fuzz(name: str, flags: list[str]) -> int:
    import atheris

    with atheris.instrument_imports(include=["bulkpatch", "json", "csv", "email"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *flags], TARGETS[name].test)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())

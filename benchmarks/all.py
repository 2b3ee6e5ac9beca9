"""Run every benchmark and write what it printed into README.md beside this file.

python benchmarks/all.py [NAME...]
"""

from __future__ import annotations

import re
import subprocess
import sys
import time

from desk import HERE, machine, need_peers

SCRIPTS = ("throttle", "unthrottled", "latency", "journal", "scale", "startup")


def main() -> None:
    """Run those that are named, or all of them."""
    need_peers()
    names = sys.argv[1:] or list(SCRIPTS)
    for name in names:
        print(f"{name}.py ...", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, HERE / f"{name}.py"], check=True, stdout=subprocess.PIPE, text=True)
        print(done.stdout, flush=True)
        _write(name, f"```\n{done.stdout.rstrip()}\n```")
    _write("machine", f"{machine()}, {time.strftime('%Y-%m-%d', time.gmtime())}.")


def _write(name: str, text: str) -> None:
    page = HERE / "README.md"
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    told = page.read_text(encoding="utf-8")
    if begin not in told:
        raise SystemExit(f"README.md has no place for {name}.")
    page.write_text(
        re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", told, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()

"""Looks the pinned packages up in PyPI's list of known vulnerabilities: `make audit`.

Fails on what is found. A service that cannot be reached is said plainly, and is no failure: a machine without a way
out must still be able to pass the gate.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PINNED = ("constraints.txt", ".ci/tools.txt")
IGNORED: Mapping[str, str] = {}
"""Vulnerabilities that are known not to concern us: id → the reason, in words. An entry without one is refused."""

_SECONDS = 180
_NO_WAY_OUT = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "NameResolution", "Connection refused", "ProxyError",
               "SSLError", "Max retries", "ServiceError", "Name or service not known")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the service said."""

    found: tuple[str, ...]
    """One line per vulnerability."""
    known: int
    """Packages that the service knows."""
    unknown: tuple[str, ...]
    """Packages that it did not answer for."""


def read(answer: Mapping[str, Any]) -> Audited:
    """Read what `pip-audit --format json` prints."""
    packages = answer["dependencies"]
    found = tuple(
        f"{one['name']} {one['version']}: {vulnerability['id']}"
        f" ({', '.join(vulnerability.get('aliases', ())) or 'no other name'}),"
        f" mended in {', '.join(vulnerability.get('fix_versions', ())) or 'no version yet'}"
        for one in packages
        for vulnerability in one.get("vulns", ())
    )
    unknown = tuple(one["name"] for one in packages if "skip_reason" in one)
    return Audited(found=found, known=len(packages) - len(unknown), unknown=unknown)


def verdict(told: Audited) -> tuple[int, str]:
    """The exit code, and what to say."""
    if told.found:
        return 1, "Known vulnerabilities:\n  " + "\n  ".join(told.found)
    if not told.known:
        return 0, f"NOT AUDITED: the vulnerability service answers for none of {len(told.unknown)} packages from here."
    rest = f"; not answered for: {', '.join(told.unknown)}" if told.unknown else ""
    return 0, f"{told.known} packages audited, no known vulnerability{rest}."


def audit(file: str, program: Sequence[str]) -> tuple[int, str]:
    """Audit the packages pinned in *file*."""
    ignored = [word for name in IGNORED for word in ("--ignore-vuln", name)]
    words = [*program, "--requirement", file, "--require-hashes", "--disable-pip", "--format", "json",
             "--progress-spinner", "off", "--timeout", "15", *ignored]  # fmt: skip
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return 0, f"NOT AUDITED: the vulnerability service did not answer within {_SECONDS} s."
    if done.stdout.strip():
        return verdict(read(json.loads(done.stdout)))
    if any(sign in done.stderr for sign in _NO_WAY_OUT):
        return 0, "NOT AUDITED: the vulnerability service cannot be reached from here."
    return 2, f"pip-audit failed:\n{done.stderr[-2000:]}"


def main() -> int:
    """Audit every file of pinned packages; the worst end counts."""
    for name, reason in IGNORED.items():
        if not reason.strip():
            sys.stdout.write(f"{name} is ignored without a reason.\n")
            return 2
    program, worst = [str(Path(sys.executable).with_name("pip-audit"))], 0
    for file in PINNED:
        code, text = audit(file, program)
        sys.stdout.write(f"{file}: {text}\n")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())

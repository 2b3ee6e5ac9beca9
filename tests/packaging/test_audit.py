"""The audit fails on what is found, and says plainly when nobody could be asked."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "audit.py"), run_name="audit")

SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
UNKNOWN = {"name": "msal", "skip_reason": "Dependency not found on PyPI"}
BAD = {
    "name": "aiohttp",
    "version": "3.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3.1"], "description": ""}],
}


def stand_in(out: str, err: str, code: int) -> list[str]:
    """A program that says what pip-audit would."""
    script = f"import sys; sys.stdout.write({out!r}); sys.stderr.write({err!r}); sys.exit({code})"
    return [sys.executable, "-c", script]


@pytest.mark.parametrize(
    ("packages", "code", "text"),
    [
        ([SOUND], 0, "1 packages audited, no known vulnerability."),
        ([SOUND, UNKNOWN], 0, "1 packages audited, no known vulnerability; not answered for: msal."),
        ([UNKNOWN], 0, "NOT AUDITED: the vulnerability service answers for none of 1 packages from here."),
        ([UNKNOWN, BAD], 1, "Known vulnerabilities:\n  aiohttp 3.0: PYSEC-1 (CVE-1), mended in 3.1"),
    ],
)
def test_what_is_found_fails_and_what_is_not_known_is_said(packages: list[Any], code: int, text: str) -> None:
    """One line per vulnerability, with the version that mends it."""
    program = stand_in(json.dumps({"dependencies": packages, "fixes": []}), "", code)

    assert AUDIT["audit"]("constraints.txt", program) == (code, text)


def test_no_way_out_is_no_failure() -> None:
    """A gate must pass on a machine without a network."""
    program = stand_in("", "requests.exceptions.ConnectionError: Max retries exceeded", 1)

    code, text = AUDIT["audit"]("constraints.txt", program)

    assert (code, text) == (0, "NOT AUDITED: the vulnerability service cannot be reached from here.")


def test_any_other_failure_is_one() -> None:
    """An audit that did not take place for another reason is no audit."""
    assert AUDIT["audit"]("constraints.txt", stand_in("", "ValueError: broken", 1))[0] == 2


def test_nothing_is_ignored_without_a_reason() -> None:
    """Whoever ignores a vulnerability says why."""
    assert all(reason.strip() for reason in AUDIT["IGNORED"].values())

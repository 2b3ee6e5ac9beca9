"""One file that is easily misread, and the words that every family of them shares."""

from __future__ import annotations

from dataclasses import dataclass

A = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"
B = "3b1f7a52-0c4e-4d68-8f2a-5e9d6c7b8a01"
C = "c0ffee00-1234-4abc-9def-0123456789ab"
"""Three partners."""

USER = "11111111-2222-4333-8444-555555555555"
MFA = "Trust MFA"
SYNC = "User sync"


@dataclass(frozen=True, slots=True)
class Trap:
    """A file, and why it is one."""

    why: str
    content: bytes


def lines(*rows: str, end: str = "\n") -> str:
    """Rows as the text of a file."""
    return end.join((*rows, ""))

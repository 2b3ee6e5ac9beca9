"""At a terminal, a person is asked before anything is sent."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said, Served, mfa_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def typed(answer: str, *words: str) -> tuple[int, str]:
    """Run the command at a pseudo-terminal, type *answer* at its question; give exit code and what was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bulkpatch", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        shown = b""
        asked = False
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
            if not asked and (b"to send:" in shown or b"[y/n]" in shown):
                os.write(ours, answer.encode() + b"\n")
                asked = True
        os.close(ours)
        return process.wait(30), shown.decode(errors="replace")


@pytest.mark.parametrize(("answer", "sent"), [("3", True), ("y", False), ("2", False), ("", False)])
def test_what_loosens_wants_the_number_of_tenants_typed(serve: Serve, answer: str, sent: bool) -> None:
    """A habit of answering yes is not enough."""
    graph = serve(3)

    code, shown = typed(answer, "apply", str(mfa_sheet(3)), "--graph-url", graph.url)

    assert "type the number of tenants to send" in " ".join(shown.split())
    assert code == 0
    assert len(graph.writes) == (3 if sent else 0)
    assert ("Nothing was sent." in shown) is not sent


def test_what_does_not_loosen_is_confirmed_by_a_word(run: Run, serve: Serve) -> None:
    """Yes or no."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    before = len(graph.writes)

    code, shown = typed("y", "apply", str(mfa_sheet(2, value="false")), "--graph-url", graph.url)

    assert code == 0
    assert "[y/n]" in shown
    assert len(graph.writes) == before + 2


def test_without_a_terminal_nothing_is_sent_unasked(run: Run, serve: Serve) -> None:
    """Exit 2, and the way to say so in advance."""
    graph = serve(1)

    said = run("apply", mfa_sheet(1), "--graph-url", graph.url)

    assert said.code == 2
    assert "Add --yes to send" in said.err
    assert graph.writes == []
    assert not Path("reports").exists()

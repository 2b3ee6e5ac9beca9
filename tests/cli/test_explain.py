"""The catalogue of errors, asked for one or shown whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import bulkpatch
from bulkpatch.report.catalogue import ENTRIES, STATUSES
from tests.cli.conftest import Said

Run = Callable[..., Said]


@pytest.mark.parametrize("code", [*ENTRIES, *map(str, STATUSES), "partnernotfound"])
def test_every_entry_says_what_it_means_and_what_to_do(run: Run, code: str) -> None:
    """Cause, fix, whether a rerun helps, and how we know."""
    said = run("explain", code)

    assert said.code == 0
    for title in ("means", "do", "rerun", "source"):
        assert re.search(rf"^  {title} +\S", said.out, flags=re.MULTILINE)


def test_the_whole_catalogue_is_listed(run: Run) -> None:
    """One line each."""
    said = run("explain")

    assert all(name in said.out for name in (*ENTRIES, *map(str, STATUSES)))


def test_an_unknown_code_is_2_with_the_nearest(run: Run) -> None:
    """Or with the way to all of them."""
    near, far = run("explain", "Request_BadReqest"), run("explain", "Qwertyuiop")

    assert (near.code, far.code) == (2, 2)
    assert "Did you mean Request_BadRequest?" in near.err
    assert "lists all of them" in far.err


def test_a_refused_sign_in_is_explained_too(run: Run) -> None:
    """By its number; an unknown one says where to look."""
    known, unknown = run("explain", "aadsts7000222"), run("explain", "AADSTS1234567")

    assert "The client secret has expired." in known.out
    assert "login.microsoftonline.com/error?code=1234567" in unknown.flat


def test_every_code_that_this_program_makes_up_is_explained() -> None:
    """A code in a report can be looked up."""
    sources = Path(bulkpatch.__file__).parent
    rooms = [path for path in sources.rglob("*.py") if "simulator" not in path.parts]
    made_up = {code for path in rooms for code in re.findall(r'GraphError\(\s*code="(\w+)"', path.read_text("utf-8"))}

    assert "PartnerNotFound" in made_up
    assert sorted(made_up - set(ENTRIES)) == []

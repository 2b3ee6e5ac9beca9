"""Formulas are made harmless, and every text comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkpatch.report.defuse import defuse, restore

_NASTY = st.text(alphabet=st.sampled_from("'=+-@;\t\r\n ＝＋－＠\ufeffa1\"")) | st.text()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a", "  =1", "'=1", "' '=1"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    """Every way to begin a formula is met by one apostrophe."""
    assert defuse(text) == "'" + text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x; '\"=1", "x; '\"'=1"),
        ("a\n\n=1", "a\n\n'=1"),
        ("\n=1", "'\n'=1"),
        ("\t@a", "'\t'@a"),
        (";;+1;-2", ";;'+1;'-2"),
    ],
)
def test_a_formula_behind_a_semicolon_or_a_line_end_is_met_too(text: str, written: str) -> None:
    """Where lists are separated by semicolons, that is where the next cell begins."""
    assert defuse(text) == written


def test_a_long_text_costs_one_pass() -> None:
    """A cell of nothing but line ends is no attack on our time."""
    text = "\n" * 1_000_000

    assert restore(defuse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Contoso", "1=1", "O'Neill", "'quoted'", "' ", "a\n\nb; c;\td", "{90e29127}", "true"]
)
def test_harmless_text_is_left_alone(text: str) -> None:
    """Only what would run is touched, on the way out and on the way back."""
    assert defuse(text) == text
    assert restore(text) == text


@given(_NASTY)
@example("'=1")
@example("''=1")
@example("'")
def test_every_text_comes_back_as_it_was(text: str) -> None:
    """Restoring is the exact inverse."""
    assert restore(defuse(text)) == text


@given(_NASTY)
def test_nothing_defused_begins_like_a_formula(text: str) -> None:
    """What is written begins with none of the signs that a spreadsheet runs."""
    assert not defuse(text).lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))

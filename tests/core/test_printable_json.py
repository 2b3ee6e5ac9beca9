"""JSON that is printed or kept: nothing in it acts, and it says the same."""

from __future__ import annotations

import json
import sys
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from bulkpatch.model import printable_json

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text()), max_size=4))
@example({"\x7f\x9b": "\u202e\U000e0041\ud83d", "": "Müller\xa0→ 😀"})
def test_the_value_stays_the_same(value: object) -> None:
    """Escapes are JSON's own."""
    for indent in (None, 1):
        text = json.dumps(value, ensure_ascii=False, indent=indent)

        assert json.loads(printable_json(text)) == value


def test_every_character_that_acts_is_escaped_and_no_other() -> None:
    """All of Unicode, once."""
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable_json(json.dumps(every, ensure_ascii=False))

    assert not [c for c in shown if unicodedata.category(c) in UNSEEN]
    assert {"ü", "→", "😀", "\xa0", "漢"} <= set(shown)

"""A journal that breaks off anywhere still tells what it told."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkpatch.errors import SheetError
from bulkpatch.graph.reply import claims_of, read_reply, retry_after_seconds
from bulkpatch.journal import FILE_NAME, Journal, read_journal
from bulkpatch.model import Status
from bulkpatch.replay import replay

TENANT = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"


def _whole_journal(folder: Path) -> bytes:
    journal = Journal(folder / FILE_NAME)
    sheet = {"file": "s.csv", "name": "", "digest": "", "headerRow": 1}
    about = {"run": "r", "started": "2026-11-23T00:00:00Z", "options": {}, "parents": []}
    journal.append("run", format=1, **about, sheet=sheet, header=["tenantId"], rows=1)
    journal.append("row", row=2, origin=0, cells=[TENANT])
    patch = {"endpoint": "partner", "method": "PATCH", "body": {"inboundTrust": None}, "before": {}}
    journal.append("step", tenant=TENANT, rows=[2], fate="change", error=None, patches=[patch])
    journal.append("sending", tenant=TENANT, endpoint="partner", method="PATCH", body={}, clientRequestId="c")
    journal.append(
        "answered", tenant=TENANT, endpoint="partner", status=204, code="", requestId="q", clientRequestId="c"
    )
    journal.append("outcome", tenant=TENANT, rows=[2], status="succeeded", note="ü" * 40)
    asyncio.run(journal.sync())
    journal.close()
    return (folder / FILE_NAME).read_bytes()


def test_a_journal_that_has_not_all_rows_is_refused(tmp_path: Path) -> None:
    """A rerun of half the rows would lose the other half without a word."""
    whole = _whole_journal(tmp_path)
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(whole[: whole.index(b"\n") + 1])

    with pytest.raises(SheetError, match="cut off before its rows were written down"):
        replay(read_journal(cut))


def test_a_journal_cut_at_any_byte_replays(tmp_path: Path) -> None:
    """What was sent without an answer is unknown, what was not sent is not_sent, and nothing is claimed too early."""
    whole = _whole_journal(tmp_path)
    header = whole.index(b"\n") + 1 + whole[whole.index(b"\n") + 1 :].index(b"\n") + 1
    cut = tmp_path / "cut.jsonl"
    seen = []
    for length in range(header, len(whole) + 1):
        cut.write_bytes(whole[:length])
        seen.append(replay(read_journal(cut)).report.rows[0].outcome.status)

    in_order = list(dict.fromkeys(seen))
    assert in_order == [Status.NOT_SENT, Status.UNKNOWN, Status.SUCCEEDED]


@given(text=st.none() | st.text() | st.sampled_from(["Wed, 21 Oct 2026 07:28:00 GMT", "inf", "nan", "1e999", "٣"]))
def test_any_retry_after_is_seconds_or_nothing(text: str | None) -> None:
    """Never an exception, never infinite."""
    found = retry_after_seconds(text, now=datetime(2026, 10, 21, 7, 27, tzinfo=UTC))

    assert found is None or math.isfinite(found)


@settings(max_examples=300)
@given(
    status=st.integers(100, 599),
    text=st.text()
    | st.sampled_from(["[]", '{"error":[]}', '{"error":{"code":1,"details":[1]}}', "<html>" * 99, "[" * 9000]),
    header=st.text('abc"=, ', max_size=30),
)
def test_any_answer_becomes_a_reply(status: int, text: str, header: str) -> None:
    """Whatever a gateway says."""
    reply = read_reply(status, {"Retry-After": header, "WWW-Authenticate": header}, text, client_request_id="c")

    assert reply.error.code
    assert reply.error.message
    assert isinstance(claims_of(f'Bearer claims="{header}"'), str | None)


@pytest.mark.parametrize(
    "line", [b'{"kind":"row"}', b'{"no":"kind"}', b'{"kind":"outcome","tenant":"t"}', b"[" * 100_000 + b"]" * 100_000]
)
def test_an_event_that_no_run_writes_is_damage(tmp_path: Path, line: bytes) -> None:
    """Said in words, with what to do."""
    whole = _whole_journal(tmp_path)
    odd = tmp_path / "odd.jsonl"
    odd.write_bytes(whole + line + b"\n")

    with pytest.raises(SheetError, match="damaged"):
        replay(read_journal(odd))

"""One function of bytes for each place where bytes come from outside; each raises when something does not hold."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bulkpatch.cells import BadCell, parse, parse_domain, parse_tenant_id, render
from bulkpatch.columns import CATALOGUE
from bulkpatch.errors import BulkpatchError
from bulkpatch.graph.reply import claims_of, read_reply, retry_after_seconds
from bulkpatch.graph.verdict import judge
from bulkpatch.journal import read_journal
from bulkpatch.library import load
from bulkpatch.model import Inherit, Status
from bulkpatch.replay import replay
from bulkpatch.saved import load as load_plan
from bulkpatch.validation import validate

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
TENANT = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"
_FOLDER = Path(tempfile.mkdtemp(prefix="bulkpatch-fuzz-"))
METHODS = ("GET", "PATCH", "PUT", "POST", "DELETE")


def sheets(content: bytes) -> None:
    """Any bytes as a CSV file are a sheet in which every row is as wide as the header, or a refusal that helps."""
    path = _FOLDER / "sheet.csv"
    path.write_bytes(content)
    try:
        sheet = load(path).sheet
    except BulkpatchError as exc:
        assert exc.what
        assert exc.next_step
        return
    assert {len(row.cells) for row in sheet.rows} == {len(sheet.header)}
    checked = validate(sheet)
    assert {row for change in checked.changes for row in change.rows} <= {row.number for row in sheet.rows}


def cells(content: bytes) -> None:
    """Any text in any column is wishes or a problem; what one setting was set to is read back from how it is written."""
    number, text = content[:1], content[1:].decode("utf-8", "surrogateescape")
    column = CATALOGUE[(number or b"\0")[0] % len(CATALOGUE)]
    found = parse(column.node, text)
    parse_tenant_id(text)
    parse_domain(text)
    if isinstance(found, BadCell):
        assert found.what
        assert found.hint
    elif column.is_leaf:
        for wish in found.values():
            written = render(column.node, None if isinstance(wish, Inherit) else wish.json)
            assert parse(column.node, written) == {"": wish}


def answers(content: bytes) -> None:
    """Any answer has a verdict, for every method; what Retry-After asks for is a number of seconds, or nothing."""
    status, _, rest = content.partition(b"\n")
    line, _, body = rest.partition(b"\n")
    header = line.decode("latin-1")
    headers = {"Retry-After": header, "WWW-Authenticate": header, "x-ms-throttle-limit-percentage": header}
    code = 100 + int.from_bytes(status[:2], "big") % 500
    reply = read_reply(code, headers, body.decode("utf-8", "replace"), client_request_id="c")
    for method in METHODS:
        verdict = judge(reply, method=method)
        assert verdict.meaning
    assert reply.error.code
    assert reply.error.message
    claims_of(reply.challenge)
    seconds = retry_after_seconds(reply.retry_after, now=NOW)
    assert seconds is None or math.isfinite(seconds)
    assert reply.throttle_percentage is None or math.isfinite(reply.throttle_percentage)


def journals(content: bytes) -> None:
    """Any bytes as a journal are the story of a run, or a refusal; a tenant succeeded only if a whole line says so."""
    path = _FOLDER / "journal.jsonl"
    path.write_bytes(content)
    try:
        told = replay(read_journal(path))
    except BulkpatchError as exc:
        assert exc.what
        assert exc.next_step
        return
    good = [line for line in content.split(b"\n")[:-1] if b"succeeded" in line or b"20" in line]
    assert good or all(row.outcome.status is not Status.SUCCEEDED for row in told.report.rows)


def plans(content: bytes) -> None:
    """Any bytes as a plan file are a plan for tenants, or a refusal."""
    path = _FOLDER / "plan.json"
    path.write_bytes(content)
    try:
        saved = load_plan(path)
    except BulkpatchError as exc:
        assert exc.what
        assert exc.next_step
        return
    for patch in saved.plan.patches:
        assert parse_tenant_id(patch.tenant) == patch.tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is tried, and where trying begins."""

    test: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    words: tuple[str, ...] = ()
    """What the fuzzer may put in."""


def _sheet_seeds() -> Iterator[bytes]:
    yield (ROOT / "inputs" / "partners.csv").read_bytes()
    for path in sorted((ROOT / "tests" / "sheets" / "files").glob("*.csv")):
        if path.stat().st_size < 20_000:
            yield path.read_bytes()


def _cell_seeds() -> Iterator[bytes]:
    texts = ("true", "inherit", "allowed", "AllUsers", f"user:{TENANT}; group:{TENANT}", f"app:{TENANT}", "Office365",
             '{"isMfaAccepted":true}', "null", f"{{{TENANT}}}", "contoso.com", "Ünïcode.example", " wahr ", "1e3")  # fmt: skip
    yield from (bytes([number]) + text.encode() for number in range(len(CATALOGUE)) for text in texts)


def _answer_seeds() -> Iterator[bytes]:
    error = {
        "error": {
            "code": "TooManyRequests",
            "message": "m",
            "innerError": {"request-id": "r"},
            "details": [{"code": "c"}],
        }
    }
    claims = 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="'
    for code in (200, 204, 400, 401, 404, 409, 429, 503):
        for header in ("10", "0.5", "-3", "Mon, 23 Nov 2026 00:00:10 GMT", "nan", claims):
            yield (code - 100).to_bytes(2, "big") + b"\n" + header.encode() + b"\n" + json.dumps(error).encode()
    yield b"\1\2\n\n<html><title>Bad gateway</title></html>"


def _journal_seeds() -> Iterator[bytes]:
    sheet = {"file": "s.csv", "name": "", "digest": "", "headerRow": 1}
    about = {"run": "r", "started": "2026-11-23T00:00:00Z", "options": {}, "parents": []}
    patch = {"endpoint": "partner", "method": "PATCH", "body": {"inboundTrust": None}, "before": {}}
    who = {"tenant": TENANT, "endpoint": "partner", "clientRequestId": "c"}
    events: list[Mapping[str, object]] = [
        {"kind": "run", "format": 1, **about, "sheet": sheet, "header": ["tenantId"], "rows": 1},
        {"kind": "row", "row": 2, "origin": 0, "cells": [TENANT]},
        {"kind": "step", "tenant": TENANT, "rows": [2], "fate": "change", "error": None, "patches": [patch]},
        {"kind": "sending", **who, "method": "PATCH", "body": {}},
        {"kind": "answered", **who, "status": 204, "code": "", "requestId": "q"},
        {"kind": "outcome", "tenant": TENANT, "rows": [2], "status": "succeeded", "note": "n"},
        {"kind": "end", "stopped": "", "exitCode": 0, "traffic": {"writes": 1}},
    ]
    lines = [json.dumps(event).encode() + b"\n" for event in events]
    yield from (b"".join(lines[:count]) for count in range(len(lines) + 1))
    yield b"".join(lines)[:-5]


def _plan_seeds() -> Iterator[bytes]:
    from bulkpatch.config import Options

    patch = {"tenant": TENANT, "endpoint": "partner", "method": "PATCH", "body": {"inboundTrust": None}, "before": {},
             "differences": [{"path": "inboundTrust.isMfaAccepted", "before": True, "after": None}]}  # fmt: skip
    step = {"tenant": TENANT, "rows": [2], "fate": "change", "patches": [patch], "error": None, "label": "", "note": ""}
    sheet = {"file": "none.csv", "name": "", "digest": "", "headerRow": 1, "path": "/none.csv"}
    plan = {"what": "bulkpatch plan", "format": 1, "sheet": sheet, "header": ["tenantId"], "options": Options().as_json(),
            "rows": [{"row": 2, "origin": 0, "cells": [TENANT]}], "steps": [step], "homeTenant": "",
            "endpoint": {"root": "https://graph.microsoft.com", "version": "v1.0"}}  # fmt: skip
    yield json.dumps(plan).encode()


TARGETS: Mapping[str, Target] = {
    "sheets": Target(
        test=sheets, seeds=_sheet_seeds, words=("tenantId", "Trust MFA", TENANT, "true", "inherit", "sep=;")
    ),
    "cells": Target(
        test=cells, seeds=_cell_seeds, words=("AllUsers", "user:", "app:", TENANT, "accessType", "targets")
    ),
    "answers": Target(test=answers, seeds=_answer_seeds, words=("error", "innerError", "details", "code", "claims=")),
    "journals": Target(test=journals, seeds=_journal_seeds, words=("outcome", "status", "kind", "rows", "traffic")),
    "plans": Target(test=plans, seeds=_plan_seeds, words=("steps", "patches", "method", "differences", "error")),
}

"""Answers as bytes and headers, with the ids that Microsoft support asks for."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulkpatch.simulator.graph import Answer


def to_bytes(answer: Answer, client_request_id: str) -> bytes:
    """The body; Graph repeats the ids inside its errors."""
    if answer.text is not None:
        return answer.text.encode()
    if answer.body is None:
        return b""
    body = answer.body
    if "error" in body:
        inner = {"date": "2026-01-01T00:00:00", "request-id": answer.request_id, "client-request-id": client_request_id}
        body = {"error": {**body["error"], "innerError": inner}}
    return json.dumps(body).encode()


def headers_for(answer: Answer, client_request_id: str) -> dict[str, str]:
    """The headers that every answer carries, and its own."""
    ids = {"request-id": answer.request_id, "client-request-id": client_request_id or str(uuid.uuid4())}
    return {**ids, **answer.headers}

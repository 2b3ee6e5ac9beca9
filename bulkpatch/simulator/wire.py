"""Answers as bytes and headers, with the ids that Microsoft support asks for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, before it becomes bytes."""

    status: int
    body: Any = None
    text: str | None = None
    """Sent as it is, instead of *body*."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    applied: bool = False
    """Whether the store was changed."""

    def with_headers(self, more: Mapping[str, str]) -> Answer:
        """The same answer, with *more* headers."""
        return replace(self, headers={**self.headers, **more})


def failure(
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: tuple[dict[str, str], ...] = (),
    applied: bool = False,
) -> Answer:
    """An error in the shape that Graph documents."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = list(details)
    return Answer(status=status, body={"error": error}, headers=headers or {}, applied=applied)


def to_wire(answer: Answer, client_request_id: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers. Both carry the same ids; a client-request-id that is missing is made up."""
    ids = {"request-id": str(uuid.uuid4()), "client-request-id": client_request_id or str(uuid.uuid4())}
    content = b"" if answer.status in NO_BODY else _content(answer, ids)
    headers = {**ids, **answer.headers}
    if content:
        headers["Content-Type"] = answer.content_type
    return content, headers


def _content(answer: Answer, ids: dict[str, str]) -> bytes:
    if answer.text is not None:
        return answer.text.encode()
    if answer.body is None:
        return b""
    body = answer.body
    if isinstance(body, dict) and "error" in body:
        now = datetime.now(UTC).isoformat(timespec="seconds").removesuffix("+00:00")
        body = {"error": {**body["error"], "innerError": {"date": now, **ids}}}
    return json.dumps(body).encode()

"""What came back for one request, as a value. Pure.

A reply always exists: a connection that died is a reply with a `Fault` and no status.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bulkpatch.model import GraphError, Json


class Fault(StrEnum):
    """How a request can fail without a status that can be trusted."""

    UNRESOLVED = "NameNotResolved"
    REFUSED = "Unreachable"
    TLS = "TlsFailed"
    PROXY = "ProxyRefused"
    CONNECT_TIMEOUT = "ConnectTimedOut"
    TIMEOUT = "TimedOut"
    RESET = "ConnectionReset"
    TRUNCATED = "TruncatedAnswer"
    GARBLED = "UnreadableAnswer"

    @property
    def never_sent(self) -> bool:
        """Whether the request cannot have reached Graph."""
        return self in {Fault.UNRESOLVED, Fault.REFUSED, Fault.TLS, Fault.PROXY, Fault.CONNECT_TIMEOUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, or the lack of one."""

    status: int | None = None
    fault: Fault | None = None
    detail: str = ""
    """What the connection said when there is no status."""
    body: Json = None
    """The JSON body; None when there was none or it was not JSON."""
    is_json: bool = False
    code: str = ""
    message: str = ""
    inner_code: str = ""
    """`error.details[0].code`, where Graph gives one."""
    retry_after: str | None = None
    """The header as it came."""
    throttle_percentage: float | None = None
    challenge: str = ""
    """The `WWW-Authenticate` header."""
    request_id: str = ""
    client_request_id: str = ""
    date: str = ""
    seconds: float = 0.0

    @property
    def error(self) -> GraphError:
        """Say what went wrong: Graph's own words where it had some."""
        return GraphError(
            code=self.code or (self.fault.value if self.fault else _unnamed(self.status)),
            message=self.message or self.detail or "Graph gave no message.",
            http_status=self.status,
            request_id=self.request_id,
            client_request_id=self.client_request_id,
        )


def _unnamed(status: int | None) -> str:
    if status is None:
        return "AnswerLost"
    return "UnexpectedAnswer" if status < 400 else f"Http{status}"


def read_reply(
    status: int, headers: Mapping[str, str], text: str, *, client_request_id: str, seconds: float = 0.0
) -> Reply:
    """Make a reply of what an HTTP client read; never raises, whatever the body is."""
    body, is_json = _json(text)
    error = body.get("error") if isinstance(body, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    inner = error.get("innerError") or error.get("innererror")
    inner = inner if isinstance(inner, Mapping) else {}
    details = error.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], Mapping) else {}
    return Reply(
        status=status,
        body=body,
        is_json=is_json,
        code=_text(error.get("code")),
        message=_text(error.get("message")) or ("" if is_json or not text else _first_words(text)),
        inner_code=_text(first.get("code")),
        retry_after=headers.get("Retry-After"),
        throttle_percentage=_number(headers.get("x-ms-throttle-limit-percentage")),
        challenge=headers.get("WWW-Authenticate", ""),
        request_id=headers.get("request-id") or _text(inner.get("request-id")),
        client_request_id=client_request_id,
        date=headers.get("Date", ""),
        seconds=seconds,
    )


def _json(text: str) -> tuple[Json, bool]:
    if not text.strip():
        return None, False
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _first_words(text: str) -> str:
    """What a gateway's HTML page says, without its tags: enough to recognise it."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text[:4000], flags=re.DOTALL | re.IGNORECASE)
    words = " ".join(bare.split())
    return words if len(words) <= 160 else words[:159] + "…"


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def retry_after_seconds(text: str | None, *, now: datetime) -> float | None:
    """Read Retry-After, seconds or HTTP date, as seconds from *now*; None when it is missing or unreadable.

    Zero and negative come back as they are: what to make of them is the pace's decision.
    """
    if text is None:
        return None
    seconds = _number(text.strip())
    if seconds is not None:
        return seconds
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (when - now).total_seconds()


def claims_of(challenge: str) -> str | None:
    """The claims that a 401 or 403 demands, as JSON text; None when it demands none."""
    found = re.search(r'claims="([^"]*)"', challenge)
    if not found:
        return None
    encoded = found.group(1)
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return None

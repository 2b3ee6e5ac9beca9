"""What can go wrong between a client and Graph, as data.

A fault with a status answers with it; without one the request is answered as usual, unless *reset* or *hang* keeps the
answer back. The write is carried out only where *apply* says so: that a client cannot tell is the point.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with one request."""

    status: int | None = None
    """The status to answer with; None to answer as usual, or not at all."""
    code: str = "serviceNotAvailable"
    message: str = "The service is temporarily unavailable."
    details: tuple[dict[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    """Sent instead of Graph's error body."""
    content_type: str = "application/json"
    apply: bool = False
    """Whether the write is carried out before it goes wrong."""
    reset: bool = False
    """Cut the connection instead of answering."""
    hang: bool = False
    """Never answer."""
    truncate: bool = False
    """Promise more bytes than are sent, then close the connection."""

    @property
    def silent(self) -> bool:
        """Whether nothing is answered."""
        return self.reset or self.hang

    @property
    def carries_out(self) -> bool:
        """Whether the request is carried out all the same."""
        return self.apply or (self.status is None and not self.silent)

    @staticmethod
    def throttle(retry_after: str | None = "1") -> Fault:
        """429 with any Retry-After, or none."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return Fault(status=429, code="TooManyRequests", message="Please retry again later.", headers=headers)

    @staticmethod
    def unavailable(retry_after: str | None = None) -> Fault:
        """503 with any Retry-After, or none."""
        return Fault(status=503, headers={} if retry_after is None else {"Retry-After": retry_after})

    @staticmethod
    def refuse(status: int, code: str, message: str = "", **headers: str) -> Fault:
        """An error of Graph's own."""
        return Fault(status=status, code=code, message=message or code, headers=headers)


_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_PROXY = "<html><body>Sign in to the proxy</body></html>"
_DENIED = "Insufficient privileges to complete the operation."
_CLAIMS = base64.b64encode(b'{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}').decode()
_CHALLENGE = f'Bearer realm="", error="insufficient_claims", claims="{_CLAIMS}"'

INTERNAL = Fault(status=500, code="InternalServerError", message="Something went wrong.")
BAD_GATEWAY = Fault(status=502, body=_PAGE, content_type="text/html")
UNAVAILABLE = Fault.unavailable()
GATEWAY_TIMEOUT = Fault(status=504, code="GatewayTimeout", message="The backend did not answer in time.")
GATEWAY_TIMEOUT_AFTER = Fault(status=504, code="GatewayTimeout", message="It did, later.", apply=True)

RESET_BEFORE = Fault(reset=True)
RESET_AFTER = Fault(reset=True, apply=True)
HANG_BEFORE = Fault(hang=True)
HANG_AFTER = Fault(hang=True, apply=True)

TRUNCATED = Fault(status=200, body='{"value": [', truncate=True)
TRUNCATED_AFTER = Fault(status=200, body='{"value": [', truncate=True, apply=True)
CUT_SHORT = Fault(truncate=True)
"""The usual answer, whose last bytes never come."""
GARBLED = Fault(status=200, body="{not json")
GARBLED_AFTER = Fault(status=200, body="{not json", apply=True)
UNREADABLE_AFTER = Fault(status=200, body="{}", headers={"Content-Encoding": "gzip"}, apply=True)
"""Carried out, and answered with bytes that are not what their header says."""
PROXY_PAGE = Fault(status=200, body=_PROXY, content_type="text/html")
UNEXPECTED_OK_AFTER = Fault(status=200, body='{"tenantId": null}', apply=True)
NO_CONTENT = Fault(status=204, body="")
"""Says that it is done, and nothing was."""
REDIRECT = Fault(status=302, headers={"Location": "https://example.com/elsewhere"}, body="")

EXPIRED = Fault.refuse(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
CLAIMS_CHALLENGE = Fault.refuse(
    401, "InvalidAuthenticationToken", "Continuous access evaluation.", **{"WWW-Authenticate": _CHALLENGE}
)
FORBIDDEN = Fault.refuse(403, "Authorization_RequestDenied", _DENIED)

BAD_REQUEST = Fault.refuse(400, "Request_BadRequest", "Invalid value.")
NOT_FOUND = Fault.refuse(404, "Request_ResourceNotFound", "Resource does not exist.")
NOT_ALLOWED = Fault.refuse(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
SAME_KEY = Fault.refuse(409, "Request_MultipleObjectsWithSameKeyValue", "Another object with the same value exists.")
CONCURRENT = Fault.refuse(409, "Directory_ConcurrencyViolation", "The object was changed at the same time.")
"""None is documented for this API: the code is a guess."""
PRECONDITION = Fault.refuse(412, "PreconditionFailed", "A condition is not met.")
LOCKED = Fault.refuse(423, "Locked", "The resource is locked.")

PASSING = (
    Fault.throttle("1"),
    INTERNAL,
    BAD_GATEWAY,
    UNAVAILABLE,
    GATEWAY_TIMEOUT,
    RESET_BEFORE,
    RESET_AFTER,
)
"""What `fault_rate` draws from."""

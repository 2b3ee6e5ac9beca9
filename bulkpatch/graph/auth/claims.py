"""What a token says of itself, unverified: Graph verifies it, we only read it. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from bulkpatch.model import Json


def claims_in(token: str) -> Mapping[str, Json]:
    """The claims of a JWT; empty for an opaque token."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, Mapping) else {}


def home_tenant(token: str) -> str:
    """The tenant that the token was issued for, or "" when it does not say."""
    tid = claims_in(token).get("tid")
    return tid.lower() if isinstance(tid, str) else ""

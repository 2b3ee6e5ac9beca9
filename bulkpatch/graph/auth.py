"""The token: where it comes from, and what it says of itself. It is never written anywhere.

Sign-in with msal comes with a later release; now the token is one that somebody else obtained.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Protocol

from bulkpatch.errors import SignInFailed
from bulkpatch.model import Json

VARIABLE = "BULKPATCH_ACCESS_TOKEN"


class TokenSource(Protocol):
    """Gives the token that all workers share."""

    async def token(self) -> str:
        """The token to send now."""
        ...

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        """Another token, after Graph did not accept *rejected*; raises SignInFailed when there is none."""
        ...


class GivenToken:
    """A token from the environment: it cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token as it was given."""
        return self._token

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        """There is no other one."""
        del rejected
        what = "Graph no longer accepts the access token" if claims is None else "Graph demands another sign-in step"
        raise SignInFailed(f"{what}, and {VARIABLE} cannot be renewed.", next_step=f"Set a new {VARIABLE}, then rerun.")


def token_from(environ: Mapping[str, str]) -> GivenToken:
    """Take the token from the environment; raises SignInFailed when there is none."""
    token = environ.get(VARIABLE, "").strip()
    if token.lower().startswith("bearer "):
        token = token[7:].strip()
    if not token:
        raise SignInFailed(
            f"There is no access token: {VARIABLE} is not set.",
            next_step=f"Set {VARIABLE} (az account get-access-token --resource-type ms-graph), or add --simulate.",
        )
    if any(not " " < char < "\x7f" for char in token):
        raise SignInFailed(f"{VARIABLE} holds characters that no token has.", next_step="Set it again, on one line.")
    return GivenToken(token)


def claims_in(token: str) -> Mapping[str, Json]:
    """What a JWT says of itself, unverified: Graph verifies it, we only show it. Empty for an opaque token."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, Mapping) else {}


def home_tenant(token: str) -> str:
    """The tenant that the token was issued for, or "" when it does not say."""
    tid = claims_in(token).get("tid")
    return tid.lower() if isinstance(tid, str) else ""

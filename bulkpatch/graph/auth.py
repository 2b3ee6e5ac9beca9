"""The token: where it comes from, and what it says of itself. It is never written anywhere.

Sign-in with msal comes with a later release; now the token is one that somebody else obtained.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bulkpatch.errors import SignInFailed
from bulkpatch.model import Json

VARIABLE = "BULKPATCH_ACCESS_TOKEN"
FILE_VARIABLE = "BULKPATCH_ACCESS_TOKEN_FILE"


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


class TokenFile:
    """A token in a file that somebody else keeps fresh: read again when Graph no longer accepts the one we have.

    However many workers are refused at the same time, the file is read again once.
    """

    def __init__(self, path: Path) -> None:
        """Raises SignInFailed when the file holds no token."""
        self._path = path
        self._token = self._read()
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """The token as it was last read."""
        return self._token

    async def renew(self, rejected: str, *, claims: str | None) -> str:
        """The token that the file holds now; raises SignInFailed when it is still the rejected one."""
        async with self._renewing:
            if self._token == rejected:
                self._token = await asyncio.to_thread(self._read)
            if self._token == rejected or claims is not None:
                what = f"Graph no longer accepts the access token in {self._path}"
                raise SignInFailed(f"{what}.", next_step="Put a new one there, then rerun.")
            return self._token

    def _read(self) -> str:
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, ValueError) as exc:
            why = f"{FILE_VARIABLE} names {self._path}, which cannot be read"
            raise SignInFailed(f"{why}.", next_step="Put the access token there.") from exc
        return _checked(text, f"{FILE_VARIABLE} ({self._path})")


def token_from(environ: Mapping[str, str]) -> TokenSource:
    """Take the token from the environment or the file it names; raises SignInFailed when there is none."""
    if not environ.get(VARIABLE, "").strip() and environ.get(FILE_VARIABLE, "").strip():
        return TokenFile(Path(environ[FILE_VARIABLE].strip()))
    return GivenToken(_checked(environ.get(VARIABLE, ""), VARIABLE))


def _checked(text: str, place: str) -> str:
    token = text.strip()
    if token.lower().startswith("bearer "):
        token = token[7:].strip()
    if not token:
        raise SignInFailed(
            f"There is no access token: {place} is not set.",
            next_step=f"Set {VARIABLE} (az account get-access-token --resource-type ms-graph), or add --simulate.",
        )
    if any(not " " < char < "\x7f" for char in token):
        raise SignInFailed(f"{place} holds characters that no token has.", next_step="Set it again, on one line.")
    return token


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

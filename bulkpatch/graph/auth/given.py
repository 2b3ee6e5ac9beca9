"""Tokens that somebody else obtained: from the environment, or from a file that somebody keeps fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bulkpatch.errors import SignInFailed

VARIABLE = "BULKPATCH_ACCESS_TOKEN"
FILE_VARIABLE = "BULKPATCH_ACCESS_TOKEN_FILE"


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


def given_token(environ: Mapping[str, str]) -> GivenToken | TokenFile:
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

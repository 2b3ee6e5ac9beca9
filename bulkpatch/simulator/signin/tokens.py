"""Tokens: issued with what Entra puts into them, and looked at again by the simulated Graph."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt

from bulkpatch.simulator.signin.registration import GRAPH, Registration


class Tokens:
    """Issues and checks access tokens; signs them with a key of its own, as nobody else has to check them."""

    def __init__(self, registration: Registration, *, clock: Callable[[], float] = time.time) -> None:
        self.registration = registration
        self.given: list[str] = []
        """Every token, in the order of issue."""
        self.revoked_before = 0
        """Tokens with a smaller number are no longer accepted."""
        self.demanded = ""
        """Claims that a token must have been asked for with; JSON text."""
        self.checked = 0
        """How many tokens Graph has looked at."""
        self._then: dict[int, Callable[[], None]] = {}
        self._key = secrets.token_hex(32)
        self._clock = clock

    @property
    def issued(self) -> int:
        """How many tokens were given out."""
        return len(self.given)

    def issue(self, *, person: bool, claims: str = "", resource: str = GRAPH, lives: float | None = None) -> str:
        """A token of the app itself, or of the *person* who signed in to it."""
        app = self.registration
        now = self._clock()
        told: dict[str, Any] = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{app.tenant}/",
            "iat": int(now),
            "nbf": int(now) - 60,
            "exp": now + (self.next_life() if lives is None else lives),
            "tid": app.tenant,
            "appid": app.client_id,
            "app_displayname": app.name,
            "uti": f"{len(self.given) + 1}",
            "ver": "1.0",
            "asked_with": claims,
        }
        if person:
            told |= {"idtyp": "user", "upn": app.person, "scp": " ".join(app.scopes)}
            told |= {"wids": list(app.directory_roles)} if app.directory_roles else {}
        else:
            told |= {"idtyp": "app", **({"roles": list(app.roles)} if app.roles else {})}
        token = jwt.encode(told, self._key, algorithm="HS256")
        self.given.append(token)
        return token

    def next_life(self) -> float:
        """Seconds that the next token is good for."""
        lives = self.registration.lives
        if isinstance(lives, list):
            return lives.pop(0) if len(lives) > 1 else lives[0]
        return lives

    def revoke(self) -> None:
        """Accept nothing that was issued until now."""
        self.revoked_before = len(self.given) + 1

    def demand(self, claims: str) -> None:
        """From now on accept only tokens that were asked for with *claims*."""
        self.demanded = claims

    def after(self, requests: int, what: Callable[[], None]) -> None:
        """Let *what* happen once Graph has looked at *requests* tokens, in the middle of a run."""
        self._then[requests + 1] = what

    def refusal(self, token: str) -> tuple[str, str] | None:
        """Why Graph does not accept *token*: the message, and the claims it demands; None when it does."""
        self.checked += 1
        self._then.pop(self.checked, lambda: None)()
        try:
            told = jwt.decode(token, self._key, algorithms=["HS256"], options={"verify_aud": False,
                              "verify_exp": False, "verify_iat": False, "verify_nbf": False})  # fmt: skip
        except jwt.PyJWTError:
            return "Access token validation failure.", ""
        if told["exp"] <= self._clock():
            return "Lifetime validation failed, the token is expired.", ""
        if int(told["uti"]) < self.revoked_before:
            return "The token was revoked.", ""
        if self.demanded and told["asked_with"] == "":
            return "Continuous access evaluation resulted in challenge.", self.demanded
        return None

    def may_write(self, token: str) -> bool:
        """Whether the token carries the permission; asked only of tokens that were accepted."""
        told = jwt.decode(token, options={"verify_signature": False})
        return "Policy.ReadWrite.CrossTenantAccess" in {*told.get("roles", ()), *str(told.get("scp", "")).split()}

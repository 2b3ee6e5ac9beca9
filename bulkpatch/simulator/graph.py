"""What Graph answers to one request, apart from quota and faults: who may ask, and which verb of what is meant."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from bulkpatch.simulator.behaviour import Behaviour
from bulkpatch.simulator.partners import GUID, WRONG, Partners, absent
from bulkpatch.simulator.request import Asked
from bulkpatch.simulator.store import Store
from bulkpatch.simulator.wire import Answer, failure

if TYPE_CHECKING:
    from bulkpatch.simulator.signin import Tokens

DENIED = "Insufficient privileges to complete the operation."
_BY_ID, _BY_NAME = "findTenantInformationByTenantId", "findTenantInformationByDomainName"
_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})


class Graph:
    """Answers requests from a store."""

    def __init__(
        self, store: Store, behaviour: Behaviour, clock: Callable[[], float], tokens: Tokens | None = None
    ) -> None:
        self.partners = Partners(store, page_size=behaviour.page_size, lag=behaviour.lag, clock=clock)
        self._store = store
        self._accepted = behaviour.token
        self._tokens = tokens
        self._verbs = self._routes()

    def unauthorized(self, asked: Asked) -> Answer | None:
        """A 401, when the token is missing or not the one that is accepted."""
        scheme, _, token = asked.authorization.partition(" ")
        if self._tokens is not None:
            return self._checked(self._tokens, token, asked)
        if scheme.lower() == "bearer" and token.strip() and self._accepted in {None, token}:
            return None
        message = "Access token is empty, expired or not valid."
        return failure(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": 'Bearer realm=""'})

    def _checked(self, tokens: Tokens, token: str, asked: Asked) -> Answer | None:
        refusal = tokens.refusal(token)
        if refusal is None:
            denied = asked.method != "GET" and not tokens.may_write(token)
            return failure(403, "Authorization_RequestDenied", DENIED) if denied else None
        message, claims = refusal
        challenge = 'Bearer realm=""'
        if claims:
            encoded = base64.b64encode(claims.encode()).decode()
            challenge += f', error="insufficient_claims", claims="{encoded}"'
        return failure(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})

    def answer(self, asked: Asked) -> Answer:
        """Carry the request out."""
        if not asked.endpoint:
            return failure(404, "Request_ResourceNotFound", f"Resource '{asked.path}' does not exist.")
        verb = self._verbs.get((asked.endpoint, asked.method))
        if verb is None:
            return failure(405, WRONG, "Specified HTTP method is not allowed for the request target.")
        return _malformed(asked) or verb(asked)

    def _routes(self) -> dict[tuple[str, str], Callable[[Asked], Answer]]:
        partners = self.partners
        return {
            ("partners", "GET"): partners.list_page,
            ("partners", "POST"): partners.create,
            ("partner", "GET"): partners.get,
            ("partner", "PATCH"): partners.update,
            ("partner", "DELETE"): partners.delete,
            ("identitySynchronization", "GET"): partners.get,
            ("identitySynchronization", "PUT"): partners.create_sync,
            ("identitySynchronization", "PATCH"): partners.update_sync,
            ("identitySynchronization", "DELETE"): partners.delete_sync,
            ("default", "GET"): lambda _: Answer(status=200, body=self._store.default),
            (_BY_ID, "GET"): self._find_by_id,
            (_BY_NAME, "GET"): self._find_by_domain,
        }

    def _find_by_id(self, asked: Asked) -> Answer:
        found = self._store.directory.get(asked.key)
        return absent() if found is None else Answer(status=200, body={"tenantId": asked.key, **found})

    def _find_by_domain(self, asked: Asked) -> Answer:
        for tenant, found in self._store.directory.items():
            if found.get("defaultDomainName", "").lower() == asked.key:
                return Answer(status=200, body={"tenantId": tenant, **found})
        return absent()


def _malformed(asked: Asked) -> Answer | None:
    """What is wrong before the request is even looked at. The codes and words are a guess."""
    if asked.key and asked.endpoint != _BY_NAME and not GUID.fullmatch(asked.key):
        return failure(400, WRONG, f"Invalid object identifier '{asked.key}'.")
    if asked.method not in _WITH_BODY:
        return None
    if asked.content_type.partition(";")[0].strip().lower() != "application/json":
        return failure(400, "BadRequest", "Entity only allows writes with a JSON Content-Type header.")
    if not asked.readable:
        return failure(400, "BadRequest", "Unable to read JSON request payload.")
    return None

"""What Graph answers to one request, apart from quota and faults: reads, checks, writes."""

from __future__ import annotations

import copy
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bulkpatch.simulator.behaviour import Behaviour
from bulkpatch.simulator.schema import complaint, contradiction, types_of
from bulkpatch.simulator.store import Store, new_partner

_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
EXISTS = "Request_MultipleObjectsWithSameKeyValue"
ABSENT = "Directory_ObjectNotFound"
WRONG = "Request_BadRequest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, read."""

    method: str
    path: str
    version: str
    endpoint: str
    """Empty for a path that Graph does not have."""
    tenant: str
    key: str
    query: Mapping[str, str]
    body: Any
    readable: bool
    authorization: str
    client_request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, before it becomes bytes."""

    status: int
    body: Any = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    applied: bool = False
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def failure(
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: tuple[dict[str, str], ...] = (),
) -> Answer:
    """An error in the shape that Graph documents."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = list(details)
    return Answer(status=status, body={"error": error}, headers=headers or {})


class Graph:
    """Answers requests from a store."""

    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self.root = ""
        self._store = store
        self._behaviour = behaviour
        self._before: dict[tuple[str, str], tuple[float, Any]] = {}

    def unauthorized(self, asked: Asked) -> Answer | None:
        """A 401, when the token is missing or not the one that is accepted."""
        scheme, _, token = asked.authorization.partition(" ")
        accepted = self._behaviour.token
        if scheme.lower() == "bearer" and token and accepted in {None, token}:
            return None
        return failure(401, "InvalidAuthenticationToken", "Access token is empty, expired or not valid.")

    def answer(self, asked: Asked) -> Answer:
        """Carry the request out."""
        if not asked.endpoint:
            return failure(404, "Request_ResourceNotFound", f"Resource '{asked.path}' does not exist.")
        if not asked.readable:
            return failure(400, "BadRequest", "Unable to read JSON request payload.")
        if asked.tenant and not _GUID.fullmatch(asked.tenant):
            return failure(400, WRONG, f"Invalid object identifier '{asked.tenant}'.")
        verbs = {
            ("partners", "GET"): self._list,
            ("partners", "POST"): self._create,
            ("partner", "GET"): self._get_partner,
            ("partner", "PATCH"): self._update,
            ("partner", "DELETE"): self._delete,
            ("identitySynchronization", "GET"): self._get_sync,
            ("identitySynchronization", "PUT"): self._put_sync,
            ("identitySynchronization", "PATCH"): self._update_sync,
            ("identitySynchronization", "DELETE"): self._delete_sync,
            ("default", "GET"): lambda _: Answer(status=200, body=self._store.default),
            ("findTenantInformationByTenantId", "GET"): self._find_by_id,
            ("findTenantInformationByDomainName", "GET"): self._find_by_domain,
        }
        verb = verbs.get((asked.endpoint, asked.method))
        if verb is None:
            return failure(405, WRONG, "Specified HTTP method is not allowed for the request target.")
        return verb(asked)

    def _list(self, asked: Asked) -> Answer:
        size = min(int(asked.query.get("$top", self._behaviour.page_size)), self._behaviour.page_size)
        start = int(asked.query.get("$skiptoken", "0"))
        tenants = sorted(self._store.partners)
        page = [self._shown("partner", tenant) for tenant in tenants[start : start + size]]
        body: dict[str, Any] = {"value": [partner for partner in page if partner is not None]}
        if start + size < len(tenants):
            body["@odata.nextLink"] = f"{self.root}{asked.path}?$skiptoken={start + size}"
        return Answer(status=200, body=body)

    def _get_partner(self, asked: Asked) -> Answer:
        shown = self._shown("partner", asked.tenant)
        return _absent() if shown is None else Answer(status=200, body=shown)

    def _get_sync(self, asked: Asked) -> Answer:
        shown = self._shown("identitySynchronization", asked.tenant)
        return _absent() if shown is None else Answer(status=200, body=shown)

    def _create(self, asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        tenant = str(body.get("tenantId", "")).lower()
        if not _GUID.fullmatch(tenant):
            return failure(400, WRONG, "Invalid value specified for property 'tenantId'.")
        settings = {name: value for name, value in body.items() if name != "tenantId"}
        if wrong := self._wrong("partner", asked, settings, {}):
            return wrong
        if tenant in self._store.partners:
            return failure(409, EXISTS, "Another object with the same value for property tenantId already exists.")
        self._keep("partner", tenant)
        self._store.partners[tenant] = new_partner(tenant, settings)
        return Answer(status=201, body=copy.deepcopy(self._store.partners[tenant]), applied=True)

    def _update(self, asked: Asked) -> Answer:
        if asked.tenant not in self._store.partners:
            return _absent()
        if wrong := self._wrong("partner", asked, asked.body, self._store.partners[asked.tenant]):
            return wrong
        self._keep("partner", asked.tenant)
        self._store.update_partner(asked.tenant, asked.body)
        return Answer(status=204, applied=True)

    def _delete(self, asked: Asked) -> Answer:
        if asked.tenant not in self._store.partners:
            return _absent()
        if asked.tenant in self._store.sync:  # documented as a must; the status is a guess
            return failure(400, WRONG, "The user synchronization policy must be deleted first.")
        self._keep("partner", asked.tenant)
        del self._store.partners[asked.tenant]
        return Answer(status=204, applied=True)

    def _put_sync(self, asked: Asked) -> Answer:
        if asked.tenant not in self._store.partners:
            return _absent()
        if wrong := self._wrong("identitySynchronization", asked, asked.body, {}):
            return wrong
        if asked.tenant in self._store.sync:
            message = "A conflicting object with one or more of the specified property values is present."
            return failure(409, EXISTS, message, details=({"code": "ConflictingObjects", "message": message},))
        self._keep("identitySynchronization", asked.tenant)
        self._store.create_sync(asked.tenant, asked.body)
        return Answer(status=204, applied=True)

    def _update_sync(self, asked: Asked) -> Answer:
        if asked.tenant not in self._store.sync:
            return failure(404, ABSENT, "Unable to read the company information from the directory.")
        if wrong := self._wrong("identitySynchronization", asked, asked.body, {}):
            return wrong
        self._keep("identitySynchronization", asked.tenant)
        self._store.update_sync(asked.tenant, asked.body)
        return Answer(status=204, applied=True)

    def _delete_sync(self, asked: Asked) -> Answer:
        if asked.tenant not in self._store.sync:
            return _absent()
        self._keep("identitySynchronization", asked.tenant)
        del self._store.sync[asked.tenant]
        return Answer(status=204, applied=True)

    def _find_by_id(self, asked: Asked) -> Answer:
        found = self._store.directory.get(asked.key.lower())
        return _absent() if found is None else Answer(status=200, body={"tenantId": asked.key.lower(), **found})

    def _find_by_domain(self, asked: Asked) -> Answer:
        for tenant, found in self._store.directory.items():
            if found.get("defaultDomainName", "").lower() == asked.key.lower():
                return Answer(status=200, body={"tenantId": tenant, **found})
        return _absent()

    def _wrong(self, resource: str, asked: Asked, body: Any, live: dict[str, Any]) -> Answer | None:  # noqa: ANN401
        if isinstance(body, dict) and "isServiceProvider" in body:  # third-party evidence, for app-only calls
            return failure(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        if wrong := complaint(types_of(resource, asked.version), body):
            return failure(400, WRONG, wrong)
        if wrong := contradiction({**live, **body}):
            return failure(400, WRONG, wrong)
        return None

    def _keep(self, resource: str, tenant: str) -> None:
        """Remember how it was, for reads that lag behind."""
        if self._behaviour.lag:
            shelf = self._store.partners if resource == "partner" else self._store.sync
            self._before[resource, tenant] = (time.monotonic(), copy.deepcopy(shelf.get(tenant)))

    def _shown(self, resource: str, tenant: str) -> Any:  # noqa: ANN401 - JSON
        written, before = self._before.get((resource, tenant), (0.0, None))
        if self._behaviour.lag and time.monotonic() - written < self._behaviour.lag:
            return before
        shelf = self._store.partners if resource == "partner" else self._store.sync
        return shelf.get(tenant)


def _absent() -> Answer:
    # The status is documented in practice; the code for a missing partner is not, so this one is a guess.
    return failure(404, "Request_ResourceNotFound", "Resource does not exist or its reference cannot be read.")

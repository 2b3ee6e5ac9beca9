"""Partners and their synchronization policies: what each verb answers, and what it does to the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bulkpatch.simulator.lag import Lag
from bulkpatch.simulator.paging import page_of
from bulkpatch.simulator.request import Asked
from bulkpatch.simulator.schema import WRITABLE, complaint, contradiction
from bulkpatch.simulator.store import Json, Store, as_shown, new_partner
from bulkpatch.simulator.wire import Answer, failure

GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
EXISTS = "Request_MultipleObjectsWithSameKeyValue"
ABSENT = "Directory_ObjectNotFound"
WRONG = "Request_BadRequest"


class Partners:
    """The verbs of `partners`, `partners/{id}` and `partners/{id}/identitySynchronization`."""

    def __init__(self, store: Store, *, page_size: int, lag: float, clock: Callable[[], float]) -> None:
        self.root = ""
        """Where next links point; known once it is served."""
        self._store = store
        self._page_size = page_size
        self._clock = clock
        self._order: list[str] = []
        self._lag = {"partner": Lag(lag), "identitySynchronization": Lag(lag)}

    def list_page(self, asked: Asked) -> Answer:
        """200 with a page, and a link to the next one."""
        top = asked.query.get("$top", "")
        if top and not (top.isascii() and top.isdigit() and int(top)):
            return failure(400, WRONG, f"Invalid value '{top}' for $top query option found.")
        keys = self._lag["partner"].keys(self._in_order())
        try:
            page, following = page_of(
                keys, size=min(int(top or self._page_size), self._page_size), token=asked.query.get("$skiptoken", "")
            )
        except ValueError:
            return failure(400, WRONG, "Invalid value for $skiptoken query option found.")
        shown = (self._seen("partner", tenant) for tenant in page)
        body: Json = {
            "value": [as_shown("partner", partner, asked.version) for partner in shown if partner is not None]
        }
        if following:
            kept = f"$top={top}&" if top else ""
            body["@odata.nextLink"] = f"{self.root}{asked.path}?{kept}$skiptoken={following}"
        return Answer(status=200, body=body)

    def get(self, asked: Asked) -> Answer:
        """200 with the partner or the policy, or 404."""
        found = self._seen(asked.endpoint, asked.key)
        return absent() if found is None else Answer(status=200, body=as_shown(asked.endpoint, found, asked.version))

    def create(self, asked: Asked) -> Answer:
        """201 with the new partner, or 409."""
        body = asked.body if isinstance(asked.body, dict) else {}
        if not isinstance(body.get("tenantId"), str) or not GUID.fullmatch(asked.tenant):
            return failure(400, WRONG, "Invalid value specified for property 'tenantId'.")
        settings = {name: value for name, value in _untyped(body).items() if name != "tenantId"}
        if wrong := _wrong("partner", asked.version, settings):
            return wrong
        if asked.tenant in self._store.partners:
            return failure(409, EXISTS, "Another object with the same value for property tenantId already exists.")
        self._keep("partner", asked.tenant)
        self._order = []
        created = self._store.partners[asked.tenant] = new_partner(asked.tenant, settings)
        return Answer(status=201, body=as_shown("partner", created, asked.version), applied=True)

    def update(self, asked: Asked) -> Answer:
        """204; what is named is replaced whole."""
        if asked.key not in self._store.partners:
            return absent()
        body = _untyped(asked.body) if isinstance(asked.body, dict) else asked.body
        if wrong := _wrong("partner", asked.version, body):
            return wrong
        self._keep("partner", asked.key)
        self._store.update_partner(asked.key, body)
        return Answer(status=204, applied=True)

    def delete(self, asked: Asked) -> Answer:
        """204, when there is no synchronization policy left."""
        if asked.key not in self._store.partners:
            return absent()
        if asked.key in self._store.sync:  # documented as a must; the status is a guess
            return failure(400, WRONG, "The user synchronization policy must be deleted first.")
        self._keep("partner", asked.key)
        self._order = []
        del self._store.partners[asked.key]
        return Answer(status=204, applied=True)

    def create_sync(self, asked: Asked) -> Answer:
        """204, or 409 when there is a policy already."""
        if asked.key not in self._store.partners:
            return absent()
        if wrong := _wrong("identitySynchronization", asked.version, asked.body):
            return wrong
        if asked.key in self._store.sync:
            message = "A conflicting object with one or more of the specified property values is present."
            return failure(409, EXISTS, message, details=({"code": "ConflictingObjects", "message": message},))
        self._keep("identitySynchronization", asked.key)
        self._store.create_sync(asked.key, asked.body)
        return Answer(status=204, applied=True)

    def update_sync(self, asked: Asked) -> Answer:
        """204, or Directory_ObjectNotFound when there is no policy yet."""
        if asked.key not in self._store.sync:
            return failure(404, ABSENT, "Unable to read the company information from the directory.")
        if wrong := _wrong("identitySynchronization", asked.version, asked.body):
            return wrong
        self._keep("identitySynchronization", asked.key)
        self._store.update_sync(asked.key, asked.body)
        return Answer(status=204, applied=True)

    def delete_sync(self, asked: Asked) -> Answer:
        """204."""
        if asked.key not in self._store.sync:
            return absent()
        self._keep("identitySynchronization", asked.key)
        del self._store.sync[asked.key]
        return Answer(status=204, applied=True)

    def _in_order(self) -> list[str]:
        """Partners by id; sorting all of them for each page would make a long list quadratic."""
        if len(self._order) != len(self._store.partners):
            self._order = sorted(self._store.partners)
        return self._order

    def _seen(self, resource: str, tenant: str) -> Json | None:
        return self._lag[resource].seen(tenant, self._shelf(resource).get(tenant), self._clock())

    def _keep(self, resource: str, tenant: str) -> None:
        self._lag[resource].keep(tenant, self._shelf(resource).get(tenant), self._clock())

    def _shelf(self, resource: str) -> dict[str, Json]:
        return self._store.partners if resource == "partner" else self._store.sync


def _untyped(body: Json) -> Json:
    """*body* without the name of its own type, which Microsoft's beta SDK sends; another name stays, and is wrong."""
    own = body.get("@odata.type") == "#microsoft.graph.crossTenantAccessPolicyConfigurationPartner"
    return {name: value for name, value in body.items() if name != "@odata.type"} if own else body


def absent() -> Answer:
    """404. The status is documented in practice; the code for a missing partner is not, so this one is a guess."""
    return failure(404, "Request_ResourceNotFound", "Resource does not exist or its reference cannot be read.")


def _wrong(resource: str, version: str, body: Any) -> Answer | None:  # noqa: ANN401 - JSON
    if isinstance(body, dict) and "isServiceProvider" in body:  # third-party evidence, for app-only calls
        return failure(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    found = complaint(WRITABLE[resource, version], body) or contradiction(body)
    return failure(400, WRONG, found) if found else None

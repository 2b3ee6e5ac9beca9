"""Who is who: domains to tenants and tenants to names, asked once per run and paced like other reads.

Microsoft documents both requests under "tenantRelationship"; they need CrossTenantInformation.ReadBasic.All. What
Graph answers for a domain that nobody has is not documented: any refusal is shown as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from urllib.parse import quote

from bulkpatch.errors import NotPermitted, ServiceFailing
from bulkpatch.graph.courier import Courier, Request
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.graph.halt import HaltedError
from bulkpatch.graph.retry import Exchange, Persistence
from bulkpatch.graph.together import together
from bulkpatch.graph.verdict import Meaning
from bulkpatch.model import Json, Named, TenantId, Unnamed

LOOK_UP = "CrossTenantInformation.ReadBasic.All"

_K = TypeVar("_K", bound=str)


class Names:
    """Looks tenants up."""

    def __init__(self, courier: Courier, endpoint: GraphEndpoint, persistence: Persistence, *, workers: int) -> None:
        self._courier = courier
        self._endpoint = endpoint
        self._persistence = persistence
        self._workers = workers
        self._found: dict[str, Named | Unnamed] = {}

    @property
    def known(self) -> dict[TenantId, Named]:
        """Whom has been looked up so far."""
        return {one.tenant: one for one in self._found.values() if isinstance(one, Named)}

    async def of_domains(self, domains: Iterable[str]) -> dict[str, Named | Unnamed]:
        """Find the tenant of each domain; raises NotPermitted when nobody may be looked up."""
        what = "domains in the sheet"
        return await self._all(
            domains, lambda d: f"findTenantInformationByDomainName(domainName='{quote(d, safe='')}')", what
        )

    async def of_tenants(self, tenants: Iterable[TenantId]) -> dict[TenantId, Named | Unnamed]:
        """Find the names of each tenant; raises NotPermitted when nobody may be looked up."""
        path = "findTenantInformationByTenantId(tenantId='{}')"
        return await self._all(tenants, lambda tenant: path.format(quote(tenant, safe="")), "names of tenants")

    async def _all(self, keys: Iterable[_K], path: Callable[[_K], str], what: str) -> dict[_K, Named | Unnamed]:
        wanted = list(dict.fromkeys(keys))
        todo = iter([key for key in wanted if key not in self._found])

        async def worker() -> None:
            for key in todo:
                self._found[key] = await self._one(key, path(key), what)

        await together(worker() for _ in range(min(self._workers, len(wanted))))
        return {key: self._found[key] for key in wanted}

    async def _one(self, key: str, path: str, what: str) -> Named | Unnamed:
        url = f"{self._endpoint.root}/{self._endpoint.version}/tenantRelationships/{path}"

        async def attempt(fresh: bool) -> Exchange:
            return await self._courier.exchange(Request(method="GET", url=url), fresh=fresh)

        exchange = await self._persistence.send(attempt)
        meaning, error = exchange.verdict.meaning, exchange.reply.error
        if meaning is Meaning.RENEW:
            raise self._courier.halt.error or HaltedError
        if meaning is Meaning.FORBIDDEN:
            step = f"Grant the app {LOOK_UP} as well, or write tenant ids and leave --check-names out."
            raise NotPermitted(f"Graph does not let us look up {what}: {error.message}", next_step=step)
        if meaning is Meaning.DONE:
            return _named(exchange.reply.body) or Unnamed(why="could not be looked up: Graph's answer names no tenant.")
        if meaning in {Meaning.NOT_THERE, Meaning.REFUSED}:
            return Unnamed(why="is no tenant that Entra knows.", hint=f"Check it. Graph said {error.code or meaning}.")
        raise ServiceFailing(
            f"{key} could not be looked up: {error.code}, {error.message}",
            next_step="Nothing was sent. Try again when Graph is well.",
        )


def _named(body: Json) -> Named | None:
    if not isinstance(body, Mapping) or not isinstance(body.get("tenantId"), str):
        return None
    texts = {name: value for name, value in body.items() if isinstance(value, str)}
    return Named(
        tenant=TenantId(texts["tenantId"].lower()),
        display_name=texts.get("displayName", ""),
        domain=texts.get("defaultDomainName", ""),
        brand=texts.get("federationBrandName", ""),
    )

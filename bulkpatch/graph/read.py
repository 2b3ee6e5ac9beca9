"""What Graph says now about the partners of a sheet: listed once, page by page.

A read that fails is never taken for "absent": only a 404 is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from bulkpatch.errors import BulkpatchError, GraphUnreachable, NotPermitted, ServiceFailing
from bulkpatch.graph.courier import PERMISSION, Courier, Request
from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.graph.halt import HaltedError
from bulkpatch.graph.reply import Reply
from bulkpatch.graph.retry import Exchange, Persistence
from bulkpatch.graph.together import together
from bulkpatch.graph.verdict import Meaning
from bulkpatch.model import Absent, Endpoint, GraphError, Json, Live, Settings, TenantId, Unread, Unreadable

IDLE_PAGES = 50
"""Pages in a row without a partner that was not seen before: a list that never ends."""


class Reader:
    """Reads partners and their synchronization policies."""

    def __init__(self, courier: Courier, endpoint: GraphEndpoint, persistence: Persistence, *, workers: int) -> None:
        self._courier = courier
        self._endpoint = endpoint
        self._persistence = persistence
        self._workers = workers

    async def live(
        self, tenants: Mapping[TenantId, bool], *, on_read: Callable[[], None] = lambda: None
    ) -> dict[TenantId, Live]:
        """Read every tenant of *tenants*; where the value is true, its synchronization policy too."""
        listed = await self.partners()

        async def one(tenant: TenantId) -> Live:
            # The list may lag behind, so absent is what a GET answers with 404.
            partner = listed.get(tenant) or await self.one(tenant, Endpoint.PARTNER)
            wanted = tenants[tenant] and isinstance(partner, Mapping)
            sync: Settings | Absent | Unread | Unreadable = Unread()
            if tenants[tenant]:
                sync = await self.one(tenant, Endpoint.SYNC) if wanted else Absent()
            on_read()
            return Live(tenant=tenant, partner=partner, sync=sync)

        return dict(zip(tenants, await _for_all(one, tenants, self._workers), strict=True))

    async def partners(self) -> dict[TenantId, Settings]:
        """List all partners; raises when the list cannot be read whole."""
        found: dict[TenantId, Settings] = {}
        url, seen, idle = self._endpoint.partners, set[str](), 0
        while url:
            seen.add(url)
            exchange = await self._get(url) if found else await self._knock(url)
            if exchange.verdict.meaning is Meaning.RENEW:
                raise self._courier.halt.error or HaltedError
            page = _page(exchange, first=len(seen) == 1, root=self._endpoint.root)
            known = len(found)
            found.update({TenantId(_id(item)): item for item in page["value"] if _id(item)})
            idle = idle + 1 if len(found) == known else 0
            url = page.get("@odata.nextLink") or ""
            if url and (url in seen or not isinstance(url, str) or not self._endpoint.is_ours(url)):
                raise _unreadable_list("its next page is not at the same address")
            if idle > IDLE_PAGES:
                raise _unreadable_list("page after page brings nothing new")
        return found

    async def default(self) -> Settings | None:
        """Read the tenant's default policy, from which partners inherit; None when it cannot be read."""
        exchange = await self._get(self._endpoint.default)
        if exchange.verdict.meaning is Meaning.RENEW:
            raise self._courier.halt.error or HaltedError
        known = exchange.verdict.meaning is Meaning.DONE and isinstance(exchange.reply.body, Mapping)
        return exchange.reply.body if known else None

    async def glance(self) -> Exchange:
        """Ask for one partner, to see whether reading works at all."""
        exchange = await self._knock(f"{self._endpoint.partners}?$top=1")
        if exchange.verdict.meaning is not Meaning.REFUSED:
            return exchange
        # That the list takes $top is in the metadata, and tried by nobody we know of.
        return await self._knock(self._endpoint.partners)

    async def one(
        self, tenant: TenantId, endpoint: Endpoint, *, last_look: bool = False
    ) -> Settings | Absent | Unreadable:
        """Read one resource of one partner; a *last look* may set out while the run is being stopped."""
        try:
            exchange = await self._get(self._endpoint.url(tenant, endpoint), last_look=last_look)
        except HaltedError:
            if not last_look:
                raise
            return Unreadable(error=GraphError(code="NotRead", message="The run was stopped before it could be read."))
        if exchange.verdict.meaning is Meaning.RENEW and not last_look:
            raise self._courier.halt.error or HaltedError
        if exchange.verdict.meaning is Meaning.DONE and isinstance(exchange.reply.body, Mapping):
            return exchange.reply.body
        if exchange.verdict.meaning is Meaning.NOT_THERE:
            return Absent(error=exchange.reply.error)
        return Unreadable(error=exchange.reply.error)

    async def _knock(self, url: str) -> Exchange:
        """The first request of a run: an address where nothing is does not get better by asking again."""
        exchange = await self._courier.exchange(Request(method="GET", url=url))
        never_arrived = _never_arrived(exchange.reply)
        return exchange if exchange.verdict.is_final or never_arrived else await self._get(url)

    async def _get(self, url: str, *, last_look: bool = False) -> Exchange:
        async def attempt(fresh: bool) -> Exchange:
            request = Request(method="GET", url=url, last_look=last_look)
            return await self._courier.exchange(request, fresh=fresh)

        return await self._persistence.send(attempt)


async def _for_all(one: Callable[[TenantId], Awaitable[Live]], tenants: Iterable[TenantId], workers: int) -> list[Live]:
    """Call *one* for every tenant, *workers* at a time; give the results in order."""
    todo = iter(enumerate(tenants))
    results: dict[int, Live] = {}

    async def worker() -> None:
        for index, tenant in todo:
            results[index] = await one(tenant)

    await together(worker() for _ in range(workers))
    return [results[index] for index in sorted(results)]


def _id(item: Json) -> str:
    tenant = item.get("tenantId") if isinstance(item, Mapping) else None
    return tenant.lower() if isinstance(tenant, str) else ""


def _page(exchange: Exchange, *, first: bool, root: str) -> Mapping[str, Json]:
    body = exchange.reply.body
    if exchange.verdict.meaning is Meaning.DONE:
        if isinstance(body, Mapping) and isinstance(body.get("value"), list):
            return body
        raise _not_graph(root, "its answer is not a list of partners") if first else _unreadable_list("a page is none")
    raise _cannot_list(exchange, first=first, root=root)


def _cannot_list(exchange: Exchange, *, first: bool, root: str) -> BulkpatchError:
    reply, meaning = exchange.reply, exchange.verdict.meaning
    if meaning is Meaning.FORBIDDEN:
        return NotPermitted(f"Graph does not let us read partners: {reply.error.message}", next_step=PERMISSION)
    if first and _never_arrived(reply):
        return _not_graph(root, reply.detail)
    if first and (meaning in {Meaning.NOT_THERE, Meaning.REFUSED} or (reply.status == 200 and not reply.is_json)):
        return _not_graph(root, f"it answers {reply.status} {reply.error.code}: {reply.error.message}")
    return _unreadable_list(f"{_describe(reply.error)}")


def _never_arrived(reply: Reply) -> bool:
    return reply.fault is not None and reply.fault.never_sent


def _describe(error: GraphError) -> str:
    status = f"{error.http_status} " if error.http_status else ""
    return f"{status}{error.code}: {error.message}"


def _not_graph(root: str, why: str) -> GraphUnreachable:
    return GraphUnreachable(
        f"No Microsoft Graph at {root}: {why.rstrip('.')}.",
        next_step="Check --graph-url, the network and the proxy. Nothing was sent.",
    )


def _unreadable_list(why: str) -> ServiceFailing:
    return ServiceFailing(
        f"The live partners could not be read: {why}.", next_step="Nothing was sent. Try again when Graph is well."
    )

"""A simulated Graph with one partner, and a plain HTTP client to ask it: nothing of the tool takes part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bulkpatch.simulator import Behaviour, Simulator

PARTNER = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"
OTHER = "90e29127-71ad-49c7-9ce8-db3f41ea06f2"
POLICY = "/v1.0/policies/crossTenantAccessPolicy"
PARTNERS = f"{POLICY}/partners"
ONE = f"{PARTNERS}/{PARTNER}"
SYNC = f"{ONE}/identitySynchronization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as the client saw it."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


Ask = Callable[..., Awaitable[Reply]]


@pytest.fixture
def behaviour() -> Behaviour:
    """What a module overrides to have another Graph."""
    return Behaviour()


@pytest.fixture
async def graph(behaviour: Behaviour) -> AsyncIterator[Simulator]:
    """A Graph with one partner that has nothing configured."""
    async with Simulator(behaviour) as graph:
        graph.store.add(PARTNER)
        yield graph


@pytest.fixture
async def ask(graph: Simulator) -> AsyncIterator[Ask]:
    """Ask it, with a token; follow nothing, retry nothing."""
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout, headers={"Authorization": "Bearer any"}) as session:

        async def call(method: str, path: str, body: Any = None, **more: Any) -> Reply:
            kept = {"json": body, "allow_redirects": False, **more}
            async with session.request(method, graph.url + path, **kept) as answer:
                is_json = answer.content_type == "application/json"
                content = await answer.json() if is_json and answer.status != 204 else await answer.read()
                return Reply(status=answer.status, body=content, headers=answer.headers)

        yield call

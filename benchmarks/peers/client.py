"""What people write today instead of bulkpatch: sends one PATCH per tenant, and says nothing of what was lost.

    python client.py bare|loop|sdk-sequential|sdk-gathered --url URL --tenants FILE --at-a-time N

Runs in an environment of its own (requirements.txt beside it) and imports nothing of bulkpatch.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

BODY = {"inboundTrust": {"isMfaAccepted": True}}


async def bare(url: str, tenants: Sequence[str], at_a_time: int) -> None:
    """Workers over aiohttp, and nothing else: the ceiling of what one process can send."""
    import aiohttp

    root, todo = f"{url}/v1.0/policies/crossTenantAccessPolicy/partners", iter(tenants)
    headers = {"Authorization": "Bearer token"}
    connector = aiohttp.TCPConnector(limit=at_a_time)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

        async def worker() -> None:
            for tenant in todo:
                async with session.patch(f"{root}/{tenant}", json=BODY) as response:
                    await response.read()

        await asyncio.gather(*(worker() for _ in range(at_a_time)))


async def loop(url: str, tenants: Sequence[str], at_a_time: int) -> None:
    """The usual script: gather under a semaphore, tenacity that sleeps as Retry-After says."""
    import aiohttp
    import tenacity

    root = f"{url}/v1.0/policies/crossTenantAccessPolicy/partners"
    limit = asyncio.Semaphore(at_a_time)

    class Again(Exception):
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as session:

        @tenacity.retry(
            retry=tenacity.retry_if_exception_type(Again),
            wait=lambda state: state.outcome.exception().seconds,
            stop=tenacity.stop_after_attempt(6),
        )
        async def patch(tenant: str) -> None:
            async with limit, session.patch(f"{root}/{tenant}", json=BODY) as response:
                if response.status in {429, 503}:
                    raise Again(float(response.headers.get("Retry-After", "1")))

        await asyncio.gather(*(patch(tenant) for tenant in tenants), return_exceptions=True)


def _sdk(url: str) -> Callable[[str], Awaitable[object]]:
    from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
    from msgraph_beta.generated.models.cross_tenant_access_policy_configuration_partner import (
        CrossTenantAccessPolicyConfigurationPartner as Partner,
    )
    from msgraph_beta.generated.models.cross_tenant_access_policy_inbound_trust import (
        CrossTenantAccessPolicyInboundTrust as Trust,
    )
    from msgraph_beta.graph_request_adapter import GraphRequestAdapter
    from msgraph_beta.graph_service_client import GraphServiceClient

    class Given:
        async def get_authorization_token(self, uri: str, additional_authentication_context: object = None) -> str:
            del uri, additional_authentication_context
            return "token"

    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Given()))
    adapter.base_url = f"{url}/beta"
    partners = GraphServiceClient(request_adapter=adapter).policies.cross_tenant_access_policy.partners

    async def patch(tenant: str) -> object:
        wanted = Partner(inbound_trust=Trust(is_mfa_accepted=True))
        return await partners.by_cross_tenant_access_policy_configuration_partner_tenant_id(tenant).patch(wanted)

    return patch


async def sdk_sequential(url: str, tenants: Sequence[str], at_a_time: int) -> None:
    """The Graph SDK in a for loop, with its own retry handler; a failure is passed over."""
    del at_a_time
    patch = _sdk(url)
    for tenant in tenants:
        await asyncio.gather(patch(tenant), return_exceptions=True)


async def sdk_gathered(url: str, tenants: Sequence[str], at_a_time: int) -> None:
    """The Graph SDK gathered under a semaphore, with its own retry handler."""
    patch, limit = _sdk(url), asyncio.Semaphore(at_a_time)

    async def one(tenant: str) -> None:
        async with limit:
            await patch(tenant)

    await asyncio.gather(*(one(tenant) for tenant in tenants), return_exceptions=True)


CLIENTS = {"bare": bare, "loop": loop, "sdk-sequential": sdk_sequential, "sdk-gathered": sdk_gathered}


def main() -> None:
    """Run one client."""
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--tenants", type=Path, required=True)
    parser.add_argument("--at-a-time", type=int, default=16)
    told = parser.parse_args()
    asyncio.run(CLIENTS[told.client](told.url, told.tenants.read_text().split(), told.at_a_time))


if __name__ == "__main__":
    main()

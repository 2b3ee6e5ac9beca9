"""Roll 500 tenants out to a server that throttles, and print what it cost each client.

The server is the simulator in a process of its own: a bucket of 100 writes refilled at 20 per second, which charges
refused writes and makes the wait of who calls early longer. The ideal is (500 - 100) / 20 = 20 s.

    python benchmarks/throttle.py [--tenants N]
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import multiprocessing as mp
import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import tenacity

from bulkpatch.simulator import Behaviour, Quota, Simulator, Store

BURST, PER_SECOND = 100, 20.0
BODY = {"inboundTrust": {"isMfaAccepted": True}}


@dataclass(frozen=True)
class Measured:
    """What one client did to the server."""

    name: str
    seconds: float
    done: int
    throttled: int
    early: int


def tenants(count: int) -> list[str]:
    """Tenant ids."""
    return [str(uuid.UUID(int=n + 1, version=4)) for n in range(count)]


def serve(pipe: Connection, count: int) -> None:
    """Run the simulator until told to end, then tell what it saw."""

    async def until_told() -> None:
        store = Store()
        for tenant in tenants(count):
            store.add(tenant)
        behaviour = Behaviour(quota=Quota(burst=BURST, per_second=PER_SECOND), latency=0.01)
        async with Simulator(behaviour, store) as graph:
            pipe.send(graph.url)
            await asyncio.to_thread(pipe.recv)
            writes = [e for e in graph.requests if e.method == "PATCH"]
            done = sum(1 for p in store.partners.values() if p["inboundTrust"])
            span = writes[-1].arrived - writes[0].arrived
            pipe.send((span, done, graph.throttled, graph.early_calls))

    asyncio.run(until_told())


def measure(name: str, count: int, client: object) -> Measured:
    """Run *client* against a fresh server."""
    here, there = mp.Pipe()
    server = mp.Process(target=serve, args=(there, count), daemon=True)
    server.start()
    url = here.recv()
    client(url)  # type: ignore[operator] # a function of the server's address
    here.send("end")
    seconds, done, throttled, early = here.recv()
    server.join()
    return Measured(name, seconds, done, throttled, early)


def bulkpatch(count: int, *options: str) -> object:
    """Roll out with bulkpatch itself, as a process."""

    def run(url: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sheet = Path(folder) / "s.csv"
            sheet.write_text("tenantId,Trust MFA\n" + "".join(f"{t},yes\n" for t in tenants(count)), encoding="utf-8")
            words = ["apply", str(sheet), "--yes", "--json", "--graph-url", url, "--report-dir", folder, *options]
            environment = {**os.environ, "BULKPATCH_ACCESS_TOKEN": "token"}
            subprocess.run(
                [sys.executable, "-m", "bulkpatch", *words], env=environment, check=False, capture_output=True
            )

    return run


def plain_loop(count: int) -> object:
    """What one writes around a client: gather, a semaphore, tenacity that sleeps as Retry-After says."""

    def run(url: str) -> None:
        asyncio.run(_plain_loop(url, count))

    return run


class _Again(Exception):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


async def _plain_loop(url: str, count: int) -> None:
    root = f"{url}/v1.0/policies/crossTenantAccessPolicy/partners"
    limit = asyncio.Semaphore(16)

    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as session:

        @tenacity.retry(
            retry=tenacity.retry_if_exception_type(_Again),
            wait=lambda state: state.outcome.exception().seconds,
            stop=tenacity.stop_after_attempt(6),
        )
        async def patch(tenant: str) -> None:
            async with limit, session.patch(f"{root}/{tenant}", json=BODY) as response:
                if response.status in {429, 503}:
                    raise _Again(float(response.headers.get("Retry-After", "1")))

        await asyncio.gather(*(patch(tenant) for tenant in tenants(count)), return_exceptions=True)


def graph_sdk(count: int) -> object:
    """Run the Microsoft Graph SDK for Python, gathered under a semaphore, with its own retry handler."""

    def run(url: str) -> None:
        asyncio.run(_graph_sdk(url, count))

    return run


async def _graph_sdk(url: str, count: int) -> None:
    from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
    from msgraph.generated.models.cross_tenant_access_policy_configuration_partner import (
        CrossTenantAccessPolicyConfigurationPartner as Partner,
    )
    from msgraph.generated.models.cross_tenant_access_policy_inbound_trust import (
        CrossTenantAccessPolicyInboundTrust as Trust,
    )
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient

    class Given:
        async def get_authorization_token(self, uri: str, additional_authentication_context: object = None) -> str:
            del uri, additional_authentication_context
            return "token"

    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Given()))
    adapter.base_url = f"{url}/v1.0"
    partners = GraphServiceClient(request_adapter=adapter).policies.cross_tenant_access_policy.partners
    limit = asyncio.Semaphore(16)

    async def patch(tenant: str) -> None:
        async with limit:
            wanted = Partner(inbound_trust=Trust(is_mfa_accepted=True))
            await partners.by_cross_tenant_access_policy_configuration_partner_tenant_id(tenant).patch(wanted)

    await asyncio.gather(*(patch(tenant) for tenant in tenants(count)), return_exceptions=True)


def main() -> None:
    """Measure every client and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=500)
    count = parser.parse_args().tenants
    ideal = max(count - BURST, 1) / PER_SECOND
    told = f"{BURST}/{BURST / PER_SECOND:g}"
    rows = [
        measure("bulkpatch, told the quota", count, bulkpatch(count, "--quota", told)),
        measure("bulkpatch, not told", count, bulkpatch(count)),
        measure("aiohttp + tenacity loop", count, plain_loop(count)),
    ]
    if importlib.util.find_spec("msgraph"):
        rows.append(measure("Graph SDK for Python", count, graph_sdk(count)))
    print(f"{count} tenants, bucket {BURST}, refill {PER_SECOND:g}/s, ideal {ideal:.1f} s, {time.strftime('%Y-%m-%d')}")
    print(f"{'client':<28}{'done':>6}{'seconds':>9}{'x ideal':>9}{'429s':>7}{'429 %':>8}{'early':>7}")
    for row in rows:
        share = 100 * row.throttled / count
        print(f"{row.name:<28}{row.done:>6}{row.seconds:>9.1f}{row.seconds / ideal:>9.2f}"
              f"{row.throttled:>7}{share:>8.1f}{row.early:>7}")  # fmt: skip


if __name__ == "__main__":
    main()

"""`bulkpatch simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkpatch.cli.screen import results
from bulkpatch.config import read_quota

if TYPE_CHECKING:
    from bulkpatch.simulator import Behaviour, Simulator, Store


def simulate(
    partners: Annotated[
        Path | None,
        typer.Option("--partners", metavar="SHEET", help="Begin with the tenants of this sheet as partners."),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    fault_rate: Annotated[
        float, typer.Option("--fault-rate", min=0, max=0.9, help="Share of requests that fail.")
    ] = 0.0,
    latency: Annotated[float, typer.Option("--latency", min=0, max=60, help="Seconds for each answer.")] = 0.0,
    quota: Annotated[
        str, typer.Option("--quota", metavar="WRITES/SECONDS", help="The write quota to enforce, or off.")
    ] = "3000/150",
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="Serve Entra's sign-in as well, over TLS, with an app made up for it.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Which faults, always the same.")] = 0,
) -> None:
    """Serve a Graph on loopback that keeps partners in memory, until Ctrl-C.

    It pages, checks types, throttles and fails as Graph is documented to. Any bearer token is good, unless it serves
    sign-in too.

    Example: [bold]bulkpatch simulate --partners inputs/partners.csv --fault-rate 0.05[/bold]
    """
    import asyncio

    from bulkpatch.simulator import Behaviour, Quota, Simulator, Store

    store = Store()
    for tenant in _tenants(partners):
        store.add_named(tenant)
    told = read_quota(quota)
    behaviour = Behaviour(
        latency=latency,
        fault_rate=fault_rate,
        seed=seed,
        quota=Quota(burst=told[0], per_second=told[0] / told[1]) if told else None,
        record=False,
    )
    asyncio.run(_serve_signed_in(behaviour, store, port) if sign_in else _serve(Simulator(behaviour, store, port=port)))


def _tenants(partners: Path | None) -> list[str]:
    from bulkpatch.source import from_sheet
    from bulkpatch.validation import validate

    if partners is None:
        return []
    checked = validate(from_sheet(partners, worksheet=None).sheet, api_version="beta", allow_bare=True)
    return [change.tenant for change in checked.changes]


async def _serve(simulator: Simulator) -> None:
    async with simulator as graph:
        console = results()
        _title(graph)
        console.print(f"  BULKPATCH_ACCESS_TOKEN=any bulkpatch plan SHEET --graph-url {graph.url}", soft_wrap=True)
        await _ended()


async def _serve_signed_in(behaviour: Behaviour, store: Store, port: int) -> None:
    import secrets
    import tempfile

    from bulkpatch.simulator import Simulator
    from bulkpatch.simulator.signin import Registration, SignInServer

    app = Registration(secret=secrets.token_urlsafe(24))
    with tempfile.TemporaryDirectory(prefix="bulkpatch-") as folder:
        async with SignInServer(app) as entra, Simulator(behaviour, store, port=port, tokens=entra.tokens) as graph:
            trusted = Path(folder) / "ca.pem"
            trusted.write_bytes(entra.authority.pem)
            _title(graph)
            told = {
                "AZURE_AUTHORITY_HOST": entra.url,
                "SSL_CERT_FILE": str(trusted),
                "AZURE_TENANT_ID": app.tenant,
                "AZURE_CLIENT_ID": app.client_id,
                "AZURE_CLIENT_SECRET": app.secret,  # made up a moment ago, good for nothing but this process
                "BULKPATCH_GRAPH_URL": graph.url,
            }
            for name, value in told.items():
                results().print(f"  export {name}={value}", soft_wrap=True)
            await _ended()


def _title(graph: Simulator) -> None:
    partners = len(graph.store.partners)
    results().print(f"Graph simulator with {partners} partners at [bold]{graph.url}[/bold]  (Ctrl-C ends it)")


async def _ended() -> None:
    import asyncio
    import signal

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()

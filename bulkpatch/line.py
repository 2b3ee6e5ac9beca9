"""Everything a run shares while it talks to Graph, opened and closed as one thing."""

from __future__ import annotations

import asyncio
import platform
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from bulkpatch.config import Options, SignIn, Way, read_max_failures, read_quota
from bulkpatch.graph.auth import GivenToken, TokenSource, claims_in, sign_in
from bulkpatch.graph.circuit import Circuit
from bulkpatch.graph.client import open_client
from bulkpatch.graph.clouds import cloud_of
from bulkpatch.graph.courier import Courier
from bulkpatch.graph.endpoint import GraphEndpoint, read_root
from bulkpatch.graph.gate import Gate
from bulkpatch.graph.halt import Halt
from bulkpatch.graph.names import Names
from bulkpatch.graph.network import tls_context
from bulkpatch.graph.pace import DOCUMENTED, Pace, Quota
from bulkpatch.graph.read import Reader
from bulkpatch.graph.retry import Patience, Persistence
from bulkpatch.graph.write import Ledger, Writer
from bulkpatch.preflight import Who, require_audience, require_home
from bulkpatch.waves import read_waves

_NO_ENVIRONMENT: Mapping[str, str] = {}

READS = Quota(writes=3500, seconds=10)
"""Microsoft's throttling limits for the smallest tenants: 3,500 resource units per 10 s; a read costs one or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open line to Graph: who reads, who writes, and what stops both."""

    courier: Courier
    reader: Reader
    persistence: Persistence
    endpoint: GraphEndpoint
    halt: Halt
    clock: Callable[[], float]
    today: Callable[[], datetime]
    who: Who
    """Whoever is signed in, as far as the token tells."""
    names: Names
    simulates: str
    """The root that the simulator stands in for; empty when Graph is real."""
    versions: Mapping[str, str]

    @property
    def home_tenant(self) -> str:
        """Ours; empty when the token does not say."""
        return self.who.home_tenant

    def hold_back(self, until: datetime | None) -> None:
        """Let no write set out before *until*: an earlier run was told so, and Graph knows no runs."""
        wait = (until - self.today()).total_seconds() if until and not self.simulates else 0.0
        if wait > 0:
            self.courier.on_pause(self.courier.writes.pace.pause(self.clock(), wait))

    def writer(self, ledger: Ledger, *, create_missing: bool) -> Writer:
        """A writer that records what it sends in *ledger*."""
        return Writer(
            courier=self.courier,
            reader=self.reader,
            endpoint=self.endpoint,
            persistence=self.persistence,
            ledger=ledger,
            create_missing=create_missing,
        )


def check_options(options: Options) -> None:
    """Refuse options that describe no run, before anything is read; raises UsageError."""
    endpoint_of(options)
    read_max_failures(options.max_failures, of=0)
    read_waves(options.waves)
    if options.quota:
        read_quota(options.quota)


def endpoint_of(options: Options) -> GraphEndpoint:
    """Where Graph is: at `--graph-url`, or where the cloud has it; raises UsageError."""
    cloud = cloud_of(options.cloud, options.graph_url)
    root = read_root(options.graph_url) if options.graph_url else cloud.graph_root
    return GraphEndpoint(root=root, version=options.api_version)


def quota_of(options: Options) -> tuple[int, float] | None:
    """The write quota that a run keeps, as writes and seconds: the told one, or the documented one; None for none."""
    return read_quota(options.quota) if options.quota else (DOCUMENTED.writes, DOCUMENTED.seconds)


@asynccontextmanager
async def open_line(
    options: Options,
    tokens: TokenSource,
    *,
    halt: Halt,
    on_pause: Callable[[float], None] = lambda _: None,
    simulates: str = "",
    environ: Mapping[str, str] = _NO_ENVIRONMENT,
) -> AsyncIterator[Line]:
    """Open the line that *options* describe; raises UsageError when they describe none."""
    clock = asyncio.get_running_loop().time
    endpoint = endpoint_of(options)
    async with open_client(
        endpoint, connections=options.concurrency + 2, timeout=options.timeout, environ=environ
    ) as client:
        courier = Courier(
            client=client,
            tokens=tokens,
            reads=Gate(Pace(quota=READS, told=True, now=clock()), halt, clock=clock),
            writes=Gate(_write_pace(options, clock()), halt, clock=clock),
            halt=halt,
            circuit=Circuit(healthy_at=clock()),
            clock=clock,
            today=lambda: datetime.now(UTC),
            on_pause=on_pause,
        )
        persistence = Persistence(Patience(max_attempts=options.max_attempts), rng=random.Random(), halt=halt)  # noqa: S311
        yield Line(
            courier=courier,
            reader=Reader(courier, endpoint, persistence, workers=options.concurrency),
            names=Names(courier, endpoint, persistence, workers=options.concurrency),
            persistence=persistence,
            endpoint=endpoint,
            halt=halt,
            clock=clock,
            today=courier.today,
            who=Who(claims=claims_in(await tokens.token())),
            simulates=simulates,
            versions=_versions(),
        )


def _write_pace(options: Options, now: float) -> Pace:
    if not options.quota:
        return Pace(quota=DOCUMENTED, told=False, now=now)
    told = read_quota(options.quota)
    return Pace(quota=Quota(writes=told[0], seconds=told[1]) if told else None, told=True, now=now)


def _versions() -> dict[str, str]:
    ours = {name: version(name) for name in ("bulkpatch", "aiohttp", "tenacity", "pandas")}
    return {**ours, "python": platform.python_version()}


@asynccontextmanager
async def rehearsal(options: Options, tenants: Iterable[str]) -> AsyncIterator[tuple[str, GivenToken]]:
    """Serve a Graph in this process in which *tenants* are partners; give its root and a token for it."""
    from bulkpatch.simulator import Behaviour, Simulator, Store
    from bulkpatch.simulator import Quota as SimulatedQuota

    store = Store()
    for tenant in tenants:
        store.add_named(tenant)
    behaviour = Behaviour(
        latency=options.latency,
        fault_rate=options.fault_rate,
        seed=options.seed,
        quota=SimulatedQuota(burst=DOCUMENTED.writes, per_second=DOCUMENTED.per_second),
        page_size=1000,  # how many Graph gives at once is not documented; nobody rehearses to watch a list being read
        record=False,
    )
    async with Simulator(behaviour, store) as graph:
        yield graph.url, GivenToken("simulated")


@asynccontextmanager
async def signed_line(
    options: Options,
    told: SignIn,
    environ: Mapping[str, str],
    *,
    halt: Halt,
    say: Callable[[str], None],
    on_pause: Callable[[float], None] = lambda _: None,
) -> AsyncIterator[tuple[Way, Line]]:
    """Sign in as *told* and open the line; *say* tells a person what to do for it. Raises SignInFailed."""
    cloud = cloud_of(options.cloud, options.graph_url)
    signed = sign_in(
        told,
        environ,
        authority_host=cloud.authority_host,
        graph_root=cloud.graph_root,
        tls=tls_context(environ),
        say=say,
        clock=asyncio.get_running_loop().time,
    )
    async with open_line(options, signed.tokens, halt=halt, on_pause=on_pause, environ=environ) as line:
        yield signed.way, line


def require_ours(line: Line, options: Options, told: SignIn) -> None:
    """Refuse a token of another tenant than the one *told*, or of another cloud. Raises SignInFailed."""
    require_home(line.who, told.tenant_id)
    require_audience(line.who, cloud_of(options.cloud, options.graph_url).graph_root)


@asynccontextmanager
async def rehearsed_line(
    options: Options, tenants: Iterable[str], *, halt: Halt, on_pause: Callable[[float], None] = lambda _: None
) -> AsyncIterator[Line]:
    """Open a line to a Graph inside this process, in which *tenants* are partners."""
    async with rehearsal(options, tenants) as (root, token):
        simulated, stands_for = replace(options, graph_url=root, cloud=""), endpoint_of(options).root
        async with open_line(simulated, token, halt=halt, on_pause=on_pause, simulates=stands_for) as line:
            yield line

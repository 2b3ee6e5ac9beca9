"""The HTTP server: takes requests on loopback, lets quota and faults have their say, and answers as Graph does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from aiohttp import web

from bulkpatch.simulator.behaviour import Behaviour, Exchange, Quota
from bulkpatch.simulator.faults import Fault
from bulkpatch.simulator.graph import Graph
from bulkpatch.simulator.misfortune import Misfortune
from bulkpatch.simulator.request import Asked, read
from bulkpatch.simulator.store import Store
from bulkpatch.simulator.throttle import Throttle
from bulkpatch.simulator.wire import Answer, failure, to_wire

if TYPE_CHECKING:
    from bulkpatch.simulator.signin import Tokens


class Simulator:
    """Serves on 127.0.0.1 while it is entered as a context; there is no way to have it listen elsewhere."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        store: Store | None = None,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.monotonic,
        tokens: Tokens | None = None,
    ) -> None:
        """Without *tokens* any bearer token is good, or the one that *behaviour* names."""
        self.behaviour = behaviour or Behaviour()
        self.store = store or Store()
        self.requests: list[Exchange] = []
        self.early_calls = 0
        """Requests that came before the wait of an earlier 429 was over."""
        self.throttled = 0
        """Requests that were answered 429, by the quota or by a fault."""
        self.url = ""
        """The root without the version."""
        self._port = port
        self._clock = clock
        self._throttle = Throttle(self.behaviour, clock())
        self._misfortune = Misfortune(self.behaviour.fault_rate, self.behaviour.seed)
        self._closing = asyncio.Event()
        self._graph = Graph(self.store, self.behaviour, clock, tokens)

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._graph.partners.root = self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def script(
        self,
        fault: Fault,
        *,
        tenant: str | None = None,
        method: str | None = None,
        endpoint: str | None = None,
        times: int = 1,
    ) -> None:
        """Let the next *times* requests that match meet *fault*; None matches any."""
        self._misfortune.script(fault, tenant=tenant, method=method, endpoint=endpoint, times=times)

    def set_quota(self, quota: Quota | None, *, reads: bool = False) -> None:
        """Take another quota on writes, or on reads, from now on; None lifts it."""
        self._throttle.change(quota, self._clock(), reads=reads)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        arrived = self._clock()
        asked = await read(request)
        if self.behaviour.latency:
            await asyncio.sleep(self.behaviour.latency)
        answer, early, fault = self._decide(asked, arrived)
        silent = fault is not None and fault.silent
        self._remember(asked, arrived, answer, early=early, silent=silent)
        if fault is not None and silent:
            await self._keep_silent(request, fault)
        return _response(answer, asked, fault)

    def _decide(self, asked: Asked, arrived: float) -> tuple[Answer, bool, Fault | None]:
        if refusal := self._graph.unauthorized(asked):
            return refusal, False, None
        if over := self._throttle.refusal(asked.method, arrived):
            return over.answer, over.early, None
        fault = self._misfortune.draw((asked.tenant, asked.method, asked.endpoint))
        if fault is None:
            answer = self._graph.answer(asked)
        else:
            done = self._graph.answer(asked) if fault.carries_out else None
            answer = _struck(fault, done)
        use = self._throttle.told_use(asked.method, arrived)
        return (answer.with_headers(use) if use else answer), False, fault

    async def _keep_silent(self, request: web.BaseRequest, fault: Fault) -> NoReturn:
        if fault.hang:
            await self._closing.wait()
        if request.transport is not None:
            request.transport.abort()
        raise asyncio.CancelledError

    def _remember(self, asked: Asked, arrived: float, answer: Answer, *, early: bool, silent: bool) -> None:
        throttled = answer.status == 429
        self.early_calls += early
        self.throttled += throttled
        if not self.behaviour.record:
            return
        self.requests.append(
            Exchange(
                arrived=arrived,
                method=asked.method,
                path=asked.path,
                tenant=asked.tenant,
                endpoint=asked.endpoint,
                body=asked.body,
                status=None if silent else answer.status,
                applied=answer.applied,
                early=early,
                throttled=throttled,
                client_request_id=asked.client_request_id,
            )
        )


def _struck(fault: Fault, done: Answer | None) -> Answer:
    """The answer that *fault* leaves of what was *done*."""
    applied = done is not None and done.applied
    if fault.status is None:
        return done or Answer(status=0)
    if fault.body is None:
        return failure(
            fault.status, fault.code, fault.message, headers=fault.headers, details=fault.details, applied=applied
        )
    return Answer(
        status=fault.status, text=fault.body, headers=fault.headers, content_type=fault.content_type, applied=applied
    )


def _response(answer: Answer, asked: Asked, fault: Fault | None) -> web.StreamResponse:
    content, headers = to_wire(answer, asked.client_request_id)
    if fault is None or not fault.truncate:
        return web.Response(status=answer.status, body=content or None, headers=headers)
    cut = web.Response(status=answer.status, body=content[:-1], headers=headers | {"Content-Length": str(len(content))})
    cut.force_close()
    return cut

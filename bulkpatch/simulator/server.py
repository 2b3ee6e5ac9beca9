"""The HTTP server: routes, tokens, quota, faults, and an answer to each request as Graph gives it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bulkpatch.simulator.behaviour import Behaviour, Exchange, Quota
from bulkpatch.simulator.faults import Fault, Misfortune
from bulkpatch.simulator.graph import Answer, Asked, Graph, failure
from bulkpatch.simulator.quota import Bucket
from bulkpatch.simulator.store import Store
from bulkpatch.simulator.wire import headers_for, to_bytes

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_PATH = re.compile(
    r"/(?P<version>v1\.0|beta)/(?:policies/crossTenantAccessPolicy/(?:(?P<default>default)"
    r"|partners(?:/(?P<tenant>[^/]+)(?P<sync>/identitySynchronization)?)?)"
    r"|tenantRelationships/(?P<look>findTenantInformationBy\w+)\(\w+='(?P<key>[^']*)'\))/?"
)


class Simulator:
    """Serves on 127.0.0.1 while it is entered as a context."""

    def __init__(self, behaviour: Behaviour | None = None, store: Store | None = None, *, port: int = 0) -> None:
        self.behaviour = behaviour or Behaviour()
        self.store = store or Store()
        self.requests: list[Exchange] = []
        self.early_calls = 0
        self.throttled = 0
        self.url = ""
        self._port = port
        self._bucket = Bucket(self.behaviour.quota, time.monotonic()) if self.behaviour.quota else None
        self._misfortune = Misfortune(self.behaviour.fault_rate, self.behaviour.seed)
        self._graph = Graph(self.store, self.behaviour)
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)  # loopback, and nothing else
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._graph.root = self.url
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
        """Let the next *times* requests that match meet *fault*."""
        self._misfortune.script(fault, tenant=tenant, method=method, endpoint=endpoint, times=times)

    def set_quota(self, quota: Quota) -> None:
        """Take another write quota from now on."""
        if self._bucket is None:
            self._bucket = Bucket(quota, time.monotonic())
        self._bucket.change(quota, time.monotonic())

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        arrived = time.monotonic()
        asked = await _read(request)
        if self.behaviour.latency:
            await asyncio.sleep(self.behaviour.latency)
        answer, early, fault = self._answer(asked, arrived)
        throttled = answer.status == 429
        self.early_calls += early
        self.throttled += throttled
        silent = fault is not None and (fault.reset or fault.hang)
        self._remember(asked, arrived, answer, early=early, throttled=throttled, silent=silent)
        if fault is not None:
            await self._strike(request, fault)
        return _response(answer, asked, fault)

    def _answer(self, asked: Asked, now: float) -> tuple[Answer, bool, Fault | None]:
        if refusal := self._graph.unauthorized(asked):
            return refusal, False, None
        if asked.method in WRITES and self._bucket is not None:
            over = self._bucket.ask(now, grace=2 * self.behaviour.latency)
            if over:
                return _too_many(over.retry_after), over.early, None
        fault = self._misfortune.draw(asked.tenant, asked.method, asked.endpoint)
        if fault is None:
            return self._graph.answer(asked), False, None
        done = self._graph.answer(asked) if fault.apply or fault.status is None else None
        applied = bool(done and done.applied)
        if fault.status is None:
            return done or failure(500, "", ""), False, fault
        return _faulty(fault, applied=applied), False, fault

    async def _strike(self, request: web.BaseRequest, fault: Fault) -> None:
        if fault.hang:
            with suppress(TimeoutError):
                async with asyncio.timeout(3600):
                    await self._closing.wait()
        if (fault.reset or fault.hang) and request.transport is not None:
            request.transport.abort()
            raise asyncio.CancelledError

    def _remember(
        self, asked: Asked, arrived: float, answer: Answer, *, early: bool, throttled: bool, silent: bool
    ) -> None:
        if self.behaviour.record:
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


async def _read(request: web.BaseRequest) -> Asked:
    text = await request.read()
    found = _PATH.fullmatch(request.path)
    parts = found.groupdict() if found else {}
    tenant = (parts.get("tenant") or "").lower()
    kind = "partner" if tenant else "partners"
    if parts.get("sync"):
        kind = "identitySynchronization"
    if parts.get("default") or parts.get("look"):
        kind = parts.get("default") or parts["look"] or ""
    try:
        body, readable = (json.loads(text), True) if text else (None, True)
    except ValueError:
        body, readable = None, False
    return Asked(
        method=request.method,
        path=request.path,
        version=parts.get("version") or "",
        endpoint=kind if found else "",
        tenant=tenant,
        key=parts.get("key") or "",
        query=dict(request.query),
        body=body,
        readable=readable,
        authorization=request.headers.get("Authorization", ""),
        client_request_id=request.headers.get("client-request-id", ""),
    )


def _too_many(seconds: int) -> Answer:
    return failure(
        429,
        "TooManyRequests",
        "Please retry again later.",
        headers={"Retry-After": str(seconds), "x-ms-throttle-information": "WriteLimitExceeded"},
    )


def _faulty(fault: Fault, *, applied: bool) -> Answer:
    status = fault.status or 500
    if fault.body is None:
        answer = failure(status, fault.code, fault.message, headers=fault.headers, details=fault.details)
        return Answer(status=status, body=answer.body, headers=answer.headers, applied=applied)
    return Answer(status=status, text=fault.body, headers=fault.headers, applied=applied)


def _response(answer: Answer, asked: Asked, fault: Fault | None) -> web.StreamResponse:
    content = to_bytes(answer, asked.client_request_id)
    headers: dict[str, Any] = headers_for(answer, asked.client_request_id)
    if content and fault is not None:
        headers["Content-Type"] = fault.content_type
    elif content:
        headers["Content-Type"] = "application/json"
    if fault is not None and fault.truncate:
        headers["Content-Length"] = str(len(content) + 1000)
    return web.Response(status=answer.status, body=content or None, headers=headers)

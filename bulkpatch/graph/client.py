"""Requests over aiohttp → replies. The only room that imports aiohttp.

A reply always comes back: what goes wrong on the way is a `Fault` in it. Redirects are not followed, since the token
would go with them.
"""

from __future__ import annotations

import json
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import TypedDict

import aiohttp

from bulkpatch.graph.endpoint import GraphEndpoint
from bulkpatch.graph.network import Proxy, proxy_for, tls_context
from bulkpatch.graph.reply import Fault, Reply, read_reply
from bulkpatch.model import Settings

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; a page of partners is far smaller."""

_FAULTS: tuple[tuple[type[BaseException], Fault], ...] = (
    # The order matters: aiohttp's connector errors are OSErrors, its timeouts are TimeoutErrors.
    (aiohttp.ClientHttpProxyError, Fault.PROXY),
    (aiohttp.ClientConnectorDNSError, Fault.UNRESOLVED),
    (aiohttp.ClientSSLError, Fault.TLS),
    (ssl.SSLError, Fault.TLS),
    (aiohttp.ConnectionTimeoutError, Fault.CONNECT_TIMEOUT),
    (TimeoutError, Fault.TIMEOUT),
    (aiohttp.ClientConnectorError, Fault.REFUSED),
    (aiohttp.ClientPayloadError, Fault.TRUNCATED),
    (aiohttp.ClientConnectionError, Fault.RESET),
    (aiohttp.ClientResponseError, Fault.GARBLED),
    (aiohttp.ClientError, Fault.GARBLED),
    (OSError, Fault.RESET),
)


_as_json = json.JSONEncoder(ensure_ascii=False).encode


class _ToProxy(TypedDict, total=False):
    proxy: str
    proxy_headers: dict[str, str]


class GraphClient:
    """Sends one request and gives its reply; knows the endpoint, and nothing of retries."""

    def __init__(
        self,
        endpoint: GraphEndpoint,
        *,
        pooled: aiohttp.ClientSession,
        fresh: aiohttp.ClientSession,
        proxy: Proxy | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._proxy = _to_proxy(proxy)
        self._pooled = pooled
        self._fresh = fresh

    async def send(
        self,
        method: str,
        url: str,
        *,
        token: str,
        body: Settings | None = None,
        fresh: bool = False,
        request_id: str = "",
    ) -> Reply:
        """Send *body* as JSON to *url*; *fresh* takes a new connection, as Microsoft advises after a 503."""
        request_id = request_id or str(uuid.uuid4())
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {token}", "client-request-id": request_id, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if method != "GET":
            headers["x-ms-throttle-priority"] = "Low"
        payload = None if body is None else _as_json(body).encode()
        session = self._fresh if fresh else self._pooled
        try:
            async with session.request(
                method, url, data=payload, headers=headers, allow_redirects=False, **self._proxy
            ) as response:
                return await _read(response, request_id, began)
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            return _fault(exc, request_id, began)


async def _read(response: aiohttp.ClientResponse, request_id: str, began: float) -> Reply:
    try:
        content = await response.content.read(LARGEST_ANSWER)
        while chunk := await response.content.read(LARGEST_ANSWER):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                response.close()
                break
        text, fault = content.decode("utf-8", errors="replace"), None
    except (aiohttp.ClientError, TimeoutError, OSError) as exc:
        text, fault = "", exc
    reply = read_reply(
        response.status, response.headers, text, client_request_id=request_id, seconds=time.monotonic() - began
    )
    return reply if fault is None else replace(reply, fault=_kind(fault), detail="The answer broke off.")


def _fault(exc: BaseException, request_id: str, began: float) -> Reply:
    kind = _kind(exc)
    return Reply(
        fault=kind, detail=_say(kind, exc), client_request_id=request_id, seconds=time.monotonic() - began
    )  # fmt: skip


def _kind(exc: BaseException) -> Fault:
    return next(fault for kind, fault in _FAULTS if isinstance(exc, kind))


def _say(kind: Fault, exc: BaseException) -> str:
    said = {
        Fault.UNRESOLVED: "the name cannot be resolved",
        Fault.REFUSED: "nothing answers at that address",
        Fault.PROXY: "the proxy does not let us through",
        Fault.TLS: "no trusted TLS connection",
        Fault.CONNECT_TIMEOUT: "no connection in time",
        Fault.TIMEOUT: "no answer in time",
        Fault.RESET: "the connection broke before an answer came",
        Fault.TRUNCATED: "the answer broke off",
        Fault.GARBLED: "the answer is not HTTP",
    }[kind]
    answered = getattr(exc, "status", None) if kind is Fault.PROXY else None
    reason = getattr(exc, "certificate_error", None) or getattr(exc, "os_error", None) or answered
    return f"{said} ({reason})" if reason else said


@asynccontextmanager
async def open_client(
    endpoint: GraphEndpoint,
    *,
    connections: int,
    timeout: float,  # noqa: ASYNC109 - per request, not for this call
    environ: Mapping[str, str],
) -> AsyncIterator[GraphClient]:
    """Open the one session that a run shares: at most *connections* at a time, *timeout* seconds for an answer."""
    tls, proxy = tls_context(environ), None if endpoint.is_loopback else proxy_for(endpoint.root)
    async with (
        _session(aiohttp.TCPConnector(limit=connections, ssl=tls), timeout) as pooled,
        _session(aiohttp.TCPConnector(limit=connections, ssl=tls, force_close=True), timeout) as fresh,
    ):
        yield GraphClient(endpoint, pooled=pooled, fresh=fresh, proxy=proxy)


def _to_proxy(proxy: Proxy | None) -> _ToProxy:
    if proxy is None:
        return {}
    if not proxy.user:
        return {"proxy": proxy.url}
    return {
        "proxy": proxy.url,
        "proxy_headers": {"Proxy-Authorization": aiohttp.encode_basic_auth(proxy.user, proxy.password)},
    }


def _session(connector: aiohttp.TCPConnector, seconds: float) -> aiohttp.ClientSession:
    # total bounds an answer that drips for ever; nobody waits for a connection, as there are as many as workers.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=2 * seconds + 15, sock_connect=min(seconds, 15), sock_read=seconds),
        headers={"User-Agent": f"bulkpatch/{version('bulkpatch')}"},
        cookie_jar=aiohttp.DummyCookieJar(),
    )

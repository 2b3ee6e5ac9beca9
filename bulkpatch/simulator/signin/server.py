"""The addresses of Entra's sign-in, over TLS, on loopback only."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import web

from bulkpatch.simulator.signin.grants import Grants, Refused
from bulkpatch.simulator.signin.registration import Registration
from bulkpatch.simulator.signin.tls import Authority
from bulkpatch.simulator.signin.tokens import Tokens


class SignInServer:
    """Serves while it is entered as a context."""

    def __init__(self, registration: Registration | None = None, *, port: int = 0) -> None:
        self.registration = registration or Registration()
        self.tokens = Tokens(self.registration)
        self.grants = Grants(self.tokens)
        self.authority = Authority()
        self.url = ""
        """`https://127.0.0.1:PORT`: what AZURE_AUTHORITY_HOST has to say."""
        self.echoes = False
        """Whether refusals repeat what they were sent: the worst that a server could do with a secret."""
        self.failures: list[int] = []
        """Statuses with which the next requests for a token are answered, instead of tokens."""
        self._port = port
        self._open: set[asyncio.Transport] = set()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._note])
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._configuration)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_post("/{tenant}/oauth2/v2.0/devicecode", self._device_code)
        app.router.add_get("/{tenant}/oauth2/v2.0/authorize", self._authorize)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        with tempfile.TemporaryDirectory() as folder:
            tls = self.authority.context(Path(folder))
        await web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=tls).start()
        self.url = f"https://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        # A client that keeps its connection never answers the end of TLS: cut it rather than wait.
        for transport in self._open:
            transport.abort()
        await asyncio.sleep(0)

    @web.middleware
    async def _note(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if isinstance(request.transport, asyncio.Transport):
            self._open.add(request.transport)
        return await handler(request)

    async def _configuration(self, request: web.Request) -> web.Response:
        tenant = request.match_info["tenant"]
        if not self._is_ours(tenant):
            return _refusal(Refused("invalid_tenant", 90002, f"Tenant '{tenant}' not found."))
        base = f"{self.url}/{tenant}"
        return web.json_response(
            {
                "issuer": f"{base}/v2.0",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            }
        )

    async def _token(self, request: web.Request) -> web.Response:
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        self.grants.endpoint = f"{self.url}{request.path}"
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return web.json_response(self.grants.answer(form))
        except Refused as exc:
            sent = f" It was sent {form}." if self.echoes else ""
            return _refusal(Refused(exc.error, exc.number, sent + exc.words))

    async def _device_code(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return web.json_response(self.grants.device(form))
        except Refused as exc:
            return _refusal(exc)

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        if not query.get("redirect_uri", "").startswith("http://localhost"):
            return _refusal(Refused("invalid_request", 50011, "The redirect URI does not match the ones configured."))
        answer = {"code": self.grants.authorize(query), "state": query.get("state", "")}
        if query.get("response_mode") == "form_post":
            return web.Response(text=_form(query.get("redirect_uri", ""), answer), content_type="text/html")
        return web.Response(status=302, headers={"Location": f"{query.get('redirect_uri')}?{urlencode(answer)}"})

    def _is_ours(self, tenant: str) -> bool:
        return tenant.lower() in {self.registration.tenant, "organizations", "common"}


def _form(address: str, answer: dict[str, str]) -> str:
    hidden = [f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in answer.items()]
    form = f'<form method="post" action="{escape(address)}">{"".join(hidden)}</form>'
    return f"<html><body>{form}<script>document.forms[0].submit()</script></body></html>"


def _refusal(exc: Refused) -> web.Response:
    trace, now = str(uuid.uuid4()), datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    words = f"AADSTS{exc.number}: {exc.words} Trace ID: {trace} Correlation ID: {trace} Timestamp: {now}"
    told: dict[str, Any] = {"error": exc.error, "error_description": words, "error_codes": [exc.number],
                            "timestamp": now, "trace_id": trace, "correlation_id": trace}  # fmt: skip
    return web.json_response(told, status=400 if exc.error != "invalid_client" else 401)

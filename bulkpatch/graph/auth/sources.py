"""From what is configured to a source of tokens."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bulkpatch.config import SignIn, Way
from bulkpatch.errors import SignInFailed, UsageError
from bulkpatch.graph.auth.azure_cli import AzureCliSignIn, azure_cli
from bulkpatch.graph.auth.given import given_token
from bulkpatch.graph.auth.shared import Acquire, SharedToken, TokenSource
from bulkpatch.graph.auth.ways import CERTIFICATE_PASSWORD, SECRET, choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A source of tokens, and the way in which it gets them."""

    way: Way
    tokens: TokenSource


def sign_in(
    told: SignIn,
    environ: Mapping[str, str],
    *,
    authority_host: str,
    graph_root: str,
    tls: ssl.SSLContext,
    say: Callable[[str], None],
    clock: Callable[[], float],
) -> Signed:
    """Choose a way and prepare it; nothing is asked of anybody yet. Raises UsageError or SignInFailed."""
    from bulkpatch.graph.auth import cache

    remembered = bool(told.client_id) and cache.is_kept(environ)
    way = choose(told, environ, signed_in_before=remembered, has_cli=bool(azure_cli()))
    if way is Way.TOKEN:
        return Signed(way=way, tokens=given_token(environ))
    _check_tenant(told.tenant_id)
    host = _checked_host(told.authority_host or authority_host)
    acquire = _acquirer(way, told, environ, host=host, graph_root=graph_root, tls=tls, say=say)
    return Signed(way=way, tokens=SharedToken(acquire, clock=clock))


def _acquirer(
    way: Way, told: SignIn, environ: Mapping[str, str], *, host: str, graph_root: str, tls: ssl.SSLContext,
    say: Callable[[str], None],
) -> Acquire:  # fmt: skip
    if way is Way.AZURE_CLI:
        return AzureCliSignIn(graph_root=graph_root, tenant=told.tenant_id)
    from bulkpatch.graph.auth.cache import open_cache
    from bulkpatch.graph.auth.entra import AppSignIn, Authority, MachineSignIn
    from bulkpatch.graph.auth.http import Session
    from bulkpatch.graph.auth.user import UserSignIn

    if way is Way.MANAGED_IDENTITY:
        near = Session(tls, straight=True, patience=1, connect=3.0)
        return MachineSignIn(identity=_identity(told), graph_root=graph_root, session=near)
    session = Session(tls, straight=urlsplit(host).hostname in {"127.0.0.1", "localhost", "::1"})
    authority = Authority(host=host, tenant=told.tenant_id or "organizations", graph_root=graph_root)
    if way in {Way.DEVICE_CODE, Way.INTERACTIVE}:
        return UserSignIn(
            authority=authority,
            client_id=told.client_id,
            by_code=way is Way.DEVICE_CODE,
            say=say,
            open_cache=partial(open_cache, environ),
            session=session,
        )
    credential = partial(_credential, way, told, environ)
    return AppSignIn(authority=authority, client_id=told.client_id, credential=credential, session=session)


def _credential(way: Way, told: SignIn, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 - as msal wants it
    from bulkpatch.graph.auth.entra import certificate

    if way is Way.CLIENT_SECRET:
        return _secret(SECRET, told.client_secret_file, environ)
    if way is Way.CERTIFICATE:
        password = _secret(CERTIFICATE_PASSWORD, told.certificate_password_file, environ)
        return certificate(Path(told.certificate), password, send_chain=told.send_certificate_chain)
    # A projected token is replaced by the platform every few minutes: it is read at each use.
    return {"client_assertion": lambda: _in_file(told.federated_token_file)}


def _identity(told: SignIn) -> dict[str, str]:
    named = {"client_id": told.client_id, "object_id": told.identity_object_id,
             "resource_id": told.identity_resource_id}  # fmt: skip
    given = {name: value for name, value in named.items() if value}
    if len(given) > 1:
        raise UsageError("A managed identity has one id: client, object or resource.", next_step="Give only one.")
    return given


def _secret(variable: str, file: str, environ: Mapping[str, str]) -> str:
    return _in_file(file) if file else environ.get(variable, "")


def _in_file(path: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        text = ""
    if not text:
        raise SignInFailed(f"{path} cannot be read, or is empty.", next_step="Put the credential there.")
    return text


def _check_tenant(tenant: str) -> None:
    """It becomes part of an address, and a word for az."""
    if tenant and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", tenant):
        example = "Write the GUID, or a domain such as contoso.onmicrosoft.com."
        raise UsageError(f'AZURE_TENANT_ID (or --tenant-id) "{tenant}" is no tenant.', next_step=example)


def _checked_host(host: str) -> str:
    host = host if "://" in host else f"https://{host}"
    parts = urlsplit(host)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query:
        example = "Example: AZURE_AUTHORITY_HOST=https://login.microsoftonline.us"
        raise UsageError("The authority host is not an https address.", next_step=example)
    return f"https://{parts.netloc}"

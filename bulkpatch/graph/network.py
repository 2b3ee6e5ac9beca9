"""How this machine reaches the outside: the proxy and the certificates that its administrator set up.

What holds for Graph holds for sign-in as well. `.netrc` is not read: it would put another Authorization header in.
"""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from bulkpatch.errors import UsageError

CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""A file of PEM certificates to trust, the first that is set. Without one, the system's store is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTP proxy, its credentials apart from its address."""

    url: str
    """Without user and password, so that it can be shown."""
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.url})"


def proxy_for(url: str) -> Proxy | None:
    """Find the proxy that the environment (or the system's settings) gives for *url*; None to go straight."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = urllib.request.getproxies()
    address = found.get(parts.scheme) or found.get("all", "")
    if not address or urllib.request.proxy_bypass(host):
        return None
    split = urlsplit(address if "://" in address else f"http://{address}")
    port = f":{split.port}" if split.port else ""
    bare = urlunsplit((split.scheme, f"{split.hostname}{port}", "", "", ""))
    return Proxy(url=bare, user=unquote(split.username or ""), password=unquote(split.password or ""))


def trusted_certificates(environ: Mapping[str, str]) -> str:
    """Say whose certificates are trusted: a file from the environment, or the system's store; raises UsageError."""
    for variable in CA_VARIABLES:
        path = environ.get(variable, "").strip()
        if path and not Path(path).exists():
            raise UsageError(
                f"{variable} names {path}, which is not there.", next_step="Correct it, or unset it for the system's."
            )
        if path:
            return path
    return ""


def tls_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Trust what the administrator trusts; raises UsageError when the named file holds no certificates."""
    path = trusted_certificates(environ)
    if not path:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        is_folder = Path(path).is_dir()
        return ssl.create_default_context(cafile=None if is_folder else path, capath=path if is_folder else None)
    except (ssl.SSLError, OSError) as exc:
        raise UsageError(f"{path} holds no certificates that can be read.", next_step="Name a PEM file.") from exc

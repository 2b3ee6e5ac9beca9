"""Where Graph is, and the addresses of what we read and write. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bulkpatch.errors import UsageError
from bulkpatch.model import Endpoint, TenantId

PUBLIC_ROOT = "https://graph.microsoft.com"
VERSIONS = ("v1.0", "beta")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEndpoint:
    """The root without the version, e.g. `https://graph.microsoft.com`, and the version."""

    root: str = PUBLIC_ROOT
    version: str = "v1.0"

    @property
    def partners(self) -> str:
        """The collection of partners."""
        return f"{self.root}/{self.version}/policies/crossTenantAccessPolicy/partners"

    @property
    def default(self) -> str:
        """The tenant's default policy."""
        return f"{self.root}/{self.version}/policies/crossTenantAccessPolicy/default"

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.root)

    def url(self, tenant: TenantId, endpoint: Endpoint) -> str:
        """The address of one partner, or of its synchronization policy; raises UsageError for no tenant id.

        Sheets are checked before; this holds for what a plan, a journal or Graph itself calls a tenant: `../users`
        must never become another address.
        """
        if not _GUID.fullmatch(tenant):
            raise UsageError(f'"{tenant}" is no tenant id, so it has no address.', next_step="Nothing was sent to it.")
        partner = f"{self.partners}/{tenant}"
        return partner if endpoint is Endpoint.PARTNER else f"{partner}/identitySynchronization"

    def is_ours(self, url: str) -> bool:
        """Whether *url* has this root's scheme, host and port: only there may the token go."""
        try:
            ours, theirs = urlsplit(self.root), urlsplit(url)
            return (ours.scheme, ours.hostname, _port(ours)) == (theirs.scheme, theirs.hostname, _port(theirs))
        except ValueError:
            return False


def _port(parts: object) -> int:
    port = getattr(parts, "port", None)
    return port or (80 if getattr(parts, "scheme", "") == "http" else 443)


def read_root(text: str) -> str:
    """Check a Graph root that a person gave; raises UsageError when the token must not go there."""
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    example = "Example: --graph-url https://graph.microsoft.us"
    # Also what urlsplit drops without a word: a line end inside.
    odd = not text.isascii() or not text.isprintable() or set(text) & set(" \\%") or ".." in parts.path
    if not host or odd or parts.scheme not in {"https", "http"}:
        raise UsageError(f'--graph-url "{_masked(text)}" is not an address.', next_step=example)
    if parts.username or parts.password or set(text) & set("?#"):
        raise UsageError("--graph-url takes no user, password, query or fragment.", next_step=example)
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError(
            f"--graph-url {text} would send the token unencrypted.", next_step="Use https; http is for loopback only."
        )
    if parts.path.rstrip("/").rsplit("/", maxsplit=1)[-1] in VERSIONS:
        raise UsageError(f"--graph-url {text} ends with the version.", next_step="Leave it out: use --api-version.")
    return text


def is_loopback(root: str) -> bool:
    """Whether *root* is on this machine."""
    try:
        return _is_loopback(urlsplit(root).hostname or "")
    except ValueError:
        return False


def _masked(text: str) -> str:
    return text.rsplit("@", maxsplit=1)[-1] if "@" in text else text


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""msal, one call at a time. With `cache`, the only room that imports it; everything here runs in a thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bulkpatch.errors import BulkpatchError, SignInFailed
from bulkpatch.graph.auth.http import Session
from bulkpatch.graph.auth.refusal import refused
from bulkpatch.graph.auth.shared import Issued
from bulkpatch.model import Json

KNOWN_HOSTS = ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
               "login.chinacloudapi.cn", "login.windows.net")  # fmt: skip
"""Hosts that Microsoft vouches for; of any other, msal would ask the global cloud."""

APP = "bulkpatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Where to sign in, and for which Graph."""

    host: str
    """With scheme, e.g. `https://login.microsoftonline.com`."""
    tenant: str
    graph_root: str

    @property
    def url(self) -> str:
        """As msal wants it."""
        return f"{self.host.rstrip('/')}/{self.tenant}"

    def settings(self, session: Session) -> dict[str, Any]:
        """What every msal application is told."""
        host = self.host.split("://", 1)[-1].rstrip("/")
        known = None if host in KNOWN_HOSTS else False
        return {"authority": self.url, "http_client": session, "instance_discovery": known, "app_name": APP,
                "client_capabilities": ["CP1"]}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class AppSignIn:
    """A confidential client: secret, certificate or assertion, by `credential`."""

    authority: Authority
    client_id: str
    credential: Callable[[], Any] = field(repr=False)
    session: Session
    _app: Any = None
    _secrets: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, *, claims: str | None, fresh: bool) -> Issued:
        """A token for the app's own permissions."""
        with translated(self.authority):
            import msal

            if self._app is None:  # its constructor goes to the network
                settings = self.authority.settings(self.session)
                shown = self.credential()
                self._secrets = _secrets_in(shown)
                self._app = msal.ConfidentialClientApplication(self.client_id, client_credential=shown, **settings)
            if fresh:
                self._app.remove_tokens_for_client()
            scopes = [f"{self.authority.graph_root}/.default"]
            return issued(_hidden(self._app.acquire_token_for_client(scopes, claims_challenge=claims), self._secrets))


@dataclass(slots=True, kw_only=True)
class MachineSignIn:
    """A managed identity: the machine knows who it is."""

    identity: Mapping[str, str]
    """`client_id`, `object_id` or `resource_id`; empty for the system's own."""
    graph_root: str
    session: Session
    _client: Any = None

    def __call__(self, *, claims: str | None, fresh: bool) -> Issued:
        """A token of the machine's identity."""
        with translated(None):
            import msal

            if self._client is None or fresh:
                who = msal.UserAssignedManagedIdentity(**self.identity) if self.identity else None
                who = who or msal.SystemAssignedManagedIdentity()
                self._client = msal.ManagedIdentityClient(who, http_client=self.session)
            return issued(self._client.acquire_token_for_client(resource=self.graph_root, claims_challenge=claims))


def certificate(path: Path, password: str, *, send_chain: bool) -> dict[str, Any]:
    """Read a PEM or PFX file as msal wants it; msal computes the SHA-256 thumbprint. Raises SignInFailed."""
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise SignInFailed(f"The certificate {path} cannot be read.", next_step="Check the path.") from exc
    if b"-----BEGIN" not in content:
        return {"private_key_pfx_path": str(path), "passphrase": password or None, "public_certificate": send_chain}
    text = content.decode("utf-8", errors="replace")
    blocks = re.findall(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", text, flags=re.DOTALL)
    keys = [block for block in blocks if "PRIVATE KEY-----" in block]
    public = [block for block in blocks if "BEGIN CERTIFICATE-----" in block]
    if not keys or not public:
        lacking = "private key" if not keys else "certificate"
        raise SignInFailed(f"{path} has no {lacking} in it.", next_step="Put key and certificate into one PEM file.")
    return {"private_key": keys[0], "passphrase": password or None, "public_certificate": "\n".join(public)}


def _secrets_in(credential: Any) -> tuple[str, ...]:  # noqa: ANN401 - as msal wants it
    found = credential.values() if isinstance(credential, Mapping) else [credential]
    return tuple(text for text in found if isinstance(text, str) and len(text) > 3)


def _hidden(result: Mapping[str, Json], secrets: tuple[str, ...]) -> Mapping[str, Json]:
    """Take the credential out of a refusal, should whoever refused repeat it."""
    said = str(result.get("error_description", ""))
    for secret in secrets:
        said = said.replace(secret, "…")
    return {**result, "error_description": said} if "error" in result else result


def issued(result: Mapping[str, Json] | None) -> Issued:
    """Read what msal gave; raises SignInFailed for its error dictionaries."""
    if not result or "access_token" not in result:
        raise refused(result or {"error": "no account"})
    refresh = result.get("refresh_in")
    return Issued(
        token=result["access_token"],
        expires_in=float(result.get("expires_in") or 3600),
        refresh_in=float(refresh) if isinstance(refresh, int | float | str) and str(refresh).isdigit() else None,
    )


class translated:  # noqa: N801 - reads as a word
    """Turns what msal and requests raise into one sentence; nothing of a credential is in it."""

    def __init__(self, authority: Authority | None) -> None:
        self._authority = authority

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: object) -> None:
        """Raise SignInFailed in place of whatever it was."""
        if isinstance(exc, Exception) and not isinstance(exc, BulkpatchError):
            # The cause may hold the request that failed, and with it the credential: it ends here.
            raise self._said(exc) from None

    def _said(self, exc: Exception) -> SignInFailed:
        import requests

        place = self._authority.host if self._authority else "the managed identity endpoint of this machine"
        if isinstance(exc, requests.exceptions.SSLError):
            step = "If a proxy or a private CA stands between, name its certificates with SSL_CERT_FILE."
            return SignInFailed(f"No trusted TLS connection to {place}.", next_step=step)
        if isinstance(exc, requests.exceptions.RequestException):
            step = (
                "Check the network and HTTPS_PROXY." if self._authority else "Run it on Azure, or use another --auth."
            )
            return SignInFailed(f"Nothing answers at {place} ({type(exc).__name__}).", next_step=step)
        if type(exc).__name__ == "MsalServiceError":
            return SignInFailed(f"{place} answers with faults.", next_step="Try again in a few minutes.")
        if self._authority and "authority configuration" in str(exc):
            what = f'{place} knows no tenant "{self._authority.tenant}"'
            return SignInFailed(f"{what}.", next_step="Check AZURE_TENANT_ID and --cloud.")
        if isinstance(exc, ValueError | TypeError) and self._authority:
            return SignInFailed(
                f"The credential cannot be used ({type(exc).__name__}): a wrong certificate password, or a file that "
                "is neither PEM nor PFX.",
                next_step="Check AZURE_CLIENT_CERTIFICATE_PATH and AZURE_CLIENT_CERTIFICATE_PASSWORD.",
            )
        return SignInFailed(f"The answer of {place} cannot be read ({type(exc).__name__}).", next_step="Try again.")

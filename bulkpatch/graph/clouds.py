"""The clouds of Microsoft: where each signs in, where its Graph is, and what its Graph lacks. Pure, data.

Sources: Microsoft's "National cloud deployments" for the hosts; the published v1.0 metadata of 2026-08 for what is
missing. No metadata of China was to be had, so nothing is known to be missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.errors import UsageError
from bulkpatch.graph.endpoint import is_loopback

_FAIRFAX_LACKS = ("tenantRestrictions", "m365CollaborationInbound", "m365CollaborationOutbound",
                  "appServiceConnectInbound")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One cloud. Tokens of one are worth nothing in another."""

    name: str
    title: str
    authority_host: str
    graph_root: str
    lacks: tuple[str, ...] = ()
    """Properties that its v1.0 metadata does not have."""


GLOBAL = Cloud(
    name="global",
    title="the global cloud (GCC too)",
    authority_host="https://login.microsoftonline.com",
    graph_root="https://graph.microsoft.com",
)

CLOUDS: Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        GLOBAL,
        Cloud(
            name="usgov",
            title="US Government L4 (GCC High)",
            authority_host="https://login.microsoftonline.us",
            graph_root="https://graph.microsoft.us",
            lacks=_FAIRFAX_LACKS,
        ),
        Cloud(
            name="dod",
            title="US Government L5 (DoD)",
            authority_host="https://login.microsoftonline.us",
            graph_root="https://dod-graph.microsoft.us",
            lacks=_FAIRFAX_LACKS,
        ),
        Cloud(
            name="china",
            title="China, operated by 21Vianet",
            authority_host="https://login.partner.microsoftonline.cn",
            graph_root="https://microsoftgraph.chinacloudapi.cn",
        ),
    )
}


OTHER_AUTHORITIES = ("https://login.chinacloudapi.cn", "https://login.windows.net")
"""Where Microsoft signs in as well; what `graph.auth.entra` takes for known."""


def require_vouched(*, graph_url: str, authority_host: str = "", said_by: str) -> None:
    """Refuse addresses that a file names, unless they are Microsoft's (a Graph on loopback is fine too).

    The token goes to one of them and the credential to the other: only the person who runs us may choose any other,
    on the command line or in the environment. Raises UsageError.
    """
    root, host = graph_url.strip().rstrip("/").lower(), authority_host.strip().rstrip("/").lower()
    if root and root not in {cloud.graph_root for cloud in CLOUDS.values()} and not is_loopback(root):
        raise _not_vouched(said_by, "your token", graph_url, "--graph-url")
    known = {*(cloud.authority_host for cloud in CLOUDS.values()), *OTHER_AUTHORITIES}
    if host and (host if "://" in host else f"https://{host}") not in known:
        raise _not_vouched(said_by, "your credential", authority_host, "--authority-host")


def _not_vouched(said_by: str, what: str, address: str, flag: str) -> UsageError:
    return UsageError(
        f"{said_by} would send {what} to {address}, which is not Microsoft's.",
        next_step=f"A file may not decide that. If it is right, say it yourself: {flag} {address}",
    )


def cloud_of(name: str, graph_url: str = "") -> Cloud:
    """Find the cloud that `--cloud` names, or the one whose root `--graph-url` is; raises UsageError.

    A root that belongs to another cloud than the one named is refused.
    """
    at_root = next((cloud for cloud in CLOUDS.values() if cloud.graph_root == graph_url.rstrip("/")), None)
    if not name:
        return at_root or GLOBAL
    if name not in CLOUDS:
        raise UsageError(f'--cloud "{name}" is not one of {", ".join(CLOUDS)}.', next_step="Example: --cloud usgov")
    if at_root is not None and at_root.name != name:
        what = f"--graph-url {graph_url} is the root of --cloud {at_root.name}, not of --cloud {name}"
        raise UsageError(f"{what}; tokens are not interchangeable between clouds.", next_step="Leave one of them out.")
    return CLOUDS[name]

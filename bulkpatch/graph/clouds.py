"""The clouds of Microsoft: where each signs in, where its Graph is, and what its Graph lacks. Pure, data.

Sources: Microsoft's "National cloud deployments" for the hosts; the published v1.0 metadata of 2026-08 for what is
missing. No metadata of China was to be had, so nothing is known to be missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.errors import UsageError

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

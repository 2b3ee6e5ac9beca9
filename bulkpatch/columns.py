"""The catalogue of columns: what a sheet may say, as data. Pure.

It drives validation, `bulkpatch columns`, the help texts and the README table, so that these cannot disagree.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bulkpatch.schema import PROPERTIES, READ_ONLY, Kind, Node, Property, walk

TENANT_HEADER = "tenantId"
TENANT_ALIASES = ("Tenant ID", "Tenant", "Partner tenant ID", "Partner tenant", "Partner ID", "Directory ID")
LABEL_HEADERS = (
    "Partner",
    "Partner name",
    "Name",
    "Display name",
    "Organization",
    "Organisation",
    "Company",
    "Customer",
)
DOMAIN_HEADERS = ("Domain", "Domain name", "Primary domain", "Default domain", "Tenant domain")

_LOOK_ALIKES = str.maketrans("авеіјкмнорѕтухсԁһαβεικμνορτυχ", "abeijkmhopstyxcdhabeikmvoptux")
"""Cyrillic and Greek letters that nobody can tell from Latin ones."""

_DIRECTIONS = {
    "b2bCollaborationInbound": "B2B inbound",
    "b2bCollaborationOutbound": "B2B outbound",
    "b2bDirectConnectInbound": "Direct connect inbound",
    "b2bDirectConnectOutbound": "Direct connect outbound",
    "tenantRestrictions": "Tenant restrictions",
    "m365CollaborationInbound": "M365 inbound",
    "m365CollaborationOutbound": "M365 outbound",
    "appServiceConnectInbound": "App service inbound",
}
_HALVES = {"usersAndGroups": "users", "users": "users", "applications": "apps"}

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "inboundTrust.isMfaAccepted": ("Trust MFA", "isMfaAccepted"),
    "inboundTrust.isCompliantDeviceAccepted": ("Trust compliant devices", "isCompliantDeviceAccepted"),
    "inboundTrust.isHybridAzureADJoinedDeviceAccepted": (
        "Trust hybrid joined devices",
        "isHybridAzureADJoinedDeviceAccepted",
    ),
    "automaticUserConsentSettings.inboundAllowed": (
        "Automatic redemption inbound",
        "Automatic consent inbound",
    ),
    "automaticUserConsentSettings.outboundAllowed": (
        "Automatic redemption outbound",
        "Automatic consent outbound",
    ),
    "userSyncInbound.isSyncAllowed": ("User sync", "Allow user sync", "isSyncAllowed"),
    "identitySynchronization.displayName": ("Sync policy name",),
    "groupSyncInbound.isSyncAllowed": ("Group sync",),
    "roleEnabledGroupSyncInbound.isSyncAllowed": ("Role group sync",),
    "externalCloudAuthorizedApplicationId": ("External cloud application",),
    "blockServiceProviderOutboundAccess": ("Block service provider outbound",),
}

_HELP: Mapping[str, str] = {
    "inboundTrust.isMfaAccepted": "trust multifactor authentication done in the partner's tenant",
    "inboundTrust.isCompliantDeviceAccepted": "trust the partner's compliant-device claim",
    "inboundTrust.isHybridAzureADJoinedDeviceAccepted": "trust the partner's hybrid-joined-device claim",
    "automaticUserConsentSettings.inboundAllowed": "skip the consent prompt for the partner's users here",
    "automaticUserConsentSettings.outboundAllowed": "skip the consent prompt for our users there",
    "userSyncInbound.isSyncAllowed": "let the partner synchronize users into this tenant; "
    "false stops it and keeps users already synchronized",
    "identitySynchronization.displayName": "a name for the synchronization policy",
    "groupSyncInbound.isSyncAllowed": "let the partner synchronize groups",
    "roleEnabledGroupSyncInbound.isSyncAllowed": "let the partner synchronize role-enabled groups",
    "externalCloudAuthorizedApplicationId": "application of the other cloud that may synchronize",
    "blockServiceProviderOutboundAccess": "keep users from signing in to the partner through GDAP; "
    "that an update takes it is not documented",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing a sheet can say about a partner."""

    path: str
    """Graph path, e.g. `inboundTrust.isMfaAccepted`: the canonical header."""
    prop: Property
    node: Node
    aliases: tuple[str, ...] = ()
    help: str = ""

    @property
    def is_leaf(self) -> bool:
        """Whether it is a single setting; the others take JSON for a whole object."""
        return isinstance(self.node, Kind)

    @property
    def allowed(self) -> str:
        """What may be written in its cells, besides blank and `inherit`."""
        return _ALLOWED[self.node] if isinstance(self.node, Kind) else "JSON object"


_ALLOWED: Mapping[Kind, str] = {
    Kind.BOOLEAN: "true, false (yes/no, on/off, 1/0)",
    Kind.ACCESS: "allowed, blocked",
    Kind.PRINCIPALS: "AllUsers, or user:GUID; group:GUID; …",
    Kind.APPLICATIONS: "AllApplications, Office365, or app:GUID; …",
    Kind.GUID: "a GUID",
    Kind.TEXT: "any text",
}


def _columns_of(prop: Property) -> tuple[Column, ...]:
    return tuple(
        Column(path=path, prop=prop, node=node, aliases=_aliases(path), help=_help(path, node))
        for path, node in walk(prop.node, prop.root)
    )


def _aliases(path: str) -> tuple[str, ...]:
    aliases = _ALIASES.get(path, ())
    name, _, rest = path.partition(".")
    half, _, leaf = rest.partition(".")
    if name in _DIRECTIONS and leaf:
        subject = f"{_DIRECTIONS[name]} {_HALVES[half]}"
        aliases = (f"{subject} access",) if leaf == "accessType" else (subject,)
    if name.endswith("SyncInbound"):
        aliases = (*aliases, f"identitySynchronization.{path}")
    return aliases


def _help(path: str, node: Node) -> str:
    if path in _HELP:
        return _HELP[path]
    if not isinstance(node, Kind):
        return "the whole object as JSON; what it leaves out stays as it is"
    if node is Kind.ACCESS:
        return "whether the targets are let in or kept out"
    return "who or what the access is about; replaces the list that is there"


CATALOGUE: tuple[Column, ...] = tuple(column for prop in PROPERTIES for column in _columns_of(prop))
BY_PATH: Mapping[str, Column] = {column.path: column for column in CATALOGUE}


def normalise(header: str) -> str:
    """Reduce a header to what is compared: no case, one space for any run of spaces, `_` and `-`."""
    return re.sub(r"[\s_\-]+", " ", header.replace("\ufeff", "").replace("\u200b", "")).strip().casefold()


_TENANT_NAMES = frozenset(map(normalise, (TENANT_HEADER, *TENANT_ALIASES)))
_LABEL_NAMES = frozenset(map(normalise, LABEL_HEADERS))
_DOMAIN_NAMES = frozenset(map(normalise, DOMAIN_HEADERS))


@cache
def _index() -> Mapping[str, Column]:
    return {normalise(name): column for column in CATALOGUE for name in (column.path, *column.aliases)}


def find_column(header: str) -> Column | None:
    """Find the column that *header* names, by Graph path or alias."""
    return _index().get(normalise(header))


def is_tenant_header(header: str) -> bool:
    """Whether the column under *header* holds the partner's tenant id."""
    return normalise(header) in _TENANT_NAMES


def is_label_header(header: str) -> bool:
    """Whether the column under *header* holds a name for people."""
    return normalise(header) in _LABEL_NAMES


def is_domain_header(header: str) -> bool:
    """Whether the column under *header* holds a domain of the partner, for `--check-names` to compare."""
    return normalise(header) in _DOMAIN_NAMES


def is_own_header(header: str) -> bool:
    """Whether the column under *header* says nothing to us: it is kept for the report."""
    ours = (is_tenant_header, is_label_header, is_domain_header, find_column)
    return bool(header.strip()) and not any(knows(header) for knows in ours)


def why_read_only(header: str) -> str:
    """Say why *header* cannot be set, or "" when it is not one of Graph's read-only properties."""
    wanted = normalise(header)
    for path, why in READ_ONLY.items():
        if wanted == normalise(path) or (wanted.startswith(normalise(path) + ".") and not find_column(header)):
            return why
    return ""


def suggestion(header: str) -> str:
    """Name the column that *header* looks like a misspelling of, or "" when it looks like none."""
    header = re.sub(r"\(.*?\)", "", header)
    if said := _by_words().get(_words(header)):
        return said
    wanted = _letters(header)
    if len(wanted) < 4:
        return ""
    names = _all_names()
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.84)
    if close:
        return names[close[0]]
    first = _letters(header.split(".", maxsplit=1)[0])
    roots = _long_roots()
    near = difflib.get_close_matches(first, roots, n=1, cutoff=0.9)
    return _nearest_below(roots[near[0]], wanted) if near else ""


@cache
def _by_words() -> Mapping[frozenset[str], str]:
    """Friendly names by their words: "MFA trusted?" says what "Trust MFA" says."""
    names = (*TENANT_ALIASES, *(name for column in CATALOGUE for name in column.aliases))
    return {words: name for name in reversed(names) if len(words := _words(name)) > 1}


def _words(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"(ed|s)$", "", word) for word in re.findall(r"[a-z0-9]+", text.casefold()))


@cache
def _all_names() -> Mapping[str, str]:
    names = {_letters(name): name for c in CATALOGUE for name in (c.path, *c.aliases)}
    return names | {_letters(name): name for name in (TENANT_HEADER, *TENANT_ALIASES)}


@cache
def _long_roots() -> Mapping[str, str]:
    return {_letters(prop.name): prop.name for prop in PROPERTIES if len(prop.name) > 11}


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOK_ALIKES)
    return re.sub(r"[^a-z0-9]", "", plain)


def _nearest_below(root: str, wanted: str) -> str:
    paths = {_letters(c.path): c.path for c in CATALOGUE if c.prop.name == root}
    return paths[difflib.get_close_matches(wanted, paths, n=1, cutoff=0.0)[0]]

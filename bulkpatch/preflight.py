"""What a token says of itself, held against what is about to be done with it. Pure.

The permission is Microsoft's documented one for every write here. Roles: the documented ones of the update request,
with the template ids of "Microsoft Entra built-in roles"; a custom role does not show in a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulkpatch.cells import parse_guid
from bulkpatch.errors import NotPermitted, SignInFailed
from bulkpatch.model import Json

WRITE = "Policy.ReadWrite.CrossTenantAccess"
READ = "Policy.Read.All"
LOOK_UP = "CrossTenantInformation.ReadBasic.All"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's own application id, which may stand as a token's audience."""

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
SECURITY_ADMINISTRATOR = "194ae4cb-b126-40b2-bd5b-6091b380977d"
TEAMS_ADMINISTRATOR = "69091246-20e8-4a56-aa4d-066075b2a7a8"
_ENOUGH = {GLOBAL_ADMINISTRATOR, SECURITY_ADMINISTRATOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who a token is for."""

    claims: Mapping[str, Json]

    @property
    def is_known(self) -> bool:
        """Whether the token says anything of itself: an opaque one does not."""
        return bool(self.claims)

    @property
    def home_tenant(self) -> str:
        """Ours: lower-case GUID, or ""."""
        return self._text("tid").lower()

    @property
    def is_app(self) -> bool:
        """Whether an application acts for itself."""
        return not self._text("scp") and not self._text("upn") and self._text("idtyp") != "user"

    @property
    def name(self) -> str:
        """The person's or the application's name with its id, for the report."""
        app = self._text("appid") or self._text("azp")
        if self.is_app:
            named = self._text("app_displayname")
            return f"app {named} ({app})" if named and app else f"app {app or named or 'unnamed'}"
        person = self._text("upn") or self._text("preferred_username") or self._text("unique_name")
        return f"user {person or self._text('oid') or 'unnamed'}"

    @property
    def permissions(self) -> frozenset[str]:
        """What it may do: an app's roles or a person's scopes."""
        roles = self.claims.get("roles")
        listed = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
        return frozenset(self._text("scp").split()) if not self.is_app else frozenset(listed)

    @property
    def names_permissions(self) -> bool:
        """Whether a missing permission can be told from a token that lists none: Entra's own name their client."""
        return bool(self.permissions) or any(self._text(name) for name in ("appid", "azp", "idtyp", "scp"))

    @property
    def directory_roles(self) -> frozenset[str]:
        """Template ids of the person's roles, where the token lists them."""
        wids = self.claims.get("wids")
        return frozenset(wid.lower() for wid in wids if isinstance(wid, str)) if isinstance(wids, list) else frozenset()

    @property
    def audience(self) -> str:
        """Which service the token is for."""
        return self._text("aud").rstrip("/")

    @property
    def expires(self) -> float | None:
        """Unix time, or None."""
        exp = self.claims.get("exp")
        return float(exp) if isinstance(exp, int | float) else None

    def _text(self, name: str) -> str:
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""


def require_home(who: Who, tenant_id: str) -> None:
    """Refuse a token of another tenant than *tenant_id*; "" asks for none. Raises SignInFailed."""
    wanted = parse_guid(tenant_id)
    if wanted and who.home_tenant and who.home_tenant != wanted:
        raise SignInFailed(
            f"The token is for tenant {who.home_tenant}, and --tenant-id (AZURE_TENANT_ID) is {wanted}.",
            next_step="Sign in to the right tenant, or correct the id. Nothing was sent.",
        )


def require_audience(who: Who, graph_root: str) -> None:
    """Refuse a token for another service or another cloud's Graph. Raises SignInFailed."""
    if who.audience.startswith("https://") and who.audience != graph_root:
        raise SignInFailed(
            f"The token is for {who.audience}, not for {graph_root}.",
            next_step="Get one for Microsoft Graph, and check --cloud. Nothing was sent.",
        )


def require_permission(who: Who) -> None:
    """Refuse a token that shows it may not write. Raises NotPermitted."""
    if who.is_known and who.names_permissions and WRITE not in who.permissions:
        has = ", ".join(sorted(who.permissions)[:6]) or "none"
        raise NotPermitted(
            f"The token of {who.name} lacks the permission {WRITE}; it has: {has}.",
            next_step=f"{how_to_grant(who)} Nothing was sent.",
        )


def require_role(who: Who, *, writes_sync: bool, any_role: bool) -> None:
    """Refuse a person whose roles, as far as the token lists them, cannot do it. Raises NotPermitted."""
    problem = role_problem(who, writes_sync=writes_sync)
    if problem and not any_role:
        raise NotPermitted(
            problem, next_step="Activate Security Administrator and sign in again; with a custom role that allows it, "
            "add --any-role. Nothing was sent."
        )  # fmt: skip


def role_problem(who: Who, *, writes_sync: bool) -> str:
    """Say why the person's roles are not enough, or "" when they may be."""
    roles = who.directory_roles
    if who.is_app or not roles or roles & _ENOUGH:
        return ""
    if TEAMS_ADMINISTRATOR in roles:
        if not writes_sync:
            return ""
        return f"{who.name} is Teams Administrator, who may not change identity synchronization."
    return f"{who.name} has none of the roles that may change cross-tenant access settings."


def how_to_grant(who: Who) -> str:
    """What to do about a missing permission."""
    kind = "Application" if who.is_app else "Delegated"
    return f"In the app's registration, API permissions: add Microsoft Graph, {kind}, {WRITE}, and grant admin consent."

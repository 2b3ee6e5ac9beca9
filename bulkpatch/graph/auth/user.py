"""A person signs in: in the browser, or with a code on another device; kept between commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bulkpatch.graph.auth.cache import Kept
from bulkpatch.graph.auth.entra import Authority, issued, translated
from bulkpatch.graph.auth.http import Session
from bulkpatch.graph.auth.refusal import refused
from bulkpatch.graph.auth.shared import Issued

SCOPES = ("Policy.ReadWrite.CrossTenantAccess", "CrossTenantInformation.ReadBasic.All")
BROWSER_SECONDS = 300


@dataclass(slots=True, kw_only=True)
class UserSignIn:
    """A public client: nothing is asked of the person while the kept sign-in still serves."""

    authority: Authority
    client_id: str
    by_code: bool
    say: Callable[[str], None]
    """Tells the person what to do, on the terminal."""
    open_cache: Callable[[], Kept]
    session: Session
    _app: Any = None
    _how: str = ""

    def __call__(self, *, claims: str | None, fresh: bool) -> Issued:
        """A token for what the person may do."""
        with translated(self.authority):
            app = self._app = self._app or self._client()
            for account in app.get_accounts():
                found = app.acquire_token_silent_with_error(
                    self._scopes, account, claims_challenge=claims, force_refresh=fresh and claims is None
                )
                if found and "access_token" in found:
                    return issued(found)
            found = issued(self._by_code(app, claims) if self.by_code else self._by_browser(app, claims))
            self.say(f"The sign-in is {self._how}; bulkpatch logout removes it.")
            return found

    @property
    def _scopes(self) -> list[str]:
        return [f"{self.authority.graph_root}/{scope}" for scope in SCOPES]

    def _client(self) -> Any:  # noqa: ANN401 - msal has no types
        import msal

        kept = self.open_cache()
        self._how = kept.how
        settings = self.authority.settings(self.session)
        return msal.PublicClientApplication(self.client_id, token_cache=kept.cache, **settings)

    def _by_code(self, app: Any, claims: str | None) -> Any:  # noqa: ANN401 - msal has no types
        flow = app.initiate_device_flow(self._scopes, claims_challenge=claims)
        if "user_code" not in flow:
            raise refused(flow)
        self.say(str(flow["message"]))
        return app.acquire_token_by_device_flow(flow, claims_challenge=claims)

    def _by_browser(self, app: Any, claims: str | None) -> Any:  # noqa: ANN401 - msal has no types
        self.say("Sign in in the browser that opens now. No browser here? Use --auth device-code.")
        return app.acquire_token_interactive(self._scopes, claims_challenge=claims, timeout=BROWSER_SECONDS)

"""How msal talks to the outside: our certificates, patience with passing faults, never `.netrc`."""

from __future__ import annotations

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

_PASSING = (500, 502, 503, 504)


class _NoAuth(AuthBase):
    """Keeps requests from adding an Authorization header out of `.netrc`."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        return r


class _Adapter(HTTPAdapter):
    """Trusts the certificates of *context*, and no others."""

    def __init__(self, context: ssl.SSLContext, retries: Retry) -> None:
        self._context = context
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests has it
        super().init_poolmanager(*args, **{**kwargs, "ssl_context": self._context})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as requests has it
        return super().proxy_manager_for(proxy, **{**kwargs, "ssl_context": self._context})

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - as requests has it
        """Leave it to the context: requests would add certificates of its own."""


class Session(requests.Session):
    """A session with a time limit: *connect* and *read* in seconds."""

    def __init__(self, context: ssl.SSLContext, *, straight: bool, patience: int = 3, connect: float = 10.0) -> None:
        super().__init__()
        self.trust_env = not straight
        self.auth = _NoAuth()
        self._limits = (connect, 30.0)
        # A token request changes nothing, so it may be sent again; what Entra answers with 4xx is final.
        retries = Retry(total=patience, backoff_factor=0.5, status_forcelist=_PASSING, allowed_methods=None,
                        raise_on_status=False, respect_retry_after_header=False)  # fmt: skip
        self.mount("https://", _Adapter(context, retries))
        self.mount("http://", HTTPAdapter(max_retries=retries))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        """Send a request, for no longer than the limits."""
        kwargs.setdefault("timeout", self._limits)
        return super().request(method, url, *args, **kwargs)

"""What stands between us and Graph: proxies and private certificates, as an administrator sets them up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bulkpatch.errors import UsageError
from bulkpatch.graph.network import proxy_for, tls_context, trusted_certificates
from tests.cli.conftest import Said, _at_a_desk, mfa_sheet, run

__all__ = ["_at_a_desk", "run"]
Run = Callable[..., Said]


class Proxy:
    """Takes one request after another, writes its head down, and lets nobody through."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller:
                self.heads.append(caller.recv(65536).decode("latin-1"))
                caller.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """It ends with the test."""
    proxy = Proxy()
    yield proxy
    proxy.close()


def test_graph_is_reached_through_the_proxy_with_its_password(
    run: Run, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tunnel is asked for by name; the token stays inside of it."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://ada:p%40ss@{proxy.address}")

    said = run("plan", mfa_sheet(1))

    assert said.code == 2
    assert proxy.heads[0].startswith("CONNECT graph.microsoft.com:443 ")
    assert "Proxy-Authorization: Basic YWRhOnBAc3M=" in proxy.heads[0]
    assert "the proxy does not let us through (403)" in said.flat
    assert "simulated-token" not in "".join(proxy.heads)
    assert "p@ss" not in said.all


def test_sign_in_goes_through_the_same_proxy(run: Run, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority of the chosen cloud is what is asked for."""
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
    for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"AZURE_{name}", "90e29127-71ad-49c7-9ce8-db3f41ea06f1")

    said = run("plan", mfa_sheet(1), "--cloud", "usgov")

    assert said.code == 3
    assert {head.split(" ")[1] for head in proxy.heads} == {"login.microsoftonline.us:443"}
    assert "Nothing answers at https://login.microsoftonline.us (ProxyError)." in said.flat


def test_no_proxy_goes_straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts that are excepted, and addresses without any proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "graph.microsoft.us,.corp.example")

    assert proxy_for("https://graph.microsoft.us") is None
    found = proxy_for("https://graph.microsoft.com")
    assert found is not None
    assert (found.url, found.user) == ("http://proxy.example:8080", "")
    assert proxy_for("http://elsewhere.example") is None


def test_a_proxy_never_shows_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when it is printed by mistake."""
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:secret@proxy.example")

    assert "secret" not in repr(proxy_for("https://graph.microsoft.com"))


def test_certificates_come_from_the_first_file_that_is_named(tmp_path: Path) -> None:
    """A file that is not there, or holds none, is said before anything is sent."""
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing", encoding="utf-8")

    assert trusted_certificates({}) == ""
    assert trusted_certificates({"REQUESTS_CA_BUNDLE": str(empty)}) == str(empty)
    assert trusted_certificates({"SSL_CERT_FILE": str(tmp_path), "REQUESTS_CA_BUNDLE": str(empty)}) == str(tmp_path)
    with pytest.raises(UsageError, match="which is not there"):
        trusted_certificates({"SSL_CERT_FILE": str(tmp_path / "none.pem")})
    with pytest.raises(UsageError, match="holds no certificates"):
        tls_context({"SSL_CERT_FILE": str(empty)})

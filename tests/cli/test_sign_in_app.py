"""An app signs in: secret, certificate, federated token. The real msal, against Entra's addresses over TLS."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from bulkpatch.simulator.signin import Registration
from tests.cli.conftest import SECRET, Said, Served, mfa_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
PASSWORD = b"pf-x_Passw0rd"
PEM = serialization.Encoding.PEM


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate_of(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bulkpatch rollout")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def in_pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate, password: bytes = b"") -> bytes:
    """Certificate first, as people paste them, then the key."""
    cipher = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return certificate.public_bytes(PEM) + key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, cipher)


def in_pfx(key: rsa.RSAPrivateKey, certificate: x509.Certificate, password: bytes) -> bytes:
    cipher = serialization.BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(b"bulkpatch", key, certificate, None, cipher)


def test_a_client_secret_signs_in_and_the_rollout_succeeds(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says by which way, as whom and where; one token serves all workers."""
    graph = serve_entra(20)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    said = run("apply", mfa_sheet(20), "--yes", "--quota", "off")

    assert said.code == 0
    app = graph.entra.registration
    assert f"Signed in by client-secret: app {app.name} ({app.client_id}), tenant {app.tenant}." in said.err
    assert graph.trusts_mfa(19) is True
    assert graph.entra.tokens.issued == 1
    assert graph.entra.grants.asked[0]["scope"] == "https://graph.microsoft.com/.default"


def test_the_secret_may_stand_in_a_file(run: Run, serve_entra: Serve) -> None:
    """Named by a flag: a path is no secret."""
    serve_entra(1)
    Path("secret").write_text(SECRET + "\n", encoding="utf-8")

    assert run("plan", mfa_sheet(1), "--client-secret-file", "secret").code == 0


@pytest.mark.parametrize(
    ("app", "number", "advice"),
    [
        (Registration(secret="another"), "AADSTS7000215", "not its Secret ID"),
        (Registration(expired_secret=SECRET), "AADSTS7000222", "Make a new one"),
        (Registration(secret=SECRET, client_id="11111111-2222-4333-8444-555555555555"), "AADSTS700016", "AZURE_CLIENT"),
    ],
    ids=["wrong", "expired", "unknown app"],
)
def test_a_refused_secret_is_one_sentence_and_3(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, app: Registration, number: str, advice: str
) -> None:
    """What Entra said, what it means, what to do; never the secret."""
    graph = serve_entra(1, app=app)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("AZURE_CLIENT_ID", Registration().client_id)

    said = run("apply", mfa_sheet(1), "--yes")

    assert said.code == 3
    assert number in said.err
    assert advice in said.err
    assert SECRET not in said.all
    assert graph.simulator.requests == []


@pytest.mark.parametrize("form", ["pem", "pem with a password", "pfx"])
def test_a_certificate_signs_in(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey, form: str
) -> None:
    """PEM, locked or not, and PFX; the SHA-256 thumbprint is computed."""
    certificate = certificate_of(key)
    graph = serve_entra(1, app=Registration(certificate=certificate.public_bytes(PEM)))
    content = {
        "pem": in_pem(key, certificate),
        "pem with a password": in_pem(key, certificate, PASSWORD),
        "pfx": in_pfx(key, certificate, PASSWORD),
    }[form]
    Path("app.crt").write_bytes(content)
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", "app.crt")
    if form != "pem":
        monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", PASSWORD.decode())

    said = run("apply", mfa_sheet(1), "--yes")

    assert said.code == 0, said.err
    assert "Signed in by certificate" in said.err
    assert graph.trusts_mfa(0) is True


def test_the_certificate_chain_is_sent_when_asked_for(run: Run, serve_entra: Serve, key: rsa.RSAPrivateKey) -> None:
    """For apps that trust a subject and an issuer instead of one thumbprint."""
    certificate = certificate_of(key)
    graph = serve_entra(1, app=Registration(certificate=certificate.public_bytes(PEM)))
    Path("app.pfx").write_bytes(in_pfx(key, certificate, PASSWORD))
    Path("password").write_bytes(PASSWORD)
    words = ("plan", mfa_sheet(1), "--certificate", "app.pfx", "--certificate-password-file", "password")

    assert run(*words).code == 0
    assert run(*words, "--send-certificate-chain").code == 0

    assert ["x5c" in header for header in graph.entra.grants.assertion_headers] == [False, True]


def test_a_certificate_that_cannot_be_used_says_why(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey
) -> None:
    """A wrong password, a file without its key, one that is not registered, none at all: exit 3 each."""
    serve_entra(1, app=Registration(certificate=b""))
    certificate = certificate_of(key)
    Path("locked.pem").write_bytes(in_pem(key, certificate, PASSWORD))
    Path("open.pem").write_bytes(in_pem(key, certificate))
    Path("public.pem").write_bytes(certificate.public_bytes(PEM))
    Path("letter.txt").write_text("no certificate", encoding="utf-8")
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "wrong-password")
    sheet = mfa_sheet(1)

    told = {name: run("plan", sheet, "--certificate", name) for name in
            ("locked.pem", "public.pem", "letter.txt", "nowhere.pem")}  # fmt: skip
    monkeypatch.delenv("AZURE_CLIENT_CERTIFICATE_PASSWORD")
    told["open.pem"] = run("plan", sheet, "--certificate", "open.pem")

    assert {said.code for said in told.values()} == {3}
    assert "a wrong certificate password" in told["locked.pem"].err
    assert "has no private key in it" in told["public.pem"].err
    assert "neither PEM nor PFX" in told["letter.txt"].err
    assert "cannot be read" in told["nowhere.pem"].err
    assert "AADSTS700027" in told["open.pem"].err
    assert not any("wrong-password" in said.all for said in told.values())


def assertion(key: rsa.RSAPrivateKey, **changed: Any) -> str:
    """What a platform gives its workloads."""
    told = {"iss": "https://ci.example", "sub": "repo:contoso/rollout", "aud": "api://AzureADTokenExchange"}
    return jwt.encode({**told, "exp": time.time() + 600, **changed}, key, algorithm="RS256")


def federated(key: rsa.RSAPrivateKey) -> Registration:
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Registration(
        federated_issuer="https://ci.example", federated_subject="repo:contoso/rollout", federated_key=public
    )


def test_a_federated_token_signs_in(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey
) -> None:
    """No secret anywhere: the platform's own token is what is shown."""
    graph = serve_entra(1, app=federated(key))
    Path("token").write_text(assertion(key), encoding="utf-8")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "token")

    said = run("apply", mfa_sheet(1), "--yes")

    assert said.code == 0, said.err
    assert "Signed in by workload-identity" in said.err
    assert graph.trusts_mfa(0) is True


def test_the_federated_token_is_read_again_at_each_use(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    """The platform replaces it every few minutes: what was read first would be too old by the time of a renewal."""
    graph = serve_entra(3, app=federated(key))
    Path("token").write_text(assertion(key), encoding="utf-8")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))

    def replace() -> None:
        (tmp_path / "token").write_text(assertion(key, marked="second"), encoding="utf-8")
        graph.entra.tokens.revoke()

    graph.entra.tokens.after(2, replace)

    assert run("apply", mfa_sheet(3), "--yes").code == 0
    assert [told.get("marked") for told in graph.entra.grants.federated] == [None, "second"]


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"sub": "repo:contoso/other"}, "AADSTS700213"),
        ({"iss": "https://elsewhere.example"}, "AADSTS700211"),
        ({"aud": "api://other"}, "AADSTS700212"),
        ({"exp": 1}, "AADSTS700024"),
    ],
)
def test_a_federated_token_that_does_not_match_says_which_part(
    run: Run,
    serve_entra: Serve,
    monkeypatch: pytest.MonkeyPatch,
    key: rsa.RSAPrivateKey,
    changed: dict[str, Any],
    number: str,
) -> None:
    """Issuer, subject, audience, time: each has its own number and its own advice."""
    serve_entra(1, app=federated(key))
    Path("token").write_text(assertion(key, **changed), encoding="utf-8")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", "token")

    said = run("plan", mfa_sheet(1))

    assert said.code == 3
    assert number in said.err


def test_half_a_credential_is_refused_rather_than_passed_over(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another identity might have other rights."""
    serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    monkeypatch.delenv("AZURE_CLIENT_ID")

    said = run("plan", mfa_sheet(1))

    assert said.code == 2
    assert "--auth client-secret also needs AZURE_CLIENT_ID (or --client-id)." in said.err


def test_a_passing_fault_of_the_sign_in_is_waited_out(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 twice, then a token."""
    graph = serve_entra(1)
    graph.entra.failures += [503, 502]
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    assert run("plan", mfa_sheet(1)).code == 0


def test_a_sign_in_that_nobody_answers_names_the_host(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown tenant, an untrusted certificate, an address where nothing is."""
    serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    sheet = mfa_sheet(1)

    unknown = run("plan", sheet, "--tenant-id", "90e29127-71ad-49c7-9ce8-db3f41ea06f1")
    nowhere = run("plan", sheet, "--authority-host", "https://127.0.0.1:9")
    plain = run("plan", sheet, "--authority-host", "http://127.0.0.1:9")
    monkeypatch.delenv("SSL_CERT_FILE")
    untrusted = run("plan", sheet)

    assert [unknown.code, nowhere.code, plain.code, untrusted.code] == [3, 3, 2, 3]
    assert 'knows no tenant "90e29127-71ad-49c7-9ce8-db3f41ea06f1"' in unknown.err
    assert "Nothing answers at https://127.0.0.1:9" in nowhere.err
    assert "is not an https address" in plain.err
    assert "No trusted TLS connection" in untrusted.err
    assert "SSL_CERT_FILE" in untrusted.err


def test_netrc_changes_nothing(run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An entry for every host would put a password where the token belongs."""
    graph = serve_entra(1)
    (tmp_path / "netrc").write_text("default login u password p\n", encoding="utf-8")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    assert run("apply", mfa_sheet(1), "--yes").code == 0
    assert graph.trusts_mfa(0) is True


def test_a_secret_on_the_command_line_is_refused_with_the_reason(run: Run) -> None:
    """It would stand in the shell's history; it is not shown again."""
    for flag in ("--client-secret", "--certificate-password", "--access-token"):
        said = run("plan", mfa_sheet(1), flag, "hunter2-hunter2")

        assert said.code == 2
        assert "can be read by every user of this machine" in said.err
        assert "hunter2" not in said.all
        assert flag not in run("plan", "--help").out.replace("--client-secret-file", "").replace(
            "--certificate-password-file", ""
        )


def test_json_says_nothing_of_the_sign_in_on_stdout(
    run: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One object, and no more."""
    serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)

    assert json.loads(run("plan", mfa_sheet(1), "--json").out)["writes"] == 1

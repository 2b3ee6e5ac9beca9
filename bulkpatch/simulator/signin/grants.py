"""What Entra makes of one request for a token."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from bulkpatch.simulator.signin.tokens import Tokens

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class Refused(Exception):
    """An OAuth error: its name, the AADSTS number and the words."""

    def __init__(self, error: str, number: int, words: str) -> None:
        super().__init__(words)
        self.error, self.number, self.words = error, number, words


@dataclass(slots=True)
class Grants:
    """Codes and refresh tokens that were given out, and the checks on everything that comes back."""

    tokens: Tokens
    endpoint: str = ""
    """The token endpoint's address: the audience of assertions."""
    asked: list[Mapping[str, str]] = field(default_factory=list)
    """Every request for a token, without what is secret in it."""
    assertion_headers: list[Mapping[str, Any]] = field(default_factory=list)
    """Of every certificate assertion that held."""
    federated: list[Mapping[str, Any]] = field(default_factory=list)
    """The claims of every federated assertion that held."""
    _devices: set[str] = field(default_factory=set)
    _codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def answer(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Carry a request for a token out; raises Refused."""
        kind = form.get("grant_type", "")
        self.asked.append({"grant_type": kind, "claims": form.get("claims", ""), "scope": form.get("scope", "")})
        if form.get("client_id") != self.tokens.registration.client_id:
            raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")
        claims = self._claims(form)
        if kind == "client_credentials":
            self._prove(form)
            return self._given(person=False, claims=claims)
        return self._given(person=True, claims=claims, nonce=self._person(form, kind, claims))

    def device(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Begin a sign-in by code; raises Refused."""
        if form.get("client_id") != self.tokens.registration.client_id:
            raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")
        self.asked.append({"grant_type": "device code", "claims": "", "scope": form.get("scope", "")})
        code = secrets.token_hex(16)
        self._devices.add(code)
        message = (
            "To sign in, use a web browser to open the page https://localhost/device and enter the code SIMU-LATE."
        )
        return {"device_code": code, "user_code": "SIMU-LATE", "verification_uri": "https://localhost/device",
                "expires_in": 900, "interval": 1, "message": message}  # fmt: skip

    def authorize(self, query: Mapping[str, str]) -> str:
        """The code for a person who has just signed in in the browser."""
        code = secrets.token_hex(16)
        self._codes[code] = (query.get("code_challenge", ""), query.get("redirect_uri", ""), query.get("nonce", ""))
        return code

    def forget(self) -> None:
        """Accept no refresh token any more."""
        self._refresh.clear()

    def _given(self, *, person: bool, claims: str, nonce: str = "") -> dict[str, Any]:
        lives = self.tokens.next_life()
        given: dict[str, Any] = {"token_type": "Bearer", "expires_in": int(lives), "ext_expires_in": int(lives)}
        given["access_token"] = self.tokens.issue(person=person, claims=claims, lives=lives)
        if person:
            refresh = secrets.token_hex(24)
            self._refresh.add(refresh)
            given |= {"refresh_token": refresh, "scope": "", "client_info": _client_info(self.tokens),
                      "id_token": _id_token(self.tokens, nonce)}  # fmt: skip
        return given

    def _claims(self, form: Mapping[str, str]) -> str:
        claims = form.get("claims", "")
        # A client that can handle challenges says so in the claims it always sends; a challenge adds more.
        return claims if '"nbf"' in claims or '"acrs"' in claims else ""

    def _person(self, form: Mapping[str, str], kind: str, claims: str) -> str:
        app, nonce = self.tokens.registration, ""
        if not app.public_client:
            raise Refused("invalid_client", 7000218, "The request body must contain client_assertion or client_secret.")
        if kind == DEVICE:
            if form.get("device_code") not in self._devices:
                raise Refused("expired_token", 70020, "The provided value for the input parameter device_code is not "
                              "valid. This device code has expired.")  # fmt: skip
            if not app.code_approved:
                raise Refused("authorization_pending", 70016, "The end user has not finished signing in.")
        elif kind == "authorization_code":
            nonce = self._redeem(form)
        elif kind == "refresh_token":
            if form.get("refresh_token") not in self._refresh:
                raise Refused("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
        else:
            raise Refused("unsupported_grant_type", 70003, "The grant is not supported.")
        if app.demands_claims and not claims:
            raise Refused("interaction_required", 50076, "You must use multi-factor authentication.")
        return nonce

    def _redeem(self, form: Mapping[str, str]) -> str:
        challenge, redirect, nonce = self._codes.pop(form.get("code", ""), ("", "", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if _base64(digest) != challenge or form.get("redirect_uri") != redirect:
            raise Refused("invalid_grant", 70000, "The code, its verifier or its redirect address is not right.")
        return nonce

    def _prove(self, form: Mapping[str, str]) -> None:
        app = self.tokens.registration
        if assertion := form.get("client_assertion", ""):
            if form.get("client_assertion_type") != ASSERTION:
                raise Refused("invalid_client", 700027, "The assertion type is not known.")
            self._check(assertion)
        elif secret := form.get("client_secret", ""):
            if app.expired_secret and secret == app.expired_secret:
                raise Refused("invalid_client", 7000222, "The provided client secret keys are expired.")
            if not app.secret or secret != app.secret:
                raise Refused("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent "
                              "in the request is the client secret value.")  # fmt: skip
        else:
            raise Refused("invalid_client", 7000218, "The request body must contain client_assertion or client_secret.")

    def _check(self, assertion: str) -> None:
        app = self.tokens.registration
        header = jwt.get_unverified_header(assertion)
        if "x5t#S256" not in header and "x5t" not in header:
            self._check_federated(assertion)
            return
        certificate = x509.load_pem_x509_certificate(app.certificate) if app.certificate else None
        if certificate is None or str(header.get("x5t#S256")).rstrip("=") != _base64(
            certificate.fingerprint(hashes.SHA256())
        ):
            raise Refused("invalid_client", 700027, "The certificate used to sign the client assertion is not "
                          "registered on application.")  # fmt: skip
        key = certificate.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        try:
            told = jwt.decode(assertion, key, algorithms=["PS256", "RS256"], audience=self.endpoint,
                              options={"require": ["exp", "jti", "sub", "iss"]})  # fmt: skip
        except jwt.PyJWTError as exc:
            raise Refused("invalid_client", 700027, f"The assertion does not hold: {exc}.") from exc
        if told["sub"] != app.client_id or told["iss"] != app.client_id or told["jti"] in self._seen:
            raise Refused("invalid_client", 700027, "The assertion is not this app's, or was used before.")
        self._seen.add(told["jti"])
        self.assertion_headers.append(header)

    def _check_federated(self, assertion: str) -> None:
        app = self.tokens.registration
        if not app.federated_key:
            raise Refused("invalid_client", 70021, "No matching federated identity record found.")
        try:
            told = jwt.decode(assertion, app.federated_key, algorithms=["RS256", "ES256"],
                              audience="api://AzureADTokenExchange")  # fmt: skip
        except jwt.ExpiredSignatureError as exc:
            raise Refused("invalid_client", 700024, "Client assertion is not within its valid time range.") from exc
        except jwt.InvalidAudienceError as exc:
            raise Refused("invalid_client", 700212, "No matching federated identity record for this audience.") from exc
        except jwt.PyJWTError as exc:
            raise Refused("invalid_client", 700027, f"The assertion does not hold: {exc}.") from exc
        if told.get("iss") != app.federated_issuer:
            raise Refused("invalid_client", 700211, "No matching federated identity record for this issuer.")
        if told.get("sub") != app.federated_subject:
            raise Refused("invalid_client", 700213, "No matching federated identity record for this subject.")
        self.federated.append(told)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _client_info(tokens: Tokens) -> str:
    return _base64(f'{{"uid": "ada", "utid": "{tokens.registration.tenant}"}}'.encode())


def _id_token(tokens: Tokens, nonce: str) -> str:
    app = tokens.registration
    told = {"aud": app.client_id, "iss": f"https://localhost/{app.tenant}/v2.0", "tid": app.tenant, "oid": "ada",
            "sub": "ada", "preferred_username": app.person, "iat": 0, "exp": 4102444800,
            "nonce": nonce}  # fmt: skip
    return jwt.encode(told, "0" * 64, algorithm="HS256")

"""Which way to sign in: the one that was named, or the first that is configured. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bulkpatch.config import SignIn, Way
from bulkpatch.errors import SignInFailed, UsageError
from bulkpatch.graph.auth.given import FILE_VARIABLE, VARIABLE

SECRET = "AZURE_CLIENT_SECRET"  # noqa: S105 - a name
CERTIFICATE_PASSWORD = "AZURE_CLIENT_CERTIFICATE_PASSWORD"  # noqa: S105 - a name

_ON_AZURE = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")
_NEEDS: Mapping[Way, tuple[str, ...]] = {
    Way.CLIENT_SECRET: ("tenant_id", "client_id", "secret"),
    Way.CERTIFICATE: ("tenant_id", "client_id", "certificate"),
    Way.WORKLOAD_IDENTITY: ("tenant_id", "client_id", "federated_token_file"),
    Way.DEVICE_CODE: ("client_id",),
    Way.INTERACTIVE: ("client_id",),
}
_CALLED: Mapping[str, str] = {
    "tenant_id": "AZURE_TENANT_ID (or --tenant-id)",
    "client_id": "AZURE_CLIENT_ID (or --client-id)",
    "secret": f"{SECRET} (or --client-secret-file)",
    "certificate": "AZURE_CLIENT_CERTIFICATE_PATH (or --certificate)",
    "federated_token_file": "AZURE_FEDERATED_TOKEN_FILE (or --federated-token-file)",
}


def choose(sign_in: SignIn, environ: Mapping[str, str], *, signed_in_before: bool, has_cli: bool) -> Way:
    """Name the way to sign in; raises UsageError when it lacks a part, SignInFailed when nothing is configured.

    What is half configured is refused rather than passed over: another identity might have other rights.
    """
    given = _given(sign_in, environ)
    way: Way = sign_in.auth
    if way is Way.AUTO:
        way = _configured(given, environ, signed_in_before=signed_in_before, has_cli=has_cli)
    lacking = [_CALLED[part] for part in _NEEDS.get(way, ()) if not given[part]]
    if lacking:
        raise UsageError(f"--auth {way} also needs {' and '.join(lacking)}.", next_step="Set it, then try again.")
    return way


def _configured(given: Mapping[str, bool], environ: Mapping[str, str], *, signed_in_before: bool, has_cli: bool) -> Way:
    def is_set(*names: str) -> bool:
        return any(environ.get(name, "").strip() for name in names)

    found = {
        Way.TOKEN: is_set(VARIABLE, FILE_VARIABLE),
        Way.CLIENT_SECRET: given["secret"],
        Way.CERTIFICATE: given["certificate"],
        Way.WORKLOAD_IDENTITY: given["federated_token_file"],
        Way.MANAGED_IDENTITY: is_set(*_ON_AZURE),
        Way.INTERACTIVE: signed_in_before,
        Way.AZURE_CLI: has_cli,
    }
    first = next((way for way in Way if found.get(way)), None)
    if first is not None:
        return first
    raise SignInFailed(
        f"No way to sign in is configured: there is no {VARIABLE}, no AZURE_CLIENT_SECRET, no certificate, no "
        "federated token, no managed identity and no Azure CLI.",
        next_step="Set AZURE_TENANT_ID, AZURE_CLIENT_ID and one of them, or use --auth device-code; "
        "--simulate needs none.",
    )


def _given(sign_in: SignIn, environ: Mapping[str, str]) -> dict[str, bool]:
    secret = bool(environ.get(SECRET, "").strip() or sign_in.client_secret_file)
    parts = ("tenant_id", "client_id", "certificate", "federated_token_file")
    return {"secret": secret, **{name: bool(getattr(sign_in, name)) for name in parts}}

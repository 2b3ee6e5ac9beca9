"""The options of sign-in: names of accounts and files, never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bulkpatch.cli.option import option, trap
from bulkpatch.config import SignIn, Way

_PANEL = "Sign-in"
_DEFAULTS = SignIn()

SIGN_IN: Mapping[str, tuple[Any, Any]] = {
    "auth": (
        option(Way, "--auth", panel=_PANEL, help="How to sign in; auto takes the first that is configured."),
        Way.AUTO,
    ),
    "tenant_id": (
        option(
            str, "--tenant-id", metavar="ID", panel=_PANEL, env="AZURE_TENANT_ID",
            help="Our own tenant: a token of any other is refused.",
        ),
        _DEFAULTS.tenant_id,
    ),
    "client_id": (
        option(
            str, "--client-id", metavar="ID", panel=_PANEL, env="AZURE_CLIENT_ID",
            help="The app to sign in as, or the managed identity's client id.",
        ),
        _DEFAULTS.client_id,
    ),
    "client_secret_file": (
        option(
            str, "--client-secret-file", metavar="PATH", panel=_PANEL,
            help="A file with the client secret, when it is not in AZURE_CLIENT_SECRET.",
        ),
        _DEFAULTS.client_secret_file,
    ),
    "certificate": (
        option(
            str, "--certificate", metavar="PATH", panel=_PANEL, env="AZURE_CLIENT_CERTIFICATE_PATH",
            help="The app's certificate with its private key, PEM or PFX.",
        ),
        _DEFAULTS.certificate,
    ),
    "certificate_password_file": (
        option(
            str, "--certificate-password-file", metavar="PATH", panel=_PANEL,
            help="A file with its password, when it is not in AZURE_CLIENT_CERTIFICATE_PASSWORD.",
        ),
        _DEFAULTS.certificate_password_file,
    ),
    "send_certificate_chain": (
        option(
            bool, "--send-certificate-chain", panel=_PANEL, env="AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
            help="Send the certificate too, for apps that trust its subject and issuer.",
        ),
        _DEFAULTS.send_certificate_chain,
    ),
    "federated_token_file": (
        option(
            str, "--federated-token-file", metavar="PATH", panel=_PANEL, env="AZURE_FEDERATED_TOKEN_FILE",
            help="The token of the platform that runs us, for workload identity; read at each use.",
        ),
        _DEFAULTS.federated_token_file,
    ),
    "identity_object_id": (
        option(str, "--identity-object-id", metavar="ID", panel=_PANEL,
                help="The managed identity's object id."),
        _DEFAULTS.identity_object_id,
    ),
    "identity_resource_id": (
        option(str, "--identity-resource-id", metavar="ID", panel=_PANEL,
                help="The managed identity's resource id."),
        _DEFAULTS.identity_resource_id,
    ),
    "authority_host": (
        option(
            str, "--authority-host", metavar="HOST", panel=_PANEL, env="AZURE_AUTHORITY_HOST",
            help="Where to sign in, when it is not the cloud's own.",
        ),
        _DEFAULTS.authority_host,
    ),
    "any_role": (
        option(
            bool, "--any-role", panel=_PANEL,
            help="Send although the token names no directory role that is known to be enough.",
        ),
        _DEFAULTS.any_role,
    ),
    "client_secret": (trap("--client-secret", "AZURE_CLIENT_SECRET, or name a file with --client-secret-file"),
                      None),
    "certificate_password": (
        trap("--certificate-password", "AZURE_CLIENT_CERTIFICATE_PASSWORD, or name a file with "
              "--certificate-password-file"), None),
    "access_token": (trap("--access-token", "BULKPATCH_ACCESS_TOKEN, or a file with BULKPATCH_ACCESS_TOKEN_FILE"),
                     None),
}  # fmt: skip

TRAPS = frozenset({"client_secret", "certificate_password", "access_token"})

"""An app registration, and the person who may sign in to it."""

from __future__ import annotations

from dataclasses import dataclass

GRAPH = "https://graph.microsoft.com"
WRITE = "Policy.ReadWrite.CrossTenantAccess"
LOOK_UP = "CrossTenantInformation.ReadBasic.All"
SECURITY_ADMINISTRATOR = "194ae4cb-b126-40b2-bd5b-6091b380977d"


@dataclass(slots=True, kw_only=True)
class Registration:
    """One app in one tenant; it can be changed while the server runs."""

    tenant: str = "5f4d3c2b-1a09-4876-9543-210fedcba987"
    client_id: str = "0c8f9e7d-6b5a-4c3d-8e2f-1a0b9c8d7e6f"
    name: str = "bulkpatch rollout"
    secret: str = ""
    """The client secret that is good; empty for none."""
    expired_secret: str = ""
    certificate: bytes = b""
    """PEM of the certificate that is registered; empty for none."""
    federated_issuer: str = ""
    federated_subject: str = ""
    federated_key: bytes = b""
    """PEM of the public key with which the issuer signs."""
    public_client: bool = True
    roles: tuple[str, ...] = (WRITE, LOOK_UP)
    """Application permissions that were granted."""
    scopes: tuple[str, ...] = (WRITE, LOOK_UP)
    """Delegated permissions that were consented to."""
    person: str = "ada@contoso.example"
    directory_roles: tuple[str, ...] = (SECURITY_ADMINISTRATOR,)
    """Template ids of the person's roles."""
    lives: list[float] | float = 3600.0
    """Seconds that a token is good for; of a list, the first token takes the first, and the last one stays."""
    code_approved: bool = True
    """Whether the person types the device code in."""
    demands_claims: bool = False
    """Whether the next sign-in of the person must carry claims."""

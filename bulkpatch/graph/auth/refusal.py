"""What Entra meant when it refused to sign somebody in, and what to do about it. Pure: a table.

Source: Microsoft's "Microsoft Entra authentication and authorization error codes", which says that codes may change:
so only the advice depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bulkpatch.errors import SignInFailed
from bulkpatch.model import Json

_NOT_PUBLIC = "In the app's registration, Authentication: allow public client flows and add the platform it asks for."
_FEDERATION = "Compare issuer, subject and audience of the app's federated credential with the token's, to the letter."
_STEP_UP = "Sign in with --auth interactive or --auth device-code, so that the second step can be asked for."
_POLICY = "Sign in from where the policy allows it, or ask whoever keeps the Conditional Access policies."
_AGAIN = "Sign in again: bulkpatch logout, then the same command."

_MEANINGS: Mapping[int, tuple[str, str]] = {
    7000215: ("The client secret is not one of the app's.", "Take the secret's Value, not its Secret ID."),
    7000222: ("The client secret has expired.", "Make a new one in the app's registration."),
    7000218: ("The app does not accept a sign-in without its own credential.", _NOT_PUBLIC),
    7000229: ("The app is not installed in this tenant.", "Grant it admin consent there once."),
    700016: ("The tenant does not know this app.", "Check AZURE_CLIENT_ID and AZURE_TENANT_ID; both are GUIDs."),
    700027: ("The certificate is not one of the app's, or its signature does not hold.",
             "Upload the public certificate to the app's registration, and check the private key."),
    700024: ("The signed assertion is not valid at this time.", "Check this machine's clock, and the token's age."),
    700030: ("The certificate has no name that Entra accepts.", "Use the certificate that the app registers."),
    70021: ("No federated credential of the app matches this token.", _FEDERATION),
    700211: ("No federated credential of the app has this issuer.", _FEDERATION),
    700212: ("No federated credential of the app has this audience.", _FEDERATION),
    700213: ("No federated credential of the app has this subject.", _FEDERATION),
    90002: ("There is no such tenant in this cloud.", "Check AZURE_TENANT_ID and --cloud."),
    900023: ("That is not a tenant's id or domain.", "Check AZURE_TENANT_ID."),
    900382: ("The app is not of this cloud.", "Check --cloud; each cloud has its own registrations."),
    50194: ("The app belongs to one tenant, and none was named.", "Set AZURE_TENANT_ID."),
    50059: ("No tenant was named.", "Set AZURE_TENANT_ID."),
    500011: ("The tenant does not know Microsoft Graph under this address.", "Check --cloud."),
    70011: ("The app may not ask for this scope.", "Check --cloud and the app's permissions."),
    65001: ("Nobody has consented to the app's permission.",
            "Have an administrator grant Policy.ReadWrite.CrossTenantAccess to the app."),
    50105: ("The user is not assigned to the app.", "Assign the user, or turn off assignment for the app."),
    50011: ("The app does not list this redirect address.", "Add http://localhost to it, as a desktop platform."),
    500113: ("The app lists no redirect address.", "Add http://localhost to it, as a desktop platform."),
    50020: ("The user belongs to another tenant.", "Sign in as a user of AZURE_TENANT_ID."),
    50034: ("There is no such user in this tenant.", "Check the name, and AZURE_TENANT_ID."),
    50126: ("The user name or the password is wrong.", "Sign in again."),
    50057: ("The account is disabled.", "Sign in as somebody else."),
    50076: ("Another factor is demanded.", _STEP_UP),
    50079: ("Another factor must be registered first.", _STEP_UP),
    50158: ("Another step is demanded.", _STEP_UP),
    53000: ("The device must be compliant.", _POLICY),
    53001: ("The device must be joined.", _POLICY),
    53003: ("Conditional Access does not let this sign-in pass.", _POLICY),
    530003: ("The device must be managed.", _POLICY),
    70043: ("The sign-in is too old for this tenant's policy.", _AGAIN),
    700082: ("The sign-in was unused for too long.", _AGAIN),
    50173: ("The sign-in was withdrawn, perhaps by a new password.", _AGAIN),
    70008: ("The sign-in has expired.", _AGAIN),
    70019: ("The code was not used in time.", "Run the command again and use the new code."),
    70020: ("The code was not used in time.", "Run the command again and use the new code."),
    90033: ("Entra is not well for the moment.", "Try again in a few minutes."),
    90056: ("Entra is not well for the moment.", "Try again in a few minutes."),
    50196: ("The app has asked too often for the same token.", "Wait a few minutes."),
}  # fmt: skip

_ENDINGS: Mapping[str, tuple[str, str]] = {
    "expired_token": ("The code was not used in time.", "Run the command again and use the new code."),
    "code_expired": ("The code was not used in time.", "Run the command again and use the new code."),
    "authorization_declined": ("The sign-in was declined.", "Run the command again to sign in."),
    "access_denied": ("The sign-in was declined.", "Run the command again to sign in."),
    "identity_not_found": ("This machine has no such managed identity.", "Assign it, or check its id."),
}


def refused(result: Mapping[str, Json]) -> SignInFailed:
    """Make one sentence of an error dictionary of msal: what Entra said, what it means, what to do."""
    error = str(result.get("error") or "no answer")
    said = str(result.get("error_description") or "")
    code = _code(result, said)
    meaning, advice = _MEANINGS.get(code) or _ENDINGS.get(error) or ("", "")
    name = f"AADSTS{code}" if code else error
    quote = f', "{_first_sentence(said)}"' if said else ""
    trace = str(result.get("correlation_id") or "")
    number = f" (correlation id {trace})" if trace else ""
    what = f"Sign-in was refused: {name}{quote}. {meaning}".rstrip()
    fallback = f"Look {name} up at https://login.microsoftonline.com/error"
    return SignInFailed(what + number, next_step=advice or f"{fallback}{f'?code={code}' if code else ''}.")


def _code(result: Mapping[str, Json], said: str) -> int:
    codes = result.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    found = re.search(r"AADSTS(\d{4,9})", said)
    return int(found.group(1)) if found else 0


def _first_sentence(said: str) -> str:
    text = re.sub(r"^AADSTS\d+:\s*", "", " ".join(said.split()))
    text = re.split(r"\s*(?:Trace ID|Correlation ID|Timestamp):", text)[0]
    first = re.split(r"(?<=[.!?])\s", text)[0].strip().rstrip(".")
    return first if len(first) <= 200 else first[:199] + "…"

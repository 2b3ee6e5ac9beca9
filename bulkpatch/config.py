"""What a run is told: options from flags, then the environment, then bulkpatch.toml, then the defaults here.

typer reads flags and environment; this room holds the values, checks them, and reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulkpatch.errors import UsageError

if TYPE_CHECKING:
    from bulkpatch.model import Json

PROFILES = "profiles"
FILE_NAME = "bulkpatch.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run is made. Holds no secret, so that the journal and the report can show it."""

    worksheet: str | None = None
    settings: tuple[str, ...] = ()
    """`PATH=VALUE`, for every tenant."""
    profile: str = ""
    """A preset for every row that names none."""
    tenants: tuple[str, ...] = ()
    """Only these; empty for all."""
    api_version: str = "v1.0"
    cloud: str = ""
    """A name of `graph.clouds`; empty for the one whose root *graph_url* is, or the global one."""
    graph_url: str = ""
    """Graph's root without the version; empty for the cloud's own."""
    check_names: bool = False
    """Compare names and domains beside a tenant id with what Entra says of it."""
    names: bool | None = None
    """Look display names up; None for only where the token shows the permission."""
    simulate: bool = False
    create_missing: bool = False
    concurrency: int = 16
    quota: str = ""
    """`WRITES/SECONDS`, `off`, or empty for the documented one."""
    max_attempts: int = 6
    timeout: float = 60.0
    """Seconds for one answer."""
    deadline: float | None = None
    """Seconds for the whole run."""
    max_failures: str = ""
    """`N`, `N%`, or empty for no limit."""
    max_loosen: int | None = None
    """How many changes may loosen access; None for any number."""
    protect: str = ""
    """A file of tenants that must not change."""
    skip_invalid: bool = False
    force: bool = False
    report_dir: str = "reports"
    verify: bool = False
    waves: str = ""
    """`1,5%,100%`, or empty for one wave."""
    gate: bool = False
    """Wait for a person between waves."""
    allow_parallel: bool = False
    fault_rate: float = 0.0
    latency: float = 0.02
    seed: int = 0

    def as_json(self) -> dict[str, Json]:
        """The options that differ from the defaults, by name."""
        ours, defaults = asdict(self), asdict(Options())
        return {name: value for name, value in ours.items() if value != defaults[name]}


class Way(StrEnum):
    """A way to sign in, as `--auth` names it; in the order in which `auto` looks for them."""

    AUTO = "auto"
    TOKEN = "token"  # noqa: S105 - a name
    CLIENT_SECRET = "client-secret"  # noqa: S105 - a name
    CERTIFICATE = "certificate"
    WORKLOAD_IDENTITY = "workload-identity"
    MANAGED_IDENTITY = "managed-identity"
    INTERACTIVE = "interactive"
    DEVICE_CODE = "device-code"
    AZURE_CLI = "azure-cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How to sign in. Ids and paths only: what is secret stays in the environment, or in the file named here."""

    auth: Way = Way.AUTO
    tenant_id: str = ""
    """Ours: a GUID or a domain."""
    client_id: str = ""
    client_secret_file: str = ""
    certificate: str = ""
    certificate_password_file: str = ""
    send_certificate_chain: bool = False
    federated_token_file: str = ""
    authority_host: str = ""
    identity_object_id: str = ""
    identity_resource_id: str = ""
    any_role: bool = False
    """Send although none of the roles that the token names is known to be enough."""


def from_json(stored: Mapping[str, Json]) -> Options:
    """Options as an earlier run wrote them; what this version does not know is left out."""
    known = set(asdict(Options()))
    kept: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in stored.items() if n in known}
    return Options(**kept)


def read_quota(text: str) -> tuple[int, float] | None:
    """Read `WRITES/SECONDS` (None for `off`); raises UsageError."""
    if text.strip().lower() == "off":
        return None
    found = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9}(?:\.\d+)?)\s*s?\s*", text)
    if not found or not int(found.group(1)) or not float(found.group(2)):
        raise UsageError(f'--quota "{text}" is not WRITES/SECONDS or off.', next_step="Example: --quota 3000/150")
    return int(found.group(1)), float(found.group(2))


def read_max_failures(text: str, *, of: int) -> int | None:
    """Read `N` or `N%` of *of* tenants as a number; None when there is no limit; raises UsageError."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,9}|\d{1,3}(?:\.\d+)?(?=\s*%))\s*(%?)\s*", text)
    if not found:
        raise UsageError(f'--max-failures "{text}" is not N or N%.', next_step="Example: --max-failures 5%")
    number = float(found.group(1))
    return int(number * of / 100) if found.group(2) else int(number)


def read_profiles(path: Path) -> dict[str, Mapping[str, Json]]:
    """Read `[profiles.NAME]` of bulkpatch.toml: settings by header; raises UsageError when it is of another form."""
    found = _read_toml(path).get(PROFILES, {})
    if not isinstance(found, dict) or not all(isinstance(settings, dict) for settings in found.values()):
        example = 'Example: [profiles.trusted] with "Trust MFA" = true below it'
        raise UsageError(f"{path}: profiles is not a table of tables.", next_step=example)
    return {name: _flat(settings) for name, settings in found.items()}


def _flat(settings: Mapping[str, Json], above: str = "") -> dict[str, Json]:
    """Spread dotted keys, which TOML reads as tables: `inboundTrust.isMfaAccepted = true`."""
    flat: dict[str, Json] = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
    return flat


def read_file(path: Path, *, known: frozenset[str]) -> dict[str, Json]:
    """Read bulkpatch.toml: options by their long names; an unknown one is refused with a suggestion."""
    found = _read_toml(path)
    options = {name.replace("-", "_"): value for name, value in found.items() if name != PROFILES}
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0].replace('_', '-')}?" if near else "bulkpatch apply --help lists the options."
            raise UsageError(f'{path}: "{name}" is not an option.', next_step=hint)
    return options


def _read_toml(path: Path) -> dict[str, Json]:
    import tomllib

    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as exc:
        raise UsageError(f"{path} cannot be read: {exc}.", next_step="Mend it, or move it away.") from exc

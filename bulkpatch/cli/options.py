"""The options that commands share, once: flag, environment variable, and help.

A command says which groups it takes; what was given arrives as one `Given`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bulkpatch.cli.screen import error_json, print_json
from bulkpatch.config import Options, SignIn, Way
from bulkpatch.errors import BulkpatchError, ExitCode, UsageError

if TYPE_CHECKING:
    from bulkpatch.model import Json

DEFAULTS = Options()
SIGN_IN = SignIn()


class CloudName(StrEnum):
    """The clouds of Microsoft."""

    GLOBAL = "global"
    USGOV = "usgov"
    DOD = "dod"
    CHINA = "china"


class ApiVersion(StrEnum):
    """Versions of Graph that have the partner API."""

    V1 = "v1.0"
    BETA = "beta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given for a command, by flag, environment or file."""

    values: Mapping[str, Any]
    typed: frozenset[str]
    """The names that stood on the command line."""

    @property
    def options(self) -> Options:
        """As the run sees it."""
        return replace(DEFAULTS, **self._known(frozenset(self.values)))

    @property
    def sign_in(self) -> SignIn:
        """How to sign in: never out of an earlier run."""
        known = SignIn.__dataclass_fields__
        return SignIn(**{name: _plain(value) for name, value in self.values.items() if name in known})

    def over(self, earlier: Options) -> Options:
        """What an earlier run was told, except where the command line says otherwise; raises UsageError.

        Its file may come from somebody else: it cannot send the token to an address that is not Microsoft's.
        """
        stored = {name: getattr(earlier, name) for name in earlier.as_json()}
        options = replace(self.options, **{**stored, **self._known(self.typed)})
        if options.graph_url != self.options.graph_url:
            from bulkpatch.graph.clouds import require_vouched

            require_vouched(graph_url=options.graph_url, said_by="The plan or the earlier run")
        return options

    def _known(self, names: frozenset[str]) -> dict[str, Any]:
        known = Options.__dataclass_fields__
        found = {name: _plain(self.values[name]) for name in names if name in known}
        return {**found, **({"cloud": found["cloud"] or ""} if "cloud" in found else {})}


def _plain(value: Any) -> Json:  # noqa: ANN401 - whatever typer made of it
    if isinstance(value, ApiVersion | CloudName):
        return value.value
    return tuple(value) if isinstance(value, list) else value


def _option(kind: Any, *names: str, help: str, panel: str, env: bool | str = True, **more: Any) -> Any:  # noqa: A002, ANN401
    ours = "BULKPATCH_" + names[0].lstrip("-").split("/")[0].replace("-", "_").upper()
    variable = env if isinstance(env, str) else ours if env else None
    return Annotated[kind, typer.Option(*names, help=help, rich_help_panel=panel, envvar=variable, **more)]


def _refuse(name: str, instead: str) -> Callable[[str | None], None]:
    def refuse(value: str | None) -> None:
        if value is not None:
            raise UsageError(
                f"{name} does not exist: what stands on a command line can be read by every user of this machine and "
                "stays in the shell's history.",
                next_step=f"Set {instead}; and make a new secret, as this one has been seen.",
            )

    return refuse


def _trap(name: str, instead: str) -> Any:  # noqa: ANN401 - an annotation
    return Annotated[str | None, typer.Option(name, hidden=True, callback=_refuse(name, instead), expose_value=True)]


_SHEET = "The sheet"
_GRAPH = "Graph"
_SIGN_IN = "Sign-in"
_PACE = "Pace and patience"
_RUN = "The run"
_REHEARSAL = "Rehearsal"

GROUPS: Mapping[str, Mapping[str, tuple[Any, Any]]] = {
    "sheet": {
        "worksheet": (
            _option(str, "--sheet", help="The worksheet to read, when the workbook has several.", panel=_SHEET),
            DEFAULTS.worksheet,
        ),
        "settings": (
            _option(
                list[str], "--set", metavar="PATH=VALUE", panel=_SHEET,
                help="The same setting for every tenant, e.g. inboundTrust.isMfaAccepted=true. Repeatable.",
            ),
            list(DEFAULTS.settings),
        ),
        "profile": (
            _option(
                str, "--profile", metavar="NAME", panel=_SHEET,
                help="A preset for every row that names none: trust-mfa, full-sync, block-all, or one of your own.",
            ),
            DEFAULTS.profile,
        ),
        "tenants": (
            _option(list[str], "--tenant", metavar="ID", help="Only this tenant. Repeatable.", panel=_SHEET),
            list(DEFAULTS.tenants),
        ),
        "check_names": (
            _option(
                bool, "--check-names", panel=_SHEET,
                help="Refuse rows whose name or domain column is not what Entra says of the tenant id.",
            ),
            DEFAULTS.check_names,
        ),
    },
    "partners": {
        "api_version": (
            _option(ApiVersion, "--api-version", help="The version of Graph to speak.", panel=_GRAPH),
            ApiVersion(DEFAULTS.api_version),
        ),
        "create_missing": (
            _option(
                bool, "--create-missing", panel=_GRAPH,
                help="Create partners that do not exist yet; without it they end as failed, PartnerNotFound.",
            ),
            DEFAULTS.create_missing,
        ),
    },
    "reach": {
        "cloud": (
            _option(CloudName | None, "--cloud", panel=_GRAPH,
                    help="The cloud: sets where to sign in and where Graph is. Without it: global."),
            None,
        ),
        "graph_url": (
            _option(
                str, "--graph-url", metavar="URL", panel=_GRAPH,
                help="Graph's root without the version, when it is not the cloud's own.",
            ),
            DEFAULTS.graph_url,
        ),
    },
    "graph": {
        "names": (
            _option(
                bool | None, "--names/--no-names", panel=_GRAPH,
                help="Look up the tenants' display names. Without it: when the token shows the permission for it.",
            ),
            DEFAULTS.names,
        ),
        "simulate": (
            _option(
                bool, "--simulate", panel=_REHEARSAL,
                help="Rehearse against a Graph inside this process: no credentials, nothing leaves the machine.",
            ),
            DEFAULTS.simulate,
        ),
        "fault_rate": (
            _option(
                float, "--fault-rate", min=0, max=0.9, panel=_REHEARSAL, metavar="SHARE",
                help="With --simulate: the share of requests that meet a fault.",
            ),
            DEFAULTS.fault_rate,
        ),
        "latency": (
            _option(
                float, "--latency", min=0, max=60, panel=_REHEARSAL, metavar="SECONDS",
                help="With --simulate: how long each answer takes.",
            ),
            DEFAULTS.latency,
        ),
        "seed": (
            _option(int, "--seed", panel=_REHEARSAL, help="With --simulate: which faults, always the same."),
            DEFAULTS.seed,
        ),
        "concurrency": (
            _option(int, "--concurrency", min=1, max=256, panel=_PACE, help="Tenants worked on at the same time."),
            DEFAULTS.concurrency,
        ),
        "max_attempts": (
            _option(
                int, "--max-attempts", min=1, max=50, panel=_PACE,
                help="Attempts for one request; being told to wait does not count.",
            ),
            DEFAULTS.max_attempts,
        ),
        "timeout": (
            _option(float, "--timeout", min=0.1, max=3600, panel=_PACE, metavar="SECONDS",
                    help="How long to wait for one answer."),
            DEFAULTS.timeout,
        ),
    },
    "sign-in": {
        "auth": (
            _option(Way, "--auth", panel=_SIGN_IN, help="How to sign in; auto takes the first that is configured."),
            Way.AUTO,
        ),
        "tenant_id": (
            _option(
                str, "--tenant-id", metavar="ID", panel=_SIGN_IN, env="AZURE_TENANT_ID",
                help="Our own tenant: a token of any other is refused.",
            ),
            SIGN_IN.tenant_id,
        ),
        "client_id": (
            _option(
                str, "--client-id", metavar="ID", panel=_SIGN_IN, env="AZURE_CLIENT_ID",
                help="The app to sign in as, or the managed identity's client id.",
            ),
            SIGN_IN.client_id,
        ),
        "client_secret_file": (
            _option(
                str, "--client-secret-file", metavar="PATH", panel=_SIGN_IN,
                help="A file with the client secret, when it is not in AZURE_CLIENT_SECRET.",
            ),
            SIGN_IN.client_secret_file,
        ),
        "certificate": (
            _option(
                str, "--certificate", metavar="PATH", panel=_SIGN_IN, env="AZURE_CLIENT_CERTIFICATE_PATH",
                help="The app's certificate with its private key, PEM or PFX.",
            ),
            SIGN_IN.certificate,
        ),
        "certificate_password_file": (
            _option(
                str, "--certificate-password-file", metavar="PATH", panel=_SIGN_IN,
                help="A file with its password, when it is not in AZURE_CLIENT_CERTIFICATE_PASSWORD.",
            ),
            SIGN_IN.certificate_password_file,
        ),
        "send_certificate_chain": (
            _option(
                bool, "--send-certificate-chain", panel=_SIGN_IN, env="AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
                help="Send the certificate too, for apps that trust its subject and issuer.",
            ),
            SIGN_IN.send_certificate_chain,
        ),
        "federated_token_file": (
            _option(
                str, "--federated-token-file", metavar="PATH", panel=_SIGN_IN, env="AZURE_FEDERATED_TOKEN_FILE",
                help="The token of the platform that runs us, for workload identity; read at each use.",
            ),
            SIGN_IN.federated_token_file,
        ),
        "identity_object_id": (
            _option(str, "--identity-object-id", metavar="ID", panel=_SIGN_IN,
                    help="The managed identity's object id."),
            SIGN_IN.identity_object_id,
        ),
        "identity_resource_id": (
            _option(str, "--identity-resource-id", metavar="ID", panel=_SIGN_IN,
                    help="The managed identity's resource id."),
            SIGN_IN.identity_resource_id,
        ),
        "authority_host": (
            _option(
                str, "--authority-host", metavar="HOST", panel=_SIGN_IN, env="AZURE_AUTHORITY_HOST",
                help="Where to sign in, when it is not the cloud's own.",
            ),
            SIGN_IN.authority_host,
        ),
        "any_role": (
            _option(
                bool, "--any-role", panel=_SIGN_IN,
                help="Send although the token names no directory role that is known to be enough.",
            ),
            SIGN_IN.any_role,
        ),
        "client_secret": (_trap("--client-secret", "AZURE_CLIENT_SECRET, or name a file with --client-secret-file"),
                          None),
        "certificate_password": (
            _trap("--certificate-password", "AZURE_CLIENT_CERTIFICATE_PASSWORD, or name a file with "
                  "--certificate-password-file"), None),
        "access_token": (_trap("--access-token", "BULKPATCH_ACCESS_TOKEN, or a file with BULKPATCH_ACCESS_TOKEN_FILE"),
                         None),
    },
    "write": {
        "quota": (
            _option(
                str, "--quota", metavar="WRITES/SECONDS", panel=_PACE,
                help="The write quota to keep, or off. Without it: the documented 3000/150, begun slowly.",
            ),
            DEFAULTS.quota,
        ),
        "deadline": (
            _option(float, "--deadline", min=1, metavar="SECONDS", panel=_PACE,
                    help="Stop rather than send anything later than this; the rest is not_sent."),
            DEFAULTS.deadline,
        ),
        "max_failures": (
            _option(
                str, "--max-failures", metavar="N|N%", panel=_RUN,
                help="Stop when more tenants than this have failed; the rest is not_sent.",
            ),
            DEFAULTS.max_failures,
        ),
        "verify": (
            _option(
                bool, "--verify", panel=_RUN,
                help="Look afterwards whether live is as sent; Graph's reads may lag, so this takes up to a minute.",
            ),
            DEFAULTS.verify,
        ),
        "waves": (
            _option(
                str, "--waves", metavar="N,N%,...", panel=_RUN,
                help="Send a few first, verify them, go on if no more than --max-failures (0) failed: 1,5%,100%.",
            ),
            DEFAULTS.waves,
        ),
        "gate": (
            _option(bool, "--gate", panel=_RUN, help="With --waves: wait for Enter between waves."),
            DEFAULTS.gate,
        ),
        "allow_parallel": (
            _option(
                bool, "--allow-parallel", panel=_RUN,
                help="Send although another run on this machine sends to the same home tenant.",
            ),
            DEFAULTS.allow_parallel,
        ),
        "report_dir": (
            _option(str, "--report-dir", metavar="DIR", panel=_RUN, help="Where run folders are made."),
            DEFAULTS.report_dir,
        ),
    },
    "limits": {
        "max_loosen": (
            _option(
                int | None, "--max-loosen", min=0, metavar="N", panel=_RUN,
                help="Refuse a plan in which more than N changes loosen access.",
            ),
            DEFAULTS.max_loosen,
        ),
        "protect": (
            _option(
                str, "--protect", metavar="FILE", panel=_RUN,
                help="Tenants that must not change: ids, one per line, or a sheet with a tenantId column.",
            ),
            DEFAULTS.protect,
        ),
    },
    "choice": {
        "skip_invalid": (
            _option(bool, "--skip-invalid", panel=_RUN,
                    help="Leave rows with problems out, as invalid, and go on with the others."),
            DEFAULTS.skip_invalid,
        ),
        "force": (
            _option(bool, "--force", panel=_RUN, help="Send also what is already so."),
            DEFAULTS.force,
        ),
    },
    "output": {
        "json_output": (
            _option(bool, "--json", help="Print a summary for machines on stdout, and nothing else there.", panel=_RUN),
            False,
        ),
        "quiet": (
            _option(bool, "--quiet", "-q", panel=_RUN,
                    help="Nothing on stderr but errors and the question; the result still goes to stdout."),
            False,
        ),
        "json_log": (
            _option(str, "--json-log", metavar="FILE", panel=_RUN,
                    help="Write what happens as it happens, one JSON object per line; - is stderr."),
            "",
        ),
        "verbose": (
            _option(int, "--verbose", "-v", count=True, help="Say more while it runs: each request.", panel=_RUN,
                    env=False),
            0,
        ),
    },
}  # fmt: skip


def names_of_options() -> frozenset[str]:
    """Every name that bulkpatch.toml may set: the flags without their dashes."""
    skipped = {"verbose", *_TRAPS}
    return frozenset(_key(name) for group in GROUPS.values() for name in group if name not in skipped)


_TRAPS = frozenset({"client_secret", "certificate_password", "access_token"})
_KEYS = {"worksheet": "sheet", "settings": "set", "tenants": "tenant", "json_output": "json"}


def _key(name: str) -> str:
    return _KEYS.get(name, name)


def name_of(key: str) -> str:
    """The option that bulkpatch.toml calls *key*."""
    return next((name for name, called in _KEYS.items() if called == key), key)


def takes(*groups: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of *groups*; it receives them as its keyword *given*."""
    chosen = {name: entry for group in groups for name, entry in GROUPS[group].items()}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(ctx: typer.Context, **kwargs: Any) -> None:  # noqa: ANN401 - typer's
            values = {name: kwargs.pop(name) for name in chosen}
            typed = frozenset(name for name in chosen if _stood_on_line(ctx, name))
            try:
                command(given=Given(values=values, typed=typed), **kwargs)
            except KeyboardInterrupt as exc:
                raise typer.Exit(int(ExitCode.INTERRUPTED)) from exc
            except BulkpatchError as exc:
                if not values.get("json_output"):
                    raise
                print_json(error_json(exc))
                raise typer.Exit(int(exc.exit_code)) from exc

        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "given"]
        keyword = inspect.Parameter.KEYWORD_ONLY
        shared = [
            inspect.Parameter(name, keyword, annotation=kind, default=default)
            for name, (kind, default) in chosen.items()
        ]
        first = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
        called.__signature__ = inspect.Signature([first, *own, *shared])  # type: ignore[attr-defined] # typer reads it
        called.__annotations__ = {}
        return called

    return decorate


def _stood_on_line(ctx: typer.Context, name: str) -> bool:
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"

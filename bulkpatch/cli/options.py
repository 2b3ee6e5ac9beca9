"""The options that commands share, once: flag, environment variable, and help. `given` is how a command takes them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bulkpatch.cli.option import option
from bulkpatch.cli.options_sign_in import SIGN_IN, TRAPS
from bulkpatch.config import Options

DEFAULTS = Options()


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


_SHEET = "The sheet"
_GRAPH = "Graph"
_PACE = "Pace and patience"
_RUN = "The run"
_REHEARSAL = "Rehearsal"

GROUPS: Mapping[str, Mapping[str, tuple[Any, Any]]] = {
    "sheet": {
        "worksheet": (
            option(str, "--sheet", help="The worksheet to read, when the workbook has several.", panel=_SHEET),
            DEFAULTS.worksheet,
        ),
        "settings": (
            option(
                list[str], "--set", metavar="PATH=VALUE", panel=_SHEET,
                help="The same setting for every tenant, e.g. inboundTrust.isMfaAccepted=true. Repeatable.",
            ),
            list(DEFAULTS.settings),
        ),
        "profile": (
            option(
                str, "--profile", metavar="NAME", panel=_SHEET,
                help="A preset for every row that names none: trust-mfa, full-sync, block-all, or one of your own.",
            ),
            DEFAULTS.profile,
        ),
        "tenants": (
            option(list[str], "--tenant", metavar="ID", help="Only this tenant. Repeatable.", panel=_SHEET),
            list(DEFAULTS.tenants),
        ),
        "check_names": (
            option(
                bool, "--check-names", panel=_SHEET,
                help="Refuse rows whose name or domain column is not what Entra says of the tenant id.",
            ),
            DEFAULTS.check_names,
        ),
    },
    "partners": {
        "api_version": (
            option(ApiVersion, "--api-version", help="The version of Graph to speak.", panel=_GRAPH),
            ApiVersion(DEFAULTS.api_version),
        ),
        "create_missing": (
            option(
                bool, "--create-missing", panel=_GRAPH,
                help="Create partners that do not exist yet; without it they end as failed, PartnerNotFound.",
            ),
            DEFAULTS.create_missing,
        ),
    },
    "reach": {
        "cloud": (
            option(CloudName | None, "--cloud", panel=_GRAPH,
                    help="The cloud: sets where to sign in and where Graph is. Without it: global."),
            None,
        ),
        "graph_url": (
            option(
                str, "--graph-url", metavar="URL", panel=_GRAPH,
                help="Graph's root without the version, when it is not the cloud's own.",
            ),
            DEFAULTS.graph_url,
        ),
    },
    "graph": {
        "names": (
            option(
                bool | None, "--names/--no-names", panel=_GRAPH,
                help="Look up the tenants' display names. Without it: when the token shows the permission for it.",
            ),
            DEFAULTS.names,
        ),
        "simulate": (
            option(
                bool, "--simulate", panel=_REHEARSAL,
                help="Rehearse against a Graph inside this process: no credentials, nothing leaves the machine.",
            ),
            DEFAULTS.simulate,
        ),
        "fault_rate": (
            option(
                float, "--fault-rate", min=0, max=0.9, panel=_REHEARSAL, metavar="SHARE",
                help="With --simulate: the share of requests that meet a fault.",
            ),
            DEFAULTS.fault_rate,
        ),
        "latency": (
            option(
                float, "--latency", min=0, max=60, panel=_REHEARSAL, metavar="SECONDS",
                help="With --simulate: how long each answer takes.",
            ),
            DEFAULTS.latency,
        ),
        "seed": (
            option(int, "--seed", panel=_REHEARSAL, help="With --simulate: which faults, always the same."),
            DEFAULTS.seed,
        ),
        "concurrency": (
            option(int, "--concurrency", min=1, max=256, panel=_PACE, help="Tenants worked on at the same time."),
            DEFAULTS.concurrency,
        ),
        "max_attempts": (
            option(
                int, "--max-attempts", min=1, max=50, panel=_PACE,
                help="Attempts for one request; being told to wait does not count.",
            ),
            DEFAULTS.max_attempts,
        ),
        "timeout": (
            option(float, "--timeout", min=0.1, max=3600, panel=_PACE, metavar="SECONDS",
                    help="How long to wait for one answer."),
            DEFAULTS.timeout,
        ),
    },
    "sign-in": SIGN_IN,
    "write": {
        "quota": (
            option(
                str, "--quota", metavar="WRITES/SECONDS", panel=_PACE,
                help="The write quota to keep, or off. Without it: the documented 3000/150, begun slowly.",
            ),
            DEFAULTS.quota,
        ),
        "deadline": (
            option(float, "--deadline", min=1, metavar="SECONDS", panel=_PACE,
                    help="Stop rather than send anything later than this; the rest is not_sent."),
            DEFAULTS.deadline,
        ),
        "max_failures": (
            option(
                str, "--max-failures", metavar="N|N%", panel=_RUN,
                help="Stop when more tenants than this have failed; the rest is not_sent.",
            ),
            DEFAULTS.max_failures,
        ),
        "verify": (
            option(
                bool, "--verify", panel=_RUN,
                help="Look afterwards whether live is as sent; Graph's reads may lag, so this takes up to a minute.",
            ),
            DEFAULTS.verify,
        ),
        "waves": (
            option(
                str, "--waves", metavar="N,N%,...", panel=_RUN,
                help="Send a few first, verify them, go on if no more than --max-failures (0) failed: 1,5%,100%.",
            ),
            DEFAULTS.waves,
        ),
        "gate": (
            option(bool, "--gate", panel=_RUN, help="With --waves: wait for Enter between waves."),
            DEFAULTS.gate,
        ),
        "allow_parallel": (
            option(
                bool, "--allow-parallel", panel=_RUN,
                help="Send although another run on this machine sends to the same home tenant.",
            ),
            DEFAULTS.allow_parallel,
        ),
        "report_dir": (
            option(str, "--report-dir", metavar="DIR", panel=_RUN, help="Where run folders are made."),
            DEFAULTS.report_dir,
        ),
    },
    "limits": {
        "max_loosen": (
            option(
                int | None, "--max-loosen", min=0, metavar="N", panel=_RUN,
                help="Refuse a plan in which more than N changes loosen access.",
            ),
            DEFAULTS.max_loosen,
        ),
        "protect": (
            option(
                str, "--protect", metavar="FILE", panel=_RUN,
                help="Tenants that must not change: ids, one per line, or a sheet with a tenantId column.",
            ),
            DEFAULTS.protect,
        ),
    },
    "choice": {
        "skip_invalid": (
            option(bool, "--skip-invalid", panel=_RUN,
                    help="Leave rows with problems out, as invalid, and go on with the others."),
            DEFAULTS.skip_invalid,
        ),
        "force": (
            option(bool, "--force", panel=_RUN, help="Send also what is already so."),
            DEFAULTS.force,
        ),
    },
    "output": {
        "json_output": (
            option(bool, "--json", help="Print a summary for machines on stdout, and nothing else there.", panel=_RUN),
            False,
        ),
        "quiet": (
            option(bool, "--quiet", "-q", panel=_RUN,
                    help="Nothing on stderr but errors and the question; the result still goes to stdout."),
            False,
        ),
        "json_log": (
            option(str, "--json-log", metavar="FILE", panel=_RUN,
                    help="Write what happens as it happens, one JSON object per line; - is stderr."),
            "",
        ),
        "verbose": (
            option(int, "--verbose", "-v", count=True, help="Say more while it runs: each request.", panel=_RUN,
                    env=False),
            0,
        ),
    },
}  # fmt: skip


def names_of_options() -> frozenset[str]:
    """Every name that bulkpatch.toml may set: the flags without their dashes."""
    skipped = {"verbose", *TRAPS}
    return frozenset(_key(name) for group in GROUPS.values() for name in group if name not in skipped)


_KEYS = {"worksheet": "sheet", "settings": "set", "tenants": "tenant", "json_output": "json"}


def _key(name: str) -> str:
    return _KEYS.get(name, name)


def name_of(key: str) -> str:
    """The option that bulkpatch.toml calls *key*."""
    return next((name for name, called in _KEYS.items() if called == key), key)

"""Looks at everything a run needs before row 1, and says of each thing that it is fine or how to mend it."""

from __future__ import annotations

import email.utils
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version

from bulkpatch.errors import BulkpatchError, ExitCode
from bulkpatch.graph.clouds import Cloud
from bulkpatch.graph.network import proxy_for, trusted_certificates
from bulkpatch.graph.retry import Exchange
from bulkpatch.graph.verdict import Meaning
from bulkpatch.line import Line
from bulkpatch.preflight import LOOK_UP, READ, WRITE, Who, how_to_grant, require_audience, require_home, role_problem

SKEW = 300.0
"""Seconds that a clock may be off before tokens and signed assertions are taken for invalid."""


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    NOTE = "note"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: State
    what: str
    fix: str = ""
    exit_code: ExitCode = ExitCode.OK


def failed(subject: str, exc: BulkpatchError) -> Finding:
    """A finding made of an error."""
    return Finding(subject=subject, state=State.FAIL, what=exc.what, fix=exc.next_step, exit_code=exc.exit_code)


def machine(root: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What this machine brings along: versions, proxy, certificates."""
    names = ("bulkpatch", "aiohttp", "msal", "pandas")
    told = ", ".join((*(f"{name} {version(name)}" for name in names), f"Python {platform.python_version()}"))
    yield _fine("versions", told)
    proxy = proxy_for(root)
    yield _fine("proxy", f"{proxy.url}{' with a user' if proxy.user else ''}" if proxy else f"none for {root}")
    try:
        yield _fine("certificates", trusted_certificates(environ) or "the system's store")
    except BulkpatchError as exc:
        yield failed("certificates", exc)


def identity(who: Who, *, tenant_id: str, cloud: Cloud, now: datetime) -> Iterator[Finding]:
    """What the token says of itself."""
    if not who.is_known:
        opaque = "the token is opaque: tenant, permission and role cannot be read from it"
        yield Finding(subject="token", state=State.NOTE, what=opaque, fix="The read below decides.")
        return
    yield _fine("who", who.name)
    yield _home(who, tenant_id)
    try:
        require_audience(who, cloud.graph_root)
        yield _life(who, now)
    except BulkpatchError as exc:
        yield failed("token", exc)
    yield from _rights(who)


def _home(who: Who, tenant_id: str) -> Finding:
    try:
        require_home(who, tenant_id)
    except BulkpatchError as exc:
        return failed("home tenant", exc)
    said = ", as --tenant-id says" if tenant_id.lower() == who.home_tenant else ""
    if said or tenant_id:
        return _fine("home tenant", f"{who.home_tenant or 'not named'}{said}")
    fix = "Set AZURE_TENANT_ID, so that a token of another tenant is refused."
    return Finding(subject="home tenant", state=State.NOTE, what=who.home_tenant or "not named", fix=fix)


def _life(who: Who, now: datetime) -> Finding:
    left = None if who.expires is None else who.expires - now.timestamp()
    if left is None:
        return Finding(subject="token", state=State.NOTE, what="it does not say when it ends")
    if left <= 0:
        return Finding(subject="token", state=State.FAIL, what="it has expired", fix="Sign in again.",
                       exit_code=ExitCode.NOT_PERMITTED)  # fmt: skip
    return _fine("token", f"good for {left / 60:.0f} minutes" if left >= 120 else f"good for {left:.0f} s")


def _rights(who: Who) -> Iterator[Finding]:
    may = who.permissions
    if WRITE in may or not who.names_permissions:
        yield _fine("permission", WRITE if WRITE in may else "not told by this token")
    else:
        reads = f"; {READ} lets it plan and verify" if READ in may else ""
        yield Finding(subject="permission", state=State.FAIL, what=f"{WRITE} is missing{reads}", fix=how_to_grant(who),
                      exit_code=ExitCode.NOT_PERMITTED)  # fmt: skip
    if LOOK_UP not in may:
        what = f"{LOOK_UP} is missing: domains cannot be resolved, names not shown"
        yield Finding(subject="names", state=State.NOTE, what=what, fix="Grant it too, if the sheet needs it.")
    problem = role_problem(who, writes_sync=True)
    if problem:
        fix = "Activate Security Administrator; with a custom role that allows it, add --any-role to apply."
        yield Finding(subject="role", state=State.NOTE, what=problem, fix=fix)


async def graph(line: Line) -> list[Finding]:
    """What Graph says to a one-item read, and what its clock says of ours."""
    before = line.today()
    try:
        exchange = await line.reader.glance()
    except BulkpatchError as exc:
        return [failed("read", exc)]
    reply = exchange.reply
    if exchange.verdict.meaning is not Meaning.DONE:
        return [_unread(exchange)]
    found = [_fine("read", f"partners can be read, {1000 * reply.seconds:.0f} ms")]
    return [*found, *_skew(reply.date, before, reply.seconds)]


def _unread(exchange: Exchange) -> Finding:
    error = exchange.reply.error
    fixes = {
        Meaning.FORBIDDEN: f"Grant {WRITE}, or {READ} to plan only.",
        Meaning.RENEW: "Get a new token, for this tenant and this cloud.",
    }
    fix = fixes.get(exchange.verdict.meaning, "Check --cloud, --graph-url and the network.")
    what = f"{error.http_status or ''} {error.code}: {error.message}".strip()
    code = ExitCode.NOT_PERMITTED if exchange.verdict.meaning in fixes else ExitCode.WRONG_INPUT
    return Finding(subject="read", state=State.FAIL, what=what, fix=fix, exit_code=code)


def _skew(date: str, before: datetime, seconds: float) -> Iterator[Finding]:
    try:
        theirs = email.utils.parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    off = (before - theirs).total_seconds() + seconds / 2
    if abs(off) < SKEW:
        yield _fine("clock", "agrees with Graph's" if abs(off) < 2 else f"{abs(off):.0f} s off Graph's")
    else:
        what = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} Graph's"
        yield Finding(subject="clock", state=State.NOTE, what=what, fix="Set it: tokens are judged by the time.")


def _fine(subject: str, what: str) -> Finding:
    return Finding(subject=subject, state=State.OK, what=what)

"""Who is who: domains, display names and our own tenant, asked of Entra before anything is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bulkpatch.cells import BadCell, parse_tenant_id
from bulkpatch.checking import Prepared, check, require_sound
from bulkpatch.errors import NotPermitted, ServiceFailing
from bulkpatch.model import Fate, Known, Named, Plan, TenantId, Unnamed
from bulkpatch.preflight import LOOK_UP
from bulkpatch.validation import other_domains

if TYPE_CHECKING:
    from bulkpatch.line import Line


async def identify(prepared: Prepared, line: Line) -> Prepared:
    """Find out who is who before anything is planned: domains, our own tenant, and with `--check-names` every name.

    Raises ProblemsFound when a row does not mean what it says, NotPermitted when nobody may be looked up.
    """
    checked, home = prepared.checked, line.home_tenant
    by_domain = await line.names.of_domains(checked.domains)
    by_domain |= {domain: Named(tenant=tenant) for domain, tenant in prepared.source.named.items()}
    ids: dict[TenantId, Named | Unnamed] = {}
    if prepared.options.check_names:
        tenants = {
            row: t for row, text in checked.tenants.items() if not isinstance(t := parse_tenant_id(text), BadCell)
        }
        ids = await line.names.of_tenants(t for row, t in tenants.items() if any(checked.names.get(row, ())))
        by_domain |= await line.names.of_domains(other_domains(checked.names, tenants, ids))
    if not by_domain and not ids and home not in checked.tenants.values():
        return prepared
    known = Known(home_tenant=home, by_domain=by_domain, by_id=ids, claimed=prepared.raw.claimed)
    return require_sound(check(prepared.raw, prepared.options, known))


async def names_of(tenants: Sequence[TenantId], line: Line, *, wanted: bool | None) -> dict[TenantId, str]:
    """Give the names that Entra has for *tenants*; None: only where the token may ask."""
    asks = LOOK_UP in line.who.permissions if wanted is None else wanted
    try:
        found = await line.names.of_tenants(tenants if asks else ())
    except (NotPermitted, ServiceFailing):
        if wanted:
            raise
        found = {}
    known = {**line.names.known, **found}
    return {tenant: one.display_name for tenant, one in known.items() if isinstance(one, Named)}


async def with_names(made: Plan, line: Line, *, wanted: bool | None) -> Plan:
    """Give the steps that matter the names that Entra has for their tenants."""
    names = await names_of([s.tenant for s in made.steps if s.fate is not Fate.UNCHANGED], line, wanted=wanted)
    if not names:
        return made
    return replace(made, steps=tuple(replace(s, name=names.get(s.tenant, "")) for s in made.steps))

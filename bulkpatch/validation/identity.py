"""Which tenant a row means, and whether the names beside it agree. Pure.

A domain names a tenant only after Entra was asked; until then the row stands under its domain and cannot be planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bulkpatch.cells import BadCell, clean, mixes_scripts, parse_domain, parse_tenant_id
from bulkpatch.model import Known, Named, Row, TenantId, Unnamed

_WRONG_GUID = "Correct the tenant id or the name; a wrong id would change another company's access."


def tenant_of(text: str, known: Known) -> TenantId | BadCell:
    """Read the cell that says which tenant is meant: a tenant id, or a domain that Entra knows.

    A domain nobody has asked about yet comes back as it is: see `unresolved`.
    """
    found = parse_tenant_id(text)
    domain = parse_domain(text) if isinstance(found, BadCell) else None
    if domain is None:
        return found
    if mixes_scripts(text):
        what = f'"{clean(text)}" mixes letters of two alphabets that look alike: it is the domain {domain}.'
        return BadCell(what=what, hint=f"Write it anew by hand; if it is meant, write {domain}.")
    named = known.by_domain.get(domain)
    if isinstance(named, Unnamed):
        return BadCell(what=named.why, hint=named.hint)
    return TenantId(domain) if named is None else named.tenant


def is_unresolved(tenant: str) -> bool:
    """Whether *tenant*, as `tenant_of` gave it, is still a domain."""
    return "." in tenant


def misgivings(row: Row, text: str, tenant: TenantId, known: Known) -> Iterator[BadCell]:
    """What speaks against *tenant* being meant by the cell *text* of *row*."""
    if known.home_tenant and tenant == known.home_tenant:
        hint = "Take the row out: a tenant is no partner of its own."
        yield BadCell(what="is our own tenant, not a partner.", hint=hint)
    claimed = known.claimed.get(row.number, tenant)
    if claimed != tenant and not is_unresolved(tenant):
        what = f"{clean(text)} is tenant {tenant}, but the tenantId column says {claimed}."
        yield BadCell(what=what, hint="Correct one of them.")


def disagreement(tenant: TenantId, name: str, domain: str, known: Known) -> tuple[str, BadCell] | None:
    """Compare what stands beside a tenant id with what Entra says of it: ("name" | "domain" | "tenant", why) or None.

    Names agree when they differ in case, spaces and punctuation only; a domain agrees when it is the tenant's.
    """
    found = known.by_id.get(tenant)
    if found is None:
        return None
    if isinstance(found, Unnamed):
        return "tenant", BadCell(what=found.why, hint=found.hint)
    if domain and not _is_domain_of(found, domain, known):
        what = f'"{clean(domain)}" is not a domain of this tenant: Entra says {_called(found)}.'
        return "domain", BadCell(what=what, hint=_WRONG_GUID)
    if name and _letters(name) not in {_letters(found.display_name), _letters(found.brand)}:
        return "name", BadCell(what=f'is "{clean(name)}", and Entra says {_called(found)}.', hint=_WRONG_GUID)
    return None


def other_domains(
    names: Mapping[int, tuple[str, str]],
    tenants: Mapping[int, TenantId],
    found: Mapping[TenantId, Named | Unnamed],
) -> set[str]:
    """The domains beside tenant ids that are not the tenant's default one: a tenant may have several."""
    defaults = {t: one.domain.lower() if isinstance(one, Named) else "" for t, one in found.items()}
    domains = {(tenants[row], parse_domain(domain)) for row, (_, domain) in names.items() if row in tenants}
    return {domain for tenant, domain in domains if domain and domain != defaults.get(tenant, domain)}


def _is_domain_of(found: Named, text: str, known: Known) -> bool:
    domain = parse_domain(text)
    if domain is None:
        return False
    other = known.by_domain.get(domain)
    return domain == found.domain.lower() or (isinstance(other, Named) and other.tenant == found.tenant)


def _called(found: Named) -> str:
    return f'"{found.display_name}"' + (f" ({found.domain})" if found.domain else "")


def _letters(text: str) -> str:
    return "".join(char for char in clean(text).casefold() if char.isalnum())

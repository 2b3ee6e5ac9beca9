"""Whether the names beside a tenant id are that tenant's."""

from __future__ import annotations

import pytest

from bulkpatch.model import Known, Named, Row, TenantId, Unnamed
from bulkpatch.validation.identity import disagreement, misgivings, other_domains

T, U = (TenantId(f"90e29127-71ad-49c7-9ce8-db3f41ea06f{n}") for n in (1, 2))
CONTOSO = Named(tenant=T, display_name="Contoso Ltd.", domain="Contoso.com", brand="Contoso Group")
OTHER = Named(tenant=U, display_name="Fabrikam", domain="fabrikam.com")
KNOWN = Known(
    home_tenant=U,
    by_id={T: CONTOSO},
    by_domain={"contoso.org": CONTOSO, "fabrikam.com": OTHER, "nowhere.example": Unnamed(why="is not known.")},
)


@pytest.mark.parametrize(
    ("name", "domain", "about"),
    [
        ("", "", None),
        ("contoso ltd", "", None),
        ("CONTOSO-GROUP", "", None),
        ("Fabrikam", "", "name"),
        ("", "contoso.com", None),
        ("", "contoso.org", None),
        ("", "fabrikam.com", "domain"),
        ("", "nowhere.example", "domain"),
        ("", "unasked.example", "domain"),
        ("", "no domain", "domain"),
        ("Contoso Ltd.", "fabrikam.com", "domain"),
        ("Fabrikam", "contoso.com", "name"),
    ],
)
def test_a_name_or_a_domain_of_somebody_else_speaks_against_the_row(name: str, domain: str, about: str | None) -> None:
    """A wrong id would change another company's access; any domain of the tenant is right."""
    found = disagreement(T, name, domain, KNOWN)

    assert (found[0] if found else None) == about
    assert found is None or 'Entra says "Contoso Ltd." (Contoso.com)' in found[1].what


def test_a_tenant_that_nobody_asked_about_is_not_judged() -> None:
    """And one that Entra does not name says why."""
    unnamed = Known(by_id={T: Unnamed(why="is not known.")})
    found = disagreement(T, "Contoso", "", unnamed)

    assert disagreement(U, "Contoso", "contoso.com", KNOWN) is None
    assert found is not None
    assert (found[0], found[1].what) == ("tenant", "is not known.")


def test_our_own_tenant_is_no_partner() -> None:
    """Nor is a domain whose tenant is another than the one beside it."""
    row = Row(number=2, cells=())
    claimed = Known(claimed={2: U})

    assert [bad.what for bad in misgivings(row, U, U, KNOWN)] == ["is our own tenant, not a partner."]
    assert list(misgivings(row, T, T, KNOWN)) == []
    assert list(misgivings(row, T, T, Known())) == []
    assert [bad.what for bad in misgivings(row, "contoso.com", T, claimed)] == [
        f"contoso.com is tenant {T}, but the tenantId column says {U}."
    ]
    assert list(misgivings(row, "contoso.com", TenantId("contoso.com"), claimed)) == []


def test_only_domains_that_are_not_known_to_be_the_tenants_own_are_asked_about() -> None:
    """Every question is a request: its default domain needs none, nor does a tenant nobody asked about."""
    names = {2: ("", "CONTOSO.com"), 3: ("", "contoso.org"), 4: ("", "no domain"), 5: ("", "fabrikam.com"), 6: ("", "")}
    tenants = {2: T, 3: T, 4: T, 5: U, 6: T}

    assert other_domains(names, tenants, {T: CONTOSO}) == {"contoso.org"}
    assert other_domains(names, tenants, {T: CONTOSO, U: Unnamed(why="?")}) == {"contoso.org", "fabrikam.com"}
    assert other_domains(names, {}, {T: CONTOSO}) == set()

"""Domains, names, and tenants that are no partners: found out before anything is planned."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.simulator import Fault
from tests.cli.conftest import SECRET, Said, Served, only_run, report_of, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


@pytest.fixture
def graph(serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    """Four partners with names, signed in as an app that may look them up."""
    served = serve_entra(4)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    for number, name in enumerate(("Contoso", "Fabrikam, Inc.", "Tailspin Toys", "Contoso")):
        domain = f"{name.split()[0].strip(',').lower()}{number or ''}.example"
        named = {"displayName": name, "defaultDomainName": domain, "federationBrandName": f"{name} brand"}
        served.store.directory[tenant(number)] = named
    return served


def test_a_domain_is_resolved_and_shown_before_anything_is_sent(run: Run, graph: Served) -> None:
    """Plan and report show the tenant id and the name that Entra has for it."""
    sheet = write_sheet("partners.csv", "tenantId,Trust MFA", "Contoso.example,true", f"{tenant(1)},true")

    planned = run("plan", sheet)
    writes = list(graph.writes)
    applied = run("apply", sheet, "--yes")
    rows = report_of(only_run())

    assert (planned.code, applied.code, writes) == (0, 0, [])
    assert f"{tenant(0)}  Contoso  (in the sheet: Contoso.example)" in planned.out
    assert f"{tenant(1)}  Fabrikam, Inc." in planned.out
    assert [(row["tenantId"], row["tenantName"], row["status"]) for row in rows] == [
        (tenant(0), "Contoso", "succeeded"),
        (tenant(1), "Fabrikam, Inc.", "succeeded"),
    ]


def test_validate_says_that_a_domain_has_to_be_asked_about(run: Run) -> None:
    """Offline nothing is looked up."""
    said = run("validate", write_sheet("partners.csv", "Tenant,Trust MFA", "contoso.example,true", "b.example,no"))

    assert said.code == 0
    assert "contoso.example is a domain, and so is one more" in said.out


def test_a_domain_that_nobody_has_is_a_problem_of_its_cell(run: Run, graph: Served) -> None:
    """The whole sheet waits, unless rows with problems are left out."""
    sheet = write_sheet("partners.csv", "tenantId,Trust MFA", "nobody.example,true", f"{tenant(1)},true")

    whole = run("apply", sheet, "--yes")
    others = run("apply", sheet, "--yes", "--skip-invalid")
    rows = report_of(only_run())

    assert (whole.code, others.code) == (2, 1)
    assert 'partners.csv:2 A tenantId: "nobody.example" is no tenant that Entra knows.' in whole.flat
    assert [row["status"] for row in rows] == ["invalid", "succeeded"]
    assert [exchange.tenant for exchange in graph.writes] == [tenant(1)]


def test_the_same_tenant_by_domain_and_by_id_is_one_tenant(run: Run, graph: Served) -> None:
    """Rows that contradict each other are found although they are written differently."""
    agreeing = write_sheet("a.csv", "tenantId,Trust MFA", "contoso.example,true", f"{tenant(0)},true")
    contrary = write_sheet("b.csv", "tenantId,Trust MFA", "contoso.example,true", f"{tenant(0)},false")

    assert run("apply", agreeing, "--yes").code == 0
    assert len(graph.writes) == 1
    assert run("plan", contrary).code == 2


def test_a_domain_is_asked_about_once(run: Run, graph: Served) -> None:
    """Lookups are kept for the run."""
    sheet = write_sheet("a.csv", "tenantId,Trust MFA", *["contoso.example,true"] * 3)

    run("plan", sheet)

    assert len([e for e in graph.simulator.requests if e.endpoint == "findTenantInformationByDomainName"]) == 1


def test_a_saved_plan_and_a_rerun_keep_the_tenant_that_was_found(run: Run, graph: Served) -> None:
    """What was approved is sent, even if the domain has moved to somebody else since."""
    sheet = write_sheet("partners.csv", "Partner tenant,Trust MFA", "contoso.example,true")
    run("plan", sheet, "--save", "plan.json")
    graph.store.directory[tenant(3)]["defaultDomainName"] = "contoso.example"
    graph.store.directory[tenant(0)]["defaultDomainName"] = "moved.example"
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), method="PATCH")

    failed = run("apply", "plan.json", "--yes")
    again = run("rerun", only_run(), "--yes")

    assert (failed.code, again.code) == (1, 0), again.all
    assert {exchange.tenant for exchange in graph.writes} == {tenant(0)}


def test_a_report_whose_domain_and_tenant_id_disagree_is_refused(run: Run, graph: Served) -> None:
    """Whoever corrects one of them must correct both."""
    sheet = write_sheet("partners.csv", "Partner tenant,Trust MFA", "contoso.example,true")
    graph.simulator.script(Fault.refuse(400, "Request_BadRequest"), method="PATCH")
    run("apply", sheet, "--yes")
    report = only_run() / "report.csv"
    whole = report.read_text(encoding="utf-8")
    report.write_text(whole.replace("contoso.example", "fabrikam1.example"), encoding="utf-8")

    said = run("rerun", report, "--yes")
    report.write_text(whole, encoding="utf-8")
    restored = run("rerun", report, "--yes")

    assert said.code == 2
    assert f"fabrikam1.example is tenant {tenant(1)}, but the tenantId column says {tenant(0)}" in said.flat
    assert restored.code == 0


def test_check_names_refuses_a_pasted_wrong_id(run: Run, graph: Served) -> None:
    """Case, spaces and punctuation do not count; another company does."""
    sheet = write_sheet(
        "partners.csv",
        "Partner,Domain,tenantId,Trust MFA",
        f"contoso,CONTOSO.example,{tenant(0)},true",
        f"Fabrikam Inc,,{tenant(1)},true",
        f"Tailspin Toys brand,,{tenant(2)},true",
        f"Fabrikam Inc,,{tenant(3)},true",
    )

    said = run("plan", sheet, "--check-names")
    unasked = run("plan", sheet)

    assert (said.code, unasked.code) == (2, 0)
    assert "1 problem found" in said.flat
    assert 'partners.csv:5 A Partner: is "Fabrikam Inc", and Entra says "Contoso" (contoso3.example).' in said.flat


def test_check_names_compares_domains_as_well(run: Run, graph: Served) -> None:
    """A tenant may have other domains than its default one; another tenant's domain is refused."""
    sheet = write_sheet(
        "partners.csv",
        "tenantId,Domain,Trust MFA",
        f"{tenant(0)},contoso.example,true",
        f"{tenant(1)},contoso.example,true",
        f"{tenant(9)},,true",
    )

    said = run("plan", sheet, "--check-names")

    assert said.code == 2
    assert (
        '"contoso.example" is not a domain of this tenant: Entra says "Fabrikam, Inc." (fabrikam1.example).'
        in said.flat
    )


def test_an_id_that_entra_does_not_know_is_refused_by_check_names(run: Run, graph: Served) -> None:
    """A typing error in a GUID names nobody."""
    del graph.store.directory[tenant(3)]
    sheet = write_sheet("partners.csv", "Partner,tenantId,Trust MFA", f"Contoso,{tenant(3)},true")

    said = run("apply", sheet, "--check-names", "--yes")

    assert said.code == 2
    assert "is no tenant that Entra knows." in said.flat


def test_without_the_permission_domains_are_3_and_names_are_left_out(run: Run, graph: Served) -> None:
    """What needs the lookup says which permission it needs; what is only nice goes without."""
    graph.simulator.script(
        Fault.refuse(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        endpoint="findTenantInformationByDomainName", times=9,
    )  # fmt: skip
    graph.entra.registration.roles = ("Policy.ReadWrite.CrossTenantAccess",)

    by_domain = run("plan", write_sheet("a.csv", "tenantId,Trust MFA", "contoso.example,true"))
    by_id = run("plan", write_sheet("b.csv", "tenantId,Trust MFA", f"{tenant(0)},true"))

    assert (by_domain.code, by_id.code) == (3, 0)
    assert "CrossTenantInformation.ReadBasic.All" in by_domain.flat
    assert "Contoso" not in by_id.out
    assert not [e for e in graph.simulator.requests if e.endpoint == "findTenantInformationByTenantId"]


def test_our_own_tenant_is_no_partner(run: Run, graph: Served) -> None:
    """By id or by domain, before anything is sent."""
    home = graph.entra.registration.tenant
    graph.store.directory[home] = {"displayName": "We", "defaultDomainName": "we.example", "federationBrandName": ""}

    by_id = run("apply", write_sheet("a.csv", "tenantId,Trust MFA", f"{home.upper()},true"), "--yes")
    by_domain = run("apply", write_sheet("b.csv", "tenantId,Trust MFA", "we.example,true"), "--yes")

    assert (by_id.code, by_domain.code) == (2, 2)
    assert f'a.csv:2 A tenantId: "{home.upper()}" is our own tenant, not a partner.' in by_id.flat
    assert "is our own tenant" in by_domain.flat
    assert graph.writes == []


def test_a_domain_can_be_rehearsed(run: Run) -> None:
    """The simulator makes up a tenant for it."""
    sheet = write_sheet("partners.csv", "tenantId,Trust MFA", "contoso.example,true")

    said = run("apply", sheet, "--simulate", "--yes", "--json")

    assert said.code == 0
    assert json.loads(said.out)["counts"]["succeeded"] == 1
    assert Path("reports").is_dir()


def test_personal_accounts_are_documented_for_tenant_restrictions_only(run: Run) -> None:
    """A trust setting for them warns; groups among them are refused."""
    consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"
    trusting = write_sheet("a.csv", "tenantId,Trust MFA", f"{consumers},true")
    header = "tenantId,tenantRestrictions.usersAndGroups.accessType,tenantRestrictions.usersAndGroups.targets"
    groups = write_sheet("b.csv", header, f"{consumers},allowed,group:{tenant(1)}")

    warned, refused = run("validate", trusting), run("validate", groups)

    assert (warned.code, refused.code) == (0, 2)
    assert "the tenant of personal Microsoft accounts" in warned.flat
    assert "take AllUsers only" in refused.flat


def test_one_tenant_may_be_named_by_its_domain(run: Run, graph: Served) -> None:
    """--tenant takes what the sheet has."""
    sheet = write_sheet("partners.csv", "tenantId,Trust MFA", "contoso.example,true", f"{tenant(1)},true")

    assert run("apply", sheet, "--tenant", "Contoso.example", "--yes").code == 0
    assert {exchange.tenant for exchange in graph.writes} == {tenant(0)}

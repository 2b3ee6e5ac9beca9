"""What somebody stumbles over who follows README for the first time with a sheet of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bulkpatch.columns import suggestion
from bulkpatch.simulator import Store

from .conftest import Said, Served, mfa_sheet, only_run, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]


def test_validate_names_the_columns_that_are_not_sent(run: Run) -> None:
    """Who meant "MFA remarks" as a setting sees here that it is taken for a note."""
    sheet = write_sheet("s.csv", "Company,Domain,tenantId,Trust MFA,profile,MFA remarks,Owner",
                        f"Fabrikam,,{tenant(0)},yes,,yes,A. Wilber")  # fmt: skip

    said = run("validate", sheet)

    assert said.out.splitlines() == [
        "1 row, 1 tenant: no errors.",
        "Kept for the report, not sent: MFA remarks, Owner.",
    ]


def test_validate_says_nothing_of_columns_when_all_are_known(run: Run) -> None:
    """No line without a reason."""
    assert run("validate", mfa_sheet(1)).out == "1 row, 1 tenant: no errors.\n"


def test_many_columns_of_ones_own_are_counted_and_their_names_shown_safely(run: Run) -> None:
    """Eight of them, and no escape sequence reaches the terminal."""
    own = ",".join(f"note {number}" for number in range(9))
    sheet = write_sheet("s.csv", f"tenantId,Trust MFA,\x1b[31mred,{own}", f"{tenant(0)},yes{',' * 10}")

    said = run("validate", sheet)

    assert "\x1b" not in said.out
    assert "note 6, 2 more." in said.flat


def test_an_approved_plan_stays_approved_in_a_rerun(run: Run, serve: Serve) -> None:
    """The advice for a missing partner would change what was approved: it is refused, with the way on."""
    graph = serve(1)
    sheet = mfa_sheet(2)
    run("plan", sheet, "--save", "plan.json", "--graph-url", graph.url)
    run("apply", "plan.json", "--yes", "--graph-url", graph.url)
    before = len(graph.writes)

    said = run("rerun", only_run(), "--create-missing", "--yes")

    assert said.code == 2
    assert "is sent exactly as it was approved: --create-missing would make it another plan." in said.flat
    assert "plan the sheet again" in said.flat
    assert len(graph.writes) == before


@pytest.mark.parametrize("command", ["undo", "report"])
def test_a_run_that_is_not_there_is_named(run: Run, command: str) -> None:
    """Not a journal in the folder above it."""
    said = run(command, "reports/20261123T141500Z-nowhere")

    assert said.code == 2
    assert "reports/20261123T141500Z-nowhere does not exist." in said.err


def test_one_of_a_kind_is_told_in_the_singular(run: Run, serve: Serve) -> None:
    """1 loosens, 2 loosen."""
    graph = serve(3)
    rows = (f"{tenant(0)},yes,", f"{tenant(1)},no,", f"{tenant(2)},,blocked")

    said = run("plan", write_sheet("s.csv", "tenantId,Trust MFA,B2B inbound users access", *rows), "--graph-url",
               graph.url)  # fmt: skip

    assert "Of these, 1 loosens access, 1 tightens it, 1 does neither" in said.flat


def test_a_partner_named_by_domain_gets_a_tenant_id_of_its_own() -> None:
    """So that `simulate --partners` takes the sheet that a rehearsal takes; the same one each time."""
    first, second = Store(), Store()
    for store in (first, second):
        store.add_named("fabrikam.example")
        store.add_named(tenant(0))

    ids = list(first.partners)

    assert ids == list(second.partners)
    assert ids[1] == tenant(0)
    assert first.directory[ids[0]]["defaultDomainName"] == "fabrikam.example"


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("MFA trusted?", "Trust MFA"),
        ("Sync users", "User sync"),
        ("Compliant devices trusted", "Trust compliant devices"),
        ("Users B2B inbound", "B2B inbound users"),
        ("Automatic consent inbond", "Automatic consent inbound"),
        ("Tenant-ID (GUID)", "Tenant ID"),
        ("Owner", ""),
        ("User", ""),
        ("Trust level", ""),
        ("Date of sync", ""),
        ("Sync (date)", ""),
    ],
)
def test_a_header_in_other_words_is_recognised(header: str, meant: str) -> None:
    """The words of a setting in another order or form; a note of one's own is left alone."""
    assert suggestion(header) == meant

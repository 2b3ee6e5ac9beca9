"""Partners that cannot be planned, and why."""

from __future__ import annotations

from bulkpatch.model import Absent, Change, Endpoint, Fate, GraphError, Live, Sheet, Step, TenantId, Unreadable, Value
from bulkpatch.planning import make_plan, needs_sync

T = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
SHEET = Sheet(file="s.csv", header=(), rows=())
SAID = GraphError(code="Nope", message="No.", http_status=404, request_id="r-1", client_request_id="c-1")


def change(path: str = "inboundTrust.isMfaAccepted") -> Change:
    return Change(tenant=T, rows=(2, 5), wishes={path: Value(True)}, columns={}, label="Contoso")


def planned(live: Live, *, create_missing: bool = False) -> Step:
    (step,) = make_plan([change()], {T: live}, sheet=SHEET, create_missing=create_missing).steps
    return step


def test_a_partner_that_could_not_be_read_is_not_written() -> None:
    """Whichever part of it: with what Graph said, the rows and the name."""
    parts = (
        Live(tenant=T, partner=Unreadable(error=SAID)),
        Live(tenant=T, partner={}, sync=Unreadable(error=SAID)),
    )

    assert [planned(live, create_missing=True) for live in parts] == [
        Step(tenant=T, rows=(2, 5), fate=Fate.UNREADABLE, error=SAID, label="Contoso")
    ] * 2


def test_a_partner_that_is_missing_is_created_only_when_asked() -> None:
    """Else the row says how, with the ids to give to support where there are any."""
    seen, unseen = planned(Live(tenant=T, partner=Absent(error=SAID))), planned(Live(tenant=T, partner=Absent()))
    made = planned(Live(tenant=T, partner=Absent(error=SAID)), create_missing=True)

    told = [(e.code, e.http_status, e.request_id, e.client_request_id) for e in (seen.error, unseen.error) if e]
    assert told == [("PartnerNotFound", 404, "r-1", "c-1"), ("PartnerNotFound", None, "", "")]
    assert [(step.fate, step.patches) for step in (seen, unseen)] == [(Fate.MISSING, ())] * 2
    assert [(p.endpoint, p.method) for p in made.patches] == [(Endpoint.PARTNER, "POST")]
    assert (made.fate, made.error) == (Fate.CREATE, None)


def test_synchronization_is_read_only_where_the_sheet_speaks_of_it() -> None:
    """Every request counts."""
    assert needs_sync(change("userSyncInbound.isSyncAllowed"))
    assert not needs_sync(change())

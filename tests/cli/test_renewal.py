"""The token in the middle of a run: it ends, is withdrawn, or another step is demanded. No row is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from bulkpatch.simulator.signin import Registration
from tests.cli.conftest import SECRET, Said, Served, mfa_sheet, only_run, report_of

Run = Callable[..., Said]
Serve = Callable[..., Served]
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)


def test_a_token_that_ends_in_the_middle_of_2000_tenants_costs_no_row_and_one_renewal(
    run: Run, serve_entra: Serve
) -> None:
    """It is renewed ahead of its end, so that Graph never sees it expired."""
    graph = serve_entra(2000, app=Registration(secret=SECRET, lives=[2.0, 3600.0]), latency=0.02, page_size=500)

    said = run("apply", mfa_sheet(2000), "--yes", "--quota", "off")

    assert said.code == 0, said.err
    assert Counter(row["status"] for row in report_of(only_run())) == {"succeeded": 2000}
    assert graph.entra.tokens.issued == 2
    assert 401 not in {exchange.status for exchange in graph.simulator.requests}


def test_a_token_that_is_withdrawn_costs_one_renewal_for_all_workers(run: Run, serve_entra: Serve) -> None:
    """Many are refused at the same time; one signs in again, and each repeats its own request."""
    graph = serve_entra(300, latency=0.01)
    graph.entra.tokens.after(100, graph.entra.tokens.revoke)

    said = run("apply", mfa_sheet(300), "--yes", "--quota", "off", "--concurrency", "32")

    assert said.code == 0, said.err
    assert Counter(row["status"] for row in report_of(only_run())) == {"succeeded": 300}
    assert graph.entra.tokens.issued == 2
    assert any(exchange.status == 401 for exchange in graph.simulator.requests)


def test_claims_that_graph_demands_are_asked_for(run: Run, serve_entra: Serve) -> None:
    """Continuous access evaluation: the challenge goes to Entra, the new token goes to Graph."""
    graph = serve_entra(50, latency=0.01)
    graph.entra.tokens.after(20, lambda: graph.entra.tokens.demand(CLAIMS))

    said = run("apply", mfa_sheet(50), "--yes", "--quota", "off")

    assert said.code == 0, said.err
    assert graph.entra.tokens.issued == 2
    assert "1700000000" in graph.entra.grants.asked[-1]["claims"]


def test_a_sign_in_that_ends_for_good_stops_the_run_and_the_rest_is_not_sent(run: Run, serve_entra: Serve) -> None:
    """The secret was removed meanwhile: exit 3, every row accounted for, and a rerun finishes."""
    graph = serve_entra(60, latency=0.01)

    def close() -> None:
        graph.entra.tokens.revoke()
        graph.entra.registration.secret = ""

    graph.entra.tokens.after(90, close)

    said = run("apply", mfa_sheet(60), "--yes", "--quota", "off", "--concurrency", "4")
    counts = Counter(row["status"] for row in report_of(only_run()))
    graph.entra.registration.secret = SECRET
    again = run("rerun", only_run(), "--yes")

    assert said.code == 3
    assert "AADSTS7000215" in said.all
    assert sum(counts.values()) == 60
    assert counts["not_sent"] > 20
    assert set(counts) <= {"succeeded", "not_sent", "failed"}
    assert again.code == 0, again.all
    assert all(graph.trusts_mfa(number) for number in range(60))


def test_a_person_is_asked_again_when_graph_demands_another_step(run: Run, serve_entra: Serve) -> None:
    """A protected action in the middle of a run: a new code, and the run goes on."""
    graph = serve_entra(20, latency=0.01)
    tokens = graph.entra.tokens

    def demand() -> None:
        tokens.demand(CLAIMS)
        graph.entra.grants.forget()

    tokens.after(10, demand)

    said = run("apply", mfa_sheet(20), "--yes", "--auth", "device-code")

    assert said.code == 0, said.err
    assert said.err.count("SIMU-LATE") == 2
    assert all(graph.trusts_mfa(number) for number in range(20))

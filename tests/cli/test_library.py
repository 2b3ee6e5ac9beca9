"""bulkpatch from Python: what a notebook relies on. The example of README is run with README."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bulkpatch
from bulkpatch.errors import NotPermitted, ProblemsFound, SignInFailed, UsageError
from tests.cli.conftest import SECRET, Served, mfa_sheet, tenant, write_sheet

Serve = Callable[..., Served]
ROOT = Path(__file__).parents[2]


async def test_a_run_from_python_is_a_run_like_any_other(serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in, journalled, reported, and given back as a table."""
    graph = serve_entra(3)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    app = graph.entra.registration
    told = bulkpatch.SignIn(tenant_id=app.tenant, client_id=app.client_id, authority_host=graph.entra.url)
    checked = bulkpatch.validate(bulkpatch.load(mfa_sheet(3)), bulkpatch.Options(graph_url=graph.url))

    seen = []
    async with bulkpatch.connect(checked, sign_in=told) as line:
        planned = await bulkpatch.plan(checked, line)
        run = await bulkpatch.apply(planned, line, on_outcome=lambda step, outcome: seen.append(step.tenant))
    table = bulkpatch.outcomes(run)

    assert sorted(seen) == [tenant(n) for n in range(3)]
    assert (run.folder / "journal.jsonl").is_file()
    assert list(table["status"]) == ["succeeded"] * 3
    assert list(table["httpStatus"]) == [204] * 3
    assert table["row"].tolist() == [2, 3, 4]
    assert graph.trusts_mfa(2) is True


async def test_events_end_with_the_run(serve: Serve) -> None:
    """One per tenant, then the run."""
    graph = serve(4)
    checked = bulkpatch.validate(bulkpatch.load(mfa_sheet(4)), bulkpatch.Options(graph_url=graph.url))

    async with bulkpatch.connect(checked) as line:
        planned = await bulkpatch.plan(checked, line)
        found = [event async for event in bulkpatch.events(planned, line)]

    assert [event.run is None for event in found] == [True] * 4 + [False]
    assert {event.step.tenant for event in found if event.step} == {tenant(n) for n in range(4)}


async def test_what_stops_a_run_is_an_error_of_ours(serve: Serve, serve_entra: Serve) -> None:
    """Wrong cells, no way to sign in, too much loosened, no permission: nothing is sent."""
    graph = serve(1)
    wrong = write_sheet("wrong.csv", "tenantId,Trust MFA", f"{tenant(0)},maybe")
    with pytest.raises(ProblemsFound) as found:
        bulkpatch.validate(bulkpatch.load(wrong))
    options = bulkpatch.Options(graph_url=graph.url, max_loosen=0)
    checked = bulkpatch.validate(bulkpatch.load(mfa_sheet(1)), options)
    with pytest.raises(SignInFailed):
        async with bulkpatch.connect(checked, environ={"PATH": ""}, sign_in=bulkpatch.SignIn()):
            pass
    async with bulkpatch.connect(checked) as line:
        planned = await bulkpatch.plan(checked, line)
        with pytest.raises(UsageError):
            await bulkpatch.apply(planned, line)

    entra = serve_entra(1)
    entra.entra.registration.roles = ()
    token = {"BULKPATCH_ACCESS_TOKEN": entra.entra.tokens.issue(person=False)}
    checked = bulkpatch.validate(bulkpatch.load(mfa_sheet(1)), bulkpatch.Options(graph_url=entra.url))
    async with bulkpatch.connect(checked, environ=token) as line:
        planned = await bulkpatch.plan(checked, line)
        with pytest.raises(NotPermitted):
            await bulkpatch.apply(planned, line)

    assert "maybe" in str(found.value.problems[0])
    assert graph.writes == entra.writes == []


def test_the_package_has_a_dozen_names_and_no_more_weight_at_start() -> None:
    """Importing it loads neither pandas nor aiohttp nor msal."""
    code = "import sys, bulkpatch; print(sorted({'pandas', 'aiohttp', 'msal', 'rich', 'typer'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
    assert len(bulkpatch.__all__) == 15
    assert all(callable(getattr(bulkpatch, name)) for name in bulkpatch.__all__)
    with pytest.raises(AttributeError):
        bulkpatch.nothing_of_this_name  # type: ignore[attr-defined] # noqa: B018

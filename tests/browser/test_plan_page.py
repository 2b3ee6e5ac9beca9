"""The page that an approver opens: nothing that came from outside runs in it, links out of it or is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkpatch.model import Difference, Effect, Endpoint, Fate, GraphError, Patch, Plan, Step, Tag, TenantId
from bulkpatch.report.plan_files import as_page
from tests.browser.conftest import ATTACK, BREAKOUT, Page

ATTACKS = (
    ATTACK,
    BREAKOUT,
    "<a href='javascript:document.title=1'>x</a><form action='http://evil.example'><button>x</button></form>",
    "</style><style>body{display:none}</style><link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'><base href=http://evil.example>",
    "<svg onload=document.title='run'>&#60;script&#62;{{ 7*7 }}{% raw %}",
)


@pytest.fixture(scope="module")
def plan_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan in which every text is hostile."""
    tenant = TenantId("90e29127-71ad-49c7-9ce8-db3f41ea06f1")
    every = "".join(ATTACKS)
    change = Difference(path=every, before=every, after=[every])
    patch = Patch(tenant=tenant, endpoint=Endpoint.PARTNER, method="PATCH", body={}, differences=(change,))
    effect = Effect(path=every, before=every, after=every, tag=Tag.LOOSENS, reason=every)
    steps = (
        Step(tenant=tenant, rows=(2,), fate=Fate.CHANGE, patches=(patch,), name=every, note=every, effects=(effect,)),
        Step(tenant=TenantId(every), rows=(3,), fate=Fate.REFUSED, error=GraphError(code=every, message=every)),
    )
    path = tmp_path_factory.mktemp("plan") / "plan.html"
    path.write_text(as_page(Plan(steps=steps), sheet=every, quota=None, only=None), encoding="utf-8")
    return path


def test_nothing_runs_and_nothing_is_asked_for(page: Page, plan_page: Path) -> None:
    """One request, for itself; what is hostile is text."""
    page.open(plan_page)

    assert page.requested() == [plan_page.as_uri()]
    assert page.said() == []
    assert page.run("return document.title").startswith("Plan for <img")
    assert page.run("return document.querySelectorAll('script, img, a, form, link, base, svg, iframe').length") == 0
    assert page.run("return document.querySelectorAll('meta[http-equiv=refresh]').length") == 0
    assert page.run("return getComputedStyle(document.body).display") == "block"
    assert page.run("return document.body.textContent").count("{{ 7*7 }}") >= 6


def test_the_policy_stops_what_was_slipped_in(page: Page, plan_page: Path, tmp_path: Path) -> None:
    """Even where escaping had failed."""
    broken = tmp_path / "broken.html"
    slipped = f"<main><script>document.title='run'</script>{ATTACK}<form action='http://evil.example' id=f></form>"
    broken.write_text(plan_page.read_text(encoding="utf-8").replace("<main>", slipped), encoding="utf-8")
    page.open(broken)
    page.run("document.getElementById('f').submit()")

    assert page.run("return document.title") != "run"
    assert [url for url in page.requested() if "evil" in url] == []
    assert page.run("return location.href") == broken.as_uri()
    assert sum("Content Security Policy" in line for line in page.said()) >= 3

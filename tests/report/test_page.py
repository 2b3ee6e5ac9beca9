"""The report page, as a parser sees it: whole, accessible, closed to the world, and nothing in it that came in runs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bulkpatch.model import Difference, Report, ReportRow, Row, Status, Traffic
from bulkpatch.report import page, page_rows
from bulkpatch.report.page import write_page
from bulkpatch.report.timeline import Timeline, timeline
from tests.report.html import Element, parse
from tests.report.test_timeline import exchange

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]
PageOf = Callable[..., Element]

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</title></style></noscript></textarea><svg onload=alert(1)>",
    "<!-- <script>",
    '" onmouseover="alert(1)" x=\'',
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&#60;",
    "javascript:alert(1)",
    "\u2028\u2029\x00\x1b[31m\u202ebad\ud800",
)
ABOUT: Mapping[str, Any] = {
    "kind": "run",
    "command": "apply",
    "endpoint": {"root": "https://graph.microsoft.com", "version": "v1.0"},
    "homeTenant": "5f4d3c2b-1a09-4876-9543-210fedcba987",
    "signedInAs": "user kim@example.org",
    "versions": {"bulkpatch": "0.1.0", "python": "3.11.7"},
}


def drawn() -> Timeline:
    """A timeline with everything that one can have."""
    return timeline(
        [
            *exchange("a", 0, 0.1),
            *exchange("b", 0.3, 0.5, 429, retryAfter="2"),
            *exchange("c", 1, 9, None),
            *exchange("b", 3, 3.2),
        ]
    )


@pytest.fixture
def write(tmp_path: Path) -> PageOf:
    """Write a page and parse it."""

    def build(report: Report, told: Timeline | None = None, about: Mapping[str, Any] = ABOUT) -> Element:
        write_page(report, drawn() if told is None else told, about, tmp_path / "report.html")
        return parse((tmp_path / "report.html").read_text(encoding="utf-8"))

    return build


@pytest.fixture
def many(row: RowOf, report: ReportOf) -> Report:
    """Every status, with one hundred rows that ended well."""
    good = [row(n, Status.SUCCEEDED, http_status=204, attempts=1) for n in range(10, 110)]
    bad = [
        row(n, status, code="Odd", http_status=418) for n, status in enumerate(Status, start=2) if not status.is_good
    ]
    return report(*good[:50], *bad, *good[50:])


def made(found: Element) -> dict[str, str]:
    """How the run was made, by name."""
    section = found.by_id("made")
    lists = next(e for e in found.all("dl"))
    assert section.tag == "h2"
    return {pair.all("dt")[0].words: pair.all("dd")[0].words for pair in lists.all("div")}


def test_the_verdict_is_the_only_first_heading(mixed: Report, write: PageOf) -> None:
    """In one sentence, and in the title as well."""
    found = write(mixed)

    verdict = "2 of 4 rows are not as the sheet wants them. The run was stopped: 1 tenant failed."
    assert [h.words for h in found.all("h1")] == [verdict]
    assert verdict in found.all("title")[0].text


def test_headings_come_in_order_and_nothing_is_nameless(many: Report, write: PageOf) -> None:
    """No level is skipped; ids are unique and what refers to them finds them; the language is told."""
    found = write(many)

    levels = [int(h.tag[1]) for h in found.all("h1", "h2", "h3", "h4")]
    ids = [e.attributes["id"] for e in found.walk() if "id" in e.attributes]
    named = [name for e in found.walk() for name in e.attributes.get("aria-labelledby", "").split()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(named) <= set(ids)
    assert {e.attributes["for"] for e in found.all("label")} == {
        e.attributes["id"] for e in found.all("input", "select")
    }
    assert found.all("html")[0].attributes["lang"] == "en"


def test_table_headers_say_what_they_head(many: Report, write: PageOf) -> None:
    """A column or a row, every one of them."""
    found = write(many)

    assert {th.attributes.get("scope") for th in found.all("th")} == {"col", "row"}
    assert all(len(line.all("th")) == 1 for body in found.all("tbody") for line in body.all("tr"))


def test_every_picture_is_told_in_words(many: Report, write: PageOf) -> None:
    """Title and description, and a role that makes them heard."""
    pictures = write(many).all("svg")

    assert len(pictures) == 6
    for picture in pictures:
        title, told = picture.all("title")[0], picture.all("desc")[0]
        assert picture.attributes["role"] == "img"
        assert picture.attributes["aria-labelledby"].split() == [title.attributes["id"], told.attributes["id"]]
        assert title.words
        assert told.words


def test_the_policy_lets_in_only_what_was_written_here(mixed: Report, write: PageOf) -> None:
    """By hash, nothing else, and nothing inline that a hash could not cover."""
    found = write(mixed)

    policy = next(m for m in found.all("meta") if "http-equiv" in m.attributes).attributes["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = [s for s in found.all("script") if "type" not in s.attributes]
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(e.text.encode()).digest()).decode()}'"
        for e in (found.all("style") + scripts)
    ]
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert [rules["style-src"], rules["script-src"]] == hashes
    assert not [
        n for e in found.walk() for n in e.attributes if n.startswith("on") or n in {"style", "src", "srcset", "action"}
    ]


def test_the_page_asks_for_nothing(many: Report, write: PageOf) -> None:
    """Links lead to places in the page itself, and the style names no address."""
    found = write(many)

    ids = {"#" + e.attributes["id"] for e in found.walk() if "id" in e.attributes}
    assert {e.attributes["href"] for e in found.walk() if "href" in e.attributes} <= ids
    assert not found.all("link", "img", "iframe", "object", "embed", "base", "image", "use")
    assert not re.search(r"url\(|@import|https?:", found.all("style")[0].text)
    assert not re.search(r"https?:/|fetch|XMLHttp|import\(|innerHTML|eval", found.all("script")[-1].text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_came_in_becomes_an_element(hostile: str, write: PageOf) -> None:
    """The page of a hostile run has the elements and attributes of a harmless one, in every place that text can reach."""

    def everywhere(text: str) -> Element:
        told = Difference(path=text, before=text, after={"a": [text]})
        rows = [
            ReportRow(row=Row(number=n, cells=(text, text)), tenant=text, name=text, outcome=outcome)
            for n, outcome in enumerate(_outcomes(text, told), start=2)
        ]
        about = {**ABOUT, "homeTenant": text, "signedInAs": text, "command": "apply", "plan": text,
                 "endpoint": {"root": text, "version": text}, "versions": {text: text}}  # fmt: skip
        report = Report(run=text, started=text, sheet_file=text, sheet_name=text, sheet_digest=text, header=(text, text),
                        rows=tuple(rows), options={text: text}, stopped=text, parents=(text,))  # fmt: skip
        return write(report, about=about)

    harmless, found = everywhere("x"), everywhere(hostile)

    assert [(e.tag, sorted(e.attributes)) for e in found.walk()] == [
        (e.tag, sorted(e.attributes)) for e in harmless.walk()
    ]
    assert not re.search("[<>&]", found.by_id("island").text)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u2028]", found.text)


def _outcomes(text: str, told: Difference) -> list[Any]:
    from bulkpatch.model import GraphError, Outcome

    error = GraphError(code=text, message=text, http_status=400, request_id=text, client_request_id=text)
    return [
        Outcome(
            status=status,
            error=None if status.is_good else error,
            note=text,
            request_id=text,
            client_request_id=text,
            applied=(told,),
        )
        for status in Status
    ]


def test_what_would_be_hidden_is_shown(row: RowOf, report: ReportOf, write: PageOf) -> None:
    """A name that turns its text around is read as it was written."""
    turned = replace(row(2, Status.FAILED, code="Odd"), name="Con\u202eosot\u200b")

    cells = write(report(turned)).by_id("rows").all("tbody")[0].all("th")

    assert cells[0].words.startswith(r"Con\u202eosot\u200b ")


def test_every_row_stands_in_the_island(many: Report, write: PageOf) -> None:
    """Once each, in the order of the sheet; what repeats stands once."""
    island = json.loads(write(many).by_id("island").text)

    told = [dict(zip(island["columns"], cells, strict=True)) for cells in island["rows"]]
    assert [cells["row"] for cells in told] == [row.row.number for row in many.rows]
    assert [cells["status"] for cells in told] == [row.outcome.status.value for row in many.rows]
    assert {island["texts"][cells["code"]] for cells in told} == {"", "Odd"}
    assert len(island["texts"]) == len({json.dumps(text) for text in island["texts"]})


def test_the_plain_table_tells_all_of_a_row(row: RowOf, report: ReportOf, write: PageOf) -> None:
    """Row, name, id, status, before → after, HTTP, attempts, both request ids."""
    applied = (Difference(path="inboundTrust.isMfaAccepted", before=None, after=True),)
    good = replace(
        row(
            2,
            Status.SUCCEEDED,
            http_status=204,
            attempts=3,
            applied=applied,
            request_id="r-1",
            client_request_id="c-1",
            created=True,
            note="late",
        ),
        name="Fabrikam",
    )
    bad = row(3, Status.FAILED, code="Odd", http_status=418, request_id="r-2")

    lines = [line.words for line in write(report(good, bad)).by_id("rows").all("tbody")[0].all("tr")]

    assert lines == [
        "2 Fabrikam 90e29127-71ad-49c7-9ce8-db3f41ea06f2 succeeded partner created "
        "inboundTrust.isMfaAccepted inherit → true late 204 3 request-id r-1 client-request-id c-1",
        "3 90e29127-71ad-49c7-9ce8-db3f41ea06f3 failed Odd Graph said Odd. 418 0 request-id r-2 client-request-id –",
    ]


def test_without_script_all_failures_and_the_first_successes_are_there(
    many: Report, write: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the sheet, and the page says what is left out."""
    monkeypatch.setattr(page, "PLAIN_GOOD", 30)
    found = write(many)

    shown = [int(line.all("td")[0].words) for line in found.by_id("rows").all("tbody")[0].all("tr")]
    assert shown == [*range(10, 40), *(row.row.number for row in many.unfinished)]
    assert found.by_id("plain").words == (
        "Without the page’s script, this table has every row that did not end well and the first 30 that did. "
        "All 104 rows are in report.csv."
    )
    assert not found.all("noscript")


def test_a_page_with_every_row_says_nothing_of_rows_left_out(mixed: Report, write: PageOf) -> None:
    """There is nothing to say."""
    assert not [e for e in write(mixed).walk() if e.attributes.get("id") == "plain"]


def test_failures_too_many_for_the_table_follow_where_there_is_no_script(
    many: Report, write: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are in the page; the browser need not lay them out beside the script's own table."""
    monkeypatch.setattr(page, "PLAIN_BAD", 3)
    found = write(many)

    rest = found.all("noscript")[0].all("tbody")[0].all("tr")
    bad = [row.row.number for row in many.unfinished]
    assert [int(line.all("td")[0].words) for line in rest] == bad[3:]
    assert "the first 3 rows that did not end well (the others follow below it)" in found.by_id("plain").words


def test_causes_say_how_many_why_and_what_to_type(row: RowOf, report: ReportOf, write: PageOf, tmp_path: Path) -> None:
    """Each with the command that goes on from its advice."""
    rows = [
        *(row(n, Status.FAILED, code="PartnerNotFound", http_status=404) for n in range(2, 7)),
        row(8, Status.INVALID, code="InvalidRow", message="Trust MFA: maybe?"),
        row(9, Status.NOT_SENT),
    ]
    causes = [article.words for article in write(report(*rows)).all("article")]

    assert [cause.split()[0] for cause in causes] == ["5", "1", "1"]
    assert "Rows 2 (90e29127-71ad-49c7-9ce8-db3f41ea06f2), 3 (" in causes[0]
    assert "and 2 more" in causes[0]
    assert [cause.partition("Command: ")[2] for cause in causes] == [
        f"bulkpatch rerun {tmp_path} --create-missing",
        f"bulkpatch rerun {tmp_path}/report.csv",
        f"bulkpatch rerun {tmp_path}",
    ]


def test_a_good_run_has_nothing_to_do(row: RowOf, report: ReportOf, write: PageOf) -> None:
    """No section, and no link to it."""
    found = write(report(row(2, Status.SUCCEEDED)))

    assert not found.all("article")
    assert not [e for e in found.walk() if e.attributes.get("href") == "#todo"]


def test_the_page_tells_how_it_was_made(mixed: Report, write: PageOf, tmp_path: Path) -> None:
    """Options, versions, sheet hash, who, when, command."""
    told = made(write(replace(mixed, options={"waves": "1,100%", "tenants": ("a", "b")}, parents=("r1", "r2"))))

    assert told == {
        "Run": "20261123T141500Z-partners",
        "Folder": str(tmp_path),
        "Started": "2026-11-23 14:15:00 UTC",
        "Took": "1 min 23 s, 4 reads and 3 writes (1 answered with 429, 2 retries)",
        "Command": "bulkpatch apply inputs/partners.csv --waves 1,100% --tenant a --tenant b",
        "Signed in as": "user kim@example.org",
        "Home tenant": "5f4d3c2b-1a09-4876-9543-210fedcba987",
        "Sent to": "https://graph.microsoft.com/v1.0",
        "Sheet": "inputs/partners.csv, 4 rows",
        "SHA-256 of the sheet": "ab" * 32,
        "Options": 'waves = 1,100%; tenants = ["a", "b"]',
        "Versions": "bulkpatch 0.1.0, python 3.11.7",
        "Earlier runs": "r1, r2",
        "Stopped": "1 tenant failed.",
        "Exit code": "4",
    }


def test_a_rehearsal_is_called_one(mixed: Report, write: PageOf) -> None:
    """Nobody takes a simulated run for a real one."""
    found = write(replace(mixed, options={"simulate": True}))

    assert "Nothing was sent to Microsoft." in found.all("main")[0].words
    assert made(found)["Sent to"].startswith("a simulator inside bulkpatch")


@pytest.mark.parametrize("about", [{}, {"kind": "run", "endpoint": None, "versions": None}])
def test_a_journal_that_says_little_still_makes_a_page(about: Mapping[str, Any], mixed: Report, write: PageOf) -> None:
    """What is not known is left out."""
    told = made(write(mixed, about=about))

    assert {"Command", "Signed in as", "Home tenant", "Sent to", "Versions"}.isdisjoint(told)


def test_a_run_without_writes_says_so(row: RowOf, report: ReportOf, write: PageOf) -> None:
    """No empty plot."""
    found = write(report(row(2, Status.UNCHANGED), traffic=Traffic(reads=1)), Timeline())

    assert "No write was sent." in found.all("main")[0].words
    assert len(found.all("svg")) == 2


def test_a_sheet_without_rows_still_makes_a_page(report: ReportOf, write: PageOf) -> None:
    """No table, no filter, no script."""
    found = write(report(), Timeline())

    assert found.all("h1")[0].words == "The sheet has no rows, so there was nothing to do."
    assert not found.all("table", "form", "script")


def test_the_timeline_stands_there_as_a_table_too(mixed: Report, write: PageOf) -> None:
    """Whoever cannot see the plot reads it."""
    table = write(mixed).all("details")[0].all("tbody")[0]

    assert [line.words for line in table.all("tr")][:2] == ["0:00 1 0 1", "0:00.5 0 1 1"]


def test_the_page_is_private_and_the_same_each_time(mixed: Report, tmp_path: Path) -> None:
    """Only the owner reads it; made again from the same run it is the same file."""
    path = tmp_path / "report.html"
    write_page(mixed, drawn(), ABOUT, path)
    first = path.read_bytes()
    write_page(mixed, drawn(), ABOUT, path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == first


def test_a_failure_in_the_middle_leaves_the_earlier_page_alone(
    mixed: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a page is never there."""
    path = tmp_path / "report.html"
    path.write_text("earlier", encoding="utf-8")

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page_rows, "_cell", full)

    with pytest.raises(OSError, match="No space left"):
        write_page(mixed, drawn(), ABOUT, path)

    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]

"""The report for a ticket, rendered by a reader that did not write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bulkpatch.model import Report, ReportRow, Status
from bulkpatch.report.markdown import escape, write_markdown
from tests.report.html import Element, parse

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    r"a\| b \\| c",
    "`code` ```fence``` `",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example <https://evil.example>",
    "*bold* _it_ ~~gone~~ $x$",
    "&lt;b&gt; &copy;",
    "# head\n\n- list\n> quote\n\n---\n| a |\n",
)


def rendered(report: Report, path: Path, about: Mapping[str, str] | None = None) -> Element:
    """Write the report and render it the way a forge does."""
    write_markdown(report, path / "report.md", about=about or {})
    text = (path / "report.md").read_text(encoding="utf-8")
    return parse(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def lines_of(found: Element, table: int) -> list[list[str]]:
    """The cells of a table's body."""
    return [[cell.words for cell in line.all("td")] for line in found.all("table")[table].all("tbody")[0].all("tr")]


def test_the_verdict_the_counts_and_the_causes(mixed: Report, tmp_path: Path) -> None:
    """What a ticket needs, top to bottom."""
    found = rendered(mixed, tmp_path)

    assert found.all("h1")[0].words == (
        "2 of 4 rows are not as the sheet wants them. The run was stopped: 1 tenant failed."
    )
    assert [line[:2] for line in lines_of(found, 0)] == [
        ["1", "succeeded"], ["1", "unchanged"], ["1", "failed"], ["0", "unknown"], ["0", "invalid"], ["1", "not_sent"],
    ]  # fmt: skip
    assert [h.words for h in found.all("h3")] == ["1 × PartnerNotFound (failed, HTTP 404)", "1 × not_sent (not_sent)"]
    assert "Rerun with --create-missing" in found.words
    assert [code.words for code in found.all("code")] == [
        f"bulkpatch rerun {tmp_path} --create-missing",
        f"bulkpatch rerun {tmp_path}",
        f"bulkpatch rerun {tmp_path}",
    ]


def test_a_good_run_is_a_verdict_and_counts(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """No rows, nothing to do, no command."""
    found = rendered(report(row(2, Status.SUCCEEDED)), tmp_path)

    assert found.all("h1")[0].words == "The only row is as the sheet wants it."
    assert len(found.all("table")) == 1
    assert not found.all("h2", "code")


def test_an_undo_is_gone_on_with_undo(mixed: Report, tmp_path: Path) -> None:
    """A rerun of it would redo what was undone."""
    found = rendered(mixed, tmp_path, {"command": "undo", "of": "reports/my run"})

    assert {code.words for code in found.all("code")} == {"bulkpatch undo 'reports/my run'"}


def test_the_first_hundred_rows_and_how_many_more(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """A ticket is no place for thousands of lines."""
    found = rendered(report(*(row(n, Status.FAILED, code="Odd") for n in range(2, 133))), tmp_path)

    assert [line[0] for line in lines_of(found, 1)] == [str(n) for n in range(2, 102)]
    assert "And 31 rows more; report.csv has them all." in found.words


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_came_in_does_anything(hostile: str, row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """No element, no link, no cell more than from harmless text; and it reads as it was written."""

    def ticket(text: str) -> Element:
        failed = row(
            2, Status.FAILED, code=text, message=text, http_status=400, request_id=text, client_request_id=text
        )
        whole = report(
            replace(failed, tenant=text, name=text), sheet_file=text, sheet_name=text, run=text, stopped=text
        )
        return rendered(whole, tmp_path)

    harmless, found = ticket("x"), ticket(hostile)

    assert [e.tag for e in found.walk()] == [e.tag for e in harmless.walk()]
    assert lines_of(found, 1)[0][2] == " ".join(hostile.replace("\n", r"\n").split())


@pytest.mark.parametrize("text", ["@everyone", "see @team/admins", "fixes #12", "org/repo#3", "a@b.example"])
def test_nobody_is_mentioned(text: str) -> None:
    """Forges look for mentions in the finished text: the sign must stand apart from the name."""
    html = MarkdownIt().render(escape(text))

    assert "@\u200b" in html or "#\u200b" in html


@pytest.mark.parametrize("text", ["https://x.example", "HTTP://x", "www.x.example", "WWW.x"])
def test_no_address_becomes_a_link(text: str) -> None:
    """Forges find bare addresses in the source: it holds none."""
    assert "://" not in escape(text)
    assert "www." not in escape(text).lower()


def test_names_with_underscores_stay_legible() -> None:
    """Graph's codes are read in the source as well."""
    assert escape("Request_BadRequest: no.") == "Request_BadRequest: no."


def test_a_long_message_is_shortened(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """A gateway's page would push the rest out of sight."""
    found = rendered(report(row(2, Status.FAILED, code="Odd", message="x" * 5000)), tmp_path)

    assert max(map(len, lines_of(found, 1)[0])) < 600


def test_a_command_with_backticks_stays_in_its_fence(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Whatever the folder is called."""
    folder = tmp_path / "a```b"
    folder.mkdir()
    found = rendered(report(row(2, Status.NOT_SENT)), folder)

    assert {code.words for code in found.all("code")} == {f"bulkpatch rerun '{folder}'"}


def test_the_file_is_private(mixed: Report, tmp_path: Path) -> None:
    """Until its owner gives it away."""
    write_markdown(mixed, tmp_path / "report.md")

    assert (tmp_path / "report.md").stat().st_mode & 0o777 == 0o600

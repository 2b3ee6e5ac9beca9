"""JUnit XML: each row of the sheet is a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkpatch.model import Difference, Report, ReportRow, Status
from bulkpatch.report.junit import write_junit
from bulkpatch.report.wording import visible

RowOf = Callable[..., ReportRow]
ReportOf = Callable[..., Report]


def read(report: Report, folder: Path) -> Element:
    """Write the file and read it again."""
    write_junit(report, folder / "junit.xml")
    return parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        (Status.SUCCEEDED, []),
        (Status.UNCHANGED, []),
        (Status.FAILED, ["failure"]),
        (Status.INVALID, ["failure"]),
        (Status.UNKNOWN, ["error"]),
        (Status.NOT_SENT, ["skipped"]),
    ],
)
def test_a_status_is_the_end_of_a_test(
    status: Status, ended: list[str], row: RowOf, report: ReportOf, tmp_path: Path
) -> None:
    """What is as wanted passes; what is not known is an error, what was never sent was skipped."""
    case = next(read(report(row(2, status)), tmp_path).iter("testcase"))

    assert [child.tag for child in case] == ended


def test_the_sums_are_those_of_the_rows(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """On the suite and above it."""
    rows = [row(number, status) for number, status in enumerate([*Status, Status.FAILED], start=2)]
    root = read(report(*rows), tmp_path)

    sums = {"tests": "7", "failures": "3", "errors": "1", "skipped": "1", "time": "83.200"}
    assert root.attrib == {"name": "bulkpatch", **sums}
    assert root[0].attrib == {"name": "20261123T141500Z-partners", "timestamp": "2026-11-23T14:15:00.000Z", **sums}
    assert len(list(root.iter("testcase"))) == 7


def test_a_failure_says_why_and_what_to_do(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Enough to act on without opening the report."""
    failed = row(
        4,
        Status.FAILED,
        code="PartnerNotFound",
        message="Not there.",
        http_status=404,
        attempts=2,
        request_id="r",
        seconds=1.25,
    )
    case = next(read(report(replace(failed, name="Fabrikam")), tmp_path).iter("testcase"))

    assert case.attrib == {
        "name": "row 4 Fabrikam 90e29127-71ad-49c7-9ce8-db3f41ea06f4",
        "classname": "inputs/partners.csv",
        "time": "1.250",
    }
    assert case[0].attrib == {"message": "Not there.", "type": "PartnerNotFound"}
    assert (case[0].text or "").splitlines()[:4] == ["status: failed", "HTTP: 404", "attempts: 2", "request-id: r"]
    assert "what to do: Rerun with --create-missing" in (case[0].text or "")


def test_what_was_changed_stands_there(row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Before and after, for the record of the pipeline."""
    applied = (Difference(path="inboundTrust.isMfaAccepted", before=False, after=True),)
    case = next(read(report(row(2, Status.SUCCEEDED, applied=applied)), tmp_path).iter("testcase"))

    assert [(child.tag, child.text) for child in case] == [("system-out", "inboundTrust.isMfaAccepted: false → true")]


def test_a_run_without_rows_is_a_suite_without_tests(report: ReportOf, tmp_path: Path) -> None:
    """And still a file."""
    assert read(report(), tmp_path).attrib["tests"] == "0"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.sampled_from(["]]><x/>", "\x00\x1b[31m\ud800\ufffe", "</testcase>", "\"&<'>"]))
def test_any_text_makes_valid_xml(text: str, row: RowOf, report: ReportOf, tmp_path: Path) -> None:
    """Control characters are written as escapes, what XML cannot hold is left out, the rest is there."""
    failed = row(2, Status.FAILED, code=text or "c", message=text, note=text)
    root = read(report(replace(failed, name=text, tenant=text), sheet_file=text, run=text, stopped=text), tmp_path)

    kept = "".join(c for c in visible(text, keep="\n\t") if c not in "\ufffe\uffff")
    assert next(root.iter("failure")).attrib["message"] == kept
    assert len(list(root.iter("testcase"))) == 1


def test_the_file_is_private(mixed: Report, tmp_path: Path) -> None:
    """As the other reports are."""
    write_junit(mixed, tmp_path / "junit.xml")

    assert (tmp_path / "junit.xml").stat().st_mode & 0o777 == 0o600

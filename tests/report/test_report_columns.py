"""The report is a sheet, and gives the sheet it was made of back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bulkpatch.model import Difference, GraphError, Outcome, ReportRow, Row, Sheet, Status
from bulkpatch.report.columns import REPORT_COLUMNS, is_report, peel, report_cells, report_header
from bulkpatch.report.defuse import defuse

RowOf = Callable[..., ReportRow]
GUID = "90e29127-71ad-49c7-9ce8-db3f41ea06f"


def told(row: ReportRow, column: str) -> str:
    """Give what the report says in one of its own columns."""
    return report_cells(row, ("tenantId",))[REPORT_COLUMNS.index(column)]


def read_back(header: tuple[str, ...], *rows: ReportRow) -> Sheet:
    """Give the sheet that a reader makes of the report."""
    cells = [tuple(map(defuse, report_cells(row, header))) for row in rows]
    return Sheet(
        file="report.csv",
        header=tuple(map(defuse, report_header(header))),
        rows=tuple(Row(number=number, cells=line) for number, line in enumerate(cells, start=2)),
    )


def test_the_sheets_own_columns_follow_the_reports() -> None:
    """Ours first, theirs unchanged and in their order."""
    assert report_header(("Partner", "Tenant ID", "Trust MFA")) == (
        *REPORT_COLUMNS,
        "Partner",
        "Tenant ID",
        "Trust MFA",
    )


@pytest.mark.parametrize("name", ["tenantId", "TENANTID", " tenantid "])
def test_a_tenantid_column_is_not_repeated(name: str) -> None:
    """The report's first column stands for the sheet's."""
    assert report_header(("Partner", name)) == (*REPORT_COLUMNS, "Partner")


@pytest.mark.parametrize(
    "name", ["status", "Status", " row ", "HTTPSTATUS", "outcomeNote (sheet)", "outcomeNote (sheet) (sheet)"]
)
def test_a_column_of_the_same_name_is_told_apart_and_gets_its_name_back(name: str, row: RowOf) -> None:
    """No two headers are the same, whatever the sheet calls its columns."""
    header = ("tenantId", name)

    sheet, _ = peel(read_back(header, row(2, Status.FAILED, "mine")))

    assert report_header(header)[-1] == f"{name} (sheet)"
    assert sheet.header == header
    assert sheet.rows[0].cells[1] == "mine"


def test_an_invalid_tenant_id_stays_as_it_was_written() -> None:
    """A row without a tenant keeps the text of its cell, or it could not be corrected in the report."""
    row = ReportRow(row=Row(number=2, cells=("90e2-oops",)), tenant="", outcome=Outcome(status=Status.INVALID))

    assert told(row, "tenantId") == "90e2-oops"


def test_changes_are_told_in_the_words_of_the_sheet(row: RowOf) -> None:
    """Null is `inherit`, booleans are words, targets are as a cell would list them."""
    targets = [
        {"target": GUID + "1", "targetType": "user"},
        {"target": GUID + "2", "targetType": "group"},
        {"target": GUID + "3", "targetType": "application"},
        {"target": "AllUsers", "targetType": "user"},
    ]
    applied = (
        Difference(path="inboundTrust.isMfaAccepted", before=False, after=None),
        Difference(path="x.targets", before=[], after=targets),
    )

    changes = told(row(2, Status.SUCCEEDED, applied=applied, created=True), "changes")

    assert changes == (
        "partner created; inboundTrust.isMfaAccepted: false → inherit; "
        f"x.targets: [] → user:{GUID}1; group:{GUID}2; app:{GUID}3; AllUsers"
    )


def test_a_failed_read_tells_its_status_and_ids() -> None:
    """When no write was sent, the error that stopped it says where to look."""
    error = GraphError(code="X", message="no", http_status=503, request_id="r", client_request_id="c")
    row = ReportRow(row=Row(number=2, cells=("t",)), tenant="t", outcome=Outcome(status=Status.FAILED, error=error))

    assert [told(row, name) for name in ("httpStatus", "requestId", "clientRequestId")] == ["503", "r", "c"]


def test_messages_lose_their_control_characters(row: RowOf) -> None:
    """Newlines and tabs stay, what a terminal would obey does not."""
    failed = row(2, Status.FAILED, code="Bad", message="a\x1b[31m\nb\tc\x00\x85", note="\x07bell")

    assert told(failed, "errorMessage") == "a[31m\nb\tc"
    assert told(failed, "outcomeNote") == "bell"


def test_the_first_row_number_of_a_chain_is_told(row: RowOf) -> None:
    """A rerun of a rerun still names the row of the sheet it began with."""
    assert told(row(2, Status.FAILED, origin=17), "row") == "17"


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        (REPORT_COLUMNS, True),
        (("outcomeNote", "row", "status", "tenantId", "changes", "Partner"), True),
        ((" tenantId", "status ", "row", "outcomeNote", "changes"), True),
        (("tenantId", "status", "row", "outcomeNote"), False),
        (("tenantId", "httpStatus", "row", "outcomeNote", "changes"), False),
        (("status", "httpStatus", "row", "outcomeNote", "changes"), False),
        (("tenantId", "Partner"), False),
    ],
)
def test_a_report_is_known_by_its_columns(header: tuple[str, ...], *, answer: bool) -> None:
    """Both tenantId and status, and three more: people delete columns in Excel."""
    assert is_report(header) is answer


def test_peeling_undoes_the_report(row: RowOf) -> None:
    """Nasty cells, nasty headers: the sheet comes back as it was, with its row numbers and statuses."""
    header = ("tenantId", "Partner", "status", "=evil", "'=quoted", "")
    rows = [
        row(7, Status.FAILED, '=HYPERLINK("x")', "mine", "'=1", "''+1", "a,b"),
        row(9, Status.SUCCEEDED, 'Müller "GmbH"\r\n日本', "", "@a", "-1", "\t"),
        row(11, Status.NOT_SENT, "", "", "", "", "", origin=40),
    ]

    sheet, statuses = peel(read_back(header, *rows))

    assert sheet.header == header
    assert [row.cells for row in sheet.rows] == [row.row.cells for row in rows]
    assert [row.first_number for row in sheet.rows] == [7, 9, 40]
    assert statuses == {2: Status.FAILED, 3: Status.SUCCEEDED, 4: Status.NOT_SENT}


def test_peeled_cells_keep_their_address_in_the_report(row: RowOf) -> None:
    """A problem names the column where the person will look for it."""
    sheet, _ = peel(read_back(("tenantId", "Partner"), row(2, Status.FAILED, "Contoso")))

    assert str(sheet.address(2, 0)) == "report.csv:2 A"
    assert str(sheet.address(2, 1)) == "report.csv:2 M"


def test_peeling_a_sheet_whose_columns_were_left_out_before_keeps_the_first_address(row: RowOf) -> None:
    """Two translations in a row end at the file."""
    read = read_back(("tenantId", "Partner"), row(2, Status.FAILED, "Contoso"))

    sheet, _ = peel(replace(read, columns=tuple(i + 3 for i in range(len(read.header)))))

    assert str(sheet.address(2, 1)) == "report.csv:2 P"


def test_a_status_that_is_none_is_not_told(row: RowOf) -> None:
    """Rows whose status was cleared or mistyped count as not done; case and spaces do not matter."""
    read = read_back(("tenantId",), *(row(n, Status.FAILED) for n in (2, 3, 4)))
    words = iter(["", "done", " Succeeded "])
    edited = replace(read, rows=tuple(replace(r, cells=(r.cells[0], next(words), *r.cells[2:])) for r in read.rows))

    assert peel(edited)[1] == {4: Status.SUCCEEDED}


@pytest.mark.parametrize("text", ["", "seven", "-1", "1.5", "²", "9" * 40])
def test_a_row_number_that_is_none_is_not_taken_up(text: str, row: RowOf) -> None:
    """Whatever stands in the row column, the sheet can still be read."""
    read = read_back(("tenantId",), row(2, Status.FAILED))
    at = REPORT_COLUMNS.index("row")
    line = read.rows[0]
    edited = replace(read, rows=(replace(line, cells=(*line.cells[:at], text, *line.cells[at + 1 :])),))

    assert peel(edited)[0].rows[0].first_number == 2


def test_a_sheet_that_is_no_report_comes_back_as_it_is() -> None:
    """Its columns and apostrophes are the person's own."""
    sheet = Sheet(file="a.csv", header=("tenantId", "status"), rows=(Row(number=2, cells=("t", "'=1")),))

    assert peel(sheet) == (sheet, {})


def renamed(row: ReportRow, own: str) -> ReportRow:
    """Let the sheet's own tenant cell say something else."""
    return replace(row, row=replace(row.row, cells=(own, *row.row.cells[1:])))


def test_the_sheets_own_tenant_column_is_kept_and_ours_left_out(row: RowOf) -> None:
    """One tenant column remains, the one that the sheet came with; braces and case are no contradiction."""
    written = "{" + f"{GUID}2".upper() + "} "

    sheet, _ = peel(read_back(("Tenant ID", "Partner"), renamed(row(2, Status.FAILED, "Contoso"), written)))

    assert sheet.header == ("Tenant ID", "Partner")
    assert sheet.rows[0].cells == (written, "Contoso")
    assert sheet.problems == ()


def test_two_tenant_columns_that_disagree_are_a_problem(row: RowOf) -> None:
    """Which of the two was corrected cannot be known."""
    sheet, _ = peel(read_back(("Tenant ID",), renamed(row(2, Status.FAILED), "oops")))

    (problem,) = sheet.problems
    assert problem.is_error
    assert str(problem) == (
        f'report.csv:2 M: Tenant ID: tenantId says "{GUID}2", but the column "Tenant ID" says "oops". '
        "Correct both, or delete column A."
    )


def test_an_empty_tenant_id_of_ours_contradicts_nothing(row: RowOf) -> None:
    """An invalid row has none, and is corrected in the sheet's own column."""
    read = read_back(("Tenant ID",), replace(row(2, Status.INVALID), tenant=""))

    assert peel(read)[0].problems == ()

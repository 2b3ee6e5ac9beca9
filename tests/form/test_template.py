"""The workbook to fill in, read by the reader that will get it and by one that did not write it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bulkpatch.cells import BadCell, parse
from bulkpatch.columns import CATALOGUE, find_column
from bulkpatch.errors import SheetError, UsageError
from bulkpatch.form.choice import choose, header_line
from bulkpatch.form.groups import GROUPS
from bulkpatch.form.guide import GUIDE, TARGETS
from bulkpatch.form.template import CHOICES, PARTNERS, ROWS, tenant_formula, write_header, write_template
from bulkpatch.loading import load_sheet
from bulkpatch.model import Inherit, Value, column_letter
from bulkpatch.schema import Kind
from bulkpatch.validation import validate

from .office import converted, needs_office

TENANT = "90e29127-71ad-49c7-9ce8-db3f41ea06f1"
EVERYTHING = choose([",".join(GROUPS), "tenantRestrictions", "groupSyncInbound.isSyncAllowed"])


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A form with every group, a column for a whole object, and one that needs beta."""
    path = tmp_path / "form.xlsx"
    write_template(path, EVERYTHING)
    return path


def rule_at(page: Worksheet, cell: str) -> DataValidation | None:
    """The rule that holds for *cell*."""
    return next((rule for rule in page.data_validations.dataValidation if cell in rule.sqref), None)


def filled(form: Path, *rows: dict[str, object]) -> Path:
    """Fill in *rows* by header, as a person would."""
    book = openpyxl.load_workbook(form)
    page = book[PARTNERS]
    header = [cell.value for cell in page[1]]
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            page.cell(number, header.index(name) + 1).value = value  # type: ignore[assignment] # bools and texts
    book.save(form)
    return form


def test_it_has_three_sheets_and_the_one_to_fill_in_is_shown(form: Path) -> None:
    """Header frozen, tenant and name in sight."""
    book = openpyxl.load_workbook(form)

    assert book.sheetnames == [PARTNERS, GUIDE, TARGETS]
    assert book.active is book[PARTNERS]
    assert book[PARTNERS].freeze_panes == "C2"
    assert tuple(cell.value for cell in book[PARTNERS][1]) == header_line(EVERYTHING, friendly=True)
    assert book[PARTNERS].max_row == 1


def test_an_empty_form_says_that_no_rows_are_there_yet(form: Path) -> None:
    """The extra sheets are not mistaken for it."""
    with pytest.raises(SheetError, match=r"\(Partners\) has a header and no rows below it\.") as caught:
        load_sheet(form)

    assert caught.value.next_step == "Add the tenants, one per row."


@pytest.mark.parametrize("name", [GUIDE, TARGETS])
def test_the_explaining_sheets_cannot_be_sent(form: Path, name: str) -> None:
    """Even when somebody asks for them: they have no tenant column, so there is no change in them."""
    checked = validate(load_sheet(form, worksheet=name))

    assert checked.changes == ()
    assert checked.header_is_wrong


def test_a_filled_form_asks_for_what_was_filled_in(form: Path) -> None:
    """Typed words, a real boolean, targets, a whole object, inherit; what stayed blank is not asked for."""
    filled(
        form,
        {
            "tenantId": TENANT,
            "Partner": "Contoso",
            "Trust MFA": "true",
            "Trust compliant devices": False,
            "Automatic redemption inbound": "inherit",
            "B2B inbound users access": "blocked",
            "B2B inbound users": "AllUsers",
            "B2B inbound apps access": "blocked",
            "B2B inbound apps": "AllApplications",
        },
        {"tenantId": "fabrikam.com", "tenantRestrictions": '{"applications": null}', "Trust MFA": 1},
    )

    sheet = load_sheet(form)
    checked = validate(sheet)

    assert sheet.name == PARTNERS
    assert checked.errors == ()
    first, second = checked.changes
    assert (first.tenant, first.label, first.rows) == (TENANT, "Contoso", (2,))
    assert first.wishes == {
        "inboundTrust.isMfaAccepted": Value(True),
        "inboundTrust.isCompliantDeviceAccepted": Value(False),
        "automaticUserConsentSettings.inboundAllowed": Inherit(),
        "b2bCollaborationInbound.usersAndGroups.accessType": Value("blocked"),
        "b2bCollaborationInbound.usersAndGroups.targets": Value([{"target": "AllUsers", "targetType": "user"}]),
        "b2bCollaborationInbound.applications.accessType": Value("blocked"),
        "b2bCollaborationInbound.applications.targets": Value(
            [{"target": "AllApplications", "targetType": "application"}]
        ),
    }
    assert second.wishes == {
        "tenantRestrictions.applications": Inherit(),
        "inboundTrust.isMfaAccepted": Value(True),
    }


def test_every_boolean_and_access_type_has_a_drop_down_down_to_the_last_row(form: Path) -> None:
    """As one range per column, with blank allowed and every offered word understood."""
    page = openpyxl.load_workbook(form)[PARTNERS]
    seen = 0

    for index, cell in enumerate(page[1]):
        letter = column_letter(index)
        column = find_column(str(cell.value))
        if column is None or not isinstance(column.node, Kind) or column.node not in CHOICES:
            continue
        rule = rule_at(page, f"{letter}{ROWS + 1}")
        assert rule is not None
        assert (rule.type, rule.allow_blank) == ("list", True)
        assert str(rule.sqref) == f"{letter}2:{letter}{ROWS + 1}"
        assert str(rule.formula1) == f'"{",".join(CHOICES[column.node])}"'
        assert not any(isinstance(parse(column.node, word), BadCell) for word in CHOICES[column.node])
        seen += 1
    assert seen == sum(column.node in (Kind.BOOLEAN, Kind.ACCESS) for column in EVERYTHING)


def test_every_cell_below_the_header_is_text(form: Path) -> None:
    """So that 1, TRUE and digits of a GUID stay what was typed; columns of one's own as well."""
    page = openpyxl.load_workbook(form)[PARTNERS]

    formats = {(one.min, one.max): one.number_format for one in page.column_dimensions.values()}

    assert set(formats.values()) == {"@"}
    assert max(last or 0 for _, last in formats) == 16_384


def test_each_header_says_in_a_comment_what_may_be_written(form: Path) -> None:
    """From the catalogue, so that the two cannot disagree."""
    page = openpyxl.load_workbook(form)[PARTNERS]

    for cell, column in zip(page[1][2:], EVERYTHING, strict=True):
        assert cell.comment is not None
        assert column.allowed in cell.comment.text
        assert column.path in cell.comment.text
    beta = page[1][len(EVERYTHING) + 1].comment
    assert beta is not None
    assert "--api-version beta" in beta.text


def test_the_rule_for_tenants_is_not_longer_than_excel_takes() -> None:
    """Wherever it stands; a longer one makes Excel repair the file."""
    assert len(tenant_formula(f"A{ROWS + 1}")) <= 255


def test_every_column_of_the_catalogue_can_be_in_a_form(tmp_path: Path) -> None:
    """Also whole objects and those of beta, under both kinds of header."""
    for friendly in (True, False):
        write_template(tmp_path / "all.xlsx", CATALOGUE, friendly=friendly)
        rules = openpyxl.load_workbook(tmp_path / "all.xlsx")[PARTNERS].data_validations.dataValidation

        assert len(rules) == len(CATALOGUE) + 1
        assert max(len(str(rule.prompt or "")) for rule in rules) <= 255
        assert max(len(str(rule.error or "")) for rule in rules) <= 255


def test_the_guide_explains_blank_value_inherit_and_each_column(form: Path) -> None:
    """In words of the catalogue."""
    page = openpyxl.load_workbook(form)[GUIDE]
    texts = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value]

    assert {"blank", "a value", "inherit"} <= set(texts)
    for column in EVERYTHING:
        assert column.path in texts
        assert column.help[1:] in " ".join(texts)


def test_the_examples_of_targets_are_read_as_targets(form: Path) -> None:
    """With GUID in place of the word, every example of the sheet parses; so does the example that blocks all."""
    page = openpyxl.load_workbook(form)[TARGETS]
    words = [str(row[1].value) for row in page.iter_rows(max_col=2) if row[1].value]
    by_end = {"users": Kind.PRINCIPALS, "apps": Kind.APPLICATIONS}
    examples = [
        (str(row[1].value), by_end[str(row[3].value).split()[-1]])
        for row in page.iter_rows(max_col=4)
        if str(row[3].value).startswith("…")
    ]

    assert {"AllUsers", "user:GUID", "group:GUID", "AllApplications", "Office365", "app:GUID"} <= set(words)
    assert len(examples) == 6
    for text, kind in examples:
        assert not isinstance(parse(kind, text.replace("GUID", TENANT)), BadCell)


def test_blocking_all_as_the_sheet_shows_is_accepted(form: Path) -> None:
    """The three columns of the example, put into a form, are rows without a problem."""
    page = openpyxl.load_workbook(form)[TARGETS]
    lines = [[str(cell.value) for cell in row[1:5]] for row in page.iter_rows(max_col=5)]
    start = next(number for number, line in enumerate(lines) if line[1] == "to block all")
    examples = lines[start + 1 : start + 5]
    rows: list[dict[str, object]] = [
        {"tenantId": f"{TENANT[:-1]}{n}", **{line[0]: line[n].replace("GUID", TENANT) for line in examples}}
        for n in (1, 2, 3)
    ]

    checked = validate(load_sheet(filled(form, *rows)))

    assert (len(checked.changes), checked.problems, checked.advice) == (3, (), ())


def test_a_csv_is_the_header_line_only(tmp_path: Path) -> None:
    """With Graph's own names."""
    write_header(tmp_path / "form.csv", choose(["consent"]), friendly=False)

    lines = list(csv.reader((tmp_path / "form.csv").read_text(encoding="utf-8").splitlines()))

    assert lines == [
        [
            "tenantId",
            "Partner",
            "automaticUserConsentSettings.inboundAllowed",
            "automaticUserConsentSettings.outboundAllowed",
        ]
    ]


def test_a_form_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """And says why."""
    (tmp_path / "taken.xlsx").mkdir()

    with pytest.raises(UsageError, match="cannot be written"):
        write_template(tmp_path / "taken.xlsx", EVERYTHING)
    with pytest.raises(UsageError, match="cannot be written") as caught:
        write_template(tmp_path / "nowhere" / "form.xlsx", EVERYTHING)

    assert "Make the folder" in caught.value.next_step
    assert [path.name for path in tmp_path.iterdir()] == ["taken.xlsx"]


TENANTS = {
    TENANT: True,
    TENANT.upper(): True,
    "contoso.com": True,
    "a.b.contoso.onmicrosoft.com": True,
    TENANT[:-1]: False,
    TENANT + "0": False,
    TENANT.replace("a", "g"): False,
    TENANT.replace("-", ""): False,
    TENANT[:8] + TENANT[9:12] + "-" + TENANT[12:]: False,
    "Contoso": False,
    "ann@contoso.com": False,
    "maybe": False,
}


@needs_office
def test_the_rule_for_tenants_takes_guids_and_domains_only(tmp_path: Path) -> None:
    """As a spreadsheet program computes it."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for number, text in enumerate(TENANTS, start=1):
        page.cell(number, 1).value = text
        page.cell(number, 2).value = tenant_formula(f"A{number}")
    book.save(tmp_path / "rule.xlsx")

    rows = list(csv.reader(converted(tmp_path / "rule.xlsx", "csv").read_text(encoding="utf-8").splitlines()))

    assert {row[0]: row[1] == "TRUE" for row in rows} == TENANTS


@needs_office
def test_a_spreadsheet_program_opens_the_form(form: Path) -> None:
    """It can be printed, and has the header and no row."""
    pdf, header = converted(form, "pdf"), converted(form, "csv")

    assert pdf.read_bytes().startswith(b"%PDF")
    assert header.read_text(encoding="utf-8").splitlines() == [",".join(header_line(EVERYTHING, friendly=True))]

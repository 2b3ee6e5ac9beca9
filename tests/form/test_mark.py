"""A sheet given back with its problems marked: what is added, what is kept, and what is never touched."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bulkpatch.columns import CATALOGUE
from bulkpatch.errors import SheetError, UsageError
from bulkpatch.form.mark import Marked, mark, marked_name
from bulkpatch.form.paint import COLOURS
from bulkpatch.form.problem_sheet import HEADER, PROBLEMS
from bulkpatch.form.template import write_template
from bulkpatch.loading import load_sheet
from bulkpatch.model import Address, Problem, Severity, Sheet
from bulkpatch.validation import validate

from .office import converted, needs_office

T = "90e29127-71ad-49c7-9ce8-db3f41ea06f"
RED, YELLOW = COLOURS[Severity.ERROR], COLOURS[Severity.WARNING]
TITLE = "Partner's list"

Book = Callable[..., Path]


def marked(path: Path, target: Path | None = None) -> Marked:
    """Validate *path* and mark it, as the command does."""
    sheet = load_sheet(path)
    checked = validate(sheet)
    return mark(path, sheet, (*checked.problems, *checked.advice), target or marked_name(path))


def cell_of(page: Worksheet, name: str) -> Cell:
    """The cell *name*, which is not covered by a merged one."""
    cell = page[name]
    assert isinstance(cell, Cell)
    return cell


def colour_of(page: Worksheet, name: str) -> str | None:
    """The colour that *name* is seen in."""
    fill = cell_of(page, name).fill
    return str(fill.fgColor.rgb) if fill.fill_type else None


def comment_of(page: Worksheet, name: str) -> str:
    """The comment at *name*, or nothing."""
    comment = cell_of(page, name).comment
    return comment.text if comment else ""


def problem_rows(path: Path) -> list[list[str]]:
    """The lines of the sheet with the problems, below its header."""
    page = openpyxl.load_workbook(path)[PROBLEMS]
    return [[str(cell.value or "") for cell in row] for row in page.iter_rows(min_row=5)]


@pytest.fixture
def partners(tmp_path: Path) -> Path:
    """A workbook such as people have: formats, formulas, a drop-down, a comment, merged cells, another sheet.

    C2 is no boolean, A4 is blank, D5 blocks all users and says nothing of applications.
    """
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = TITLE
    rows: list[list[object]] = [
        ["tenantId", "Partner", "Trust MFA", "B2B inbound users access", "B2B inbound users", "Since", "Cost", "Twice"],
        [f"{T}1", "Contoso", "maybe", None, None, dt.date(2024, 5, 1), 12.5, "=G2*2"],
        [f"{T}2", "Fabrikam", True, None, None, dt.date(2024, 5, 2), 1234.5, "=G3*2"],
        [None, "Woodgrove", True, None, None, None, None, "=UPPER(B4)"],
        [f"{T}4", "Litware", None, "blocked", "AllUsers", None, None, "=1/0"],
    ]
    for row in rows:
        page.append(row)
    cell_of(page, "A1").font = Font(bold=True, color="FF7030A0")
    cell_of(page, "C2").fill = PatternFill("solid", fgColor="FFDDEBF7")
    cell_of(page, "C2").comment = Comment("Ask them first.", "Ann")
    cell_of(page, "G2").number_format = "#,##0.00 €"
    page.column_dimensions["A"].width = 41
    page.row_dimensions[3].height = 33
    page.freeze_panes = "C2"
    rule = DataValidation(type="list", formula1='"true,false"')
    rule.add("C2:C500")
    page.add_data_validation(rule)
    page.conditional_formatting.add("G2:G9", Rule(type="cellIs", operator="greaterThan", formula=["100"]))
    other = book.create_sheet("Notes")
    other["A1"] = f"='{TITLE.replace(chr(39), chr(39) * 2)}'!G2+1"
    other["B1"] = "over two cells"
    other.merge_cells("B1:C1")
    path = tmp_path / "partners.xlsx"
    book.save(path)
    values = {"H2": "25", "H3": "2469", "H4": "WOODGROVE", "H5": "#DIV/0!"}
    _calculate(path, values)
    return path


def _calculate(path: Path, values: dict[str, str]) -> None:
    """Give formulas their values, as Excel does when it saves."""
    kinds = {"WOODGROVE": "str", "#DIV/0!": "e"}
    parts = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode() if name.endswith(".xml") else archive.read(name)
            if name == "xl/worksheets/sheet1.xml" and isinstance(text, str):
                for cell, value in values.items():
                    pattern = rf'<c r="{cell}"([^>]*)>(<f>[^<]*</f>)<v ?/>'
                    filled = rf'<c r="{cell}"\1 t="{kinds.get(value, "n")}">\2<v>{value}</v>'
                    text, count = re.subn(pattern, filled, text)
                    assert count == 1
            if name == "xl/worksheets/sheet2.xml" and isinstance(text, str):
                text = re.sub(r"(</f>)<v ?/>", r"\1<v>13.5</v>", text)
            parts[name] = text
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_bad_cells_are_red_with_a_comment_that_says_what_to_write(partners: Path) -> None:
    """A wrong value and a blank tenant id; other cells stay as they are."""
    result = marked(partners)

    page = openpyxl.load_workbook(result.path)[TITLE]
    assert result.cells == 3
    assert [colour_of(page, name) for name in ("C2", "A4", "B2", "C3")] == [RED, RED, None, None]
    assert comment_of(page, "A4").startswith("bulkpatch: cannot be sent\ntenantId: is blank")
    assert "Write the partner's tenant id" in comment_of(page, "A4")
    assert comment_of(page, "B2") == ""


def test_a_cell_that_is_only_worth_a_look_is_yellow(partners: Path) -> None:
    """A warning does not keep the row from being sent."""
    page = openpyxl.load_workbook(marked(partners).path)[TITLE]

    assert colour_of(page, "D5") == YELLOW
    assert comment_of(page, "D5").startswith("bulkpatch: worth a look\n")


def test_a_comment_of_the_person_stays_above_ours(partners: Path) -> None:
    """With its author."""
    page = openpyxl.load_workbook(marked(partners).path)[TITLE]

    assert comment_of(page, "C2").startswith('Ask them first.\n\nbulkpatch: cannot be sent\nTrust MFA: "maybe" is not')
    assert cell_of(page, "C2").comment is not None
    assert [c.comment.author for c in (cell_of(page, "C2"), cell_of(page, "A4")) if c.comment] == ["Ann", "bulkpatch"]


def test_formats_formulas_rules_and_other_sheets_are_kept(partners: Path) -> None:
    """Everything of the workbook that is not about a problem is as it was."""
    before = openpyxl.load_workbook(partners)
    after = openpyxl.load_workbook(marked(partners).path)

    old, new = before[TITLE], after[TITLE]
    assert after.sheetnames == [TITLE, "Notes", PROBLEMS]
    assert [[c.value for c in row] for row in new.iter_rows()] == [[c.value for c in row] for row in old.iter_rows()]
    assert cell_of(new, "A1").font.color is not None
    assert cell_of(new, "A1").font.color.rgb == "FF7030A0"
    assert cell_of(new, "G2").number_format == "#,##0.00 €"
    assert cell_of(new, "F2").number_format == cell_of(old, "F2").number_format
    assert new.column_dimensions["A"].width == 41
    assert new.row_dimensions[3].height == 33
    assert new.freeze_panes == "C2"
    assert [str(rule.sqref) for rule in new.data_validations.dataValidation] == ["C2:C500"]
    assert [str(area.sqref) for area in new.conditional_formatting] == ["G2:G9"]
    assert [str(area) for area in after["Notes"].merged_cells.ranges] == ["B1:C1"]
    assert after["Notes"]["A1"].value == "='Partner''s list'!G2+1"


def test_formulas_keep_the_values_they_had(partners: Path) -> None:
    """So that readers that do not compute still see them: numbers, texts, errors, on every sheet."""
    path = marked(partners).path

    book = openpyxl.load_workbook(path, data_only=True)
    assert [cell_of(book[TITLE], f"H{n}").value for n in (2, 3, 4, 5)] == [25, 2469, "WOODGROVE", "#DIV/0!"]
    assert book["Notes"]["A1"].value == 13.5


def test_the_marked_workbook_reads_as_the_original_did(partners: Path) -> None:
    """Same rows, same problems: it can be corrected and validated itself."""
    path = marked(partners).path

    before, after = load_sheet(partners), load_sheet(path)

    assert (after.name, after.header, after.rows, after.problems) == (
        TITLE,
        before.header,
        before.rows,
        before.problems,
    )


def test_the_sheet_of_problems_links_to_each_cell(partners: Path) -> None:
    """By severity, with what is wrong and what to write."""
    path = marked(partners).path

    page = openpyxl.load_workbook(path)[PROBLEMS]
    links = [cell.hyperlink.location for (cell,) in page.iter_rows(min_row=5, min_col=2, max_col=2) if cell.hyperlink]
    rows = problem_rows(path)
    assert tuple(cell.value for cell in page[4]) == HEADER
    assert links == ["'Partner''s list'!C2", "'Partner''s list'!A4", "'Partner''s list'!D5"]
    assert [row[:4] for row in rows] == [
        ["error", f"{TITLE}!C2", "Trust MFA", "maybe"],
        ["error", f"{TITLE}!A4", "tenantId", ""],
        ["warning", f"{TITLE}!D5", "B2B inbound users access", "blocked"],
    ]
    assert rows[0][4:] == ['"maybe" is not true, false, inherit or blank.', "Write true, false, inherit or blank."]
    assert page["A1"].value == "bulkpatch found 2 errors and 1 warning in partners.xlsx"


def test_only_the_sheet_of_problems_is_selected(partners: Path) -> None:
    """Sheets that are selected together are edited together."""
    book = openpyxl.load_workbook(marked(partners).path)

    assert book.active is book[PROBLEMS]
    assert [page.title for page in book.worksheets if page.sheet_view.tabSelected] == [PROBLEMS]


def test_the_original_is_not_touched(partners: Path) -> None:
    """Not a byte, and nothing is left beside it but the marked one."""
    before = partners.read_bytes()

    marked(partners)

    assert partners.read_bytes() == before
    assert sorted(path.name for path in partners.parent.iterdir()) == ["partners-marked.xlsx", "partners.xlsx"]


@pytest.mark.parametrize("way", ["itself", "by another path", "a link"])
def test_the_original_is_never_written_over(partners: Path, way: str) -> None:
    """However it is called."""
    target = partners
    if way == "by another path":
        (partners.parent / "sub").mkdir()
        target = partners.parent / "sub" / ".." / "partners.xlsx"
    elif way == "a link":
        target = partners.with_name("link.xlsx")
        target.hardlink_to(partners)
    before = partners.read_bytes()

    with pytest.raises(UsageError, match="is the original, which is never written over"):
        marked(partners, target)

    assert partners.read_bytes() == before


def test_marking_again_overwrites_only_its_own_file(partners: Path) -> None:
    """One that was changed since, or was never ours, is not lost."""
    own = marked(partners).path
    marked(partners)
    book = openpyxl.load_workbook(own)
    book[TITLE]["C2"] = "true"
    book.save(own)
    corrected = own.read_bytes()
    foreign = partners.with_name("other.xlsx")
    shutil.copy(partners, foreign)

    for target in (own, foreign):
        before = target.read_bytes()
        with pytest.raises(UsageError, match="is not a marked workbook as bulkpatch left it"):
            marked(partners, target)
        assert target.read_bytes() == before
    assert own.read_bytes() == corrected


def test_marking_a_marked_workbook_piles_nothing_up(partners: Path) -> None:
    """One comment per cell, one sheet of problems; a third marking is like the second."""
    once = marked(partners).path
    twice = marked(once).path
    thrice = marked(twice).path

    first, third = openpyxl.load_workbook(once), openpyxl.load_workbook(thrice)
    assert [twice.name, thrice.name] == ["partners-marked-2.xlsx", "partners-marked-3.xlsx"]
    assert third.sheetnames == [TITLE, "Notes", PROBLEMS]
    for name in ("C2", "A4", "D5"):
        assert comment_of(third[TITLE], name) == comment_of(first[TITLE], name)
        assert colour_of(third[TITLE], name) == colour_of(first[TITLE], name)
    assert problem_rows(thrice) == problem_rows(once)


def test_a_corrected_cell_has_its_own_look_again(partners: Path) -> None:
    """Its own colour, or none; the person's comment alone, or none."""
    once = marked(partners).path
    book = openpyxl.load_workbook(once)
    book[TITLE]["C2"] = "true"
    book[TITLE]["A4"] = f"{T}3"
    book.save(once)
    _calculate(once, {"H2": "25", "H3": "2469", "H4": "WOODGROVE", "H5": "#DIV/0!"})

    result = marked(once)

    page = openpyxl.load_workbook(result.path)[TITLE]
    assert result.cells == 1
    assert [colour_of(page, name) for name in ("C2", "A4", "D5")] == ["FFDDEBF7", None, YELLOW]
    assert [comment_of(page, name) for name in ("C2", "A4")] == ["Ask them first.", ""]


def test_a_sheet_called_problems_by_somebody_else_stays(partners: Path) -> None:
    """Ours then has another name."""
    book = openpyxl.load_workbook(partners)
    book["Notes"].title = "problems"
    book.save(partners)
    _calculate(partners, {"H2": "25", "H3": "2469", "H4": "WOODGROVE", "H5": "#DIV/0!"})

    twice = marked(marked(partners).path).path

    book = openpyxl.load_workbook(twice)
    assert book.sheetnames == [TITLE, "problems", "Problems (bulkpatch)"]
    assert book["problems"]["B1"].value == "over two cells"


def test_a_problem_in_merged_cells_is_marked_where_they_begin(tmp_path: Path) -> None:
    """The covered ones cannot hold a comment."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in (["tenantId", "Trust MFA"], [f"{T}1", "true"], ["", "true"]):
        page.append(row)
    page.merge_cells("A2:A3")
    book.save(tmp_path / "merged.xlsx")

    result = marked(tmp_path / "merged.xlsx")

    page = openpyxl.load_workbook(result.path).worksheets[0]
    assert (colour_of(page, "A2"), colour_of(page, "B2")) == (RED, None)
    assert "is covered by the merged cells A2:A3" in comment_of(page, "A2")


def test_a_form_that_was_filled_in_keeps_its_rules_and_comments(tmp_path: Path) -> None:
    """Also cells that were blank keep the text format of their column."""
    write_template(tmp_path / "form.xlsx", CATALOGUE[1:3])
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    book["Partners"]["C2"] = "perhaps"
    book.save(tmp_path / "form.xlsx")

    result = marked(tmp_path / "form.xlsx")

    page = openpyxl.load_workbook(result.path)["Partners"]
    assert [colour_of(page, name) for name in ("A2", "C2")] == [RED, RED]
    assert cell_of(page, "A2").number_format == "@"
    assert len(page.data_validations.dataValidation) == 3
    assert "One row per partner." in comment_of(page, "A1")
    assert load_sheet(result.path).name == "Partners"


def test_of_a_csv_a_workbook_is_made_with_the_same_cells(tmp_path: Path) -> None:
    """Each where the file has it, all of them texts, blank lines and surplus cells as well."""
    path = tmp_path / "list.csv"
    path.write_text(f"tenantId,Partner,Trust MFA\n{T}1,007,1\n\n{T}2,=1+1,wahr\n{T}3,x,no,more\n", encoding="utf-8")

    result = marked(path)

    before, after = load_sheet(path), load_sheet(result.path)
    page = openpyxl.load_workbook(result.path)["Partners"]
    assert result.path.name == "list-marked.xlsx"
    assert (after.header, after.rows) == (before.header, before.rows)
    assert [colour_of(page, name) for name in ("C4", "D5", "C5")] == [RED, RED, None]
    assert (cell_of(page, "D5").value, cell_of(page, "B4").value, cell_of(page, "B4").data_type) == (
        "more",
        "=1+1",
        "s",
    )
    assert [row[1] for row in problem_rows(result.path)] == ["list.csv:4 C", "list.csv:5 D"]
    assert openpyxl.load_workbook(result.path)[PROBLEMS]["B5"].hyperlink.location == "'Partners'!C4"
    assert path.read_text(encoding="utf-8").endswith("more\n")


def test_texts_that_excel_cannot_hold_do_not_become_others(tmp_path: Path) -> None:
    """A control character is shown; a text that is too long is replaced, never cut off."""
    path = tmp_path / "list.csv"
    targets = "; ".join(f"user:{T}{n % 10}" for n in range(900))
    path.write_text(f'tenantId,B2B inbound users,Note\n{T}1,"{targets}",a\x1b[31mb\n', encoding="utf-8")

    result = marked(path)

    page = openpyxl.load_workbook(result.path)["Partners"]
    assert cell_of(page, "C2").value == r"a\x1b[31mb"
    assert str(cell_of(page, "B2").value).endswith("too long for Excel: see list.csv)")
    assert validate(load_sheet(result.path)).errors


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "#REF!"])
def test_no_cell_of_the_sheet_of_problems_runs(tmp_path: Path, text: str) -> None:
    """What a file says is a text there, whatever it looks like."""
    path = tmp_path / "list.csv"
    quoted = text.replace('"', '""')
    path.write_text(f'tenantId,Trust MFA,"{quoted}x"\n{T}1,"{quoted}",\n', encoding="utf-8")

    result = marked(path)

    for page in openpyxl.load_workbook(result.path).worksheets:
        assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert text in problem_rows(result.path)[0][3]
    with zipfile.ZipFile(result.path) as archive:
        assert not any(b"<f" in archive.read(name) for name in archive.namelist() if "/worksheets/" in name)


def test_findings_without_a_cell_are_listed_and_colour_nothing(tmp_path: Path) -> None:
    """About the whole file they link to the sheet; about a whole row, to its tenant."""
    path = tmp_path / "list.csv"
    path.write_text(f"Trust MFA,tenantId\nyes,{T}1\n", encoding="utf-8")
    sheet = load_sheet(path)
    whole = Problem(severity=Severity.WARNING, address=sheet.address(), what="of the file.")
    row = Problem(address=sheet.address(2), what="of the row.")
    note = Problem(severity=Severity.NOTE, address=sheet.address(2, 0), what="by the way.")

    result = mark(path, sheet, (whole, row, note), marked_name(path))

    page = openpyxl.load_workbook(result.path)["Partners"]
    assert result.cells == 1
    assert [colour_of(page, name) for name in ("A2", "B2")] == [None, RED]
    assert [row[0] for row in problem_rows(result.path)] == ["error", "warning", "note"]


def test_a_sound_sheet_comes_back_with_nothing_marked(tmp_path: Path) -> None:
    """And says so."""
    path = tmp_path / "list.csv"
    path.write_text(f"tenantId,Trust MFA\n{T}1,yes\n", encoding="utf-8")

    result = marked(path)

    page = openpyxl.load_workbook(result.path)[PROBLEMS]
    assert result.cells == 0
    assert page["A1"].value == "bulkpatch found no problem in list.csv"


def test_several_findings_of_one_cell_are_one_comment(tmp_path: Path) -> None:
    """The worst gives the colour."""
    path = tmp_path / "list.csv"
    path.write_text(f"tenantId,Trust MFA\n{T}1,yes\n", encoding="utf-8")
    sheet = load_sheet(path)
    at = sheet.address(2, 1)
    problems = [Problem(severity=Severity.WARNING, address=at, what=f"finding {n}.") for n in range(12)]

    result = mark(path, sheet, (*problems, Problem(address=at, what="wrong.")), marked_name(path))

    page = openpyxl.load_workbook(result.path)["Partners"]
    assert (result.cells, colour_of(page, "B2")) == (1, RED)
    assert comment_of(page, "B2").count("finding") == 8
    assert "… and 5 more" in comment_of(page, "B2")


def test_macros_stay_in_a_workbook_that_has_them(tmp_path: Path) -> None:
    """As .xlsm, with the comments that are there already, once each."""
    path = tmp_path / "macros.xlsm"
    (tmp_path / "vba.bin").write_bytes(b"the macros")
    with xlsxwriter.Workbook(path) as book:
        book.add_vba_project(tmp_path / "vba.bin")
        page = book.add_worksheet("List")
        for number, cells in enumerate((["tenantId", "Trust MFA"], [f"{T}1", "maybe"])):
            page.write_row(number, 0, cells)
        page.write_comment("A1", "of old")

    result = marked(path)

    with zipfile.ZipFile(result.path) as archive:
        vml = [archive.read(name) for name in archive.namelist() if name.endswith(".vml")]
        assert archive.read("xl/vbaProject.bin") == b"the macros"
        assert b"macroEnabled" in archive.read("[Content_Types].xml")
    page = openpyxl.load_workbook(result.path)["List"]
    assert result.path.name == "macros-marked.xlsm"
    assert len(vml) == 1
    assert vml[0].count(b'ObjectType="Note"') == 2
    assert comment_of(page, "A1") == "of old"
    assert colour_of(page, "B2") == RED
    with pytest.raises(UsageError, match="does not end with"):
        marked(path, tmp_path / "macros.xlsx")


@needs_office
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_of_an_older_workbook_a_new_one_is_made_and_it_says_so(partners: Path, ending: str) -> None:
    """The same cells at the same addresses; how they looked is not kept."""
    path = converted(partners, ending)

    result = marked(path)

    before, after = load_sheet(path), load_sheet(result.path)
    page = openpyxl.load_workbook(result.path)[TITLE]
    assert result.path.suffix == ".xlsx"
    assert result.not_kept == (f"the formatting and the other sheets of partners.{ending}",)
    assert (after.header, after.rows) == (before.header, before.rows)
    assert [colour_of(page, name) for name in ("C2", "A4")] == [RED, RED]


def test_what_could_not_be_kept_is_named(partners: Path) -> None:
    """A picture that nobody here can draw again."""
    path = partners.with_name("pictured.xlsx")
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
        "dccc59e70000000049454e44ae426082"
    )
    (partners.parent / "pixel.png").write_bytes(pixel)
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("List")
        for number, cells in enumerate((["tenantId", "Trust MFA"], [f"{T}1", "maybe"])):
            page.write_row(number, 0, cells)
        page.insert_image("D1", partners.parent / "pixel.png")

    result = marked(path)

    assert "pictures" in result.not_kept
    assert colour_of(openpyxl.load_workbook(result.path)["List"], "B2") == RED


def test_a_workbook_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    """And no file is made."""
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    sheet = Sheet(file=str(path), name="List", header=("tenantId",), rows=())

    with pytest.raises(SheetError, match="cannot be written back marked") as caught:
        mark(path, sheet, (Problem(address=Address(place="List", worksheet=True, row=2), what="x"),), marked_name(path))

    assert "CSV" in caught.value.next_step
    assert [found.name for found in tmp_path.iterdir()] == ["broken.xlsx"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a.csv", "a-marked.xlsx"),
        ("a.xlsx", "a-marked.xlsx"),
        ("a.xlsm", "a-marked.xlsm"),
        ("a.ODS", "a-marked.xlsx"),
        ("a-marked.xlsx", "a-marked-2.xlsx"),
        ("a-marked-9.xlsx", "a-marked-10.xlsx"),
        ("-marked.csv", "-marked-marked.xlsx"),
    ],
)
def test_the_marked_one_lies_beside_the_original_under_another_name(source: str, name: str) -> None:
    """A marked one that is marked again is counted."""
    assert marked_name(Path("folder") / source) == Path("folder") / name


@needs_office
def test_a_spreadsheet_program_opens_the_marked_workbook(partners: Path) -> None:
    """It can be printed, and saved again it reads the same, marks and all."""
    path = marked(partners).path

    pdf, again = converted(path, "pdf"), converted(path, "xlsx")

    book = openpyxl.load_workbook(again)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert book.sheetnames == [TITLE, "Notes", PROBLEMS]
    assert colour_of(book[TITLE], "C2") == RED
    assert "bulkpatch: cannot be sent" in comment_of(book[TITLE], "C2")
    assert openpyxl.load_workbook(again, data_only=True)[TITLE]["H2"].value == 25
    assert "'Partner''s list'!C2" in str(book[PROBLEMS]["B5"].hyperlink.location).replace("#", "").replace(".", "!")

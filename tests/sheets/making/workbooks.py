"""Sound workbooks that are easily misread: cells of every kind, hidden and merged ones, several worksheets."""

from __future__ import annotations

from tests.sheets.making.trap import MFA, SYNC, USER, A, B, C, Trap
from tests.sheets.making.xlsx import (
    MAIN,
    Cell,
    Raw,
    archive,
    book,
    edited,
    error,
    formula,
    shared_strings,
    sheet,
    workbook,
    wrapped,
)

_HEAD: list[Cell] = ["tenantId", MFA]
_OK: list[list[Cell]] = [_HEAD, [A, True]]


def _one(value: Cell, *, tenant: Cell = A) -> bytes:
    return archive(book([_HEAD, [tenant, value]]))


def _partner(number: int) -> str:
    return f"{A[:-4]}{number:04x}"


def _many(*values: Cell) -> bytes:
    return archive(book([_HEAD, *([_partner(n), value] for n, value in enumerate(values, 1))]))


def _date_1904() -> bytes:
    cells: list[list[Cell]] = [_HEAD, [A, Raw('<c r="{at}" s="1"><v>1</v></c>')]]
    return archive(workbook({"Partners": sheet(cells)}, properties='<workbookPr date1904="1"/>'))


def _shared(*cells: str, strings: tuple[str, ...]) -> bytes:
    rows: list[list[Cell]] = [_HEAD, [A, *(Raw(cell) for cell in cells)]]
    return archive(shared_strings(book(rows), *strings))


def _macros() -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return archive(
        {**edited(book(_OK), "[Content_Types].xml", kind, macro), "xl/vbaProject.bin": b"\xcc\x61 no macro is ever run"}
    )


def _prefixed() -> bytes:
    xml = sheet(_OK)
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        for old, new in ((f"<{name} ", f"<x:{name} "), (f"<{name}>", f"<x:{name}>"), (f"</{name}>", f"</x:{name}>")):
            xml = xml.replace(old, new)
    return archive(workbook({"Partners": xml.replace("xmlns=", "xmlns:x=", 1)}))


def _without_references() -> bytes:
    rows = "".join(
        f'<row><c t="inlineStr"><is><t>{a}</t></is></c><c t="inlineStr"><is><t>{b}</t></is></c></row>'
        for a, b in (("tenantId", MFA), (A, "yes"), (B, "maybe"))
    )
    return archive(workbook({"Partners": wrapped(f"<sheetData>{rows}</sheetData>")}))


def _merged(area: str, rows: list[list[Cell]]) -> bytes:
    return archive(book(rows, after=f'<mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'))


CELLS = {
    "booleans.xlsx": Trap("true and false cells: Excel shows WAHR or VRAI, the file says 1", _many(True, False)),
    "numbers.xlsx": Trap("1 and 0 are words for true and false, other numbers are not", _many(1, 0, 1.0, 2, 0.5, -1)),
    "dates.xlsx": Trap("a date where a boolean belongs", _one(Raw('<c r="{at}" s="1"><v>46024</v></c>'))),
    "dates-1904.xlsx": Trap("dates counted from 1904: 1 is a day and not true", _date_1904()),
    "dates-iso.xlsx": Trap("a date as text of type d", _one(Raw('<c r="{at}" t="d"><v>2026-01-02T00:00:00</v></c>'))),
    "errors.xlsx": Trap("#N/A asks to inherit; every other error is a mistake, and none is blank", _many(*(error(e) for e in ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")))),
    "error-unknown.xlsx": Trap("an error that came with later versions of Excel: not taken for blank", _many(error("#SPILL!"))),
    "error-in-tenant.xlsx": Trap("a lookup that failed where the tenant belongs", _one(True, tenant=error("#N/A"))),
    "formulas.xlsx": Trap("formulas with the value that Excel calculated", _many(formula("1=1", "1", "b"), formula('"no"', "no", "str"), formula("NA()", "#N/A", "e"), formula("1/0", "#DIV/0!", "e"))),
    "formula-blank-text.xlsx": Trap('a formula that gave "": blank, as the person sees it', _one(Raw('<c r="{at}" t="str"><f>IF(1,"","")</f><v></v></c>'))),
    "formula-without-value.xlsx": Trap("a formula that no program has calculated yet", _many(formula("1=1"), True)),
    "formula-for-tenant.xlsx": Trap("the tenant comes from a formula that no program has calculated", _one(True, tenant=formula("Sheet2!A1"))),
    "formula-shared.xlsx": Trap("a formula written once for several cells", _many(Raw('<c r="{at}" t="b"><f t="shared" ref="B2:B3" si="0">1=1</f><v>1</v></c>'), Raw('<c r="{at}"><f t="shared" si="0"/></c>'))),
    "formula-array.xlsx": Trap("an array formula", _one(Raw('<c r="{at}" t="b"><f t="array" ref="B2">AND(TRUE)</f><v>1</v></c>'))),
    "rich-text.xlsx": Trap("letters of two colours are one word", _one(Raw('<c r="{at}" t="inlineStr"><is><r><t>ye</t></r><r><rPr><b/></rPr><t>s</t></r></is></c>'))),
    "rich-text-shared.xlsx": Trap("letters of two colours among the shared strings", _shared('<c r="{at}" t="s"><v>0</v></c>', strings=("<r><t>n</t></r><r><rPr><i/></rPr><t>o</t></r>",))),
    "phonetic.xlsx": Trap("a reading aid is no part of the text", _shared('<c r="{at}" t="s"><v>0</v></c>', strings=("<t>yes</t><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh>",))),
    "text-booleans.xlsx": Trap("words in cells formatted as text", _many("TRUE", "yes", "WAHR", "Ja", "1")),
    "leading-apostrophe.xlsx": Trap("an apostrophe that Excel hides is not in the text", _one(Raw('<c r="{at}" s="2" t="inlineStr"><is><t>yes</t></is></c>'))),
    "formula-starts.xlsx": Trap("text that begins as a formula does", _many("=TRUE()", "+1", "-1", "@now", "=cmd|' /C calc'!A0")),
    "guid-as-number.xlsx": Trap("an id of digits only that Excel made a number", _one(True, tenant=Raw('<c r="{at}"><v>9.0291270000000004E+31</v></c>'))),
    "guid-17-digits.xlsx": Trap("Excel keeps 15 digits of a number", _one(True, tenant=Raw('<c r="{at}"><v>12345678901234567</v></c>'))),
    "guid-boolean.xlsx": Trap("a true cell where the tenant belongs", _one(True, tenant=True)),
    "hyperlink.xlsx": Trap("a domain that Excel made a link", archive(book([_HEAD, ["contoso.com", True]], after='<hyperlinks><hyperlink ref="A2" location="Elsewhere!A1" display="fabrikam.com"/></hyperlinks>'))),
    "long-cell.xlsx": Trap("32,767 characters, the most that a cell holds", archive(book([[*_HEAD, "Note"], [A, True, "x" * 32_767]]))),
    "longer-cell.xlsx": Trap("32,768 characters: no program of ours wrote that", archive(book([[*_HEAD, "Note"], [A, True, "x" * 32_768]]))),
    "escaped-characters.xlsx": Trap("_x000D_ and _x001B_ are characters that XML cannot hold", archive(book([[*_HEAD, "Note"], [A, "_x001B_[2Jyes", "a_x000D_b"]]))),
    "emoji.xlsx": Trap("emoji beyond the first plane", archive(book([["tenantId", "Partner", MFA], [A, "Contoso 🚀", True]]))),
    "no-break-spaces.xlsx": Trap("white space that is not a space", _one("\u00a0yes\u2007", tenant=f"\u00a0{A}\u200b")),
    "multi-line-targets.xlsx": Trap("targets on lines of their own", archive(book([["tenantId", "B2B inbound users access", "B2B inbound users"], [A, "allowed", f"user:{USER}\ngroup:{B}\n"]]))),
}  # fmt: skip

_NOTES = sheet([["Read me first"]])
_LIST = sheet(_OK)

LAYOUT = {
    "hidden-rows.xlsx": Trap("rows that a filter hides are part of the sheet", archive(workbook({"Partners": sheet([_HEAD, [A, True], [B, False], [C, True]], after='<autoFilter ref="A1:B4"/>', hidden=[3, 4])}))),
    "hidden-columns.xlsx": Trap("a hidden column is sent all the same", archive(workbook({"Partners": sheet([[*_HEAD, SYNC], [A, True, False]], before='<cols><col min="3" max="3" hidden="1"/></cols>')}))),
    "hidden-columns-group.xlsx": Trap("columns folded away to nothing", archive(workbook({"Partners": sheet([[*_HEAD, SYNC], [A, True, False]], before='<cols><col min="2" max="3" width="0" customWidth="1" hidden="true" outlineLevel="1"/></cols>')}))),
    "merged-body.xlsx": Trap("one value over two partners: what the second asks for cannot be told", _merged("B2:B3", [_HEAD, [A, True], [B, None]])),
    "merged-tenants.xlsx": Trap("one tenant over two rows", _merged("A2:A3", [_HEAD, [A, True], [None, False]])),
    "merged-header.xlsx": Trap("one header over two columns", _merged("B1:C1", [["tenantId", MFA, None], [A, True, False]])),
    "merged-title.xlsx": Trap("a title over the whole list", _merged("A1:B1", [["Partners 2026"], _HEAD, [A, True]])),
    "merged-notes.xlsx": Trap("merged notes concern nobody", _merged("C2:C3", [[*_HEAD, "Note"], [A, True, "x"], [B, False]])),
    "title-above.xlsx": Trap("a title and a date above the header", archive(book([["Partner rollout"], ["as of", 46024], [], _HEAD, [A, True]]))),
    "two-header-rows.xlsx": Trap("groups above the header", archive(book([["", "Inbound trust"], _HEAD, [A, True]]))),
    "totals-row.xlsx": Trap("a row that counts", archive(book([_HEAD, [A, True], ["Total", formula("COUNTA(A2:A2)", "1")]]))),
    "header-only.xlsx": Trap("no row below the header", archive(book([_HEAD]))),
    "empty.xlsx": Trap("a worksheet without a cell", archive(book([]))),
    "only-blanks.xlsx": Trap("cells that hold white space", archive(book([[" ", "\u00a0"], ["\u200b"]]))),
    "booleans-in-header.xlsx": Trap("headers that are no text", archive(book([["tenantId", True, 5], [A, "x", "y"]]))),
    "notes-first.xlsx": Trap("notes on the first worksheet, the list on the second", archive(workbook({"Notes": _NOTES, "Partners": _LIST}))),
    "two-lists.xlsx": Trap("two worksheets that could be meant", archive(workbook({"Q3": _LIST, "Q4": _LIST}))),
    "hidden-sheet.xlsx": Trap("last year's list on a hidden worksheet", archive(workbook({"Old": sheet([_HEAD, [B, False]]), "Partners": _LIST}, states={"Old": ' state="hidden"'}))),
    "very-hidden-sheet.xlsx": Trap("a worksheet that only a macro can show", archive(workbook({"Old": sheet([_HEAD, [B, False]]), "Partners": _LIST}, states={"Old": ' state="veryHidden"'}))),
    "only-a-very-hidden-list.xlsx": Trap("the only list is where nobody sees it", archive(workbook({"Notes": _NOTES, "Partners": _LIST}, states={"Partners": ' state="veryHidden"'}))),
    "all-hidden.xlsx": Trap("no worksheet can be seen", archive(workbook({"Partners": _LIST}, states={"Partners": ' state="hidden"'}))),
    "sheet-name.xlsx": Trap("a name that is a path, markup and a terminal's order", archive(workbook({"../<b>&\x85'Ä": _LIST}))),
    "two-sheets-of-one-name.xlsx": Trap("two worksheets of one name", archive(edited(workbook({"Partners": _LIST, "Other": sheet([_HEAD, [A, False]])}), "xl/workbook.xml", 'name="Other"', 'name="Partners"'))),
    "prefixed.xlsx": Trap("as the Open XML SDK writes it: <x:row>", _prefixed()),
    "without-references.xlsx": Trap("cells that do not say where they stand", _without_references()),
    "macros.xlsm": Trap("a workbook with macros: they are not run", _macros()),
    "strict.xlsx": Trap("the strict format: other namespaces", archive({name: text if isinstance(text, bytes) else text.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships") for name, text in book(_OK).items()})),
}  # fmt: skip

TRAPS = {**CELLS, **LAYOUT}

"""Workbooks that no program writes: XML that attacks, addresses that lie, zips that are not what they seem."""

from __future__ import annotations

from tests.sheets.making.trap import MFA, SYNC, A, B, Trap
from tests.sheets.making.xlsx import (
    SHEET_1,
    Cell,
    Parts,
    Raw,
    archive,
    book,
    edited,
    shared_strings,
    sheet,
    workbook,
    wrapped,
)

_OK: list[list[Cell]] = [["tenantId", MFA], [A, True]]
_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "yes">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
_OUTSIDE = '<!DOCTYPE x [<!ENTITY a9 SYSTEM "file:///etc/hostname">]>'
_QUADRATIC = f'<!DOCTYPE x [<!ENTITY a9 "{"x" * 5000}">]>'
_END = "?>\n"


def _doctype(parts: Parts, name: str, declared: str) -> bytes:
    return archive(edited(parts, name, _END, _END + declared))


def _entity(declared: str) -> bytes:
    """The declaration, and a cell that uses it."""
    parts = edited(book([["tenantId", MFA], [A, "ENTITY"]]), SHEET_1, "ENTITY", "&a9;" * 50)
    return _doctype(parts, SHEET_1, declared)


def _strings() -> Parts:
    cell = Raw('<c r="{at}" t="s"><v>0</v></c>')
    return shared_strings(book([["tenantId", MFA], [A, cell]]), "<t>yes</t>")


def _cells(*cells: str) -> bytes:
    """A sound first row and then these cells, each with its own row."""
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>tenantId</t></is></c><c r="B1" t="inlineStr"><is><t>Trust MFA</t></is></c></row>'
    return archive(workbook({"Partners": wrapped(f"<sheetData>{head}{''.join(cells)}</sheetData>")}))


def _text(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


_ROW_2 = f'<row r="2">{_text("A2", A)}{_text("B2", "yes")}</row>'

_MERGES = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 1000 + "</mergeCells>"

XML = {
    "entities-in-sheet.xlsx": Trap("a billion laughs in a worksheet", _entity(_LAUGHS)),
    "entities-outside.xlsx": Trap("an entity that reads a file of the machine", _entity(_OUTSIDE)),
    "entities-quadratic.xlsx": Trap("one long entity, used often", _entity(_QUADRATIC)),
    "entities-in-strings.xlsx": Trap("a billion laughs among the shared strings", _doctype(_strings(), "xl/sharedStrings.xml", _LAUGHS)),
    "entities-in-workbook.xlsx": Trap("a billion laughs in workbook.xml", _doctype(book(_OK), "xl/workbook.xml", _LAUGHS)),
    "entities-in-links.xlsx": Trap("a billion laughs in the relationships", _doctype(book(_OK), "xl/_rels/workbook.xml.rels", _LAUGHS)),
    "entities-in-styles.xlsx": Trap("a billion laughs in the styles", _doctype(book(_OK), "xl/styles.xml", _LAUGHS)),
    "entities-after-a-comment.xlsx": Trap("the declaration stands behind a long comment", _entity(f"<!--{' ' * 70_000}-->{_LAUGHS}")),
    "entities-undeclared.xlsx": Trap("an entity that nobody declared", archive(edited(book([["tenantId", MFA], [A, "ENTITY"]]), SHEET_1, "ENTITY", "&unknown;"))),
    "utf16-xml.xlsx": Trap("a worksheet in UTF-16, where a search for bytes finds nothing", archive({**book(_OK), SHEET_1: sheet(_OK).replace("UTF-8", "UTF-16").encode("utf-16")})),
    "xml-cut-off.xlsx": Trap("a worksheet that ends in the middle", archive({**book(_OK), SHEET_1: sheet(_OK)[:-60]})),
    "xml-too-deep.xlsx": Trap("elements that begin and never end; none of them is a cell", archive(edited(book(_OK), SHEET_1, "<sheetData>", "<x>" * 20_000 + "<sheetData>"))),
    "xml-attribute-twice.xlsx": Trap("a cell with two references: one program takes the first, another the last", archive(edited(book(_OK), SHEET_1, '<c r="B2"', '<c r="B2" r="XFD1048576"'))),
    "xml-nul.xlsx": Trap("a NUL in the XML", archive(edited(book([["tenantId", MFA], [A, "NUL"]]), SHEET_1, "NUL", "ye\0s"))),
}  # fmt: skip

PLACES = {
    "dimension-lies.xlsx": Trap("the sheet claims to be as large as can be, with two rows in it", archive(edited(book(_OK), SHEET_1, "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'))),
    "dimension-too-small.xlsx": Trap("the sheet claims to be one cell", archive(edited(book(_OK), SHEET_1, "<sheetData>", '<dimension ref="A1"/><sheetData>'))),
    "far-cell.xlsx": Trap("a cell in the last corner", _cells(_ROW_2, f'<row r="1048576">{_text("XFD1048576", "x")}</row>')),
    "far-cell-in-row-2.xlsx": Trap("a cell that says it is in the last corner, in row 2", _cells(f'<row r="2">{_text("A2", A)}{_text("B2", "yes")}{_text("XFD1048576", "x")}</row>')),
    "far-cell-lower-case.xlsx": Trap("the same in small letters", _cells(_ROW_2, f'<row r="1048576">{_text("xfd1048576", "x")}</row>')),
    "far-row-quoted.xlsx": Trap("the row's number stands behind a > in a quoted attribute", _cells(_ROW_2, f'<row a=">" r="1048576"><c><v>1</v></c>{_text("XFD1048576", "x")}</row>')),
    "far-cells-without-rows.xlsx": Trap("rows without numbers, the last of them wide", _cells(_ROW_2, "<row><c><v>1</v></c></row>" * 2000, '<row><c r="XFD2003"><v>1</v></c></row>')),
    "absurd-reference.xlsx": Trap("a column and a row that no program has", _cells(_ROW_2, f'<row r="3">{_text("ZZZZ99999999", "x")}</row>')),
    "absurd-row.xlsx": Trap("a row number of 5,000 digits", _cells(_ROW_2, f'<row r="{"9" * 5000}">{_text("A3", "x")}</row>')),
    "no-reference.xlsx": Trap("a cell whose reference is no reference", _cells(_ROW_2, f'<row r="3">{_text("3A", B)}</row>')),
    "cells-out-of-order.xlsx": Trap("cells of a row from right to left", _cells(f'<row r="2">{_text("B2", "yes")}{_text("A2", A)}</row>')),
    "rows-out-of-order.xlsx": Trap("rows from bottom to top", _cells(f'<row r="3">{_text("A3", B)}{_text("B3", "no")}</row>', _ROW_2)),
    "cell-twice.xlsx": Trap("one cell with two values: what a program shows is chance", _cells(f'<row r="2">{_text("A2", A)}{_text("B2", "no")}{_text("B2", "yes")}</row>')),
    "row-twice.xlsx": Trap("one row with two contents", _cells(f'<row r="2">{_text("A2", A)}{_text("B2", "no")}</row>', f'<row r="2">{_text("A2", A)}{_text("B2", "yes")}</row>')),
    "cell-in-another-row.xlsx": Trap("a cell of row 3 that stands in row 2", _cells(f'<row r="2">{_text("A2", A)}{_text("B3", "yes")}</row>', f'<row r="3">{_text("A3", B)}</row>')),
    "error-in-another-row.xlsx": Trap("an error cell of row 3 that stands in row 2", _cells(f'<row r="2">{_text("A2", A)}{_text("B2", "no")}<c r="B3" t="e"><v>#N/A</v></c></row>', f'<row r="3">{_text("A3", B)}</row>')),
    "string-out-of-range.xlsx": Trap("a shared string that is not there", archive(shared_strings(book([["tenantId", MFA], [A, Raw('<c r="{at}" t="s"><v>7</v></c>')]]), "<t>yes</t>"))),
    "strings-missing.xlsx": Trap("shared strings without the part that holds them", archive(book([["tenantId", MFA], [A, Raw('<c r="{at}" t="s"><v>0</v></c>')]]))),
    "unknown-type.xlsx": Trap("a cell of a type that nobody knows", archive(book([["tenantId", MFA], [A, Raw('<c r="{at}" t="zz"><v>1</v></c>')]]))),
    "merges-without-end.xlsx": Trap("merged ranges that overlap a thousandfold", archive(book([["tenantId", MFA, SYNC], [A, True, None]], after=_MERGES))),
}  # fmt: skip

_GOOD = archive(book(_OK))


def _claiming(content: bytes, size: int) -> bytes:
    """The same zip, whose directory gives another size for the worksheet."""
    made, at = bytearray(content), content.rindex(SHEET_1.encode()) - 46
    made[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(made)


def _encrypted_flag(content: bytes) -> bytes:
    made, at = bytearray(content), content.rindex(SHEET_1.encode()) - 46
    made[at + 8] |= 1
    return bytes(made)


ZIPS = {
    "zip-outside-names.xlsx": Trap("parts named to be written outside; nothing is ever unpacked to disk", archive({**book(_OK), "../../evil.txt": "x", "/etc/evil": "x", "C:\\evil.txt": "x"})),
    "zip-sheet-elsewhere.xlsx": Trap("the worksheet lies outside the usual folder", archive({"xl/odd/list.bin" if name == SHEET_1 else name: text for name, text in edited(book(_OK), "xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "odd/list.bin").items()})),
    "zip-far-cell-elsewhere.xlsx": Trap("the same, with a cell in the last corner", archive({"xl/odd/list.bin" if name == SHEET_1 else name: text for name, text in {**edited(book(_OK), "xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "odd/list.bin"), SHEET_1: wrapped(f'<sheetData>{_ROW_2}<row r="1048576">{_text("XFD1048576", "x")}</row></sheetData>')}.items()})),
    "zip-truncated.xlsx": Trap("the download broke off", _GOOD[:-200]),
    "zip-trailing-garbage.xlsx": Trap("bytes behind the end of the zip", _GOOD + b"\0" * 100 + b"more"),
    "zip-leading-garbage.xlsx": Trap("bytes before the zip", b"MZ\x90 not a zip at its start" + _GOOD),
    "zip-size-too-small.xlsx": Trap("the directory claims fewer bytes than there are", _claiming(_GOOD, 10)),
    "zip-size-too-large.xlsx": Trap("the directory claims four gigabytes", _claiming(_GOOD, 0xFFFFFFF0)),
    "zip-member-encrypted.xlsx": Trap("a part that is encrypted by the zip itself", _encrypted_flag(_GOOD)),
    "zip-flipped-bit.xlsx": Trap("one bit of the worksheet is wrong", _GOOD.replace(A.encode(), A.replace("9", "8", 1).encode())),
    "zip-part-twice.xlsx": Trap("two worksheets under one name in the zip: one program shows the first, another the last", b""),
    "zip-no-workbook.xlsx": Trap("a zip of something else", archive({"readme.txt": "hello"})),
    "zip-missing-sheet.xlsx": Trap("the workbook names a worksheet that is not there", archive({n: t for n, t in book(_OK).items() if n != SHEET_1})),
}  # fmt: skip


def _twice() -> bytes:
    other = sheet([["tenantId", MFA], [A, False]])
    content = archive({**book(_OK), "xl/worksheets/sheet9.xml": other})
    return content.replace(b"xl/worksheets/sheet9.xml", SHEET_1.encode())


ZIPS["zip-part-twice.xlsx"] = Trap(ZIPS["zip-part-twice.xlsx"].why, _twice())

TRAPS = {**XML, **PLACES, **ZIPS}

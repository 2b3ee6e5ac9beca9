"""Other formats under their own and under other names."""

from __future__ import annotations

import struct

from tests.sheets.making.ole import biff8, container
from tests.sheets.making.trap import MFA, A, B, Trap, lines
from tests.sheets.making.xlsx import DECLARATION, LINKS, Cell, archive, book

_ROWS: list[list[Cell]] = [["tenantId", MFA], [A, True]]
_XLSX = archive(book(_ROWS))
_CSV = lines(f"tenantId,{MFA}", f"{A},yes").encode()
_XLS = container({"Workbook": biff8([["tenantId", MFA], [A, True], [B, False]])})
_OLD_FAR = container({"Workbook": biff8([["tenantId", MFA], [A, True]], far=True)})
_LOCKED = container({"EncryptionInfo": b"\x04\0\x04\0" + bytes(60), "EncryptedPackage": bytes(5000)})
_HTML = f"<html><body><table><tr><td>tenantId</td><td>{MFA}</td></tr><tr><td>{A}</td><td>yes</td></tr></table></body></html>".encode()
_PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"
_WORD = archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document xmlns:w='w'/>"})
_DOC = container({"WordDocument": bytes(5000)})


def _circular(content: bytes) -> bytes:
    """The same file, the last sector of whose stream leads back to its first."""
    made, at = bytearray(content), 512 + 4 * (2 + 7)
    assert made[at : at + 4] == b"\xfe\xff\xff\xff"
    made[at : at + 4] = (2).to_bytes(4, "little")
    return bytes(made)


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def _ods(*rows: str, repeated: int = 1) -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = " ".join(f'xmlns:{name}="{_OFFICE}:{name}:1.0"' for name in ("office", "text", "table"))
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    again = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    table = "".join(f"<table:table-row{again if n else ''}>{row}</table:table-row>" for n, row in enumerate(rows))
    content = f'<office:document-content {spaces} {calc}><office:body><office:spreadsheet><table:table table:name="Partners">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = f'<m:manifest xmlns:m="{_OFFICE}:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>'
    return archive(
        {"mimetype": kind, "content.xml": DECLARATION + content, "META-INF/manifest.xml": DECLARATION + manifest}
    )


def _ods_cell(text: str, more: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


_ODS_HEAD = _ods_cell("tenantId") + _ods_cell(MFA)
_ODS_TRUE = _ods_cell("WAHR", 'office:value-type="boolean" office:boolean-value="true"')
_ERROR = 'calcext:value-type="error"'


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return (
        head
        + bytes([len(content) & 0x7F | (0x80 if len(content) > 0x7F else 0)])
        + (bytes([len(content) >> 7]) if len(content) > 0x7F else b"")
        + content
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb(*, far: bool = False) -> bytes:
    """A binary workbook: two rows of two cells, and perhaps one in the last corner."""
    rows: list[list[str | bool]] = [["tenantId", MFA], [A, True]]
    body = b""
    for number, row in enumerate(rows):
        body += _record(0, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(row):
            place = struct.pack("<II", column, 0)
            body += _record(4, place + bytes([value])) if isinstance(value, bool) else _record(6, place + _wide(value))
    if far:
        body += _record(0, struct.pack("<IIHBBBI", 1_048_575, 0, 300, 0, 0, 0, 0))
        body += _record(4, struct.pack("<IIB", 16_383, 0, 1))
    size = _record(148, struct.pack("<IIII", 0, 1, 0, 1))
    sheet = _record(129, b"") + size + _record(145, b"") + body + _record(146, b"") + _record(130, b"")
    listed = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Partners"))
    listing = _record(131, b"") + _record(143, b"") + listed + _record(144, b"") + _record(132, b"")
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = f'{DECLARATION}<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    return archive({"xl/workbook.bin": listing, "xl/_rels/workbook.bin.rels": links, "xl/worksheets/sheet1.bin": sheet})


TRAPS = {
    "old.xls": Trap("a workbook of before 2007", _XLS),
    "old-far-cell.xls": Trap("a workbook of before 2007 with a cell beyond the last corner", _OLD_FAR),
    "old-small-stream.xls": Trap("the same, in a file that calls its stream small", _OLD_FAR[:56] + b"\x8e" + _OLD_FAR[57:]),
    "old-chain-without-end.xls": Trap("a compound file whose sectors follow each other in a circle", _circular(_XLS)),
    "binary.xlsb": Trap("a binary workbook", _xlsb()),
    "binary-far-cell.xlsb": Trap("a binary workbook with a cell in the last corner", _xlsb(far=True)),
    "open.ods": Trap("LibreOffice's own format, its booleans shown as WAHR", _ods(_ODS_HEAD, _ods_cell(A) + _ODS_TRUE)),
    "open-errors.ods": Trap("errors and formulas without a value in LibreOffice's own format", _ods(
        _ODS_HEAD,
        _ods_cell(A) + _ods_cell("#N/A", f'table:formula="of:=NA()" office:value-type="string" office:string-value="" {_ERROR}'),
        _ods_cell(B) + _ods_cell("#REF!", f'table:formula="of:=#REF!" office:value-type="float" office:value="0" {_ERROR}'),
        _ods_cell(A) + '<table:table-cell table:formula="of:=1=1"/>',
    )),
    "open-entities.ods": Trap("a billion laughs in LibreOffice's own format", archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": f'{DECLARATION}<!DOCTYPE x [<!ENTITY a "{"ha" * 100}">]><x>&a;</x>'})),
    "open-repeats.ods": Trap("a cell repeated a billion times", _ods(_ODS_HEAD, _ods_cell(A) + _ods_cell("yes", 'office:value-type="string" table:number-columns-repeated="1000000000"'))),
    "open-repeated-rows.ods": Trap("a row repeated a billion times", _ods(_ODS_HEAD, _ods_cell(A) + _ods_cell("yes"), repeated=999_999_999)),
    "password.xlsx": Trap("a workbook that asks for a password", _LOCKED),
    "password.csv": Trap("the same, named .csv", _LOCKED),
    "workbook-named.csv": Trap("an .xlsx named .csv", _XLSX),
    "old-workbook-named.csv": Trap("an .xls named .csv", _XLS),
    "old-workbook-named.xlsx": Trap("an .xls named .xlsx: read by what it is", _XLS),
    "text-named.xlsx": Trap("a CSV named .xlsx", _CSV),
    "utf16-text-named.xls": Trap("Unicode text named .xls, as many a server sends it", b"\xff\xfe" + _CSV.decode().replace(",", "\t").encode("utf-16-le")),
    "web-page-named.xls": Trap("an HTML table named .xls, as many a server sends it", _HTML),
    "web-page-named.csv": Trap("an error page saved as the list", _HTML),
    "json-named.csv": Trap("Graph's own answer saved as the list", b'{"value": [{"tenantId": "x", "inboundTrust": null}]}\n'),
    "pdf-named.xlsx": Trap("a printed list named .xlsx", _PDF),
    "pdf-named.csv": Trap("a printed list named .csv", _PDF),
    "jpeg-named.xlsx": Trap("a photograph named .xlsx", _JPEG),
    "jpeg-named.csv": Trap("a photograph named .csv", _JPEG),
    "word-named.xlsx": Trap("a Word document named .xlsx", _WORD),
    "word-named.csv": Trap("a Word document named .csv", _WORD),
    "old-word-named.xls": Trap("an old Word document named .xls", _DOC),
    "sheet.docx": Trap("an ending that no sheet has", _WORD),
    "no-ending": Trap("no ending", _CSV),
}  # fmt: skip

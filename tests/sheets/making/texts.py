"""Text files: encodings, delimiters, line ends, quotation marks."""

from __future__ import annotations

import codecs

from tests.sheets.making.trap import MFA, A, B, C, Trap, lines

_PLAIN = lines(f"tenantId,Partner,{MFA}", f"{A},Müller & Søn,yes", f"{B},Éclair,no")

ENCODINGS = {
    "utf8-bom.csv": Trap("Excel's CSV UTF-8: a byte order mark before the first header", _PLAIN.encode("utf-8-sig")),
    "utf8-two-boms.csv": Trap(
        "two files joined, each with its byte order mark", codecs.BOM_UTF8 + _PLAIN.encode("utf-8-sig")
    ),
    "utf16-le-bom.csv": Trap(
        "Excel's Unicode text, little-endian", codecs.BOM_UTF16_LE + _PLAIN.replace(",", "\t").encode("utf-16-le")
    ),
    "utf16-be-bom.csv": Trap("big-endian, with its mark", codecs.BOM_UTF16_BE + _PLAIN.encode("utf-16-be")),
    "utf16-le-no-bom.csv": Trap("UTF-16 that does not say so", _PLAIN.encode("utf-16-le")),
    "utf16-odd-byte.csv": Trap("UTF-16 that ends in the middle of a character", (codecs.BOM_UTF16_LE + _PLAIN.encode("utf-16-le"))[:-1]),
    "utf32-bom.csv": Trap("UTF-32, whose mark begins as that of UTF-16 does", codecs.BOM_UTF32_LE + _PLAIN.encode("utf-32-le")),
    "cp1252-names.csv": Trap("Excel's plain CSV in western Europe", _PLAIN.encode("cp1252")),
    "utf8-cut-in-a-character.csv": Trap("a copy that ended within a letter", _PLAIN.encode() + f"{C},Ü".encode()[:-1]),
    "mac-line-ends.csv": Trap("lines end with a carriage return alone", _PLAIN.replace("\n", "\r").encode()),
    "mixed-line-ends.csv": Trap("lists of two systems in one file", f"tenantId,{MFA}\r\n{A},yes\n{B},no\r{C},yes\r\n".encode()),
    "no-line-end.csv": Trap("the last line has no end", _PLAIN.rstrip("\n").encode()),
    "line-separators.csv": Trap(
        "U+2028, U+0085 and a form feed are line ends to some programs and text to CSV",
        lines(f"tenantId,Partner,{MFA}", f"{A},one\u2028two\u0085three\x0cfour,yes").encode(),
    ),
    "nul-bytes.csv": Trap("a NUL between the rows", f"tenantId,{MFA}\n{A},yes\0\n".encode()),
    "nul-far-down.csv": Trap("a NUL after the part that is looked at first", (f"tenantId,Note\n{A},x\n" + ",note\n" * 1500 + "\0").encode()),
}  # fmt: skip

DELIMITERS = {
    "semicolons.csv": Trap("Excel in most of Europe", lines(f"tenantId;{MFA}", f"{A};yes", f"{B};no").encode()),
    "semicolons-and-target-list.csv": Trap(
        "the delimiter is also what separates targets, in quotes",
        lines(
            "tenantId;B2B inbound users access;B2B inbound users;B2B inbound apps access;B2B inbound apps",
            f'{A};allowed;"user:{A}; group:{B}";allowed;AllApplications',
        ).encode(),
    ),
    "tabs.tsv": Trap("pasted from a spreadsheet", lines(f"tenantId\t{MFA}", f"{A}\tyes").encode()),
    "pipes.csv": Trap("a database's export", lines(f"tenantId|{MFA}", f"{A}|yes").encode()),
    "sep-line.csv": Trap("Excel's own first line", lines("sep=;", f"tenantId;{MFA}", f"{A};yes").encode()),
    "sep-line-that-lies.csv": Trap("it says semicolon, the rows have commas", lines("sep=;", f"tenantId,{MFA}", f"{A},yes").encode()),
    "comma-in-header.csv": Trap("a semicolon file with a comma in a note's header", lines(f'tenantId;"owner, deputy";{MFA}', f"{A};x, y;yes").encode()),
    "trailing-separators.csv": Trap("columns that once had text", lines(f"tenantId,{MFA},,", f"{A},yes,,", f"{B},no,,,").encode()),
    "surplus-cell.csv": Trap("a comma too many: pandas would shift every column by one", lines(f"tenantId,{MFA}", f"{A},yes,no", f"{B},no").encode()),
    "surplus-cell-in-every-row.csv": Trap("every row has one cell more than the header", lines(f"tenantId,{MFA}", f"x,{A},yes", f"y,{B},no").encode()),
    "short-rows.csv": Trap("a row that ends early leaves the rest blank", lines(f"tenantId,{MFA},User sync", f"{A}", f"{B},yes").encode()),
    "one-column.csv": Trap("nothing to split", lines("tenantId", A, B).encode()),
    "decimal-commas.csv": Trap("unquoted decimal commas shift cells", lines(f"tenantId,budget,{MFA}", f"{A},1,5,yes").encode()),
}  # fmt: skip

QUOTES = {
    "multi-line-cell.csv": Trap("a quoted cell of several lines", lines(f"tenantId,Note,{MFA}", f'{A},"one\ntwo\n""three""",yes', f"{B},x,no").encode()),
    "unclosed-quote.csv": Trap("everything below would be one cell", lines(f"tenantId,Partner,{MFA}", f'{A},"Contoso,yes', f"{B},Fabrikam,no").encode()),
    "two-stray-quotes.csv": Trap("together they are one sound cell that swallows a tenant", lines(f"tenantId,Partner,{MFA}", f'{A},"Contoso,yes', f'{B},Fabrikam",no').encode()),
    "text-after-quote.csv": Trap("a quotation mark inside a quoted cell, not doubled", lines(f"tenantId,Partner,{MFA}", f'{A},"Con"toso",yes').encode()),
    "quote-inside-cell.csv": Trap("inches: a mark within a plain cell is text", lines(f"tenantId,Partner,{MFA}", f'{A},19" racks,yes').encode()),
    "single-quotes.csv": Trap("apostrophes are no CSV quotation marks", lines(f"tenantId,Partner,{MFA}", f"'{A}','Contoso','yes'").encode()),
    "field-of-200000.csv": Trap("one cell longer than any spreadsheet holds", lines(f"tenantId,Note,{MFA}", f"{A},{'x' * 200_000},yes").encode()),
    "field-of-32767.csv": Trap("the longest cell that Excel holds", lines(f"tenantId,Note,{MFA}", f"{A},{'x' * 32_767},yes").encode()),
}  # fmt: skip

TRAPS = {**ENCODINGS, **DELIMITERS, **QUOTES}

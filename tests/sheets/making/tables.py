"""Text files: what stands above, beside and below the list, and how its columns are headed."""

from __future__ import annotations

from tests.sheets.making.trap import MFA, SYNC, A, B, Trap, lines

_PATH = "inboundTrust.isMfaAccepted"


def _headed(header: str, *cells: str) -> bytes:
    return lines(header, ",".join((A, *cells))).encode()


HEADERS = {
    "header-same-twice.csv": Trap("one header on two columns", _headed(f"tenantId,{MFA},{MFA}", "yes", "no")),
    "header-twice-by-case.csv": Trap("one header in two spellings", _headed(f"tenantId,{MFA},trust  mfa", "yes", "no")),
    "header-twice-by-no-break-space.csv": Trap("a no-break space is a space", _headed(f"tenantId,{MFA},Trust\u00a0MFA", "yes", "no")),
    "header-alias-and-path.csv": Trap("an alias and the path it stands for", _headed(f"tenantId,{MFA},{_PATH}", "yes", "no")),
    "header-object-and-member.csv": Trap("JSON for the whole and a column for a part", lines("tenantId\tinboundTrust\tTrust MFA", f'{A}\t{{"isMfaAccepted": false}}\tyes').encode()),
    "header-two-tenants.csv": Trap("two columns of tenant ids", lines(f"tenantId,Partner tenant ID,{MFA}", f"{A},{B},yes").encode()),
    "header-homoglyph.csv": Trap("a Cyrillic A in a setting's header would make it a note", _headed("tenantId,Trust MFА", "yes")),
    "header-homoglyph-tenant.csv": Trap("a Cyrillic a in tenantId", lines(f"tenаntId,{MFA}", f"{A},yes").encode()),
    "header-misspelt.csv": Trap("a setting misspelt", _headed("tenantId,Trust MFAA", "yes")),
    "header-full-width.csv": Trap("letters of another width", _headed("tenantId,Ｔｒｕｓｔ ＭＦＡ", "yes")),
    "header-zero-width.csv": Trap("a zero-width space within a header", _headed("tenantId,Trust\u200b MFA", "yes")),
    "header-bidi.csv": Trap("an override in a header", _headed("tenantId,\u202eAFM tsurT\u202c", "yes")),
    "header-upper-case.csv": Trap("headers in any case", lines(f"TENANTID,{_PATH.upper()}", f"{A},yes").encode()),
    "header-read-only.csv": Trap("a property that Graph does not take", _headed(f"tenantId,isServiceProvider,{MFA}", "yes", "yes")),
    "header-homoglyphs.csv": Trap("most letters are Cyrillic, beside a setting that is none", _headed(f"tenantId,{SYNC},Тruѕt МFА", "no", "no")),
    "header-full-width-beside.csv": Trap("letters of another width, beside a setting that is none", _headed(f"tenantId,{SYNC},Ｔｒｕｓｔ ＭＦＡ", "no", "no")),
    "header-bidi-beside.csv": Trap("an override in a header, beside a setting that has none", _headed(f"tenantId,{SYNC},\u202eAFM tsurT\u202c", "no", "no")),
    "header-escape.csv": Trap("an escape sequence in a header", _headed(f"tenantId,\x1b[31mnote,{MFA}", "x", "yes")),
    "header-notes.csv": Trap("columns of one's own", _headed(f"tenantId,Owner,Ticket,{MFA}", "me", "T-1", "yes")),
    "header-no-tenant.csv": Trap("no column of tenants", lines(f"Partner,{MFA}", "Contoso,yes").encode()),
    "header-no-setting.csv": Trap("no column sets anything", lines("tenantId,Owner", f"{A},me").encode()),
    "header-beta-only.csv": Trap("a setting that v1.0 does not have", _headed("tenantId,groupSyncInbound.isSyncAllowed", "yes")),
    "header-missing.csv": Trap("a column with text and no header", _headed(f"tenantId,,{MFA}", "x", "yes")),
    "header-quoted-lines.csv": Trap("a header on two lines", lines('tenantId,"Trust\nMFA"', f"{A},yes").encode()),
    "header-16385.csv": Trap("a column more than Excel has", (",".join(["tenantId", MFA, *(f"n{i}" for i in range(16_383))]) + f"\n{A},yes\n").encode()),
}  # fmt: skip

AROUND = {
    "title-above.csv": Trap("a title above the header", lines("Partner rollout 2026,", "", f"tenantId,{MFA}", f"{A},yes").encode()),
    "two-header-rows.csv": Trap("groups above the header", lines(",Inbound trust,Inbound trust", "tenantId,Trust MFA,Trust compliant devices", f"{A},yes,no").encode()),
    "header-repeated.csv": Trap("two lists pasted together", lines(f"tenantId,{MFA}", f"{A},yes", f"tenantId,{MFA}", f"{B},no").encode()),
    "units-row.csv": Trap("a row of explanations under the header", lines(f"tenantId,{MFA}", "GUID,yes/no", f"{A},yes").encode()),
    "totals-row.csv": Trap("a row that counts", lines(f"tenantId,{MFA}", f"{A},yes", "Total,1").encode()),
    "blank-lines.csv": Trap("blank lines keep their numbers", lines("", f"tenantId,{MFA}", "", f"{A},yes", ",", f"{B},maybe").encode()),
    "leading-blank-column.csv": Trap("the list begins in column B", lines(f",tenantId,{MFA}", f",{A},yes", f",{B},maybe").encode()),
    "comment-lines.csv": Trap("lines that begin with #", lines(f"tenantId,{MFA}", "# new ones,", f"{A},yes").encode()),
    "header-only.csv": Trap("no row below the header", lines(f"tenantId,{MFA}").encode()),
    "only-blanks.csv": Trap("spaces and delimiters only", " ,\u00a0,\n,,\n\u200b\n".encode()),
    "empty.csv": Trap("no byte at all", b""),
    "only-bom.csv": Trap("a byte order mark and nothing else", b"\xef\xbb\xbf"),
    "only-sep-line.csv": Trap("Excel's own first line and nothing else", b"sep=;\n"),
    "no-header.csv": Trap("rows and no header", lines(f"{A},yes", f"{B},no").encode()),
    "transposed.csv": Trap("settings below each other, tenants side by side", lines(f"tenantId,{A},{B}", f"{MFA},yes,no").encode()),
    "sync-alone.csv": Trap("synchronization without what it needs", lines(f"tenantId,{SYNC}", f"{A},yes").encode()),
    "sync-inherit.csv": Trap("synchronization has nothing to inherit", lines(f"tenantId,{SYNC}", f"{A},inherit").encode()),
}  # fmt: skip

TRAPS = {**HEADERS, **AROUND}

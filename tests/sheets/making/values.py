"""Cells of text files: words, numbers and ids that are nearly what is meant."""

from __future__ import annotations

from collections.abc import Sequence

from tests.sheets.making.trap import MFA, SYNC, USER, A, B, C, Trap, lines


def _tenant(written: str) -> bytes:
    return lines(f"tenantId,{MFA}", f"{written},yes").encode()


def _words(*words: str) -> bytes:
    """Each word as a boolean, for a partner of its own."""
    return lines(f"tenantId,{MFA}", *(f"{_partner(n)},{word}" for n, word in enumerate(words, 1))).encode()


def _partner(number: int) -> str:
    return f"{A[:-4]}{number:04x}"


def _table(header: Sequence[str], *rows: Sequence[str]) -> bytes:
    return lines(*("\t".join(row) for row in (header, *rows))).encode()


_FULL_WIDTH = A.translate({ord("0") + n: ord("０") + n for n in range(10)})

TENANTS = {
    "guid-upper-case.csv": Trap("as PowerShell writes it", _tenant(A.upper())),
    "guid-braces.csv": Trap("as the registry writes it", _tenant(f"{{{A}}}")),
    "guid-parentheses.csv": Trap("as .NET writes it with P", _tenant(f"({A})")),
    "guid-no-hyphens.csv": Trap("as .NET writes it with N", _tenant(A.replace("-", ""))),
    "guid-urn.csv": Trap("as RFC 9562 writes it", _tenant(f"urn:uuid:{A}")),
    "guid-smart-quotes.csv": Trap("pasted from a letter", _tenant(f"“{A}”")),
    "guid-apostrophe.csv": Trap("the apostrophe that keeps Excel from thinking", _tenant(f"'{A}")),
    "guid-no-break-spaces.csv": Trap("pasted from a web page", _tenant(f"\u00a0{A}\u202f")),
    "guid-zero-width.csv": Trap("pasted from a chat", _tenant(f"\u200b{A[:8]}\u200d{A[8:]}\ufeff")),
    "guid-bidi.csv": Trap("an override turns what is shown around", _tenant(f"\u202e{A}\u202c")),
    "guid-full-width.csv": Trap("digits of a Japanese keyboard", _tenant(_FULL_WIDTH)),
    "guid-en-dashes.csv": Trap("a word processor's dashes", _tenant(A.replace("-", "–"))),
    "guid-homoglyph.csv": Trap("a Cyrillic e among the digits", _tenant(A.replace("e", "е", 1))),
    "guid-truncated.csv": Trap("a digit is missing", _tenant(A[:-1])),
    "guid-too-long.csv": Trap("a digit too many", _tenant(f"{A}0")),
    "guid-zeros.csv": Trap("the empty GUID", _tenant("00000000-0000-0000-0000-000000000000")),
    "guid-two-in-one-cell.csv": Trap("two tenants in one cell", _tenant(f'"{A}; {B}"')),
    "guid-as-number.csv": Trap("an id of digits only, after Excel had it", _tenant("9.02912E+31")),
    "guid-17-digits.csv": Trap("Excel keeps 15 digits of a number", _tenant("12345678901234567")),
    "guid-blank.csv": Trap("settings without a tenant", lines(f"tenantId,{MFA}", ",yes", f"{B},yes").encode()),
    "guid-consumer.csv": Trap("the tenant of personal accounts", _tenant("9188040d-6c67-4c5b-b112-36a304b66dad")),
    "domain.csv": Trap("a domain instead of an id", _tenant("Contoso.COM.")),
    "domain-unicode.csv": Trap("a domain with an umlaut", _tenant("müller.de")),
    "domain-homoglyph.csv": Trap("a Cyrillic o: another domain than it seems", _tenant("contоso.com")),
    "mail-address.csv": Trap("an address instead of a domain", _tenant("admin@contoso.com")),
    "link-instead-of-domain.csv": Trap("a link instead of a domain", _tenant("https://contoso.com/")),
    "tenant-twice-same.csv": Trap("a tenant on two rows that agree", lines(f"tenantId,{MFA},{SYNC}", f"{A},yes,", f"{A.upper()},true,no").encode()),
    "tenant-twice-contradicts.csv": Trap("a tenant on two rows that do not agree", lines(f"tenantId,{MFA}", f"{A},yes", f"{A},no", f"{B},yes").encode()),
    "tenant-twice-one-inherits.csv": Trap("inherit against a value", lines(f"tenantId,{MFA}", f"{A},yes", f"{A},inherit").encode()),
}  # fmt: skip

BOOLEANS = {
    "booleans-english.csv": Trap("every word that is taken", _words("true", "TRUE", "Yes", "on", "1", "false", "FALSE", "No", "off", "0")),
    "booleans-localized-true.csv": Trap("true elsewhere: told what to write, never taken", _words("WAHR", "ja", "VRAI", "oui", "VERDADERO", "sí", "VERO", "sì", "VERDADEIRO", "sim", "WAAR", "SANT", "SAND", "PRAWDA", "tak", "TOSI", "kyllä", "PRAVDA", "ano", "IGAZ", "igen", "DOĞRU", "evet", "ИСТИНА", "да", "真", "是", "はい")),
    "booleans-localized-false.csv": Trap("false elsewhere: told what to write, never taken", _words("FALSCH", "nein", "FAUX", "non", "FALSO", "não", "ONWAAR", "nee", "FALSKT", "FALSK", "nej", "nei", "FAŁSZ", "nie", "EPÄTOSI", "ei", "NEPRAVDA", "HAMIS", "nem", "YANLIŞ", "hayır", "ЛОЖЬ", "нет", "假", "否", "いいえ")),
    "booleans-ambiguous.csv": Trap("words and signs that may mean either", _words("x", "✓", "t", "f", "y", "n", "j", "o", "-", "?", "ne", "enabled", "2", "-1", "1.0", "0.0")),
    "booleans-invisible.csv": Trap("white space, quotes and zero-width characters around a word", _words("\u00a0yes\u00a0", "“true”", "'false", "\u200bno", "\u3000on")),
    "booleans-bidi.csv": Trap("what is shown is not what is written", _words("\u202eeurt\u202c", "true\u2066")),
    "booleans-full-width.csv": Trap("letters of another width", _words("ｔｒｕｅ", "１")),
    "booleans-dates.csv": Trap("dates where booleans belong", _words("2026-01-02", "01/02/2026", "2-Jan")),
    "inherit-words.csv": Trap("null is asked for by inherit and #N/A only", _words("inherit", "INHERIT", "#N/A", "null", "default", "NA", "None", "n/a", "NaN", "nil")),
    "error-words.csv": Trap("errors of a spreadsheet, as its CSV has them", _words("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#NV", "#BEZUG!", "#SPILL!", "#GETTING_DATA", "#####")),
    "blank-looking.csv": Trap("cells that look blank are blank: left as it is", lines(f"tenantId,{MFA},{SYNC}", f"{A},\u00a0,\u200b", f"{B}, ,no").encode()),
    "formula-starts.csv": Trap("cells that begin as a formula does", _words("=TRUE()", "+1", "-1", "@SUM(A1)", '"=cmd|\' /C calc\'!A0"')),
    "terminal-escapes.csv": Trap("escape sequences that a terminal would obey", _words("\x1b[2Jyes", "\x07", "\x1b]0;title\x07", "\x9b31m", "a\bb")),
}  # fmt: skip

_USERS, _APPS = ("B2B inbound users access", "B2B inbound users"), ("B2B inbound apps access", "B2B inbound apps")
_BOTH = ("tenantId", *_USERS, *_APPS)

OTHERS = {
    "targets.csv": Trap(
        "lists of targets, each written another way",
        _table(
            _BOTH,
            (A, "allowed", f"user:{USER.upper()};group:{{{B}}}", "allowed", f"app:{C}; {B}"),
            (B, "blocked", "all users", "Blocked", "ALLAPPLICATIONS"),
            (C, "allow", f"user:{USER};; user:{USER}", "allow", "Office 365"),
        ),
    ),
    "targets-wrong.csv": Trap(
        "lists of targets that name nobody, or somebody else",
        _table(
            _BOTH,
            (_partner(1), "allowed", USER, "allowed", "AllApplications"),
            (_partner(2), "allowed", f"user:{USER[:-1]}", "allowed", "AllApplications"),
            (_partner(3), "allowed", ";", "allowed", "AllApplications"),
            (_partner(4), "allowed", "AllUser", "allowed", "AllApps"),
            (_partner(5), "allowed", f"user:{USER} group:{B}", "allowed", "AllApplications"),
            (_partner(6), "allowed", "user:alice@contoso.com", "allowed", "AllApplications"),
            (_partner(7), "allowed", f"app:{C}", "allowed", f"user:{USER}"),
        ),
    ),
    "half-is-blocked.csv": Trap("users blocked and applications not: Graph wants both", _table(_BOTH, (A, "blocked", "AllUsers", "allowed", "AllApplications"))),
    "access-words.csv": Trap("allowed and blocked in other words", _table(_BOTH, *((_partner(n), word, "AllUsers", "", "") for n, word in enumerate(("allowed", "ALLOW", "erlaubt", "true", "deny", "allowed "), 1)))),
    "json-cells.csv": Trap("whole objects as JSON, well and badly written", _table(
        ("tenantId", "inboundTrust"),
        (_partner(1), '{"isMfaAccepted": true, "isCompliantDeviceAccepted": null}'),
        (_partner(2), '{"isMfaAccepted": "true"}'),
        (_partner(3), '{"isMfaAcepted": true}'),
        (_partner(4), '{"isMfaAccepted": true, "isMfaAccepted": false}'),
        (_partner(5), "{isMfaAccepted: true}"),
        (_partner(6), '{"isMfaAccepted": NaN}'),
        (_partner(7), "{“isMfaAccepted”: true}"),
        (_partner(8), "[]"),
        (_partner(9), "{}"),
    ).replace(b"\t{", b"\t{")),
    "json-too-deep.csv": Trap("brackets without end", _table(("tenantId", "inboundTrust"), (A, "[" * 60_000))),
    "emoji.csv": Trap("emoji and letters beyond the first plane", lines(f"tenantId,Partner,{MFA}", f"{A},Contoso 🚀👩‍👩‍👧 𝔘,yes").encode()),
    "emoji-boolean.csv": Trap("a tick and a cross", _words("✅", "❌", "👍")),
}  # fmt: skip

TRAPS = {**TENANTS, **BOOLEANS, **OTHERS}

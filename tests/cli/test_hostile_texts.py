"""Whoever fills in a cell, names a file or answers for Graph says nothing to our terminal, and writes no log of ours."""

from __future__ import annotations

import base64
import io
import json
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import jwt
import openpyxl
import pytest

from bulkpatch.model import Fate, GraphError, Outcome, Status, Step, TenantId
from bulkpatch.progress import LiveWatcher
from bulkpatch.report.console import SafeConsole
from bulkpatch.simulator import Fault
from tests.cli.conftest import Said, Served, only_run, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]

LINK = "\x1b]8;;http://evil.example\x1b\\"
CLIPBOARD = "\x1b]52;c;ZXZpbA==\x07"
C1 = "\x9b2J\x9d0;owned\x9c\x90q\x85"
C1_IN_HEADER = "\x9b2J\u202e\u200b"
"""What gets through as a header: below the space, neither side of HTTP lets anything pass."""
BIDI = "\u202e\u2066\u200f\u061c"
HIDDEN = "\u200b\ufeff\xad\U000e0041"
LINES = "\r\v\f\u2028\u2029\x7f"
NASTY = f"E{LINK}{CLIPBOARD}\x1b[2J{C1}{BIDI}{HIDDEN}{LINES}\n[bold]END"
IN_A_NAME = NASTY.replace("/", "")
"""What a file may be called."""
IN_XML = "".join(c for c in f"E{C1}{BIDI}{HIDDEN}\u2028" if c not in ":\\/?*[]")
"""What a worksheet may be called."""


def unseen(text: str, *, keep: str = "\n") -> set[str]:
    """Characters in *text* that a terminal would obey or hide."""
    return {c for c in text if c not in keep and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def say(run: Run, told: list[str]) -> Run:
    """`run`, and nothing of what it says may be obeyed."""

    def call(*words: object) -> Said:
        said = run(*words)
        found = unseen(said.all)
        assert not found, (words[0], said.all.encode("unicode_escape"))
        told.append(said.all)
        return said

    return call


def nasty_csv() -> Path:
    """Hostile in its name, in a header, in its own columns, and soon in its settings."""
    quoted = '"' + NASTY.replace('"', '""') + '"'
    header = quoted.replace("\u202e", "").replace("\u2066", "")  # with these, it would be refused
    lines = [f"tenantId,Trust MFA,Name,{header}", *(f"{tenant(n)},true,{quoted},{quoted}" for n in range(3))]
    path = Path(f"{IN_A_NAME}.csv")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return path


def nasty_workbook() -> Path:
    """Hostile in the name of its worksheet, and in every cell that is wrong."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = IN_XML[:31]
    for row in (["tenantId", "Trust MFA", f"inboundTrust.{IN_XML}"], [IN_XML, IN_XML, IN_XML], [tenant(0), "no", "x"]):
        sheet.append(row)
    path = Path("book.xlsx")
    book.save(path)
    return path


@pytest.fixture
def graph(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A Graph whose every word is hostile, and a token whose names are."""
    served = serve(3)
    for number in range(3):
        named = {"displayName": NASTY, "defaultDomainName": NASTY, "federationBrandName": NASTY}
        served.store.directory[tenant(number)] = named
    roles = ["Policy.ReadWrite.CrossTenantAccess", "CrossTenantInformation.ReadBasic.All"]
    claims = {"tid": NASTY, "appid": NASTY, "app_displayname": NASTY, "idtyp": "app", "roles": roles}
    token = jwt.encode(
        {**claims, "aud": "https://graph.microsoft.com", "exp": time.time() + 900}, "0" * 32, algorithm="HS256"
    )
    monkeypatch.setenv("BULKPATCH_ACCESS_TOKEN", token)
    monkeypatch.setenv("BULKPATCH_GRAPH_URL", served.url)
    return served


def refusal(status: int = 400) -> Fault:
    """A refusal with hostile words, in body and headers."""
    return Fault.refuse(status, NASTY, NASTY, **{"Retry-After": f"1{C1_IN_HEADER}", "request-id": C1_IN_HEADER})


def test_nothing_that_comes_from_outside_is_obeyed_by_a_terminal(say: Run, graph: Served, told: list[str]) -> None:
    """A rollout from validate to undo, in words and for machines, with every word of everybody else hostile."""
    sheet = nasty_csv()
    graph.simulator.script(refusal(), tenant=tenant(1), method="PATCH")

    codes = [say("validate", sheet).code, say("validate", sheet, "--json").code]
    ways: list[tuple[str, ...]] = [(), ("--json",), ("--format", "md"), ("-vv",), ("-o", f"{IN_A_NAME}.html")]
    codes += [say("plan", sheet, *more).code for more in ways]
    codes.append(say("plan", sheet, "--save", f"{IN_A_NAME}.json").code)
    codes.append(say("apply", sheet, "--yes", "-vv", "--json-log", "-").code)
    first = only_run()
    codes += [say("report", first).code, say("report", first, "--format", "junit").code]
    codes += [say("verify", sheet, "--window", "0").code, say("diff", sheet, "live").code]
    codes += [say("rerun", first, "--yes", "--json").code, say("undo", first, "--yes").code]
    codes += [say("export", "-o", f"{IN_A_NAME}.xlsx").code, say("diff", sheet, sheet).code]
    codes.append(say("doctor").code)

    assert codes == [*[0] * 8, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert "\\x1b]8;;http://evil.example" in "".join(told)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_no_refusal_of_the_first_read_is_obeyed(say: Run, graph: Served, status: int) -> None:
    """Nobody is let in, in words that try to be more."""
    graph.simulator.script(refusal(status), times=99)
    words = ("--max-attempts", "1", "--timeout", "1", "-vv")

    codes = {say(command, nasty_csv(), *words).code for command in ("plan", "apply")} | {say("doctor", "-vv").code}

    assert 0 not in codes


def test_no_cell_worksheet_or_argument_is_obeyed(say: Run) -> None:
    """What is wrong is quoted, and nothing that is quoted acts."""
    book = nasty_workbook()

    codes = [say("validate", book).code, say("validate", book, "--json").code, say("validate", book, "--mark").code]
    codes += [say("validate", book, "--sheet", NASTY).code, say("plan", f"{IN_A_NAME}.csv").code]
    codes += [say("explain", NASTY).code, say("template", "--columns", NASTY).code, say("rerun", IN_A_NAME).code]
    codes += [say("validate", book, "--set", NASTY).code, say("plan", book, "--graph-url", f"https://{NASTY}").code]
    codes += [say("validate", book, IN_A_NAME).code, say(IN_A_NAME).code, say("report", f"{IN_A_NAME}.csv").code]
    Path("bulkpatch.toml").write_text(f"{json.dumps(NASTY)} = 1\n", encoding="utf-8")
    codes.append(say("validate", book).code)

    assert set(codes) == {2}


def test_a_journal_of_somebody_else_is_not_obeyed(say: Run, graph: Served) -> None:
    """Every text of it hostile, where it is a text."""
    sheet = nasty_csv()
    graph.simulator.script(refusal(), tenant=tenant(1), method="PATCH")
    say("apply", sheet, "--yes")
    journal = only_run() / "journal.jsonl"
    events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    for event in events:
        for name in {"note", "message", "requestId", "clientRequestId", "homeTenant", "signedInAs", "run"} & set(event):
            event[name] = NASTY
    journal.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")

    codes = [say("report", only_run()).code, say("report", only_run(), "--format", "md").code]

    assert codes == [0, 0]


def test_a_line_of_a_log_stays_one_line(say: Run, graph: Served) -> None:
    """The journal, the events for machines, and the report for machines: whatever Graph says, and printable."""
    graph.simulator.script(refusal(), tenant=tenant(1), method="PATCH")
    say("apply", nasty_csv(), "--yes", "--json-log", "events.jsonl")

    for file in (only_run() / "journal.jsonl", Path("events.jsonl")):
        text = file.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        assert not unseen(text)
        assert {"sending", "answered", "outcome"} <= {line.get("kind", line.get("event")) for line in lines}
    report = (only_run() / "report.json").read_text(encoding="utf-8")
    assert not unseen(report)
    assert json.loads(report)["rows"][1]["error"]["message"].startswith("E\x1b]8;;")


def test_junit_holds_no_character_of_control(say: Run, graph: Served) -> None:
    """What a pipeline shows of it is text."""
    graph.simulator.script(refusal(), tenant=tenant(1), method="PATCH")
    say("apply", nasty_csv(), "--yes")
    say("report", only_run(), "--format", "junit")

    root = ET.parse(only_run() / "junit.xml").getroot()  # noqa: S314 - ours
    texts = [text for element in root.iter() for text in (element.text or "", *element.attrib.values())]
    assert len(root.findall(".//testcase")) == 3
    assert not unseen("".join(texts), keep="\n\t")


def test_the_live_view_obeys_nothing() -> None:
    """Names and codes, as they come in; only its own colours act."""
    out = io.StringIO()
    console = SafeConsole()
    console.file, console._force_terminal, console._width = out, True, 80
    watcher = LiveWatcher(time.monotonic, console)
    step = Step(tenant=TenantId(tenant(0)), rows=(2,), fate=Fate.CHANGE, name=NASTY)

    with watcher.sending(1):
        watcher.finished(step, Outcome(status=Status.FAILED, error=GraphError(code=NASTY, message=NASTY)))
        watcher.say(NASTY)
    console.print(NASTY, markup=False)

    shown = out.getvalue()
    assert "]8;;http" in shown
    for attack in (LINK, CLIPBOARD, "\x9b", "\u202e", "\u200b", "\x07"):
        assert attack not in shown


def test_no_word_of_entra_is_obeyed(say: Run, serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused sign-in repeats what it was sent."""
    graph = serve_entra(1)
    graph.entra.echoes = True
    monkeypatch.setenv("AZURE_CLIENT_SECRET", f"wrong\x9b2J{BIDI}")

    said = say("doctor")

    assert said.code == 3
    assert base64.b64encode(b"wrong").decode()[:6] not in said.all

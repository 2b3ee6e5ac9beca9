"""What README and docs/ show is what happens: `documents` tells how a document is followed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulkpatch.simulator.signin import Registration, SignInServer
from bulkpatch.source import from_sheet

from .conftest import SECRET, Served, tenant, write_sheet
from .documents import DOCUMENTS, LANGUAGES, ROOT, UNTESTED, blocks, differs
from .follower import Desk
from .vocabulary import variables_of_code

Serve = Callable[..., Served]


@pytest.fixture
def desk(serve_entra: Serve, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The examples at hand, and a tenant in which their partners are partners."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")
    shutil.copytree(ROOT / "inputs", "inputs")

    def connect() -> None:
        graph = serve_entra(0)
        monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
        sheet = from_sheet(Path("inputs/partners.csv"), worksheet=None).sheet
        for row in sheet.rows:
            graph.store.add(row.cells[1].strip("{}").lower())

    return Desk(environ=monkeypatch, connect=connect, variables=frozenset(variables_of_code()))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_everything_a_document_shows_happens_as_shown(desk: Desk, document: str) -> None:
    """Commands, their output and exit codes, Python and TOML, from the first line to the last."""
    assert desk.follow(document) == []


def test_what_is_not_run_is_named_with_the_reason() -> None:
    """Only commands that change a tenant; and a block in a language that nobody follows would be followed by nobody."""
    strangers = [
        f"{document}:{block.line}: {line}"
        for document in DOCUMENTS
        for block in blocks(document)
        if block.language == "sh"
        for line in re.sub(r"\\\n\s*", " ", block.text).splitlines()
        if not re.sub(r"^\w+=(\$\()?", "", line).startswith((*UNTESTED, "00000003-"))
    ]
    languages = {block.language.split()[0] if block.language else "none" for d in DOCUMENTS for block in blocks(d)}

    assert strangers == []
    assert languages - LANGUAGES == {"fill"}


def test_every_fence_is_seen_as_a_block() -> None:
    """A fence that is indented or left open would be passed over in silence."""
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")

        assert text.count("```") == 2 * sum("fill" not in block.language for block in blocks(document)), document


@pytest.mark.parametrize(
    ("shown", "printed", "wrong"),
    [
        ("a\nb", "a\n\nb\n", ""),
        ("a\nb", "a\nc\nb\n", "'b' is shown, 'c' is printed"),
        ("a", "a\nb\n", "'b' is printed and not shown"),
        ("a\nb", "a\n", "'b' is shown, 'nothing more' is printed"),
        ("…\nb", "a\nb\n", ""),
        ("a\n…", "a\nb\nc\n", ""),
        ("a …, c", "a b, c\n", ""),
        ("a … c", "a b\n", "'a … c' is shown, 'a b' is printed"),
        ("Took 1.0 s, 2 reads", "Took 7.3 s, 2 reads\n", ""),
        (
            "Took 1.0 s, 2 reads",
            "Took 1.0 s, 3 reads\n",
            "'Took 1.0 s, 2 reads' is shown, 'Took TIME, 3 reads' is printed",
        ),
    ],
)
def test_what_is_printed_is_held_against_what_is_shown(shown: str, printed: str, wrong: str) -> None:
    """Every line, in order; what differs from run to run does not count."""
    assert differs(tuple(shown.splitlines()), printed) == wrong


def test_a_document_that_says_something_else_is_found_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another output, another exit code, a target that is not there, a variable that nobody reads."""
    text = (
        "$ bulkpatch validate inputs/partners.csv\n35 rows, 35 tenants: no errors.\n"
        "$ bulkpatch validate nowhere.csv\n$ bulkpatch validate inputs/partners.csv  # exit 1\n"
        "$ make coffee\n$ export BULKPATCH_COFFEE=1\n$ echo tea\ncoffee\n"
    )
    Path("docs").mkdir()
    Path("docs/wrong.md").write_text(f"```console\n{text}```\n```python\nprint(1)  # → 2\n```\n", encoding="utf-8")
    for module in ("documents", "follower"):
        monkeypatch.setattr(f"tests.cli.{module}.ROOT", Path.cwd())
    Path("Makefile").write_text("demo:\n\ttrue\n", encoding="utf-8")

    found = desk.follow("docs/wrong.md")

    assert len(found) == 7
    assert [line.split(":")[1] for line in found] == ["2", "4", "5", "6", "7", "8", "11"]
    assert "'36 rows, 36 tenants: no errors.' is printed" in found[0]


def test_many_home_tenants_in_one_process(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of "Beyond one machine", with two tenants; a wrong secret of one does not touch the other."""
    found = {block.language: block.text for block in blocks("docs/how-it-works.md")}
    (shown,) = json.loads(found["json"])
    homes = [_home(shown, serve, name, right=name == "contoso") for name in ("contoso", "fabrikam")]
    authorities = "".join(Path(f"{name}.pem").read_text(encoding="utf-8") for name in ("contoso", "fabrikam"))
    Path("ca.pem").write_text(authorities, encoding="utf-8")
    Path("homes.json").write_text(json.dumps([home for _, home in homes]), encoding="utf-8")
    Path("fleet.py").write_text(found["python"], encoding="utf-8")
    monkeypatch.delenv("BULKPATCH_ACCESS_TOKEN")
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": "ca.pem"}

    done = subprocess.run(
        [sys.executable, "-W", "error", "fleet.py"], capture_output=True, text=True, check=False,
        timeout=60, env=environ,
    )  # fmt: skip
    contoso, fabrikam = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"contoso exit 0: reports/contoso/\S+-contoso", contoso)
    assert fabrikam.startswith("fabrikam ")
    assert "AADSTS7000215" in fabrikam
    assert [len(graph.writes) for graph, _ in homes] == [3, 0]


def _home(shown: dict[str, Any], serve: Serve, name: str, *, right: bool) -> tuple[Served, dict[str, Any]]:
    """A home tenant with its own sign-in, Graph, sheet and secret, told as the page tells it."""
    entra = SignInServer(Registration(tenant=str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), secret=SECRET))
    graph = serve(3, entra=entra)
    Path(f"{name}.pem").write_bytes(entra.authority.pem)
    Path(f"{name}.secret").write_text(SECRET if right else "another", encoding="utf-8")
    rows = (f"{tenant(number)},yes" for number in range(3))
    write_sheet(f"{name}.csv", "tenantId,Trust MFA", *rows)
    told = {"tenant_id": entra.registration.tenant, "client_secret_file": f"{name}.secret"}
    sign_in = {**shown["sign_in"], **told, "authority_host": entra.url}
    return graph, {**shown, "name": name, "sheet": f"{name}.csv", "sign_in": sign_in,
                   "options": {**shown["options"], "graph_url": graph.url}}  # fmt: skip

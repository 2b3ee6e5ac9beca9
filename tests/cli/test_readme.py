"""What README shows is what the commands print."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkpatch.cli import app
from bulkpatch.columns import find_column, is_tenant_header

from .conftest import SECRET, Said, Served, tenant, write_sheet

Run = Callable[..., Said]
Serve = Callable[..., Served]
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sessions() -> list[tuple[str, list[str]]]:
    """Each command of README that shows its output, with the lines of it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.splitlines()
            if any(line.strip() for line in output):
                found.append((command, [line.strip() for line in output if line.strip()]))
    return found


@pytest.mark.parametrize(("command", "output"), sessions(), ids=[command for command, _ in sessions()])
def test_a_session_prints_what_readme_shows(
    run: Run, serve_entra: Serve, command: str, output: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line by line, in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    graph = serve_entra(1)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    shutil.copytree(ROOT / "inputs", "inputs")
    write_sheet("q4.csv", "Partner,tenantId,Trust MFA", f"Fabrikam,{tenant(0)},yes", f"Contoso,{tenant(1)},maybe")

    said = run(*command.split()[1:])

    port = graph.entra.url.rsplit(":", 1)[1]
    printed = [line.strip().replace(port, "40001") for line in said.all.splitlines()]
    assert [line for line in output if line not in printed] == []


def test_every_command_stands_in_readme() -> None:
    """Nobody has to find one by chance."""
    names = [command.name for command in app.registered_commands]

    assert [name for name in names if f"`bulkpatch {name}" not in README] == []


def test_every_header_of_readmes_table_is_known() -> None:
    """Graph path and friendly name mean the same column."""
    table = README[README.index("| header | also | cells |") : README.index("Columns of your own")]
    rows = re.findall(r"^\| `([\w.]+)` \| ([\w &]+?) \|", table, flags=re.MULTILINE)

    assert len(rows) >= 10
    for path, also in rows:
        column = find_column(path)
        assert column is not None or is_tenant_header(path)
        assert find_column(also) is column

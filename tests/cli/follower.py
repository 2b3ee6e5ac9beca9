"""Follows a document: does everything that it says, in a folder of its own. `documents` tells how one is written."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import pytest
from openpyxl import load_workbook
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

from bulkpatch.cli import app
from bulkpatch.cli.screen import show_error
from bulkpatch.config import read_file, read_profiles
from bulkpatch.errors import BulkpatchError

from .documents import ROOT, RUN, Block, Command, blocks, commands, differs

_ANSWER = re.compile(r"(?:to send:|\[y/n\] \(n\):) (\S+)$")
_READERS_WAY = ("git clone", "cd ", "pip ", "pipx ", ". ")


@dataclass(slots=True)
class Desk:
    """Where a document is followed: a folder, an environment, and what serves in the background."""

    environ: pytest.MonkeyPatch
    connect: Callable[[], None]
    """Point the environment at a Graph, for a document that starts none."""
    variables: frozenset[str]
    """What may be exported."""
    runs: dict[str, str] = field(default_factory=dict)
    """Runs by the name that the document gives them."""
    serving: list[subprocess.Popen[str]] = field(default_factory=list)

    def follow(self, document: str) -> list[str]:
        """Do everything that *document* says; give every difference."""
        found = list(blocks(document))
        if not any("$ bulkpatch simulate" in block.text for block in found if block.language == "console"):
            self.connect()
        try:
            return [f"{document}:{line}: {text}" for block in found for line, text in self._do(block)]
        finally:
            for process in self.serving:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=10)

    def _do(self, block: Block) -> Iterator[tuple[int, str]]:
        match block.language.split():
            case ["console"]:
                for command in commands(block):
                    if wrong := self._run(command):
                        yield command.line, f"$ {command.words}: {wrong}"
            case ["python"] if "homes.json" not in block.text:
                if wrong := _python(block.text):
                    yield block.line, wrong
            case ["toml"]:
                _configure(block.text)
            case ["fill", name]:
                _fill(Path(name), block.text)

    def _run(self, command: Command) -> str:
        words = self._named(command.words)
        before = _folders()
        if words.startswith("bulkpatch simulate"):
            return self._serve(words, command)
        if words.startswith("cat "):
            return _cat(Path(words[4:]), command.shown)
        code, printed = self._carry_out(words, command)
        new = sorted(_folders() - before)
        unknown = [name for line in command.shown for name in RUN.findall(line) if name not in self.runs]
        self.runs |= dict(zip(dict.fromkeys(unknown), new, strict=False))
        if code != command.code:
            return f"it ended with {code}: {printed[-2000:]}"
        return differs(command.shown, printed) if command.shown else ""

    def _carry_out(self, words: str, command: Command) -> tuple[int, str]:
        if words.startswith("export "):
            return self._export(words)
        if words.startswith("make "):
            return self._make(words.split()[1], command)
        if words.startswith(_READERS_WAY):
            return 0, ""
        if words.startswith("bulkpatch ") and not re.search(r"[|;&>$]", words):
            return self._call(shlex.split(words)[1:], command)
        done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True, check=False, timeout=60,
                              env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def _named(self, words: str) -> str:
        newest = max(_folders(), default="", key=lambda name: Path("reports", name).stat().st_mtime_ns)
        words = words.replace("<run>", newest).replace(".venv/bin/bulkpatch", "bulkpatch")
        return RUN.sub(lambda found: self.runs.get(found[0], found[0]), words)

    def _call(self, words: list[str], command: Command) -> tuple[int, str]:
        answers = [found[1] for line in command.shown if (found := _ANSWER.search(line))]
        with pytest.MonkeyPatch.context() as patch:
            if answers:
                _answer(patch, answers)
            elif not command.shown:
                patch.setenv("BULKPATCH_YES", "1")
            runner = CliRunner()
            result = runner.invoke(app, words, prog_name="bulkpatch")
            printed, code = result.output, result.exit_code
            if isinstance(result.exception, BulkpatchError):  # what bulkpatch.cli.run does with it
                with runner.isolation() as streams:
                    show_error(result.exception)
                    printed += streams[1].getvalue().decode()
                code = int(result.exception.exit_code)
            elif result.exception is not None and not isinstance(result.exception, SystemExit):
                raise result.exception
        return code, printed

    def _export(self, words: str) -> tuple[int, str]:
        for assignment in shlex.split(words)[1:]:
            name, _, value = assignment.partition("=")
            if name not in self.variables and name != "PATH":
                return 2, f"bulkpatch does not read {name}"
            if value != "..." and name != "PATH":
                self.environ.setenv(name, value)
        return 0, ""

    def _make(self, target: str, command: Command) -> tuple[int, str]:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", makefile, flags=re.MULTILINE)
        if recipe is None:
            return 2, f"the Makefile has no {target}"
        calls = re.findall(r"@\$\(BIN\)/bulkpatch (.*)", recipe[1]) if command.shown else []
        said = [self._call(shlex.split(call), command) for call in calls]
        return max((code for code, _ in said), default=0), "".join(printed for _, printed in said)

    def _serve(self, words: str, command: Command) -> str:
        arguments = [sys.executable, "-m", "bulkpatch", *shlex.split(words)[1:]]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "80"})
        self.serving.append(process)
        assert process.stdout is not None
        overdue = Timer(30, process.kill)
        overdue.start()
        printed = [process.stdout.readline() for _ in command.shown]
        overdue.cancel()
        for line in printed:
            if found := re.match(r"\s*export (\w+)=(\S+)", line):
                self.environ.setenv(found[1], found[2])
        return differs(command.shown, "".join(printed))


def _answer(patch: pytest.MonkeyPatch, answers: list[str]) -> None:
    """Sit somebody at the terminal who types *answers*."""
    left = iter(answers)

    def read(screen: Console, prompt: str | Text = "", **_: object) -> str:
        typed = next(left)
        screen.print(prompt, end="")
        screen.print(typed)
        return typed

    patch.setattr(Console, "input", read)
    patch.setattr("bulkpatch.cli.session.is_attended", lambda: True)


def _folders() -> set[str]:
    return {path.name for path in Path("reports").glob("*") if RUN.fullmatch(path.name)}


def _cat(path: Path, shown: tuple[str, ...]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(shown) + "\n", encoding="utf-8")
    return differs(shown, path.read_text(encoding="utf-8"))


def _python(text: str) -> str:
    Path("example.py").write_text(text, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-W", "error", "example.py"], capture_output=True, text=True, check=False,
                          timeout=60, env=environ)  # fmt: skip
    expected = re.findall(r"# → (.*)", text)
    return done.stderr or ("" if done.stdout.splitlines() == expected else f"it prints {done.stdout!r}")


def _configure(text: str) -> None:
    from bulkpatch.cli.options import names_of_options

    path = Path("bulkpatch.toml")
    path.write_text(text, encoding="utf-8")
    read_file(path, known=names_of_options())
    read_profiles(path)


def _fill(path: Path, table: str) -> None:
    header, _, *rows = ([cell.strip() for cell in line.strip()[1:-1].split("|")] for line in table.splitlines())
    book = load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: number for number, cell in enumerate(sheet[1], start=1)}
    for number, row in enumerate(rows, start=2):
        for name, text in zip(header, row, strict=True):
            sheet.cell(number, places[name]).value = text or None
    book.save(path)
    book.close()

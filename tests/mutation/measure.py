"""How strong the tests are: breaks the pure rooms one small way at a time, and counts who notices.

Not a part of the suite: pytest collects nothing here. `make mutants [ROOMS="merge.py proof.py"]` makes an
environment of its own for it, as cosmic-ray is no part of the dev group.

What is made: cosmic-ray's core operators, and two of ours (`return` gives None; a statement is left out). Per room a
seeded sample: of every line and operator family one mutant at random, of those `--each` at random. Mutants that
change an annotation only are not made. What is run: per room the tests of `ROOMS`, which are chosen for speed and
are not the whole suite, hypothesis with at most 25 fixed examples, until the first failure, at most `LIMIT` seconds.
A survivor is thus one that the *chosen* tests did not notice.

What was found in November 2026 stands in `measured.md` beside this file.

No file is changed: every mutant is imported from memory, in a fork of a process that has imported the libraries.
Needs an operating system that forks.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

LIMIT = 40.0
"""Seconds that the tests of one mutant may take."""
EXAMPLES = 25
SAME = ("room", "operator", "line", "was", "now")
"""What a mutant is known by from one measure to the next."""
HEAVY = ("aiohttp", "aioresponses", "hypothesis", "jinja2", "msal", "openpyxl", "pandas", "python_calamine",
         "rich.console", "typer.testing", "xlsxwriter")  # fmt: skip
ROOMS = json.loads(Path(__file__).with_name("rooms.json").read_text("utf-8"))
"""Room (a file below `bulkpatch/`) → the tests that are run for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One broken room: its whole *source*, and what is broken on which *line*."""

    room: str
    operator: str
    line: int
    was: str
    now: str
    source: str


def main() -> None:
    """Measure, write one JSON line per mutant, print a table."""
    parser = argparse.ArgumentParser(description="Mutate the pure rooms; see the docstring.")
    parser.add_argument("rooms", nargs="*", default=list(ROOMS))
    parser.add_argument("--each", type=int, default=25)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--again", type=Path, help="only the mutants that lived in this earlier --out")
    parser.add_argument("--tests", nargs="*", help="files below tests/, in place of those of ROOMS")
    parser.add_argument("--out", type=Path, default=Path("mutants.jsonl"))
    asked = parser.parse_args()
    for room in asked.rooms:
        ROOMS[room] = asked.tests or ROOMS[room]
    lived = _lived(asked.again) if asked.again else None
    for name in HEAVY:
        importlib.import_module(name)
    with asked.out.open("a", encoding="utf-8") as out:
        for room in asked.rooms:
            _measure(room, asked.each, asked.seed, out, lived)


def _lived(earlier: Path) -> set[tuple[Any, ...]]:
    rows = [json.loads(line) for line in earlier.read_text("utf-8").splitlines()]
    return {tuple(row[name] for name in SAME) for row in rows if row["status"] != "killed"}


def _measure(room: str, each: int, seed: int, out: Any, lived: set[tuple[Any, ...]] | None) -> None:
    source = Path("bulkpatch", room).read_text("utf-8")
    whole = Mutant(room=room, operator="none", line=0, was="", now="", source=source)
    sound, failed = _outcome(whole)
    if sound != "survived":
        sys.stdout.write(f"{room}: its tests fail without a mutant ({sound} {failed})\n")
        return
    counts: Counter[str] = Counter()
    for mutant in sample(room, source, each, random.Random(f"{seed} {room}")):
        if lived is not None and tuple(getattr(mutant, name) for name in SAME) not in lived:
            continue
        began = time.monotonic()
        status, killer = _outcome(mutant)
        counts[status] += 1
        row = {**asdict(mutant), "status": status, "killer": killer, "seconds": round(time.monotonic() - began, 2)}
        row.pop("source")
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()
    told = "  ".join(f"{name} {counts[name]:3}" for name in ("killed", "survived", "timed out"))
    sys.stdout.write(f"{room:24} {told}\n")
    sys.stdout.flush()


def sample(room: str, source: str, each: int, dice: random.Random) -> Iterator[Mutant]:
    """Break *source* at most *each* times, spread over lines and families of operators."""
    groups: dict[tuple[int, str], list[tuple[str, int, Any]]] = {}
    for line, family, candidate in (*_of_cosmic_ray(source), *_of_ours(source)):
        groups.setdefault((line, family), []).append(candidate)
    chosen = [(line, dice.choice(candidates)) for (line, _), candidates in sorted(groups.items())]
    dice.shuffle(chosen)
    made = 0
    plain, lines = _bare(source), source.splitlines()
    for line, (name, index, make) in chosen:
        broken = make(index)
        if made < each and broken is not None and _bare(broken) != plain:
            made += 1
            after = broken.splitlines()
            now = after[line - 1] if "ours" not in name else ""
            yield Mutant(
                room=room, operator=name, line=line, was=lines[line - 1].strip(), now=now.strip(), source=broken
            )


def _of_cosmic_ray(source: str) -> Iterator[tuple[int, str, tuple[str, int, Any]]]:
    importlib.import_module("parso.python.tree")  # before cosmic_ray, which else meets it half imported
    ast_nodes, get_ast = (getattr(importlib.import_module("cosmic_ray.ast"), name) for name in ("ast_nodes", "get_ast"))
    mutate_code = importlib.import_module("cosmic_ray.mutating").mutate_code
    provider = importlib.import_module("cosmic_ray.operators.provider").OperatorProvider()

    tree = get_ast(source)
    for name in sorted(provider):
        kind = provider[name]
        if kind.arguments() or name == "NoOp":  # those with arguments need names of variables
            continue
        count = 0
        for node in ast_nodes(tree):
            for start, _ in kind().mutation_positions(node):
                make = lambda index, kind=kind: mutate_code(source, kind(), index)  # noqa: E731
                yield start[0], name.split("_")[0], (name, count, make)
                count += 1


def _of_ours(source: str) -> Iterator[tuple[int, str, tuple[str, int, Any]]]:
    tree = ast.parse(source)
    inside = {id(n) for top in ast.walk(tree) if isinstance(top, ast.FunctionDef) for n in ast.walk(top)}
    for index, node in enumerate(ast.walk(tree)):
        if id(node) not in inside or not isinstance(node, ast.stmt):
            continue
        if isinstance(node, ast.Return) and node.value is not None:
            yield (
                node.lineno,
                "return",
                ("ours: return None", index, lambda i: _swapped(source, i, ast.Return(value=None))),
            )
        elif isinstance(node, (ast.Continue, ast.Assign, ast.AugAssign)) or _is_call(node):
            yield node.lineno, "left out", ("ours: left out", index, lambda i: _swapped(source, i, ast.Pass()))


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Yield, ast.YieldFrom))


def _swapped(source: str, index: int, new: ast.stmt) -> str:
    tree = ast.parse(source)
    old = list(ast.walk(tree))[index]

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return ast.copy_location(new, node) if node is old else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Swap().visit(tree)))


def _bare(source: str) -> str:
    """The program without its annotations; empty when it is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        for member in ("annotation", "returns"):
            if getattr(node, member, None) is not None:
                setattr(node, member, ast.Constant(value=None))
    return ast.dump(tree)


def _outcome(mutant: Mutant) -> tuple[str, str]:
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as said:
        child = os.fork()
        if child == 0:
            _test(mutant, said.name)
        code = _waited(child)
        lines = said.read().splitlines()
    if code is None:
        return "timed out", ""
    killer = next((line for line in lines if line.startswith(("FAILED", "ERROR"))), "".join(lines[-1:]))
    return ("survived" if code == 0 else "killed"), killer[:200]


def _waited(child: int) -> int | None:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _test(mutant: Mutant, said: str) -> None:
    code = 1
    try:
        with Path(said).open("w", encoding="utf-8") as stream:
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
        sys.meta_path.insert(0, _FromMemory(mutant))
        tests = [str(Path("tests", name)) for name in ROOMS[mutant.room]]
        quick = ["-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main([*tests, *quick], plugins=[_FewExamples()]))
    except BaseException as problem:  # noqa: BLE001 - a fork must never come back into the caller
        sys.stdout.write(f"ERROR {problem!r}\n")
    finally:
        sys.stdout.flush()
        os._exit(code)


class _FromMemory(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def __init__(self, mutant: Mutant) -> None:
        self._path = Path("bulkpatch", mutant.room).resolve()
        dotted = ".".join(Path("bulkpatch", mutant.room).with_suffix("").parts)
        self._name, self._source = dotted, mutant.source

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._path))

    def get_source(self, fullname: str) -> str:
        del fullname
        return self._source

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        return compile(self._source, str(self._path), "exec")


class _FewExamples:
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        from hypothesis import settings

        for item in items:
            test: Any = getattr(item, "obj", None)
            if (given := getattr(test, "_hypothesis_internal_use_settings", None)) is not None:
                few = settings(given, max_examples=min(EXAMPLES, given.max_examples), derandomize=True, database=None)
                test._hypothesis_internal_use_settings = few


if __name__ == "__main__":
    main()

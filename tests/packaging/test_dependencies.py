"""What the package imports is what it declares, and what is pinned is pinned by hash and from nowhere in particular."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = {str(canonicalize_name(Requirement(text).name)) for text in PROJECT["project"]["dependencies"]}


def imports(path: Path) -> set[str]:
    """The packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"bulkpatch"}


IMPORTED = {path: imports(path) for path in sorted((ROOT / "bulkpatch").rglob("*.py"))}


@pytest.fixture(scope="module")
def providers() -> dict[str, set[str]]:
    """Which distributions bring a package along."""
    return {name: {str(canonicalize_name(d)) for d in given} for name, given in packages_distributions().items()}


def test_every_import_is_declared(providers: dict[str, set[str]]) -> None:
    """Nothing of the development packages, and nothing that only comes along with something else."""
    undeclared = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, names in IMPORTED.items()
        for name in names
        if not providers.get(name, {name}) & DECLARED
    }

    assert undeclared == set()


def test_everything_declared_is_imported(providers: dict[str, set[str]]) -> None:
    """No package is installed for nothing."""
    used = {given for names in IMPORTED.values() for name in names for given in providers.get(name, {name})}

    assert DECLARED - used == set()


@pytest.mark.parametrize("file", ["constraints.txt", ".ci/tools.txt"])
def test_everything_is_pinned_by_hash(file: str) -> None:
    """And no line says where from: whoever installs it decides that."""
    lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()

    assert len(lines) > 20
    for line in lines:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*$", line), line


@pytest.mark.parametrize(("group", "file"), [("dev", "constraints.txt"), ("tools", ".ci/tools.txt")])
def test_what_is_asked_for_is_what_is_pinned(group: str, file: str) -> None:
    """`make constraints` was run after the last change of pyproject.toml."""
    text = (ROOT / file).read_text(encoding="utf-8")
    pinned: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.MULTILINE):
        pinned.setdefault(str(canonicalize_name(name)), set()).add(version)
    asked = [*PROJECT["dependency-groups"][group], *(PROJECT["project"]["dependencies"] if group == "dev" else [])]

    for wanted in map(Requirement, asked):
        versions = pinned.get(str(canonicalize_name(wanted.name)), set())
        assert versions, wanted
        assert all(wanted.specifier.contains(version) for version in versions), wanted

"""Problems on a terminal: errors, then warnings, then notes; each with its cell, what is wrong, what to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bulkpatch.model import Problem, Severity
from bulkpatch.report.layout import flow, heading, quoted, styled, window
from bulkpatch.report.wording import amount

if TYPE_CHECKING:
    from rich.console import Console

FEW = 3
"""Warnings of one kind that are still shown one by one."""

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def print_problems(problems: Iterable[Problem], console: Console, *, limit: int = 200) -> None:
    """Print every problem, by severity; of a group with more than *limit* only the first 50 and how many there are."""
    everything = tuple(problems)
    for severity, style in _STYLES.items():
        group = [problem for problem in everything if problem.severity is severity]
        if group:
            heading(console, amount(len(group), severity.value), f"bold {style}")
            _print_group(group, console, style, limit)


def _print_group(group: Sequence[Problem], console: Console, style: str, limit: int) -> None:
    alike = _alike(group)
    for problems in alike:
        _print_alike(problems, console, style)
    told = {id(problem) for problems in alike for problem in problems}
    rest = [problem for problem in group if id(problem) not in told]
    shown = window(rest, limit)
    for problem in shown:
        value = f"{quoted(problem.value)} " if _adds(problem) else ""
        subject = f"{problem.header}: " if problem.header else ""
        hint = f" {problem.hint}" if problem.hint else ""
        line = styled((str(problem.address), style), "  ", (subject, "bold"), value, problem.what, (hint, "dim"))
        flow(console, line, indent=2, hang=6)
    if len(shown) < len(rest):
        flow(console, styled((f"… and {len(rest) - len(shown):,} more; --json has all of them.", "dim")), indent=2)


def _alike(group: Sequence[Problem]) -> list[list[Problem]]:
    """Warnings that say the same of many rows: one line serves them all. Errors are shown one by one."""
    found: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in group:
        if not problem.is_error:
            found.setdefault((problem.header, problem.what, problem.hint), []).append(problem)
    return [problems for problems in found.values() if len(problems) > FEW]


def _print_alike(problems: Sequence[Problem], console: Console, style: str) -> None:
    first = problems[0]
    cells = ", ".join(str(problem.address) for problem in problems[:FEW])
    subject = f"{first.header}: " if first.header else ""
    where = f"{cells} and {len(problems) - FEW:,} more"
    line = styled((where, style), "  ", (subject, "bold"), first.what, (f" {first.hint}" if first.hint else "", "dim"))
    flow(console, line, indent=2, hang=6)


def _adds(problem: Problem) -> bool:
    """Whether the value is not said already."""
    return bool(problem.value) and problem.value != problem.header and f'"{problem.value}"' not in problem.what

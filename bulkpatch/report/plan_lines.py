"""A plan on a terminal: what would change per tenant, before → after, and what would not and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bulkpatch.model import Fate, Plan, Step
from bulkpatch.report.layout import flow, heading, styled, window
from bulkpatch.report.wording import amount, show_value

if TYPE_CHECKING:
    from rich.console import Console


def print_plan(plan: Plan, console: Console, *, limit: int = 200) -> None:
    """Print the plan by fate; of a group with more than *limit* tenants only the first 50 and how many there are."""
    console.print()
    flow(console, styled((_headline(plan), "bold")))
    for fate, (title, style, print_step) in _GROUPS.items():
        steps = plan.with_fate(fate)
        if steps:
            heading(console, f"{title}: {amount(len(steps), 'tenant')}", f"bold {style}")
            _print_steps(steps, console, print_step, limit)
    same = len(plan.with_fate(Fate.UNCHANGED))
    if same and same < len(plan.steps):
        heading(console, f"Already as the sheet wants it: {amount(same, 'tenant')}", "dim")


def _headline(plan: Plan) -> str:
    if not plan.steps:
        return "The sheet asks for nothing."
    count, writes = len({patch.tenant for patch in plan.patches}), len(plan.patches)
    of = amount(len(plan.steps), "tenant")
    if writes:
        return f"{count:,} of {of} would change, in {amount(writes, 'write')}."
    if len(plan.with_fate(Fate.UNCHANGED)) == len(plan.steps):
        return f"Nothing would change: {of} already as the sheet wants."
    return f"Nothing would change for {of}."


def _print_steps(
    steps: Sequence[Step], console: Console, print_step: Callable[[Step, Console], None], limit: int
) -> None:
    shown = window(steps, limit)
    for step in shown:
        rows = f"row{'s' if len(step.rows) > 1 else ''} {', '.join(map(str, step.rows))}"
        name, aside = _called(step)
        flow(console, styled(step.tenant, (name, "bold"), (f"{aside}  {rows}", "dim")), indent=2, hang=4)
        print_step(step, console)
    if len(shown) < len(steps):
        flow(console, styled((f"… and {len(steps) - len(shown):,} more; --json has all of them.", "dim")), indent=2)


def _called(step: Step) -> tuple[str, str]:
    """The tenant's name, Entra's before the sheet's, and the sheet's where it is another."""
    if not step.name or step.name.casefold() == step.label.casefold():
        return f"  {step.label}" if step.label else "", ""
    return f"  {step.name}", f"  (in the sheet: {step.label})" if step.label else ""


def _print_differences(step: Step, console: Console) -> None:
    for difference in step.differences:
        change = styled(
            f"{difference.path}  ",
            (show_value(difference.before), "dim"),
            " → ",
            (show_value(difference.after), "green"),
        )
        flow(console, change, indent=4, hang=8)
    _print_note(step, console)


def _print_note(step: Step, console: Console) -> None:
    if step.note:
        flow(console, styled((f"left alone: {step.note}", "yellow")), indent=4, hang=8)


def _print_reason(step: Step, console: Console) -> None:
    if step.error is not None:
        code = f"{step.error.code}: " if step.error.code else ""
        flow(console, styled((code, "bold"), step.error.message), indent=4, hang=8)


def _print_nothing(step: Step, console: Console) -> None:
    """The heading has said it."""


_GROUPS: dict[Fate, tuple[str, str, Callable[[Step, Console], None]]] = {
    Fate.CHANGE: ("Would change", "", _print_differences),
    Fate.CREATE: ("Would be created", "", _print_differences),
    Fate.MISSING: ("Have no partner configuration (--create-missing creates it)", "yellow", _print_nothing),
    Fate.REFUSED: ("Refused", "red", _print_reason),
    Fate.DRIFTED: ("Left alone, live is not as expected", "yellow", _print_reason),
    Fate.UNREADABLE: ("Could not be read", "red", _print_reason),
}

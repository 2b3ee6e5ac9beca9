"""The plan on a terminal: its head, one block per tenant, effective values, what it means, and Microsoft's guidance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bulkpatch.guidance import guidance
from bulkpatch.model import Difference, Effect, Fate, Json, Plan, Step, Tag
from bulkpatch.report.layout import flow, heading, styled, window
from bulkpatch.report.outlook import Outlook, outlook
from bulkpatch.report.wording import amount, show_duration, show_value

if TYPE_CHECKING:
    from rich.console import Console

Quota = tuple[int, float] | None
STYLES = {Tag.LOOSENS: "yellow", Tag.TIGHTENS: "cyan", Tag.NEUTRAL: "dim"}


def print_plan(plan: Plan, console: Console, *, quota: Quota = None, only: Tag | None = None, limit: int = 200) -> None:
    """Print the plan by fate; of a group with more than *limit* tenants only the first 50 and how many there are.

    *quota* is writes and seconds; with *only*, changes that go another way are left out below the head.
    """
    console.print()
    told = outlook(plan, quota)
    for index, line in enumerate(head_lines(plan, told)):
        flow(console, styled((line, "bold" if not index else "")))
    for fate, (title, style, print_step) in _GROUPS.items():
        steps = [step for step in plan.with_fate(fate) if only is None or not step.patches or step.tag is only]
        if steps:
            heading(console, f"{title}: {amount(len(steps), 'tenant')}", f"bold {style}")
            _print_steps(steps, console, print_step, limit)
    same = len(plan.with_fate(Fate.UNCHANGED))
    if same and same < len(plan.steps):
        heading(console, f"Already as the sheet wants it: {amount(same, 'tenant')}", "dim")
    _print_guidance(plan, console)


def head_lines(plan: Plan, told: Outlook) -> list[str]:
    """What an approver reads first: how many, which way, how long."""
    if not plan.steps:
        return ["The sheet asks for nothing."]
    of = amount(told.tenants, "tenant")
    if not told.writes:
        so = len(plan.with_fate(Fate.UNCHANGED)) == told.tenants
        return [f"Nothing would change: {of} already as the sheet wants." if so else f"Nothing would change for {of}."]
    lines = [f"{told.changing:,} of {of} would change, in {amount(told.writes, 'write')}."]
    ways = [f"{count:,} {_WAYS[tag][count > 1]}" for tag, count in told.tags.items() if count]
    loose = f" ({amount(told.loosening, 'loosening change')})" if told.loosening else ""
    lines.append(f"Of these, {', '.join(ways)}{loose}." if any(step.effects for step in plan.steps) else "")
    if told.seconds is not None and told.share is not None:
        share = f"{100 * told.share:.0f} %" if told.share >= 0.01 else "less than 1 %"
        read = f"It took {amount(plan.reads, 'read')} to find out. " if plan.reads else ""
        sending = f"Sending takes about {show_duration(told.seconds)} at the quota, {share} of one period's writes."
        lines.append(read + sending)
    return [line for line in lines if line]


_WAYS = {
    Tag.LOOSENS: ("loosens access", "loosen access"),
    Tag.TIGHTENS: ("tightens it", "tighten it"),
    Tag.NEUTRAL: ("does neither", "do neither"),
}


def _print_steps(
    steps: Sequence[Step], console: Console, print_step: Callable[[Step, Console], None], limit: int
) -> None:
    shown = window(steps, limit)
    for step in shown:
        rows = f"row{'s' if len(step.rows) > 1 else ''} {', '.join(map(str, step.rows))}"
        name, aside = called(step)
        flow(console, styled(step.tenant, (name, "bold"), (f"{aside}  {rows}", "dim")), indent=2, hang=4)
        print_step(step, console)
    if len(shown) < len(steps):
        flow(console, styled((f"… and {len(steps) - len(shown):,} more; --json has all of them.", "dim")), indent=2)


def called(step: Step) -> tuple[str, str]:
    """The tenant's name, Entra's before the sheet's, and the sheet's where it is another."""
    if not step.name or step.name.casefold() == step.label.casefold():
        return f"  {step.label}" if step.label else "", ""
    return f"  {step.name}", f"  (in the sheet: {step.label})" if step.label else ""


def _print_differences(step: Step, console: Console) -> None:
    told: set[str] = set()
    for effect in step.effects:
        below = [d for d in step.differences if d.path == effect.path or d.path.startswith(effect.path + ".")]
        for difference in below:
            _print_difference(difference, effect, console)
        told.update(difference.path for difference in below)
        mark = (f"{effect.tag}: ", STYLES[effect.tag])
        flow(console, styled(mark, (effect.reason, "dim")), indent=6, hang=8)
    for difference in step.differences:
        if difference.path not in told:
            _print_difference(difference, None, console)
    _print_note(step, console)


def _print_difference(difference: Difference, effect: Effect | None, console: Console) -> None:
    before, after = shown(difference, effect)
    change = styled(f"{difference.path}  ", (before, "dim"), " → ", (after, "green"))
    flow(console, change, indent=4, hang=8)


def shown(difference: Difference, effect: Effect | None) -> tuple[str, str]:
    """Both values as a person reads them, and what applies where one is inherited: `inherit (false)`."""
    if effect is None:
        return show_value(difference.before), show_value(difference.after)
    before = _applies(effect.before, difference.path, effect.path)
    after = _applies(effect.after, difference.path, effect.path)
    return _with_effective(difference.before, before), _with_effective(difference.after, after)


def _with_effective(value: Json, applies: Json) -> str:
    if value is not None:
        return show_value(value)
    return f"inherit ({show_value(applies)})" if applies is not None else "inherit"


def _applies(value: Json, path: str, unit: str) -> Json:
    for name in path[len(unit) + 1 :].split(".") if path != unit else []:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _print_note(step: Step, console: Console) -> None:
    if step.note:
        flow(console, styled((f"left alone: {step.note}", "yellow")), indent=4, hang=8)


def _print_reason(step: Step, console: Console) -> None:
    if step.error is not None:
        code = f"{step.error.code}: " if step.error.code else ""
        flow(console, styled((code, "bold"), step.error.message), indent=4, hang=8)


def _print_nothing(step: Step, console: Console) -> None:
    """The heading has said it."""


def _print_guidance(plan: Plan, console: Console) -> None:
    found = guidance(plan)
    if found:
        heading(console, "Microsoft advises")
        for advice in found:
            flow(console, styled(advice.text, (f" ({amount(advice.tenants, 'tenant')})", "dim")), indent=2, hang=4)


_GROUPS: dict[Fate, tuple[str, str, Callable[[Step, Console], None]]] = {
    Fate.CHANGE: ("Would change", "", _print_differences),
    Fate.CREATE: ("Would be created", "", _print_differences),
    Fate.MISSING: ("Have no partner configuration (--create-missing creates it)", "yellow", _print_nothing),
    Fate.REFUSED: ("Refused", "red", _print_reason),
    Fate.DRIFTED: ("Left alone, live is not as expected", "yellow", _print_reason),
    Fate.UNREADABLE: ("Could not be read", "red", _print_reason),
}

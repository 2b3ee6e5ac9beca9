"""The plan for whoever has to approve it: Markdown for a pull request, a workbook, a page. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from bulkpatch.guidance import guidance
from bulkpatch.model import Fate, Plan, Step, Tag
from bulkpatch.report.markdown import escape as as_text
from bulkpatch.report.outlook import outlook
from bulkpatch.report.plan_lines import Quota, head_lines, shown
from bulkpatch.report.wording import amount, visible, without_controls

_FATES = {
    Fate.CHANGE: "Would change",
    Fate.CREATE: "Would be created",
    Fate.MISSING: "Have no partner configuration (--create-missing creates it)",
    Fate.REFUSED: "Refused",
    Fate.DRIFTED: "Left alone, live is not as expected",
    Fate.UNREADABLE: "Could not be read",
    Fate.UNCHANGED: "Already as the sheet wants it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One setting of one tenant, as every format shows it."""

    path: str
    before: str
    after: str
    tag: str
    reason: str


def lines_of(step: Step) -> Iterator[Line]:
    """The settings that *step* changes."""
    for difference in step.differences:
        path = difference.path
        effect = next((e for e in step.effects if path == e.path or path.startswith(e.path + ".")), None)
        before, after = shown(difference, effect)
        yield Line(path=path, before=before, after=after, tag=effect.tag if effect else "",
                   reason=effect.reason if effect else "")  # fmt: skip


def _groups(plan: Plan, only: Tag | None) -> Iterator[tuple[Fate, str, list[Step]]]:
    for fate, title in _FATES.items():
        steps = [s for s in plan.with_fate(fate) if only is None or not s.patches or s.tag is only]
        if steps:
            yield fate, title, steps


def as_markdown(plan: Plan, *, sheet: str, quota: Quota, only: Tag | None) -> str:
    """For a pull request or a ticket: head, one table per group, guidance."""
    first, *rest = head_lines(plan, outlook(plan, quota))
    parts = [f"# Plan for {_md(sheet)}", f"**{first}**", *rest]
    for fate, title, steps in _groups(plan, only):
        parts.append(f"## {title}: {amount(len(steps), 'tenant')}")
        if fate is not Fate.UNCHANGED:
            parts.append("\n".join(_md_table(steps)))
    found = guidance(plan)
    if found:
        parts.append("## Microsoft advises")
        parts.append("\n".join(f"- {_md(one.text)} ({amount(one.tenants, 'tenant')})" for one in found))
    return "\n\n".join(parts) + "\n"


def _md_table(steps: list[Step]) -> Iterator[str]:
    if any(step.patches for step in steps):
        yield "| tenant | setting | before | after | | |\n|---|---|---|---|---|---|"
        for step in steps:
            for line in lines_of(step):
                tag = f"**{line.tag}**" if line.tag == Tag.LOOSENS else line.tag
                cells = (_md_name(step), f"`{line.path}`", _md(line.before), _md(line.after), tag, _md(line.reason))
                yield f"| {' | '.join(cells)} |"
    else:
        yield "| tenant | why |\n|---|---|"
        for step in steps:
            yield f"| {_md_name(step)} | {_md(step.error.message if step.error else '')} |"


def _md_name(step: Step) -> str:
    name = step.name or step.label
    return f"`{step.tenant}`" + (f" {_md(name)}" if name else "")


def _md(text: str) -> str:
    """Text from outside: nothing of it is markup, a link or a mention."""
    return as_text(" ".join(visible(text).split()))


COLUMNS = ("tenantId", "name", "row", "what", "setting", "before", "after", "tag", "reason")
_WIDTHS = (38, 26, 8, 16, 44, 30, 30, 11, 60)


def as_workbook(plan: Plan, *, only: Tag | None) -> bytes:
    """One row per setting, filtered and frozen, for whoever approves in Excel."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Plan")
        head = book.add_format({"bold": True, "bg_color": "#DDE5EE", "bottom": 1})
        colours = {Tag.LOOSENS: "#FCE8C5", Tag.TIGHTENS: "#D7EEF3"}
        fills = {tag.value: book.add_format({"bg_color": colour}) for tag, colour in colours.items()}
        for column, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
            sheet.write_string(0, column, name, head)
            sheet.set_column(column, column, width)
        number = 0
        for number, cells in enumerate(_book_rows(plan, only), start=1):
            for column, text in enumerate(cells):
                sheet.write_string(number, column, without_controls(text)[:32000], fills.get(cells[7]))
        sheet.autofilter(0, 0, max(number, 1), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return buffer.getvalue()


def _book_rows(plan: Plan, only: Tag | None) -> Iterator[tuple[str, ...]]:
    for fate, _, steps in _groups(plan, only):
        for step in steps:
            known = (step.tenant, step.name or step.label, ", ".join(map(str, step.rows)), fate.value)
            for line in lines_of(step):
                yield (*known, line.path, line.before, line.after, line.tag, line.reason)
            if not step.differences:
                yield (*known, "", "", "", "", step.error.message if step.error else "")


def as_page(plan: Plan, *, sheet: str, quota: Quota, only: Tag | None) -> str:
    """One self-contained page: no script, no request to anywhere."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    rooms = Environment(
        loader=PackageLoader("bulkpatch.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    first, *rest = head_lines(plan, outlook(plan, quota))
    groups = [
        {"title": f"{title}: {amount(len(steps), 'tenant')}", "brief": fate is Fate.UNCHANGED,
         "steps": [{"step": step, "name": visible(step.name or step.label), "lines": list(lines_of(step))}
                   for step in steps]}
        for fate, title, steps in _groups(plan, only)
    ]  # fmt: skip
    return rooms.get_template("plan.html.j2").render(
        sheet=visible(sheet), first=first, rest=rest, groups=groups, guidance=guidance(plan), visible=visible,
    )  # fmt: skip

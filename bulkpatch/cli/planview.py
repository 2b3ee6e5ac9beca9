"""How a plan is shown: on the terminal, or as a file for whoever has to approve it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bulkpatch.cli.screen import print_json, remarks, results
from bulkpatch.errors import UsageError

if TYPE_CHECKING:
    from bulkpatch.checking import Prepared
    from bulkpatch.model import Plan, Tag
    from bulkpatch.report.plan_lines import Quota


class Direction(StrEnum):
    """Which changes to show."""

    LOOSENING = "loosening"
    TIGHTENING = "tightening"


class PlanFormat(StrEnum):
    """What a plan can be written as."""

    TERMINAL = "terminal"
    MD = "md"
    JSON = "json"
    XLSX = "xlsx"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What of a plan to show, and where."""

    as_format: PlanFormat | None = None
    output: Path | None = None
    only: Direction | None = None

    @property
    def format(self) -> PlanFormat:
        """As it was asked for, or as the file's name says."""
        if self.as_format is not None:
            return self.as_format
        suffix = self.output.suffix.lower().lstrip(".") if self.output else ""
        return {"md": PlanFormat.MD, "json": PlanFormat.JSON, "xlsx": PlanFormat.XLSX, "html": PlanFormat.HTML}.get(
            suffix, PlanFormat.TERMINAL
        )


PLAIN = PlanView()


def show_plan(prepared: Prepared, made: Plan, view: PlanView, *, json_output: bool) -> None:
    """Print the plan, or write it; raises UsageError when the file cannot be written."""
    from bulkpatch.cli.show import plan_json
    from bulkpatch.line import quota_of
    from bulkpatch.model import Tag
    from bulkpatch.report.terminal import print_plan

    ways = {Direction.LOOSENING: Tag.LOOSENS, Direction.TIGHTENING: Tag.TIGHTENS}
    only = ways[view.only] if view.only else None
    quota = quota_of(prepared.options)
    if json_output:
        print_json(plan_json(prepared, made))
    elif view.format is PlanFormat.TERMINAL and view.output is None:
        print_plan(made, results(), quota=quota, only=only)
    if view.output is not None or view.format is not PlanFormat.TERMINAL:
        _deliver(prepared, made, view, quota, only)


def _deliver(prepared: Prepared, made: Plan, view: PlanView, quota: Quota, only: Tag | None) -> None:
    from bulkpatch.cli.show import plan_json
    from bulkpatch.model import printable_json
    from bulkpatch.report import plan_files

    sheet = prepared.sheet.file
    match view.format:
        case PlanFormat.MD:
            content: str | bytes = plan_files.as_markdown(made, sheet=sheet, quota=quota, only=only)
        case PlanFormat.HTML:
            content = plan_files.as_page(made, sheet=sheet, quota=quota, only=only)
        case PlanFormat.XLSX:
            content = plan_files.as_workbook(made, only=only)
        case PlanFormat.JSON:
            content = (
                printable_json(json.dumps(plan_json(prepared, made), indent=2, ensure_ascii=False, default=str)) + "\n"
            )
        case _:
            raise UsageError(f"{view.output} names no format.", next_step="Add --format md, html, xlsx or json.")
    _refuse_the_sheet(view.output, sheet)
    _put(content, view.output)


def _refuse_the_sheet(output: Path | None, sheet: str) -> None:
    if output is not None and output.exists() and Path(sheet).exists() and output.samefile(sheet):
        raise UsageError(f"{output} is the sheet itself.", next_step="Name another file with -o.")


def _put(content: str | bytes, output: Path | None) -> None:
    if output is None:
        if isinstance(content, bytes):
            raise UsageError("A workbook goes into a file.", next_step="Name it: -o plan.xlsx")
        sys.stdout.write(content)
        return
    from bulkpatch.report.fresh import fresh_file

    try:
        with fresh_file(output) as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except OSError as exc:
        raise UsageError(f"{output} cannot be written: {exc.strerror}.", next_step="Choose another file.") from exc
    remarks().print(f"The plan is in {output}.", soft_wrap=True, markup=False)

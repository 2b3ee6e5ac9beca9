"""A sheet given back with its problems marked: bad cells coloured and commented, and a sheet that links to each."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bulkpatch.errors import BulkpatchError, SheetError, UsageError
from bulkpatch.form import book
from bulkpatch.form.packing import cached_values, is_as_packed, left_out, packed
from bulkpatch.form.paint import paint, unpaint
from bulkpatch.form.place import put
from bulkpatch.form.problem_sheet import add_problem_sheet, remove_problem_sheet
from bulkpatch.model import Problem, Sheet

_MARKED = re.compile(r"(?P<stem>.+)-marked(?:-(?P<number>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What became of marking a sheet."""

    path: Path
    cells: int
    """How many cells were coloured."""
    not_kept: tuple[str, ...] = ()
    """What of the original is not in it, in words."""


def mark(source: Path, sheet: Sheet, problems: Sequence[Problem], target: Path) -> Marked:
    """Write the file *source*, of which *sheet* was read, to *target* with *problems* marked in it.

    A workbook keeps its formatting, formulas, macros and other sheets; of a text file or an older kind of workbook a
    new one is made. What an earlier marking left is taken out first. Raises UsageError when *target* is the original
    or is not ours to overwrite, SheetError when the workbook cannot be opened or written.
    """
    refuse_target(source, target)
    _refuse_foreign(target)
    try:
        return _mark(source, sheet, problems, target)
    except BulkpatchError:
        raise
    except Exception as exc:  # openpyxl raises whatever the parts of a workbook make it raise
        raise SheetError(
            f"{source} cannot be written back marked: {str(exc).splitlines()[0] if str(exc) else type(exc).__name__}.",
            next_step="Correct the cells named above; or save the sheet as CSV and mark that.",
        ) from exc


def marked_name(source: Path) -> Path:
    """Where *source* is marked unless somebody says otherwise: beside it, and never itself.

    `partners.csv` → `partners-marked.xlsx` → `partners-marked-2.xlsx`.
    """
    ending = ".xlsm" if source.suffix.lower() == ".xlsm" else ".xlsx"
    again = _MARKED.fullmatch(source.stem)
    if again is None:
        return source.with_name(f"{source.stem}-marked{ending}")
    return source.with_name(f"{again['stem']}-marked-{int(again['number'] or 1) + 1}{ending}")


def refuse_target(source: Path, target: Path) -> None:
    """Raise UsageError when *target* is the original itself, or does not end as a workbook made of it must."""
    is_same = target.exists() and source.exists() and target.samefile(source)
    if is_same or target.resolve() == source.resolve():
        raise UsageError(
            f"{target} is the original, which is never written over.",
            next_step=f"Leave --mark-to out to write {marked_name(source)}, or name another file.",
        )
    ending = marked_name(source).suffix
    if target.suffix.lower() != ending:
        why = " because it has macros" if ending == ".xlsm" else ""
        raise UsageError(
            f"{target} does not end with {ending}.",
            next_step=f"{source.name} is marked as {ending}{why}: name such a file.",
        )


def _refuse_foreign(target: Path) -> None:
    if target.exists() and not is_as_packed(target):
        raise UsageError(
            f"{target} exists, and is not a marked workbook as bulkpatch left it: it would be lost.",
            next_step="If it was corrected, validate that file; else choose another name with --mark-to.",
        )


def _mark(source: Path, sheet: Sheet, problems: Sequence[Problem], target: Path) -> Marked:
    opened = book.open_book(source, sheet, problems)
    remove_problem_sheet(opened.workbook)
    unpaint(opened.workbook)
    cells = paint(opened.worksheet, sheet, problems)
    add_problem_sheet(opened.workbook, opened.worksheet.title, sheet, problems, target.name)
    written = io.BytesIO()
    opened.workbook.save(written)
    if opened.workbook.vba_archive:  # openpyxl leaves it open, and from Python 3.13 on that ends in a complaint
        opened.workbook.vba_archive.close()
    values = cached_values(source) if opened.is_original else {}
    order = [worksheet.title for worksheet in opened.workbook.worksheets]
    content = packed(written.getvalue(), {f"xl/worksheets/sheet{n}.xml": values[title]
                                          for n, title in enumerate(order, start=1) if title in values})  # fmt: skip
    put(content, target)
    lost = left_out(source, content) if opened.is_original else ()
    return Marked(path=target, cells=cells, not_kept=tuple(dict.fromkeys((*opened.not_kept, *lost))))

"""`--set PATH=VALUE`: the same setting for every tenant, as if the sheet had one more column. Pure.

A column, not a side channel: so the report carries it, and a rerun of the report asks for the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bulkpatch.cells import BadCell, clean, parse
from bulkpatch.columns import Column, find_column, is_tenant_header, suggestion, why_read_only
from bulkpatch.errors import UsageError
from bulkpatch.model import Problem, Row, Sheet


def with_settings(sheet: Sheet, settings: Sequence[str]) -> Sheet:
    """Give every row of *sheet* each setting of *settings* (`PATH=VALUE`).

    A column that is there already is filled where it is blank; where it says something else, that is a problem.
    Raises UsageError when a path or a value is wrong.
    """
    for text in settings:
        column, value = _read(text)
        sheet = _with_column(sheet, column, value)
    return sheet


def _read(text: str) -> tuple[Column, str]:
    path, equals, value = text.partition("=")
    if not equals or not clean(value):
        raise UsageError(
            f'--set "{text}" is not PATH=VALUE.', next_step="Example: --set inboundTrust.isMfaAccepted=true"
        )
    column = find_column(path)
    if column is None or is_tenant_header(path):
        why = f" It cannot be set: {why_read_only(path)}." if why_read_only(path) else ""
        near = f" Did you mean {suggestion(path)}?" if suggestion(path) and not why else ""
        raise UsageError(f'--set: "{path}" is not a setting.{why}{near}', next_step="`bulkpatch columns` lists them.")
    wish = parse(column.node, value)
    if isinstance(wish, BadCell):
        raise UsageError(f"--set {column.path}: {wish.what}", next_step=wish.hint)
    return column, value


def _with_column(sheet: Sheet, column: Column, value: str) -> Sheet:
    index = next((i for i, name in enumerate(sheet.header) if find_column(name) is column), None)
    if index is None:
        rows = tuple(replace(row, cells=(*row.cells, value)) for row in sheet.rows)
        columns = (*sheet.columns, max(sheet.columns) + 1) if sheet.columns else ()
        return replace(sheet, header=(*sheet.header, column.path), rows=rows, columns=columns)
    problems = tuple(_clash(sheet, row, index, value) for row in sheet.rows if _differs(row, index, column, value))
    return replace(
        sheet,
        rows=tuple(_filled(row, index, value) for row in sheet.rows),
        problems=(*sheet.problems, *problems),
    )


def _differs(row: Row, index: int, column: Column, value: str) -> bool:
    return bool(clean(row.cells[index])) and parse(column.node, row.cells[index]) != parse(column.node, value)


def _filled(row: Row, index: int, value: str) -> Row:
    if clean(row.cells[index]):
        return row
    return replace(row, cells=(*row.cells[:index], value, *row.cells[index + 1 :]))


def _clash(sheet: Sheet, row: Row, index: int, value: str) -> Problem:
    return Problem(
        address=sheet.address(row.number, index),
        header=sheet.header[index],
        value=row.cells[index],
        what=f'says "{row.cells[index]}", but --set says "{value}".',
        hint="Empty the cell, or leave --set out.",
    )

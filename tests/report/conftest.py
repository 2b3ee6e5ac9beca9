"""Builders of small reports; each test states what it is about and leaves the rest to them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from bulkpatch.model import (
    Difference,
    GraphError,
    Outcome,
    Report,
    ReportRow,
    Row,
    Status,
    Traffic,
)

TENANT = "90e29127-71ad-49c7-9ce8-db3f41ea06f"
MFA = Difference(path="inboundTrust.isMfaAccepted", before=False, after=True)


@pytest.fixture
def row() -> Callable[..., ReportRow]:
    """Build a report row by the number of its sheet row; every field of its outcome can be given."""

    def build(number: int, status: Status, *cells: str, origin: int = 0, code: str = "", **outcome: Any) -> ReportRow:
        tenant = f"{TENANT}{number % 10}"
        if code:
            message = outcome.pop("message", f"Graph said {code}.")
            outcome["error"] = GraphError(code=code, message=message, http_status=outcome.get("http_status"))
        return ReportRow(
            row=Row(number=number, cells=(tenant, *cells), origin=origin),
            tenant=tenant,
            outcome=Outcome(status=status, **outcome),
        )

    return build


@pytest.fixture
def report() -> Callable[..., Report]:
    """Build a report of some rows."""

    def build(*rows: ReportRow, header: tuple[str, ...] = ("tenantId",), **fields: Any) -> Report:
        given = {
            "run": "20261123T141500Z-partners",
            "started": "2026-11-23T14:15:00.000Z",
            "sheet_file": "inputs/partners.csv",
            "sheet_name": "",
            "sheet_digest": "ab" * 32,
            "traffic": Traffic(reads=4, writes=3, throttled=1, retries=2, seconds=83.2),
            **fields,
        }
        return Report(header=header, rows=rows, **given)

    return build


@pytest.fixture
def mixed(row: Callable[..., ReportRow], report: Callable[..., Report]) -> Report:
    """A run of which one row was changed, one was so already, one failed and one was never sent."""
    return report(
        row(
            2, Status.SUCCEEDED, http_status=204, attempts=1, applied=(MFA,), request_id="r-1", client_request_id="c-1"
        ),
        row(3, Status.UNCHANGED, note="already as the sheet wants it"),
        row(4, Status.FAILED, code="PartnerNotFound", message="There is no partner configuration.", http_status=404),
        row(5, Status.NOT_SENT, note="1 tenant failed"),
        stopped="1 tenant failed.",
        exit_code=4,
    )


@pytest.fixture
def screen() -> Callable[..., tuple[Console, Callable[[], str]]]:
    """Build a console of some width, and a function that gives what was printed on it."""

    def build(width: int, *, colour: bool = False) -> tuple[Console, Callable[[], str]]:
        out = io.StringIO()
        kind: dict[str, Any] = {"force_terminal": True, "color_system": "standard"} if colour else {"no_color": True}
        return Console(file=out, width=width, legacy_windows=False, _environ={}, **kind), out.getvalue

    return build

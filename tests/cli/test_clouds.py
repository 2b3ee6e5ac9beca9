"""Clouds: authority and Graph together, and what one of them lacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bulkpatch.cli.options import CloudName
from bulkpatch.graph.clouds import CLOUDS
from tests.cli.conftest import Said, tenant, write_sheet

Run = Callable[..., Said]


def test_the_command_line_knows_every_cloud() -> None:
    """The choices are the table's."""
    assert {name.value for name in CloudName} == set(CLOUDS)


@pytest.mark.parametrize("cloud", ["usgov", "dod"])
def test_a_column_that_the_cloud_lacks_is_a_problem_at_validation(run: Run, cloud: str) -> None:
    """Offline, at the header; an empty column does no harm, and the global cloud has it."""
    sheet = write_sheet(
        "a.csv", "tenantId,Trust MFA,M365 inbound users access,M365 inbound users", f"{tenant(0)},yes,allowed,AllUsers"
    )
    empty = write_sheet(
        "b.csv", "tenantId,Trust MFA,M365 inbound users access,M365 inbound users", f"{tenant(0)},yes,,"
    )

    said = run("validate", sheet, "--cloud", cloud)

    assert said.code == 2
    assert f"v1.0 metadata for --cloud {cloud} does not have m365CollaborationInbound" in said.flat
    assert run("validate", empty, "--cloud", cloud).code == 0
    assert run("validate", sheet).code == 0


def test_what_is_not_known_of_beta_only_warns(run: Run) -> None:
    """Its metadata for this cloud could not be read by us."""
    sheet = write_sheet(
        "a.csv", "tenantId,M365 inbound users access,M365 inbound users", f"{tenant(0)},allowed,AllUsers"
    )

    said = run("validate", sheet, "--cloud", "usgov", "--api-version", "beta")

    assert said.code == 0
    assert "2 warnings" in said.out


def test_a_root_of_another_cloud_is_refused(run: Run) -> None:
    """Tokens of one cloud are worth nothing in another."""
    sheet = write_sheet("a.csv", "tenantId,Trust MFA", f"{tenant(0)},yes")

    said = run("plan", sheet, "--cloud", "china", "--graph-url", "https://graph.microsoft.us")

    assert said.code == 2
    assert "is the root of --cloud usgov, not of --cloud china" in said.flat


def test_the_cloud_follows_from_a_known_root(run: Run) -> None:
    """Whoever names only Graph's root gets that cloud's columns."""
    sheet = write_sheet(
        "a.csv", "tenantId,M365 inbound users access,M365 inbound users", f"{tenant(0)},allowed,AllUsers"
    )

    said = run("plan", sheet, "--graph-url", "https://graph.microsoft.us")

    assert said.code == 2
    assert "--cloud usgov does not have" in said.flat

"""What a value may look like, and when two values are the same to Graph."""

from __future__ import annotations

from typing import Any

import pytest

from bulkpatch.columns import find_column
from bulkpatch.merge import property_of
from bulkpatch.schema import misfit, same

B2B = property_of("b2bCollaborationInbound").node
USER, APP = {"target": "AllUsers", "targetType": "user"}, {"target": "AllApplications", "targetType": "application"}
NOT_AN_ENTRY = 'each entry is {"target": …, "targetType": …}'


@pytest.mark.parametrize(
    ("half", "targets", "wrong"),
    [
        ("usersAndGroups", [USER], ""),
        ("applications", [APP], ""),
        ("usersAndGroups", [], ""),
        ("usersAndGroups", None, ""),
        ("usersAndGroups", "AllUsers", "is not a list"),
        ("usersAndGroups", USER, "is not a list"),
        ("usersAndGroups", ["AllUsers"], NOT_AN_ENTRY),
        ("usersAndGroups", [USER, {"target": "AllUsers"}], NOT_AN_ENTRY),
        ("usersAndGroups", [{**USER, "more": 1}], NOT_AN_ENTRY),
        ("usersAndGroups", [USER, APP], "targetType is group or user here"),
        ("applications", [USER], "targetType is application here"),
        ("usersAndGroups", [{**USER, "targetType": ["user"]}], "targetType is group or user here"),
        ("usersAndGroups", [{**USER, "target": 1}], "targetType is group or user here"),
    ],
)
def test_targets_that_graph_would_not_take_are_told_before_they_are_sent(half: str, targets: Any, wrong: str) -> None:
    """By where they stand."""
    found = misfit(B2B, {half: {"accessType": "blocked", "targets": targets}}, "it")

    assert found.endswith(wrong)
    assert bool(found) == bool(wrong)
    assert not found or found.startswith(f"it.{half}.targets")


def test_values_are_the_same_when_graph_means_the_same_by_them() -> None:
    """The order of targets and the letters of an id do not count; who and what kind do."""
    upper, lower = ({"target": text, "targetType": "user"} for text in ("AB", "ab"))
    group = {"target": "ab", "targetType": "group"}

    def halves(*targets: Any) -> Any:
        return {"usersAndGroups": {"accessType": "allowed", "targets": list(targets)}}

    assert same(B2B, halves(upper, group), halves(group, lower))
    assert not same(B2B, halves(upper), halves(group))
    assert not same(B2B, halves(upper), halves(upper, group))
    assert same(B2B, None, {"usersAndGroups": {"accessType": None, "targets": None}})


def test_synchronization_may_be_headed_by_its_place_in_graph() -> None:
    """Nothing else lies below it."""
    below = "identitySynchronization."
    found = find_column(f"{below}userSyncInbound.isSyncAllowed")

    assert found is find_column("userSyncInbound.isSyncAllowed") is not None
    assert find_column(f"{below}inboundTrust.isMfaAccepted") is None

"""Which columns a form has."""

from __future__ import annotations

import pytest

from bulkpatch.columns import CATALOGUE, find_column
from bulkpatch.errors import UsageError
from bulkpatch.form.choice import choose, header_line, header_of
from bulkpatch.form.groups import DEFAULT_COLUMNS, GROUPS
from bulkpatch.schema import ALL_VERSIONS


def test_the_default_is_trust_consent_and_sync() -> None:
    """Seven settings, in the order of the groups."""
    paths = [column.path for column in choose(DEFAULT_COLUMNS)]

    assert paths == [
        "inboundTrust.isMfaAccepted",
        "inboundTrust.isCompliantDeviceAccepted",
        "inboundTrust.isHybridAzureADJoinedDeviceAccepted",
        "automaticUserConsentSettings.inboundAllowed",
        "automaticUserConsentSettings.outboundAllowed",
        "userSyncInbound.isSyncAllowed",
        "identitySynchronization.displayName",
    ]


def test_every_setting_of_v1_is_in_exactly_one_group() -> None:
    """Nothing that can be sent is left without a group, and nothing that needs beta is in one."""
    grouped = [column.path for name in GROUPS for column in choose([name])]

    assert len(grouped) == len(set(grouped))
    assert set(grouped) == {c.path for c in CATALOGUE if c.is_leaf and c.prop.versions == ALL_VERSIONS}


@pytest.mark.parametrize("name", ["User sync", "usersyncinbound.issyncallowed", "allow user sync", " User  sync "])
def test_a_column_is_named_by_path_or_by_any_friendly_name(name: str) -> None:
    """As in a sheet's header."""
    assert [column.path for column in choose([name])] == ["userSyncInbound.isSyncAllowed"]


def test_what_is_named_twice_stands_once_where_it_was_named_first() -> None:
    """Groups overlap with single columns, and the option can be repeated."""
    chosen = choose(["Trust compliant devices,sync", "trust", "tenantId, Partner"])

    paths = [column.path for column in chosen]

    assert paths[0] == "inboundTrust.isCompliantDeviceAccepted"
    assert paths[1:3] == ["userSyncInbound.isSyncAllowed", "identitySynchronization.displayName"]
    assert sorted(paths) == sorted(set(paths))
    assert len(paths) == 5


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("truts", "Did you mean trust?"),
        ("direct connet", "Did you mean direct-connect?"),
        ("Trust MAF", "Did you mean Trust MFA?"),
        ("isServiceProvider", "cannot be set"),
        ("zzz", "neither a group nor a column."),
        ("", "names no column"),
        ("tenantId", "names no setting"),
    ],
)
def test_an_unknown_name_is_refused_with_what_it_looks_like(name: str, says: str) -> None:
    """And the groups are listed."""
    with pytest.raises(UsageError) as caught:
        choose([name])

    assert says in caught.value.what
    assert "app-service" in caught.value.next_step


@pytest.mark.parametrize("friendly", [True, False])
def test_every_header_of_a_form_means_its_column(friendly: bool) -> None:
    """Whatever is written into a header is read back as the same setting."""
    for column in CATALOGUE:
        assert find_column(header_of(column, friendly=friendly)) is column


def test_the_tenant_comes_first_and_the_name_second() -> None:
    """In every form."""
    assert header_line(choose(["trust"]), friendly=True)[:3] == ("tenantId", "Partner", "Trust MFA")
    assert header_line(choose(["trust"]), friendly=False)[:3] == ("tenantId", "Partner", "inboundTrust.isMfaAccepted")

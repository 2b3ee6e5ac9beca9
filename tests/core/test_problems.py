"""Every problem and warning that the cells of a sheet can give, by its words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bulkpatch.errors import UsageError
from bulkpatch.model import Live, Problem, Row, Sheet, TenantId, Value
from bulkpatch.planning import make_plan
from bulkpatch.rules import CONSUMER_TENANT
from bulkpatch.validation import validate, with_settings

T, U, V = (f"90e29127-71ad-49c7-9ce8-db3f41ea06f{n}" for n in (1, 2, 3))
USERS, USERS_ACCESS = "B2B inbound users", "B2B inbound users access"
APPS, APPS_ACCESS = "B2B inbound apps", "B2B inbound apps access"


def sheet(header: list[str], *rows: list[str]) -> Sheet:
    """A CSV called s.csv."""
    return Sheet(
        file="s.csv",
        header=tuple(header),
        rows=tuple(Row(number=n, cells=tuple(cells)) for n, cells in enumerate(rows, start=2)),
    )


def told(problems: tuple[Problem, ...]) -> list[str]:
    """Severity and words."""
    return [f"{problem.severity}: {problem}" for problem in problems]


CELLS = [
    ("Trust MFA", "maybe", '"maybe" is not true, false, inherit or blank. Write true, false, inherit or blank.'),
    ("Trust MFA", "wahr", '"wahr" is not true, false, inherit or blank. Write true.'),
    ("Trust MFA", "NULL", '"NULL" is not true, false, inherit or blank. Write inherit.'),
    ("Trust MFA", "#REF!", '"#REF!" is not true, false, inherit or blank. Write true, false, inherit or blank.'),
    ("Trust MFA", "2", '"2" is not true, false, inherit or blank. Write true, false, inherit or blank.'),
    (USERS_ACCESS, "open", '"open" is not allowed, blocked, inherit or blank. Write allowed, blocked, inherit or blank.'),
    (USERS, "everyone", '"everyone" is not a target of this column. Write AllUsers, or user:GUID and group:GUID separated by semicolons.'),
    (USERS, T, f'"{T}" is not a target of this column. Write AllUsers, or user:GUID and group:GUID separated by semicolons.'),
    (USERS, ";,", '";," names no target. Write AllUsers, or user:GUID and group:GUID separated by semicolons.'),
    (APPS, "AllUsers", '"AllUsers" is not a target of this column. Write AllApplications, Office365, or app:GUID separated by semicolons.'),
    ("inboundTrust", "{", 'the text is not JSON. Write JSON such as {"isMfaAccepted": …}, inherit or blank.'),
    ("inboundTrust", "[]", 'the value is not a JSON object. Write JSON such as {"isMfaAccepted": …}, inherit or blank.'),
    ("inboundTrust", '{"a":1}', "the value has no member 'a'; it has isMfaAccepted, isCompliantDeviceAccepted, "
     'isHybridAzureADJoinedDeviceAccepted. Write JSON such as {"isMfaAccepted": …}, inherit or blank.'),
    ("inboundTrust", '{"isMfaAccepted":"true"}', 'the value.isMfaAccepted is not true, false or null. '
     'Write JSON such as {"isMfaAccepted": …}, inherit or blank.'),
    ("inboundTrust", '{"isMfaAccepted":true,"isMfaAccepted":false}', 'the text is not usable: a name stands twice in one '
     'object. Write JSON such as {"isMfaAccepted": …}, inherit or blank.'),
]  # fmt: skip


@pytest.mark.parametrize(("header", "text", "words"), CELLS)
def test_a_bad_cell_is_told_with_what_to_write_instead(header: str, text: str, words: str) -> None:
    """At its address."""
    checked = validate(sheet(["tenantId", header], [T, text]))

    assert told(checked.problems) == [f"error: s.csv:2 B: {header}: {words}"]
    assert checked.changes == ()


@pytest.mark.parametrize("text", ["true", "TRUE", "Yes", "on", "1", " true ", "“true”", "\u200btrue"])
def test_every_spelling_of_true_is_true(text: str) -> None:
    """Excel's own among them."""
    wishes = validate(sheet(["tenantId", "Trust MFA"], [T, text])).changes[0].wishes

    assert wishes == {"inboundTrust.isMfaAccepted": Value(True)}


@pytest.mark.parametrize(
    "text", [T, T.upper(), f"{{{T}}}", f"({T})", f" {T}\u00a0", f"“{T}”", T.replace("-", ""), f"\ufeff{T}"]
)
def test_a_tenant_id_is_normalised(text: str) -> None:
    """Braces, quotes, spaces, case, missing hyphens."""
    assert validate(sheet(["tenantId", "Trust MFA"], [text, "yes"])).changes[0].tenant == T


RULES = [
    (
        [USERS_ACCESS, USERS, APPS_ACCESS, APPS],
        ["blocked", "AllUsers", "allowed", "Office365"],
        "error: s.csv:2 D: B2B inbound apps access: all users are blocked, but not all applications. "
        "Block AllApplications too, or do not block AllUsers.",
    ),
    (
        [USERS_ACCESS, USERS, APPS_ACCESS, APPS],
        ["allowed", "AllUsers", "blocked", "AllApplications"],
        "error: s.csv:2 B: B2B inbound users access: all applications are blocked, but users or groups are allowed. "
        "Block AllUsers too, or do not block AllApplications.",
    ),
    (
        [USERS_ACCESS, USERS],
        ["blocked", "AllUsers"],
        "warning: s.csv:2 B: B2B inbound users access: blocks all users and says nothing of applications; all applications "
        "must be blocked too. Set b2bCollaborationInbound.applications to blocked and AllApplications as well.",
    ),
    (
        ["User sync"],
        ["yes"],
        "warning: s.csv:2 B: User sync: user synchronization requires automatic redemption, which this row does not turn on. "
        "Set automaticUserConsentSettings.inboundAllowed to true, unless it is so already.",
    ),
    (
        ["User sync"],
        ["inherit"],
        "warning: s.csv:2 B: User sync: synchronization has no tenant default to inherit; what Graph makes of null is not "
        "documented. Write false to stop it.",
    ),
    (
        [USERS_ACCESS, USERS],
        ["allowed", f"AllUsers; user:{U}"],
        "warning: s.csv:2 C: B2B inbound users: AllUsers stands beside single targets, which then say nothing more. "
        "Write AllUsers alone, or leave it out.",
    ),
    (
        [USERS],
        ["AllUsers"],
        "warning: s.csv:2 B: B2B inbound users: has targets, but no accessType. Say whether they are allowed or blocked.",
    ),
]


@pytest.mark.parametrize(("header", "cells", "words"), RULES)
def test_documented_rules_refuse_and_inferred_ones_warn(header: list[str], cells: list[str], words: str) -> None:
    """With the cell to blame."""
    checked = validate(sheet(["tenantId", *header], [T, *cells]))

    assert told((*checked.problems, *checked.advice)) == [words]
    assert len(checked.changes) == (0 if words.startswith("error") else 1)


@pytest.mark.parametrize(
    ("users", "apps"), [(f"group:{U}", "AllApplications"), ("AllUsers", "AllApplications"), (f"user:{U}", f"app:{V}")]
)
def test_legal_blocks_are_let_through(users: str, apps: str) -> None:
    """Blocking one group from everything is documented as legal."""
    checked = validate(
        sheet(["tenantId", USERS_ACCESS, USERS, APPS_ACCESS, APPS], [T, "blocked", users, "blocked", apps])
    )

    assert checked.errors == ()


def test_tenant_restrictions_of_personal_accounts_take_all_users_only() -> None:
    """As documented."""
    header = ["tenantId", "Tenant restrictions users access", "Tenant restrictions users"]

    checked = validate(sheet(header, [CONSUMER_TENANT, "allowed", f"user:{U}"]))

    assert told(checked.problems) == [
        "error: s.csv:2 C: Tenant restrictions users: tenant restrictions for personal Microsoft accounts take AllUsers "
        "only. Write AllUsers."
    ]


def test_repeated_rows_are_joined_when_they_agree() -> None:
    """One with blanks agrees as well."""
    checked = validate(sheet(["tenantId", "Trust MFA", "User sync"], [T, "yes", ""], [T, "yes", ""], [T, "", "no"]))

    assert [change.rows for change in checked.changes] == [(2, 3, 4)]
    assert sorted(checked.changes[0].wishes) == ["inboundTrust.isMfaAccepted", "userSyncInbound.isSyncAllowed"]
    assert told(checked.problems)[0] == (
        "note: s.csv:3: the same tenant as row 2, and nothing that contradicts it: sent once for both."
    )


def test_repeated_rows_that_contradict_each_other_are_refused_all_of_them() -> None:
    """Each names the other cell."""
    checked = validate(sheet(["tenantId", "Trust MFA"], [T, "yes"], [U, "no"], [T, "no"], [T, ""]))

    assert [change.tenant for change in checked.changes] == [U]
    assert told(checked.problems) == [
        'error: s.csv:2 B: Trust MFA: the same tenant has "no" at s.csv:4 B. Make both cells say the same, or keep one row.',
        'error: s.csv:4 B: Trust MFA: the same tenant has "yes" at s.csv:2 B. Make both cells say the same, or keep one row.',
        "error: s.csv:5: the same tenant stands on rows that contradict each other. Settle those first.",
    ]


def test_an_object_and_its_member_may_not_contradict_each_other() -> None:
    """A JSON cell beside a column of its own."""
    checked = validate(sheet(["tenantId", "inboundTrust", "Trust MFA"], [T, '{"isMfaAccepted":true}', "no"]))

    assert told(checked.problems) == [
        "error: s.csv:2 C: Trust MFA: says something else of inboundTrust.isMfaAccepted than s.csv:2 B does. Keep one of them."
    ]


def test_a_cell_that_says_something_else_than_set_is_refused() -> None:
    """A blank one is filled."""
    made = with_settings(sheet(["tenantId", "Trust MFA"], [T, "no"], [U, ""], [V, "1"]), ["isMfaAccepted=yes"])
    checked = validate(made)

    assert told(checked.problems) == [
        'error: s.csv:2 B: Trust MFA: says "no", but --set says "yes". Empty the cell, or leave --set out.'
    ]
    assert [change.tenant for change in checked.changes] == [U, V]


def live(**partner: object) -> dict[TenantId, Live]:
    """One partner, as Graph shows it."""
    return {TenantId(T): Live(tenant=TenantId(T), partner={"tenantId": T, **partner})}


def test_what_live_holds_and_no_sheet_can_say_refuses_the_row() -> None:
    """It is never narrowed or widened on the way."""
    source = sheet(["tenantId", USERS_ACCESS, USERS], [T, "allowed", "AllUsers"])
    future = {"accessType": "unknownFutureValue", "targets": []}

    made = make_plan(validate(source).changes, live(b2bCollaborationInbound={"applications": future}), sheet=source)

    assert made.patches == ()
    assert told(made.problems) == [
        "error: s.csv:2 B: B2B inbound users access: live holds something that cannot be kept beside the new value: "
        'b2bCollaborationInbound.applications.accessType is not "allowed", "blocked" or null. Set the whole property in '
        "this row.",
        "warning: s.csv:2 B: B2B inbound users access: has an accessType, but no targets; what Graph makes of that is "
        "not documented. Say who or what it is about.",
    ]


def test_a_rule_between_sheet_and_live_refuses_the_row() -> None:
    """Each alone is fine, together Graph would refuse them."""
    source = sheet(["tenantId", USERS_ACCESS, USERS], [T, "blocked", "AllUsers"])
    apps = {"accessType": "allowed", "targets": [{"target": "Office365", "targetType": "application"}]}

    made = make_plan(validate(source).changes, live(b2bCollaborationInbound={"applications": apps}), sheet=source)

    assert made.patches == ()
    assert "all users are blocked, but not all applications." in told(made.problems)[0]


def test_a_warning_is_gone_when_live_has_what_the_sheet_lacks() -> None:
    """Automatic redemption is on already."""
    source = sheet(["tenantId", "User sync"], [T, "yes"])
    consent = {"inboundAllowed": True, "outboundAllowed": None}

    made = make_plan(validate(source).changes, live(automaticUserConsentSettings=consent), sheet=source)

    assert made.problems == ()


@pytest.mark.parametrize("header", [["inboundTrust", "Trust MFA"], ["Trust MFA", "inboundTrust"]])
def test_a_whole_property_and_one_of_its_settings_in_one_row_clash(header: list[str]) -> None:
    """In either order: neither is quietly preferred."""
    words = {"inboundTrust": "inherit", "Trust MFA": "true"}
    checked = validate(sheet(["tenantId", *header], [T, *(words[name] for name in header)]))

    assert [problem.is_error for problem in checked.problems] == [True]
    assert "says something else of inboundTrust" in str(checked.problems[0])
    assert checked.changes == ()


def test_a_target_in_json_that_graph_does_not_document_is_a_bad_cell() -> None:
    """However deep it stands: it is not sent in the hope that Graph refuses it."""
    text = '{"usersAndGroups": {"accessType": "allowed", "targets": [{"target": "everyone", "targetType": "user"}]}}'
    checked = validate(sheet(["tenantId", "b2bCollaborationInbound"], [T, text]))

    assert [problem.what for problem in checked.problems] == ['the target "everyone" is none that Graph documents.']
    assert checked.changes == ()


@pytest.mark.parametrize("tenant", [T, "00000000-71ad-49c7-9ce8-db3f41ea06f1", "ffffffff-71ad-49c7-9ce8-db3f41ea06f1"])
def test_the_rules_of_personal_accounts_are_for_their_tenant_alone(tenant: str) -> None:
    """Any other tenant may trust MFA and restrict single users."""
    header = ["tenantId", "Trust MFA", "Tenant restrictions users access", "Tenant restrictions users"]
    theirs = validate(sheet(header[:2], [CONSUMER_TENANT, "yes"]))

    checked = validate(sheet(header, [tenant, "yes", "allowed", f"user:{U}"]))

    assert "the tenant of personal Microsoft accounts" in str([*theirs.problems, *theirs.advice])
    assert "personal Microsoft accounts" not in str([*checked.problems, *checked.advice])
    assert [change.tenant for change in checked.changes] == [tenant]


def test_a_setting_for_all_rows_fills_its_blanks_and_moves_no_other_cell() -> None:
    """In a column in the middle: what stands right of it stays where it is."""
    header = ["tenantId", "Trust MFA", "Trust compliant devices", "User sync"]
    made = with_settings(sheet(header, [T, "", "no", "yes"]), ["isMfaAccepted=yes"])

    assert [row.cells for row in made.rows] == [(T, "yes", "no", "yes")]


def test_a_setting_for_all_rows_gets_a_column_right_of_all_that_the_file_has() -> None:
    """Also where columns of the file were left out: a problem in it names no other cell."""
    left_out = replace(sheet(["tenantId", "Trust MFA"], [T, "no"]), columns=(0, 4))
    made = with_settings(left_out, ["userSyncInbound.isSyncAllowed=no"])

    assert str(made.address(2, 2)) == "s.csv:2 F"


@pytest.mark.parametrize("text", ["Trust MFA", "Trust MFA=", "Trust MFA= ", "=yes"])
def test_a_setting_for_all_rows_has_a_name_and_a_value(text: str) -> None:
    """A blank one is refused: it would look set and change nothing."""
    with pytest.raises(UsageError):
        with_settings(sheet(["tenantId"], [T]), [text])


def test_without_a_tenant_column_only_a_header_like_it_is_offered_for_it() -> None:
    """To rename a column that holds something else would roll out to whatever stands there."""
    unlike, like = validate(sheet(["Trust MFA", "Notes"])), validate(sheet(["Trust MFA", "tenantIdd"]))

    assert [p.hint for p in unlike.problems if "no tenantId column" in p.what] == [
        "Head the column of partner tenant ids with tenantId."
    ]
    assert [p.hint for p in like.problems if "no tenantId column" in p.what] == ['Rename "tenantIdd" to tenantId.']

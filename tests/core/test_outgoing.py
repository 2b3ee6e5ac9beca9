"""What is sent over what is live: nulls only where they mean something."""

from __future__ import annotations

from bulkpatch.merge import lay_over, outgoing, property_of
from bulkpatch.model import Endpoint

TRUST = property_of("inboundTrust")


def test_a_null_is_sent_only_where_something_live_goes_back_to_inheriting() -> None:
    """What inherits already is not mentioned."""
    wanted = {"isMfaAccepted": True, "isCompliantDeviceAccepted": None, "isHybridAzureADJoinedDeviceAccepted": None}
    before = {"isMfaAccepted": None, "isCompliantDeviceAccepted": False, "isHybridAzureADJoinedDeviceAccepted": None}

    assert outgoing(TRUST, before, wanted) == {"isMfaAccepted": True, "isCompliantDeviceAccepted": None}
    assert outgoing(TRUST, None, wanted) == {"isMfaAccepted": True}


def test_going_back_to_inheriting_keeps_what_the_service_holds_beyond_its_schema() -> None:
    """Null for the whole object would take that away as well."""
    ours = {"isMfaAccepted": True, "isCompliantDeviceAccepted": None}

    assert outgoing(TRUST, {**ours, "unpublished": True}, None) == {"isMfaAccepted": None}
    assert outgoing(TRUST, {**ours, "unpublished": None}, None) is None
    assert outgoing(TRUST, ours, None) is None


def test_consent_is_reset_in_the_shape_it_is_shown_in() -> None:
    """With nulls inside, never as null."""
    consent = property_of("automaticUserConsentSettings")
    reset = {"inboundAllowed": None, "outboundAllowed": None}

    assert outgoing(consent, {"inboundAllowed": True, "outboundAllowed": None}, None) == reset


def test_what_is_laid_over_live_is_whole_and_keeps_the_rest_of_it() -> None:
    """A nested object goes as one: what the body does not speak of in it is taken from live."""
    half = {"usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]}}
    apps = {
        "applications": {"accessType": "allowed", "targets": [{"target": "Office365", "targetType": "application"}]}
    }
    live = {
        "inboundTrust": {"isMfaAccepted": False, "isCompliantDeviceAccepted": True},
        "b2bCollaborationInbound": apps,
        "blockServiceProviderOutboundAccess": True,
    }
    body = {
        "inboundTrust": {"isMfaAccepted": True},
        "b2bCollaborationInbound": half,
        "blockServiceProviderOutboundAccess": False,
    }

    assert lay_over(Endpoint.PARTNER, body, live) == {
        "inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": True},
        "b2bCollaborationInbound": {**apps, **half},
        "blockServiceProviderOutboundAccess": False,
    }
    assert lay_over(Endpoint.PARTNER, live, live) == {}
    assert lay_over(Endpoint.PARTNER, body, {}) == body

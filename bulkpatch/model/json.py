"""What Graph sends and takes, and how a partner is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import dumps
from typing import Any, NewType

Json = Any
"""A JSON value: what Graph sends and takes."""

Settings = Mapping[str, Json]
"""Graph properties by name, e.g. `{"inboundTrust": {"isMfaAccepted": True}}`."""

TenantId = NewType("TenantId", str)
"""A partner's tenant id: lower-case GUID with hyphens. Built only by `cells.parse_tenant_id`."""

# DEL and C1; the soft hyphen and the like; zero-width, line ends and directions; halves of pairs; tags. JSON escapes
# what is below the space itself; outside its strings there is ASCII only.
_UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0001-\U000e007f]"
)


def printable_json(text: str) -> str:
    """Write what a terminal would obey or hide in *text*, a JSON document, as JSON's own escapes: the same value."""
    return _UNSEEN.sub(lambda found: r"\u007f" if found[0] == "\x7f" else dumps(found[0])[1:-1], text)

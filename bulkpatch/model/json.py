"""What Graph sends and takes, and how a partner is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import dumps
from typing import Any, NewType
from unicodedata import category

Json = Any
"""A JSON value: what Graph sends and takes."""

Settings = Mapping[str, Json]
"""Graph properties by name, e.g. `{"inboundTrust": {"isMfaAccepted": True}}`."""

TenantId = NewType("TenantId", str)
"""A partner's tenant id: lower-case GUID with hyphens. Built only by `cells.parse_tenant_id`."""

_NOT_PLAIN = re.compile("[^\n -~]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal obeys or hides rather than shows."""


def printable_json(text: str) -> str:
    """Write what a terminal would obey or hide in *text*, a JSON document, as JSON's own escapes: the same value."""
    return _NOT_PLAIN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if category(character) not in _UNSEEN:
        return character
    return r"\u007f" if character == "\x7f" else dumps(character)[1:-1]  # JSON itself leaves DEL as it is

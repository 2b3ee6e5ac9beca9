"""A request, read: which resource of Graph it means, who is asking, and what the body says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web

_PATH = re.compile(
    r"/(?P<version>v1\.0|beta)/(?:policies/crossTenantAccessPolicy/(?:(?P<default>default)"
    r"|partners(?:/(?P<tenant>[^/]+)(?P<sync>/identitySynchronization)?)?)"
    r"|tenantRelationships/(?:(?P<by_id>findTenantInformationByTenantId)\(tenantId='(?P<id>[^']*)'\)"
    r"|(?P<by_name>findTenantInformationByDomainName)\(domainName='(?P<domain>[^']*)'\)))/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, read."""

    method: str
    path: str
    version: str
    endpoint: str
    """Empty for a path that Graph does not have."""
    key: str
    """The tenant id in the path, or what a lookup looks for; in lower case."""
    tenant: str
    """The partner that is meant, in the path or in the body of a POST; in lower case."""
    query: Mapping[str, str]
    body: Any
    readable: bool
    """Whether the body is JSON, or there is none."""
    content_type: str
    authorization: str
    client_request_id: str


async def read(request: web.BaseRequest) -> Asked:
    """Read all of *request*."""
    text = await request.read()
    found = _PATH.fullmatch(request.path)
    parts = found.groupdict() if found else {}
    endpoint, key = _meant(parts)
    body, readable = _parsed(text)
    named = body.get("tenantId") if endpoint == "partners" and isinstance(body, dict) else None
    return Asked(
        method=request.method,
        path=request.path,
        version=parts.get("version") or "",
        endpoint=endpoint,
        key=key,
        tenant=key if parts.get("tenant") else str(named or "").lower(),
        query=request.query,
        body=body,
        readable=readable,
        content_type=request.headers.get("Content-Type", ""),
        authorization=request.headers.get("Authorization", ""),
        client_request_id=request.headers.get("client-request-id", ""),
    )


def _meant(parts: Mapping[str, str | None]) -> tuple[str, str]:
    key = (parts.get("tenant") or parts.get("id") or parts.get("domain") or "").lower()
    special = parts.get("default") or parts.get("by_id") or parts.get("by_name")
    if special or not parts:
        return special or "", key
    if parts.get("sync"):
        return "identitySynchronization", key
    return "partner" if parts.get("tenant") else "partners", key


def _parsed(text: bytes) -> tuple[Any, bool]:
    if not text:
        return None, True
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False

"""Verdicts as data: what each answer, or the lack of one, means."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from bulkpatch.errors import UsageError
from bulkpatch.graph.endpoint import GraphEndpoint, read_root
from bulkpatch.graph.reply import Fault, Reply, claims_of, read_reply, retry_after_seconds
from bulkpatch.graph.verdict import Meaning, judge

HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def error(code: str, message: str = "No.") -> str:
    """Graph's error body."""
    return f'{{"error":{{"code":"{code}","message":"{message}","innerError":{{"request-id":"r-1"}}}}}}'


def answered(status: int, text: str = "", **headers: str) -> Reply:
    """A reply with a status."""
    return read_reply(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, text, client_request_id="c"
    )


TABLE = [
    ("PATCH", answered(204), Meaning.DONE, False),
    ("PUT", answered(204), Meaning.DONE, False),
    ("POST", answered(201, "{}"), Meaning.DONE, False),
    ("DELETE", answered(204), Meaning.DONE, False),
    ("GET", answered(200, "{}"), Meaning.DONE, False),
    ("PATCH", answered(429, error("TooManyRequests"), Retry_After="7"), Meaning.WAIT, False),
    ("PATCH", answered(500, error("InternalServerError")), Meaning.AGAIN, True),
    ("PATCH", answered(502, HTML), Meaning.AGAIN, True),
    ("PATCH", answered(503, error("serviceNotAvailable")), Meaning.AGAIN, True),
    ("PATCH", answered(504, ""), Meaning.AGAIN, True),
    ("PATCH", answered(501, ""), Meaning.REFUSED, False),
    ("PATCH", answered(408, ""), Meaning.AGAIN, True),
    ("PATCH", answered(509, ""), Meaning.WAIT, False),
    ("PATCH", answered(507, ""), Meaning.AGAIN, True),
    ("PATCH", answered(401, error("InvalidAuthenticationToken")), Meaning.RENEW, False),
    ("PATCH", answered(403, error("Authorization_RequestDenied")), Meaning.FORBIDDEN, False),
    (
        "PATCH",
        answered(403, "", WWW_Authenticate='Bearer error="insufficient_claims", claims="e30="'),
        Meaning.RENEW,
        False,
    ),
    ("PATCH", answered(400, error("Request_BadRequest")), Meaning.REFUSED, False),
    ("PATCH", answered(404, error("whatever")), Meaning.NOT_THERE, False),
    ("PATCH", answered(400, error("Directory_ObjectNotFound")), Meaning.NOT_THERE, False),
    ("PATCH", answered(405, error("Request_BadRequest")), Meaning.REFUSED, False),
    ("PUT", answered(409, error("Request_MultipleObjectsWithSameKeyValue")), Meaning.THERE_ALREADY, False),
    ("PATCH", answered(409, error("Directory_ConcurrencyViolation")), Meaning.AGAIN, False),
    ("PATCH", answered(412, error("PreconditionFailed")), Meaning.REFUSED, False),
    ("PATCH", answered(423, error("Locked")), Meaning.AGAIN, False),
    ("PATCH", answered(200, "<html>Sign in</html>"), Meaning.DOUBTFUL, True),
    ("PATCH", answered(202), Meaning.DOUBTFUL, True),
    ("PATCH", answered(299), Meaning.DOUBTFUL, True),
    ("PATCH", answered(300), Meaning.REFUSED, False),
    ("PATCH", answered(302, "", Location="https://example.com"), Meaning.REFUSED, False),
    ("GET", answered(200, "{not json"), Meaning.AGAIN, False),
    ("GET", answered(200, ""), Meaning.AGAIN, False),
    ("GET", answered(200, HTML), Meaning.AGAIN, False),
    ("GET", answered(302, ""), Meaning.REFUSED, False),
    ("GET", Reply(status=200, fault=Fault.TRUNCATED), Meaning.AGAIN, False),
    ("PATCH", Reply(fault=Fault.RESET), Meaning.AGAIN, True),
    ("PATCH", Reply(fault=Fault.TIMEOUT), Meaning.AGAIN, True),
    ("PATCH", Reply(fault=Fault.GARBLED), Meaning.AGAIN, True),
    ("PATCH", Reply(fault=Fault.UNRESOLVED), Meaning.AGAIN, False),
    ("PATCH", Reply(fault=Fault.TLS), Meaning.AGAIN, False),
    ("PATCH", Reply(fault=Fault.REFUSED), Meaning.AGAIN, False),
    ("PATCH", Reply(fault=Fault.PROXY), Meaning.AGAIN, False),
    ("PATCH", Reply(fault=Fault.CONNECT_TIMEOUT), Meaning.AGAIN, False),
]


@pytest.mark.parametrize(("method", "reply", "meaning", "may_have_applied"), TABLE)
def test_every_answer_has_its_meaning(method: str, reply: Reply, meaning: Meaning, may_have_applied: bool) -> None:
    """And says whether the write may have been carried out all the same."""
    verdict = judge(reply, method=method)

    assert (verdict.meaning, verdict.may_have_applied) == (meaning, may_have_applied)


def test_only_a_503_and_a_dead_connection_ask_for_a_new_one() -> None:
    """As Microsoft advises for 503."""
    fresh = {
        str(reply.status or reply.fault)
        for method, reply, _, _ in TABLE
        if judge(reply, method=method).fresh_connection
    }

    assert fresh == {"503", *(f.value for f in Fault if f is not Fault.TRUNCATED)}


def test_graphs_own_words_are_kept() -> None:
    """Code, message and the id to give to support."""
    told = answered(400, error("Request_BadRequest", "Invalid property 'x'.")).error

    assert (told.code, told.message, told.http_status, told.request_id) == (
        "Request_BadRequest",
        "Invalid property 'x'.",
        400,
        "r-1",
    )


def test_a_gateways_page_is_told_in_a_few_words() -> None:
    """Without its tags."""
    told = answered(502, HTML).error

    assert (told.code, told.message) == ("Http502", "502 Bad Gateway 502 Bad Gateway")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("-3", -3.0),
        ("soon", None),
        ("", None),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:59:00 GMT", -60.0),
        ("86400", 86400.0),
        ("1e999", None),
    ],
)
def test_retry_after_is_read_as_seconds(text: str | None, seconds: float | None) -> None:
    """Seconds or an HTTP date; what is neither is nothing."""
    assert retry_after_seconds(text, now=datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


def test_a_claims_challenge_is_decoded() -> None:
    """As msal wants it."""
    claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    encoded = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")

    assert claims_of(f'Bearer realm="", error="insufficient_claims", claims="{encoded}"') == claims
    assert claims_of("Bearer") is None


def test_the_token_goes_nowhere_else() -> None:
    """Not to another host, port or scheme, whatever a next link says."""
    graph = GraphEndpoint(root="https://graph.microsoft.com")

    assert graph.is_ours("https://graph.microsoft.com/v1.0/partners?$skiptoken=x")
    assert not graph.is_ours("http://graph.microsoft.com/v1.0/partners")
    assert not graph.is_ours("https://graph.microsoft.com.example.com/")
    assert not graph.is_ours("https://graph.microsoft.com:444/")
    assert not graph.is_ours("https://[")


@pytest.mark.parametrize(
    "root", ["https://graph.microsoft.us", "http://localhost:80", "http://127.0.0.9:1", "http://[::1]:5"]
)
def test_good_roots_are_taken(root: str) -> None:
    """Https anywhere, http on loopback."""
    assert read_root(root + "/") == root


@pytest.mark.parametrize(
    "root", ["http://10.0.0.1", "ftp://x", "//x", "https://", "https://u@h", "https://h/beta", "https://h?x=1"]
)
def test_bad_roots_are_refused(root: str) -> None:
    """Before a token is sent there."""
    with pytest.raises(UsageError):
        read_root(root)

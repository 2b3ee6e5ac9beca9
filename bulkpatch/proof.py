"""What the events of one tenant prove, when nobody lived to write its final word. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from bulkpatch.model import Difference, GraphError, Json, Outcome, Status


def proved(events: Sequence[Mapping[str, Json]], *, writes: int) -> Outcome:
    """The final word that the events of a tenant prove, when the run was cut off before it was written."""
    if not any(event["kind"] == "sending" for event in events):
        return Outcome(status=Status.NOT_SENT, note="the run was cut off before its turn")
    done, doubt, under_way = 0, False, False
    for event in events:
        under_way = event["kind"] == "sending"
        effect = _effect(event)
        done += effect is _Effect.APPLIED
        if effect is _Effect.UNKNOWN:
            doubt = True
        elif effect is _Effect.APPLIED or event["kind"] == "settled":
            doubt = False
    answers = [event for event in events if event["kind"] == "answered"]
    if doubt or under_way:
        return _outcome(Status.UNKNOWN, answers, "sent, and the run was cut off before an answer was known")
    if done >= writes:
        return _outcome(Status.SUCCEEDED, answers, "")
    last = events[-1]
    refusal = last["kind"] == "answered" and _effect(last) is _Effect.NONE
    after = f"after {last['status']} {last['code']}" if refusal else "before all was sent"
    return _outcome(Status.NOT_SENT, answers, f"the run was cut off {after}")


class _Effect(Enum):
    """What one event tells of a write. Doubt that an attempt left is ended by a success or a read, not by a refusal."""

    APPLIED = "applied"
    NONE = "none"
    UNKNOWN = "unknown"


def _effect(event: Mapping[str, Json]) -> _Effect:
    match event:
        case {"kind": "answered", "status": 201 | 204} | {"kind": "settled", "finding": "applied"}:
            return _Effect.APPLIED
        case {"kind": "sending"} | {"kind": "settled", "finding": "not applied"}:
            return _Effect.NONE
        case {"kind": "answered", "status": int() as status} if 300 <= status < 500 and status != 408:
            return _Effect.NONE
    return _Effect.UNKNOWN  # a 408, a 5xx, a 2xx that is not documented, no answer; a read that could not tell


def _outcome(status: Status, answers: Sequence[Mapping[str, Json]], note: str) -> Outcome:
    last = answers[-1] if answers else {}
    return Outcome(
        status=status,
        http_status=last.get("status"),
        attempts=len(answers),
        request_id=last.get("requestId", ""),
        client_request_id=last.get("clientRequestId", ""),
        note=note,
    )


def read_outcome(event: Mapping[str, Json]) -> Outcome:
    """An outcome as `record.outcome_json` wrote it."""
    error = event.get("error")
    return Outcome(
        status=Status(event["status"]),
        error=GraphError(**error) if error else None,
        http_status=event.get("http_status"),
        attempts=event.get("attempts", 0),
        request_id=event.get("request_id", ""),
        client_request_id=event.get("client_request_id", ""),
        applied=tuple(Difference(**difference) for difference in event.get("applied", ())),
        created=event.get("created", False),
        note=event.get("note", ""),
        seconds=event.get("seconds", 0.0),
    )

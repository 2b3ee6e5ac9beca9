"""What a run came to, for `--json`: small enough for one screen, whole enough for a script. Pure."""

from __future__ import annotations

from bulkpatch.model import Json, Report
from bulkpatch.report.causes import Cause, causes


def summary(report: Report, *, folder: str, rerun: str) -> dict[str, Json]:
    """Give the sums over a run, its failures by cause, and the command that sends again what is not done."""
    traffic = report.traffic
    return {
        "run": report.run,
        "folder": folder,
        "counts": {status.value: count for status, count in report.counts.items()},
        "exitCode": report.exit_code,
        "stopped": report.stopped,
        "seconds": traffic.seconds,
        "requests": {
            "reads": traffic.reads,
            "writes": traffic.writes,
            "throttled": traffic.throttled,
            "retries": traffic.retries,
        },
        "failures": [_failure(cause) for cause in causes(report)],
        "rerun": rerun if report.unfinished else "",
    }


def _failure(cause: Cause) -> dict[str, Json]:
    return {
        "status": cause.status.value,
        "code": cause.code,
        "httpStatus": cause.http_status,
        "count": cause.count,
        "message": cause.message,
        "rows": list(cause.rows),
        "tenants": list(cause.tenants),
        "advice": cause.advice,
    }

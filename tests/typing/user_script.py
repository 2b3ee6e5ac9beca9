"""A script as somebody writes it who uses bulkpatch from Python: must satisfy strict type checkers as it stands."""

# pyright: strict
from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

import bulkpatch


def report(event: bulkpatch.Event) -> str | None:
    """A line for a tenant that did not end well."""
    if event.step is None or event.outcome is None or event.outcome.status.is_good:
        return None
    error = event.outcome.error
    return f"{event.step.tenant}: {event.outcome.status.value} {error.code if error else ''}"


def worth_sending(planned: bulkpatch.Planned) -> bool:
    """Whether anything would be changed."""
    plan: bulkpatch.Plan = planned.plan
    return any(step.patches for step in plan.steps)


async def roll_out(sheet: Path, options: bulkpatch.Options) -> bulkpatch.Run | None:
    """Plan, and send what the plan holds, tenant by tenant."""
    checked = bulkpatch.validate(bulkpatch.load(sheet), options)
    async with bulkpatch.connect(checked, sign_in=bulkpatch.SignIn(tenant_id="contoso.com")) as line:
        planned = await bulkpatch.plan(checked, line)
        if not worth_sending(planned):
            return None
        run: bulkpatch.Run | None = None
        async for event in bulkpatch.events(planned, line):
            print(report(event) or ".", file=sys.stderr)
            run = event.run or run
        return run


async def at_once(sheet: str) -> bulkpatch.Run:
    """The same without events."""
    checked = bulkpatch.validate(bulkpatch.load(sheet, worksheet="Partners"))
    async with bulkpatch.connect(checked, say=lambda text: print(text, file=sys.stderr)) as line:
        return await bulkpatch.apply(await bulkpatch.plan(checked, line), line)


def main(words: list[str]) -> int:
    """Run it on the sheet that the command line names; the process's exit code."""
    options = bulkpatch.Options(simulate=True, create_missing=True, max_failures="5%", deadline=60.0)
    try:
        run = asyncio.run(roll_out(Path(words[0]), options))
    except bulkpatch.BulkpatchError as exc:
        print(exc.what, exc.next_step, file=sys.stderr)
        return int(exc.exit_code)
    if run is None:
        return 0
    counts: Counter[str] = Counter(row.outcome.status.value for row in run.report.rows)
    table = bulkpatch.outcomes(run)
    failed = table[table["status"] == bulkpatch.Status.FAILED.value]
    print(run.folder / "report.html", dict(counts), len(failed))
    return run.report.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

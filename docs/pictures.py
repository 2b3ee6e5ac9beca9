"""Draws the pictures of README from the simulator: the plan, the live view, the report page.

    .venv/bin/python docs/pictures.py

The page needs chromium; without it the other two are drawn all the same.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

import bulkpatch
from bulkpatch.line import Line, quota_of
from bulkpatch.progress import LiveWatcher
from bulkpatch.report.terminal import print_plan

ROOT = Path(__file__).parent.parent
SHEET = Path("inputs/partners.csv")
WIDTH = 100
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--window-size=1100,1400")  # fmt: skip


def canvas() -> Console:
    """A terminal that can be saved."""
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)


def save(screen: Console, name: str, title: str) -> None:
    """Save as SVG without the fonts that rich would have a reader's browser fetch."""
    svg = re.sub(r"@font-face \{.*?\}", "", screen.export_svg(title=title), flags=re.DOTALL)
    (ROOT / "docs" / name).write_text(svg, encoding="utf-8")


async def draw(folder: Path) -> Path:
    """Draw plan and live view into docs/, carry the plan out in *folder*; give the run's folder."""
    options = bulkpatch.Options(simulate=True, report_dir=str(folder), fault_rate=0.3, max_attempts=2, seed=4,
                                latency=0.05, quota="300/30")  # fmt: skip
    checked = bulkpatch.validate(bulkpatch.load(SHEET), options)
    async with bulkpatch.connect(checked) as line:
        planned = await bulkpatch.plan(checked, line)
        plan = canvas()
        print_plan(planned.plan, plan, quota=quota_of(options), limit=4)
        save(plan, "plan.svg", f"bulkpatch plan {SHEET.name}")
        return await live(planned, line)


async def live(planned: bulkpatch.Planned, line: Line) -> Path:
    """Carry the plan out under the live view, and save the view as it was when two thirds were done."""
    from bulkpatch import pipeline

    screen = canvas()
    watcher = LiveWatcher(line.clock, Console(file=io.StringIO()))
    due = 2 * len(planned.plan.patches) // 3

    def look() -> None:
        if watcher.done == due:
            screen.print(watcher.view(WIDTH))

    moved = watcher.finished

    def finished(step: object, outcome: object) -> None:
        moved(step, outcome)  # type: ignore[arg-type] # handed through as it comes
        look()

    watcher.finished = finished  # type: ignore[method-assign]
    with watcher.sending(sum(bool(step.patches) for step in planned.plan.steps)):
        run = await pipeline.apply(planned.checked, planned.plan, line, about={"command": "apply"}, observer=watcher)
    save(screen, "live.svg", "bulkpatch apply")
    return run.folder


def photograph(page: Path) -> None:
    """Take a picture of the report page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium: docs/page.png is not drawn", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as profile:
        words = [chromium, *CHROMIUM, f"--user-data-dir={profile}", f"--screenshot={ROOT / 'docs' / 'page.png'}"]
        subprocess.run([*words, page.as_uri()], check=True, capture_output=True, timeout=60)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as desk:
        shutil.copytree(ROOT / "inputs", Path(desk) / "inputs")
        os.chdir(desk)
        photograph((asyncio.run(draw(Path("reports"))) / "report.html").resolve())
        os.chdir(ROOT)

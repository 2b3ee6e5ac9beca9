"""One folder per run, never overwritten: journal and reports, for the owner's eyes only."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from bulkpatch.errors import JournalUnwritable, UsageError
from bulkpatch.model import Report, Sheet


def make_folder(reports: Path, now: datetime, sheet: Sheet) -> Path:
    """Make `reports/<UTC time>-<sheet name>/`; raises UsageError when it cannot be made."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(sheet.file).stem).strip("-.")[:60] or "sheet"
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise _unwritable(reports, exc) from exc
    stem = f"{now:%Y%m%dT%H%M%SZ}-{name}"
    for suffix in ("", *(f"-{n}" for n in range(2, 1000))):
        folder = reports / f"{stem}{suffix}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as exc:
            raise _unwritable(reports, exc) from exc
        return folder
    raise UsageError(f"{reports} is full of runs of this second.", next_step="Wait a second.")


def _unwritable(reports: Path, exc: OSError) -> UsageError:
    return UsageError(
        f"The report folder {reports} cannot be written: {exc.strerror}.",
        next_step="Nothing was sent. Choose another with --report-dir.",
    )


def utc_stamp(now: datetime) -> str:
    """A UTC time as the journal and the report write it."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def write_reports(report: Report, folder: Path) -> None:
    """Write every report into *folder*; raises JournalUnwritable when the disk does not take them."""
    from bulkpatch.report.tables import write_csv, write_json
    from bulkpatch.report.workbook import write_workbook

    try:
        write_csv(report, folder / "report.csv")
        write_json(report, folder / "report.json")
        write_workbook(report, folder / "report.xlsx")
    except OSError as exc:
        raise JournalUnwritable(
            f"The report in {folder} cannot be written: {exc.strerror}.",
            next_step=f"The journal has everything: make room, then `bulkpatch report {folder}`.",
        ) from exc

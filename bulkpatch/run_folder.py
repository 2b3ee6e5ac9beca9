"""One folder per run, never overwritten: journal and reports, for the owner's eyes only."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bulkpatch.errors import JournalUnwritable, UsageError
from bulkpatch.journal import FILE_NAME, read_journal
from bulkpatch.model import Json, Report, Sheet

_log = logging.getLogger(__name__)


def make_folder(reports: Path, now: datetime, sheet: Sheet) -> Path:
    """Make `reports/<UTC time>-<sheet name>/`; raises UsageError when it cannot be made."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(sheet.file).stem).strip("-.")[:60] or "sheet"
    try:
        reports.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    return now.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


REPORTS: Mapping[str, str] = {
    "csv": "report.csv",
    "json": "report.json",
    "xlsx": "report.xlsx",
    "md": "report.md",
    "html": "report.html",
    "junit": "junit.xml",
}
"""The reports that there are: format → file. All but junit are made for every run; the page last."""
_VIEWS = {"md", "html"}


def write_reports(report: Report, folder: Path) -> None:
    """Write every report into *folder*; raises JournalUnwritable when the disk does not take them.

    One that fails costs no other: all are tried, and a view for people that cannot be drawn is a warning.
    """
    full: JournalUnwritable | None = None
    for form in [form for form in REPORTS if form != "junit"]:
        try:
            write_report(report, folder, form)
        except JournalUnwritable as exc:
            full = full or exc
        except Exception as exc:
            if form not in _VIEWS:
                raise
            # What it shows stands in the other reports as well: it may not turn a good run into a crash.
            _log.warning("%s could not be made: %s: %s", folder / REPORTS[form], type(exc).__name__, exc)
    if full is not None:
        raise full


def write_report(report: Report, folder: Path, form: str) -> Path:
    """Write one report, *form* being a key of REPORTS, and give its path; raises JournalUnwritable."""
    path = folder / REPORTS[form]
    try:
        _write(report, path, form)
    except OSError as exc:
        raise JournalUnwritable(
            f"The report in {folder} cannot be written: {exc.strerror}.",
            next_step=f"The journal has everything: make room, then `bulkpatch report {folder}`.",
        ) from exc
    return path


def _write(report: Report, path: Path, form: str) -> None:
    from bulkpatch.report import junit, markdown, page, tables, workbook
    from bulkpatch.report.timeline import timeline

    match form:
        case "csv":
            tables.write_csv(report, path)
        case "json":
            tables.write_json(report, path)
        case "xlsx":
            workbook.write_workbook(report, path)
        case "md":
            markdown.write_markdown(report, path, about=_opening(path.parent))
        case "html":
            told = timeline(read_journal(path.parent / FILE_NAME))
            page.write_page(report, told, _opening(path.parent), path)
        case "junit":
            junit.write_junit(report, path)


def _opening(folder: Path) -> Mapping[str, Json]:
    """The `run` event of the journal in *folder*."""
    first = next(read_journal(folder / FILE_NAME), {})
    return first if first.get("kind") == "run" else {}

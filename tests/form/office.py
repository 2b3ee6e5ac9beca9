"""LibreOffice without a window: a program that wrote neither workbook, and opens both."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")


def converted(path: Path, ending: str) -> Path:
    """Have *path* opened and written again as *ending*, with a profile of its own, so that tests do not wait in line."""
    assert OFFICE is not None
    profile = (path.parent / "office-profile").as_uri()
    command = [OFFICE, "--headless", f"-env:UserInstallation={profile}", "--convert-to", ending]
    subprocess.run([*command, "--outdir", str(path.parent / "converted"), str(path)],
                   check=True, capture_output=True, timeout=120)  # fmt: skip
    return path.parent / "converted" / f"{path.stem}.{ending}"

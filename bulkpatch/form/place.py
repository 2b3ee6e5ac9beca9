"""A file put in its place whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from bulkpatch.errors import UsageError


def put(content: bytes, path: Path) -> None:
    """Write *content* to *path*, in place of what is there; raises UsageError when that cannot be."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror or exc}.", next_step=_advice(path, exc)) from exc


def _advice(path: Path, exc: OSError) -> str:
    if not path.parent.is_dir():
        return f"Make the folder {path.parent} first, or name another one."
    if isinstance(exc, PermissionError):
        return "Close it in Excel if it is open there, or name a folder that you may write to."
    return "Name another file."

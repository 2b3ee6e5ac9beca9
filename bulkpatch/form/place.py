"""A file put in its place whole, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from bulkpatch.errors import UsageError


def put(content: bytes, path: Path) -> None:
    """Write *content* to *path*, in place of what is there; raises UsageError when that cannot be."""
    # Nobody can guess the name in between, and lay a link there; a device at *path* is not taken away from everybody.
    unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}.part")
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "it is there, and is no file")
        try:
            with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(content)
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

"""Files that are either whole or not there at all: written under another name, then put in place."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _require_replaceable(path: Path) -> None:
    # A device or a pipe would be taken away from everybody, not written to.
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is there, and is no file", str(path))


@contextmanager
def fresh_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of *path* when the block ends well, and leaves no trace when it does not.

    A link at *path* is replaced, not followed; the name in between cannot be guessed, and is never one that is there.
    Raises OSError.
    """
    _require_replaceable(path)
    unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}.part")
    try:
        with open(unfinished, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write *lines*, which bring their own line ends, as UTF-8 in place of *path*."""
    with fresh_file(path) as file:
        # backslashreplace: half a surrogate pair in a message must not cost the report; in JSON it is a valid escape.
        text = TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        text.writelines(lines)
        text.flush()
        text.detach()

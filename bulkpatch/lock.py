"""One run at a time against a home tenant, on this machine: two would each take the whole quota."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkpatch.errors import UsageError


@contextmanager
def only_run(home: str, *, name: str, allow_parallel: bool) -> Iterator[Callable[[str], None]]:
    """Hold the lock of *home* (a tenant id, or what else tells home tenants apart) while a run sends.

    Gives a function that names the run anew, once its folder is known.

    Raises UsageError with the name of the run that holds it. The lock ends with the process, however that ends.
    """
    file = _lock_file(home)
    if allow_parallel or file is None:
        yield lambda _: None
        return
    handle = _open(file)
    try:
        if not _take(handle):
            other = os.read(handle, 4096).decode(errors="replace").strip() or "another run"
            raise UsageError(
                f"{other} is sending to the same home tenant.",
                next_step="Wait for it to end. Both together need --allow-parallel and share one quota.",
            )
        _name(handle, name)
        yield lambda known: _name(handle, known)
    finally:
        os.close(handle)


def _open(file: Path) -> int:
    """Open the lock, never through a link that somebody else laid at its place; raises UsageError."""
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as exc:
        raise _not_ours(file, str(exc.strerror)) from exc


def _not_ours(place: Path, why: str) -> UsageError:
    step = "Nothing was sent. Remove it, or set XDG_RUNTIME_DIR to a folder of your own, or add --allow-parallel."
    return UsageError(f"The lock of the home tenant cannot be kept in {place}: {why}.", next_step=step)


def _name(handle: int, name: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, name.encode(), 0)


def _lock_file(home: str) -> Path | None:
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"bulkpatch-{_user()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as exc:
        raise _not_ours(folder, "it is no folder") from exc
    except OSError:
        return None
    _require_own(folder)
    return folder / f"{hashlib.sha256(home.encode()).hexdigest()[:24]}.lock"


def _require_own(folder: Path) -> None:
    """Its name can be guessed, and everybody may write where it stands: another user may have been there first."""
    if not hasattr(os, "getuid"):
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _not_ours(folder, "it is a link")
    if found.st_uid != os.getuid():
        raise _not_ours(folder, "it belongs to another user")
    if found.st_mode & 0o022:
        raise _not_ours(folder, "others may write there")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _take(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: no advisory lock of this kind, so no guard
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

"""Where a person's sign-in is kept between commands: encrypted where the platform can, mode 0600 where not."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulkpatch.errors import SignInFailed

FOLDER_VARIABLE = "BULKPATCH_CACHE_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A cache that msal can use, and how it is kept."""

    cache: Any
    encrypted: bool
    path: Path

    @property
    def how(self) -> str:
        """For people."""
        return f"kept encrypted in {self.path}" if self.encrypted else f"kept in {self.path}, readable by you only"


def folder(environ: Mapping[str, str]) -> Path:
    """The folder of the cache."""
    named = environ.get(FOLDER_VARIABLE, "").strip()
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("bulkpatch", appauthor=False))


def path_of(environ: Mapping[str, str]) -> Path:
    """The file of the cache."""
    return folder(environ) / "sign-in.bin"


def is_kept(environ: Mapping[str, str]) -> bool:
    """Whether somebody has signed in before."""
    return path_of(environ).is_file()


def open_cache(environ: Mapping[str, str]) -> Kept:
    """Open the cache, making its folder with mode 0700; raises SignInFailed where others could reach into it."""
    import msal_extensions as extensions

    path = path_of(environ)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_own(path)
    except OSError as exc:
        raise _not_kept(path.parent, str(exc.strerror)) from exc
    try:
        store = extensions.build_encrypted_persistence(str(path))
        encrypted = True
    except Exception:  # noqa: BLE001 - libsecret, keyring or DBus may lack in many ways
        store, encrypted = extensions.FilePersistence(str(path)), False
    return Kept(cache=extensions.PersistedTokenCache(store), encrypted=encrypted, path=path)


def _require_own(path: Path) -> None:
    """A token of a person is worth too much for a folder that another user can write to, or laid out."""
    if not hasattr(os, "getuid"):
        return
    found = path.parent.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise _not_kept(path.parent, "other users may write there")
    if path.is_symlink() or Path(f"{path}.lockfile").is_symlink():
        raise _not_kept(path, "it is a link")


def _not_kept(place: Path, why: str) -> SignInFailed:
    step = f"Point {FOLDER_VARIABLE} to a folder of your own, mode 0700, or unset it."
    return SignInFailed(f"The sign-in cannot be kept in {place}: {why}.", next_step=step)


def forget(environ: Mapping[str, str]) -> bool:
    """Remove every kept sign-in; False when there was none."""
    path, was_there = path_of(environ), is_kept(environ)
    if was_there:
        with suppress(SignInFailed):  # what may not be opened may still be removed
            kept = open_cache(environ)
            for account in list(kept.cache.search("Account")):
                kept.cache.remove_account(account)
    for leftover in (path, Path(f"{path}.lockfile")):
        leftover.unlink(missing_ok=True)
    return was_there

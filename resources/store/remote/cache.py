"""Media that are in the store as well are let go of here when they take more room than they may, the longest unused
first; their sidecars stay, and they are fetched again when they are used.

Who uses an artifact holds a shared lock on its sidecar, which the kernel frees with the holder; letting go takes the
lock alone, so nothing is ever taken from under a running step. What was used in the last minutes stays, too: not
everyone who was given a path says for how long.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from resources.store.artifacts import SIDECAR
from resources.store.remote.heads import Files
from resources.store.remote.layout import object_of
from resources.store.remote.scan import here
from resources.store.remote.settings import Storage

RECENT_S = 600.0


class Holds:
    """What this object's owner uses of a film: none of it is let go of while the owner lives."""

    def __init__(self, film: Path) -> None:
        self._film = film
        self._held: dict[str, int] = {}
        weakref.finalize(self, _let_go, self._held)

    def hold(self, folder: str) -> None:
        """Hold an artifact, and say that it is used now."""
        path = self._film / folder / SIDECAR
        try:
            if folder not in self._held:
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
                fcntl.flock(handle, fcntl.LOCK_SH)
                self._held[folder] = handle
            os.utime(path)
        except OSError:
            return  # no sidecar is here, so nothing is that could be let go of


def _let_go(held: dict[str, int]) -> None:
    for handle in held.values():
        os.close(handle)
    held.clear()


@dataclass(frozen=True)
class _Idle:
    """An artifact whose media are here and in the store."""

    sidecar: Path
    media: list[Path]
    bytes: int
    used: float


def make_room(movies: Path, storage: Storage, need: int = 0, *, recent_s: float = RECENT_S) -> int:
    """Let go of media until those that are in the store too take no more than the home's limit less ``need`` bytes.

    ``movies`` is the folder of all films. Returns the bytes that became free; what is in use may keep it from being
    enough.
    """
    if storage.cache_gb is None:
        return 0
    found = sorted(_idle(movies, storage.url), key=lambda one: one.used)
    over = sum(one.bytes for one in found) + need - int(storage.cache_gb * 1e9)
    freed = 0
    for one in found:
        if over - freed <= 0 or time.time() - one.used < recent_s:
            break
        freed += one.bytes if _release(one) else 0
    return freed


def cached_bytes(movies: Path, url: str) -> int:
    """What media that are in the store at ``url`` as well take here."""
    return sum(one.bytes for one in _idle(movies, url))


def _idle(movies: Path, url: str) -> Iterator[_Idle]:
    from resources.store.remote.mirror import AGREED, Agreed

    for film in sorted(movies.iterdir()) if movies.is_dir() else []:
        try:
            agreed = Agreed.model_validate_json((film / AGREED).read_bytes())
        except (OSError, ValidationError):
            continue
        if agreed.url != url:
            continue
        for folder, files in _by_object(agreed.head.files).items():
            media = [film / path for path, kept in files.items() if here(film / path, kept)]
            sidecar = film / folder / SIDECAR
            if media and sidecar.is_file():
                yield _Idle(sidecar, media, sum(path.stat().st_size for path in media), sidecar.stat().st_mtime)


def _by_object(files: Files) -> dict[str, Files]:
    found: dict[str, Files] = {}
    for path, kept in files.items():
        folder = object_of(path)
        if folder is not None and not path.endswith(f"/{SIDECAR}"):
            found.setdefault(folder, {})[path] = kept
    return found


def _release(one: _Idle) -> bool:
    """Remove the media of an artifact unless somebody uses it."""
    try:
        handle = os.open(one.sidecar, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in one.media:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True

"""The film lock: one process makes a film at a time, whichever door it came through.

``flock`` frees the lock the moment its holder dies, SIGKILL included, so there is no stale lock to clear. The file
holds the process id, for the message and so that the holder may take the lock again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.errors import Busy
from resources.store.atomic import disk_errors


@contextmanager
def film_lock(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of the film in ``folder``; wait up to ``wait`` seconds for it.

    Re-entrant within a process. Raises :class:`Busy` naming the process that holds it. The descriptor is closed on
    exec, so a child never keeps a lock of its parent.
    """
    path = folder / ".lock"
    with disk_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        if _acquire(handle, folder.name, wait):
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            try:
                yield
            finally:
                os.ftruncate(handle, 0)
        else:
            yield
    finally:
        os.close(handle)


@contextmanager
def short_lock(path: Path) -> Iterator[None]:
    """Read, change and write a small record alone: one thread of one process at a time, for as long as that takes."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def holder(folder: Path) -> int | None:
    """The process that makes the film in ``folder`` at this moment, or None."""
    path = folder / ".lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        text = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        if not text.isdigit():
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(text)
        return None  # killed: the kernel freed the lock, the number stayed
    finally:
        os.close(handle)


def _acquire(handle: int, movie: str, wait: float) -> bool:
    """True when the lock was taken, False when this process holds it already."""
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            if holder == str(os.getpid()):
                return False
            if time.monotonic() >= deadline:
                raise Busy(
                    f"film {movie!r} is being made by process {holder or 'unknown'}",
                    hint=f"wait for it, or stop it with `sparkle stop {movie}`",
                ) from None
            time.sleep(0.1)

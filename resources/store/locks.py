"""The film lock: one process makes a film at a time, whichever door it came through; or several, a shot each.

``flock`` frees a lock the moment its holder dies, SIGKILL included, so there is no stale lock to clear; on a network
file system (NFSv4, CephFS) it holds between hosts. The file names the holder, for the message and so that the holder
may take the lock again: number and host, for two containers may have the same numbers, and a word of this very process,
for a container that is started again has the number and the host of one that was killed and left its name.

Where shots are made on several workers (:func:`shot_lock`), each holds the film's lock shared and its shot's alone. So
whatever concerns the whole film (a plan, a take, the cut) waits for the shots under way, and they for it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from resources.errors import Busy
from resources.store.atomic import disk_errors

FILE, ASKING = ".lock", ".asking"
SHARED = "shares"
OWN = secrets.token_hex(4)
"""No other process has it together with its number: neither one before, nor one that was forked."""
LOOK_S = 0.1
"""Between two looks at a lock that somebody else has."""
GLANCE_S = 0.25
"""Also who does not wait looks again: :func:`holder` takes a lock for a moment to see whether it is free."""


@contextmanager
def film_lock(folder: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of the film in ``folder``; wait up to ``wait`` seconds for it.

    Re-entrant within a process. Raises :class:`Busy` naming the process that holds it. The descriptor is closed on
    exec, so a child never keeps a lock of its parent.
    """
    with _held(folder / FILE, folder.name, fcntl.LOCK_EX, wait):
        yield


@contextmanager
def shot_lock(folder: Path, slot: str, *, wait: float = 0.0) -> Iterator[None]:
    """Make the shot in ``slot`` alone, while others make other shots of the same film. Raises :class:`Busy`.

    A process that holds the whole film holds its shots.
    """
    deadline = time.monotonic() + wait
    with ExitStack() as stack:
        # the shot first: whoever waits for it must not keep the film from those who want all of it
        stack.enter_context(_held(folder / "shots" / slot / FILE, f"{folder.name}, shot {slot}", fcntl.LOCK_EX, wait))
        left = max(0.0, deadline - time.monotonic())
        stack.enter_context(_held(folder / FILE, folder.name, fcntl.LOCK_SH, left))
        yield


@contextmanager
def asking_lock(folder: Path) -> Iterator[None]:
    """Have others make the film in ``folder``, as the only one who asks: shots are made meanwhile, all of it is not.

    Raises :class:`Busy` when another process asks for it, or makes it.
    """
    with _held(folder / ASKING, folder.name, fcntl.LOCK_EX, 0.0):
        yield


@contextmanager
def open_to_shots(folder: Path, *, wait: float) -> Iterator[None]:
    """Keep the film in ``folder`` from whoever wants all of it, and let its shots be made. Raises :class:`Busy`."""
    with _held(folder / FILE, folder.name, fcntl.LOCK_SH, wait):
        yield


@contextmanager
def short_lock(path: Path) -> Iterator[None]:
    """Read, change and write a small record alone: one thread of one process at a time, for as long as that takes."""
    with disk_errors(path):
        handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def holder(folder: Path) -> int | None:
    """The process that makes the film in ``folder``, or a shot of it, at this moment, or None."""
    try:
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        number = _named(handle).partition(" ")[0]
        if not number.isdigit():
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(number)
        return None  # killed: the kernel freed the lock, the number stayed
    finally:
        os.close(handle)


@contextmanager
def _held(path: Path, what: str, kind: int, wait: float) -> Iterator[None]:
    """A lock on the file at ``path``, shared or not."""
    handle, taken = _taken(path, what, kind, wait)
    try:
        if not taken:
            yield
            return
        # one of several is named for the message alone: it must not find itself and believe that it holds all of it
        name = _me() if kind == fcntl.LOCK_EX else f"{_me()} {SHARED}"
        os.pwrite(handle, name.ljust(len(_named(handle))).encode(), 0)
        try:
            yield
        finally:
            if kind == fcntl.LOCK_EX:  # of those who share it, the others go on
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _taken(path: Path, what: str, kind: int, wait: float) -> tuple[int, bool]:
    """The file at ``path``, and whether its lock was taken: False when this process holds it already.

    A film may be deleted, and made anew, while somebody waits: the lock of a file that is gone is nobody's.
    """
    deadline = time.monotonic() + wait
    while True:
        with disk_errors(path):
            handle = _open(path)
        try:
            taken = _acquire(handle, what, kind, deadline - time.monotonic())
            if not taken or _is_at(handle, path):
                return handle, taken
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)


def _acquire(handle: int, what: str, kind: int, wait: float) -> bool:
    """True when the lock was taken, False when this process holds it already."""
    deadline = time.monotonic() + max(wait, GLANCE_S)
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            named = _named(handle)
            if named == _me():
                return False
            if time.monotonic() >= deadline:
                movie = what.partition(",")[0]
                raise Busy(
                    f"film {what!r} is being made by process {_told(named)}",
                    hint=f"wait for it, or stop it with `sparkle stop {movie}`",
                ) from None
            time.sleep(LOOK_S)


def _named(handle: int) -> str:
    return os.pread(handle, 128, 0).decode("ascii", "replace").strip()


def _told(named: str) -> str:
    """Who holds a lock, for a person: the host too where it is another one."""
    number, _, rest = named.partition(" ")
    host = rest.partition(" ")[0]
    return f"{number} on {host}" if host not in ("", socket.gethostname()) else number or "unknown"


def _me() -> str:
    """This process among all that share the store."""
    return f"{os.getpid()} {socket.gethostname()} {OWN}"

"""Files from outside, copied before they are looked at: what was looked at is what is kept.

A name that is looked at first and opened later may be another file by then, a link to anywhere, put there by whoever
may write into the folder. So every part of the name is opened within the one before, no link is followed at any of
them, and the copy is what is examined, kept or thrown away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from resources.errors import InputError
from resources.store.atomic import TEMPORARY, disk_errors

_BLOCK = 1 << 20
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def copied(folder: Path, name: str, into: Path, *, limit: int, where: str) -> Iterator[tuple[Path, str]]:
    """A copy in ``into`` of the file ``name`` under ``folder``, and the SHA-256 of what was copied.

    It is removed in the end, unless it was given another name. Raises :class:`InputError`, telling ``where``.
    """
    copy = into / f"{TEMPORARY}{os.getpid()}-taken{PurePosixPath(name).suffix[:8]}"
    handle = _opened(folder, name, where)
    try:
        with os.fdopen(handle, "rb") as source, disk_errors(copy):
            into.mkdir(parents=True, exist_ok=True)
            mark, size = hashlib.sha256(), 0
            with copy.open("wb") as target:
                while block := source.read(_BLOCK):
                    size += len(block)
                    if size > limit:
                        raise InputError(f"{name!r} is larger than {limit // 1_000_000_000} GB", where=where)
                    mark.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
        yield copy, mark.hexdigest()
    finally:
        copy.unlink(missing_ok=True)


def _opened(folder: Path, name: str, where: str) -> int:
    """The regular file ``name``, opened part by part. ``folder`` itself may be named through links: its owner did."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part in ("..", ".") for part in parts):
        raise InputError(f"{name!r} leaves the plan's folder", where=where)
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for number, part in enumerate(parts, 1):
            below = at
            try:
                at = os.open(part, _FOLDER if number < len(parts) else _FILE, dir_fd=below)
            finally:
                os.close(below)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise InputError(f"{name!r} goes through a symbolic link", where=where) from None
        raise InputError(f"{name!r} cannot be read ({error.strerror})", where=where) from None
    if not stat.S_ISREG(os.fstat(at).st_mode):
        os.close(at)
        raise InputError(f"{name!r} is not a file", where=where)
    return at

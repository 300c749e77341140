"""A whole folder put in the place of another in one step, and what is left when that was cut short."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from resources.errors import DiskFull
from resources.store.atomic import TEMPORARY, disk_errors, sync_folder

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}
"""What Linux and its file systems say when they do not know how to exchange two names."""


def put_folder(made: Path, target: Path) -> None:
    """Give the folder ``made`` the name ``target``; a folder that has it already is replaced and removed.

    Both must be on one file system. Linux exchanges the two names at once. Where that is not known (macOS, some network
    drives) the old folder is put aside first and comes back should the second step fail.
    """
    with disk_errors(target):
        if not target.exists():
            made.rename(target)
        elif _exchange(made, target):
            shutil.rmtree(made, ignore_errors=True)
        else:
            aside = target.parent / f"{TEMPORARY}{os.getpid()}-old-{target.name}"
            target.rename(aside)
            try:
                made.rename(target)
            except OSError:
                aside.rename(target)
                raise
            shutil.rmtree(aside, ignore_errors=True)
        sync_folder(target.parent)


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """An empty folder on the file system of ``target``, in which it is made before it gets its name; then removed.

    What earlier processes left there when they were killed goes first.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        forget_dead(target)
        folder = target.parent / f"{TEMPORARY}{os.getpid()}-{target.name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def need_space(folder: Path, needed: int, what: str) -> None:
    """Raise :class:`DiskFull` where ``needed`` bytes are not free in ``folder``, a place that a person chose."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFull(
            f"the disk is full: {free // 1_000_000} MB are free, {what} needs {needed // 1_000_000} MB",
            where=str(folder),
            hint="free some space, or choose another disk with --out",
        )


def forget_dead(target: Path) -> None:
    """Remove what killed processes left beside ``target``, which they were writing."""
    for left in target.parent.glob(f"{TEMPORARY}*"):
        number, _, name = left.name.removeprefix(TEMPORARY).partition("-")
        ours = name.removeprefix("old-") == target.name and number.isdigit()
        if not ours or psutil.pid_exists(int(number)):
            continue
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names, or say that this system cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))

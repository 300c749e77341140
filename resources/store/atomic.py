"""Files that are either whole or not there.

Write to a temporary name in the same folder, flush file and folder to the disk, rename. A reader never sees half of
anything; a crash leaves at most a temporary file, which :mod:`resources.store.repair` removes.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from resources.errors import DiskFull, StoreFault

TEMPORARY = ".tmp-"
"""Prefix of everything unfinished."""


def crash_point(name: str) -> None:
    """Die here, as by SIGKILL, when ``SPARKLE_CRASH_AT`` names this point. Tests use it; nothing else does.

    ``NAME:3`` dies when it comes by for the third time. With ``SPARKLE_HELD_AT`` a file is made by that name instead,
    and nothing more happens until a signal comes. ``docs/RELIABILITY.md`` lists the points.
    """
    wanted, _, times = os.environ.get("SPARKLE_CRASH_AT", "").partition(":")
    if wanted != name:
        return
    if times.isdigit() and int(times) > 1:
        os.environ["SPARKLE_CRASH_AT"] = f"{name}:{int(times) - 1}"
        return
    held = os.environ.get("SPARKLE_HELD_AT")
    if held is None:
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        Path(held).touch()
        while True:
            time.sleep(0.1)


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn what the file system says into one clear line."""
    try:
        yield
    except OSError as error:
        place = str(error.filename or where)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(place, where) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StoreFault(
                "no permission to write here", where=place, hint="choose another folder with --home"
            ) from None
        raise StoreFault(f"{error.strerror or error}", where=place) from None


def _full(place: str, where: Path) -> DiskFull:
    """What is used up: bytes, or the number of files that the file system can hold."""
    while not where.exists() and where != where.parent:
        where = where.parent
    with suppress(OSError):
        found = os.statvfs(where)
        if found.f_files and not found.f_favail:
            return DiskFull(
                "the disk is full: it can hold no more files",
                where=place,
                hint="remove some files (`sparkle gc` names what no film needs) and run the same command",
            )
    return DiskFull("the disk is full", where=place, hint="free some space and run the same command")


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the content of ``path`` survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data``, all of it or not at all."""
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                crash_point("store.after_tmp")
                os.fsync(file.fileno())
            crash_point("file.after_fsync")
            temporary.replace(path)
            crash_point("file.after_rename")
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Replace ``path`` with ``value`` as indented JSON with sorted keys."""
    write_bytes(path, (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode())


def copy_file(source: Path, target: Path) -> None:
    """Replace ``target`` with a copy of ``source``, all of it or not at all."""
    temporary = target.parent / f"{TEMPORARY}{os.getpid()}-{target.name}"
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with source.open("rb") as reader, temporary.open("wb") as writer:
                while block := reader.read(1 << 20):
                    writer.write(block)
                writer.flush()
                crash_point("copy.after_tmp")
                os.fsync(writer.fileno())
            temporary.replace(target)
            crash_point("copy.after_rename")
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)

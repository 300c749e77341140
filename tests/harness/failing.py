"""Whatever a film asks of the machine, failing at the nth time: files, programs, memory, databases.

Nothing is simulated above the call that fails. A write, flush, rename or open fails where Python makes it; a program
where :class:`subprocess.Popen` would fork; a database call in the cursor that SQLite's own driver gives, with SQLite's
own error code. Memory fails where our code asks numpy for a large array by name.
"""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

Kind = Literal["open", "write", "flush", "rename", "program", "memory", "database"]

LARGE = 30_000
"""Bytes of an array whose memory is counted: a picture, a stretch of sound. Smaller ones are in every other line."""


class Failing:
    """Counts calls of one kind below ``root``, and fails the ``nth`` of them; with ``ever`` all after it too."""

    def __init__(self, root: Path, nth: int, ever: bool) -> None:
        self.root = root
        self.nth = nth
        self.ever = ever
        self.seen = 0

    def now(self) -> bool:
        """Whether the call that is being made has to fail."""
        self.seen += 1
        return bool(self.nth) and (self.seen == self.nth or (self.ever and self.seen > self.nth))

    def step(self, number: int, path: object = None) -> None:
        """Fail a call of the file system with ``number``, when it is its turn."""
        if path is not None and not str(path).startswith(str(self.root)):
            return
        if self.now():
            raise OSError(number, os.strerror(number), None if path is None else str(path))

    @property
    def failed(self) -> bool:
        return bool(self.nth) and self.seen >= self.nth


@contextmanager
def planted(kind: Kind, failing: Failing, code: int = sqlite3.SQLITE_IOERR) -> Iterator[None]:
    """The fault is there meanwhile; ``code`` is what SQLite says."""
    with pytest.MonkeyPatch.context() as patch:
        if kind == "memory":
            no_memory(patch, failing)
        elif kind == "program":
            no_programs(patch, failing)
        elif kind == "database":
            no_database(patch, failing, code)
        else:
            no_files(patch, kind, failing)
        yield


# -- files ---------------------------------------------------------------------------------------------------------


class FailingFile(io.BufferedWriter):
    """A file whose writing may fail."""

    failing: Failing

    def write(self, data: Any) -> int:
        self.failing.step(errno.ENOSPC)
        return super().write(data)


def no_files(patch: pytest.MonkeyPatch, kind: Kind, failing: Failing) -> None:
    flush, rename, replace, opened = os.fsync, os.rename, os.replace, io.open

    def fsync(handle: int) -> None:
        failing.step(errno.EIO)
        flush(handle)

    def renamed(real: Callable[..., None]) -> Callable[..., None]:
        def call(source: Any, target: Any, **more: Any) -> None:
            failing.step(errno.EIO, target)
            real(source, target, **more)

        return call

    def open_(path: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        mine = isinstance(path, (str, Path)) and str(path).startswith(str(failing.root)) and set(mode) & set("wax+")
        if mine and kind == "open":
            failing.step(errno.EMFILE, path)
        if mine and kind == "write" and mode == "wb":
            file = FailingFile(io.FileIO(path, "w"))
            file.failing = failing
            return file
        return opened(path, mode, *args, **more)

    if kind == "flush":
        patch.setattr(os, "fsync", fsync)
    elif kind == "rename":
        patch.setattr(os, "rename", renamed(rename))
        patch.setattr(os, "replace", renamed(replace))
    else:
        patch.setattr(io, "open", open_)


# -- programs ------------------------------------------------------------------------------------------------------


def no_programs(patch: pytest.MonkeyPatch, failing: Failing) -> None:
    """The system has no room for another process."""
    real = subprocess.Popen

    def start(*args: Any, **more: Any) -> Any:
        failing.step(errno.EAGAIN)
        return real(*args, **more)

    patch.setattr(subprocess, "Popen", start)


# -- memory --------------------------------------------------------------------------------------------------------

_MAKERS = (
    "array", "asarray", "ascontiguousarray", "concatenate", "copy", "empty", "empty_like", "frombuffer", "full",
    "full_like", "ones", "ones_like", "pad", "repeat", "stack", "tile", "where", "zeros", "zeros_like",
)  # fmt: skip
"""What our code makes large arrays with. Numpy's allocator itself, made to fail (NEP 49), reaches every array, and now
and then it damaged the heap."""


def no_memory(patch: pytest.MonkeyPatch, failing: Failing) -> None:
    """There is no memory for a large array that code of the project asks numpy for by name."""

    def asked(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            made = real(*args, **more)
            ours = "/resources/" in sys._getframe(1).f_code.co_filename
            if ours and made.nbytes >= LARGE and failing.now():
                raise MemoryError(f"Unable to allocate {made.nbytes} bytes")
            return made

        return call

    for name in _MAKERS:
        patch.setattr(np, name, asked(getattr(np, name)))


# -- databases -----------------------------------------------------------------------------------------------------

_SAID = {sqlite3.SQLITE_IOERR: "disk I/O error", sqlite3.SQLITE_BUSY: "database is locked"}


def no_database(patch: pytest.MonkeyPatch, failing: Failing, code: int) -> None:
    """What SQLite is asked about files below ``failing.root`` fails, whoever asks: film or Dagster."""
    real = sqlite3.connect

    def step() -> None:
        if failing.now():
            error = sqlite3.OperationalError(_SAID[code])
            error.sqlite_errorcode = code
            raise error

    class FailingCursor(sqlite3.Cursor):
        def execute(self, *args: Any, **more: Any) -> Any:
            step()
            return super().execute(*args, **more)

    class FailingConnection(sqlite3.Connection):
        def cursor(self, *args: Any) -> Any:
            return super().cursor(FailingCursor)

        def execute(self, *args: Any) -> Any:
            step()
            return super().execute(*args)

        def commit(self) -> None:
            step()
            super().commit()

    def connect(path: Any, *args: Any, **more: Any) -> sqlite3.Connection:
        if str(failing.root) in str(path):
            more["factory"] = FailingConnection
        return real(path, *args, **more)

    patch.setattr(sqlite3, "connect", connect)
    patch.setattr(sqlite3.dbapi2, "connect", connect)

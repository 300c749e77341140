"""Whatever a film asks of the machine, failing at the nth time: files, programs, memory, databases.

Nothing is simulated above the call that fails. A write, flush, rename or open fails where Python makes it; a program
where :class:`subprocess.Popen` would fork; a database call in the cursor that SQLite's own driver gives, with SQLite's
own error code. Memory fails in numpy's allocator (NEP 49): its own handler is copied, and what allocates in the copy
says no. So every array is reached, a temporary in the middle of an expression too, and numpy itself makes the
:class:`MemoryError`.
"""

from __future__ import annotations

import ctypes
import errno
import io
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from numpy._core import _multiarray_umath

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
            with short_memory(failing):
                yield
            return
        if kind == "program":
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

_ONE = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_TWO = (*_ONE, ctypes.c_size_t)
_MALLOC, _CALLOC = ctypes.CFUNCTYPE(*_ONE), ctypes.CFUNCTYPE(*_TWO)
_PLAIN_MALLOC, _PLAIN_CALLOC = ctypes.PYFUNCTYPE(*_ONE), ctypes.PYFUNCTYPE(*_TWO)
"""How numpy calls ours, and how ours call numpy's, which expects to hold the interpreter's lock and lets go of it."""
_SET_HANDLER, _GET_HANDLER = 304, 305
"""Places in numpy's table of C functions (``numpy/_core/code_generators/numpy_api.py``)."""


class _Handler(ctypes.Structure):
    """``PyDataMem_Handler``."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", ctypes.c_void_p),
        ("malloc", ctypes.c_void_p),
        ("calloc", ctypes.c_void_p),
        ("realloc", ctypes.c_void_p),
        ("free", ctypes.c_void_p),
    )


def _numpy() -> tuple[Callable[[Any], Any], Callable[[], Any]]:
    """``PyDataMem_SetHandler`` and ``PyDataMem_GetHandler``."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(_multiarray_umath._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))
    change = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(table[_SET_HANDLER])
    ask = ctypes.PYFUNCTYPE(ctypes.py_object)(table[_GET_HANDLER])
    return change, ask


@contextmanager
def short_memory(failing: Failing) -> Iterator[None]:
    """Numpy's allocator says no when it is its turn, in this thread."""
    change, ask = _numpy()
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    plain = _Handler.from_address(pointer(ask(), b"mem_handler"))
    plain_malloc, plain_calloc = _PLAIN_MALLOC(plain.malloc), _PLAIN_CALLOC(plain.calloc)

    @_MALLOC
    def malloc(context: int | None, size: int) -> int | None:
        return None if size >= LARGE and failing.now() else plain_malloc(context, size)

    @_CALLOC
    def calloc(context: int | None, count: int, size: int) -> int | None:
        return None if count * size >= LARGE and failing.now() else plain_calloc(context, count, size)

    ours = [ctypes.cast(one, ctypes.c_void_p) for one in (malloc, calloc)]
    copy = _Handler(b"failing", 1, plain.context, *ours, plain.realloc, plain.free)
    _HANDLERS.append((copy, malloc, calloc))
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype, capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    before = change(capsule(ctypes.addressof(copy), b"mem_handler", None))
    try:
        yield
    finally:
        change(before)


_HANDLERS: list[tuple[object, ...]] = []
"""An array keeps the handler that made it, and is freed through it, however much later."""


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

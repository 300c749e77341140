"""Ctrl-C that is never lost, and that never strikes where it would break something.

Python raises an interrupt wherever the main thread is at that moment: also in a destructor, in a library that gives a
connection back, in a pool that starts a process. Such code swallows it, or tells of it on the terminal in a traceback
that means nothing to whoever pressed Ctrl-C. So a signal that arrives there is put off by some hundredths of a second.

Dagster takes SIGINT and SIGTERM over while it executes a run and forgets one that arrives after a run's last step. The
C half of Python's signal handling writes every signal to a wake-up socket whoever has the handler, so it is read there.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
AGAIN_S = 0.01
PATIENCE_S = 3.0
"""So long is a signal put off at most, then it is raised wherever the thread is: nobody waits for ever."""
INTERRUPTED = 130
"""The exit code of a command that was interrupted."""

_ENDINGS = frozenset({"__del__", "__exit__", "__aexit__", "close", "dispose", "shutdown"})
"""What is called so gives something back; half of that is worse than none."""
_PACKAGES = frozenset(
    {
        "_frozen_importlib",
        "_weakrefset",
        "asyncio",
        "importlib",
        "logging",
        "multiprocessing",
        "pydantic",
        "sqlalchemy",
        "weakref",
    }
)
"""They call others back, and write down or swallow whatever comes out of it; an import is whole or not there."""
_BEGINNINGS = frozenset(
    {
        ("subprocess", "__init__"),
        ("subprocess", "_execute_child"),
        ("threading", "start"),
        ("tempfile", "_mkstemp_inner"),
    }
)
"""What has opened a file or a process and has not yet given it to anybody, by module and function."""

Handler = Callable[[int, "FrameType | None"], object]


def may_interrupt(frame: FrameType | None) -> bool:
    """Whether an exception may come out of nowhere in ``frame``: neither it nor a caller begins or ends anything."""
    while frame is not None:
        module, function = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        if (module, function) == ("multiprocessing.process", "_bootstrap"):
            return True  # below it is only how such a process began, as Dagster begins each run
        package = "" if (module, function) == ("multiprocessing.process", "run") else module.partition(".")[0]
        if function in _ENDINGS or package in _PACKAGES or (module, function) in _BEGINNINGS:
            return False
        frame = frame.f_back
    return True


class Patient:
    """A signal handler that has ``then`` called where it does no harm."""

    def __init__(self, then: Handler) -> None:
        self.then = then
        self._left = self._most = round(PATIENCE_S / AGAIN_S)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Call ``then``, or have the signal sent once more in :data:`AGAIN_S`."""
        _ARRIVED.add(number)
        if self._left and not may_interrupt(frame) and _can_send():
            if _SENDER[0].ask(number):  # else it is on its way already: it was pressed twice
                self._left -= 1
            return
        self._left = self._most
        _forget()
        self.then(number, frame)


_ARRIVED: set[int] = set()


def arrived() -> bool:
    """Whether this process was asked to end: whatever error ends it afterwards is a consequence."""
    return bool(_ARRIVED)


@contextmanager
def patient() -> Iterator[None]:
    """Put off what would interrupt the main thread at a bad moment, whoever handles it; nothing in other threads."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _prepare()
    ours: dict[signal.Signals, Patient] = {}
    try:
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler) and not isinstance(handler, Patient):
                ours[number] = Patient(handler)
                signal.signal(number, ours[number])
        yield
    finally:
        for number, one in ours.items():
            in_place: object = signal.getsignal(number)
            if in_place is one:  # it is not within a generator: Dagster gives back its own at each yield
                signal.signal(number, one.then)


def interrupt_patiently() -> None:
    """Raise :class:`KeyboardInterrupt` in the main thread when SIGINT or SIGTERM arrives, from now on."""
    _prepare()
    _ARRIVED.clear()
    for number in SIGNALS:
        signal.signal(number, Patient(interrupt))


def end_at_once() -> None:
    """From now on the next signal ends the process: it was told already that it is to stop, and is at its end."""
    _forget()
    for number in SIGNALS:
        signal.signal(number, _exit)


def interrupt(number: int, frame: FrameType | None) -> None:
    """A signal handler that raises :class:`KeyboardInterrupt` at once."""
    raise KeyboardInterrupt


def _exit(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


class _Sender:
    """A thread that sends signals to the main thread a little later. A handler cannot start one: it may have come in
    the middle of the start of another."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.asked: set[int] = set()
        """What is on its way: one signal is raised once, however often it was put off."""
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        threading.Thread(target=self._send, name="signals put off", daemon=True).start()

    def ask(self, number: int) -> bool:
        """Have ``number`` sent once more; False when it is on its way already."""
        if number in self.asked:
            return False
        self.asked.add(number)
        os.write(self._writer, bytes([number]))
        return True

    def _send(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        while number := os.read(self._reader, 1):
            time.sleep(AGAIN_S)
            if number[0] in self.asked:
                self.asked.discard(number[0])
                signal.pthread_kill(main, number[0])


_SENDER: list[_Sender] = []


def _prepare() -> None:
    if not _SENDER or _SENDER[0].process != os.getpid():
        _SENDER[:] = [_Sender()]


def _can_send() -> bool:
    """False in a process that was forked, where the thread that sends is not."""
    return _SENDER[0].process == os.getpid()


def _forget() -> None:
    """Send nothing any more: what was put off has been raised."""
    if _SENDER:
        _SENDER[0].asked.clear()


class Interrupts:
    """Signals that arrived since the last look. Does nothing outside the main thread."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before: int | None = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def check(self) -> None:
        """Raise :class:`KeyboardInterrupt` when SIGINT or SIGTERM arrived."""
        try:
            arrived = self._reader.recv(4096)
        except BlockingIOError:
            return
        if set(arrived) & set(SIGNALS):
            _forget()
            raise KeyboardInterrupt

    def close(self) -> None:
        """Give the wake-up socket back."""
        if self._before is not None:
            signal.set_wakeup_fd(self._before)
        self._reader.close()
        self._writer.close()

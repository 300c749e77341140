"""Ctrl-C that is never lost.

Dagster takes SIGINT and SIGTERM over while it executes a run and forgets one that arrives after a run's last step. The
C half of Python's signal handling writes every signal to a wake-up socket whoever has the handler, so it is read there.
"""

from __future__ import annotations

import signal
import socket
import threading


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
        if set(arrived) & {signal.SIGINT, signal.SIGTERM}:
            raise KeyboardInterrupt

    def close(self) -> None:
        """Give the wake-up socket back."""
        if self._before is not None:
            signal.set_wakeup_fd(self._before)
        self._reader.close()
        self._writer.close()

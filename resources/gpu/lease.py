"""One GPU, many processes: whoever has models on a card holds a lock on it.

``flock`` on a file named after the card's UUID, in a folder that all processes of a user share. The kernel frees it the
moment the holder dies, SIGKILL included. No child keeps it: the descriptor is closed on exec, and a fork closes it
in the child first of all, for a lock of that kind belongs to every process that has the open file.

It stands beside Dagster's ``pool="gpu"``, which orders the runs of one instance and knows nothing of a second terminal.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.gpu.errors import GpuBusyError
from resources.store.atomic import disk_errors

TICK_S = 0.05
"""Between two looks at a lock that somebody else has."""


def default_folder() -> Path:
    """Where the locks of a user's processes are: the session's run-time folder, else one in the temporary folder."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return Path(base) / "sparkle-gpu"
    return Path(tempfile.gettempdir()) / f"sparkle-gpu-{os.getuid()}"


class GpuLocks:
    """The locks that this process holds on cards. Counted: the card is let go when the last hold on it is."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else default_folder()
        self._held: dict[str, tuple[int, int]] = {}  # card -> (descriptor, holds)
        self._guard = threading.Lock()
        _forget_in_children(self)

    def take(self, uuid: str, *, wait_s: float = 0.0) -> None:
        """Hold the card ``uuid``; once more if this process holds it already. Raises :class:`GpuBusyError`."""
        deadline = time.monotonic() + wait_s
        while not self.try_take(uuid):
            if time.monotonic() >= deadline:
                raise self.busy(uuid)
            time.sleep(TICK_S)

    def try_take(self, uuid: str) -> bool:
        """Hold the card if nobody else does."""
        with self._guard:
            descriptor, holds = self._held.get(uuid, (-1, 0))
            if holds == 0:
                opened = self._open(uuid)
                if opened is None:
                    return False
                descriptor = opened
            self._held[uuid] = (descriptor, holds + 1)
            return True

    def give(self, uuid: str) -> None:
        """Let one hold on the card go."""
        with self._guard:
            descriptor, holds = self._held[uuid]
            if holds > 1:
                self._held[uuid] = (descriptor, holds - 1)
                return
            del self._held[uuid]
            os.ftruncate(descriptor, 0)
            os.close(descriptor)

    @contextmanager
    def hold(self, uuid: str, *, wait_s: float = 0.0) -> Iterator[None]:
        """Hold the card for a while."""
        self.take(uuid, wait_s=wait_s)
        try:
            yield
        finally:
            self.give(uuid)

    def holds(self, uuid: str) -> bool:
        """Whether this process holds the card."""
        return uuid in self._held

    def busy(self, uuid: str) -> GpuBusyError:
        """The error that names who has the card."""
        try:
            pid = self._path(uuid).read_text(encoding="ascii").strip()
        except OSError:
            pid = ""
        return GpuBusyError(
            f"the card {uuid} is used by process {pid or 'unknown'}",
            where=str(self.folder),
            hint="wait for it, stop it, or choose another card with CUDA_VISIBLE_DEVICES",
        )

    def _open(self, uuid: str) -> int | None:
        """A descriptor with the lock; None when somebody else has it."""
        path = self._path(uuid)
        with disk_errors(path):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        return descriptor

    def _path(self, uuid: str) -> Path:
        return self.folder / f"{hashlib.sha256(uuid.encode()).hexdigest()[:32]}.lock"

    def _forget(self) -> None:
        """In a forked child: close what belongs to the parent, without unlocking it."""
        for descriptor, _ in self._held.values():
            os.close(descriptor)
        self._held.clear()
        self._guard = threading.Lock()


def _forget_in_children(locks: GpuLocks) -> None:
    """``os.register_at_fork`` keeps its callbacks for good, so this one keeps no hold on the object."""
    known = weakref.ref(locks)

    def after_fork() -> None:
        held = known()
        if held is not None:
            held._forget()

    os.register_at_fork(after_in_child=after_fork)

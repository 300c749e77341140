"""The time of a batch: what it has used, whether it is too late, and a word before that.

Only work counts, not the loading of a model, which has a limit of its own. The limit is looked at between two denoising
steps; a step that hangs in a driver cannot be ended from outside, but a timer in a thread of its own tells of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from resources.errors import StoreFault

WATCHDOG = 0.8
"""Share of the limit after which the timeline is told."""


class BatchClock:
    """The clock of one batch.

    ``tell(event, **data)`` writes to the timeline, from the timer's thread; ``progress(done, total)`` is called after
    each denoising step.
    """

    def __init__(
        self,
        limit_s: float,
        tell: Callable[..., None],
        *,
        progress: Callable[[int, int], None] = lambda done, total: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit_s = limit_s
        self.done = 0
        """Denoising steps done."""
        self.total = 0
        self._tell = tell
        self._progress = progress
        self._clock = clock
        self._used = 0.0
        self._begun: float | None = None
        self._told = threading.Event()

    @property
    def used_s(self) -> float:
        """Seconds of work so far."""
        return self._used + (0.0 if self._begun is None else self._clock() - self._begun)

    def is_late(self) -> bool:
        """Whether the time is over."""
        return self.used_s >= self.limit_s

    def step_done(self) -> None:
        """One denoising step of the batch is done."""
        self.done += 1
        self._progress(self.done, max(self.done, self.total))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        self._begun = self._clock()
        timer = threading.Timer(max(0.0, self.limit_s * WATCHDOG - self._used), self._warn)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._used, self._begun = self.used_s, None

    def _warn(self) -> None:
        if self._told.is_set():
            return
        self._told.set()
        told: dict[str, Any] = {"used_s": round(self.used_s, 2), "limit_s": self.limit_s}
        with suppress(StoreFault):  # a timeline that cannot be written does not end the work it is about
            self._tell("batch_watchdog", **told, steps_done=self.done, steps=self.total)

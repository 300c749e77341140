"""How far a production is, and how long it will still take, for whoever watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from resources.store.progress import Listener
from schemas.production import PlannedCall, ProductionGraph
from schemas.records import CallbackEvent

FASTEST, SLOWEST = 0.2, 5.0
"""Bounds of the correction by what the work took so far, against one odd first shot."""


class Progress:
    """Hears what every step tells, and passes it on counted in calls, with the time that is left.

    ``clock`` gives seconds. Heard from worker threads too.
    """

    def __init__(
        self, graph: ProductionGraph, listener: Listener, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.movie = graph.movie
        self.calls = {(call.stage, call.slot): call for call in graph.to_render}
        self.finished: set[int] = set()
        self.listener = listener
        self.clock = clock
        self.begun = clock()
        self._lock = threading.Lock()

    def hear(self, event: CallbackEvent) -> None:
        """One event of a step under way."""
        call = self.calls.get((event.stage, event.slot))
        if event.movie != self.movie or call is None:
            return
        with self._lock:
            part = event.done / event.total if event.total else 0.0
            if part >= 1:
                self.finished.add(call.number)
                part = 0.0
            told = event.model_copy(
                update={
                    "done": len(self.finished),
                    "total": len(self.calls),
                    "eta_s": round(self.left(call, part), 1),
                    "message": event.message or f"{call.shot or 'film'}: {call.tool}",
                }
            )
        self.listener(told)

    def left(self, call: PlannedCall | None = None, part: float = 0.0) -> float:
        """Seconds that are left: the estimate of what is to do, corrected by how the estimate held so far."""
        done = sum(one.estimate.seconds for one in self.calls.values() if one.number in self.finished)
        total = sum(one.estimate.seconds for one in self.calls.values())
        if call is not None and call.number not in self.finished:
            done += call.estimate.seconds * part
        spent = self.clock() - self.begun
        pace = min(max(spent / done, FASTEST), SLOWEST) if done > 0 else 1.0
        return max(0.0, total - done) * pace

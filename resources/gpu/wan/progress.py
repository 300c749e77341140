"""How far a shot is, in the model's frames, and how long the rest will take at the pace so far."""

from __future__ import annotations

import threading
import time

from resources.errors import Stopped
from resources.gpu.wan.chunks import ChunkRange
from resources.store.steps import Step


class ShotProgress:
    """Tells the step under way; outside of a film it tells nobody. Chunks may be under way in several threads."""

    def __init__(self, step: Step | None, total: int) -> None:
        self._step = step
        self._total = total
        self._from = 0
        """Frames that an earlier process had finished: they say nothing about the pace."""
        self._chunks: dict[int, int] = {}
        """Frames of each chunk that are there, but for those that it shares with the one before."""
        self._begun = time.monotonic()
        self._turn = threading.Lock()
        self._halted = False

    def begin(self, finished: int) -> None:
        """``finished`` frames were there before."""
        self._from, self._begun = finished, time.monotonic()

    def halt(self) -> None:
        """Whoever tells of a step from now on is to stop: nobody waits for it any more."""
        self._halted = True

    def step_done(self, chunk: ChunkRange, done: int, steps: int) -> None:
        """``done`` of ``steps`` denoising steps of a chunk. Raises :class:`Stopped` once the shot was given up."""
        if self._halted:
            raise Stopped("the shot was given up", where=f"chunk {chunk.index}")
        self._told(chunk, self._new(chunk) * done // steps, f"chunk {chunk.index + 1}: step {done} of {steps}")

    def chunk_done(self, chunk: ChunkRange) -> None:
        """A chunk is finished."""
        self._told(chunk, self._new(chunk), f"chunk {chunk.index + 1} is done")

    def _new(self, chunk: ChunkRange) -> int:
        return min(chunk.stop, self._total) - chunk.start - chunk.overlap

    def _told(self, chunk: ChunkRange, there: int, message: str) -> None:
        if self._step is None:
            return
        with self._turn:
            self._chunks[chunk.index] = there
            done = sum(self._chunks.values())
            left = self._total - self._from - done
            eta = (time.monotonic() - self._begun) / done * left if done > 0 else None
            self._step.progress(self._from + done, self._total, eta_s=eta, message=message)

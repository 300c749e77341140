"""How far a shot is, in the model's frames, and how long the rest will take at the pace so far."""

from __future__ import annotations

import time

from resources.store.steps import Step


class ShotProgress:
    """Tells the step under way; outside of a film it tells nobody."""

    def __init__(self, step: Step | None, total: int, finished: int) -> None:
        self._step = step
        self._total = total
        self._from = finished
        """Frames that an earlier process had finished: they say nothing about the pace."""
        self._begun = time.monotonic()

    def step_done(self, index: int, start: int, stop: int, done: int, steps: int) -> None:
        """``done`` of ``steps`` denoising steps of chunk ``index``, which ends at frame ``stop``."""
        stop = min(stop, self._total)
        self.told(start + (stop - start) * done // steps, f"chunk {index + 1}: step {done} of {steps}")

    def told(self, frames: int, message: str) -> None:
        """``frames`` of the shot are there."""
        if self._step is None:
            return
        done, left = frames - self._from, self._total - frames
        eta = (time.monotonic() - self._begun) / done * left if done > 0 else None
        self._step.progress(frames, self._total, eta_s=eta, message=message)

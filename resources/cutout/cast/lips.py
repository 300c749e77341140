"""From mouth marks to a mouth for every frame: co-articulation without flicker."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE

EASE = 0.055
"""Seconds over which one shape becomes the next. Articulators need 60-80 ms, but a drawn lip has no thickness to hide
its way in: measured on four lines each of eight voices, 55 ms follows the sound's envelope better than 70."""
AFTER = 0.3
"""Part of the change that comes after the boundary of two phones. With all of it before, mouths ran a frame ahead."""
LEAST = 0.9
"""Shortest shape that is shown, in frames: the marks' own shortest (40 ms) counts, at 24 frames a second."""
REST = ("X", "X", 0.0)


class Lips:
    """The mouth of one character through a shot."""

    def __init__(self, lines: Sequence[TimedLine], fps: float) -> None:
        """``lines`` are the character's own."""
        self._step = 1.0 / fps
        self._cues = _cues(lines, self._step)
        self._starts = [start for start, _ in self._cues]

    def at(self, frame: int) -> tuple[str, str, float]:
        """Viseme now, viseme next and the blend between them, in the middle of ``frame``."""
        now = (frame + 0.5) * self._step - AFTER * EASE
        index = bisect_right(self._starts, now + 1e-9) - 1
        if index < 0:
            return self._towards_first(now)
        start, shape = self._cues[index]
        if index + 1 == len(self._cues):
            return shape, shape, 0.0
        end, after = self._cues[index + 1]
        window = min(EASE, (end - start) * 0.6)
        if shape == "A":  # lips that close stay closed for a frame, or nobody sees it
            window = min(window, max(0.0, end - start - self._step))
        left = end - now
        if left >= window or window <= 0:
            return shape, after, 0.0
        t = 1 - left / window
        return shape, after, t * t * (3 - 2 * t)

    def _towards_first(self, now: float) -> tuple[str, str, float]:
        if not self._cues or self._cues[0][0] - now >= EASE:
            return REST
        t = 1 - (self._cues[0][0] - now) / EASE
        return "X", self._cues[0][1], t * t * (3 - 2 * t)


def _cues(lines: Sequence[TimedLine], step: float) -> list[tuple[float, str]]:
    """(seconds, viseme) in order, hardly any shorter than a frame, none like the one before it."""
    cues: list[tuple[float, str]] = []
    for line in sorted(lines, key=lambda one: one.start):
        marks = [(mark.start / SAMPLE_RATE, str(mark.viseme)) for mark in line.marks]
        ends = [start for start, _ in marks[1:]] + [line.end / SAMPLE_RATE]
        held = 0.0  # until when a closure was stretched
        for (start, shape), end in zip(marks, ends, strict=True):
            start = max(start, held)
            if shape == "A":
                held = max(end, start + step)
            elif end - start < step * LEAST:
                continue  # the shape before it lasts a little longer instead
            if cues and start < cues[-1][0]:
                continue
            if not cues or cues[-1][1] != shape:
                cues.append((start, shape))
        close = max(line.end / SAMPLE_RATE, held)
        if cues and cues[-1][1] != "X":
            cues.append((close, "X"))
    return cues

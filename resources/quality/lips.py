"""Lip sync: by how many frames mouths run before or behind the sound they belong to.

The opening of a mouth and the loudness of its voice rise and fall together, so the lag at which they correlate best is
the offset (the idea of SyncNet's confidence curve, Chung and Zisserman 2016, without a network).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from resources.quality.sound import envelope
from schemas.media import TimedLine, Viseme
from schemas.plan import Strict
from schemas.time import FrameRate

OPENING: Mapping[Viseme, float] = {
    "X": 0.0,
    "A": 0.05,
    "B": 0.35,
    "C": 0.65,
    "D": 1.0,
    "E": 0.7,
    "F": 0.4,
    "G": 0.2,
    "H": 0.5,
}
"""How far a mouth shape is open, 0 to 1."""
FARTHEST = 8
"""Frames each way that are tried."""
SUREST = 0.25
"""Correlation under which nothing can be said."""
PARTS = 4
"""Values for each frame: the offset is known to a quarter of one."""


class LipOffset(Strict):
    """``frames`` is positive when mouths come after the sound; ``correlation`` at that lag, 0 to 1."""

    frames: float
    correlation: float


def opening(lines: Sequence[TimedLine], edges: Sequence[int]) -> NDArray[np.float64]:
    """Opening of the speaking mouth between neighbouring ``edges`` (samples), as the marks say."""
    middle = (np.asarray(edges[:-1]) + np.asarray(edges[1:])) // 2
    values = np.zeros(len(middle))
    for line in lines:
        if not line.marks:
            continue
        starts = np.array([mark.start for mark in line.marks])
        heights = np.array([OPENING[mark.viseme] for mark in line.marks])
        at = np.searchsorted(starts, middle, side="right") - 1
        inside = (at >= 0) & (middle < line.end)
        values[inside] = heights[at[inside]]
    return values


def lip_offset(sound: Sound, lines: Sequence[TimedLine], rate: FrameRate, frames: int) -> LipOffset | None:
    """Offset of the marks that mouths are drawn from; None where too little is spoken to tell."""
    edges = [round(rate.samples(1) * k / PARTS) for k in range(frames * PARTS + 1)]
    return best_lag(opening(lines, edges), envelope(sound, edges), PARTS)


def best_lag(mouth: NDArray[np.float64], loudness: NDArray[np.float64], parts: int = 1) -> LipOffset | None:
    """The lag of ``mouth`` behind ``loudness`` (equal lengths, ``parts`` values a frame); None when nothing matches."""
    count = min(len(mouth), len(loudness))
    level = np.power(loudness[:count], 0.5)  # nearer to how open a mouth is than the power is
    farthest = FARTHEST * parts
    if count < 3 * farthest or not mouth.any() or not level.any():
        return None
    found = []
    for lag in range(-farthest, farthest + 1):
        a = mouth[max(0, lag) : count + min(0, lag)]
        b = level[max(0, -lag) : count - max(0, lag)]
        spread = float(a.std() * b.std())
        found.append(float(((a - a.mean()) * (b - b.mean())).mean()) / spread if spread > 1e-9 else 0.0)
    at = int(np.argmax(found))
    if found[at] < SUREST:
        return None
    return LipOffset(frames=(at - farthest) / parts, correlation=round(found[at], 3))

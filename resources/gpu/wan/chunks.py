"""Which frames a chunk has: arithmetic in the model's own frames, from the start of the shot.

A chunk begins inside the one before it and shows the shared frames again. Its first frame is the picture that it is
conditioned on, so both show the same moment there, and whatever drifts apart after it can be measured and mixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from resources.gpu.wan.options import MODEL_FPS

LEAST = 9
"""Frames of the shortest chunk: 8, snapped."""


@dataclass(frozen=True, slots=True)
class ChunkRange:
    """Frames ``start`` up to ``stop`` of a shot; the first ``overlap`` of them are the last of the chunk before."""

    index: int
    start: int
    stop: int
    overlap: int

    @property
    def frames(self) -> int:
        """How many there are, of the form 4n + 1."""
        return self.stop - self.start


def snapped(frames: int) -> int:
    """The number of the form 4n + 1 that is nearest, the larger of two, at least 9: 64 gives 65, 8 gives 9."""
    return max(LEAST, 4 * ((frames + 1) // 4) + 1)


def fitted(frames: int) -> int:
    """The largest number of the form 4n + 1 that is not above ``frames``, at least 9."""
    return max(LEAST, (frames - 1) // 4 * 4 + 1)


def covering(frames: int) -> int:
    """The least number of the form 4n + 1 that is not below ``frames``, at least 9."""
    return max(LEAST, -(-(frames - 1) // 4) * 4 + 1)


def model_frames(frames: int, rate: Fraction) -> int:
    """Frames at the model's rate that last as long as ``frames`` at ``rate`` frames a second."""
    return math.ceil(frames * MODEL_FPS / rate)


def next_range(before: ChunkRange | None, total: int, frames: int, overlap: int) -> ChunkRange:
    """The chunk after ``before`` (None: the first) of a shot of ``total`` frames, with at most ``frames``.

    Neither chunk shares more than half of itself, so that no moment is in three chunks, however short one had to be.
    """
    frames = fitted(frames)
    if before is None:
        return ChunkRange(0, 0, min(frames, covering(total)), 0)
    shared = max(1, min(overlap, before.frames // 2, frames // 2))
    start = before.stop - shared
    return ChunkRange(before.index + 1, start, start + min(frames, covering(total - start)), shared)


def chunk_ranges(total: int, frames: int, overlap: int) -> list[ChunkRange]:
    """All chunks of a shot, as long as none of them has to shrink."""
    found = [next_range(None, total, frames, overlap)]
    while found[-1].stop < total:
        found.append(next_range(found[-1], total, frames, overlap))
    return found

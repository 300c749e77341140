"""Measures of moving pictures, from the luma plane, in one decoding pass.

Definitions: a frame is *black* when 99.5 % of its luma lies below 24 (of 16-235); two frames are *alike* when the mean
absolute difference of their luma, sampled every fourth pixel, is below 0.10 levels. A cut-out film breathes all the
time: its quietest frames differ by 0.2 levels and more (bench/), a repeated frame by less than 0.02.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.probe import OPTIONS
from schemas.plan import Strict

BLACK_LUMA = 24
BLACK_SHARE = 0.995
ALIKE = 0.10


class Run(Strict):
    """A stretch of frames: the first one, and how many."""

    start: int
    length: int


class PictureMeasures(Strict):
    """What one pass over a picture stream gave."""

    frames: int
    width: int
    height: int
    uneven_steps: int
    """Steps between time stamps that are not exactly one frame."""
    longest_black: Run
    longest_frozen: Run
    mean_luma: float
    """0 to 255, over all frames."""
    mean_motion: float
    """Mean absolute luma difference of neighbouring frames."""


def measure_picture(path: Path, rate: Fraction) -> PictureMeasures:
    """Decode every frame of ``path`` and measure it. Raises :class:`RenderFault` when it cannot be decoded."""
    black, frozen = _Longest(), _Longest()
    uneven = count = 0
    lumas: list[float] = []
    motions: list[float] = []
    before: NDArray[np.int16] | None = None
    last: Fraction | None = None
    width = height = 0
    try:
        with av.open(str(path), options=OPTIONS) as source:
            video = source.streams.video[0]
            video.thread_type = "AUTO"
            width, height = video.width, video.height
            for frame in source.decode(video):
                when = Fraction(frame.pts or 0) * (frame.time_base or Fraction(1))
                uneven += last is not None and when - last != 1 / rate
                last = when
                plane = frame.planes[0]
                full = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
                small = full[::4, : plane.width : 4].astype(np.int16)
                black.add(count, float(np.mean(small < BLACK_LUMA)) >= BLACK_SHARE)
                lumas.append(float(small.mean()))
                if before is not None:
                    motion = float(np.abs(small - before).mean())
                    motions.append(motion)
                    frozen.add(count, motion < ALIKE)
                before = small
                count += 1
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None
    return PictureMeasures(
        frames=count,
        width=width,
        height=height,
        uneven_steps=uneven,
        longest_black=black.best,
        longest_frozen=frozen.best,
        mean_luma=round(float(np.mean(lumas or [0.0])), 2),
        mean_motion=round(float(np.mean(motions or [0.0])), 3),
    )


class _Longest:
    """The longest run of True."""

    def __init__(self) -> None:
        self.best = Run(start=0, length=0)
        self._start = 0
        self._length = 0

    def add(self, number: int, value: bool) -> None:
        if not value:
            self._length = 0
            return
        if self._length == 0:
            self._start = number
        self._length += 1
        if self._length > self.best.length:
            self.best = Run(start=self._start, length=self._length)

"""One pass over decoded frames: a few numbers for each, from which every picture metric is worked out afterwards.

The luma plane is sampled to about 320x180 by taking every n-th pixel (no filter: nothing is read that is not used),
chroma likewise; only sharpness looks at full size, on every fourth frame. :class:`FrameMeter` takes planes from
anywhere, so it serves on decoded files and in an encoder's loop alike. Cost: bench/quality.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.probe import OPTIONS

Plane: TypeAlias = NDArray[np.uint8]
SMALL_HEIGHT = 180
"""Rows of the sampled luma plane, about."""
THUMB = (9, 16)
"""Rows and columns of the block means that are kept of every frame."""
SHARP_EVERY = 4
"""Frames between two looks at full size."""
BLACK_LUMA = 24
WHITE_LUMA = 234
"""Of 16-235."""


@dataclass
class FrameSeries:
    """What the pass gave: arrays with one entry a frame."""

    width: int
    height: int
    times: list[Fraction]
    """Presentation times (s)."""
    luma: NDArray[np.float32]
    """Mean luma, 0 to 255."""
    dark: NDArray[np.float32]
    """Share of pixels darker than ``BLACK_LUMA``, 0 to 1."""
    bright: NDArray[np.float32]
    """Share of pixels at or over ``WHITE_LUMA``."""
    change: NDArray[np.float32]
    """Mean absolute luma difference to the frame before (levels); 0 for the first."""
    chroma: NDArray[np.float32]
    """(frames, 2) mean Cb and Cr."""
    thumbs: NDArray[np.float32]
    """(frames, 9, 16) block means of luma."""
    sharp: NDArray[np.float32]
    """Standard deviation of the Laplacian at full size, on every fourth frame."""
    bars: tuple[int, int, int, int]
    """Rows above and below, columns left and right that stay black all through, of the sampled plane."""
    small: tuple[int, int]
    """Rows and columns of the sampled plane."""
    kept: dict[int, Plane] = field(default_factory=dict)
    """The sampled luma of the frames that were to be kept."""

    @property
    def frames(self) -> int:
        """How many were decoded."""
        return len(self.times)


class FrameMeter:
    """Takes one frame after another; :meth:`series` tells what they were."""

    def __init__(self, keep: Collection[int] = ()) -> None:
        """``keep`` are the numbers of frames whose sampled luma is kept."""
        self._keep = frozenset(keep)
        self._times: list[Fraction] = []
        self._rows: list[tuple[float, float, float, float, float, float]] = []
        self._thumbs: list[Any] = []
        self._sharp: list[float] = []
        self._before: Plane | None = None
        self._kept: dict[int, Plane] = {}
        self._size = (0, 0)
        self._row_max = self._column_max = np.zeros(0, np.uint8)

    def add(self, when: Fraction, luma: Plane, cb: Plane, cr: Plane) -> None:
        """A frame at ``when`` (s): its planes, 8 bit, luma in full size, chroma in any."""
        import cv2

        number, height = len(self._times), luma.shape[0]
        step = max(1, round(height / SMALL_HEIGHT))
        small = np.ascontiguousarray(luma[::step, ::step])
        histogram = cv2.calcHist([small], [0], None, [256], [0, 256])[:, 0]
        before = self._before
        same = before is not None and before.shape == small.shape
        change = cv2.norm(small, before, cv2.NORM_L1) / small.size if before is not None and same else 0.0
        self._rows.append(
            (
                float(histogram @ _LEVELS) / small.size,
                float(histogram[:BLACK_LUMA].sum()) / small.size,
                float(histogram[WHITE_LUMA:].sum()) / small.size,
                change,
                float(cv2.mean(np.ascontiguousarray(cb[::step, ::step]))[0]),
                float(cv2.mean(np.ascontiguousarray(cr[::step, ::step]))[0]),
            )
        )
        self._thumbs.append(cv2.resize(small, THUMB[::-1], interpolation=cv2.INTER_AREA))
        if number % SHARP_EVERY == 0:
            edges = cv2.Laplacian(luma, cv2.CV_16S)  # rows may lie apart: no copy
            self._sharp.append(float(cv2.meanStdDev(edges)[1][0, 0]))
            self._widen(small)
        if number in self._keep:
            self._kept[number] = small
        self._times.append(when)
        self._before = small
        self._size = (luma.shape[1], height)

    def _widen(self, small: Plane) -> None:
        """Rows and columns that were not black yet."""
        rows, columns = small.max(1), small.max(0)
        first = len(self._row_max) != len(rows) or len(self._column_max) != len(columns)
        self._row_max = rows if first else np.maximum(self._row_max, rows)
        self._column_max = columns if first else np.maximum(self._column_max, columns)

    def series(self) -> FrameSeries:
        """Everything so far."""
        rows = np.asarray(self._rows, np.float32).reshape(-1, 6)
        thumbs = np.stack(self._thumbs).astype(np.float32) if self._thumbs else np.zeros((0, *THUMB), np.float32)
        return FrameSeries(
            width=self._size[0],
            height=self._size[1],
            times=self._times,
            luma=rows[:, 0],
            dark=rows[:, 1],
            bright=rows[:, 2],
            change=rows[:, 3],
            chroma=rows[:, 4:6],
            thumbs=thumbs,
            sharp=np.asarray(self._sharp, np.float32),
            bars=(
                _black_edge(self._row_max),
                _black_edge(self._row_max[::-1]),
                _black_edge(self._column_max),
                _black_edge(self._column_max[::-1]),
            ),
            small=(0, 0) if self._before is None else (self._before.shape[0], self._before.shape[1]),
            kept=self._kept,
        )


_LEVELS = np.arange(256, dtype=np.float32)


def _black_edge(brightest: NDArray[np.uint8]) -> int:
    """How many entries from the start never left black."""
    lit = np.flatnonzero(brightest >= BLACK_LUMA)
    return int(lit[0]) if len(lit) else len(brightest)


def decoded(path: Path) -> Iterator[av.VideoFrame]:
    """Every frame of a file of ours, as 8-bit 4:2:0. Raises :class:`RenderFault` when it cannot be decoded."""
    try:
        with av.open(str(path), options=OPTIONS) as source:
            video = source.streams.video[0]
            video.thread_type = "AUTO"
            for frame in source.decode(video):
                yield frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None


def plane(frame: av.VideoFrame, number: int) -> Plane:
    """One plane of a frame as an array that shares its memory: (rows, columns) uint8."""
    data: Any = frame.planes[number]
    return np.frombuffer(memoryview(data), np.uint8).reshape(data.height, data.line_size)[:, : data.width]


def read_frames(path: Path, *, keep: Collection[int] = ()) -> FrameSeries:
    """Decode every frame of ``path`` and measure it. Raises :class:`RenderFault` when it cannot be decoded."""
    meter = FrameMeter(keep)
    for frame in decoded(path):
        when = Fraction(frame.pts or 0) * (frame.time_base or Fraction(1))
        meter.add(when, plane(frame, 0), plane(frame, 1), plane(frame, 2))
    return meter.series()

"""One pass over decoded frames: a few numbers for each, from which every picture metric is worked out afterwards.

The luma plane is sampled to about 320x180 by taking every n-th pixel (no filter: nothing is read that is not used),
chroma likewise; only sharpness looks at full size, on every fourth frame. :class:`FrameMeter` takes planes from
anywhere, so it serves on decoded files and in an encoder's loop alike. A shot that is encoded in ranges is measured in
parts; :func:`fold` makes of them exactly what one pass over the whole gives. Cost: bench/quality.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from resources.errors import RenderFault
from resources.media.planes import Plane, Planes, planes_of
from resources.media.probe import OPTIONS

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


@dataclass
class Part:
    """What was seen of one run of frames, and what its neighbours have to know of it."""

    size: tuple[int, int]
    """Width and height; 0 when there was no frame."""
    rows: NDArray[np.float32]
    """(frames, 6): luma, dark, bright, change, Cb, Cr, as in :class:`FrameSeries`; the change of the first is 0."""
    thumbs: NDArray[np.uint8]
    """(frames, 9, 16)."""
    sharp: NDArray[np.float32]
    lit: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    """The brightest of each row and of each column of the sampled plane."""
    first: Plane
    """Sampled luma of the first frame, and of the last one."""
    last: Plane
    kept: dict[int, Plane]


class FrameMeter:
    """Takes one frame after another; :meth:`part` tells what they were."""

    def __init__(self, keep: Collection[int] = (), *, start: int = 0) -> None:
        """``keep`` are the numbers of frames whose sampled luma is kept; the first frame has the number ``start``."""
        self._keep = frozenset(keep)
        self._start = start
        self._rows: list[tuple[float, float, float, float, float, float]] = []
        self._thumbs: list[Any] = []
        self._sharp: list[float] = []
        self._first = self._before = np.zeros((0, 0), np.uint8)
        self._kept: dict[int, Plane] = {}
        self._size = (0, 0)
        self._lit = (np.zeros(0, np.uint8), np.zeros(0, np.uint8))

    def add(self, planes: Planes) -> None:
        """The next frame: luma in full size, chroma in any."""
        import cv2

        luma = planes.luma
        number, height = self._start + len(self._rows), luma.shape[0]
        step = max(1, round(height / SMALL_HEIGHT))
        small = np.ascontiguousarray(luma[::step, ::step])
        self._rows.append(
            (
                cv2.sumElems(small)[0] / small.size,  # whole numbers up to here: exact
                cv2.countNonZero(cv2.inRange(small, 0, BLACK_LUMA - 1)) / small.size,
                cv2.countNonZero(cv2.inRange(small, WHITE_LUMA, 255)) / small.size,
                _change(self._before, small),
                float(cv2.mean(np.ascontiguousarray(planes.cb[::step, ::step]))[0]),
                float(cv2.mean(np.ascontiguousarray(planes.cr[::step, ::step]))[0]),
            )
        )
        self._thumbs.append(cv2.resize(small, THUMB[::-1], interpolation=cv2.INTER_AREA))
        if number % SHARP_EVERY == 0:
            edges = cv2.Laplacian(luma, cv2.CV_16S)  # rows may lie apart: no copy
            self._sharp.append(float(cv2.meanStdDev(edges)[1][0, 0]))
            self._lit = _brightest(self._lit, (small.max(1), small.max(0)))
        if number in self._keep:
            self._kept[number] = small
        if len(self._rows) == 1:
            self._first = small
        self._before = small
        self._size = (luma.shape[1], height)

    def part(self) -> Part:
        """Everything so far."""
        return Part(
            size=self._size,
            rows=np.asarray(self._rows, np.float32).reshape(-1, 6),
            thumbs=np.stack(self._thumbs) if self._thumbs else np.zeros((0, *THUMB), np.uint8),
            sharp=np.asarray(self._sharp, np.float32),
            lit=self._lit,
            first=self._first,
            last=self._before,
            kept=self._kept,
        )


def fold(parts: Sequence[Part], times: list[Fraction]) -> FrameSeries:
    """The series of a stream that was measured in ``parts``, in order, with the time of every frame (s)."""
    rows = np.concatenate([part.rows for part in parts])
    at = 0
    for before, part in pairwise(parts):
        at += len(before.rows)
        if len(part.rows):
            rows[at, 3] = _change(before.last, part.first)
    lit = parts[0].lit
    for part in parts[1:]:
        lit = _brightest(lit, part.lit)
    return FrameSeries(
        width=parts[-1].size[0],
        height=parts[-1].size[1],
        times=times,
        luma=rows[:, 0],
        dark=rows[:, 1],
        bright=rows[:, 2],
        change=rows[:, 3],
        chroma=rows[:, 4:6],
        thumbs=np.concatenate([part.thumbs for part in parts]).astype(np.float32),
        sharp=np.concatenate([part.sharp for part in parts]),
        bars=(_black_edge(lit[0]), _black_edge(lit[0][::-1]), _black_edge(lit[1]), _black_edge(lit[1][::-1])),
        small=(parts[-1].last.shape[0], parts[-1].last.shape[1]),
        kept={number: luma for part in parts for number, luma in part.kept.items()},
    )


def _change(before: Plane, after: Plane) -> float:
    """Mean absolute difference (levels); 0 between pictures of different size."""
    import cv2

    return float(cv2.norm(after, before, cv2.NORM_L1)) / after.size if before.shape == after.shape else 0.0


def _brightest(
    one: tuple[NDArray[np.uint8], NDArray[np.uint8]], other: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Rows and columns lit in either; the later one when they are of different size, unless it saw nothing."""
    if [len(lit) for lit in one] == [len(lit) for lit in other]:
        return np.maximum(one[0], other[0]), np.maximum(one[1], other[1])
    return other if len(other[0]) else one


def _black_edge(brightest: NDArray[np.uint8]) -> int:
    """How many entries from the start never left black."""
    lit = np.flatnonzero(brightest >= BLACK_LUMA)
    return int(lit[0]) if len(lit) else len(brightest)


def decoded(path: Path, *, deblocked: bool = True) -> Iterator[av.VideoFrame]:
    """Every frame of a file of ours, as 8-bit 4:2:0. Raises :class:`RenderFault` when it cannot be decoded.

    Not ``deblocked`` every block is still read and built, but its edges are not smoothed: for who only wants to know
    that the frames are there (a third less work; H.264 and HEVC).
    """
    try:
        with av.open(str(path), options=OPTIONS) as source:
            video = source.streams.video[0]
            video.thread_type = "AUTO"
            if not deblocked:
                video.codec_context.options = {"skip_loop_filter": "all"}
            for frame in source.decode(video):
                yield frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None


def time_of(frame: av.VideoFrame) -> Fraction:
    """When a decoded frame is shown (s)."""
    return Fraction(frame.pts or 0) * (frame.time_base or Fraction(1))


def read_frames(path: Path, *, keep: Collection[int] = ()) -> FrameSeries:
    """Decode every frame of ``path`` and measure it. Raises :class:`RenderFault` when it cannot be decoded."""
    meter, times = FrameMeter(keep), []
    for frame in decoded(path):
        times.append(time_of(frame))
        meter.add(planes_of(frame))
    return fold([meter.part()], times)

"""Measures of moving pictures: what one decoding pass (:mod:`resources.quality.frames`) says about a clip or a film.

Every metric is a pure function of the series. Levels are luma or chroma steps of 0 to 255; a *spike* is the frame of
the largest value. Two frames are *alike* when their luma differs by less than 0.10 levels on average: a cut-out film
breathes all the time, its quietest frames differ by 0.2 levels and more (bench/), a repeated one by less than 0.02.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from resources.quality.frames import FrameSeries, read_frames
from resources.quality.similar import phash
from schemas.plan import Strict

BLACK_SHARE = 0.995
"""A frame is black when this share of it is darker than 24 (of 16-235)."""
ALIKE = 0.10
AROUND = 8
"""Frames on each side that a spike is compared with."""
FLASH_FRAMES = 3
"""A flash is back where it came from after this many frames at most."""
CUT_RATIO = 4.0
"""Times over the median change around it: what a cut is, and a fast pan is not."""
SETTLE = 2
"""Frames before and after a cut that have to look alike among themselves."""


class Run(Strict):
    """A stretch of frames: the first one, and how many."""

    start: int
    length: int


class Spike(Strict):
    """The frame where a value is largest; ``value`` 0 when there is none."""

    frame: int = 0
    value: float = 0.0


class Series(Strict):
    """What a report plots: one number a frame, rounded."""

    luma: list[float] = Field(default_factory=list)
    change: list[float] = Field(default_factory=list)
    cb: list[float] = Field(default_factory=list)
    cr: list[float] = Field(default_factory=list)


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
    flicker: float = 0.0
    """Levels; see :func:`flicker`."""
    flash: Spike = Spike()
    """Levels; see :func:`flash`."""
    sharpness: float = 0.0
    """Standard deviation of the Laplacian at full size, its median over every fourth frame (levels)."""
    clipped: float = 0.0
    """Share of pixels that are pure black or white, the median over frames that are not black."""
    letterbox: float = 0.0
    """Share of the height (or width) that two equal black bars take all through."""
    cut: Spike = Spike()
    """0 to 1; see :func:`inner_cut`."""
    hue_jump: Spike = Spike()
    """Levels; see :func:`hue_jump`."""
    colour_drift: float = 0.0
    """Levels between the mean chroma of the first second and that of the last."""
    hashes: dict[int, str] = Field(default_factory=dict)
    """pHash (hexadecimal) by frame, of the frames that were to be kept."""
    series: Series = Series()

    def hash_at(self, frame: int) -> int | None:
        """The perceptual hash of a frame that was kept."""
        return int(self.hashes[frame], 16) if frame in self.hashes else None


def measure_picture(path: Path, rate: Fraction, *, keep: Collection[int] = ()) -> PictureMeasures:
    """Decode every frame of ``path`` and measure it; of the frames in ``keep`` also the perceptual hash.

    Raises :class:`RenderFault` when it cannot be decoded.
    """
    return measured(read_frames(path, keep=keep), rate)


def moments(frames: int) -> tuple[int, int, int]:
    """The frames by which a clip is recognised: first, middle, last."""
    return 0, frames // 2, max(0, frames - 1)


def measured(series: FrameSeries, rate: Fraction) -> PictureMeasures:
    """All measures of one stream of ``rate`` frames a second."""
    black = series.dark >= BLACK_SHARE
    return PictureMeasures(
        frames=series.frames,
        width=series.width,
        height=series.height,
        uneven_steps=sum(b - a != 1 / rate for a, b in pairwise(series.times)),
        longest_black=longest(black),
        longest_frozen=frozen(series.change),
        mean_luma=_rounded(series.luma.mean()) if series.frames else 0.0,
        mean_motion=_rounded(series.change[1:].mean()) if series.frames > 1 else 0.0,
        flicker=_rounded(flicker(series.luma)),
        flash=flash(series.luma),
        sharpness=_rounded(np.median(series.sharp)) if len(series.sharp) else 0.0,
        clipped=_rounded(clipped(series, black)),
        letterbox=_rounded(letterbox(series)),
        cut=inner_cut(series.thumbs),
        hue_jump=hue_jump(series.chroma),
        colour_drift=_rounded(colour_drift(series.chroma, max(1, round(rate)))),
        hashes={number: f"{phash(luma):016x}" for number, luma in series.kept.items()},
        series=Series(
            luma=_list(series.luma),
            change=_list(series.change),
            cb=_list(series.chroma[:, 0]),
            cr=_list(series.chroma[:, 1]),
        ),
    )


def longest(values: NDArray[np.bool_]) -> Run:
    """The longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], values, [False]]).astype(np.int8)))
    if not len(edges):
        return Run(start=0, length=0)
    starts, stops = edges[::2], edges[1::2]
    best = int(np.argmax(stops - starts))
    return Run(start=int(starts[best]), length=int(stops[best] - starts[best]))


def frozen(change: NDArray[np.float32]) -> Run:
    """The longest stretch of frames that repeat the one before them."""
    run = longest(change[1:] < ALIKE)
    return Run(start=run.start + 1, length=run.length) if run.length else run


def flicker(luma: NDArray[np.float32]) -> float:
    """How much the light trembles: the mean absolute second difference of mean luma, halved, in levels.

    A steady fade or pan gives 0, light that alternates by ``a`` levels from frame to frame gives ``a``. The largest
    tenth is left out, so that one flash or cut is not flicker.
    """
    if len(luma) < 4:
        return 0.0
    tremble = np.sort(np.abs(np.diff(luma, 2)) / 2)
    return float(tremble[: max(1, len(tremble) * 9 // 10)].mean())


def flash(luma: NDArray[np.float32]) -> Spike:
    """The largest jump of mean luma, up or down, that is gone within three frames; levels over both sides."""
    best = Spike()
    for length in range(1, FLASH_FRAMES + 1):
        if len(luma) < length + 2:
            break
        before, after = luma[: -length - 1], luma[length + 1 :]
        inside = np.stack([luma[1 + k : len(luma) - length + k] for k in range(length)])
        up = inside.min(0) - np.maximum(before, after)
        down = np.minimum(before, after) - inside.max(0)
        jump = np.maximum(up, down)
        at = int(jump.argmax())
        if jump[at] > best.value:
            best = Spike(frame=at + 1, value=_rounded(jump[at]))
    return best


def clipped(series: FrameSeries, black: NDArray[np.bool_]) -> float:
    """Share of pixels without any drawing left in them, dark or bright; 0 to 1."""
    lit = (series.dark + series.bright)[~black]
    return float(np.median(lit)) if len(lit) else 0.0


def letterbox(series: FrameSeries) -> float:
    """What two equal black bars take of the picture; 0 for a picture that is black all over."""
    rows, columns = series.small
    above, below, left, right = series.bars
    if not rows or above >= rows or left >= columns:
        return 0.0
    return max(2 * min(above, below) / rows, 2 * min(left, right) / columns)


def inner_cut(thumbs: NDArray[np.float32]) -> Spike:
    """The largest jump from one view to another that stays; 0 for none, 1 for views that have nothing in common.

    Distance of two frames: 1 - correlation of their block means. Light that comes and goes keeps the pattern, and a
    pan moves it no more at once than just before and after.
    """
    if len(thumbs) < 2 * SETTLE + 2:
        return Spike()
    pattern = thumbs.reshape(len(thumbs), -1)
    pattern = pattern - pattern.mean(1, keepdims=True)
    pattern /= np.maximum(np.linalg.norm(pattern, axis=1, keepdims=True), 1e-6)
    step = 1 - (pattern[1:] * pattern[:-1]).sum(1)
    best = Spike()
    for at in np.argsort(-step)[:8]:
        frame = int(at) + 1
        if not SETTLE <= frame <= len(thumbs) - SETTLE or step[at] < CUT_RATIO * _around(step, int(at), 0.01):
            continue
        stays = 1 - float(pattern[frame + SETTLE - 1] @ pattern[frame - SETTLE])
        if min(float(step[at]), stays) > best.value:
            best = Spike(frame=frame, value=_rounded(min(float(step[at]), stays)))
    return best


def hue_jump(chroma: NDArray[np.float32]) -> Spike:
    """The largest jump of the mean colour (Cb, Cr) that stays, in levels."""
    if len(chroma) < 2 * SETTLE + 2:
        return Spike()
    frames = range(SETTLE, len(chroma) - SETTLE + 1)
    step = np.linalg.norm(np.diff(chroma, axis=0), axis=1)
    jumps = [
        min(float(step[k - 1]), float(np.linalg.norm(chroma[k + SETTLE - 1] - chroma[k - SETTLE]))) for k in frames
    ]
    at = int(np.argmax(jumps))
    calm = _around(step, frames[at] - 1)
    return Spike(frame=frames[at], value=_rounded(jumps[at])) if jumps[at] > CUT_RATIO * calm else Spike()


def colour_drift(chroma: NDArray[np.float32], second: int) -> float:
    """Levels between the mean colour of the first ``second`` frames and that of the last."""
    if len(chroma) < 2 * second:
        return 0.0
    return float(np.linalg.norm(chroma[-second:].mean(0) - chroma[:second].mean(0)))


def seams_of(change: Sequence[float] | NDArray[np.float32], boundaries: Sequence[int]) -> Spike:
    """Where two chunks of a shot meet worst: change at the boundary over the median change inside chunks (times).

    ``boundaries`` are the first frames of every chunk but the first one.
    """
    values = np.asarray(change, np.float32)
    known = [b for b in boundaries if 0 < b < len(values)]
    inside = np.delete(values, [0, *known]) if known else values
    calm = max(float(np.median(inside)) if len(inside) else 0.0, ALIKE)
    worst = max(((float(values[b]) / calm, b) for b in known), default=(0.0, 0))
    return Spike(frame=worst[1], value=_rounded(worst[0]))


def _around(values: NDArray[np.float32], at: int, least: float = ALIKE) -> float:
    """The median of what surrounds ``at``, itself left out; never less than ``least``, what alike frames differ by."""
    near = np.concatenate([values[max(0, at - AROUND) : at], values[at + 1 : at + 1 + AROUND]])
    return max(float(np.median(near)) if len(near) else 0.0, least)


def _rounded(value: SupportsFloat) -> float:
    return round(float(value), 3)


def _list(values: NDArray[np.float32]) -> list[float]:
    return [round(float(value), 2) for value in values]

"""How much really moves: VBench's dynamic-degree rule on optical flow.

A pair of frames moves when the mean of the fastest 5 % of its flow vectors is longer than 6 pixels for a short side of
256; a clip is dynamic when four of sixteen pairs do (Huang et al. 2024, "VBench", ``dynamic_degree.py``). VBench takes
RAFT; here DIS (Kroeger et al. 2016) as OpenCV has it, which needs no weights. Pairs are 1/8 s apart, at 320x180.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from resources.media.planes import Plane, plane
from resources.quality.frames import SMALL_HEIGHT, decoded
from schemas.plan import Strict

PAIRS_A_SECOND = 8
FASTEST = 0.05
MOST_PAIRS = 48
"""Pairs that are looked at, spread over the clip: 1.3 ms each (bench/quality.py)."""
MOVING = 6 / 256
"""Of the short side."""


class Motion(Strict):
    """``speed`` is what a quarter of the pairs reach: pixels between two frames an eighth of a second apart, as a share
    of the short side; ``moving`` of ``pairs`` move."""

    pairs: int
    moving: int
    speed: float

    @property
    def dynamic(self) -> bool:
        """VBench's verdict."""
        return self.pairs > 0 and self.speed >= MOVING


def measure_motion(path: Path, rate: Fraction) -> Motion:
    """Decode ``path`` and follow its motion. Raises :class:`RenderFault` when it cannot be decoded."""
    every = max(1, round(rate / PAIRS_A_SECOND))
    kept: list[Plane] = []
    for number, frame in enumerate(decoded(path)):
        if number % every == 0:
            luma = plane(frame, 0)
            step = max(1, round(luma.shape[0] / SMALL_HEIGHT))
            kept.append(luma[::step, ::step].copy())
    return motion_of(kept)


def motion_of(frames: Sequence[Plane]) -> Motion:
    """Motion through ``frames``, (rows, columns) uint8 each and an eighth of a second apart."""
    import cv2

    places = range(len(frames) - 1)
    if len(places) > MOST_PAIRS:
        places = np.linspace(0, len(frames) - 2, MOST_PAIRS).round().astype(int).tolist()
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    speeds = []
    for at in places:
        one, other = np.ascontiguousarray(frames[at]), np.ascontiguousarray(frames[at + 1])
        flow = engine.calc(one, other, np.zeros((*one.shape, 2), np.float32))
        length = np.sort(np.hypot(flow[..., 0], flow[..., 1]).ravel())
        fastest = length[-max(1, round(len(length) * FASTEST)) :]
        speeds.append(float(fastest.mean()) / min(frames[at].shape))
    if not speeds:
        return Motion(pairs=0, moving=0, speed=0.0)
    ranked = sorted(speeds, reverse=True)
    quarter = ranked[min(len(ranked) - 1, max(0, round(len(ranked) / 4) - 1))]
    return Motion(pairs=len(speeds), moving=sum(s >= MOVING for s in speeds), speed=round(quarter, 5))

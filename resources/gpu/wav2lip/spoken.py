"""Which frames of a shot speak, and where the faces in them are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from resources.gpu.wav2lip.boxes import Box, choose, smoothed
from resources.gpu.wav2lip.faces import FaceDetector, find_in
from resources.gpu.wav2lip.options import Wav2LipOptions
from resources.media.lossless import read_frames
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE

Span = tuple[int, int]


def spoken(lines: Sequence[TimedLine], rate: Fraction, frames: int) -> list[Span]:
    """Runs [start, stop) of the frames in which somebody speaks, in order, none touching the next."""
    runs: list[Span] = []
    per_sample = rate / SAMPLE_RATE
    for start, end in sorted((line.start, line.end) for line in lines):
        first, last = int(start * per_sample), min(frames, -int(-end * per_sample // 1))
        if first >= last:
            continue
        if runs and first <= runs[-1][1]:
            runs[-1] = runs[-1][0], max(runs[-1][1], last)
        else:
            runs.append((first, last))
    return runs


def track(
    motion: Path, runs: Sequence[Span], detector: FaceDetector, options: Wav2LipOptions, pads: Sequence[int],
    *, smooth: bool,
) -> dict[int, Box | None]:  # fmt: skip
    """The box of the face in each frame of ``runs``; None where there is none."""
    found: dict[int, Box | None] = {}
    with detector.looking() as find:
        for start, stop in runs:
            before: Box | None = None
            run: dict[int, Box | None] = {}
            for number, frame in enumerate(read_frames(motion, start, stop), start):
                height, width = frame.shape[:2]
                before = choose(find_in(np.ascontiguousarray(frame[:, :, :3]), find, options), before)
                run[number] = before
            steady = smoothed(run) if smooth else run
            found |= {k: box and box.padded(pads, width, height) for k, box in steady.items()}
    return found

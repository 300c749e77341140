"""Looking at a file by decoding it: what is really in there, never what its header or an exit code says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from resources.errors import InputError, RenderFault

OPTIONS = {"protocol_whitelist": "file"}
"""A file that is really a playlist must not make us open other files."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What decoding a picture stream gave."""

    frames: int
    width: int
    height: int
    rate: Fraction
    even: bool
    """Every step between two time stamps is exactly one frame."""
    start: Fraction
    """Time of the first frame (s)."""


def luma(path: Path, *, every: int = 1) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """(number, Y plane) of each decoded frame, (height, width) uint8."""
    with av.open(str(path), options=OPTIONS) as source:
        video = source.streams.video[0]
        video.thread_type = "AUTO"
        for number, frame in enumerate(source.decode(video)):
            if number % every == 0:
                plane = frame.planes[0]
                array = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
                yield number, array[:, : plane.width]


def picture_facts(path: Path) -> PictureFacts:
    """Decode all frames and say what they are. Raises :class:`RenderFault` when they cannot be decoded."""
    try:
        with av.open(str(path), options=OPTIONS) as source:
            video = source.streams.video[0]
            video.thread_type = "AUTO"
            rate = Fraction(video.average_rate or 0)
            times = [
                Fraction(frame.pts) * (frame.time_base or 0) for frame in source.decode(video) if frame.pts is not None
            ]
            steps = {b - a for a, b in pairwise(times)}
            return PictureFacts(
                frames=len(times),
                width=video.width,
                height=video.height,
                rate=rate,
                even=not steps or steps == {1 / rate},
                start=times[0] if times else Fraction(0),
            )
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None


def read_sound(path: Path, *, rate: int = 48_000, channels: int = 1) -> NDArray[np.float32]:
    """All sound of a file, (samples, channels) float32 at ``rate``; empty when it has none."""
    layout = "mono" if channels == 1 else "stereo"
    pieces: list[NDArray[Any]] = []
    try:
        with av.open(str(path), options=OPTIONS) as source:
            if not source.streams.audio:
                return np.zeros((0, channels), np.float32)
            resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
            for frame in source.decode(audio=0):
                pieces += [out.to_ndarray().reshape(-1, channels) for out in resampler.resample(frame)]
            pieces += [out.to_ndarray().reshape(-1, channels) for out in resampler.resample(None)]
    except FFmpegError as error:
        raise InputError(f"its sound cannot be decoded ({error})", where=path.name) from None
    return np.concatenate(pieces).astype(np.float32) if pieces else np.zeros((0, channels), np.float32)

"""How near an artifact that was made again has to come, by stage and engine, and why.

The embedded studio is held to bytes: it draws on the CPU with pinned libraries, its seeds are its own, and its ranges
do not depend on how many processes draw. Whatever a model made is held to a distance: kernels of other cards and
drivers add in another order, and a sampler carries that on. A report is held to its numbers, not to its page, which
tells times and places.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from resources.engines import MOTION
from resources.media.assemble import CLIP
from resources.media.pictures import open_picture
from resources.media.probe import OPTIONS
from resources.media.wav import read_wav
from resources.pipeline.stages.report import REPORT, read_report
from schemas.refs import Stage

Kind = Literal["bytes", "luma", "sound", "report"]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """``limit`` is the largest distance that passes, in the unit of ``kind``.

    ``luma``: mean absolute difference of brightness over every pixel of every frame, in levels of 255. ``sound``: root
    mean square of the difference, in parts of full scale. ``file`` is what is measured.
    """

    kind: Kind
    file: str = ""
    limit: float = 0.0
    why: str = ""


BYTES = Tolerance("bytes", why="made on the CPU from seeds, by pinned libraries")
_CARD = "kernels of another card or driver add in another order"
TOLERANCES: Mapping[tuple[Stage, str], Tolerance] = MappingProxyType(
    {
        ("shot_images", "sdxl"): Tolerance("luma", "image.png", 2.0, _CARD),
        ("video_chunks", "wan"): Tolerance("luma", MOTION, 3.0, f"{_CARD}, and every chunk goes on from the last one"),
        ("lipsynced_clips", "wav2lip"): Tolerance("luma", CLIP, 1.0, f"{_CARD}; only mouths are painted by a model"),
        ("voice_tracks", "chatterbox"): Tolerance("sound", "dialogue.wav", 0.02, f"{_CARD} while tokens are sampled"),
    }
)
"""Every other pair is held to :data:`BYTES`, but for reports."""
REPORTED = Tolerance("report", REPORT, 0.0, "the page beside it tells times and places")


def tolerance_of(stage: Stage, engine: str) -> Tolerance:
    """What an artifact is held to. Joined or mixed from equal inputs, a cut is held to bytes whatever made them."""
    return REPORTED if stage == "qa_report" else TOLERANCES.get((stage, engine), BYTES)


def distance(tolerance: Tolerance, one: Path, other: Path) -> float:
    """How far two folders are apart; infinite where they have not the same size, length or numbers."""
    if tolerance.kind == "report":
        return 0.0 if read_report(one) == read_report(other) else math.inf
    if tolerance.kind == "sound":
        return sound_distance(one / tolerance.file, other / tolerance.file)
    return luma_distance(one / tolerance.file, other / tolerance.file)


def sound_distance(one: Path, other: Path) -> float:
    """Root mean square of the difference of two recordings, in parts of full scale."""
    first, second = read_wav(one), read_wav(other)
    if first.shape != second.shape:
        return math.inf
    return float(np.sqrt(np.mean(np.square(first.astype(np.float64) - second)))) if first.size else 0.0


def luma_distance(one: Path, other: Path) -> float:
    """Mean absolute difference of brightness over all pixels of all frames, in levels of 255."""
    total = frames = 0.0
    for first, second in zip_longest(_greys(one), _greys(other)):
        if first is None or second is None or first.shape != second.shape:
            return math.inf
        total += float(np.abs(first.astype(np.int16) - second).mean())
        frames += 1
    return total / frames if frames else math.inf


def _greys(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Brightness of each frame, (height, width)."""
    if path.suffix == ".png":
        with open_picture(path) as picture:
            yield np.asarray(picture.convert("L"))
        return
    with av.open(str(path), format="matroska" if path.suffix == ".mkv" else "mp4", options=OPTIONS) as source:
        for frame in source.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="gray"), np.uint8)

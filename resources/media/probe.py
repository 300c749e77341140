"""Looking at a file by decoding it: what is really in there, never what its header or an exit code says."""

from __future__ import annotations

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
from resources.media.container import Kind, open_own

OPTIONS = {"protocol_whitelist": "file"}
"""A file of ours reaches no other file either."""
LONGEST_S = 600.0
"""Longest recording of the user's own that is taken for one shot (s)."""
_CUT_OFF_S = 0.25
"""How much of its declared length a recording may lack; encoders pad and trim by less."""


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


def picture_facts(path: Path) -> PictureFacts:
    """Decode all frames and say what they are. Raises :class:`RenderFault` when they cannot be decoded."""
    try:
        with av.open(str(path), format="mp4", options=OPTIONS) as source:
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


def read_sound(
    path: Path,
    *,
    rate: int = 48_000,
    channels: int = 1,
    kind: Kind = "sound",
    longest_s: float | None = None,
    first_s: float | None = None,
) -> NDArray[np.float32]:
    """All sound of a file, or its first ``first_s`` seconds: (samples, channels) float32; empty when it has none.

    Raises :class:`InputError` for what is no recording, is damaged or cut off, or is longer than ``longest_s``.
    """
    layout = "mono" if channels == 1 else "stereo"
    pieces: list[NDArray[Any]] = []
    held = 0
    try:
        with open_own(path, kind) as source:
            if not source.streams.audio:
                return np.zeros((0, channels), np.float32)
            stream = source.streams.audio[0]
            told = float(stream.duration * (stream.time_base or 0)) if stream.duration else 0.0
            resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
            for frame in source.decode(stream):
                if longest_s is not None and frame.samples > longest_s * frame.sample_rate:
                    raise InputError(f"is longer than {longest_s:.0f} s", where=path.name)  # one frame, at 1 Hz
                for out in resampler.resample(frame):
                    pieces.append(out.to_ndarray().reshape(-1, channels))
                    held += len(pieces[-1])
                if longest_s is not None and held > longest_s * rate:
                    raise InputError(f"is longer than {longest_s:.0f} s", where=path.name)
                if first_s is not None and held >= first_s * rate:
                    break
            pieces += [out.to_ndarray().reshape(-1, channels) for out in resampler.resample(None)]
            exact = first_s is None and source.format.name.split(",")[0] in ("wav", "flac", "aiff", "mov")
    except FFmpegError as error:
        raise InputError(f"its sound cannot be decoded ({error.strerror or error})", where=path.name) from None
    except ValueError:  # the resampler's only word for a frame of another rate, layout or format
        raise InputError("its sound changes its form midway", where=path.name) from None
    sound = np.concatenate(pieces).astype(np.float32) if pieces else np.zeros((0, channels), np.float32)
    if exact and len(sound) / rate < told - _CUT_OFF_S:
        raise InputError(f"is cut off: {len(sound) / rate:.1f} of {told:.1f} s can be heard", where=path.name)
    return sound if first_s is None else sound[: round(first_s * rate)]

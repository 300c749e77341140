"""The model's rate and size become the plan's: the interpolation and the upscaling that the profile names.

Frames between frames are made first, at the model's size, then everything is scaled. Frame 0 stays frame 0, and the
last frame is held for what the model's rate leaves open at the end (under a sixteenth of a second).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from resources.gpu.wan.clips import EXACT, LASTING, Rgb, raw_input, write_clip
from resources.gpu.wan.options import Interpolation, Upscaling

HELD = 8
"""Copies of the last frame behind it: what the filters look ahead, and then some."""
SECONDS_A_FRAME: dict[Interpolation, float] = {"repeat": 2.0, "blend": 2.0, "motion": 20.0}
"""Time limits: motion estimation at 480p takes tenths of a second a frame on one core."""


def conform_motion(
    frames: Iterable[Rgb],
    out: Path,
    *,
    given: tuple[int, int],
    given_rate: Fraction,
    wanted: tuple[int, int],
    rate: Fraction,
    count: int,
    interpolation: Interpolation,
    upscaling: Upscaling,
) -> None:
    """Write exactly ``count`` frames of size ``wanted`` at ``rate`` from ``frames`` of ``given`` at ``given_rate``.

    ``frames`` is read as far as it is needed. Raises what :func:`write_clip` raises.
    """
    stream = raw_input(given, given_rate).filter("tpad", stop_mode="clone", stop=HELD)
    stream = _timed(stream, rate, interpolation).filter("tpad", stop_mode="clone", stop=count)
    stream = _sized(stream, given, wanted, upscaling)
    limit = 120 + SECONDS_A_FRAME[interpolation] * count
    write_clip(frames, out, stream, size=wanted, rate=rate, count=count, timeout=limit, coder=LASTING)


def scaled(stream: Any, given: tuple[int, int], wanted: tuple[int, int], upscaling: Upscaling) -> Any:
    """A stream of RGB frames at another size; as it is where that is no other."""
    return _sized(stream, given, wanted, upscaling)


def _timed(stream: Any, rate: Fraction, interpolation: Interpolation) -> Any:
    if interpolation == "repeat":
        return stream.filter("fps", fps=str(rate), start_time=0, round="near")
    # both filters work in YUV: all of its colour is kept, and its matrix is named on both ways
    stream = stream.filter("scale", out_color_matrix="bt709", out_range="tv", flags=EXACT).filter("format", "yuv444p")
    if interpolation == "blend":
        whole = {"interp_start": 0, "interp_end": 255, "scene": 100}  # no cut is inside a shot: never stop mixing
        stream = stream.filter("framerate", fps=str(rate), **whole)
    else:
        how = {"mi_mode": "mci", "mc_mode": "aobmc", "me_mode": "bidir", "scd": "none"}
        stream = stream.filter("minterpolate", fps=str(rate), **how)
    back = {"in_color_matrix": "bt709", "in_range": "tv", "flags": EXACT}
    return stream.filter("scale", **back).filter("format", "gbrp")


def _sized(stream: Any, given: tuple[int, int], wanted: tuple[int, int], upscaling: Upscaling) -> Any:
    if given == wanted:
        return stream
    return stream.filter("scale", *wanted, flags=f"{upscaling}+{EXACT}").filter("setsar", 1)

"""Encoding with one fixed set of x264 parameters, so that whatever is encoded here can be joined by packets.

Closed GOPs, no scene-cut keyframes, one thread (x264 gives other bytes for another number of threads), two B-frames
without a pyramid (so the decode delay is one frame), BT.709 limited range, square pixels. ``stitchable`` keeps x264
from tuning the headers to the content, which makes the parameter sets of all segments equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import ffmpeg
import imageio_ffmpeg

from resources.engines import Frame
from resources.media.process import run

X264 = "open-gop=0:scenecut=0:keyint=600:min-keyint=1:bframes=2:b-pyramid=none:b-adapt=1:stitchable=1:force-cfr=1"
DECODE_DELAY = 1
"""Frames by which decoding runs ahead of showing, for the parameters above."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Size and rate of a picture stream, and how it is compressed."""

    width: int
    height: int
    rate: Fraction
    preset: str = "veryfast"
    crf: int = 20


@cache
def ffmpeg_program() -> str:
    """Path of the ffmpeg that comes as a wheel."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def compiled(stream: object) -> list[str]:
    """The argument list of an ffmpeg-python graph, quiet, bit-exact, without a terminal."""
    return [
        ffmpeg_program(),
        "-hide_banner",
        "-loglevel",
        "error",
        *ffmpeg.compile(stream, cmd="ffmpeg", overwrite_output=True)[1:],
    ]


def encode_segment(frames: Iterable[Frame], picture: Picture, path: Path, *, lossless: bool = False) -> int:
    """Encode RGBA frames into ``path`` (mp4, one closed GOP from one IDR frame) and return how many there were.

    Raises :class:`resources.media.process.ProcessFailed`. The caller counts again by decoding.
    """
    count = 0

    def pieces() -> Iterator[bytes]:
        nonlocal count
        for frame in frames:
            count += 1
            yield frame.tobytes()

    source = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pix_fmt="rgba",
        s=f"{picture.width}x{picture.height}",
        framerate=str(picture.rate),
    ).filter("scale", out_color_matrix="bt709", out_range="tv", flags="bilinear+accurate_rnd")
    run(compiled(_output(source, picture, path, lossless)), timeout=900, stdin=pieces())
    return count


def encode_yuv(planes: Iterable[bytes], picture: Picture, path: Path) -> None:
    """Encode planar 4:2:0 frames, already BT.709 limited range, with the same parameters."""
    source = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pix_fmt="yuv420p",
        s=f"{picture.width}x{picture.height}",
        framerate=str(picture.rate),
    )
    run(compiled(_output(source, picture, path, False)), timeout=300, stdin=planes)


def _output(source: object, picture: Picture, path: Path, lossless: bool) -> object:
    quality = {"qp": 0, "preset": "ultrafast"} if lossless else {"crf": picture.crf, "preset": picture.preset}
    return ffmpeg.output(
        source,
        str(path),
        format="mp4",
        vcodec="libx264",
        pix_fmt="yuv420p",
        **quality,
        **{
            "x264-params": X264,
            "threads": 1,
            "forced-idr": 1,
            "colorspace": "bt709",
            "color_primaries": "bt709",
            "color_trc": "bt709",
            "color_range": "tv",
            "fflags": "+bitexact",
            "flags:v": "+bitexact+cgop",
        },
    )

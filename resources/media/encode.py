"""Encoding with one fixed set of parameters a codec, so that whatever is encoded alike can be joined by packets.

Closed GOPs, no scene-cut keyframes, one thread (x264 gives other bytes for another number of threads), two B-frames
without a pyramid (so the decode delay is one frame), BT.709 limited range, square pixels. ``stitchable`` keeps x264
from tuning the headers to the content, which makes the parameter sets of all segments equal. x265 and SVT-AV1 do so by
themselves; AV1 has no reordered packets at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import ffmpeg
import imageio_ffmpeg

from resources.engines import Frame
from resources.media.planes import Planes, to_planes
from resources.media.process import ProgramMissing, run
from schemas.vocabulary import Codec

X264 = "open-gop=0:scenecut=0:keyint=600:min-keyint=1:bframes=2:b-pyramid=none:b-adapt=1:stitchable=1:force-cfr=1"
X265 = (
    "open-gop=0:scenecut=0:keyint=600:min-keyint=1:bframes=2:b-pyramid=0:info=0:log-level=error"
    ":pools=none:frame-threads=1:wpp=0"
)
SVT_AV1 = "lp=1:scd=0"
DECODE_DELAY: dict[str, int] = {"h264": 1, "hevc": 1, "av1": 0}
"""Frames by which decoding runs ahead of showing, for the parameters above."""
ENCODERS: dict[Codec, dict[str, Any]] = {
    Codec.HEVC: {"vcodec": "libx265", "preset": "veryfast", "vtag": "hvc1", "x265-params": X265},
    Codec.AV1: {"vcodec": "libsvtav1", "preset": 8, "g": 600, "svtav1-params": SVT_AV1},
}
"""Encoders of the other codecs. Apple's players take the tag ``hvc1`` (parameter sets in the header alone)."""
CRF_STEP: dict[Codec, int] = {Codec.H264: 0, Codec.HEVC: 2, Codec.AV1: 13}
"""What is added to x264's rate factor for the same PSNR; docs/LOG.md has the figures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Size and rate of a picture stream, and how it is compressed."""

    width: int
    height: int
    rate: Fraction
    preset: str = "veryfast"
    """x264's; the other codecs have their own in :data:`ENCODERS`."""
    crf: int = 20
    codec: Codec = Codec.H264


@cache
def ffmpeg_program() -> str:
    """Path of ffmpeg: what ``IMAGEIO_FFMPEG_EXE`` names, the one of the wheel, or the system's own.

    Found without being started. imageio-ffmpeg's own search starts it, and where the system has no room for a process
    at that moment it believes ever after that there is none. Raises :class:`ProgramMissing`.
    """
    own = os.environ.get("IMAGEIO_FFMPEG_EXE")
    wheel = sorted((Path(imageio_ffmpeg.__file__).parent / "binaries").glob("ffmpeg-*"))
    found = own or next((str(path) for path in wheel if os.access(path, os.X_OK)), None) or shutil.which("ffmpeg")
    if found is None:
        raise ProgramMissing("ffmpeg", "is not installed; `sparkle doctor` says how to get it")
    return found


def compiled(stream: object) -> list[str]:
    """The argument list of an ffmpeg-python graph, quiet, bit-exact, without a terminal."""
    return [
        ffmpeg_program(),
        "-hide_banner",
        "-loglevel",
        "error",
        *ffmpeg.compile(stream, cmd="ffmpeg", overwrite_output=True)[1:],
    ]


def encode_segment(
    frames: Iterable[Frame],
    picture: Picture,
    path: Path,
    *,
    lossless: bool = False,
    see: Callable[[Planes], None] | None = None,
) -> int:
    """Encode RGBA frames into ``path`` (mp4, one closed GOP from one IDR frame) and return how many there were.

    ``see`` is shown every frame as the encoder gets it. Raises :class:`resources.media.process.ProcessFailed`, and
    :class:`RenderFault` for a frame of another size. The caller counts again by decoding.
    """
    return _encode_drawn(frames, picture, lambda source: encoded(source, picture, str(path), lossless=lossless), see)


def encode_handle(
    frames: Iterable[Frame],
    picture: Picture,
    path: Path,
    lossless: Path,
    *,
    see: Callable[[Planes], None] | None = None,
) -> int:
    """Encode RGBA frames into ``path`` as :func:`encode_segment` does and, in the same go, without loss."""

    def both(source: Any) -> Any:
        parts = source.filter_multi_output("split")
        exact = encoded(parts[1], picture, str(lossless), lossless=True)
        return ffmpeg.merge_outputs(encoded(parts[0], picture, str(path)), exact)

    return _encode_drawn(frames, picture, both, see)


def _encode_drawn(
    frames: Iterable[Frame], picture: Picture, output: Callable[[Any], Any], see: Callable[[Planes], None] | None
) -> int:
    count = 0

    def pieces() -> Iterator[memoryview]:
        nonlocal count
        for planes in to_planes(frames, picture.width, picture.height):
            count += 1
            if see is not None:
                see(planes)
            yield from planes.pieces()

    run(compiled(output(_raw(picture))), timeout=900, stdin=pieces())
    return count


def encode_yuv(planes: Iterable[bytes], picture: Picture, path: Path) -> None:
    """Encode planar 4:2:0 frames, already BT.709 limited range, with the same parameters."""
    run(compiled(encoded(_raw(picture), picture, str(path))), timeout=300, stdin=planes)


def encoded(source: Any, picture: Picture, name: str, *, lossless: bool = False, **more: Any) -> Any:
    """The output node that encodes ``source`` as ``picture`` says, into the mp4 ``name``."""
    # what a source leaves open and what another one says must not make different headers
    colour = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}
    tagged = source.filter("setparams", chroma_location="left", **colour).filter("setsar", 1)
    if lossless:  # handles are H.264 whatever the shot is: they are never joined, only read
        coder = {"vcodec": "libx264", "qp": 0, "preset": "ultrafast", "x264-params": X264, "forced-idr": 1}
    elif picture.codec is Codec.H264:
        quality = {"crf": picture.crf, "preset": picture.preset}
        coder = {"vcodec": "libx264", **quality, "x264-params": X264, "forced-idr": 1}
    else:
        coder = {**ENCODERS[picture.codec], "crf": picture.crf + CRF_STEP[picture.codec]}
    return tagged.output(
        name,
        format="mp4",
        pix_fmt="yuv420p",
        **coder,
        **{"threads": 1, "fflags": "+bitexact", "flags:v": "+bitexact+cgop", **more},
    )


def _raw(picture: Picture) -> Any:
    """Planes from standard input, 8-bit 4:2:0."""
    size = f"{picture.width}x{picture.height}"
    return ffmpeg.input("pipe:", format="rawvideo", pix_fmt="yuv420p", s=size, framerate=str(picture.rate))

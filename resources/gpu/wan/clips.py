"""Lossless clips between two steps: RGB, every frame by itself, read and written one frame at a time.

RGB, so that whoever reads a frame gets the very bytes that were written, whatever matrix it takes a picture for.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import av
import ffmpeg
import numpy as np
from av.error import FFmpegError

from resources.errors import RenderFault
from resources.media.encode import compiled
from resources.media.probe import OPTIONS
from resources.media.process import run
from resources.store.atomic import TEMPORARY, disk_errors, sync_file, sync_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rgb: TypeAlias = "NDArray[np.uint8]"
"""One picture: (height, width, 3)."""
FORMAT = "matroska"
EXACT = "accurate_rnd+full_chroma_int"
QUICK: dict[str, Any] = {"vcodec": "utvideo", "pix_fmt": "gbrp"}
"""UT Video, for what is read once: 832 x 480 takes 3 ms to write and 2 to read, 0.6 MB (FFV1: 18, 20 and 0.5)."""
LASTING: dict[str, Any] = {"vcodec": "ffv1", "level": 3, "g": 1, "slices": 4, "slicecrc": 1, "pix_fmt": "bgr0"}
"""FFV1, for what is published: an archive's format, every slice with a checksum of its own."""
_EXACTLY: dict[str, Any] = {"threads": 1, "fflags": "+bitexact", "flags:v": "+bitexact", "fps_mode": "cfr"}


def raw_input(size: tuple[int, int], rate: Fraction) -> Any:
    """RGB frames of ``size`` (width, height) from standard input, as an ffmpeg-python stream."""
    return ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="rgb24", s=f"{size[0]}x{size[1]}", framerate=str(rate)
    ).video


def write_clip(
    frames: Iterable[Rgb],
    path: Path,
    stream: Any,
    *,
    size: tuple[int, int],
    rate: Fraction,
    count: int,
    timeout: float,
    coder: Mapping[str, Any] = QUICK,
) -> None:
    """Feed ``frames`` to the graph ``stream`` and put exactly ``count`` frames of ``size`` into ``path``, or nothing.

    ``frames`` may hold more: they are not asked for. Whatever it raises passes through. Raises :class:`RenderFault`
    when the file does not decode to what was asked, and what :func:`resources.media.process.run` raises.
    """
    temporary = path.parent / f"{TEMPORARY}{os.getpid()}-{path.name}"
    limit: dict[str, Any] = {"frames:v": count, "r": str(rate)}
    output = stream.output(str(temporary.absolute()), format=FORMAT, **coder, **_EXACTLY, **limit)

    def pieces() -> Generator[bytes, None, None]:
        for frame in frames:
            yield frame.tobytes()

    try:
        with closing(pieces()) as fed:
            run(compiled(output), timeout=timeout, stdin=fed)
        _check(temporary, size, rate, count, path.name)
        with disk_errors(path):
            sync_file(temporary)
            temporary.replace(path)
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def read_clip(path: Path, start: int = 0, stop: int | None = None) -> Generator[Rgb, None, None]:
    """Frames ``start`` up to ``stop`` of a lossless clip, one at a time. Raises :class:`RenderFault`."""
    try:
        with av.open(str(path), format=FORMAT, options=OPTIONS) as source:
            video = source.streams.video[0]
            for number, frame in enumerate(source.decode(video)):
                if stop is not None and number >= stop:
                    return
                if number >= start:
                    yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None


def read_frame(path: Path, number: int) -> Rgb:
    """One frame of a lossless clip. Raises :class:`RenderFault` where there is none."""
    with closing(read_clip(path, number, number + 1)) as found:
        for frame in found:
            return frame
    raise RenderFault(f"has no frame {number}", where=path.name)


def _check(path: Path, size: tuple[int, int], rate: Fraction, count: int, name: str) -> None:
    """Hold a clip to what was asked, by decoding all of it."""
    found = 0
    with suppress(FFmpegError, IndexError), av.open(str(path), format=FORMAT, options=OPTIONS) as source:
        video = source.streams.video[0]
        video.thread_type = "AUTO"
        if Fraction(video.average_rate or 0) != rate:
            raise RenderFault(f"was written with {video.average_rate} frames a second, not {rate}", where=name)
        for frame in source.decode(video):
            if (frame.width, frame.height) != size:
                raise RenderFault(f"has a frame of {frame.width}x{frame.height}, not {size[0]}x{size[1]}", where=name)
            found += 1
    if found != count:
        raise RenderFault(f"holds {found} frames that decode, not {count}", where=name)

"""Conforming a clip from outside: another size, rate, codec or length becomes exactly what the cut expects."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import ffmpeg
from av.error import FFmpegError

from resources.errors import InputError
from resources.media.encode import X264, compiled
from resources.media.probe import OPTIONS
from resources.media.process import ProcessFailed, ProcessTimeout, run

DEMUXERS = {
    b"ftyp": "mov,mp4,m4a,3gp,3g2,mj2",
    b"\x1aE\xdf\xa3": "matroska,webm",
    b"RIFF": "avi",
}
"""Container by its leading bytes: the only ones opened, so that a playlist named .mp4 opens nothing else."""


def demuxer_of(path: Path) -> str:
    """The demuxer that may open ``path``. Raises :class:`InputError` for anything but a known video container."""
    with path.open("rb") as file:
        head = file.read(12)
    for magic, name in DEMUXERS.items():
        if head[:4] == magic or head[4:8] == magic:
            return name.split(",")[0]
    raise InputError("is not an mp4, mov, mkv, webm or avi clip", where=path.name)


def conform_clip(source: Path, width: int, height: int, rate: Fraction, frames: int, out: Path) -> None:
    """Write ``frames`` frames of ``source`` at ``width`` x ``height`` and ``rate``, nearly lossless.

    The picture fills the frame (scaled and cropped to the middle); a clip that is too short holds its last frame.
    """
    stream = (
        ffmpeg.input(f"./{source.name}", format=demuxer_of(source), **OPTIONS)
        .video.filter("fps", fps=str(rate))
        .filter("scale", width, height, force_original_aspect_ratio="increase", flags="bicubic")
        .filter("crop", width, height)
        .filter("setsar", 1)
        .filter("tpad", stop_mode="clone", stop=frames)
    )
    output = stream.output(
        str(out),
        format="mp4",
        vcodec="libx264",
        pix_fmt="yuv420p",
        preset="veryfast",
        crf=12,
        threads=1,
        fflags="+bitexact",
        **{"frames:v": frames, "x264-params": X264, "flags:v": "+bitexact"},
    )
    try:
        run(compiled(output), timeout=600, cwd=source.parent)
    except ProcessTimeout:
        raise
    except ProcessFailed as error:
        raise InputError(f"cannot be decoded ({error})", where=source.name) from None


def check_media(kind: str, path: Path) -> None:
    """Decode the beginning of the user's own material, so that a bad file is told before anything is made."""
    from resources.media.pictures import open_picture
    from resources.media.probe import luma, read_sound

    if kind == "image":
        with open_picture(path) as picture:
            try:
                picture.load()
            except OSError as error:
                raise InputError(f"cannot be decoded ({error})", where=path.name) from None
        return
    try:
        if kind == "clip":
            demuxer_of(path)
            next(luma(path))
        elif not len(read_sound(path)):
            raise InputError("holds no sound", where=path.name)
    except (FFmpegError, StopIteration, IndexError) as error:
        raise InputError(f"cannot be decoded ({error or 'no picture'})", where=path.name) from None

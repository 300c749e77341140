"""A film of stills: one encode for the whole of it, words drawn into the picture on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import av
import ffmpeg
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image

from resources.errors import RenderFault
from resources.media.burn import Shown, ass_file
from resources.media.encode import Picture, compiled, encoded
from resources.media.fonts import fonts_conf
from resources.media.join import frame_count
from resources.media.process import run

QUICK_PRESET, QUICK_CRF = "ultrafast", 24
"""For a picture that hardly moves: a tenth of the time of the film's own settings, and small all the same."""
SECONDS_A_FRAME = 1


def planes(still: Image.Image, picture: Picture) -> bytes:
    """A still as one planar 4:2:0 frame of BT.709 in limited range, scaled to the picture's size."""
    size = (picture.width, picture.height)
    pixels: NDArray[np.uint8] = np.asarray(still.convert("RGB").resize(size, Image.Resampling.BICUBIC), np.uint8)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    made = frame.reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
    )
    return np.ascontiguousarray(made.to_ndarray()).tobytes()


def film_of_stills(
    stills: Sequence[tuple[bytes, int]], words: Sequence[Shown], picture: Picture, folder: Path, out: str
) -> int:
    """Encode each still (planes) for its number of frames, with ``words`` drawn in, into ``folder / out``.

    Returns the number of frames. Raises :class:`RenderFault` when the file holds another number.
    """

    def frames() -> Iterator[bytes]:
        for still, count in stills:
            for _ in range(count):
                yield still

    wanted = sum(count for _, count in stills)
    (folder / "words.ass").write_text(ass_file(words, picture), encoding="utf-8")
    (folder / "fonts.conf").write_text(fonts_conf(folder / "fonts"), encoding="utf-8")
    source = ffmpeg.input(
        "pipe:",
        format="rawvideo",
        pix_fmt="yuv420p",
        s=f"{picture.width}x{picture.height}",
        framerate=str(picture.rate),
    ).filter("ass", "words.ass")
    output = encoded(source, replace(picture, preset=QUICK_PRESET, crf=QUICK_CRF), out)
    env = {"FONTCONFIG_FILE": str(folder.absolute() / "fonts.conf")}
    run(compiled(output), timeout=60 + SECONDS_A_FRAME * wanted, stdin=frames(), cwd=folder, env=env)
    count = frame_count(folder / out)
    if count != wanted:
        raise RenderFault(f"{out} has {count} frames, not {wanted}")
    return count

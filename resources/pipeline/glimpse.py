"""A small picture of an artifact: what a person sees of it in a list, under 20 KB.

Made from the artifact when somebody first wants to see it, and kept in the cache by the artifact's content.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import RenderFault
from resources.media.pictures import THUMB_BYTES, thumbnail
from resources.store.atomic import TEMPORARY
from resources.store.film import Home
from schemas.refs import AssetRef

if TYPE_CHECKING:
    from PIL import Image

GLIMPSES = "glimpses"
"""Their folder in the cache."""
STILLS = ("thumb.jpg", "poster.jpg")
SOUND = "dialogue.wav"
PAPER, INK = (29, 25, 22), (242, 197, 107)
WAVE = (320, 56)
"""Width and height in pixels of a drawn sound."""
FRAMES, FRAME_WIDTH = 3, 200
"""Frames of a strip, and the width of each in pixels."""


def glimpse(home: Home, ref: AssetRef) -> Path | None:
    """A picture of ``ref``: its still, a strip of frames, or the shape of its sound; None when it has none of these."""
    folder = home.root / ref.uri
    kept = home.cache / GLIMPSES / f"{ref.sha256[:32]}.jpg"
    if kept.exists():
        return kept
    names = [file.name for file in ref.files]
    still = next((name for name in STILLS if name in names), None)
    video = next((name for name in sorted(names) if name.endswith(".mp4")), None)
    try:
        if still is not None:
            from resources.media.pictures import open_picture

            picture: Image.Image = open_picture(folder / still)
        elif video is not None:
            picture = strip(folder / video)
        elif SOUND in names:
            picture = wave(folder / SOUND)
        else:
            return None
    except (RenderFault, OSError):
        return None  # a list shows what it can
    kept.parent.mkdir(parents=True, exist_ok=True)
    new = kept.with_name(f"{TEMPORARY}{os.getpid()}-{kept.name}")
    thumbnail(picture, new, width=max(WAVE[0], picture.width if video else 0))
    if new.stat().st_size > THUMB_BYTES:  # noise in every pixel
        thumbnail(picture, new, width=WAVE[0])
    new.replace(kept)
    return kept


def strip(video: Path) -> Image.Image:
    """First, middle and last of the frames that stand by themselves in ``video``, side by side.

    Only those are decoded, so a strip costs the same for a shot of any length. Raises :class:`RenderFault`.
    """
    import av
    from av.error import FFmpegError
    from PIL import Image

    try:
        with av.open(str(video)) as source:
            stream = source.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            height = max(1, round(FRAME_WIDTH * stream.height / stream.width))
            small = [frame.reformat(FRAME_WIDTH, height, "rgb24") for frame in source.decode(stream)]
            frames = [Image.fromarray(frame.to_ndarray()) for frame in small]
    except (FFmpegError, IndexError, ZeroDivisionError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=video.name) from None
    if not frames:
        raise RenderFault("holds no frame", where=video.name)
    chosen = [frames[k] for k in sorted({0, len(frames) // 2, len(frames) - 1})][:FRAMES]
    sheet = Image.new("RGB", (FRAME_WIDTH * len(chosen) + 4 * (len(chosen) - 1), height), PAPER)
    for number, frame in enumerate(chosen):
        sheet.paste(frame, (number * (FRAME_WIDTH + 4), 0))
    return sheet


def wave(path: Path) -> Image.Image:
    """The loudest sample of each column of a sound, above and below the middle."""
    import numpy as np
    from PIL import Image

    from resources.media.wav import read_wav

    width, height = WAVE
    sound = np.abs(read_wav(path))
    edges = np.linspace(0, len(sound), width + 1).astype(int)
    loudest = np.array([sound[a:b].max(initial=0.0) for a, b in pairwise(edges)])
    reach = np.maximum(1, loudest * (height / 2 - 1))
    far = np.abs(np.arange(height)[:, None] - (height - 1) / 2)
    picture = np.where((far <= reach[None, :])[..., None], np.array(INK, np.uint8), np.array(PAPER, np.uint8))
    return Image.fromarray(picture)

"""Single frames out of a video file, as pictures a person can look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from PIL import Image

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.probe import OPTIONS


def sample_frames(video: Path, frames: int, count: int) -> Iterator[Frame]:
    """``count`` of the ``frames`` frames of a video, spread evenly, (height, width, 4) RGBA each.

    Raises :class:`RenderFault` when the file cannot be decoded.
    """
    wanted = sampled(frames, count)
    try:
        with av.open(str(video), options=OPTIONS) as source:
            for number, frame in enumerate(source.decode(source.streams.video[0])):
                if number in wanted:
                    yield np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
                if number >= wanted[-1]:
                    break
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=video.name) from None


def sampled(frames: int, count: int) -> list[int]:
    """The numbers of ``count`` of ``frames`` frames, spread evenly; fewer where there are fewer."""
    return sorted({round((frames - 1) * (k + 0.5) / count) for k in range(count)})


def grab_frames(video: Path, numbers: Iterable[int], folder: Path) -> list[Path]:
    """Write the frames with these numbers (from 0) into ``folder`` as JPEG; numbers past the end are left out.

    Raises :class:`RenderFault` when the file cannot be decoded.
    """
    wanted = sorted(set(numbers))
    found: list[Path] = []
    try:
        with av.open(str(video), options=OPTIONS) as source:
            for number, frame in enumerate(source.decode(source.streams.video[0])):
                if number in wanted:
                    path = folder / f"frame-{number:06d}.jpg"
                    Image.fromarray(frame.to_ndarray(format="rgb24")).save(path, "JPEG", quality=88)
                    found.append(path)
                if not wanted or number >= wanted[-1]:
                    break
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=video.name) from None
    return found

"""Pictures as an encoder takes them: three planes of 8 bits, 4:2:0, BT.709, limited range.

Drawn frames become planes here, in the process that draws, and not behind the pipe in ffmpeg: less than half the bytes
go through the pipe (1.5 a pixel and not 4), and whoever measures a picture looks at the very planes that are encoded,
without a conversion of its own (bench/quality.py). The numbers are those of ffmpeg's ``scale`` filter with
``flags=bilinear+accurate_rnd:out_color_matrix=bt709:out_range=tv``, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from resources.engines import Frame
from resources.errors import RenderFault

Plane: TypeAlias = NDArray[np.uint8]
"""(rows, columns); rows may lie apart in memory."""
RESAMPLING = Interpolation.BILINEAR | Interpolation.ACCURATE_RND


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture: luma in full size, chroma in half of it."""

    luma: Plane
    cb: Plane
    cr: Plane

    def pieces(self) -> Iterator[memoryview]:
        """Its bytes in the order of ``yuv420p``."""
        for one in (self.luma, self.cb, self.cr):
            yield np.ascontiguousarray(one).reshape(-1).data


class Watcher(Protocol):
    """Looks at the frames of one range on their way into the encoder."""

    def see(self, planes: Planes) -> None:
        """The next frame. What is kept of it has to be copied."""
        ...

    def told(self) -> bytes:
        """What is to be remembered of the range."""
        ...


class Meter(Protocol):
    """Gives every range a watcher, in whichever process it is drawn. Must pickle."""

    @property
    def name(self) -> str:
        """Part of a file's name; another one whenever its watchers would tell something else."""
        ...

    def watch(self, start: int) -> Watcher:
        """A watcher of the range that begins at frame ``start`` of the shot."""
        ...


def plane(frame: av.VideoFrame, number: int) -> Plane:
    """One plane of a frame as an array that shares its memory: (rows, columns) uint8."""
    data: Any = frame.planes[number]
    return np.frombuffer(memoryview(data), np.uint8).reshape(data.height, data.line_size)[:, : data.width]


def planes_of(frame: av.VideoFrame) -> Planes:
    """The planes of an 8-bit 4:2:0 frame, which share its memory."""
    return Planes(plane(frame, 0), plane(frame, 1), plane(frame, 2))


def to_planes(frames: Iterable[Frame], width: int, height: int) -> Iterator[Planes]:
    """Planes of RGBA frames. Raises :class:`RenderFault` for a frame that is not ``width`` x ``height``."""
    converter = VideoReformatter()
    for frame in frames:
        if frame.shape != (height, width, 4):
            raise RenderFault(f"the engine drew a frame of {frame.shape[1]}x{frame.shape[0]}, not {width}x{height}")
        drawn = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format="rgba")
        yield planes_of(
            converter.reformat(
                drawn,
                format="yuv420p",
                interpolation=RESAMPLING,
                src_color_range=ColorRange.JPEG,
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
        )

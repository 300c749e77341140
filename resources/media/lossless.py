"""Pictures between two engines: lossless files that any range of frames is read from exactly.

FFV1 in RGB, every frame by itself: what is read is what was written, to the bit, and frame 400 costs no more than
frame 0. 720p is about 1 MB a frame; these files live in a cache, until the shot is encoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from resources.engines import Frame
from resources.errors import RenderFault
from resources.media.probe import OPTIONS
from resources.store.atomic import disk_errors

FFV1 = {"level": "3", "g": "1", "slices": "4", "slicecrc": "1"}
"""Four slices whatever the machine, a checksum for each: a damaged frame is told, not shown."""


class LosslessWriter:
    """Writes RGBA frames (height, width, 4), whose alpha is dropped. A context manager; the file is whole at its end.

    Raises :class:`RenderFault` for a frame of another size, :class:`~resources.errors.DiskFull`.
    """

    def __init__(self, path: Path, width: int, height: int, rate: Fraction) -> None:
        self.path = path
        self.count = 0
        self._size = (height, width, 4)
        with disk_errors(path):
            self._container = av.open(str(path), "w", format="matroska", options={"fflags": "+bitexact"})
        self._stream: Any = self._container.add_stream("ffv1", rate=rate, options=FFV1)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "bgr0"

    def write(self, frame: Frame) -> None:
        """Add one frame."""
        if frame.shape != self._size:
            raise RenderFault(f"a frame of {frame.shape}, not {self._size}", where=self.path.name)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgba")
        picture.pts = self.count
        with disk_errors(self.path):
            self._container.mux(self._stream.encode(picture))
        self.count += 1

    def __enter__(self) -> LosslessWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with disk_errors(self.path):
            try:
                if error is None:
                    self._container.mux(self._stream.encode())
            finally:
                self._container.close()


def read_frames(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
    """Frames ``start`` up to ``stop`` (None: the end) of a video of ours, RGBA; each array is the caller's own.

    Frames are found by number, not by time: the result does not depend on where reading begins. Raises
    :class:`RenderFault` when the file cannot be decoded or ends too early.
    """
    wanted = start
    try:
        with av.open(str(path), options=OPTIONS) as source:
            stream = source.streams.video[0]
            rate, tick = Fraction(stream.average_rate or 0), Fraction(stream.time_base or 0)
            if not rate or not tick:
                raise RenderFault("says no frame rate", where=path.name)
            if start:
                # half a frame early: Matroska rounds times to milliseconds
                source.seek(max(0, int((start - Fraction(1, 2)) / rate / tick)), stream=stream)
            for frame in source.decode(stream):
                number = round(Fraction(frame.pts or 0) * tick * rate)
                if stop is not None and number >= stop:
                    break
                if number < wanted:
                    continue
                if number > wanted:
                    raise RenderFault(f"frame {wanted} is missing", where=path.name)
                wanted += 1
                yield np.asarray(frame.to_ndarray(format="rgba"), np.uint8)
                if wanted == stop:
                    break
    except (FFmpegError, IndexError) as error:
        raise RenderFault(f"cannot be decoded ({error})", where=path.name) from None
    if stop is not None and wanted < stop:
        raise RenderFault(f"ends after {wanted} frames, {stop} are needed", where=path.name)

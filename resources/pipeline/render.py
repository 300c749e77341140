"""Rendering a run of frames with handles: shots and cards alike are encoded once, in ranges, ahead of need if asked.

``prefetch`` starts work that ``render`` will want; ranges are files in the cache, so whatever a killed process had
finished is found again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np

from resources.engines import CardEngine, Frame, LipsyncEngine
from resources.errors import PassingFault
from resources.media.assemble import CLIP, HEAD, TAIL
from resources.media.encode import Picture
from resources.media.join import Span, join
from resources.media.planes import Meter
from resources.media.probe import OPTIONS
from resources.media.workers import FrameSource, Workers, frame_ranges, measures_path, range_path
from resources.store.atomic import crash_point, disk_errors
from schemas.media import CutRequest, LipsyncRequest, TimedLine
from schemas.plan import Strict

OWN_SOUND = "own.wav"
"""What a clip of the user's own sounds like, as long as its shot; only where it sounds."""


@dataclass(frozen=True)
class EngineFrames:
    """Frames of a lip-sync engine."""

    engine: LipsyncEngine
    request: LipsyncRequest
    video: Path
    lines: list[TimedLine]

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """Frames ``start`` to ``stop``."""
        return self.engine.frames(self.request, self.video, self.lines, start, stop)


@dataclass(frozen=True)
class OwnClipFrames:
    """Frames of the user's own clip, conformed before."""

    path: Path

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """Frames ``start`` to ``stop``."""
        with av.open(str(self.path), options=OPTIONS) as source:
            for frame in islice(source.decode(source.streams.video[0]), start, stop):
                yield np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


@dataclass(frozen=True)
class CardFrames:
    """Frames of a title or end card."""

    engine: CardEngine
    kind: str
    request: CutRequest
    images: list[Path]
    count: int

    def frames(self, start: int, stop: int) -> Iterator[Frame]:
        """Frames ``start`` to ``stop``."""
        return self.engine.card_frames(self.kind, self.request, self.images, self.count, start, stop)


class Encoded(Strict):
    """A rendered run of frames: ``clip.mp4`` and, when it is long enough, its two lossless handles."""

    frames: int
    handle: int
    """Frames of each handle; 0 when the run is too short to have any."""


class Renderer:
    """Ranges in flight and ranges on disk."""

    def __init__(self, workers: Workers, cache: Path) -> None:
        self.workers = workers
        self.cache = cache
        self._flying: dict[str, list[Future[int]]] = {}

    def prefetch(
        self,
        key: str,
        source: FrameSource,
        picture: Picture,
        frames: int,
        handle: int,
        meter: Meter | None = None,
    ) -> None:
        """Begin to render in one worker, unless it has begun already. ``meter`` has to be that of :meth:`render`.

        A hint: where no process can start at this moment, :meth:`render` asks again and tells.
        """
        if key not in self._flying:
            spans = _spans(frames, handle)
            with suppress(PassingFault):
                self._flying[key] = [self.workers.submit(source, picture, self._folder(key), spans, meter)]

    def render(
        self,
        key: str,
        source: FrameSource,
        picture: Picture,
        frames: int,
        handle: int,
        folder: Path,
        meter: Meter | None = None,
    ) -> Encoded:
        """Write ``clip.mp4`` and the handles into ``folder``; :meth:`told` then has what ``meter`` saw."""
        work = self._flying.pop(key, None)
        if work is None:
            spans = _spans(frames, handle)
            count = min(self.workers.count, len(spans))
            edges = [len(spans) * k // count for k in range(count + 1)]
            # neighbours stay together: a worker prepares a scene once and then draws on
            parts = [spans[a:b] for a, b in pairwise(edges)]
            work = [self.workers.submit(source, picture, self._folder(key), part, meter) for part in parts]
        crash_point("render.begun")
        try:
            for future in work:
                future.result()
        except BrokenProcessPool:
            raise PassingFault(
                "a process that draws was killed (is memory short?)", hint="run the same command again"
            ) from None
        crash_point("render.drawn")
        ranges = frame_ranges(frames, handle)
        cached = self._folder(key)
        rate = Fraction(picture.rate)
        join([Span(range_path(cached, span, False), 0, span[1] - span[0]) for span in ranges], rate, folder / CLIP)
        has_handles = len(ranges) > 1
        if has_handles:
            shutil.copyfile(range_path(cached, ranges[0], True), folder / HEAD)
            shutil.copyfile(range_path(cached, ranges[-1], True), folder / TAIL)
        return Encoded(frames=frames, handle=handle if has_handles else 0)

    def told(self, key: str, frames: int, handle: int, meter: Meter) -> list[bytes]:
        """What ``meter`` told of every range of what was rendered, in order."""
        with disk_errors(self._folder(key)):
            return [measures_path(self._folder(key), span, meter).read_bytes() for span in frame_ranges(frames, handle)]

    def done(self, key: str) -> None:
        """Forget cached ranges of something that is published."""
        shutil.rmtree(self._folder(key), ignore_errors=True)
        shutil.rmtree(self.prepared / key[:24], ignore_errors=True)

    @property
    def prepared(self) -> Path:
        """Where a lip-sync engine keeps what it prepares, a folder a clip."""
        return self.cache / "lipsync"

    def _folder(self, key: str) -> Path:
        return self.cache / "ranges" / key[:24]


def _spans(frames: int, handle: int) -> list[tuple[int, int, bool]]:
    ranges = frame_ranges(frames, handle)
    edges = {0, len(ranges) - 1} if len(ranges) > 1 else set()
    return [(start, stop, number in edges) for number, (start, stop) in enumerate(ranges)]

"""From pieces to one picture stream: transitions rendered, everything else taken over packet by packet.

What has to be rendered lies in a folder of segments, each named by everything that decides it, so a cut after one
changed shot renders the transitions beside that shot and nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from resources.errors import RenderFault
from resources.media.encode import Picture, encode_yuv
from resources.media.join import Span, frame_count, join
from resources.media.transitions import REVISION, read_planes, transition_frames
from resources.media.workers import frame_ranges
from resources.store.atomic import TEMPORARY, disk_errors, sync_file
from resources.store.fingerprint import digest
from schemas.cut import Piece

CLIP = "clip.mp4"
HEAD = "handle-head.mp4"
TAIL = "handle-tail.mp4"
"""Files of a run of frames: the whole of it, and its first and last frames without loss."""


class Segments:
    """Rendered stretches of film by everything that decides them. One cut at a time uses the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.used: set[str] = set()

    def keep(self, key: str) -> Path:
        """The folder of the segment ``key``; it is not forgotten after this cut."""
        self.used.add(key)
        return self.folder / key

    def file(self, decides: Sequence[Any], name: str, frames: int, write: Callable[[Path], None]) -> Path:
        """The file ``name`` of the segment that ``decides`` names, written by ``write`` when it is not there yet.

        It gets its name when it holds ``frames`` frames, and not before: an encoder that was happy with less must not
        leave a segment that every later cut would take.
        """
        folder = self.keep(digest([name, *decides])[:24])
        path = folder / name
        if not path.exists():
            temporary = folder / f"{TEMPORARY}{name}"
            with disk_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
                try:
                    write(temporary)
                    count = frame_count(temporary) if temporary.exists() else 0
                    if count != frames:
                        raise RenderFault(f"the encoder wrote {count} of {frames} frames", where=name)
                    sync_file(temporary)
                    temporary.replace(path)
                finally:
                    temporary.unlink(missing_ok=True)
        return path

    def forget_unused(self) -> None:
        """Remove what this cut did not use."""
        for folder in self.folder.iterdir() if self.folder.is_dir() else []:
            if folder.name not in self.used:
                shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames of a file as they stand in the film."""

    span: Span
    source: str
    """Names everything that decides the frames of ``span.path``."""
    start: int
    """Its first frame in the film."""
    keys: tuple[int, ...] = ()
    """Frames of the file, inside the span, where it may be parted: IDR frames."""


def stretches(pieces: Sequence[Piece], home: Path, segments: Segments, picture: Picture) -> list[Stretch]:
    """The film as stretches, in order; transitions that are not there yet are rendered."""
    found: list[Stretch] = []
    for number, piece in enumerate(pieces):
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        start = piece.handle if piece.overlap else 0
        stop = piece.frames - piece.handle if after is not None and after.overlap else piece.frames
        ranges = frame_ranges(piece.frames, piece.handle) if piece.handle else []
        keys = tuple(first for first, _ in ranges if start < first < stop)
        if stop > start:
            span = Span(home / piece.folder / CLIP, start, stop)
            found.append(Stretch(span, piece.folder, piece.start + start, keys))
        if after is not None and after.overlap:
            span, source = _transition(piece, after, home, segments, picture)
            found.append(Stretch(span, source, piece.start + stop))
    return found


def assemble(found: Sequence[Stretch], rate: Fraction, out: Path) -> int:
    """Write the stretches into ``out`` (mp4, picture only) and return the number of frames."""
    at = 0
    for stretch in found:
        if stretch.start != at:
            raise RenderFault(f"begins at frame {stretch.start} of the film, not {at}", where=stretch.span.path.name)
        at += stretch.span.stop - stretch.span.start
    return join([stretch.span for stretch in found], rate, out)


def _transition(before: Piece, after: Piece, home: Path, segments: Segments, picture: Picture) -> tuple[Span, str]:
    """The overlap of two pieces with what is left of their handles."""

    def write(path: Path) -> None:
        tail, head = read_planes(home / before.folder / TAIL), read_planes(home / after.folder / HEAD)
        blended = transition_frames(after.transition, tail, head, before.handle, after.handle, after.overlap)
        encode_yuv(blended, picture, path)

    decides = [REVISION, before.folder, after.folder, str(after.transition), after.overlap, str(picture)]
    frames = before.handle + after.handle - after.overlap
    path = segments.file(decides, "transition.mp4", frames, write)
    return Span(path, 0, frames), path.parent.name

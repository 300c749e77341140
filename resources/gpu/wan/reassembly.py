"""Chunks become one run of frames. One frame of each of two clips is in memory at most, whatever their length."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from resources.errors import RenderFault
from resources.gpu.wan.chunks import ChunkRange
from resources.gpu.wan.clips import Rgb, read_clip
from resources.gpu.wan.options import Reassembly


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished chunk: its frames of the shot, and the lossless clip that holds them."""

    range: ChunkRange
    path: Path


def assembled(pieces: Sequence[Piece], how: Reassembly) -> Generator[Rgb, None, None]:
    """All frames of a shot in their order. Raises :class:`RenderFault` where a clip ends early.

    ``trim``: a chunk is shown up to the frame that the next one was conditioned on, and that one from its second frame.
    ``crossfade``: what two chunks share is mixed, from mostly the earlier to mostly the later one.
    """
    begin = 0  # first frame of the piece that has not been shown
    for piece, after in pairwise([*pieces, None]):
        assert piece is not None
        frames = piece.range.frames
        shared = after.range.overlap if after is not None else 0
        last = frames - shared  # where the shared frames begin
        if after is not None and how == "trim":
            yield from _exactly(piece, begin, last + 1)
            begin = 1
        elif after is not None:
            yield from _exactly(piece, begin, last)
            yield from _mixed(piece, after, shared)
            begin = shared
        else:
            yield from _exactly(piece, begin, frames)


def length(pieces: Sequence[Piece]) -> int:
    """How many frames :func:`assembled` gives."""
    return pieces[-1].range.stop


def _mixed(before: Piece, after: Piece, shared: int) -> Iterator[Rgb]:
    tail = _exactly(before, before.range.frames - shared, before.range.frames)
    head = _exactly(after, 0, shared)
    for number, (old, new) in enumerate(zip(tail, head, strict=True)):
        weight = (number + 1) / (shared + 1)
        mixed = old.astype(np.float32) * (1 - weight) + new.astype(np.float32) * weight
        yield np.rint(mixed).astype(np.uint8)


def _exactly(piece: Piece, start: int, stop: int) -> Iterator[Rgb]:
    given = start
    with closing(read_clip(piece.path, start, stop)) as frames:
        for frame in frames:
            given += 1
            yield frame
    if given < stop:
        raise RenderFault(f"chunk {piece.range.index} ends at frame {given} of {stop}", where=piece.path.name)

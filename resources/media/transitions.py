"""Transitions, rendered from the lossless handles of the two shots they join; nothing else is ever re-encoded.

Blending is done here on whole planes of 8-bit luma and chroma, in integers, so that frame counts are exact by
construction (ffmpeg's xfade gave 13 frames for 12) and equal input gives equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from resources.errors import RenderFault
from schemas.vocabulary import TransitionKind

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Y (h, w), U and V (h/2, w/2), limited range."""
BLACK = (16, 128, 128)
REVISION = "2"
"""Version of the blends; part of every rendered transition's name."""


def read_planes(path: Path) -> Iterator[Planes]:
    """The frames of a file of ours, one at a time, as planes."""
    with av.open(str(path), format="mp4") as source:
        for frame in source.decode(source.streams.video[0]):
            planes = [
                np.frombuffer(memoryview(p), np.uint8).reshape(p.height, p.line_size)[:, : p.width]
                for p in frame.planes
            ]
            yield planes[0], planes[1], planes[2]


def transition_frames(
    kind: TransitionKind, tail: Iterable[Planes], head: Iterable[Planes], tails: int, heads: int, overlap: int
) -> Iterator[bytes]:
    """The stretch around a join: ``tail`` of one shot, ``overlap`` blended frames, the rest of ``head``.

    ``tails`` and ``heads`` are how many frames there are. Gives tails + heads - overlap frames as planar 4:2:0 bytes,
    and holds two at a time.
    """
    if not 0 < overlap <= min(tails, heads):
        raise RenderFault(f"a transition of {overlap} frames does not fit handles of {tails} and {heads}")
    before, after = iter(tail), iter(head)
    for planes in islice(before, tails - overlap):
        yield _bytes(planes)
    for number, (a, b) in enumerate(zip(islice(before, overlap), after, strict=False), 1):
        yield _bytes(_blend(kind, a, b, number, overlap + 1))
    for planes in after:
        yield _bytes(planes)


def _blend(kind: TransitionKind, a: Planes, b: Planes, step: int, steps: int) -> Planes:
    """Frame ``step`` of ``steps``: all of ``a`` at 0, all of ``b`` at ``steps``."""
    match kind:
        case TransitionKind.DISSOLVE:
            return _mix(a, b, step, steps)
        case TransitionKind.WIPE:
            return _wipe(a, b, step, steps)
        case TransitionKind.FADE:
            # both at once: the old picture goes down to black while the new one comes up out of it, each with the
            # square of its share, for with the shares themselves the two would add up to a dissolve
            dark = _black(a)
            old = _mix(_mix(a, dark, step, steps), dark, step, steps)
            new = _mix(dark, _mix(dark, b, step, steps), step, steps)
            return _lighter(old, new)
        case TransitionKind.DIP_TO_BLACK:
            dark = _black(a)
            return _mix(a, dark, 2 * step, steps) if 2 * step < steps else _mix(dark, b, 2 * step - steps, steps)
        case TransitionKind.CUT:
            raise RenderFault("a cut has no frames to render")


def _mix(a: Planes, b: Planes, step: int, steps: int) -> Planes:
    def one(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> NDArray[np.uint8]:
        # 16 bits hold 255 times 256 steps, and are half the work of 32
        mixed = x.astype(np.uint16) * np.uint16(steps - step)
        mixed += y.astype(np.uint16) * np.uint16(step)
        mixed += np.uint16(steps // 2)
        mixed //= np.uint16(steps)
        return mixed.astype(np.uint8)

    return one(a[0], b[0]), one(a[1], b[1]), one(a[2], b[2])


def _wipe(a: Planes, b: Planes, step: int, steps: int) -> Planes:
    """From left to right, along an even column so that chroma and luma part at the same place."""
    edge = a[1].shape[1] * step // steps

    def one(x: NDArray[np.uint8], y: NDArray[np.uint8], column: int) -> NDArray[np.uint8]:
        return np.concatenate([y[:, :column], x[:, column:]], axis=1)

    return one(a[0], b[0], 2 * edge), one(a[1], b[1], edge), one(a[2], b[2], edge)


def _lighter(a: Planes, b: Planes) -> Planes:
    """Sum of two darkened pictures: luma adds above black, chroma around grey."""

    def add(x: NDArray[np.uint8], y: NDArray[np.uint8], zero: int) -> NDArray[np.uint8]:
        return np.clip(x.astype(np.int32) + y.astype(np.int32) - zero, 0, 255).astype(np.uint8)

    return add(a[0], b[0], 16), add(a[1], b[1], 128), add(a[2], b[2], 128)


def _black(like: Planes) -> Planes:
    return (
        np.full_like(like[0], BLACK[0]),
        np.full_like(like[1], BLACK[1]),
        np.full_like(like[2], BLACK[2]),
    )


def _bytes(planes: Planes) -> bytes:
    return b"".join(np.ascontiguousarray(plane).tobytes() for plane in planes)

"""Boxes of faces: followed through a shot, smoothed, widened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMOOTHED = 5
"""Frames over which a box is averaged (Wav2Lip's own ``get_smoothened_boxes``), the middle one being its own."""
SAME_FACE = 0.3
"""Overlap (intersection over union) from which a box is taken for the face of the frame before."""
SMALLEST = 8
"""Pixels of a side below which there is no mouth to paint."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face, in pixels: rows ``top`` to ``bottom``, columns ``left`` to ``right``, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def area(self) -> int:
        """Pixels; 0 for a box that is turned inside out."""
        return max(0, self.bottom - self.top) * max(0, self.right - self.left)

    def overlap(self, other: Box) -> float:
        """Intersection over union."""
        common = Box(
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            max(self.left, other.left),
            min(self.right, other.right),
        ).area
        union = self.area + other.area - common
        return common / union if union else 0.0

    def padded(self, pads: Sequence[int], width: int, height: int) -> Box | None:
        """Wider by ``pads`` (above, below, left, right), within the frame; None where nothing is left of it."""
        above, below, left, right = pads
        box = Box(
            max(0, self.top - above), min(height, self.bottom + below),
            max(0, self.left - left), min(width, self.right + right),
        )  # fmt: skip
        return box if min(box.bottom - box.top, box.right - box.left) >= SMALLEST else None


def choose(found: Sequence[Box], before: Box | None) -> Box | None:
    """The face to follow: the one of the frame before where it is still there, else the largest, else the leftmost."""
    if not found:
        return None
    if before is not None:
        nearest = max(found, key=lambda box: (box.overlap(before), -box.left, -box.top))
        if nearest.overlap(before) >= SAME_FACE:
            return nearest
    return max(found, key=lambda box: (box.area, -box.left, -box.top))


def smoothed(boxes: Mapping[int, Box | None]) -> dict[int, Box | None]:
    """Boxes by frame number, each the mean of its neighbours' and its own; frames without a face stay without."""
    half = SMOOTHED // 2
    result: dict[int, Box | None] = {}
    for number, box in boxes.items():
        near = [boxes.get(k) for k in range(number - half, number + half + 1)]
        kept = [one for one in near if one is not None]
        result[number] = None if box is None else _mean(kept)
    return result


def _mean(boxes: Sequence[Box]) -> Box:
    count = len(boxes)

    def mean(values: Sequence[int]) -> int:
        return (2 * sum(values) + count) // (2 * count)  # to the nearest, halves up

    return Box(
        mean([box.top for box in boxes]),
        mean([box.bottom for box in boxes]),
        mean([box.left for box in boxes]),
        mean([box.right for box in boxes]),
    )

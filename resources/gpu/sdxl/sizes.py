"""Sizes SDXL was trained at, and the way from a rendered picture to the size that was asked for."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image

STEP = 64
"""Pixels: SDXL's buckets have sides in multiples of 64 (its paper, appendix I)."""
SMALL_STEP = 8
"""One latent: for weights that were trained at less than 256 x 256, where buckets of 64 would be too coarse."""
LONGEST = 4.0
"""Sides of the longest bucket: 2048 x 512."""


def step_of(area: int) -> int:
    """What the sides of pictures of ``area`` pixels are multiples of."""
    return STEP if area >= 256 * 256 else SMALL_STEP


def buckets(area: int) -> list[tuple[int, int]]:
    """(width, height) of every trained size: for each width the tallest picture of at most ``area`` pixels, near it."""
    step, side = step_of(area), math.isqrt(area)
    widths = range(step, round(side * 2) + 1, step)
    found = [(width, area // width // step * step) for width in widths]
    return [(w, h) for w, h in found if h >= step and max(w / h, h / w) <= LONGEST]


def trained_size(width: int, height: int, area: int) -> tuple[int, int]:
    """The trained size whose shape is nearest to ``width`` x ``height`` (as a ratio); the larger of two as near."""
    shape = math.log(width / height)
    return min(buckets(area), key=lambda size: (round(abs(math.log(size[0] / size[1]) - shape), 6), -size[0] * size[1]))


def snapped(width: int, height: int, area: int) -> tuple[int, int]:
    """A size that the memory ladder made smaller, as the U-Net wants it: down to whole steps."""
    step = step_of(area)
    return max(step, width // step * step), max(step, height // step * step)


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a rendered picture became the asked size."""

    rendered: tuple[int, int]
    crop: tuple[int, int, int, int]
    """(left, top, right, bottom) of what is kept, in rendered pixels."""
    size: tuple[int, int]
    filter: str

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def fit(picture: Image.Image, size: tuple[int, int]) -> tuple[Image.Image, Fitted]:
    """``picture`` at ``size`` (width, height): the middle of the right shape, resampled with Lanczos (3 lobes)."""
    width, height = picture.size
    scale = min(width / size[0], height / size[1])
    kept = min(width, round(size[0] * scale)), min(height, round(size[1] * scale))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    box = (left, top, left + kept[0], top + kept[1])
    if kept == size:
        return picture.crop(box), Fitted(picture.size, box, size, "none")
    return picture.resize(size, Image.Resampling.LANCZOS, box=box), Fitted(picture.size, box, size, "lanczos")

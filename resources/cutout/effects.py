"""Light that an effect adds to a shot: foil stars and a warm pulse round what the eye should rest on."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import rng, sprite
from resources.cutout.places.kit import halo, star


def sparks(
    focus: tuple[float, float], width: int, height: int, seed: int
) -> list[tuple[skia.Image, float, float, float, float]]:
    """Stars of foil round ``focus``: image, x, y (pixels), phase (0 to 1) and rate (lives a second)."""
    x, y = focus
    unit = min(width, height) / 720
    images = [_foil(size * unit) for size in (9, 14, 21)]
    stream = rng(seed, "sparks")
    found = []
    for k in range(22):
        angle, reach = stream.uniform(0, math.tau), stream.uniform(0.10, 0.44)
        found.append(
            (
                images[k % 3],
                x + reach * min(width, height) * math.cos(angle) * 1.25,
                y + reach * min(width, height) * math.sin(angle),
                stream.uniform(0, 1),
                stream.uniform(0.35, 0.7),
            )
        )
    return found


def _foil(size: float) -> skia.Image:
    """One star, ``size`` pixels from its middle to a point."""
    middle = 1.2 * size

    def draw(canvas: skia.Canvas) -> None:
        halo(canvas, middle, middle, middle, 0xFFFFF0B8, 0.6)
        star(canvas, middle, middle, size, 0xFFFFFBE6)

    return sprite(2 * middle, 2 * middle, draw)


def glow(focus: tuple[float, float], width: int, height: int) -> tuple[skia.Image, float, float, float]:
    """The light that pulses round ``focus``: image (at half size), x, y and radius in pixels."""
    radius = 0.42 * min(width, height)
    image = sprite(radius, radius, lambda canvas: halo(canvas, radius / 2, radius / 2, radius / 2, 0xFFFFE7A6, 0.85))
    return image, focus[0], focus[1], radius

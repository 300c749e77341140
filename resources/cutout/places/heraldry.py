"""What castles hang out: flags in the wind, banners, and the device on them."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import colour, curve, cut, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import slab
from resources.cutout.places.kit import (
    sway,
)


def flag(scenery: Scenery, scene: Scene, index: int, x: float, y: float, depth: float, size: float) -> None:
    """A pennant on a pole that flutters."""
    tone = scene.palette.accent

    def pole(canvas: skia.Canvas) -> None:
        canvas.drawLine(x, y + 12, x, y - 62 * size, paint(scene.lit("#4a3a2c"), stroke=3))
        canvas.drawCircle(x, y - 63 * size, 3.4, paint(0xFFE8C66A))

    def cloth(canvas: skia.Canvas) -> None:
        stream = scene.rng("pennant", index)
        top = y - 60 * size
        points = [
            (x, top),
            (x + 26 * size, top + 5 * size),
            (x + 52 * size, top + 2 * size),
            (x + 84 * size, top + 14 * size),
            (x + 50 * size, top + 22 * size),
            (x + 26 * size, top + 27 * size),
            (x, top + 27 * size),
        ]
        cut(canvas, wobble(points, stream, 0.8), tone, shadow=3)
        canvas.drawPath(
            curve([(x + 20 * size, top + 4), (x + 25 * size, top + 14), (x + 20 * size, top + 26 * size)], False),
            paint(colour(tone, -0.22), stroke=2),
        )

    phase, rate = scene.rng("flutter", index).uniform(0, 6), 2.6 + 1.4 * scene.breeze

    def flutter(t: float) -> Motion:
        wave = math.sin(rate * t + phase) + 0.4 * math.sin(2.3 * rate * t + phase)
        return Motion(
            turn=(3 + 2 * scene.breeze) * wave * 0.6 + 6 / (0.4 + scene.breeze),
            stretch_x=0.92 + 0.07 * math.sin(1.7 * rate * t + 2 * phase),
        )

    scenery.add(depth, (x - 6, y - 70 * size, x + 8, y + 16), pole)
    scenery.add(depth, (x - 6, y - 70 * size, x + 94 * size, y), cloth, move=flutter, pivot=(x, y - 48 * size))


def banner(scenery: Scenery, scene: Scene, index: int, x: float, y: float, size: float, depth: float = 0.53) -> None:
    """A long cloth with a device on it that hangs down a wall."""
    tone, wide, tall = scene.palette.accent, 17 * size, 116 * size

    def cloth(canvas: skia.Canvas) -> None:
        stream = scene.rng("banner", index)
        points = [(x - wide, y), (x + wide, y), (x + wide, y + tall), (x, y + tall * 0.84), (x - wide, y + tall)]
        cut(canvas, wobble(points, stream, 0.8, False), tone, shadow=5, fade=colour(tone, -0.18))
        for side in (-0.72, 0.72):
            canvas.drawLine(
                x + wide * side, y + 3, x + wide * side, y + tall * 0.88, paint(0xFFF0D68A, stroke=max(1.6, 2.4 * size))
            )
        device(canvas, scene, x, y + tall * 0.38, wide * 0.62)
        slab(canvas, stream, (x - wide - 5, y - 5, x + wide + 5, y + 3), scene.lit("#5a3f28"), 3, amount=0.5)

    scenery.add(
        depth,
        (x - wide - 12, y - 10, x + wide + 16, y + tall + 12),
        cloth,
        move=sway(scene.rng("banner sway", index), 0.8 + 0.5 * scene.breeze, 1.1),
        pivot=(x, y),
    )


def device(canvas: skia.Canvas, scene: Scene, x: float, y: float, size: float) -> None:
    """The arms of the house: a crown, a star, a sun or a tree, the same on every banner."""
    gold = paint(0xFFF3D98C)
    kind = scene.rng("arms").randrange(3)
    if kind == 0:
        crown = [
            (x - size, y + size * 0.6),
            (x - size, y - size * 0.5),
            (x - size * 0.45, y),
            (x, y - size * 0.8),
            (x + size * 0.45, y),
            (x + size, y - size * 0.5),
            (x + size, y + size * 0.6),
        ]
        canvas.drawPath(polygon(crown), gold)
    else:
        points = 10 if kind == 1 else 16
        star = []
        for k in range(points):
            reach = size * (1.1 if k % 2 == 0 else 0.46)
            star.append((x + reach * math.sin(k * math.tau / points), y - reach * math.cos(k * math.tau / points)))
        canvas.drawPath(polygon(star), gold)

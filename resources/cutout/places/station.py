"""A railway platform: an iron roof with its clock, lamps, a bench, and rails where elsewhere there is a road."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import box, colour, cut, ellipse, paint, wobble
from resources.cutout.places.base import Scene, Scenery
from resources.cutout.places.kit import flicker, halo

EDGE, TOP = 616.0, 250.0
"""Where the platform ends, and the foot of the roof's lace, in world units."""


def platform(scenery: Scenery, scene: Scene) -> None:
    """The platform on this side of the rails, and the roof over it."""
    _rails(scenery, scene)
    _roof(scenery, scene)
    _clock(scenery, scene, scene.width * 0.5)
    for index, share in enumerate((0.27, 0.73)):
        _light(scenery, scene, index, scene.width * share)


def _rails(scenery: Scenery, scene: Scene) -> None:
    stone, gravel, iron = scene.lit("#8f8779"), scene.lit("#58535a"), scene.lit("#b9c0c4")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("rails")
        left, right = scene.left - 40, scene.right + 40
        cut(canvas, wobble(box(left, 588, right, EDGE), stream, 1.2, False), stone, shadow=4)
        cut(canvas, wobble(box(left, EDGE - 8, right, EDGE), stream, 0.8, False), scene.lit("#d8c66a"), shadow=2)
        cut(canvas, wobble(box(left, EDGE, right, scene.floor), stream, 1, False), gravel, shadow=0)
        for _ in range(90):
            x, y = stream.uniform(left, right), stream.uniform(EDGE + 8, 760)
            canvas.drawOval(
                skia.Rect.MakeXYWH(x, y, stream.uniform(8, 20), stream.uniform(4, 7)),
                paint(colour(gravel, stream.uniform(-0.12, 0.16))),
            )
        for k in range(-2, int(scene.width / 64) + 3):
            x = 64.0 * k
            lean = (x - scene.width / 2) * 0.05
            sleeper = [(x - 14, 636), (x + 14, 636), (x + 20 + lean, 700), (x - 20 + lean, 700)]
            cut(canvas, wobble(sleeper, stream, 1, False), scene.lit("#5f4534"), shadow=3)
        for y, wide in ((644, 6), (684, 9)):
            cut(canvas, wobble(box(left, y, right, y + wide), stream, 0.5, False), iron, shadow=4)

    scenery.add(1.0, (scene.left - 60, 570, scene.right + 60, scene.floor), draw)


def _roof(scenery: Scenery, scene: Scene) -> None:
    iron, glass = scene.lit("#3c4a4c"), scene.lit("#6d8a8a")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("station roof")
        left, right = scene.left - 60, scene.right + 60
        cut(canvas, wobble(box(left, 120, right, TOP - 26), stream, 1.2, False), glass, shadow=8)
        for k in range(int((right - left) / 74) + 1):
            x = left + 74 * k
            canvas.drawLine(x, 122, x + 18, TOP - 28, paint(colour(glass, -0.22), stroke=3))
        cut(canvas, wobble(box(left, 108, right, 128), stream, 1, False), iron, shadow=5)
        cut(canvas, wobble(box(left, TOP - 34, right, TOP - 12), stream, 1, False), iron, shadow=6)
        for k in range(int((right - left) / 26) + 1):  # the lace of the eaves
            x = left + 26 * k
            cut(
                canvas,
                wobble(
                    [(x, TOP - 14), (x + 24, TOP - 14), (x + 20, TOP), (x + 12, TOP + 8), (x + 4, TOP)], stream, 0.6
                ),
                iron,
                shadow=2,
                grain=False,
            )
        for share in (0.06, 0.35, 0.65, 0.94):
            x = scene.width * share
            cut(canvas, wobble(box(x - 8, TOP - 20, x + 8, 604), stream, 0.8, False), iron, shadow=5)
            cut(canvas, wobble(box(x - 15, 590, x + 15, 606), stream, 0.8, False), colour(iron, 0.1), shadow=3)
            for side in (-1, 1):
                bow = [
                    (x + side * (6 + 56 * math.sin(a)), TOP - 16 + 66 * (1 - math.cos(a))) for a in (0.0, 0.5, 1.0, 1.5)
                ]
                path = skia.PathBuilder().addPolygon([skia.Point(*point) for point in bow], False).detach()
                canvas.drawPath(path, paint(iron, stroke=6))

    scenery.add(0.90, (scene.left - 80, 96, scene.right + 80, 616), draw)


def _clock(scenery: Scenery, scene: Scene, x: float) -> None:
    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("station clock")
        iron = scene.lit("#2f3a3c")
        cut(canvas, wobble(box(x - 5, TOP - 20, x + 5, TOP + 12), stream, 0.5, False), iron, shadow=3)
        cut(canvas, wobble(ellipse(x, TOP + 48, 42, 42, 18), stream, 0.8), iron, shadow=6)
        face = 0xFFFFF1C9 if scene.dim else scene.lit("#f1ecdc")
        cut(canvas, wobble(ellipse(x, TOP + 48, 34, 34, 18), stream, 0.6), face, shadow=1)
        for k in range(12):
            a = math.tau * k / 12
            canvas.drawLine(
                x + 26 * math.sin(a), TOP + 48 - 26 * math.cos(a), x + 31 * math.sin(a), TOP + 48 - 31 * math.cos(a),
                paint(0xFF3A3430, stroke=3),
            )  # fmt: skip
        canvas.drawLine(x, TOP + 48, x - 5, TOP + 28, paint(0xFF2A2626, stroke=5))
        canvas.drawLine(x, TOP + 48, x - 15, TOP + 26, paint(0xFF2A2626, stroke=3))

    scenery.add(0.92, (x - 54, TOP - 30, x + 54, TOP + 104), draw)


def _light(scenery: Scenery, scene: Scene, index: int, x: float) -> None:
    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("platform light", index)
        iron = scene.lit("#2f3a3c")
        cut(canvas, wobble(box(x - 2, TOP - 16, x + 2, TOP + 22), stream, 0.4, False), iron, shadow=2)
        cut(canvas, wobble([(x - 26, TOP + 40), (x, TOP + 16), (x + 26, TOP + 40)], stream, 0.7, False), iron, shadow=3)
        bulb = 0xFFFFE3A0 if scene.dim else scene.lit("#e4e2d8")
        cut(canvas, wobble(ellipse(x, TOP + 42, 11, 9, 12), stream, 0.5), bulb, shadow=0)

    scenery.add(0.91, (x - 40, TOP - 24, x + 40, TOP + 60), draw)
    if scene.dim:
        scenery.add(
            0.91,
            (x - 150, TOP - 110, x + 150, TOP + 190),
            lambda canvas: halo(canvas, x, TOP + 42, 150, 0xFFFFD98C, 0.5),
            move=flicker(scene.rng("platform lights", index), 0.9, 0.4),
            pivot=(x, TOP + 42),
        )

"""A stove with its hood, its oven, its pots and the steam over them."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import bathe, flame, footing, shimmer, slab
from resources.cutout.places.kit import halo
from resources.cutout.places.windows import frame_of


def _steam(scenery: Scenery, scene: Scene, x: float, y: float, depth: float) -> None:
    """Puffs that rise, grow and fade."""
    tint = colour("#ffffff" if not scene.night else "#d9d3e6", alpha=0.62)
    for index in range(5):
        stream = scene.rng("steam", x > scene.width / 2, index)
        size, phase = stream.uniform(13, 21), index / 5 + stream.uniform(-0.04, 0.04)

        def puff(canvas: skia.Canvas, s: float = size, local: random.Random = stream) -> None:
            canvas.drawPath(wobble(ellipse(x, y, s, s * 0.86, 9), local, 2.6), paint(tint, blur=3.5))

        def rise(t: float, phase: float = phase, way: float = stream.uniform(-1, 1)) -> Motion:
            life = (0.23 * t + phase) % 1.0
            grow = 0.5 + 1.15 * life
            return Motion(
                x=10 * math.sin(4.2 * life + 6 * phase) + 16 * way * life,
                y=-150 * life,
                stretch_x=grow,
                stretch_y=grow,
                alpha=0.9 * math.sin(math.pi * min(1.0, life * 1.04)) ** 1.2,
            )

        scenery.add(depth, (x - size - 14, y - size - 14, x + size + 14, y + size + 14), puff, move=rise, pivot=(x, y))


def _pot(canvas: skia.Canvas, stream: random.Random, x: float, y: float, half: float, tall: float, tone: int) -> None:
    for side in (-1, 1):
        ear = skia.Rect(x + side * half - 11, y - tall * 0.72, x + side * half + 11, y - tall * 0.44)
        canvas.drawOval(ear, paint(colour(tone, -0.35), stroke=5))
    body = [
        (x - half, y - tall),
        (x + half, y - tall),
        (x + half * 0.94, y - 5),
        (x + half * 0.8, y),
        (x - half * 0.8, y),
        (x - half * 0.94, y - 5),
    ]
    cut(canvas, wobble(body, stream, 0.8, False), tone, shadow=5)
    canvas.drawRect(
        skia.Rect(x - half * 0.8, y - tall * 0.9, x - half * 0.62, y - tall * 0.2), paint(0x50FFFFFF, blur=1.5)
    )
    cut(canvas, wobble(ellipse(x, y - tall, half * 1.04, 6, 14), stream, 0.5), colour(tone, 0.16), shadow=2)


def _hood(canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, tone: int) -> None:
    slab(canvas, stream, (x - 44, -175, x + 44, 104), tone, 9)
    cut(
        canvas,
        wobble([(x - 50, 92), (x + 50, 92), (x + 122, 176), (x - 122, 176)], stream, 1.2, False),
        colour(tone, 0.05),
        shadow=9,
        fade=colour(tone, -0.12),
    )
    slab(canvas, stream, (x - 128, 172, x + 128, 194), scene.lit("#8a6242"), 6)


def add_stove(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    """An iron range with a hood, pots that steam, and a fire behind its door."""
    iron = scene.lit(scene.rng("stove").choice(("#3d4650", "#e2d6bd", "#4a6a62", "#7d3f38")))
    copper = scene.lit("#b9693a")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("range")
        _hood(canvas, scene, stream, x, scene.lit("#c7b08a"))
        footing(canvas, x, 622, 118)
        for leg in (-94, 94):
            slab(canvas, stream, (x + leg - 9, 600, x + leg + 9, 626), colour(iron, -0.3), 2)
        slab(canvas, stream, (x - 112, 430, x + 112, 612), iron, 9)
        slab(canvas, stream, (x - 122, 418, x + 122, 436), colour(iron, -0.25), 6)
        for k in range(4):
            canvas.drawCircle(x - 66 + 44 * k, 452, 8, paint(colour(iron, -0.4)))
            canvas.drawCircle(x - 67 + 44 * k, 451, 6, paint(scene.lit("#d8b25a")))
        slab(canvas, stream, (x - 84, 474, x + 84, 584), colour(iron, 0.08), 4)
        door = polygon(frame_of((x - 58, 498, x + 58, 566), "box"))
        cut(canvas, door, 0xFF3A160E, shadow=0)
        canvas.save()
        canvas.clipPath(door, skia.ClipOp.kIntersect, True)
        halo(canvas, x, 560, 84, 0xFFFF8A32, 1.0)
        bread = wobble(ellipse(x, 556, 32, 15, 10), stream, 1)
        cut(canvas, bread, 0xFFB4682C, shadow=2)
        canvas.restore()
        canvas.drawPath(door, paint(colour(iron, -0.4), stroke=4))
        slab(canvas, stream, (x - 66, 481, x + 66, 489), scene.lit("#d8b25a"), 4, amount=0.5)
        _pot(canvas, stream, x - 50, 418, 46, 66, scene.lit(scene.palette.accent))
        kettle = [(x + 24, 418), (x + 20, 388), (x + 40, 366), (x + 78, 366), (x + 96, 388), (x + 92, 418)]
        canvas.drawPath(
            curve([(x + 34, 372), (x + 40, 338), (x + 78, 338), (x + 84, 372)], False),
            paint(colour(copper, -0.4), stroke=5),
        )
        canvas.drawPath(curve([(x + 94, 402), (x + 108, 392), (x + 112, 376)], False), paint(copper, stroke=9))
        cut(canvas, wobble(kettle, stream, 0.8), copper, shadow=5)
        canvas.drawCircle(x + 59, 362, 6, paint(colour(copper, -0.4)))
        bathe(canvas, scene, source[0], 330, 690)
        for k in range(7):  # gas flames glow through the shade
            canvas.drawPath(
                curve([(x - 80 + k * 10, 421), (x - 77 + k * 10, 411), (x - 74 + k * 10, 421)]), paint(0xFF6FB9F0)
            )

    scenery.add(0.82, (x - 150, -175, x + 150, 642), draw)
    reach = 130.0
    scenery.add(
        0.82,
        (x - reach, 535 - reach, x + reach, 535 + reach),
        lambda canvas: halo(canvas, x, 535, reach, 0xFFFF9A45, 0.5 if scene.dim else 0.22),
        move=shimmer(scene.rng("oven"), 0.7, 0.45),
        pivot=(x, 535),
    )

    def lid(canvas: skia.Canvas) -> None:
        tone = colour(scene.lit(scene.palette.accent), -0.12)
        cut(canvas, curve([(x - 48, 354), (x - 36, 341), (x - 50 + 36, 339), (x - 4, 354)]), tone, shadow=3)
        canvas.drawCircle(x - 27, 338, 6, paint(0xFF3A2A20))

    def rattle(t: float) -> Motion:
        beat = max(0.0, math.sin(1.3 * t))
        return Motion(turn=-9 + 1.6 * beat * math.sin(26 * t), y=-1.2 * beat)

    _steam(scenery, scene, x - 66, 336, 0.82)
    scenery.add(0.82, (x - 70, 320, x + 20, 364), lid, move=rattle, pivot=(x - 4, 352))
    _steam(scenery, scene, x + 112, 368, 0.82)


def add_oven(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    """A baker's oven of brick with a fire in it, and loaves on its ledge."""
    brick = scene.lit("#a8623f")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("brick oven")
        slab(canvas, stream, (x - 62, -175, x + 62, 230), colour(brick, -0.1), 9)
        footing(canvas, x, 622, 150)
        dome = [
            (x - 150, 618),
            (x - 150, 330),
            (x - 128, 250),
            (x - 70, 204),
            (x, 192),
            (x + 70, 204),
            (x + 128, 250),
            (x + 150, 330),
            (x + 150, 618),
        ]
        path = wobble(dome, stream, 1.5, False)
        cut(canvas, path, brick, shadow=10)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for row in range(18):
            for k in range(8):
                left, y = x - 156 + k * 42 - (21 if row % 2 else 0), 190 + row * 24
                canvas.drawRect(
                    skia.Rect(left, y, left + 38, y + 20), paint(colour(brick, stream.uniform(-0.16, 0.14)))
                )
        canvas.restore()
        bathe(canvas, scene, *source, 690)
        mouth = polygon(frame_of((x - 82, 330, x + 82, 480), "arch"))
        canvas.drawPath(mouth, paint(colour(brick, 0.25), stroke=26))
        cut(canvas, mouth, 0xFF240F0A, shadow=0)
        canvas.save()
        canvas.clipPath(mouth, skia.ClipOp.kIntersect, True)
        halo(canvas, x, 480, 150, 0xFFFF7A2A, 0.9)
        canvas.restore()
        slab(canvas, stream, (x - 168, 480, x + 168, 500), scene.lit("#b9ab94"), 8)
        for k in range(4):
            loaf = x - 108 + 70 * k
            cut(canvas, wobble(ellipse(loaf, 470, 32, 16, 12), stream, 1), scene.lit("#c98a45"), shadow=4)
            for j in (-12, 0, 12):
                canvas.drawLine(loaf + j - 3, 464, loaf + j + 3, 473, paint(scene.lit("#f0cf95"), stroke=3))

    scenery.add(0.82, (x - 180, -175, x + 190, 642), draw)
    flame(scenery, scene, x - 20, 478, 84, 0.82, "oven")
    _steam(scenery, scene, x + 60, 446, 0.82)

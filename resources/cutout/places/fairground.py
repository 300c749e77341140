"""What stands behind a market: domes of a bazaar, tents and the wheel of a fair."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import LAMPLIGHT, slab
from resources.cutout.places.kit import halo, window_light
from resources.cutout.places.stalls import FRUIT, STRIPES


def draw_dome(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float, far: float
) -> None:
    """A house with a dome, far behind the stalls of a bazaar."""
    wall = scene.lit(stream.choice(("#d9b382", "#c99a6a", "#e3c9a0")), far)
    half = wide * 0.42
    slab(canvas, stream, (x - half, y - tall * 0.7, x + half, y), wall, 6)
    if stream.random() < 0.55:
        top = y - tall * 0.68
        bulb = [
            (x - half * 0.8, top),
            (x - half * 0.92, top - half * 0.5),
            (x - half * 0.4, top - half * 1.1),
            (x, top - half * 1.6),
            (x + half * 0.4, top - half * 1.1),
            (x + half * 0.92, top - half * 0.5),
            (x + half * 0.8, top),
        ]
        cut(canvas, wobble(bulb, stream, 1), scene.lit(stream.choice(("#4f8a8c", "#c98a3c", "#5a6fa0")), far), shadow=5)
    for k in range(3):
        at = x + (k - 1) * half * 0.56
        bow = [
            (at - 9, y - tall * 0.3),
            (at - 9, y - tall * 0.44),
            (at, y - tall * 0.52),
            (at + 9, y - tall * 0.44),
            (at + 9, y - tall * 0.3),
        ]
        canvas.drawPath(polygon(bow), paint(mix(window_light(scene, stream), wall, far * 0.5)))


def draw_tent(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float, far: float
) -> None:
    """A striped tent with its flag."""
    tone, pale = scene.lit(stream.choice(STRIPES), far), scene.lit("#f2e6cc", far)
    for k in range(8):
        left, step = x - wide / 2, wide / 8
        cut(
            canvas,
            polygon([(x, y - tall), (left + k * step, y - tall * 0.5), (left + (k + 1) * step, y - tall * 0.5)]),
            tone if k % 2 else pale,
            shadow=1,
        )
        slab(canvas, stream, (left + k * step, y - tall * 0.52, left + (k + 1) * step, y), pale if k % 2 else tone, 1)
    canvas.drawLine(x, y - tall, x, y - tall - 24, paint(tone, stroke=3))
    canvas.drawPath(
        polygon([(x, y - tall - 24), (x + 24, y - tall - 17), (x, y - tall - 10)]), paint(scene.lit("#e5c23f", far))
    )


def add_wheel(scenery: Scenery, scene: Scene, x: float) -> None:
    """A great wheel that turns behind the roofs."""
    y, radius = 262.0, 168.0
    tone = scene.lit("#8c5a6a", 0.45)

    def stand(canvas: skia.Canvas) -> None:
        for side in (-1, 1):
            canvas.drawLine(x, y, x + side * 90, 560, paint(tone, stroke=9))

    def ring(canvas: skia.Canvas) -> None:
        for r in (radius, radius * 0.86):
            canvas.drawCircle(x, y, r, paint(tone, stroke=6))
        for k in range(12):
            angle = k * math.tau / 12
            rim = (x + radius * math.cos(angle), y + radius * math.sin(angle))
            canvas.drawLine(x, y, *rim, paint(colour(tone, 0.15), stroke=3))
            bulb = 0xFFFFE2A0 if scene.dim else scene.lit(FRUIT[k % 6], 0.2)
            if scene.dim:
                halo(canvas, *rim, 26, LAMPLIGHT, 0.6)
            cut(canvas, curve(ellipse(*rim, 15, 15, 10)), scene.lit(FRUIT[k % 6], 0.15), shadow=3)
            canvas.drawCircle(*rim, 5, paint(bulb))
        cut(canvas, curve(ellipse(x, y, 20, 20, 12)), colour(tone, 0.2), shadow=4)

    scenery.add(0.14, (x - 110, 250, x + 110, 570), stand)
    scenery.add(
        0.14,
        (x - radius - 34, y - radius - 34, x + radius + 34, y + radius + 34),
        ring,
        move=lambda t: Motion(turn=7.5 * t),
        pivot=(x, y),
    )

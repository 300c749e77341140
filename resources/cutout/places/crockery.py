"""Jars and plates on the shelves of a kitchen."""

from __future__ import annotations

import random

import skia

from resources.cutout.paper import box, colour, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Scene
from resources.cutout.places.interior import slab


def draw_jar(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float
) -> None:
    """A jar or a bowl of some sort that stands at (x, y)."""
    tone = scene.lit(stream.choice(("#c46a42", "#e9dcc0", "#5f8a94", "#d8a544", "#8aa06a", "#a44f45")))
    kind = stream.randrange(4)
    if kind == 0:
        slab(canvas, stream, (x - wide / 2, y - tall, x + wide / 2, y), tone, 3)
        slab(
            canvas,
            stream,
            (x - wide * 0.56, y - tall * 1.1, x + wide * 0.56, y - tall * 0.9),
            colour(tone, -0.3),
            2,
            amount=0.5,
        )
        slab(
            canvas,
            stream,
            (x - wide * 0.3, y - tall * 0.66, x + wide * 0.3, y - tall * 0.34),
            scene.lit("#f4ecd8"),
            1,
            amount=0.5,
        )
    elif kind == 1:
        bowl = [
            (x - wide * 0.7, y - tall * 0.55),
            (x + wide * 0.7, y - tall * 0.55),
            (x + wide * 0.34, y),
            (x - wide * 0.34, y),
        ]
        cut(canvas, wobble(bowl, stream, 0.8, False), tone, shadow=3)
        canvas.drawLine(
            x - wide * 0.6, y - tall * 0.40, x + wide * 0.6, y - tall * 0.40, paint(colour(tone, 0.5), stroke=3)
        )
    elif kind == 2:
        jug = [
            (x - wide * 0.3, y - tall),
            (x + wide * 0.32, y - tall),
            (x + wide * 0.48, y - tall * 0.4),
            (x + wide * 0.3, y),
            (x - wide * 0.3, y),
            (x - wide * 0.48, y - tall * 0.4),
        ]
        canvas.drawCircle(x + wide * 0.5, y - tall * 0.6, wide * 0.24, paint(tone, stroke=4))
        cut(canvas, wobble(jug, stream, 0.8), tone, shadow=3)
    else:
        plate = y - tall * 0.5
        cut(canvas, wobble(ellipse(x, plate, tall * 0.5, tall * 0.5, 16), stream, 0.6), scene.lit("#f0e9da"), shadow=3)
        canvas.drawCircle(x, plate, tall * 0.36, paint(tone, stroke=3))


def draw_crockery(canvas: skia.Canvas, scene: Scene, x: float) -> None:
    """Two wall shelves of plates, jars and cups on hooks."""
    stream = scene.rng("shelves")
    wood = scene.lit("#7d5536")
    for row, y in enumerate((160.0, 268.0)):
        for side in (-96, 92):
            cut(
                canvas,
                polygon([(x + side - 4, y), (x + side + 6, y), (x + side, y + 26)]),
                colour(wood, -0.2),
                shadow=2,
            )
        at = x - 112.0
        while at < x + 108:
            size = stream.uniform(28, 42)
            draw_jar(canvas, scene, stream, at + size / 2, y, size, stream.uniform(44, 66))
            at += size * 1.28
        slab(canvas, stream, (x - 134, y, x + 134, y + 11), wood, 6)
        if row == 0:
            continue
        for k in range(5):
            cup = x - 96 + 48 * k
            tone = scene.lit(stream.choice(("#e9dcc0", "#b8503f", "#5f8a94", "#d8a544")))
            canvas.drawCircle(cup + 11, y + 30, 7, paint(tone, stroke=3))
            cut(canvas, wobble(box(cup - 11, y + 18, cup + 10, y + 42), stream, 0.6, False), tone, shadow=3)

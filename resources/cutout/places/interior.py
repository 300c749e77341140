"""What every room needs: slabs and floors, light on the walls, flames and lamps, books, pictures and plants."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Box, Motion, Scene, Scenery
from resources.cutout.places.kit import (
    flicker,
    gradient,
    halo,
)
from schemas.vocabulary import TimeOfDay

LAMPLIGHT = 0xFFFFD08A


_BATH: dict[TimeOfDay, tuple[float, float, str]] = {
    # strength of the light near its source, of the shade far from it, and the shade's colour
    TimeOfDay.DAWN: (0.30, 0.34, "#3b2f52"),
    TimeOfDay.DAY: (0.26, 0.22, "#3a3346"),
    TimeOfDay.DUSK: (0.34, 0.52, "#2a1a3c"),
    TimeOfDay.NIGHT: (0.32, 0.72, "#120f2b"),
}


def slab(
    canvas: skia.Canvas,
    stream: random.Random,
    edges: Box,
    tone: int,
    shadow: float = 3.0,
    fade: int | None = None,
    amount: float = 1.0,
) -> None:
    """A rectangle of paper; ``edges`` are left, top, right, bottom."""
    cut(canvas, wobble(box(*edges), stream, amount, False), tone, shadow=shadow, fade=fade)


def bathe(canvas: skia.Canvas, scene: Scene, x: float, y: float, reach: float) -> None:
    """Light near (x, y) and shade beyond ``reach``, only on the paper that the layer already holds."""
    near, far, shade = _BATH[scene.hour]
    tint = 0xFFFFB562 if scene.dim else scene.palette.glow
    stops = [
        colour(tint, alpha=near),
        colour(tint, alpha=near * 0.26),
        colour(shade, alpha=far * 0.7),
        colour(shade, alpha=far),
    ]
    shader = skia.GradientShader.MakeRadial(skia.Point(x, y), reach * 1.5, stops, [0.0, 0.36, 0.72, 1.0])
    canvas.drawPaint(skia.Paint(Shader=shader, Dither=True, BlendMode=skia.BlendMode.kSrcATop))


def footing(canvas: skia.Canvas, x: float, y: float, half: float) -> None:
    """The soft shadow of something that stands on the floor at (x, y)."""
    canvas.drawOval(skia.Rect(x - half, y - 9, x + half * 1.2, y + 12), paint(colour("#0b0a14", alpha=0.42), blur=7))


def boards(canvas: skia.Canvas, scene: Scene, stream: random.Random, y: float, tone: int, step: float = 66) -> None:
    """A plank floor whose far edge is at ``y``."""
    slab(canvas, stream, (scene.left - 60, y, scene.right + 60, scene.floor), tone, 0)
    middle, spread = scene.width / 2, 1.0 + (scene.floor - y) / 330
    count = int((scene.width / 2 + 260) / step) + 1
    for k in range(-count, count):
        edges = [middle + k * step, middle + (k + 1) * step]
        low = [middle + k * step * spread, middle + (k + 1) * step * spread]
        plank = [(edges[0], y), (edges[1], y), (low[1], scene.floor), (low[0], scene.floor)]
        canvas.drawPath(polygon(plank), paint(colour(tone, stream.uniform(-0.10, 0.07), 0.8)))
        canvas.drawLine(edges[0], y, low[0], scene.floor, paint(colour(tone, -0.30), stroke=1.8))
        for _ in range(2):
            part = stream.random() ** 1.3
            a, b = edges[0] + (low[0] - edges[0]) * part, edges[1] + (low[1] - edges[1]) * part
            level = y + (scene.floor - y) * part
            canvas.drawLine(a, level, b, level, paint(colour(tone, -0.26), stroke=1.6))
    canvas.drawRect(
        skia.Rect(scene.left - 60, y, scene.right + 60, y + 34), gradient(0, y, 0, y + 34, [0x66100C18, 0x00100C18])
    )


def tiles(canvas: skia.Canvas, scene: Scene, stream: random.Random, y: float, tones: tuple[int, int]) -> None:
    """A chequered floor whose far edge is at ``y``."""
    slab(canvas, stream, (scene.left - 60, y, scene.right + 60, scene.floor), tones[0], 0)
    middle, level, high = scene.width / 2, y, 17.0
    row = 0
    while level < scene.floor:
        below = level + high
        here, there = 92 * (1 + (level - y) / 210), 92 * (1 + (below - y) / 210)
        count = int((scene.width / 2 + 200) / here) + 2
        for k in range(-count, count):
            if (k + row) % 2:
                square = [
                    (middle + k * here, level),
                    (middle + (k + 1) * here, level),
                    (middle + (k + 1) * there, below),
                    (middle + k * there, below),
                ]
                cut(canvas, polygon(square), colour(tones[1], stream.uniform(-0.04, 0.05)), shadow=0, grain=False)
        level, high, row = below, high * 1.32, row + 1
    canvas.drawRect(
        skia.Rect(scene.left - 60, y, scene.right + 60, y + 30), gradient(0, y, 0, y + 30, [0x66100C18, 0x00100C18])
    )


def shimmer(stream: random.Random, low: float, speed: float) -> Callable[[float], Motion]:
    """The flicker of a wide glow: its strength alone, because turning a large sprite costs three times the blit."""
    beat: Callable[[float], Motion] = flicker(stream, low, speed)
    return lambda t: Motion(alpha=beat(t).alpha)


def flame(scenery: Scenery, scene: Scene, x: float, y: float, size: float, depth: float, name: object = 0) -> None:
    """A fire of three sheets that licks upwards from (x, y), and its light."""
    reach = size * (4.2 if scene.dim else 2.6)
    tones = (0xFFD9482B, 0xFFF28C28, 0xFFFFD866)
    for k, tone in enumerate(tones):
        stream = scene.rng("flame", name, k)
        high, half = size * (1.0 - 0.25 * k), size * (0.42 - 0.11 * k)

        def tongue(
            canvas: skia.Canvas, h: float = high, w: float = half, s: random.Random = stream, c: int = tone
        ) -> None:
            lean = s.uniform(-0.2, 0.2) * w
            points = [
                (x - w, y - h * 0.2),
                (x - w * 0.7, y - h * 0.5),
                (x - w * 0.1 + lean, y - h),
                (x + w * 0.3, y - h * 0.62),
            ]
            points += [(x + w * 0.8, y - h * 0.48), (x + w, y - h * 0.18), (x, y)]
            cut(canvas, curve(points), c, shadow=0)

        beat: Callable[[float], Motion] = flicker(stream, 0.6, 0.55)

        def lick(t: float, beat: Callable[[float], Motion] = beat, phase: float = stream.uniform(0, 6)) -> Motion:
            base = beat(t)
            return Motion(
                turn=3.5 * math.sin(3.1 * t + phase),
                stretch_y=0.72 + 0.40 * base.alpha,
                stretch_x=1.06 - 0.1 * base.alpha,
            )

        scenery.add(depth, (x - half * 2, y - high * 1.3, x + half * 2, y + 6), tongue, move=lick, pivot=(x, y))
    glow = 0.62 if scene.dim else 0.30
    scenery.add(
        depth,
        (x - reach, y - size * 0.5 - reach, x + reach, y - size * 0.5 + reach),
        lambda canvas: halo(canvas, x, y - size * 0.5, reach, 0xFFFFA94D, glow),
        move=shimmer(scene.rng("firelight", name), 0.7, 0.5),
        pivot=(x, y - size * 0.5),
    )


def lamplight(scenery: Scenery, scene: Scene, x: float, y: float, reach: float, depth: float, name: object = 0) -> None:
    """The halo of a lamp that is lit when it is dim outside."""
    if scene.dim:
        scenery.add(
            depth,
            (x - reach, y - reach, x + reach, y + reach),
            lambda canvas: halo(canvas, x, y, reach, LAMPLIGHT, 0.55),
            move=shimmer(scene.rng("lamplight", name), 0.88, 0.3),
            pivot=(x, y),
        )


def books(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float
) -> None:
    """A row of books that stand on ``y`` from ``x`` on, with a gap and a leaning one now and then."""
    end = x + wide
    while x < end - 9:
        thick, high = stream.uniform(9, 20), tall * stream.uniform(0.70, 0.98)
        tone = scene.lit(
            stream.choice(("#a8432f", "#2f5f73", "#c89a3c", "#54703f", "#6b4a72", "#d8c7a2", "#3e4a63", "#8a5a35"))
        )
        if x + thick > end:
            break
        lean = stream.uniform(4, 9) if stream.random() < 0.1 and x + thick + 12 < end else 0.0
        spine = [(x + lean, y - high), (x + lean + thick, y - high), (x + thick, y), (x, y)]
        cut(canvas, wobble(spine, stream, 0.4, False), tone, shadow=2, grain=False)
        if thick > 12:
            band = colour(tone, 0.45 if stream.random() < 0.5 else -0.3)
            canvas.drawRect(
                skia.Rect(x + lean + 2, y - high * 0.8, x + lean + thick - 2, y - high * 0.8 + 3), paint(band)
            )
            canvas.drawRect(skia.Rect(x + 2, y - high * 0.2, x + thick - 2, y - high * 0.2 + 3), paint(band))
        x += thick + lean + (stream.uniform(14, 30) if stream.random() < 0.07 else 0.4)


def picture(canvas: skia.Canvas, scene: Scene, stream: random.Random, view: Box) -> None:
    """A framed picture: hills under a sun, a ship, or a face."""
    left, top, right, bottom = view
    wide, tall = right - left, bottom - top
    gilt = scene.lit(stream.choice(("#c49a4a", "#6b4a2e", "#e2d6bd")))
    slab(canvas, stream, (left - 9, top - 9, right + 9, bottom + 9), gilt, 6)
    slab(canvas, stream, view, scene.lit(stream.choice(("#c9d6cf", "#e7c79b", "#a9c2cf"))), 1, amount=0.4)
    canvas.save()
    canvas.clipRect(skia.Rect(*view))
    kind = stream.randrange(3)
    if kind == 0:
        canvas.drawCircle(left + wide * 0.68, top + tall * 0.34, tall * 0.13, paint(scene.lit("#e2a03c")))
        for k, tone in enumerate(("#8aa58f", "#587d5d")):
            hill = [
                (left - 20, bottom + 20),
                (left, top + tall * (0.6 + 0.14 * k)),
                (left + wide * (0.35 + 0.3 * k), top + tall * (0.45 + 0.2 * k)),
                (right + 10, top + tall * 0.75),
                (right + 20, bottom + 20),
            ]
            cut(canvas, curve(hill), scene.lit(tone), shadow=2)
    elif kind == 1:
        slab(canvas, stream, (left, top + tall * 0.64, right, bottom + 9), scene.lit("#3f7286"), 1)
        x, y = left + wide * 0.5, top + tall * 0.66
        cut(
            canvas,
            polygon([(x, y - tall * 0.46), (x + wide * 0.22, y - 5), (x, y - 5)]),
            scene.lit("#f0e6d0"),
            shadow=1,
        )
        cut(
            canvas,
            polygon(
                [
                    (x - wide * 0.22, y),
                    (x + wide * 0.26, y),
                    (x + wide * 0.16, y + tall * 0.12),
                    (x - wide * 0.14, y + tall * 0.12),
                ]
            ),
            scene.lit("#7d4f32"),
            shadow=1,
        )
    else:
        x = left + wide / 2
        cut(
            canvas,
            curve(
                [
                    (x - wide * 0.36, bottom + 12),
                    (x - wide * 0.2, top + tall * 0.66),
                    (x + wide * 0.2, top + tall * 0.66),
                    (x + wide * 0.36, bottom + 12),
                ]
            ),
            scene.lit("#4b5a75"),
            shadow=1,
        )
        cut(canvas, curve(ellipse(x, top + tall * 0.42, wide * 0.17, tall * 0.2)), scene.lit("#e0b48d"), shadow=1)
        cut(
            canvas,
            curve(
                [
                    (x - wide * 0.2, top + tall * 0.38),
                    (x, top + tall * 0.12),
                    (x + wide * 0.2, top + tall * 0.38),
                    (x, top + tall * 0.28),
                ]
            ),
            scene.lit("#5a3a28"),
            shadow=0,
        )
    canvas.restore()


def fronds(scene: Scene, edge: float, narrow: bool) -> list[list[Point]]:
    """Outlines of a pot plant's leaves close to the lens, at the left or right ``edge`` of the frame."""
    stream, way = scene.rng("fronds"), 1.0 if edge <= 0 else -1.0
    root = (edge - way * (34 if narrow else 6), 760.0)
    leaves: list[list[Point]] = []
    for k in range(6):
        angle = math.radians(-100 + 17 * k + stream.uniform(-5, 5))
        reach = stream.uniform(240, 350) * (0.8 if narrow else 1.0)
        dx, dy = way * math.cos(angle) * reach, math.sin(angle) * reach
        across = (-dy * 0.13, dx * 0.13)
        middle = (root[0] + dx * 0.55, root[1] + dy * 0.55)
        tip = (root[0] + dx, root[1] + dy + 22)
        leaves.append(
            [root, (middle[0] + across[0], middle[1] + across[1]), tip, (middle[0] - across[0], middle[1] - across[1])]
        )
    return leaves

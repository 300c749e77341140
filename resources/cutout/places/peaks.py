"""Ranges of mountains: peaks with a shaded face and snow, a volcano, a waterfall, mist between."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import (
    halo,
)
from resources.cutout.places.touches import smoke
from schemas.vocabulary import TimeOfDay

Peak = tuple[float, float, float]
"""A summit: its x, its height above the range's foot, half its width at the foot."""


def _summits(scene: Scene, index: int, tall: float, hero: float | None) -> list[Peak]:
    stream = scene.rng("summits", index)
    peaks: list[Peak] = []
    x = scene.left - tall * 0.3
    while x < scene.right + tall * 0.4:
        height = tall * stream.uniform(0.46, 0.86)
        peaks.append((x, height, height * stream.uniform(0.75, 1.05)))
        x += tall * stream.uniform(0.5, 0.95)
    if hero is not None:
        peaks = [peak for peak in peaks if abs(peak[0] - hero) > tall * 0.42]
        peaks.append((hero, tall * stream.uniform(1.0, 1.14), tall * 0.86))
    return sorted(peaks, key=lambda peak: peak[1])


def mountain_range(
    scenery: Scenery,
    scene: Scene,
    index: int,
    depth: float,
    foot: float,
    tall: float,
    tone: int,
    snow: float,
    hero: float | None = None,
) -> None:
    """A range of peaks, the higher in front. ``snow`` is the part of a peak that is white."""
    peaks = _summits(scene, index, tall, hero)
    far = 1 - depth * 2.2
    white = mix(scene.lit("#f6f8fb"), scene.palette.sky, max(0.0, far * 0.34))
    if scene.hour in (TimeOfDay.DAWN, TimeOfDay.DUSK):
        white = mix(white, scene.palette.glow, 0.42)  # alpenglow
    elif scene.night:
        white = mix(white, 0xFFA9B8DA, 0.52 - 0.16 * far)  # moonlight

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("range", index)
        for x, height, half in peaks:
            _peak(canvas, scene, x, foot, height, half, stream, colour(tone, stream.uniform(-0.04, 0.04)), white, snow)

    top = foot - max(peak[1] for peak in peaks)
    scenery.add(depth, (scene.left - tall * 1.4, top - 30, scene.right + tall * 1.5, foot + 130), draw)


def _flank(x: float, foot: float, height: float, half: float, stream: random.Random, side: int) -> list[Point]:
    """From the summit down one side: steep above, jagged."""
    points: list[Point] = []
    steps = 7
    for k in range(1, steps + 1):
        part = k / steps
        out = half * part**1.12 + (stream.uniform(-0.05, 0.05) * half if k < steps else 0)
        points.append(
            (x + side * out, foot - height * (1 - part) + (stream.uniform(-0.03, 0.03) * height if k < steps else 0))
        )
    return points


def _peak(
    canvas: skia.Canvas,
    scene: Scene,
    x: float,
    foot: float,
    height: float,
    half: float,
    stream: random.Random,
    tone: int,
    white: int,
    snow: float,
) -> None:
    top = (x + half * stream.uniform(-0.08, 0.08), foot - height)
    left, right = _flank(x, foot, height, half, stream, -1), _flank(x, foot, height, half, stream, 1)
    body = [*reversed(left), top, *right, (x + half, foot + 120), (x - half, foot + 120)]
    path = wobble(body, stream, 1.2, False)
    cut(canvas, path, colour(tone, 0.08), shadow=8, fade=mix(tone, scene.palette.sky, 0.35))
    spine = [top]
    for k in range(1, 6):
        spine.append(
            (
                x + half * (0.10 * k / 5 + 0.09 * (1 if k % 2 else -1)) + stream.uniform(-4, 4),
                foot - height * (1 - k / 5),
            )
        )
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    violet = mix(tone, 0xFF1E1B3C, 0.34)
    shade = polygon(
        [*spine, (x + half * 0.2, foot + 120), (x + half * 1.1, foot + 120), (x + half * 1.2, foot - height * 1.1), top]
    )
    canvas.drawPath(shade, paint(colour(violet, alpha=0.62)))
    for _ in range(5):  # gullies
        a, b = x + half * stream.uniform(-0.7, 0.7), foot - height * stream.uniform(0.05, 0.5)
        ridge_line = [(a, b), (a + (a - x) * 0.18 - 3, b + height * 0.10), (a + (a - x) * 0.3, b + height * 0.22)]
        canvas.drawPath(curve(ridge_line, False), paint(colour(violet, alpha=0.30), stroke=2.2))
    line = foot - height * (1 - snow)
    zigzag: list[Point] = []
    teeth = max(5, int(half / 17))
    for k in range(teeth + 1):
        at = x + half * 1.15 * (k / teeth * 2 - 1)
        deep = stream.uniform(0.03, 0.24) * height * snow * (1 if k % 2 else -1.1)
        zigzag.append((at, line + deep))
    cap = polygon([(x - half * 1.2, foot - height * 1.2), (x + half * 1.2, foot - height * 1.2), *reversed(zigzag)])
    canvas.save()
    canvas.clipPath(cap, skia.ClipOp.kIntersect, True)
    cut(canvas, path, white, shadow=0)
    canvas.drawPath(shade, paint(colour(mix(white, violet, 0.5), alpha=0.78)))
    canvas.restore()
    canvas.drawPath(curve([*zigzag], False), paint(colour(violet, alpha=0.12), stroke=2.0))
    canvas.restore()


def volcano(scenery: Scenery, scene: Scene, x: float, stone: int) -> None:
    """A cone with lava on its flank, a glow over the crater and smoke."""
    tone, foot, top = mix(mix(stone, scene.lit("#5b3a38"), 0.6), scene.palette.sky, 0.28), 480.0, 186.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("volcano")
        rim = [(x - 52, top), (x - 24, top + 13), (x + 4, top + 6), (x + 30, top + 14), (x + 54, top - 2)]
        body = [
            (x - 350, foot + 100),
            (x - 220, foot - 40),
            (x - 100, top + 110),
            *rim,
            (x + 108, top + 118),
            (x + 230, foot - 36),
            (x + 360, foot + 100),
        ]
        path = wobble(body, stream, 2, False)
        cut(canvas, path, tone, shadow=9, fade=mix(tone, scene.palette.sky, 0.3))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.drawPath(
            polygon([(x + 20, top), (x + 60, foot), (x + 400, foot + 100), (x + 400, top)]), paint(0x44201038)
        )
        for k, reach in enumerate((190, 120, 150)):
            a = x - 26 + 26 * k
            flow = [
                (a - 7, top),
                (a + 7, top),
                (a + 12 + (k - 1) * 34, top + reach * 0.6),
                (a + (k - 1) * 62, top + reach),
                (a - 9 + (k - 1) * 30, top + reach * 0.55),
            ]
            cut(canvas, curve(flow), 0xFFF07A2C if k % 2 else 0xFFE2552A, shadow=0)
        canvas.restore()

    scenery.add(0.15, (x - 380, top - 20, x + 390, foot + 110), draw)
    scenery.add(
        0.15,
        (x - 190, top - 170, x + 190, top + 130),
        lambda canvas: halo(canvas, x, top, 170, 0xFFFF8A3C, 0.75 if scene.dim else 0.4),
        move=lambda t: Motion(alpha=0.7 + 0.25 * math.sin(1.9 * t) + 0.05 * math.sin(7 * t)),
    )
    smoke(scenery, scene, x, top - 8, 0.14, 34, colour(mix(scene.lit("#6d6468"), scene.palette.sky, 0.3), alpha=0.9))


def mist(scenery: Scenery, scene: Scene, index: int, depth: float, y: float) -> None:
    """A torn veil that drifts along the foot of a range."""
    pale = mix(scene.palette.sky, 0xFFFFFFFF, 0.10 if scene.night else 0.32)
    for part in range(2):
        stream = scene.rng("mist", index, part)
        x, half = (
            scene.width * (0.25 + 0.5 * part) + stream.uniform(-60, 60),
            scene.width * stream.uniform(0.26, 0.38) + 60,
        )

        def draw(canvas: skia.Canvas, x: float = x, half: float = half, s: random.Random = stream) -> None:
            points: list[Point] = []
            for k in range(9):
                along = k / 8
                points.append((x + half * (along * 2 - 1), y - 26 * math.sin(along * math.pi) - s.uniform(-5, 7)))
            points += [(x + half * 0.5, y + 13), (x - half * 0.4, y + 16)]
            canvas.drawPath(curve(points), paint(colour(pale, alpha=0.55), blur=9))

        def move(t: float, phase: float = stream.uniform(0, 6), way: int = 1 if part else -1) -> Motion:
            return Motion(x=way * 60 * math.sin(0.16 * t + phase), alpha=0.75 + 0.2 * math.sin(0.5 * t + phase))

        scenery.add(depth, (x - half - 40, y - 70, x + half + 40, y + 50), draw, move=move)


def waterfall(scenery: Scenery, scene: Scene) -> None:
    """A white thread down the rocks; two sheets slide over each other."""
    x, top, foot = scene.width * (0.40 if scene.width > 700 else 0.5), 356.0, 540.0
    water = mix(scene.lit("#dcecf2"), scene.palette.sky, 0.12)

    def cliff(canvas: skia.Canvas) -> None:
        stream = scene.rng("cliff")
        tone = scene.lit("#5d6068", 0.25)
        outline = [
            (x - 190, foot + 60),
            (x - 130, 430),
            (x - 84, top - 6),
            (x - 20, top - 16),
            (x - 12, top + 8),
            (x + 16, top + 8),
            (x + 24, top - 20),
            (x + 92, top + 4),
            (x + 150, 450),
            (x + 210, foot + 60),
        ]
        cut(canvas, wobble(outline, stream, 4, False), tone, shadow=7, fade=colour(tone, -0.2))
        cut(
            canvas,
            wobble([(x - 14, top + 4), (x + 18, top + 4), (x + 27, foot), (x - 24, foot)], stream, 2, False),
            water,
            shadow=0,
        )

    scenery.add(0.36, (x - 220, top - 40, x + 230, foot + 70), cliff)
    for index in range(2):

        def threads(canvas: skia.Canvas, index: int = index) -> None:
            stream = scene.rng("threads", index)
            for _ in range(16):
                a, b = x + 2 + stream.uniform(-17, 17), stream.uniform(top + 8, foot - 60)
                tone = 0xFFFFFFFF if stream.random() < 0.6 else scene.lit("#8fb4c4")
                canvas.drawLine(
                    a, b, a + (a - x) * 0.16, b + stream.uniform(20, 52), paint(colour(tone, alpha=0.8), stroke=2.2)
                )

        def fall(t: float, phase: float = index * 0.5) -> Motion:
            part = (0.9 * t + phase) % 1.0
            return Motion(y=44 * part - 10, alpha=math.sin(part * math.pi))

        scenery.add(0.36, (x - 30, top, x + 34, foot), threads, move=fall)
    scenery.add(
        0.37,
        (x - 90, foot - 60, x + 90, foot + 40),
        lambda canvas: canvas.drawOval(
            skia.Rect(x - 62, foot - 26, x + 62, foot + 20), paint(colour(water, 0.3, 0.7), blur=10)
        ),
        move=lambda t: Motion(alpha=0.7 + 0.25 * math.sin(2.3 * t), stretch_x=1 + 0.08 * math.sin(1.3 * t)),
        pivot=(x, foot),
    )

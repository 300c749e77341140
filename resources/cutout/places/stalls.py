"""Stalls with their awnings, their lanterns and what they sell."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import skia

from resources.cutout.paper import Point, colour, cut, ellipse, mix, paint, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import LAMPLIGHT, footing, slab
from resources.cutout.places.kit import halo, sway
from schemas.vocabulary import Weather

STRIPES = ("#c9503f", "#3f7f86", "#d99a35", "#5f7f4a", "#7a5a8c", "#c46a8a")
FRUIT = ("#c8402f", "#e08a2c", "#e5c23f", "#86ab3f", "#7a3f6a", "#d9604a")


def _lamplit(scene: Scene) -> Scene:
    """The same scene under a stall's lanterns, when they are lit."""
    if not scene.dim:
        return scene
    lamp = replace(scene.palette, gain=0.84, chroma=1.0, ambient_weight=0.22, ambient=(0.62, 0.11, 62.0))
    return replace(scene, palette=lamp)


def add_stall(
    scenery: Scenery, scene: Scene, index: int, x: float, half: float, tone: int, goods: str, depth: float
) -> None:
    """A stall with its awning, its lantern and its wares, ``half`` wide to each side."""
    small = 0.84 if depth < 0.7 else 1.0
    half *= small
    foot = 628.0 if small == 1.0 else 606.0
    counter, eaves = foot - 128 * small, foot - 306 * small
    inside = _lamplit(scene)
    wood = scene.lit(scene.rng("stall wood", index).choice(("#8a6242", "#7a5236", "#a67a50")))

    def body(canvas: skia.Canvas) -> None:
        stream = scene.rng("stall", index)
        footing(canvas, x, foot, half * 1.02)
        inner = mix(inside.palette.ink, inside.lit("#7a5236"), 0.52 if scene.dim else 0.42)
        slab(canvas, stream, (x - half * 0.92, eaves, x + half * 0.92, counter + 20), inner, 5)
        if scene.dim:
            canvas.save()
            canvas.clipRect(skia.Rect(x - half * 0.92, eaves, x + half * 0.92, counter))
            halo(canvas, x, eaves + 46, half * 1.25, LAMPLIGHT, 0.6)
            canvas.restore()
        y = eaves + (counter - eaves) * 0.52
        slab(canvas, stream, (x - half * 0.9, y, x + half * 0.9, y + 8), colour(wood, -0.1), 4)
        _wares(canvas, inside, stream, goods, x - half * 0.84, x + half * 0.84, y, 34 * small, 1)
        for side in (-1, 1):
            slab(
                canvas,
                stream,
                (x + side * half * 0.94 - 6, eaves - 10, x + side * half * 0.94 + 6, foot),
                colour(wood, 0.1),
                5,
            )
        _wares(canvas, inside, stream, goods, x - half * 0.9, x + half * 0.9, counter + 6, 44 * small, 2)
        slab(canvas, stream, (x - half * 1.04, counter + 2, x + half * 1.04, counter + 18), colour(wood, 0.16), 6)
        slab(canvas, stream, (x - half, counter + 16, x + half, foot - 4), wood, 5, fade=colour(wood, -0.22))
        for k in range(1, 7):
            seam = x - half + 2 * half * k / 7
            canvas.drawLine(seam, counter + 20, seam, foot - 6, paint(colour(wood, -0.24), stroke=2))
        for part in (-0.52, 0.52):
            _crate(canvas, inside, stream, goods, x + part * half, foot + 8, half * 0.66, 52 * small)
        if scene.dim:  # the lanterns' light on the wares
            stops = [colour("#ffc978", alpha=0.22), colour("#ffb562", alpha=0.12), colour("#ffb562", alpha=0)]
            lantern = skia.Point(x, eaves + 70)
            shader = skia.GradientShader.MakeRadial(lantern, half * 1.7, stops, [0.0, 0.5, 1.0])
            canvas.drawPaint(skia.Paint(Shader=shader, Dither=True, BlendMode=skia.BlendMode.kSrcATop))

    def awning(canvas: skia.Canvas) -> None:
        stream = scene.rng("awning", index)
        pale = scene.lit("#f4ead4")
        count = 9
        top, low = eaves - 74 * small, eaves + 8
        for k in range(count):
            a, b = k / count, (k + 1) / count
            hem = [(x + (a * 2 - 1) * half * 1.16, low), (x + (b * 2 - 1) * half * 1.16, low)]
            roof = [(x + (a * 2 - 1) * half * 0.92, top), (x + (b * 2 - 1) * half * 0.92, top), hem[1], hem[0]]
            shade = tone if k % 2 == 0 else pale
            middle = (hem[0][0] + hem[1][0]) / 2
            scallop: list[Point] = [
                hem[0],
                hem[1],
                (hem[1][0], low + 16 * small),
                (middle, low + 32 * small),
                (hem[0][0], low + 16 * small),
            ]
            cut(canvas, wobble(roof, stream, 0.6, False), colour(shade, 0.05), shadow=6, fade=colour(shade, -0.1))
            cut(canvas, wobble(scallop, stream, 0.6, False), colour(shade, -0.1), shadow=5, grain=False)
        slab(canvas, stream, (x - half * 0.96, top - 6, x + half * 0.96, top + 6), colour(tone, -0.2), 3)
        if scene.weather is Weather.SNOW:
            drift = [
                (x - half * 0.96, top + 14),
                (x - half * 0.9, top - 12),
                (x, top - 18),
                (x + half * 0.9, top - 12),
                (x + half * 0.96, top + 14),
                (x + half * 0.4, top + 20),
                (x - half * 0.3, top + 12),
            ]
            cut(canvas, wobble(drift, stream, 2), scene.lit("#eef2f6"), shadow=3)

    span = half * 1.25
    scenery.add(depth, (x - span, eaves - 20, x + span, foot + 30), body)

    def breathe(t: float, phase: float = index * 1.7) -> Motion:
        return Motion(stretch_y=1 + 0.014 * scene.breeze * math.sin(1.5 * t + phase))

    scenery.add(
        depth, (x - span, eaves - 100, x + span, eaves + 60), awning, move=breathe, pivot=(x, eaves - 74 * small)
    )
    for side in (-1, 1) if scene.width > 760 or index == 0 else (-1,):
        _lantern(scenery, scene, (index, side), x + side * half * 0.62, eaves + 22, small, depth)


def _lantern(scenery: Scenery, scene: Scene, name: object, x: float, y: float, size: float, depth: float) -> None:
    tone = scene.lit("#d9533f") if not scene.dim else 0xFFFFC765

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("lantern", name)
        canvas.drawLine(x, y - 18, x, y + 10, paint(scene.lit("#3a2f2a"), stroke=2))
        if scene.dim:
            halo(canvas, x, y + 26 * size, 84 * size, LAMPLIGHT, 0.7)
        cut(canvas, wobble(ellipse(x, y + 26 * size, 15 * size, 18 * size, 12), stream, 0.6), tone, shadow=4)
        for k in (-0.45, 0.0, 0.45):
            canvas.drawLine(
                x + 13 * size * k,
                y + 11 * size,
                x + 15 * size * k,
                y + 42 * size,
                paint(colour(tone, -0.25), stroke=1.6),
            )
        for dy in (9, 41):
            slab(
                canvas,
                stream,
                (x - 7 * size, y + dy * size, x + 7 * size, y + (dy + 4) * size),
                scene.lit("#4a3a2c"),
                1,
                amount=0.4,
            )

    scenery.add(
        depth,
        (x - 90, y - 62, x + 90, y + 114),
        draw,
        move=sway(scene.rng("lantern sway", name), 2.2 + 2.0 * scene.breeze, 1.3),
        pivot=(x, y - 18),
    )


def _wares(
    canvas: skia.Canvas,
    scene: Scene,
    stream: random.Random,
    goods: str,
    left: float,
    right: float,
    y: float,
    size: float,
    rows: int,
) -> None:
    """Goods along a shelf."""
    x = left + size * 0.3
    while x < right - size * 0.3:
        tone = scene.lit(stream.choice(FRUIT))
        if goods == "fruit":
            tone = scene.lit(FRUIT[int((x - left) / (right - left) * 5.99)])
            for row in range(rows):
                r = size * 0.27
                for k in range(2 - row % 2):
                    cut(
                        canvas,
                        wobble(
                            ellipse(x + (k - 0.5 * (1 - row % 2)) * r * 1.7, y - r - row * r * 1.5, r, r, 9),
                            stream,
                            0.6,
                        ),
                        colour(tone, stream.uniform(-0.08, 0.1)),
                        shadow=2,
                        grain=False,
                    )
            x += size * 0.95
        elif goods == "bread":
            loaf = ellipse(x + size * 0.3, y - size * 0.24, size * stream.uniform(0.4, 0.56), size * 0.26, 12)
            cut(canvas, wobble(loaf, stream, 1), scene.lit(stream.choice(("#c98a45", "#b5702f", "#dba862"))), shadow=3)
            for notch in (-0.14, 0.1, 0.34):
                canvas.drawLine(
                    x + size * (0.2 + notch),
                    y - size * 0.36,
                    x + size * (0.28 + notch),
                    y - size * 0.2,
                    paint(scene.lit("#f0d6a0"), stroke=2.4),
                )
            x += size * 1.1
        elif goods == "flowers":
            slab(
                canvas,
                stream,
                (x - size * 0.2, y - size * 0.5, x + size * 0.24, y),
                scene.lit(stream.choice(("#7f9aa5", "#b5643f", "#8a8f96"))),
                3,
            )
            for k in range(7):
                angle = -math.pi / 2 + (k - 3) * 0.33
                tip = (x + size * 0.62 * math.cos(angle), y - size * 0.5 + size * 0.72 * math.sin(angle))
                canvas.drawLine(x, y - size * 0.45, *tip, paint(scene.lit("#5a8a4a"), stroke=2))
                cut(
                    canvas,
                    wobble(ellipse(*tip, size * 0.17, size * 0.16, 7), stream, 1.2),
                    colour(tone, 0.1 * (k % 2)),
                    shadow=2,
                    grain=False,
                )
                canvas.drawCircle(*tip, size * 0.06, paint(scene.lit("#f2d75a")))
            x += size * 0.98
        elif goods == "cloth":
            for k in range(rows + 1):
                slab(
                    canvas,
                    stream,
                    (x - size * 0.4, y - size * 0.28 * (k + 1), x + size * 0.5, y - size * 0.28 * k),
                    scene.lit(stream.choice(STRIPES)),
                    2,
                )
            x += size * 1.05
        elif goods == "fish":
            slabs = scene.lit("#b9cdd6")
            canvas.drawRect(skia.Rect(x - size * 0.4, y - size * 0.10, x + size * 0.6, y), paint(colour(slabs, 0.4)))
            fish = [
                (x - size * 0.4, y - size * 0.24),
                (x, y - size * 0.44),
                (x + size * 0.4, y - size * 0.26),
                (x + size * 0.62, y - size * 0.42),
                (x + size * 0.6, y - size * 0.08),
                (x + size * 0.4, y - size * 0.2),
                (x, y - size * 0.08),
            ]
            cut(
                canvas,
                wobble(fish, stream, 0.6, False),
                scene.lit(stream.choice(("#7f9fb0", "#c98a86", "#94a9a0"))),
                shadow=3,
            )
            canvas.drawCircle(x - size * 0.22, y - size * 0.28, 2.2, paint(0xFF22242A))
            x += size * 1.12
        else:
            jug = [
                (x - size * 0.18, y - size * 0.9),
                (x + size * 0.18, y - size * 0.9),
                (x + size * 0.38, y - size * 0.45),
                (x + size * 0.2, y),
                (x - size * 0.2, y),
                (x - size * 0.38, y - size * 0.45),
            ]
            cut(
                canvas,
                wobble(jug, stream, 0.8),
                scene.lit(stream.choice(("#b8643f", "#5f8894", "#d1a44a", "#8a5a78"))),
                shadow=3,
            )
            canvas.drawLine(
                x - size * 0.3, y - size * 0.5, x + size * 0.3, y - size * 0.5, paint(scene.lit("#f0e2c0"), stroke=2.6)
            )
            x += size * 0.92


def _crate(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, goods: str, x: float, y: float, wide: float, tall: float
) -> None:
    wood = scene.lit("#b98a58")
    _wares(
        canvas,
        scene,
        stream,
        goods if goods in ("fruit", "bread", "flowers") else "fruit",
        x - wide * 0.44,
        x + wide * 0.46,
        y - tall * 0.72,
        tall * 0.62,
        2,
    )
    for k in range(3):
        slab(
            canvas,
            stream,
            (x - wide / 2, y - tall * (0.84 - 0.29 * k), x + wide / 2, y - tall * (0.60 - 0.29 * k)),
            colour(wood, -0.06 * k),
            2,
        )
    for side in (-0.46, 0.46):
        slab(
            canvas,
            stream,
            (x + wide * side - 4, y - tall * 0.88, x + wide * side + 4, y),
            colour(wood, -0.2),
            2,
            amount=0.5,
        )

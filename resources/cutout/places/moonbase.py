"""What people left on a moon: a rover, a lander, a rocket, a dome with a garden, a beacon."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import (
    box,
    colour,
    curve,
    cut,
    ellipse,
    grain_paint,
    mix,
    paint,
    polygon,
    scale_of,
    wobble,
)
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import gradient, halo
from schemas.vocabulary import TimeOfDay


def rover(scenery: Scenery, scene: Scene) -> None:
    """A little rover that rolls along the middle ground, stops, looks about and goes on."""
    white, dark = scene.lit("#eceae4"), scene.lit("#3c4048")
    y = 584.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("rover")
        cut(canvas, wobble(box(-34, y - 36, 30, y - 16), stream, 1, False), white, shadow=5)
        cut(
            canvas,
            polygon([(-44, y - 44), (10, y - 50), (14, y - 42), (-40, y - 35)]),
            mix(scene.lit("#2f5f9c"), 0xFF6FB0F0, 0.3),
            shadow=3,
        )
        canvas.drawLine(22, y - 34, 24, y - 66, paint(dark, stroke=3.4))
        cut(canvas, wobble(box(12, y - 78, 40, y - 62), stream, 1, False), white, shadow=3)
        canvas.drawCircle(34, y - 70, 4.4, paint(scene.palette.accent))
        canvas.drawLine(-26, y - 40, -34, y - 74, paint(dark, stroke=2))
        canvas.drawCircle(-34, y - 75, 3, paint(0xFFFF6A52))
        for x in (-28, 0, 27):
            cut(canvas, wobble(ellipse(x, y - 8, 11, 11, 10), stream, 0.6), dark, shadow=2)
            canvas.drawCircle(x, y - 8, 4, paint(white))
        if scene.hour is not TimeOfDay.DAY:
            canvas.drawPath(
                polygon([(36, y - 72), (190, y - 96), (190, y - 16)]), gradient(36, 0, 190, 0, [0x77FFF2C0, 0x00FFF2C0])
            )

    start = scene.rng("drive").uniform(0.2, 0.5) * scene.width
    span = scene.width + 500

    def move(t: float) -> Motion:
        along = start + 26 * t + 20 * math.sin(0.65 * t)
        return Motion(x=-160 + (160 + along) % span, y=1.6 * math.sin(along / 15), turn=1.5 * math.sin(along / 23))

    scenery.add(0.72, (-50, y - 100, 196, y + 8), draw, move=move, pivot=(0, y))


def lander(scenery: Scenery, scene: Scene, x: float) -> None:
    """A lander of foil on four legs, lit from inside when it is dim."""
    foil, white, dark = scene.lit("#d9a441"), scene.lit("#e4e6ea"), scene.lit("#454a54")
    y = 606.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("lander")
        canvas.drawOval(skia.Rect(x - 90, y - 8, x + 150, y + 10), paint(0x77080818, blur=5))
        for side in (-1, 1):
            canvas.drawLine(x + side * 44, y - 70, x + side * 92, y - 4, paint(dark, stroke=5))
            canvas.drawLine(x + side * 20, y - 44, x + side * 80, y - 24, paint(dark, stroke=3))
            cut(
                canvas,
                wobble(box(x + side * 92 - 17, y - 6, x + side * 92 + 17, y + 2), stream, 0.8, False),
                dark,
                shadow=2,
            )
        cut(
            canvas,
            wobble([(x - 60, y - 84), (x + 60, y - 84), (x + 66, y - 40), (x - 66, y - 40)], stream, 2.5, False),
            foil,
            shadow=8,
            fade=colour(foil, -0.3),
        )
        for k in range(5):
            canvas.drawLine(x - 52 + 26 * k, y - 83, x - 58 + 28 * k, y - 41, paint(colour(foil, -0.25), stroke=1.6))
        cut(
            canvas,
            wobble(
                [
                    (x - 44, y - 84),
                    (x - 54, y - 128),
                    (x - 26, y - 160),
                    (x + 30, y - 160),
                    (x + 54, y - 126),
                    (x + 44, y - 84),
                ],
                stream,
                2,
                False,
            ),
            white,
            shadow=7,
        )
        for side in (-1, 1):
            glass = 0xFFFFD98C if scene.dim else scene.lit("#27344a")
            cut(
                canvas,
                polygon([(x + side * 8, y - 146), (x + side * 30, y - 142), (x + side * 14, y - 120)]),
                glass,
                shadow=1,
            )
        cut(canvas, wobble(box(x - 13, y - 112, x + 13, y - 86), stream, 0.8, False), dark, shadow=1)
        canvas.drawLine(x + 22, y - 160, x + 34, y - 194, paint(dark, stroke=3))
        cut(
            canvas,
            curve([(x + 18, y - 204), (x + 36, y - 190), (x + 54, y - 196), (x + 44, y - 178), (x + 26, y - 182)]),
            white,
            shadow=3,
        )

    scenery.add(0.78, (x - 130, y - 220, x + 170, y + 16), draw)
    _beacon(scenery, scene, x - 40, y - 164, 0.78)


def _beacon(scenery: Scenery, scene: Scene, x: float, y: float, depth: float) -> None:
    def draw(canvas: skia.Canvas) -> None:
        halo(canvas, x, y, 44, 0xFFFF5A48, 0.9)
        canvas.drawCircle(x, y, 4, paint(0xFFFFB0A0))

    scenery.add(
        depth, (x - 44, y - 44, x + 44, y + 44), draw, move=lambda t: Motion(alpha=max(0.1, math.sin(2.6 * t)) ** 2)
    )


def rocket(scenery: Scenery, scene: Scene, x: float) -> None:
    """A rocket on three fins, ready to go."""
    body, fin = scene.lit("#efe8da"), scene.palette.accent
    y, s = 604.0, 1.0 if scene.width > 700 else 0.8

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("rocket")
        canvas.drawOval(skia.Rect(x - 80 * s, y - 8, x + 140 * s, y + 10), paint(0x77080818, blur=5))
        for side in (-1, 1):
            cut(
                canvas,
                wobble(
                    [
                        (x + side * 30 * s, y - 110 * s),
                        (x + side * 84 * s, y - 48 * s),
                        (x + side * 88 * s, y),
                        (x + side * 60 * s, y - 30 * s),
                        (x + side * 26 * s, y - 34 * s),
                    ],
                    stream,
                    1.5,
                    False,
                ),
                fin,
                shadow=6,
            )
        hull = [
            (x, y - 300 * s),
            (x + 34 * s, y - 246 * s),
            (x + 48 * s, y - 160 * s),
            (x + 40 * s, y - 70 * s),
            (x + 28 * s, y - 26 * s),
            (x - 28 * s, y - 26 * s),
            (x - 40 * s, y - 70 * s),
            (x - 48 * s, y - 160 * s),
            (x - 34 * s, y - 246 * s),
        ]
        path = wobble(hull, stream, 1)
        cut(canvas, path, body, shadow=8)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.drawRect(skia.Rect(x - 90, y - 320 * s, x + 90, y - 236 * s), paint(fin))
        canvas.drawRect(skia.Rect(x - 90, y - 92 * s, x + 90, y - 78 * s), paint(fin))
        canvas.drawRect(skia.Rect(x + 14 * s, y - 320 * s, x + 90, y), paint(0x33101030, blur=7))
        canvas.drawPath(path, grain_paint(scale_of(canvas)))
        canvas.restore()
        cut(canvas, wobble(ellipse(x, y - 178 * s, 22 * s, 22 * s, 14), stream, 0.8), scene.lit("#8a8f98"), shadow=3)
        cut(
            canvas,
            wobble(ellipse(x, y - 178 * s, 16 * s, 16 * s, 12), stream, 0.6),
            0xFFFFDD96 if scene.dim else scene.lit("#5fa3c0"),
            shadow=0,
        )
        cut(
            canvas,
            wobble(
                [(x - 5 * s, y - 110 * s), (x + 5 * s, y - 110 * s), (x + 6 * s, y), (x - 6 * s, y)], stream, 1, False
            ),
            colour(fin, -0.2),
            shadow=4,
        )

    scenery.add(0.78, (x - 110 * s, y - 315 * s, x + 160 * s, y + 16), draw)
    _beacon(scenery, scene, x, y - 304 * s, 0.78)


def dome(scenery: Scenery, scene: Scene, x: float) -> None:
    """A glass dome with a tree in it, tubes and lit portholes."""
    frame, y = scene.lit("#d8dce2"), 600.0
    r = 150.0 if scene.width > 700 else 112.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("dome")
        glow = 0xFFFFE3A0 if scene.dim else scene.lit("#a9d3dc")
        half = [(x + r * math.cos(math.pi * k / 12), y - 26 - r * math.sin(math.pi * k / 12)) for k in range(13)]
        cut(canvas, wobble(half, stream, 1), colour(glow, alpha=0.42), shadow=4)
        for a, tall in ((-0.4, 0.55), (0.15, 0.72), (0.5, 0.42)):
            canvas.drawLine(
                x + a * r, y - 26, x + a * r, y - 26 - r * tall * 0.6, paint(scene.lit("#6a4a34"), stroke=5)
            )
            cut(
                canvas,
                wobble(ellipse(x + a * r, y - 30 - r * tall * 0.7, r * 0.17, r * 0.19, 9), stream, 4),
                scene.lit("#5f9a56"),
                shadow=3,
            )
        for k in range(1, 6):
            rib = [
                (
                    x + r * math.cos(math.pi * k / 6) * math.sin(math.pi * j / 12),
                    y - 26 - r * math.cos(math.pi * j / 12),
                )
                for j in range(7)
            ]
            canvas.drawPath(curve(rib, False), paint(colour(frame, alpha=0.8), stroke=2.4))
        cut(
            canvas,
            wobble(box(x - r * 1.08, y - 30, x + r * 1.08, y), stream, 1.5, False),
            frame,
            shadow=7,
            fade=colour(frame, -0.3),
        )
        for k in range(6):
            cut(
                canvas,
                wobble(ellipse(x - r * 0.85 + k * r * 0.34, y - 15, 8, 8, 9), stream, 0.5),
                0xFFFFD98C if scene.dim else scene.lit("#38506a"),
                shadow=1,
            )
        cut(
            canvas,
            wobble(box(x + r * 1.0, y - 46, x + r * 1.62, y), stream, 1.5, False),
            colour(frame, -0.12),
            shadow=6,
        )
        cut(canvas, wobble(ellipse(x + r * 1.34, y - 20, 15, 20, 10), stream, 0.6), scene.palette.accent, shadow=2)

    scenery.add(0.74, (x - r * 1.2, y - r * 1.3, x + r * 1.8, y + 12), draw)
    _beacon(scenery, scene, x, y - 30 - r, 0.74)

"""The buildings of a farm: a barn with its silo and weathercock, a windmill, a village."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import box, colour, curve, cut, ellipse, paint, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import (
    house,
    window_light,
)
from resources.cutout.places.touches import smoke
from schemas.vocabulary import Weather


def windmill(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """A mill on its hill; the sails are a piece of their own and never stop."""
    wall, roof = scene.lit("#e9dfc9", 0.28), scene.lit("#7b4a38", 0.25)
    tall = 168.0 if scene.width > 700 else 140.0
    hub = (x, y - tall * 0.90)

    def tower(canvas: skia.Canvas) -> None:
        stream = scene.rng("mill")
        cut(
            canvas,
            wobble(
                [(x - 33, y + 12), (x - 19, y - tall * 0.84), (x + 19, y - tall * 0.84), (x + 34, y + 12)],
                stream,
                1.5,
                False,
            ),
            wall,
            shadow=6,
            fade=colour(wall, -0.1),
        )
        cut(
            canvas,
            wobble(
                [
                    (x - 26, y - tall * 0.82),
                    (x - 15, y - tall * 1.0),
                    (x, y - tall * 1.06),
                    (x + 16, y - tall * 1.0),
                    (x + 26, y - tall * 0.82),
                ],
                stream,
                1.2,
            ),
            roof,
            shadow=4,
        )
        for k in (0.30, 0.56):
            canvas.drawRect(
                skia.Rect(x - 6, y - tall * k - 9, x + 6, y - tall * k + 5), paint(window_light(scene, stream))
            )
        cut(canvas, wobble(box(x - 9, y - 20, x + 10, y + 12), stream, 0.8, False), roof, shadow=1)
        cut(canvas, wobble(box(x - 40, y - tall * 0.36, x + 40, y - tall * 0.33), stream, 1, False), roof, shadow=3)

    reach = tall * 0.72

    def sails(canvas: skia.Canvas) -> None:
        stream = scene.rng("sails")
        canvas.translate(*hub)
        for k in range(4):
            canvas.save()
            canvas.rotate(90 * k + 20)
            cut(canvas, wobble(box(-2.4, -reach, 2.4, 0), stream, 0.5, False), roof, shadow=2)
            cut(
                canvas,
                wobble(box(3, -reach * 0.98, 23, -reach * 0.24), stream, 1, False),
                scene.lit("#f4ead4", 0.15),
                shadow=3,
            )
            for row in range(6):
                level = -reach * (0.34 + 0.11 * row)
                canvas.drawLine(0, level, 22, level, paint(colour(roof, 0.1), stroke=1.6))
            canvas.drawLine(13, -reach * 0.97, 13, -reach * 0.25, paint(colour(roof, 0.1), stroke=1.4))
            canvas.restore()
        cut(canvas, wobble(ellipse(0, 0, 7, 7, 9), stream, 0.5), roof, shadow=2)

    speed = 17 + 26 * min(1.6, scene.breeze)
    scenery.add(0.34, (x - 60, y - tall * 1.2, x + 60, y + 20), tower)
    edge = reach * 1.06
    scenery.add(
        0.34,
        (hub[0] - edge, hub[1] - edge, hub[0] + edge, hub[1] + edge),
        sails,
        move=lambda t: Motion(turn=(speed * t + 3 * math.sin(0.8 * t)) % 360),
        pivot=hub,
    )


def village(scenery: Scenery, scene: Scene, side: float) -> None:
    """Cottages and a steeple between the fields."""
    x = scene.width * (0.50 if side < 0.5 else 0.46)

    def draw(canvas: skia.Canvas) -> None:
        for k in range(5):
            stream = scene.rng("village", k)
            wall, roof = (
                scene.lit(stream.choice(("#d9c7a4", "#c9a98a", "#e3dac6")), 0.3),
                scene.lit(stream.choice(("#9c4f3c", "#7d5a48")), 0.3),
            )
            house(canvas, scene, x + (k - 2) * 62, 500 - 4 * (k % 2), 58, stream.uniform(52, 66), stream, wall, roof)
        stream, wall = scene.rng("church"), scene.lit("#e6dcc6", 0.3)
        cut(canvas, wobble(box(x + 20, 380, x + 48, 496), stream, 1, False), wall, shadow=4)
        cut(
            canvas,
            wobble([(x + 15, 382), (x + 34, 312), (x + 53, 382)], stream, 1, False),
            scene.lit("#5a6672", 0.3),
            shadow=4,
        )

    scenery.add(0.38, (x - 190, 300, x + 190, 512), draw)


def barn(scenery: Scenery, scene: Scene, x: float, side: float) -> None:
    """Red boards, white crosses on the doors, a hayloft, and a silo beside it."""
    s = 1.0 if scene.width > 700 else 0.74
    red = scene.lit(scene.rng("barn").choice(("#b0402f", "#a5462f", "#9c3b38", "#b35a34")))
    white = scene.lit("#f1e9d8")
    roof = scene.lit("#eef2f5" if scene.weather is Weather.SNOW else "#5b5360")
    y, way = 600.0, 1 if side < 0.5 else -1
    silo_x = x - way * 178 * s

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("boards")
        steel = scene.lit("#b9bdc2")
        r = 38 * s
        cut(
            canvas,
            wobble(box(silo_x - r, y - 250 * s, silo_x + r, y), stream, 1.2, False),
            steel,
            shadow=8,
            fade=colour(steel, -0.16),
        )
        canvas.drawRect(skia.Rect(silo_x + r * 0.25, y - 250 * s, silo_x + r, y), paint(0x2610183A, blur=6))
        for k in range(7):
            level = y - 240 * s + 36 * s * k
            canvas.drawLine(silo_x - r, level, silo_x + r, level, paint(colour(steel, -0.18), stroke=2))
        dome = [
            (silo_x + r * 1.06 * math.cos(math.pi * k / 8), y - 248 * s - r * 0.9 * math.sin(math.pi * k / 8))
            for k in range(9)
        ]
        cut(canvas, wobble(dome, stream, 1), colour(red, -0.1), shadow=4)
        w, h = 120 * s, 150 * s
        body = [
            (x - w, y),
            (x - w, y - h),
            (x - w * 0.72, y - h * 1.48),
            (x, y - h * 1.82),
            (x + w * 0.72, y - h * 1.48),
            (x + w, y - h),
            (x + w, y),
        ]
        path = wobble(body, stream, 1.5, False)
        cut(canvas, path, red, shadow=10, fade=colour(red, -0.14))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for k in range(17):
            at = x - w + 2 * w * k / 17 + stream.uniform(-1.5, 1.5)
            canvas.drawLine(at, y - h * 2, at, y, paint(colour(red, -0.22, 0.7), stroke=1.6))
        canvas.restore()
        edge = [
            (x - w * 1.14, y - h * 0.90),
            (x - w * 0.80, y - h * 1.52),
            (x, y - h * 1.92),
            (x + w * 0.80, y - h * 1.52),
            (x + w * 1.14, y - h * 0.90),
        ]
        inner = [
            (x + w * 1.0, y - h * 0.92),
            (x + w * 0.70, y - h * 1.42),
            (x, y - h * 1.76),
            (x - w * 0.70, y - h * 1.42),
            (x - w * 1.0, y - h * 0.92),
        ]
        cut(canvas, wobble([*edge, *inner], stream, 1.2, False), roof, shadow=7)
        glow = 0xFFFFCE74 if scene.dim else scene.lit("#3d2620")
        cut(canvas, wobble(box(x - 24 * s, y - h * 1.36, x + 24 * s, y - h * 1.04), stream, 1, False), white, shadow=3)
        cut(canvas, wobble(box(x - 19 * s, y - h * 1.33, x + 19 * s, y - h * 1.04), stream, 0.8, False), glow, shadow=0)
        for k in range(4):
            canvas.drawLine(
                x - 17 * s + 10 * s * k,
                y - h * 1.04,
                x - 13 * s + 9 * s * k,
                y - h * 1.14,
                paint(scene.lit("#d9b54e"), stroke=4),
            )
        for door in (-1, 1):
            left = x + (door - 1) * 31 * s
            cut(canvas, wobble(box(left, y - h * 0.72, left + 62 * s, y), stream, 0.8, False), white, shadow=3)
            cut(
                canvas,
                wobble(box(left + 6 * s, y - h * 0.72 + 6 * s, left + 56 * s, y - 4), stream, 0.8, False),
                colour(red, 0.05),
                shadow=0,
            )
            pen = paint(white, stroke=6 * s)
            canvas.drawLine(left + 8 * s, y - h * 0.67, left + 54 * s, y - 8, pen)
            canvas.drawLine(left + 54 * s, y - h * 0.67, left + 8 * s, y - 8, pen)
        for at in (-0.72, 0.72):
            glass = window_light(scene, stream)
            cut(
                canvas,
                wobble(box(x + at * w - 13 * s, y - h * 0.72, x + at * w + 13 * s, y - h * 0.48), stream, 0.8, False),
                white,
                shadow=2,
            )
            canvas.drawRect(skia.Rect(x + at * w - 9 * s, y - h * 0.69, x + at * w + 9 * s, y - h * 0.51), paint(glass))

    top = y - 300 * s
    scenery.add(0.66, (min(x - 150 * s, silo_x - 50 * s), top, max(x + 160 * s, silo_x + 60 * s), y + 16), draw)
    _vane(scenery, scene, x, y - 150 * s * 1.90)
    if scene.has("house", "farmhouse", "cottage", "home", "grandma", "grandmother", "grandpa"):
        at = x + way * 250 * s

        def cottage(canvas: skia.Canvas) -> None:
            house(
                canvas,
                scene,
                at,
                588,
                170 * s,
                150 * s,
                scene.rng("cottage"),
                scene.lit("#eadfc8"),
                scene.lit("#8a4a3a"),
            )

        scenery.add(0.62, (at - 130 * s, 420, at + 130 * s, 604), cottage)
        smoke(scenery, scene, at + 49 * s, 588 - 155 * s, 0.62, 9)


def _vane(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """A weathercock that swings on the ridge."""
    iron = scene.lit("#33303a")

    def draw(canvas: skia.Canvas) -> None:
        canvas.drawLine(x, y + 8, x, y - 24, paint(iron, stroke=2.6))
        canvas.drawLine(x - 22, y - 16, x + 22, y - 16, paint(iron, stroke=2.2))
        cock = [(-13, -20), (-17, -36), (-8, -29), (2, -28), (7, -38), (13, -36), (11, -29), (6, -19)]
        canvas.drawPath(curve([(x + a, y + b) for a, b in cock]), paint(iron))

    stream = scene.rng("vane")

    def move(t: float, phase: float = stream.uniform(0, 6)) -> Motion:
        turn = math.sin(0.5 * scene.breeze * t + phase) + 0.4 * math.sin(1.7 * t + phase)
        return Motion(stretch_x=0.62 + 0.36 * math.sin(turn))

    scenery.add(0.66, (x - 28, y - 44, x + 28, y + 10), draw, move=move, pivot=(x, y))

"""What lives and lies about on a farm: cows, sheep, hens, a tractor, a scarecrow, hay."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import sway
from resources.cutout.places.touches import tube
from schemas.vocabulary import Weather


def cow(scenery: Scenery, scene: Scene, index: int, x: float, y: float, size: float) -> None:
    """A grazing cow: patches by seed, a tail that swings, a head that dips."""
    stream = scene.rng("cow", index)
    s, way = 20.0 * size, stream.choice((-1, 1))
    coat = mix(scene.lit(stream.choice(("#f2ebdf", "#8a5a3c", "#f2ebdf", "#5d4a44"))), scene.palette.sky, 0.08)
    spot = scene.lit("#3c3230") if coat > colour("#a0a0a0") else colour(coat, 0.5)

    def body(canvas: skia.Canvas) -> None:
        local = scene.rng("cow", index, "body")
        canvas.drawOval(skia.Rect(x - 2.6 * s, y - 4, x + 3.2 * s, y + 5), paint(0x40101020, blur=4))
        for leg in (-1.6, -1.15, 1.2, 1.65):
            cut(
                canvas,
                wobble(box(x + leg * s - 0.2 * s, y - 1.7 * s, x + leg * s + 0.2 * s, y), local, 0.6, False),
                colour(coat, -0.14),
                shadow=1,
            )
        trunk = [
            (-2.2, -3.2),
            (-0.6, -3.4),
            (1.2, -3.3),
            (2.2, -3.1),
            (2.3, -1.9),
            (1.3, -1.2),
            (-0.4, -1.05),
            (-1.9, -1.3),
            (-2.4, -2.2),
        ]
        path = wobble([(x + a * s, y + b * s) for a, b in trunk], local, 1)
        cut(canvas, path, coat, shadow=5)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for _ in range(4):
            a, b, r = x + s * local.uniform(-2, 2), y - s * local.uniform(1.4, 3.2), s * local.uniform(0.4, 0.85)
            cut(canvas, wobble(ellipse(a, b, r, r * 0.75, 9), local, r * 0.2), spot, shadow=0)
        canvas.restore()

    def tail(canvas: skia.Canvas) -> None:
        at = x - way * 2.25 * s
        canvas.drawLine(at, y - 3.0 * s, at - way * 0.3 * s, y - 1.2 * s, paint(colour(coat, -0.2), stroke=2.4))
        canvas.drawCircle(at - way * 0.3 * s, y - 1.1 * s, 4 * size, paint(spot))

    def head(canvas: skia.Canvas) -> None:
        at = x + way * 2.3 * s
        face = [(0, -3.3), (0.5, -3.4), (0.95, -2.9), (1.25, -2.0), (0.95, -1.65), (0.5, -1.9), (0.0, -2.3)]
        cut(canvas, curve([(at + way * a * s, y + b * s) for a, b in face]), coat, shadow=3)
        cut(
            canvas,
            curve(
                [(at + way * a * s, y + b * s) for a, b in ((0.75, -2.1), (1.25, -2.15), (1.35, -1.75), (0.95, -1.55))]
            ),
            scene.lit("#d9a295"),
            shadow=0,
        )
        cut(
            canvas,
            curve([(at + way * a * s, y + b * s) for a, b in ((0.1, -3.25), (-0.5, -3.3), (-0.45, -2.95))]),
            spot,
            shadow=1,
        )
        canvas.drawLine(
            at + way * 0.4 * s, y - 3.35 * s, at + way * 0.55 * s, y - 3.75 * s, paint(scene.lit("#efe4c8"), stroke=3)
        )
        canvas.drawCircle(at + way * 0.6 * s, y - 2.8 * s, 1.8, paint(0xFF201C20))

    phase = stream.uniform(0, 6)

    def dip(t: float) -> Motion:
        down = max(0.0, math.sin(0.45 * t + phase)) ** 2
        return Motion(y=10 * size * down, turn=way * (26 * down + 2 * math.sin(2.4 * t + phase)))

    around = (x - 4.2 * s, y - 4.4 * s, x + 4.2 * s, y + 8)
    scenery.add(0.72, around, tail, move=sway(stream, 12, 1.7), pivot=(x - way * 2.25 * s, y - 3.0 * s))
    scenery.add(0.72, around, body)
    scenery.add(0.72, around, head, move=dip, pivot=(x + way * 2.2 * s, y - 2.9 * s))


def sheep(scenery: Scenery, scene: Scene, index: int, x: float, y: float) -> None:
    """Wool in rounds and a dark face that chews."""
    stream = scene.rng("sheep", index)
    way, wool, face = stream.choice((-1, 1)), scene.lit("#f4efe2"), scene.lit("#4a4040")

    def draw(canvas: skia.Canvas) -> None:
        local = scene.rng("wool", index)
        for leg in (-17, -9, 10, 18):
            canvas.drawLine(x + leg, y - 16, x + leg, y, paint(face, stroke=4))
        for k in range(9):
            a = k * math.tau / 9
            cut(
                canvas,
                wobble(ellipse(x + 21 * math.cos(a), y - 28 + 11 * math.sin(a), 13, 11, 9), local, 1),
                colour(wool, local.uniform(-0.05, 0.02)),
                shadow=2,
            )
        cut(canvas, wobble(ellipse(x, y - 28, 22, 14, 12), local, 1), wool, shadow=0)

    def head(canvas: skia.Canvas) -> None:
        a = x + way * 33
        cut(
            canvas,
            curve([(a - 8, y - 42), (a + 6, y - 42), (a + way * 9, y - 28), (a + way * 4, y - 20), (a - 5, y - 26)]),
            face,
            shadow=2,
        )
        canvas.drawCircle(a + way * 2, y - 35, 1.7, paint(0xFFF4F0E6))

    def chew(t: float, phase: float = stream.uniform(0, 6)) -> Motion:
        return Motion(
            y=5 * max(0.0, math.sin(0.5 * t + phase)) + 0.7 * math.sin(6 * t), turn=way * 9 * math.sin(0.5 * t + phase)
        )

    scenery.add(0.72, (x - 60, y - 64, x + 60, y + 6), draw)
    scenery.add(0.72, (x - 60, y - 60, x + 60, y + 6), head, move=chew, pivot=(x + way * 28, y - 34))


def hens(scenery: Scenery, scene: Scene, count: int) -> None:
    """Hens that strut a little and peck at the ground."""
    for index in range(count):
        stream = scene.rng("hen", index)
        x, y = scene.width * (0.16 + 0.72 * (index + 0.5) / count) + stream.uniform(-40, 40), stream.uniform(640, 690)
        s, way = stream.uniform(11, 14), stream.choice((-1, 1))
        tone = scene.lit(stream.choice(("#f2ead8", "#b5713c", "#7a4a35", "#e8dcc4")))

        def draw(
            canvas: skia.Canvas,
            x: float = x,
            y: float = y,
            s: float = s,
            way: int = way,
            tone: int = tone,
            k: int = index,
        ) -> None:
            local = scene.rng("feathers", k)
            for leg in (-0.3, 0.35):
                canvas.drawLine(x + leg * s, y - 0.9 * s, x + leg * s, y, paint(scene.lit("#e0973a"), stroke=2.2))
            shape = [
                (-1.9, -2.7),
                (-1.2, -1.9),
                (0.0, -1.9),
                (0.7, -2.9),
                (1.0, -3.3),
                (1.5, -3.0),
                (1.4, -2.2),
                (1.1, -1.1),
                (0.2, -0.6),
                (-0.9, -0.8),
                (-1.6, -1.6),
            ]
            comb = [(0.8, -3.2), (0.9, -3.8), (1.1, -3.45), (1.3, -3.8), (1.45, -3.1)]
            cut(
                canvas,
                curve([(x + way * a * s, y + b * s) for a, b in comb]),
                scene.lit("#cc3b30"),
                shadow=1,
                grain=False,
            )
            cut(canvas, wobble(curve([(x + way * a * s, y + b * s) for a, b in shape]), local, 0.4), tone, shadow=3)
            wing = [(-0.9, -1.7), (0.2, -1.7), (0.5, -1.3), (-0.4, -0.95)]
            cut(canvas, curve([(x + way * a * s, y + b * s) for a, b in wing]), colour(tone, -0.14), shadow=1)
            canvas.drawPath(
                polygon(
                    [
                        (x + way * 1.45 * s, y - 2.9 * s),
                        (x + way * 2.0 * s, y - 2.6 * s),
                        (x + way * 1.45 * s, y - 2.5 * s),
                    ]
                ),
                paint(scene.lit("#e8a53a")),
            )
            canvas.drawCircle(x + way * 1.15 * s, y - 2.85 * s, 1.6, paint(0xFF201C20))

        def peck(t: float, phase: float = stream.uniform(0, 6), way: int = way) -> Motion:
            dip = max(0.0, math.sin(1.1 * t + phase)) ** 3 * (0.7 + 0.3 * math.sin(9 * t + phase))
            return Motion(x=13 * math.sin(0.31 * t + phase), turn=way * 34 * dip)

        around = (x - 3 * s, y - 4.4 * s, x + 3 * s, y + 4)
        scenery.add(1.0 if index % 2 else 1.04, around, draw, move=peck, pivot=(x, y - 0.6 * s))


def tractor(scenery: Scenery, scene: Scene, depth: float, y: float) -> None:
    """A tractor that works its way along the field and comes back after a while."""
    paintwork = scene.palette.accent

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("tractor")
        dark = scene.lit("#2c2a30")
        cut(
            canvas,
            wobble([(-44, y - 18), (-44, y - 42), (-8, y - 44), (-6, y - 18)], stream, 1, False),
            paintwork,
            shadow=4,
        )
        cut(
            canvas,
            wobble([(-10, y - 16), (-10, y - 42), (48, y - 38), (52, y - 16)], stream, 1, False),
            paintwork,
            shadow=4,
        )
        cut(
            canvas,
            wobble([(-46, y - 42), (-42, y - 78), (-6, y - 78), (0, y - 42)], stream, 1, False),
            scene.lit("#bcd3d8"),
            shadow=3,
        )
        cut(canvas, wobble(box(-52, y - 84, 2, y - 76), stream, 1, False), paintwork, shadow=3)
        canvas.drawLine(34, y - 40, 34, y - 66, paint(dark, stroke=4))
        for x, r in ((-28, 26), (36, 16)):
            cut(canvas, wobble(ellipse(x, y - r * 0.7, r, r, 14), stream, 0.8), dark, shadow=3)
            cut(
                canvas,
                wobble(ellipse(x, y - r * 0.7, r * 0.5, r * 0.5, 10), stream, 0.5),
                scene.lit("#e3c14a"),
                shadow=1,
            )

    span, start = scene.width + 600, scene.rng("plough").uniform(0.3, 0.6) * scene.width

    def move(t: float) -> Motion:
        return Motion(x=-200 + (200 + start + 30 * t) % span, y=1.2 * math.sin(14 * t), turn=0.7 * math.sin(5 * t))

    scenery.add(depth, (-60, y - 96, 66, y + 16), draw, move=move, pivot=(0, y))


def scarecrow(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """Old clothes on a cross of sticks, a sack for a head, straw at the cuffs."""
    wood, straw = scene.lit("#7a5a3c"), scene.lit("#dcb850")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("scarecrow")
        canvas.drawLine(x, y, x, y - 120, paint(wood, stroke=6))
        canvas.drawLine(x - 56, y - 84, x + 56, y - 90, paint(wood, stroke=5))
        for side in (-1, 1):
            for k in range(5):
                canvas.drawLine(
                    x + side * 52, y - 86, x + side * (62 + k * 2), y - 96 + 6 * k, paint(straw, stroke=2.4)
                )
        coat = [
            (x - 54, y - 96),
            (x - 14, y - 104),
            (x + 14, y - 104),
            (x + 54, y - 100),
            (x + 52, y - 80),
            (x + 20, y - 80),
            (x + 26, y - 34),
            (x + 8, y - 40),
            (x - 6, y - 32),
            (x - 26, y - 38),
            (x - 20, y - 78),
            (x - 54, y - 76),
        ]
        cut(canvas, wobble(coat, stream, 1.5, False), scene.lit(scene.palette.accent), shadow=5)
        cut(canvas, wobble(box(x - 8, y - 70, x + 8, y - 54), stream, 1.5, False), scene.lit("#d9c08a"), shadow=1)
        cut(canvas, wobble(ellipse(x, y - 118, 16, 17, 11), stream, 1), scene.lit("#d8bd8c"), shadow=3)
        for side in (-1, 1):
            canvas.drawCircle(x + side * 6, y - 120, 2.2, paint(0xFF2A2226))
        canvas.drawPath(curve([(x - 7, y - 111), (x, y - 108), (x + 7, y - 111)], False), paint(0xFF2A2226, stroke=1.8))
        cut(
            canvas,
            wobble(
                [
                    (x - 30, y - 129),
                    (x - 13, y - 132),
                    (x - 10, y - 154),
                    (x + 9, y - 156),
                    (x + 13, y - 133),
                    (x + 30, y - 131),
                    (x, y - 124),
                ],
                stream,
                1,
            ),
            scene.lit("#6a5238"),
            shadow=4,
        )

    scenery.add(
        0.90,
        (x - 76, y - 168, x + 76, y + 6),
        draw,
        move=sway(scene.rng("straw man"), 0.9 * scene.breeze + 0.4, 1.1),
        pivot=(x, y),
    )


def hay(scenery: Scenery, scene: Scene, x: float, y: float, bales: bool) -> None:
    """A haystack with a fork in it, or round bales."""
    straw = scene.lit("#d8b24e")
    if scene.weather is Weather.SNOW:
        straw = mix(straw, scene.lit("#eef1f4"), 0.5)

    def strands(canvas: skia.Canvas, s: random.Random, left: float, right: float, top: float, bottom: float) -> None:
        for _ in range(70):
            a, b = s.uniform(left, right), s.uniform(top, bottom)
            canvas.drawLine(
                a,
                b,
                a + s.uniform(-12, 12),
                b + s.uniform(6, 20),
                paint(colour(straw, s.choice((-0.24, -0.14, 0.22))), stroke=1.7),
            )

    def stack(canvas: skia.Canvas) -> None:
        s = scene.rng("hay")
        canvas.drawOval(skia.Rect(x - 86, y - 8, x + 112, y + 10), paint(0x40101020, blur=5))
        heap = [
            (x - 84, y + 4),
            (x - 78, y - 40),
            (x - 52, y - 92),
            (x - 14, y - 128),
            (x + 14, y - 126),
            (x + 54, y - 88),
            (x + 80, y - 38),
            (x + 86, y + 4),
        ]
        path = wobble(curve(heap), s, 3)
        cut(canvas, path, straw, shadow=8, fade=colour(straw, -0.22))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        strands(canvas, s, x - 86, x + 86, y - 124, y)
        canvas.restore()
        canvas.drawLine(x + 22, y - 66, x + 74, y - 158, paint(scene.lit("#7a5a3c"), stroke=5))

    def rounds(canvas: skia.Canvas) -> None:
        s = scene.rng("bales")
        for dx, dy in ((-46, 0), (46, 0), (0, -74)):
            cut(canvas, wobble(ellipse(x + dx, y - 40 + dy, 44, 43, 18), s, 1.5), straw, shadow=7)
            spiral = [
                (x + dx + (4 + 2.2 * k) * math.cos(k * 0.8), y - 40 + dy + (4 + 2.2 * k) * math.sin(k * 0.8))
                for k in range(17)
            ]
            canvas.drawPath(curve(tube(spiral, 0.8, 0.8)), paint(colour(straw, -0.26)))

    scenery.add(1.0, (x - 120, y - 175, x + 130, y + 14), rounds if bales else stack)

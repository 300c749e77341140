"""What grows and lies on a reef: coral of five kinds, kelp that bends, a wreck, columns, a chest of gold."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import halo
from resources.cutout.places.touches import tube

CORALS = ("#e0603f", "#e58a3c", "#d9587a", "#b565b0", "#e8b23f", "#59b0a0", "#e88c8c")


def coral(
    canvas: skia.Canvas, scene: Scene, x: float, y: float, size: float, stream: random.Random, water: int, far: float
) -> None:
    """One coral of some kind: a branching one, a fan, a brain, tubes, a table; ``far`` drowns it in ``water``."""
    tone = mix(scene.lit(stream.choice(CORALS)), water, far)
    match stream.randrange(5):
        case 0:
            _branch(canvas, x, y, -math.pi / 2, size * 0.62, size * 0.12, 3, stream, tone)
        case 1:
            rim: list[Point] = []
            for k in range(15):
                angle = math.pi * (1.12 - 1.24 * k / 14)
                reach = size * (1.0 if k % 2 else 0.86) * stream.uniform(0.94, 1.06)
                rim.append((x + reach * math.cos(angle), y - size * 0.16 - reach * abs(math.sin(angle)) * 0.95))
            cut(canvas, wobble([(x - size * 0.07, y), *rim, (x + size * 0.07, y)], stream, 1), tone, shadow=5)
            for k in range(1, 14, 2):
                canvas.drawPath(
                    curve([(x, y - 4), ((x + rim[k][0]) / 2, (y + rim[k][1]) / 2 - 5), rim[k]], False),
                    paint(colour(tone, -0.2, 0.8), stroke=2),
                )
        case 2:
            dome = [
                (x + size * 0.7 * math.cos(math.pi * k / 9), y + 3 - size * 0.62 * math.sin(math.pi * k / 9))
                for k in range(10)
            ]
            path = wobble(dome, stream, size * 0.02)
            cut(canvas, path, tone, shadow=5, fade=colour(tone, -0.2))
            canvas.save()
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            for k in range(5):
                level = y - size * (0.06 + 0.12 * k)
                fold = [(x - size + size * j / 7, level + (5 if j % 2 else -5)) for j in range(15)]
                canvas.drawPath(curve(fold, False), paint(colour(tone, -0.18), stroke=3))
            canvas.restore()
        case 3:
            for k in range(5):
                at, tall, half = x + (k - 2) * size * 0.22, size * stream.uniform(0.5, 1.05), size * 0.10
                lean = (k - 2) * size * 0.07
                pipe = [
                    (at - half, y),
                    (at - half * 1.15 + lean, y - tall),
                    (at + half * 1.15 + lean, y - tall),
                    (at + half, y),
                ]
                cut(canvas, wobble(pipe, stream, 1.2, False), colour(tone, stream.uniform(-0.08, 0.08)), shadow=4)
                cut(
                    canvas,
                    wobble(ellipse(at + lean, y - tall, half * 1.15, half * 0.5, 9), stream, 0.5),
                    colour(tone, -0.42),
                    shadow=0,
                )
        case _:
            cut(
                canvas,
                wobble(box(x - size * 0.1, y - size * 0.5, x + size * 0.12, y), stream, 2),
                colour(tone, -0.2),
                shadow=2,
            )
            for k in range(3):
                level, half = y - size * (0.34 + 0.2 * k), size * (0.8 - 0.17 * k)
                shelf = [
                    (x - half, level),
                    (x - half * 0.5, level - size * 0.11),
                    (x + half * 0.5, level - size * 0.1),
                    (x + half, level + 1),
                    (x + half * 0.3, level + size * 0.1),
                    (x - half * 0.4, level + size * 0.1),
                ]
                cut(canvas, wobble(shelf, stream, 2), colour(tone, 0.07 * k), shadow=5)


def _branch(
    canvas: skia.Canvas,
    x: float,
    y: float,
    angle: float,
    long: float,
    half: float,
    level: int,
    stream: random.Random,
    tone: int,
) -> None:
    tip = (x + long * math.cos(angle), y + long * math.sin(angle))
    bend = ((x + tip[0]) / 2 + stream.uniform(-0.08, 0.08) * long, (y + tip[1]) / 2)
    if level:
        for turn in (-0.62, 0.02, 0.58) if level > 1 else (-0.5, 0.5):
            _branch(
                canvas,
                *tip,
                angle + turn + stream.uniform(-0.16, 0.16),
                long * 0.62,
                half * 0.68,
                level - 1,
                stream,
                tone,
            )
    cut(
        canvas,
        curve(tube([(x, y), bend, tip], half, half * 0.74)),
        colour(tone, 0.03 * (3 - level)),
        shadow=3,
        grain=level > 1,
    )


def kelp(scenery: Scenery, scene: Scene, index: int, x: float, y: float, tall: float, depth: float, tone: int) -> None:
    """Blades in two pieces (near by: three), each hung on the one below, so that the swell runs up the plant."""
    stream = scene.rng("kelp", index)
    phase, rate, bend = stream.uniform(0, 6.3), stream.uniform(0.75, 1.05), stream.uniform(3.0, 4.6)
    parts = 3 if depth > 0.6 else 2
    part, half = tall / parts, 6.0 + tall * 0.014

    def turn(t: float, level: int) -> float:
        return bend * (0.6 + 0.5 * level) * math.sin(rate * t + phase - 0.85 * level)

    for level in range(parts):
        foot = y - part * level

        def draw(canvas: skia.Canvas, level: int = level, foot: float = foot) -> None:
            local = scene.rng("blade", index, level)
            head = foot - part * (1.06 if level < parts - 1 else 1.0)
            thick, thin = (
                half * (1 - 0.22 * level) * 0.55,
                half * (0.78 - 0.22 * level) * 0.55 if level < parts - 1 else 1.0,
            )
            for k in range(4):
                at = foot - part * (k + 0.5) / 4
                way = 1 if (k + level) % 2 else -1
                long = half * local.uniform(3.4, 4.8) * (1 - 0.16 * level)
                leaf = [
                    (x, at + 6),
                    (x + way * long * 0.40, at - long * 0.42),
                    (x + way * long, at - long * 0.66),
                    (x + way * long * 0.66, at - long * 0.02),
                    (x, at + half),
                ]
                cut(canvas, wobble(curve(leaf), local, 1), colour(tone, local.uniform(-0.08, 0.10)), shadow=3)
            spine = [(x, foot + 8), (x + 2, (foot + head) / 2), (x, head)]
            cut(canvas, curve(tube(spine, thick, thin)), colour(tone, -0.12), shadow=3)

        def move(t: float, level: int = level) -> Motion:
            shift_x = shift_y = total = 0.0
            for below in range(level):
                total += turn(t, below)
                shift_x += part * math.sin(math.radians(total))
                shift_y += part * (1 - math.cos(math.radians(total)))
            return Motion(x=shift_x, y=shift_y, turn=total + turn(t, level))

        reach = half * 5.2
        scenery.add(
            depth, (x - reach, foot - part - reach * 0.75, x + reach, foot + 14), draw, move=move, pivot=(x, foot)
        )


def wreck(scenery: Scenery, scene: Scene, x: float, y: float, water: int) -> None:
    """An old ship on her side: ribs, a broken mast with a rag of sail, a hole in the planks."""
    wood = mix(scene.lit("#6b4c36"), water, 0.34)
    s = 1.0 if scene.width > 700 else 0.62

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("wreck")
        canvas.translate(x, y)
        canvas.rotate(-11)
        canvas.scale(s, s)
        for at, tall, lean in ((-60, 250, 16), (110, 170, 30)):
            cut(
                canvas,
                wobble(
                    [(at - 9, -60), (at + lean - 6, -60 - tall), (at + lean + 6, -66 - tall), (at + 9, -60)],
                    stream,
                    2,
                    False,
                ),
                colour(wood, -0.12),
                shadow=6,
            )
            canvas.drawLine(
                at + lean * 0.6 - 76,
                -60 - tall * 0.62,
                at + lean * 0.6 + 70,
                -72 - tall * 0.62,
                paint(colour(wood, -0.12), stroke=7),
            )
        rag = [
            (-120, -218),
            (-60, -226),
            (10, -226),
            (16, -170),
            (-6, -140),
            (-26, -176),
            (-48, -128),
            (-72, -168),
            (-104, -140),
        ]
        cut(canvas, wobble(rag, stream, 3), mix(scene.lit("#cfc6a8"), water, 0.34), shadow=6)
        hull = [
            (-300, -120),
            (-262, -104),
            (-150, -78),
            (60, -74),
            (190, -96),
            (250, -150),
            (268, -140),
            (240, -40),
            (180, 30),
            (60, 66),
            (-140, 66),
            (-236, 10),
            (-284, -70),
        ]
        path = wobble(hull, stream, 3, False)
        cut(canvas, path, wood, shadow=11, fade=colour(wood, -0.3))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for k in range(7):
            level = -84 + 24 * k
            canvas.drawPath(
                curve([(-310, level - 26), (-120, level + 6), (60, level + 8), (280, level - 34)], False),
                paint(colour(wood, -0.25), stroke=2.6),
            )
        hole = [(-70, -30), (-20, -48), (10, -26), (52, -34), (66, 4), (30, 34), (-8, 22), (-44, 38), (-82, 6)]
        cut(canvas, wobble(hole, stream, 4, False), mix(scene.palette.ink, water, 0.10), shadow=0)
        for k in range(4):
            canvas.drawPath(
                curve([(-58 + 34 * k, -60), (-50 + 34 * k, 0), (-62 + 34 * k, 50)], False),
                paint(colour(wood, -0.2), stroke=8),
            )
        for k in range(5):
            cut(
                canvas,
                wobble(ellipse(-210 + 96 * k, -44 + (14 if 0 < k < 4 else 0), 12, 12, 10), stream, 0.8),
                colour(wood, -0.55),
                shadow=0,
            )
        canvas.restore()
        cut(
            canvas,
            wobble(
                [
                    (-306, -128),
                    (-258, -112),
                    (-150, -88),
                    (60, -84),
                    (188, -106),
                    (252, -162),
                    (258, -148),
                    (192, -92),
                    (60, -70),
                    (-150, -74),
                    (-260, -98),
                ],
                stream,
                1.5,
                False,
            ),
            colour(wood, 0.10),
            shadow=4,
        )
        for _ in range(12):
            a, b, r = stream.uniform(-250, 210), stream.uniform(-60, 50), stream.uniform(5, 15)
            cut(
                canvas,
                wobble(ellipse(a, b, r, r * 0.7, 8), stream, r * 0.2),
                mix(scene.lit("#5f8a5a"), water, 0.3),
                shadow=1,
            )

    scenery.add(0.52, (x - 340 * s, y - 400 * s, x + 330 * s, y + 110 * s), draw)


def ruin(scenery: Scenery, scene: Scene, x: float, y: float, water: int) -> None:
    """Columns and a gable of a drowned temple, steps half under sand."""
    stone, s = mix(scene.lit("#cfc8b4"), water, 0.40), 1.0 if scene.width > 700 else 0.66

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("ruin")
        for k in range(3):
            cut(
                canvas,
                wobble(
                    box(x - (250 - 26 * k) * s, y - 18 * k * s - 18 * s, x + (250 - 26 * k) * s, y + 30),
                    stream,
                    2,
                    False,
                ),
                colour(stone, -0.05 * (2 - k)),
                shadow=5,
            )
        for k, tall in enumerate((230, 230, 120, 230, 176)):
            at, top = x + (k - 2) * 92 * s, y - 54 * s - tall * s
            cut(
                canvas,
                wobble(
                    [
                        (at - 19 * s, y - 52 * s),
                        (at - 16 * s, top),
                        (at + 16 * s, top + (12 if tall < 230 else 0)),
                        (at + 19 * s, y - 52 * s),
                    ],
                    stream,
                    1.6,
                    False,
                ),
                stone,
                shadow=7,
            )
            for groove in (-9, -2, 5, 11):
                canvas.drawLine(
                    at + groove * s, top + 14, at + groove * s, y - 54 * s, paint(colour(stone, -0.16), stroke=2)
                )
            if tall == 230:
                cut(
                    canvas,
                    wobble(box(at - 26 * s, top - 12 * s, at + 26 * s, top + 6 * s), stream, 1.4, False),
                    colour(stone, 0.06),
                    shadow=3,
                )
        top = y - 296 * s
        gable = [
            (x - 222 * s, top),
            (x - 216 * s, top - 34 * s),
            (x - 70 * s, top - 92 * s),
            (x - 20 * s, top - 76 * s),
            (x - 50 * s, top - 46 * s),
            (x - 30 * s, top),
        ]
        cut(canvas, wobble(gable, stream, 2, False), colour(stone, 0.04), shadow=8)
        for _ in range(14):
            a, b, r = x + s * stream.uniform(-230, 220), y - s * stream.uniform(0, 300), stream.uniform(5, 13)
            cut(
                canvas,
                wobble(ellipse(a, b, r, r * 0.6, 8), stream, r * 0.2),
                mix(scene.lit("#5f8a5a"), water, 0.3),
                shadow=1,
            )

    scenery.add(0.50, (x - 280 * s, y - 410 * s, x + 280 * s, y + 40), draw)


def chest(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """An open chest full of gold that glimmers."""
    wood, gold = scene.lit("#7a4f30"), 0xFFF2C443

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("chest")
        cut(
            canvas,
            wobble(
                [
                    (x - 50, y - 44),
                    (x - 60, y - 78),
                    (x - 30, y - 92),
                    (x + 34, y - 92),
                    (x + 62, y - 78),
                    (x + 50, y - 44),
                ],
                stream,
                1.5,
                False,
            ),
            colour(wood, -0.3),
            shadow=5,
        )
        for _ in range(26):
            a, b = x + stream.uniform(-44, 44), y - 44 - stream.uniform(0, 20)
            cut(
                canvas,
                wobble(ellipse(a, b, 7, 5, 8), stream, 0.4),
                colour(gold, stream.uniform(-0.2, 0.2)),
                shadow=1,
                grain=False,
            )
        cut(
            canvas,
            wobble(box(x - 52, y - 44, x + 52, y + 4), stream, 1.5, False),
            wood,
            shadow=7,
            fade=colour(wood, -0.25),
        )
        for at in (-40, 34):
            canvas.drawRect(skia.Rect(x + at, y - 44, x + at + 8, y + 3), paint(scene.lit("#c9a24a")))
        cut(canvas, wobble(box(x - 9, y - 36, x + 9, y - 18), stream, 0.8, False), gold, shadow=2)

    scenery.add(1.0, (x - 80, y - 100, x + 90, y + 14), draw)
    scenery.add(
        1.0,
        (x - 120, y - 170, x + 120, y + 70),
        lambda canvas: halo(canvas, x, y - 50, 115, gold, 0.5),
        move=lambda t: Motion(alpha=0.6 + 0.35 * math.sin(1.6 * t)),
    )

"""What stands in a desert: pyramids, tents, ruins, a pool, palms, cacti, a caravan, a tumbleweed."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import (
    Point,
    box,
    colour,
    curve,
    cut,
    ellipse,
    mix,
    paint,
    polygon,
    wobble,
)
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import sway
from resources.cutout.places.touches import tube


def pyramids(scenery: Scenery, scene: Scene, sand: int) -> None:
    """Three pyramids, the nearest the largest, with a lit and a dark face and courses of stone."""
    for index, (at, half, depth, far) in enumerate(
        ((0.84, 118, 0.15, 0.5), (0.28, 165, 0.20, 0.36), (0.56, 235, 0.27, 0.22))
    ):
        stream = scene.rng("pyramid", index)
        x, w = scene.width * (at + stream.uniform(-0.05, 0.05)), half * (1.0 if scene.width > 700 else 0.72)
        foot, tone = 470.0 + 8 * index, mix(colour(sand, -0.06), scene.palette.sky, far)

        def draw(
            canvas: skia.Canvas, x: float = x, w: float = w, foot: float = foot, tone: int = tone, i: int = index
        ) -> None:
            local, top = scene.rng("blocks", i), foot - w * 1.12
            cut(
                canvas,
                wobble([(x - w, foot + 40), (x, top), (x + w, foot + 40)], local, 2, False),
                colour(tone, 0.12),
                shadow=8,
            )
            dark = [(x, top), (x + w, foot + 40), (x + w * 0.22, foot + 40)]
            cut(canvas, wobble(dark, local, 1, False), colour(mix(tone, 0xFF3A1C4A, 0.32), -0.08), shadow=0)
            for k in range(1, 15):
                y = top + (foot + 40 - top) * k / 15
                reach = w * k / 15
                canvas.drawLine(x - reach, y, x + reach * 0.22, y, paint(colour(tone, -0.16, 0.5), stroke=1.3))
                for _ in range(k // 3):
                    at = x - reach * local.uniform(-0.1, 0.95)
                    canvas.drawLine(at, y, at, y + 8, paint(colour(tone, -0.16, 0.5), stroke=1.2))

        scenery.add(depth, (x - w * 1.1, foot - w * 1.2, x + w * 1.1, foot + 45), draw)


def caravan(scenery: Scenery, scene: Scene, sand: int) -> None:
    """Camels on the crest of a far dune, walking on and on."""
    tone = mix(scene.lit("#5a3a2e"), scene.palette.sky, 0.28)
    count = 4 if scene.has("caravan", "camel", "nomad") else 3
    for index in range(count):

        def draw(canvas: skia.Canvas, rider: bool = index % 2 == 0) -> None:
            y, s = 474.0, 15.0
            body = [
                (-1.5, -1.5),
                (-0.9, -1.8),
                (-0.3, -2.7),
                (0.3, -1.9),
                (1.0, -1.7),
                (1.6, -1.9),
                (2.0, -3.2),
                (2.9, -3.3),
                (3.0, -2.9),
            ]
            body += [
                (2.4, -2.8),
                (2.1, -1.3),
                (1.4, -0.9),
                (1.2, 0.9),
                (0.9, 0.9),
                (0.8, -0.8),
                (-0.7, -0.8),
                (-1.0, 0.9),
                (-1.3, 0.9),
                (-1.3, -0.8),
            ]
            cut(canvas, polygon([(a * s, y + b * s) for a, b in body]), tone, shadow=2)
            if rider:
                cloak = [(-0.7, -2.2), (-0.3, -4.0), (0.0, -4.5), (0.35, -4.0), (0.7, -2.0)]
                cut(
                    canvas,
                    curve([(a * s, y + b * s) for a, b in cloak]),
                    mix(scene.lit(scene.palette.accent), scene.palette.sky, 0.2),
                    shadow=1,
                )

        def move(t: float, k: int = index) -> Motion:
            span = scene.width + 620
            at = -300 + (scene.width * 0.5 + 200 - 70 * k + 11 * t) % span
            return Motion(x=at, y=-2 + 2.0 * math.sin(3.4 * t + 1.3 * k), turn=1.6 * math.sin(3.4 * t + 1.3 * k + 0.8))

        scenery.add(0.40, (-32, 396, 56, 492), draw, move=move, pivot=(0, 474))


def tents(scenery: Scenery, scene: Scene) -> None:
    """Striped tents with a flag that flies; lit from inside when it is dim."""
    y = 590.0
    for index, (at, size) in enumerate(((0.70, 1.0), (0.90, 0.78)) if scene.width > 700 else ((0.76, 0.8),)):
        x, s = scene.width * at, 150 * size
        cloth = scene.lit(scene.palette.accent) if index == 0 else scene.lit("#d9c6a0")

        def draw(canvas: skia.Canvas, x: float = x, s: float = s, cloth: int = cloth, i: int = index) -> None:
            stream = scene.rng("tent", i)
            canvas.drawLine(x, y - s * 0.98, x, y - s * 1.16, paint(scene.lit("#4a3526"), stroke=4))
            roof = [
                (x - s * 1.0, y),
                (x - s * 0.5, y - s * 0.48),
                (x, y - s),
                (x + s * 0.5, y - s * 0.46),
                (x + s * 1.02, y),
            ]
            path = wobble(roof, stream, 2, False)
            cut(canvas, path, scene.lit("#e3d2ae"), shadow=9)
            canvas.save()
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            for k in range(5):
                a, b = -1.0 + k * 0.45, -1.0 + k * 0.45 + 0.22
                canvas.drawPath(polygon([(x, y - s * 1.02), (x + a * s, y + 4), (x + b * s, y + 4)]), paint(cloth))
            canvas.drawRect(skia.Rect(x + s * 0.25, y - s, x + s * 1.1, y), paint(0x2A20103A, blur=10))
            canvas.restore()
            inside = 0xFFFFC870 if scene.dim else scene.lit("#4b3424")
            cut(
                canvas,
                wobble([(x - s * 0.19, y), (x, y - s * 0.52), (x + s * 0.2, y)], stream, 1, False),
                inside,
                shadow=0,
            )
            for side in (-1, 1):
                canvas.drawLine(x + side * s, y, x + side * s * 1.2, y + 12, paint(scene.lit("#7a624a"), stroke=1.6))

        def flag(canvas: skia.Canvas, x: float = x, s: float = s) -> None:
            top = y - s * 1.15
            cut(
                canvas,
                curve(
                    [
                        (x, top),
                        (x + s * 0.2, top + 5),
                        (x + s * 0.36, top + 10),
                        (x + s * 0.18, top + 16),
                        (x, top + 20),
                    ]
                ),
                scene.palette.accent,
                shadow=2,
            )

        scenery.add(0.66, (x - s * 1.3, y - s * 1.2, x + s * 1.3, y + 20), draw)
        wave = sway(scene.rng("flag", index), 7 * min(1.4, scene.breeze + 0.4), 2.6)
        scenery.add(0.66, (x - 4, y - s * 1.25, x + s * 0.45, y - s * 0.95), flag, move=wave, pivot=(x, y - s * 1.1))


def ruin(scenery: Scenery, scene: Scene, sand: int) -> None:
    """Columns of a temple that nobody remembers."""
    x0, tone = scene.width * 0.22, mix(scene.lit("#d9c39a"), scene.palette.sky, 0.12)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("ruin")
        for k, tall in enumerate((210, 236, 130, 228)):
            x = x0 + (k - 1.5) * 74
            cut(
                canvas,
                wobble([(x - 17, 600), (x - 14, 600 - tall), (x + 15, 594 - tall), (x + 18, 600)], stream, 2, False),
                tone,
                shadow=7,
            )
            for groove in (-6, 2, 9):
                canvas.drawLine(x + groove, 604 - tall, x + groove, 600, paint(colour(tone, -0.14), stroke=2))
            if tall > 150:
                cut(
                    canvas,
                    wobble(box(x - 24, 588 - tall, x + 24, 604 - tall), stream, 1.5, False),
                    colour(tone, 0.06),
                    shadow=3,
                )
        cut(
            canvas,
            wobble([(x0 - 146, 372), (x0 + 2, 346), (x0 + 6, 366), (x0 - 142, 392)], stream, 2, False),
            tone,
            shadow=6,
        )

    scenery.add(0.66, (x0 - 170, 330, x0 + 170, 606), draw)


def pool(scenery: Scenery, scene: Scene) -> None:
    """A pool with green banks whose glints move."""
    x, half = scene.width * 0.60, 250.0 if scene.width > 700 else 150.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("pool")
        shore = ellipse(x, 606, half * 1.12, 27, 18)
        cut(canvas, wobble(shore, stream, 3), scene.lit("#7f9a4c"), shadow=3)
        water = wobble(ellipse(x, 607, half, 20, 18), stream, 2)
        cut(
            canvas, water, mix(scene.lit("#3f93a6"), scene.palette.sky_middle, 0.4), shadow=0, fade=scene.lit("#2c7488")
        )

    def glint(canvas: skia.Canvas) -> None:
        stream = scene.rng("glint")
        for _ in range(9):
            a, b, r = x + half * stream.uniform(-0.75, 0.75), stream.uniform(596, 616), stream.uniform(10, 34)
            canvas.drawPath(
                polygon([(a - r, b), (a, b - 1.5), (a + r, b), (a, b + 1.5)]),
                paint(colour(scene.palette.glow, alpha=0.6)),
            )

    scenery.add(1.0, (x - half * 1.2, 570, x + half * 1.2, 640), draw)
    scenery.add(
        1.0,
        (x - half, 586, x + half, 626),
        glint,
        move=lambda t: Motion(x=9 * math.sin(0.8 * t), alpha=0.6 + 0.35 * math.sin(1.7 * t)),
    )


def skull(canvas: skia.Canvas, scene: Scene, x: float, y: float) -> None:
    """The skull of an ox with its foot at (x, y)."""
    bone = scene.lit("#efe6d2")
    for side in (-1, 1):
        horn = tube([(x + side * 10, y - 26), (x + side * 30, y - 30), (x + side * 38, y - 48)], 5, 1)
        cut(canvas, curve(horn), bone, shadow=3)
    cut(
        canvas,
        curve([(x - 16, y - 32), (x + 16, y - 32), (x + 12, y - 14), (x + 7, y + 4), (x - 7, y + 4), (x - 12, y - 14)]),
        bone,
        shadow=4,
    )
    for side in (-1, 1):
        canvas.drawOval(skia.Rect.MakeXYWH(x + side * 8 - 4, y - 25, 8, 9), paint(scene.lit("#4a3a34")))


def cacti(scenery: Scenery, scene: Scene) -> None:
    """Saguaros with raised arms, large ones at the sides and small ones far off."""
    green = scene.lit(scene.rng("green").choice(("#4f7a4a", "#5c7d45", "#3f7357")))
    wide = scene.width > 700
    spots = (
        ((0.11, 300, 0.92), (0.88, 230, 0.88), (0.30, 120, 0.70), (0.66, 96, 0.64))
        if wide
        else ((0.08, 260, 0.92), (0.90, 150, 0.74), (0.56, 80, 0.62))
    )
    for index, (at, tall, depth) in enumerate(spots):
        stream = scene.rng("cactus", index)
        x, y = scene.width * (at + stream.uniform(-0.03, 0.03)), 540 + 78 * depth
        tone = mix(green, scene.palette.sky, 0.5 * (1 - depth))
        h = tall * stream.uniform(0.85, 1.15)

        def draw(
            canvas: skia.Canvas, x: float = x, y: float = y, h: float = h, tone: int = tone, s: random.Random = stream
        ) -> None:
            canvas.drawOval(skia.Rect(x - h * 0.08, y - 5, x + h * 0.32, y + 7), paint(0x40201028, blur=4))
            for side in (-1, 1):
                if side > 0 and s.random() < 0.2:
                    continue
                low, reach, rise = s.uniform(0.36, 0.56), s.uniform(0.17, 0.23), s.uniform(0.2, 0.34)
                arm = [
                    (x, y - h * low),
                    (x + side * h * reach * 0.7, y - h * low),
                    (x + side * h * reach, y - h * (low + 0.05)),
                ]
                arm += [
                    (x + side * h * (reach + 0.01), y - h * (low + rise * 0.6)),
                    (x + side * h * reach, y - h * (low + rise)),
                ]
                cut(
                    canvas,
                    wobble(curve(tube(arm, h * 0.05, h * 0.042)), s, 0.8),
                    colour(tone, -0.05),
                    shadow=max(2, h * 0.02),
                )
            trunk = [(x, y + 4), (x - h * 0.004, y - h * 0.5), (x + h * 0.004, y - h * 0.96)]
            path = wobble(curve(tube(trunk, h * 0.062, h * 0.062)), s, 1)
            cut(canvas, path, tone, shadow=max(2, h * 0.025))
            canvas.save()
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            canvas.drawRect(skia.Rect(x + h * 0.02, y - h * 1.1, x + h * 0.1, y + 6), paint(0x2A10203A, blur=h * 0.015))
            for k in (-0.035, -0.008, 0.02, 0.045):
                canvas.drawLine(
                    x + k * h, y - h * 0.97, x + k * h, y, paint(colour(tone, -0.22, 0.7), stroke=max(1.0, h * 0.006))
                )
            canvas.restore()
            if s.random() < 0.6:
                for k in range(3):
                    cut(
                        canvas,
                        wobble(
                            ellipse(x + (k - 1) * h * 0.04, y - h * 1.01 - (k == 1) * 4, h * 0.022, h * 0.02, 7), s, 0.6
                        ),
                        scene.palette.accent,
                        shadow=1,
                    )

        scenery.add(depth, (x - h * 0.34, y - h * 1.1, x + h * 0.36, y + 12), draw)


def palms(scenery: Scenery, scene: Scene, many: bool) -> None:
    """Palms whose left and right fronds sway apart; ``many`` for an oasis."""
    trunk, leaf = scene.lit("#8a6540"), scene.lit("#4d7a3f")
    wide = scene.width > 700
    spots = [(0.90, 330, -1, 0.90), (0.08, 290, 1, 0.88)] if wide else [(0.94, 300, -1, 0.9)]
    if many:
        spots += [(0.80, 250, -1, 0.80), (0.40, 190, 1, 0.70)] if wide else [(0.12, 220, 1, 0.8)]
    for index, (at, tall, lean, depth) in enumerate(spots):
        stream = scene.rng("palm", index)
        x, y, bend = scene.width * at + stream.uniform(-18, 18), 542 + 76 * depth, lean * stream.uniform(26, 60)
        tip = (x + bend, y - tall)

        def stem(
            canvas: skia.Canvas,
            x: float = x,
            y: float = y,
            tall: float = tall,
            bend: float = bend,
            s: random.Random = stream,
        ) -> None:
            spine = [(x + bend * (k / 6) ** 1.8, y - tall * k / 6) for k in range(7)]
            path = wobble(tube(spine, 13, 7), s, 1, False)
            cut(canvas, path, trunk, shadow=6)
            for k in range(1, 17):
                part = k / 17
                at_x, at_y = x + bend * part**1.8, y - tall * part
                canvas.drawPath(
                    curve([(at_x - 10, at_y - 3), (at_x, at_y + 2), (at_x + 10, at_y - 3)], False),
                    paint(colour(trunk, -0.25), stroke=2),
                )
            canvas.drawOval(skia.Rect(x - 14, y - 3, x + 62, y + 9), paint(0x40201028, blur=4))
            for k in range(9):
                away = (k - 4) * 8
                cut(
                    canvas,
                    curve([(x + away - 4, y + 5), (x + away * 1.5, y - s.uniform(12, 34)), (x + away + 4, y + 5)]),
                    colour(leaf, s.uniform(-0.15, 0.1)),
                    shadow=1,
                )

        scenery.add(depth, (min(x, tip[0]) - 60, y - tall - 20, max(x, tip[0]) + 70, y + 14), stem)
        for layer in range(2):

            def crown(
                canvas: skia.Canvas, tip: Point = tip, tall: float = tall, s: random.Random = stream, layer: int = layer
            ) -> None:
                way = 1 if layer else -1
                for k in range(6):
                    angle = math.radians(-90 + way * (84 - 31 * (k % 3) - 14 * (k // 3) + s.uniform(-6, 6)))
                    long = tall * s.uniform(0.40, 0.50)
                    _frond(canvas, tip, angle, long, s, colour(leaf, -0.12 + 0.14 * (k // 3) + s.uniform(-0.04, 0.04)))
                if layer:
                    for k in range(3):
                        cut(
                            canvas,
                            wobble(ellipse(tip[0] - 9 + 9 * k, tip[1] + 9 + 4 * (k == 1), 7, 8, 8), s, 0.6),
                            scene.lit("#9a5a2c"),
                            shadow=2,
                        )

            reach, middle = tall * 0.55, tall * 0.05
            around = (tip[0] - middle, tip[1] - tall * 0.22, tip[0] + reach, tip[1] + tall * 0.42)
            if not layer:
                around = (tip[0] - reach, around[1], tip[0] + middle, around[3])
            blow = sway(scene.rng("frond", index, layer), 1.6 + 1.2 * scene.breeze, 1.1)
            scenery.add(depth, around, crown, move=blow, pivot=tip)


def _frond(canvas: skia.Canvas, at: Point, angle: float, long: float, stream: random.Random, tone: int) -> None:
    """One leaf that arches down, feathered below."""
    upper: list[Point] = []
    lower: list[Point] = []
    for k in range(8):
        part = k / 7
        x = at[0] + long * part * math.cos(angle)
        y = at[1] + long * part * math.sin(angle) * (1 - part * 0.4) + long * 0.62 * part * part
        upper.append((x, y - long * 0.05 * math.sin(part * math.pi)))
        deep = long * 0.17 * math.sin(math.pi * min(1.0, part * 0.9 + 0.1)) * stream.uniform(0.7, 1.1)
        lower += [(x + 2, y + deep), (x - long * 0.02 * math.cos(angle), y + deep * 0.35)]
    cut(canvas, polygon([*upper, *reversed(lower)]), tone, shadow=4)
    canvas.drawPath(curve(upper, False), paint(colour(tone, 0.18), stroke=1.8))


def tumbleweed(scenery: Scenery, scene: Scene) -> None:
    """A ball of twigs that hops along and comes round again."""
    tone, size = scene.lit("#8a6b42"), 26.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("weed")
        for _ in range(15):
            a, r = stream.uniform(0, math.tau), size * stream.uniform(0.5, 1.0)
            loop = [
                (
                    r * math.cos(a + k * 1.25) * stream.uniform(0.6, 1),
                    610 + r * math.sin(a + k * 1.25) * stream.uniform(0.6, 1),
                )
                for k in range(4)
            ]
            canvas.drawPath(curve(loop), paint(colour(tone, stream.uniform(-0.25, 0.15)), stroke=2.0))

    span, speed = scene.width + 1100, 74 * (0.7 + 0.6 * scene.breeze)
    start = scene.rng("roll").uniform(0, span)

    def move(t: float) -> Motion:
        along = start + speed * t
        return Motion(x=-200 + along % span, y=-26 * abs(math.sin(along / 85)), turn=math.degrees(along / size) % 360)

    scenery.add(0.96, (-size * 1.2, 610 - size * 1.2, size * 1.2, 610 + size * 1.2), draw, move=move, pivot=(0, 610))

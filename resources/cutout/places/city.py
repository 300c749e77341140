"""A city street: towers far off, house fronts with lit windows, lamps, awnings, a kerb, and traffic of small things."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import flicker, foreground, halo, pane, sky, sway, tree, window_light
from resources.cutout.places.station import platform

FRONTS = ("#b5654a", "#c99a5b", "#7d8f8a", "#a35b5b", "#d3b58a", "#6f7f9c", "#8e6f62")


def build(scene: Scene) -> Scenery:
    """A street seen from across it. Words bridge, station, shop, park, roof, tower change what stands there."""
    station = scene.has("station", "platform", "railway")
    scenery = Scenery(ground=606 if station else 646, horizon=470)
    sky(scenery, scene, 470, 0.52)
    _skyline(scenery, scene, 0, 0.16, 0.78)
    _skyline(scenery, scene, 1, 0.30, 0.52)
    if scene.has("bridge", "river", "canal"):
        _bridge(scenery, scene)
    _fronts(scenery, scene)
    if station:
        platform(scenery, scene)
        return scenery
    _street(scenery, scene)
    _car(scenery, scene)
    for index, at in enumerate((0.18, 0.86) if scene.width > 700 else (0.9,)):
        _lamp(scenery, scene, index, scene.width * at)
    if scene.has("park", "tree", "garden", "square") or scene.rng("trees").random() < 0.5:

        def planted(canvas: skia.Canvas) -> None:
            tree(canvas, scene.width * 0.68, 590, 270, scene.rng("tree"), scene.lit("#5f8a4c"), scene.lit("#4a382b"))

        scenery.add(
            0.86,
            (scene.width * 0.68 - 130, 290, scene.width * 0.68 + 130, 600),
            planted,
            move=sway(scene.rng("tree sway"), 0.4 * scene.breeze),
            pivot=(scene.width * 0.68, 590),
        )
    w = scene.width
    foreground(
        scenery,
        scene,
        [
            [(w - 40, 900), (w - 34, -160), (w + 10, -170), (w + 220, -160), (w + 220, 900)],
            [(w - 92, 250), (w - 20, 236), (w - 16, 268), (w - 88, 278)],
        ]
        if scene.width > 700
        else [[(-220.0, 900.0), (-220, 640), (-30, 650), (40, 730), (60, 900)]],
    )
    return scenery


def _skyline(scenery: Scenery, scene: Scene, index: int, depth: float, far: float) -> None:
    tone = mix(scene.lit("#5c6a80"), scene.palette.sky, far)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("skyline", index)
        x = scene.left - 20
        while x < scene.right + 20:
            wide, tall = stream.uniform(56, 120), stream.uniform(120, 330) * (1.0 if index == 0 else 0.75)
            top = 520 - tall
            roof: list[Point] = [(x, top), (x + wide, top)]
            kind = stream.random()
            if kind < 0.25:
                roof = [(x, top), (x + wide / 2, top - wide * 0.5), (x + wide, top)]
            elif kind < 0.45:
                roof = [
                    (x, top),
                    (x + wide * 0.25, top),
                    (x + wide * 0.25, top - 26),
                    (x + wide * 0.75, top - 26),
                    (x + wide * 0.75, top),
                    (x + wide, top),
                ]
            shade = colour(tone, stream.uniform(-0.05, 0.06))
            cut(canvas, wobble([*roof, (x + wide, 640), (x, 640)], stream, 1.2, False), shade, shadow=6)
            if kind > 0.85:
                canvas.drawLine(x + wide / 2, top, x + wide / 2, top - 46, paint(shade, stroke=3))
            for row in range(int(tall / 30)):
                for column in range(int(wide / 22)):
                    if stream.random() < 0.45:
                        glass = mix(window_light(scene, stream), tone, far * 0.55)
                        canvas.drawRect(
                            skia.Rect.MakeXYWH(x + 9 + column * 21, top + 16 + row * 29, 9, 13), paint(glass)
                        )
            x += wide * stream.uniform(0.86, 1.1)

    scenery.add(depth, (scene.left - 60, 90, scene.right + 140, 660), draw)


def _fronts(scenery: Scenery, scene: Scene) -> None:
    """A terrace of narrow houses, each of its own paper."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("fronts")
        gap = scene.width * stream.uniform(0.40, 0.52)
        x = scene.left - 30
        while x < scene.right + 30:
            wide = stream.uniform(150, 230)
            if scene.width > 700 and gap - 60 < x < gap + 70:
                x = gap + 210  # a lane opens the view on the towns behind
                continue
            _front(canvas, scene, x, wide, stream)
            x += wide + stream.uniform(-3, 2)

    scenery.add(0.62, (scene.left - 70, 60, scene.right + 260, 620), draw)


def _front(canvas: skia.Canvas, scene: Scene, x: float, wide: float, stream) -> None:  # type: ignore[no-untyped-def]
    wall = scene.lit(stream.choice(FRONTS), 0.12)
    tall = stream.uniform(290, 400)
    foot, top = 592.0, 592.0 - tall
    style = stream.randrange(3)
    roof = colour(wall, -0.42)
    if style == 0:
        cut(
            canvas,
            wobble([(x - 8, top + 4), (x + wide * 0.5, top - 84), (x + wide + 8, top + 4)], stream, 1.5, False),
            roof,
            shadow=6,
        )
    elif style == 1:
        steps: list[Point] = [(x, top)]
        for k in range(4):
            steps += [(x + wide * 0.12 * k, top - 20 * k), (x + wide * 0.12 * (k + 1), top - 20 * k)]
        steps += [(x + wide - px + x, py) for px, py in reversed(steps)]
        cut(canvas, wobble(steps, stream, 1, False), wall, shadow=6)
    cut(canvas, wobble(box(x, top, x + wide, foot), stream, 1.5, False), wall, shadow=7, fade=colour(wall, -0.14))
    cut(canvas, wobble(box(x - 5, top - 6, x + wide + 5, top + 10), stream, 1, False), colour(wall, 0.16), shadow=3)
    trim = colour(wall, -0.3)
    columns = 3 if wide > 185 else 2
    rows = int((tall - 150) / 74)
    for row in range(rows):
        for column in range(columns):
            w, h = wide / columns * 0.48, 46.0
            left = x + wide * (column + 0.5) / columns - w / 2
            y = top + 28 + row * 74
            pane(canvas, left, y, w, h, window_light(scene, stream), trim)
            canvas.drawRect(skia.Rect(left - 5, y + h + 2, left + w + 5, y + h + 7), paint(colour(wall, 0.2)))
            if stream.random() < 0.22:
                for k in range(4):
                    canvas.drawCircle(
                        left + w * (k + 0.5) / 4,
                        y + h - 1,
                        5,
                        paint(scene.lit(stream.choice(("#c8503c", "#d9b13c", "#5b8a44")))),
                    )
    if stream.random() < 0.6:  # a shop
        glass = mix(0xFFFFD98C, wall, 0.1) if scene.dim else mix(scene.lit("#7fa3b0"), wall, 0.2)
        pane(canvas, x + 14, foot - 88, wide - 70, 74, glass, trim, bars=False)
        canopy = scene.lit(stream.choice(("#c24d3f", "#3f7f7a", "#d49a3a", "#5a6fae")))
        for k in range(6):
            left, w = x + 8 + k * (wide - 58) / 6, (wide - 58) / 6
            cut(
                canvas,
                wobble(
                    [
                        (left, foot - 108),
                        (left + w, foot - 108),
                        (left + w, foot - 76),
                        (left + w / 2, foot - 68),
                        (left, foot - 76),
                    ],
                    stream,
                    0.6,
                    False,
                ),
                canopy if k % 2 else colour(canopy, 0.7),
                shadow=3,
                grain=False,
            )
    else:
        pane(canvas, x + 22, foot - 80, wide * 0.26, 44, window_light(scene, stream), trim)
    door = x + wide - 46
    cut(
        canvas,
        wobble(box(door, foot - 82, door + 36, foot), stream, 0.8, False),
        scene.lit(stream.choice(("#2f5d62", "#8c3b32", "#3f4a6b"))),
        shadow=2,
    )
    canvas.drawCircle(door + 29, foot - 40, 2.4, paint(0xFFE8C66A))


def _street(scenery: Scenery, scene: Scene) -> None:
    pavement, road = scene.lit("#a39a8e"), scene.lit("#5d5b60")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("street")
        cut(
            canvas,
            wobble(box(scene.left - 40, 586, scene.right + 40, scene.floor), stream, 1.5, False),
            pavement,
            shadow=4,
        )
        for k in range(-3, int(scene.width / 110) + 4):
            x = float(k * 110)
            lean = (x - scene.width / 2) * 0.10
            canvas.drawLine(x, 588, x + lean, 624, paint(colour(pavement, -0.14), stroke=1.6))
        cut(
            canvas,
            wobble(box(scene.left - 40, 624, scene.right + 40, 634), stream, 0.8, False),
            colour(pavement, 0.2),
            shadow=3,
        )
        cut(
            canvas,
            wobble(box(scene.left - 40, 634, scene.right + 40, scene.floor), stream, 1, False),
            road,
            shadow=0,
            fade=colour(road, -0.3),
        )
        for _ in range(60):
            x, y = stream.uniform(scene.left, scene.right), stream.uniform(644, 760)
            canvas.drawOval(
                skia.Rect.MakeXYWH(x, y, stream.uniform(16, 40), stream.uniform(4, 7)),
                paint(colour(road, stream.uniform(0.03, 0.1))),
            )
        if scene.dim:
            for share in (0.18, 0.55, 0.86):
                middle = scene.width * share
                canvas.drawOval(skia.Rect(middle - 90, 640, middle + 90, 712), paint(0x30FFD98C, blur=14))

    scenery.add(1.0, (scene.left - 60, 570, scene.right + 60, scene.floor), draw)


def _car(scenery: Scenery, scene: Scene) -> None:
    """A small car far down the street that passes now and then."""
    body = scene.palette.accent

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("car")
        cut(
            canvas,
            wobble(
                [(-52, 586), (-54, 560), (-34, 554), (-20, 532), (22, 532), (36, 554), (56, 560), (56, 586)], stream, 1
            ),
            body,
            shadow=4,
        )
        cut(
            canvas,
            polygon([(-28, 553), (-17, 537), (-1, 537), (-1, 553)]),
            0xFFBFD6DC if not scene.night else 0xFFFFD98C,
            shadow=0,
        )
        cut(
            canvas,
            polygon([(4, 553), (4, 537), (19, 537), (29, 553)]),
            0xFFBFD6DC if not scene.night else 0xFFFFD98C,
            shadow=0,
        )
        for x in (-30, 32):
            cut(canvas, wobble(ellipse(x, 586, 11, 11, 10), stream, 0.5), 0xFF26242A, shadow=1)
            canvas.drawCircle(x, 586, 4, paint(0xFF8C8C90))
        if scene.dim:
            halo(canvas, 60, 566, 42, 0xFFFFE9A8, 0.7)

    span = scene.width + 900

    def move(t: float) -> Motion:
        return Motion(x=-300 + (120 * t + 330) % span, y=0.9 * math.sin(17 * t))

    scenery.add(0.80, (-60, 520, 106, 612), draw, move=move)


def _lamp(scenery: Scenery, scene: Scene, index: int, x: float) -> None:
    iron = scene.lit("#2f3338")

    def post(canvas: skia.Canvas) -> None:
        stream = scene.rng("lamp", index)
        cut(
            canvas, wobble([(x - 5, 330), (x + 5, 330), (x + 8, 600), (x - 8, 600)], stream, 0.8, False), iron, shadow=5
        )
        cut(canvas, wobble(box(x - 15, 588, x + 15, 604), stream, 1, False), iron, shadow=3)
        cut(
            canvas,
            wobble([(x - 13, 290), (x + 13, 290), (x + 9, 330), (x - 9, 330)], stream, 0.8, False),
            0xFFFFE3A0 if scene.dim else scene.lit("#d8dcd4"),
            shadow=1,
        )
        cut(canvas, wobble([(x - 21, 291), (x, 268), (x + 21, 291)], stream, 0.8, False), iron, shadow=3)

    scenery.add(0.92, (x - 30, 255, x + 40, 615), post)
    if scene.dim:
        scenery.add(
            0.92,
            (x - 170, 140, x + 170, 480),
            lambda canvas: halo(canvas, x, 310, 170, 0xFFFFD98C, 0.55),
            move=flicker(scene.rng("lamplight", index), 0.86, 0.5),
            pivot=(x, 310),
        )


def _bridge(scenery: Scenery, scene: Scene) -> None:
    stone = scene.lit("#8d8478", 0.3)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("bridge")
        w = scene.width
        cut(
            canvas,
            wobble(
                [(-200, 470), (w * 0.5, 420), (w + 200, 470), (w + 200, 505), (w * 0.5, 456), (-200, 505)],
                stream,
                2,
                False,
            ),
            stone,
            shadow=6,
        )
        for k in range(5):
            x = w * (k + 0.5) / 5
            cut(
                canvas,
                curve([(x - 24, 600), (x - 20, 462), (x + 20, 462), (x + 24, 600)]),
                colour(stone, -0.1),
                shadow=4,
            )

    scenery.add(0.46, (-220, 400, scene.width + 220, 610), draw)

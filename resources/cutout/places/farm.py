"""A farm: patchwork hills, rows of crops, a barn, a windmill that turns, a fence, hay, cows and hens."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.barn import barn, village, windmill
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.farmyard import cow, hay, hens, scarecrow, sheep, tractor
from resources.cutout.places.kit import (
    bush,
    grass,
    ground_at,
    land,
    passing,
    ridge,
    sky,
    sway,
    tree,
    vignette_grass,
)
from resources.cutout.places.touches import motes
from schemas.vocabulary import TimeOfDay, Weather

HORIZON = 436.0
FIELDS = ("#8fae4d", "#c9b04e", "#6f9a4a", "#d8c06a", "#7fa35a", "#a98a52")


def build(scene: Scene) -> Scenery:
    """Fields behind a yard; autumn, orchard, sheep, tractor, scarecrow, village, pond, sunflower change it."""
    scenery = Scenery(ground=644, horizon=HORIZON)
    stream = scene.rng("plan")
    winter = scene.weather is Weather.SNOW or scene.has("snow", "snowy", "winter", "frozen")
    autumn = scene.has("autumn", "fall", "harvest", "october", "pumpkin")
    green = scene.lit(
        "#e7ecf0" if winter else "#a9984a" if autumn else stream.choice(("#7c9f4a", "#6d9a4c", "#8aa24a"))
    )
    wide = scene.width > 700
    side = stream.choice((0.24, 0.77)) if wide else stream.choice((0.30, 0.70))
    sky(scenery, scene, HORIZON, None if side < 0.5 else stream.uniform(0.14, 0.28))
    _patchwork(scenery, scene, 0, 0.14, 430, 26, 0.55, green, winter)
    _patchwork(scenery, scene, 1, 0.26, 464, 30, 0.32, green, winter)
    windmill(scenery, scene, scene.width * (1 - side + (0.03 if side < 0.5 else -0.03)), 488.0)
    if scene.has("village", "church", "town"):
        village(scenery, scene, side)
    _rows(scenery, scene, green, winter, autumn)
    barn(scenery, scene, scene.width * side, side)
    if scene.has("orchard", "apple", "cherry") or stream.random() < 0.45:
        _trees(scenery, scene, side, autumn)
    if scene.has("tractor", "harvest", "plough", "plow"):
        tractor(scenery, scene, 0.60, 556)
    if scene.has("sheep", "lamb", "shepherd", "wool"):
        for k in range(4):
            sheep(scenery, scene, k, scene.width * (0.36 + 0.11 * k) + stream.uniform(-20, 20), 566 + 9 * (k % 2))
    else:
        for k in range(3 if wide else 2):
            cow(scenery, scene, k, scene.width * (0.42 + 0.13 * k) + stream.uniform(-24, 24), 560 + 9 * (k % 2), 0.8)
    _yard(scenery, scene, green, winter)
    _fence(scenery, scene)
    hay(scenery, scene, scene.width * (0.90 if side < 0.5 else 0.10), 622, wide and autumn)
    if scene.has("scarecrow", "crow", "corn", "field") or stream.random() < 0.3:
        scarecrow(scenery, scene, scene.width * (0.60 if side < 0.5 else 0.36), 590)
    if scene.has("pond", "duck", "goose", "lake"):
        _pond(scenery, scene)
    if not winter and (scene.has("sunflower", "flower", "summer") or stream.random() < 0.5):
        _sunflowers(scenery, scene, side)
    if not scene.night:
        hens(scenery, scene, 4 if wide else 3)
        _swallows(scenery, scene)
    if not winter:
        glowing = scene.hour in (TimeOfDay.NIGHT, TimeOfDay.DUSK)
        motes(scenery, scene, "air", 8, 420, 640, 0xFFF7F2A0 if glowing else scene.palette.glow, glowing)
    vignette_grass(scenery, scene, scene.palette.ink)
    return scenery


def _patchwork(
    scenery: Scenery,
    scene: Scene,
    index: int,
    depth: float,
    y: float,
    swing: float,
    far: float,
    green: int,
    winter: bool,
) -> None:
    """Hills cut into fields, each with its furrows, with hedges and round trees along the edges."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("patchwork", index)
        points = ridge(scene, stream, y, swing, 240)
        base = mix(green, scene.palette.sky, far)
        land(canvas, points, stream, base, colour(base, -0.12), 6)
        canvas.save()
        canvas.clipPath(polygon(points), skia.ClipOp.kIntersect, True)
        x = scene.left - 120
        while x < scene.right + 160:
            w, lean = stream.uniform(120, 250), stream.uniform(-160, 160)
            tone = mix(scene.lit("#dfe6ec" if winter else stream.choice(FIELDS)), scene.palette.sky, far)
            top = y - swing - 6
            patch = [(x, top), (x + w, top), (x + w + lean, y + 110), (x + lean - w * 0.1, y + 110)]
            cut(canvas, wobble(patch, stream, 3, False), colour(tone, stream.uniform(-0.06, 0.05)), shadow=2, rim=False)
            for k in range(1, 8):
                a = x + w * k / 8
                canvas.drawLine(a, top, a + lean * 1.02, y + 110, paint(colour(tone, -0.13, 0.7), stroke=2))
            x += w * stream.uniform(0.9, 1.15)
        canvas.restore()
        leaf = mix(scene.lit("#4f7a42" if not winter else "#8a8f92"), scene.palette.sky, far)
        at = scene.left
        while at < scene.right:
            r = stream.uniform(6, 17)
            if stream.random() < 0.75:
                cut(
                    canvas,
                    wobble(ellipse(at, ground_at(points, at) - r * 0.4, r * 1.2, r, 9), stream, r * 0.16),
                    colour(leaf, stream.uniform(-0.1, 0.1)),
                    shadow=2,
                )
            at += r * stream.uniform(1.6, 7)

    scenery.add(depth, (scene.left - 120, y - swing - 40, scene.right + 160, scene.floor), draw)


def _rows(scenery: Scenery, scene: Scene, green: int, winter: bool, autumn: bool) -> None:
    """The near field: rows that run to a vanishing point, with crops or stubble on them."""
    soil = mix(scene.lit("#e1e6ec" if winter else "#8a6a45"), scene.palette.sky, 0.10)
    leaf = mix(
        scene.lit("#d8b04a" if autumn else scene.rng("crop").choice(("#7fae4a", "#9db54a", "#d3b551"))),
        scene.palette.sky,
        0.10,
    )

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("rows")
        points = ridge(scene, stream, 506, 10, 330)
        land(canvas, points, stream, soil, colour(soil, -0.16), 6)
        centre = scene.width * stream.uniform(0.42, 0.58)
        canvas.save()
        canvas.clipPath(polygon(points), skia.ClipOp.kIntersect, True)
        count = int(scene.width / 36)
        for k in range(-count, count + 1):
            far, near = centre + k * 17, centre + k * 62
            strip = [(far - 3.5, 494), (far + 3.5, 494), (near + 17, 640), (near - 17, 640)]
            cut(
                canvas,
                wobble(strip, stream, 1.4, False),
                colour(leaf, stream.uniform(-0.08, 0.06)) if not winter else colour(soil, -0.07),
                shadow=2,
                rim=False,
            )
            if winter:
                continue
            for j in range(13):
                part = (j + stream.random() * 0.4) / 13
                x, y, s = far + (near - far) * part**1.5, 498 + 142 * part**1.5, 3 + 11 * part
                tuft = [
                    (x - s, y + s * 0.4),
                    (x - s * 0.6, y - s),
                    (x, y - s * 0.2),
                    (x + s * 0.5, y - s * 1.1),
                    (x + s, y + s * 0.4),
                ]
                canvas.drawPath(polygon(tuft), paint(colour(leaf, 0.16 if j % 2 else -0.16)))
        canvas.restore()

    scenery.add(0.52, (scene.left - 100, 470, scene.right + 140, scene.floor), draw)


def _trees(scenery: Scenery, scene: Scene, side: float, autumn: bool) -> None:
    leaf, bark = scene.lit("#c47a30" if autumn else "#5f8f43"), scene.lit("#5a4330")
    fruit = scene.lit(scene.rng("fruit").choice(("#c8402f", "#e0a93c", "#d8566a")))
    spots = (0.62, 0.88) if side < 0.5 else (0.12, 0.38)
    for index, at in enumerate(spots if scene.width > 700 else spots[1 if side < 0.5 else 0 :][:1]):
        x, y, tall = scene.width * at, 586.0, 176.0 - 26 * index

        def draw(canvas: skia.Canvas, x: float = x, y: float = y, tall: float = tall, k: int = index) -> None:
            stream = scene.rng("orchard", k)
            tree(canvas, x, y, tall, stream, leaf, bark, scene.weather is Weather.SNOW)
            if scene.weather is not Weather.SNOW:
                for _ in range(9):
                    a, b = x + tall * stream.uniform(-0.28, 0.28), y - tall * stream.uniform(0.58, 0.98)
                    cut(canvas, wobble(ellipse(a, b, 5, 5, 8), stream, 0.4), fruit, shadow=1.5, grain=False)

        edge = (x - tall * 0.5, y - tall * 1.2, x + tall * 0.5, y + 10)
        scenery.add(0.64, edge, draw, move=sway(scene.rng("bough", index), 0.5 * scene.breeze), pivot=(x, y))


def _yard(scenery: Scenery, scene: Scene, green: int, winter: bool) -> None:
    """The ground one stands on: grass, a worn track to the barn, ruts and daisies."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("yard")
        land(canvas, ridge(scene, stream, 600, 7, 280), stream, colour(green, 0.03), colour(green, -0.34))
        if not winter:
            grass(canvas, scene, 612, stream, colour(green, -0.07), 18, 12)
        middle = scene.width * 0.5
        track = [
            (scene.left - 40, 646),
            (middle * 0.5, 634),
            (middle * 1.3, 640),
            (scene.right + 40, 628),
            (scene.right + 40, 668),
            (middle * 1.2, 690),
            (middle * 0.5, 682),
            (scene.left - 40, 700),
        ]
        earth = mix(scene.lit("#d5dbe2" if winter else "#b8986a"), green, 0.22)
        cut(canvas, wobble(curve(track), stream, 3), earth, shadow=0, fade=colour(earth, -0.12))
        for level in (650, 672):
            rut = [
                (scene.left + (scene.width - 2 * scene.left) * k / 8, level + 5 * math.sin(k * 1.3)) for k in range(9)
            ]
            canvas.drawPath(curve(rut, False), paint(colour(earth, -0.16, 0.7), stroke=4))
        if not winter:
            for _ in range(int(scene.width / 15)):
                x, y = (
                    stream.uniform(scene.left, scene.right),
                    stream.choice((stream.uniform(612, 628), stream.uniform(694, 720))),
                )
                tint = scene.lit(stream.choice(("#f6f2e6", "#f6f2e6", "#e8c33e", "#c85a7a")))
                for k in range(5):
                    canvas.drawCircle(x + 3.2 * math.cos(k * 1.257), y + 2.6 * math.sin(k * 1.257), 2.1, paint(tint))
                canvas.drawCircle(x, y, 1.7, paint(scene.lit("#e0a52e")))

    scenery.add(1.0, (scene.left - 70, 560, scene.right + 120, scene.floor), draw)


def _fence(scenery: Scenery, scene: Scene) -> None:
    """A split-rail fence along the field, with a gap for the track."""
    wood = scene.lit(scene.rng("fence").choice(("#a58560", "#e6dfce", "#8d7354")))
    gap = scene.width * 0.5

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("rails")
        step = 74.0
        x = scene.left - 30
        while x < scene.right + 30:
            opened = abs(x + step / 2 - gap) < step * 0.9
            if not opened:
                for level in (566, 586):
                    rail = [
                        (x, level + stream.uniform(-3, 3)),
                        (x + step, level + stream.uniform(-3, 3)),
                        (x + step, level + 8),
                        (x, level + 8),
                    ]
                    cut(canvas, wobble(rail, stream, 1, False), colour(wood, -0.05), shadow=3)
            post = [(x - 5, 616), (x - 5, 552), (x, 545), (x + 6, 552), (x + 6, 616)]
            cut(canvas, wobble(post, stream, 0.8, False), wood, shadow=4)
            x += step

    scenery.add(1.0, (scene.left - 60, 535, scene.right + 60, 624), draw)


def _pond(scenery: Scenery, scene: Scene) -> None:
    x, half = scene.width * 0.44, 170.0 if scene.width > 700 else 110.0
    water = mix(scene.lit("#4f93a8"), scene.palette.sky_middle, 0.4)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("pond")
        cut(canvas, wobble(ellipse(x, 650, half * 1.08, 26, 18), stream, 3), scene.lit("#7a8a4c"), shadow=2)
        cut(canvas, wobble(ellipse(x, 651, half, 21, 18), stream, 2), water, shadow=0, fade=colour(water, -0.2))

    scenery.add(1.0, (x - half * 1.2, 610, x + half * 1.2, 690), draw)
    for index in range(3):
        s, tone = 9.0, scene.lit("#f3efe2" if index else "#c9a468")

        def duck(canvas: skia.Canvas, s: float = s, tone: int = tone, k: int = index) -> None:
            stream = scene.rng("duck", k)
            y = 648.0
            cut(
                canvas,
                curve(
                    [
                        (-2.4 * s, y - 1.6 * s),
                        (-1.2 * s, y - 1.1 * s),
                        (1.0 * s, y - 1.2 * s),
                        (1.7 * s, y),
                        (0, y + 0.7 * s),
                        (-1.6 * s, y + 0.4 * s),
                    ]
                ),
                tone,
                shadow=2,
            )
            cut(canvas, wobble(ellipse(1.4 * s, y - 1.7 * s, 0.8 * s, 0.75 * s, 9), stream, 0.3), tone, shadow=1)
            canvas.drawPath(
                polygon([(2.0 * s, y - 1.9 * s), (3.1 * s, y - 1.5 * s), (2.0 * s, y - 1.3 * s)]),
                paint(scene.lit("#e8902e")),
            )
            canvas.drawCircle(1.6 * s, y - 1.9 * s, 1.5, paint(0xFF201C20))

        def swim(t: float, k: int = index) -> Motion:
            a = 0.35 * t + 2.1 * k
            way = 1.0 if -math.sin(a) >= 0 else -1.0
            return Motion(x + half * 0.55 * math.cos(a), 7 * math.sin(a) + 0.8 * math.sin(3 * t + k), stretch_x=way)

        scenery.add(1.0, (-30, 622, 34, 658), duck, move=swim, pivot=(0, 648))


def _sunflowers(scenery: Scenery, scene: Scene, side: float) -> None:
    """A clump that nods beside the fence."""
    stem, petal, heart = scene.lit("#5f8a3c"), scene.lit("#efbd35"), scene.lit("#6a4326")
    start, y = (0.02 if side < 0.5 else 0.84), 632.0
    for index in range(4 if scene.width > 700 else 3):
        stream = scene.rng("sunflower", index)
        x, tall = scene.width * start + index * 30 + stream.uniform(-6, 6), stream.uniform(86, 150)

        def draw(canvas: skia.Canvas, x: float = x, tall: float = tall, s: random.Random = stream) -> None:
            top = (x + s.uniform(-8, 8), y - tall)
            canvas.drawPath(curve([(x, y), (x - 3, y - tall * 0.5), top], False), paint(stem, stroke=4.5))
            for way, part in ((-1, 0.34), (1, 0.52)):
                at = y - tall * part
                cut(
                    canvas,
                    curve([(x, at), (x + way * 16, at - 13), (x + way * 32, at - 5), (x + way * 15, at + 4)]),
                    colour(stem, 0.05),
                    shadow=2,
                )
            for k in range(13):
                a = k * math.tau / 13
                tip: Point = (top[0] + 24 * math.cos(a), top[1] + 24 * math.sin(a))
                near: list[Point] = [
                    (top[0] + 11 * math.cos(a + d), top[1] + 11 * math.sin(a + d)) for d in (-0.3, 0.3)
                ]
                cut(
                    canvas,
                    polygon([near[0], tip, near[1]]),
                    colour(petal, s.uniform(-0.08, 0.08)),
                    shadow=1,
                    grain=False,
                )
            cut(canvas, wobble(ellipse(*top, 12, 12, 11), s, 0.7), heart, shadow=1)

        nod = sway(scene.rng("nod", index), 1.6 * scene.breeze + 0.5, 1.1)
        scenery.add(1.02, (x - 44, y - tall - 36, x + 44, y + 6), draw, move=nod, pivot=(x, y))
    bush_x = scene.width * start + 50

    def leaves(canvas: skia.Canvas) -> None:
        bush(canvas, bush_x, 640, 150, 44, scene.rng("bush"), colour(stem, -0.12))

    scenery.add(1.02, (bush_x - 110, 585, bush_x + 110, 650), leaves)


def _swallows(scenery: Scenery, scene: Scene) -> None:
    for index in range(5):
        stream = scene.rng("swallow", index)
        y, s = stream.uniform(90, 300), stream.uniform(8, 14)
        tone = mix(scene.lit("#2f3346"), scene.palette.sky, 0.2)

        def draw(canvas: skia.Canvas, y: float = y, s: float = s, tone: int = tone) -> None:
            wings = [
                (-1.9, -0.7),
                (-0.7, -0.45),
                (0, -0.1),
                (0.7, -0.45),
                (1.9, -0.7),
                (0.75, 0.05),
                (0.3, 0.8),
                (0, 0.45),
                (-0.3, 0.8),
                (-0.75, 0.05),
            ]
            cut(canvas, polygon([(a * s, y + b * s) for a, b in wings]), tone, shadow=2, grain=False)

        drift = passing(stream, -120, scene.width + 240, stream.choice((-1, 1)) * stream.uniform(60, 110), 34)

        def move(t: float, drift=drift, rate: float = stream.uniform(7, 10)) -> Motion:  # type: ignore[no-untyped-def]
            base = drift(t)
            return Motion(base.x, base.y, 12 * math.cos(0.9 * t), stretch_y=0.6 + 0.5 * math.sin(rate * t))

        scenery.add(0.36, (-s * 2.2, y - s * 1.5, s * 2.2, y + s * 1.5), draw, move=move, pivot=(0, y))

"""Mountains: ranges behind ranges with snow on them, mist between, firs, a path to a hut, an eagle above it all."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import (
    foreground,
    grass,
    ground_at,
    halo,
    house,
    land,
    pine,
    ridge,
    rock,
    sky,
    sway,
)
from resources.cutout.places.peaks import mist, mountain_range, volcano, waterfall
from resources.cutout.places.touches import campfire, motes, smoke, soar
from schemas.vocabulary import TimeOfDay, Weather

HORIZON = 440.0


def build(scene: Scene) -> Scenery:
    """Alps by default; the words volcano, lake, waterfall, village, cave, camp change what stands there."""
    scenery = Scenery(ground=642, horizon=HORIZON)
    stream = scene.rng("plan")
    winter = scene.weather is Weather.SNOW or scene.has(
        "snow", "snowy", "winter", "ice", "icy", "frozen", "glacier", "ski"
    )
    sky(scenery, scene, 430, stream.uniform(0.12, 0.28) if stream.random() < 0.5 else None)
    stone = scene.lit(stream.choice(("#66708a", "#75707f", "#5f7480", "#7d6a66")))
    hero = scene.width * stream.uniform(0.36, 0.64)
    mountain_range(scenery, scene, 0, 0.08, 452, 190, mix(stone, scene.palette.sky, 0.66), 0.5)
    if scene.has("volcano", "volcanic", "lava", "fire"):
        volcano(scenery, scene, hero, stone)
    else:
        mountain_range(scenery, scene, 1, 0.15, 474, 330, mix(stone, scene.palette.sky, 0.40), 0.46, hero)
    mist(scenery, scene, 0, 0.18, 430)
    mountain_range(scenery, scene, 2, 0.26, 500, 200, mix(stone, scene.palette.sky, 0.18), 0.62 if winter else 0.30)
    if scene.has("waterfall", "river", "stream", "gorge"):
        waterfall(scenery, scene)
    mist(scenery, scene, 1, 0.32, 486)
    green = scene.lit("#e4eaf0") if winter else scene.lit(stream.choice(("#5f7f4a", "#6d8646", "#54764f")))
    fir = mix(scene.lit("#2f5546"), scene.lit("#dfe7ee"), 0.18 if winter else 0.0)
    _slope(scenery, scene, 0, 0.42, 522, 34, 74, mix(green, scene.palette.sky, 0.30), mix(fir, scene.palette.sky, 0.30))
    if scene.has("lake", "pond", "fjord"):
        _lake(scenery, scene)
    points = _slope(
        scenery, scene, 1, 0.62, 566, 30, 128, mix(green, scene.palette.sky, 0.10), mix(fir, scene.palette.sky, 0.08)
    )
    side = stream.choice((0.20, 0.78)) if scene.width > 700 else stream.choice((0.26, 0.74))
    _dwelling(scenery, scene, points, side)
    _meadow(scenery, scene, green, side, winter)
    _near(scenery, scene, fir, 1 - side)
    if not scene.night:
        dark = mix(scene.lit("#3d3230"), scene.palette.sky, 0.12)
        soar(
            scenery,
            scene,
            "eagle",
            scene.width * stream.uniform(0.4, 0.6),
            170,
            52 if scene.width > 700 else 40,
            dark,
            0.4,
            0.12 * scene.width,
        )
    if scene.has("camp", "campfire", "tent", "bivouac"):
        _camp(scenery, scene, side)
    if not winter and scene.hour in (TimeOfDay.DAY, TimeOfDay.DAWN):
        motes(scenery, scene, "seeds", 7, 420, 640, scene.palette.glow, False)
    elif scene.hour is not TimeOfDay.DAY and not winter:
        motes(scenery, scene, "glowworms", 6, 500, 650, 0xFFF7F2A0, True)
    _lens(scenery, scene)
    return scenery


def _slope(
    scenery: Scenery, scene: Scene, index: int, depth: float, y: float, swing: float, tall: float, tone: int, fir: int
) -> list[Point]:
    """A hillside with firs in clumps. Returns its upper edge."""
    points = ridge(scene, scene.rng("slope", index), y, swing, 210)
    trunk = mix(scene.lit("#4a382b"), fir, 0.3)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("firs", index)
        land(canvas, points, stream, tone, colour(tone, -0.22), 6)
        x = scene.left - 20
        while x < scene.right + 30:
            if stream.random() < 0.34:
                x += tall * stream.uniform(0.8, 2.2)  # a clearing
            height = tall * stream.uniform(0.6, 1.15)
            pine(
                canvas,
                x,
                ground_at(points, x) + stream.uniform(5, 24),
                height,
                stream,
                colour(fir, stream.uniform(-0.05, 0.08)),
                trunk,
            )
            x += tall * stream.uniform(0.24, 0.5)

    scenery.add(depth, (scene.left - 100, y - swing - tall * 1.2, scene.right + 140, scene.floor), draw)
    return points


def _lake(scenery: Scenery, scene: Scene) -> None:
    water = mix(scene.lit("#3d7f96"), scene.palette.sky, 0.42)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("lake")
        x, half = scene.width * 0.5, scene.width * 0.42
        cut(canvas, wobble(ellipse(x, 566, half, 30, 22), stream, 3), water, shadow=2, fade=colour(water, -0.2))
        for _ in range(18):
            a, b, r = x + half * stream.uniform(-0.8, 0.8), stream.uniform(546, 584), stream.uniform(12, 46)
            canvas.drawPath(
                polygon([(a - r, b), (a, b - 1.4), (a + r, b), (a, b + 1.4)]),
                paint(colour(scene.palette.glow, alpha=0.45)),
            )

    scenery.add(
        0.5, (scene.width * 0.04, 520, scene.width * 0.96, 610), draw, move=lambda t: Motion(x=6 * math.sin(0.6 * t))
    )


def _dwelling(scenery: Scenery, scene: Scene, slope: list[Point], side: float) -> None:
    """A hut under the firs with smoke from its chimney; a village when it is named; or the mouth of a cave."""
    x = scene.width * side
    y = ground_at(slope, x) + 30
    if scene.has("cave", "cavern", "den"):
        tone = scene.lit("#5b5a62")

        def cave(canvas: skia.Canvas) -> None:
            stream = scene.rng("cave")
            cut(
                canvas,
                wobble(
                    [
                        (x - 150, y + 16),
                        (x - 128, y - 70),
                        (x - 60, y - 142),
                        (x + 24, y - 156),
                        (x + 106, y - 96),
                        (x + 150, y + 16),
                    ],
                    stream,
                    6,
                ),
                tone,
                shadow=9,
            )
            cut(
                canvas,
                wobble(
                    [(x - 66, y + 14), (x - 60, y - 48), (x - 14, y - 94), (x + 42, y - 72), (x + 66, y + 14)],
                    stream,
                    4,
                ),
                scene.palette.ink,
                shadow=0,
            )
            for k in range(4):
                rock(canvas, x - 110 + 70 * k, y + 22, 44, 26, stream, colour(tone, stream.uniform(-0.1, 0.1)))

        scenery.add(0.66, (x - 180, y - 180, x + 190, y + 40), cave)
        return
    count = 3 if scene.has("village", "town", "hamlet") else 1
    size = 190.0 if scene.width > 700 else 150.0

    def draw(canvas: skia.Canvas) -> None:
        for k in range(count):
            stream = scene.rng("hut", k)
            at, part = x + (0, -1, 1)[k] * size * 0.95, (1.0, 0.72, 0.64)[k]
            wall, roof = (
                scene.lit(("#7d5636", "#93704a", "#8a8378")[k]),
                scene.lit(("#8f3f31", "#5b4a44", "#6a5a3c")[k]),
            )
            if scene.weather is Weather.SNOW:
                roof = scene.lit("#eef2f6")
            foot = y - 4 * k
            house(canvas, scene, at, foot, size * part, size * 0.86 * part, stream, wall, roof)
            for row in range(4):  # logs
                level = foot - size * part * 0.1 - row * size * part * 0.12
                canvas.drawLine(
                    at - size * part * 0.48,
                    level,
                    at - size * part * 0.12,
                    level,
                    paint(colour(wall, -0.2, 0.5), stroke=1.4),
                )

    scenery.add(0.66, (x - size * 1.6, y - size * 1.05, x + size * 1.6, y + 20), draw)
    smoke(scenery, scene, x + size * 0.29, y - size * 0.9, 0.66, 9)
    if scene.dim:
        glow = (x - size, y - size, x + size, y + size * 0.5)
        scenery.add(
            0.67,
            glow,
            lambda canvas: halo(canvas, x, y - size * 0.3, size * 0.8, 0xFFFFC36A, 0.34),
            move=lambda t: Motion(alpha=0.85 + 0.12 * math.sin(1.7 * t)),
        )


def _meadow(scenery: Scenery, scene: Scene, green: int, side: float, winter: bool) -> None:
    """The near ground with a path that winds to the hut, flowers, stones and a signpost."""
    points = ridge(scene, scene.rng("meadow"), 602, 10, 240)
    petals = [scene.lit(tint) for tint in ("#f4f0e6", "#7a86d8", "#e9c94e", "#d86a7a")]

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("flowers")
        land(canvas, points, stream, colour(green, 0.02), colour(green, -0.34))
        if not winter:
            grass(canvas, scene, 612, stream, colour(green, -0.06), 18, 13)
        x, foot = scene.width * side, scene.width * (0.5 + 0.12 * (0.5 - side))
        way = scene.width * 0.10 * (1 if side < 0.5 else -1)
        path = [
            (x - 15, 598),
            (x + 15, 598),
            (x + way * 0.6 + 30, 622),
            (foot + 74, 652),
            (foot + 200, 880),
            (foot - 240, 880),
            (foot - 74, 664),
            (x + way * 0.6 - 26, 630),
        ]
        earth = scene.lit("#b59a72") if not winter else scene.lit("#c2ccd8")
        cut(canvas, wobble(curve(path), stream, 3), mix(earth, green, 0.15), shadow=0)
        for _ in range(24):
            a, b, size = stream.uniform(scene.left, scene.right), stream.uniform(622, 715), stream.uniform(9, 40)
            rock(canvas, a, b, size, size * 0.6, stream, scene.lit("#8b8a8e"))
        if not winter:
            for _ in range(int(scene.width / 13)):
                a, b, r = stream.uniform(scene.left, scene.right), stream.uniform(618, 716), stream.uniform(2.0, 4.6)
                canvas.drawLine(a, b, a, b + r * 3, paint(colour(green, -0.3), stroke=1.4))
                tint = stream.choice(petals)
                for k in range(5):
                    canvas.drawCircle(a + r * math.cos(k * 1.257), b + r * math.sin(k * 1.257), r * 0.62, paint(tint))
                canvas.drawCircle(a, b, r * 0.5, paint(scene.lit("#e8b83a")))
        else:
            for _ in range(9):
                a, b, r = stream.uniform(scene.left, scene.right), stream.uniform(630, 720), stream.uniform(40, 120)
                canvas.drawOval(skia.Rect(a - r, b - r * 0.1, a + r, b + r * 0.1), paint(colour(green, -0.08), blur=3))
        _signpost(canvas, scene, foot + (110 if side < 0.5 else -110), 626, 1 if side > 0.5 else -1)

    scenery.add(1.0, (scene.left - 70, 520, scene.right + 120, scene.floor), draw)


def _signpost(canvas: skia.Canvas, scene: Scene, x: float, y: float, way: int) -> None:
    stream, wood = scene.rng("sign"), scene.lit("#8a6540")
    cut(canvas, wobble(box(x - 4, y - 76, x + 4, y), stream, 0.8, False), wood, shadow=4)
    for level, turn in ((-70, way), (-48, -way)):
        board = [
            (x - turn * 8, y + level),
            (x + turn * 38, y + level),
            (x + turn * 50, y + level + 8),
            (x + turn * 38, y + level + 16),
            (x - turn * 8, y + level + 16),
        ]
        cut(canvas, wobble(board, stream, 0.8, False), colour(wood, 0.16), shadow=3)
        canvas.drawLine(x, y + level + 8, x + turn * 30, y + level + 8, paint(colour(wood, -0.3), stroke=1.8))


def _near(scenery: Scenery, scene: Scene, fir: int, side: float) -> None:
    """Two or three near firs that sway, away from the hut."""
    away = 1 if side > 0.5 else -1
    trunk = scene.lit("#4a382b")
    for index, (shift, tall) in enumerate(((0.16, 330.0), (0.05, 260.0)) if scene.width > 700 else ((0.20, 250.0),)):
        x, y = scene.width * (side + away * shift), 618.0 + 8 * index
        stream = scene.rng("near", index)

        def draw(
            canvas: skia.Canvas, x: float = x, y: float = y, tall: float = tall, s: random.Random = stream
        ) -> None:
            canvas.drawOval(skia.Rect(x - tall * 0.10, y - 5, x + tall * 0.3, y + 8), paint(0x3A10182A, blur=5))
            pine(canvas, x, y, tall, s, colour(fir, -0.02), trunk)

        box_ = (x - tall * 0.35, y - tall * 1.05, x + tall * 0.35, y + 16)
        scenery.add(0.92, box_, draw, move=sway(scene.rng("near sway", index), 0.5 * scene.breeze, 1.0), pivot=(x, y))


def _camp(scenery: Scenery, scene: Scene, side: float) -> None:
    x, y = scene.width * (0.62 if side < 0.5 else 0.38), 622.0

    def tent(canvas: skia.Canvas) -> None:
        stream = scene.rng("tent")
        cut(
            canvas,
            wobble([(x - 96, y), (x - 18, y - 104), (x + 70, y - 96), (x + 112, y)], stream, 2, False),
            colour(scene.lit(scene.palette.accent), -0.2),
            shadow=7,
        )
        cut(
            canvas,
            wobble([(x - 96, y), (x - 18, y - 104), (x + 44, y)], stream, 2, False),
            scene.lit(scene.palette.accent),
            shadow=2,
        )
        cut(
            canvas,
            wobble([(x - 50, y), (x - 18, y - 76), (x + 10, y)], stream, 1, False),
            0xFFFFC870 if scene.dim else scene.palette.ink,
            shadow=0,
        )

    scenery.add(0.95, (x - 120, y - 125, x + 130, y + 14), tent)
    campfire(scenery, scene, x - 150 if x > 200 else x + 130, y + 16, 36, 0.97)


def _lens(scenery: Scenery, scene: Scene) -> None:
    """A dark boulder in one lower corner and a bough of needles above it."""
    stream = scene.rng("lens")
    left = stream.random() < 0.5
    part = 1.0 if scene.width > 700 else 0.62

    def place(points: list[Point]) -> list[Point]:
        return [(x * part if left else scene.width - x * part, y) for x, y in points]

    shapes = [place([(-260, 900), (-240, 560), (-90, 540), (20, 592), (96, 640), (170, 690), (230, 900)])]
    for k in range(8):
        x, y = -40 + 40 * k, -30 + 7 * k + stream.uniform(-5, 5)
        shapes.append(place([(x, y), (x + 40, y + 26), (x + 66, y + 70 - 5 * k), (x + 34, y + 46)]))
        shapes.append(place([(x, y), (x + 10, y + 40), (x - 6, y + 82 - 6 * k), (x - 12, y + 38)]))
    foreground(scenery, scene, shapes)

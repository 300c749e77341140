"""A castle: towers, banners and a gate on its hill, or, by words, the great hall with its throne, or a dungeon."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.castle_hall import STONES, hall
from resources.cutout.places.heraldry import banner, flag
from resources.cutout.places.interior import LAMPLIGHT, flame, slab
from resources.cutout.places.kit import (
    foreground,
    grass,
    ground_at,
    halo,
    land,
    passing,
    pine,
    ridge,
    rock,
    sky,
    tree,
)
from resources.cutout.places.windows import frame_of
from schemas.vocabulary import Weather

_ROOFS = ("#4f6c8c", "#8c4a44", "#5a5382", "#3f6f68", "#7a5a3c")


_INSIDE = ("throne", "hall", "ballroom", "banquet", "feast", "chamber", "corridor", "indoors")


_OUTSIDE = ("courtyard", "outside", "gate", "moat", "drawbridge", "tower", "wall", "hill", "garden")


def build(scene: Scene) -> Scenery:
    """Throne, hall, banquet and the like lead inside; dungeon, below; moat, ruin, fairy change the outside."""
    deep = scene.has("dungeon", "prison")
    if deep or scene.has("throne", "ballroom") or (scene.has(*_INSIDE) and not scene.has(*_OUTSIDE)):
        return hall(scene, deep)
    return _keep(scene)


def _keep(scene: Scene) -> Scenery:
    scenery = Scenery(ground=648, horizon=470)
    stream = scene.rng("plan")
    narrow = scene.width < 640
    flip = stream.random() < 0.5
    sky(scenery, scene, 480, 0.16 if not flip else 0.84)
    _hills(scenery, scene)
    middle = scene.width * (0.5 if narrow else 0.40 if flip else 0.60)
    _walls(scenery, scene, middle, narrow)
    _meadow(scenery, scene, middle)
    _birds(scenery, scene, middle)
    stem = scene.width + 26 if flip else -26.0
    way = -1.0 if flip else 1.0
    branches = [
        [
            (stem - way * 90, 900.0),
            (stem - way * 80, -160),
            (stem + way * 18, -160),
            (stem + way * 8, 300),
            (stem + way * 36, 900),
        ]
    ]
    for k in range(4):
        y = -30 + 62 * k
        branches.append(
            [
                (stem, y),
                (stem + way * (150 - 26 * k), y + 40),
                (stem + way * (220 - 40 * k), y + 96),
                (stem + way * (96 - 16 * k), y + 92),
            ]
        )
    foreground(scenery, scene, branches if not narrow else branches[:1])
    return scenery


def _hills(scenery: Scenery, scene: Scene) -> None:
    snow = scene.weather is Weather.SNOW
    for index, (depth, y, height, far) in enumerate(((0.12, 400.0, 62.0, 0.86), (0.24, 456.0, 34.0, 0.6))):
        tone = scene.lit("#e4e9ef" if snow else "#6d8f86", far)

        def draw(canvas: skia.Canvas, k: int = index, y: float = y, h: float = height, tone: int = tone) -> None:
            stream = scene.rng("hills", k)
            points = ridge(scene, stream, y, h, 200 - 40 * k)
            land(canvas, points, stream, tone, mix(tone, scene.palette.sky, 0.4), 5)
            if k == 1:
                x = scene.left
                while x < scene.right:
                    pine(
                        canvas,
                        x,
                        ground_at(points, x) + 8,
                        stream.uniform(34, 64),
                        stream,
                        colour(tone, -0.12),
                        colour(tone, -0.3),
                    )
                    x += stream.uniform(26, 90)

        scenery.add(depth, (scene.left - 80, y - height - 80, scene.right + 120, scene.floor), draw)


def _tower(
    canvas: skia.Canvas,
    scene: Scene,
    stream: random.Random,
    edges: tuple[float, float, float],
    foot: float,
    stone: int,
    roof: int,
    cone: bool,
) -> None:
    """``edges`` are left, right and top; a cone or battlements crown it."""
    left, right, top = edges
    wide, middle = right - left, (left + right) / 2
    slab(canvas, stream, (left, top, right, foot), stone, 9)
    canvas.drawRect(skia.Rect(left + wide * 0.66, top, right, foot), paint(colour("#0b0a14", alpha=0.13)))
    for _ in range(int(wide * (foot - top) / 1500)):
        x, y = stream.uniform(left + 4, right - 18), stream.uniform(top + 20, foot - 10)
        canvas.drawRect(
            skia.Rect.MakeXYWH(x, y, stream.uniform(10, 18), 7), paint(colour(stone, stream.uniform(-0.12, 0.14)))
        )
    lip = wide * 0.10
    slab(canvas, stream, (left - lip, top - 12, right + lip, top + 14), colour(stone, 0.1), 5)
    if cone:
        high = wide * 1.42
        hat = [
            (left - lip * 2, top - 8),
            (middle - wide * 0.22, top - high * 0.5),
            (middle, top - high),
            (middle + wide * 0.22, top - high * 0.5),
            (right + lip * 2, top - 8),
        ]
        cut(canvas, wobble(hat, stream, 1, False), roof, shadow=7)
        dark = [
            (middle, top - high),
            (middle + wide * 0.22, top - high * 0.5),
            (right + lip * 2, top - 8),
            (middle + wide * 0.1, top - 8),
        ]
        canvas.drawPath(polygon(dark), paint(colour("#0b0a14", alpha=0.16)))
    else:
        teeth = max(3, int(wide / 24))
        step = (wide + 2 * lip) / (2 * teeth - 1)
        for k in range(teeth):
            x = left - lip + 2 * k * step
            slab(canvas, stream, (x, top - 34, x + step, top - 8), colour(stone, 0.08), 4)
    rows = int((foot - top) / 130) + 1
    for row in range(rows):
        _slit(
            canvas,
            scene,
            stream,
            middle + stream.uniform(-0.12, 0.12) * wide,
            top + 42 + row * 112,
            wide * 0.11 + 4,
            stone,
        )


def _slit(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, half: float, stone: int
) -> None:
    """An arched window, lit when it is dim."""
    lit = scene.dim and stream.random() < 0.8
    outline = frame_of((x - half, y - half, x + half, y + half * 2.6), "arch", 4)
    canvas.drawPath(polygon(outline), paint(colour(stone, 0.16)))
    if lit:
        halo(canvas, x, y + half, half * 5, LAMPLIGHT, 0.5)
    glass = LAMPLIGHT if lit else mix(scene.lit("#3c4a5e"), stone, 0.15)
    canvas.drawPath(polygon(frame_of((x - half, y - half, x + half, y + half * 2.6), "arch")), paint(glass))
    canvas.drawLine(x, y - half, x, y + half * 2.6, paint(colour(stone, -0.4), stroke=1.6))


def _walls(scenery: Scenery, scene: Scene, x: float, narrow: bool) -> None:
    """The castle itself: a keep behind, curtain wall, corner towers and the gatehouse."""
    plan = scene.rng("walls")
    stone = scene.lit(plan.choice(STONES), 0.06)
    roof = scene.lit(plan.choice(_ROOFS))
    cones = scene.has("fairy", "princess", "prince", "magic") or plan.random() < 0.62
    ruin = scene.has("ruin", "ruined", "abandoned", "haunted")
    size = 0.62 if narrow else 1.0
    back = mix(stone, scene.palette.sky, 0.24)
    # offset, half width, top: the far towers, tallest in the middle
    far = [
        (-150, 34, plan.uniform(230, 290)),
        (-62, 40, plan.uniform(190, 240)),
        (40, 50, plan.uniform(150, 200)),
        (140, 34, plan.uniform(200, 280)),
    ]
    near = [(-250, 56, plan.uniform(280, 330)), (236, 60, plan.uniform(250, 320)), (-86, 40, 352.0), (86, 40, 352.0)]

    def towers(canvas: skia.Canvas) -> None:
        stream = scene.rng("keep")
        slab(canvas, stream, (x - 170 * size, 318, x + 170 * size, 600), back, 8)
        for index, (shift, half, top) in enumerate(far):
            shut = cones and not (ruin and index % 2)
            _tower(
                canvas,
                scene,
                stream,
                (x + (shift - half) * size, x + (shift + half) * size, top),
                600,
                back,
                mix(roof, scene.palette.sky, 0.2),
                shut,
            )

    def curtain(canvas: skia.Canvas) -> None:
        stream = scene.rng("curtain")
        land(
            canvas,
            ridge(scene, stream, 566, 6, 200),
            stream,
            scene.lit("#5d7f4c" if scene.weather is not Weather.SNOW else "#dde4ea", 0.16),
            shadow=4,
        )
        left, right = x - 250 * size, x + 236 * size
        if not ruin:
            for k in range(int((right - left) / 30)):
                slab(canvas, stream, (left + k * 30, 404, left + k * 30 + 16, 430), colour(stone, 0.06), 4)
        slab(canvas, stream, (left, 424, right, 606), stone, 8, fade=colour(stone, -0.16))
        for _ in range(int(90 * size)):
            bx, by = stream.uniform(left, right - 24), stream.uniform(436, 586)
            canvas.drawRect(
                skia.Rect.MakeXYWH(bx, by, stream.uniform(13, 24), 9), paint(colour(stone, stream.uniform(-0.14, 0.12)))
            )
        for k in range(4):
            bx = left + (right - left) * (0.16 + 0.225 * k)
            if abs(bx - x) > 130 * size:
                _slit(canvas, scene, stream, bx, 480, 8, stone)
        for shift, half, top in near:
            _tower(
                canvas,
                scene,
                stream,
                (x + (shift - half) * size, x + (shift + half) * size, top),
                608,
                colour(stone, 0.03),
                roof,
                cones and abs(shift) > 100,
            )
        _gate(canvas, scene, stream, x, size, stone)

    scenery.add(0.40, (x - 260, -20, x + 260, 620), towers)
    scenery.add(0.52, (scene.left - 80, 90, scene.right + 120, scene.floor), curtain)
    for index, (shift, half, top) in enumerate(far):
        reach = half * 2 * 1.42
        flag(scenery, scene, index, x + shift * size, top - (reach * size if cones else 30), 0.40, 0.7)
    for index, shift in enumerate((-86, 86)):
        banner(scenery, scene, index, x + shift * size, 392, size)
    if scene.dim:
        for index, shift in enumerate((-44, 44)):
            if index == 0 or not scene.night:
                flame(scenery, scene, x + shift * size * 1.1, 500, 26, 0.54, ("gate", index))


def _gate(canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, size: float, stone: int) -> None:
    half = 46 * max(size, 0.8)
    slab(canvas, stream, (x - 60 * size, 372, x + 60 * size, 606), colour(stone, 0.07), 6)
    for k in range(4):
        slab(canvas, stream, (x + (-60 + 34 * k) * size, 352, x + (-42 + 34 * k) * size, 378), colour(stone, 0.09), 4)
    ring = polygon(frame_of((x - half, 468, x + half, 610), "arch", 9))
    cut(canvas, ring, colour(stone, 0.2), shadow=3)
    door = polygon(frame_of((x - half, 468, x + half, 610), "arch"))
    canvas.drawPath(door, paint(scene.palette.ink))
    if scene.dim:
        halo(canvas, x, 590, 90, 0xFFFFA94D, 0.5)
    canvas.save()
    canvas.clipPath(door, skia.ClipOp.kIntersect, True)
    iron = paint(scene.lit("#4a3a2c"), stroke=5)
    for k in range(-3, 4):
        canvas.drawLine(x + k * 15, 440, x + k * 15, 548, iron)
        canvas.drawPath(
            polygon([(x + k * 15 - 5, 546), (x + k * 15 + 5, 546), (x + k * 15, 560)]), paint(scene.lit("#4a3a2c"))
        )
    for y in (486, 512, 538):
        canvas.drawLine(x - 60, y, x + 60, y, iron)
    canvas.restore()
    shield = [(x - 17, 400), (x + 17, 400), (x + 16, 424), (x, 444), (x - 16, 424)]
    cut(canvas, wobble(shield, stream, 0.6), scene.palette.accent, shadow=4)
    canvas.drawPath(polygon([(x - 3, 404), (x + 3, 404), (x + 3, 436), (x - 3, 436)]), paint(0xFFF3E2B0))


def _meadow(scenery: Scenery, scene: Scene, gate: float) -> None:
    snow = scene.weather is Weather.SNOW
    green = scene.lit("#dfe6ec" if snow else "#5b7f47")
    moat = scene.has("moat", "river", "lake", "water", "drawbridge", "bridge")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("meadow")
        points = ridge(scene, stream, 598, 5, 240)
        land(canvas, points, stream, green, colour(green, -0.3), 8)
        if not snow:
            grass(canvas, scene, 606 if not moat else 640, stream, colour(green, 0.05), 13, 14)
        wide, low = scene.width / 2, 890.0
        if moat:
            water = mix(scene.lit("#4d8aa0"), scene.palette.sky_middle, 0.35)
            cut(
                canvas,
                wobble(
                    [
                        (scene.left - 60, 600),
                        (gate, 594),
                        (scene.right + 60, 602),
                        (scene.right + 60, 634),
                        (gate, 630),
                        (scene.left - 60, 636),
                    ],
                    stream,
                    2,
                    False,
                ),
                water,
                shadow=2,
            )
            for _ in range(34):
                x, y = stream.uniform(scene.left, scene.right), stream.uniform(602, 630)
                canvas.drawLine(x, y, x + stream.uniform(16, 50), y, paint(colour(water, 0.4, 0.6), stroke=1.8))
        sand = scene.lit("#cfd6de" if snow else "#c2a578")
        path: list[Point] = [
            (gate - 40, 592),
            (gate + 40, 592),
            (gate + 60, 634),
            (wide + 210, 720),
            (wide + 380, low),
            (wide - 380, low),
            (wide - 160, 720),
            (gate - 64, 634),
        ]
        cut(canvas, wobble(path, stream, 3), mix(sand, green, 0.12), shadow=1.5)
        if moat:
            plank = scene.lit("#8a6444")
            cut(
                canvas,
                wobble([(gate - 46, 590), (gate + 46, 590), (gate + 66, 644), (gate - 66, 644)], stream, 1, False),
                plank,
                shadow=6,
            )
            for k in range(6):
                canvas.drawLine(
                    gate - 48 - 3 * k,
                    598 + 8 * k,
                    gate + 48 + 3 * k,
                    598 + 8 * k,
                    paint(colour(plank, -0.25), stroke=2),
                )
        for _ in range(8):
            x = stream.uniform(scene.left, scene.right)
            if abs(x - wide) > 250 or abs(x - wide) < 40:
                rock(
                    canvas,
                    x,
                    stream.uniform(640, 712),
                    stream.uniform(16, 40),
                    stream.uniform(9, 20),
                    stream,
                    scene.lit("#8d8a84"),
                )
        for _ in range(60):
            x, y = stream.uniform(scene.left, scene.right), stream.uniform(630, 719)
            if abs(x - wide) > 120 + (y - 600) and not snow:
                tone = scene.lit(stream.choice(("#e8d25a", "#e5e0ee", "#d76a6a", "#7fa858")))
                canvas.drawCircle(x, y, stream.uniform(2, 4), paint(tone))
        for at in (0.06, 0.95) if scene.width > 640 else ():
            x = scene.width * at
            tree(
                canvas, x, 628, stream.uniform(190, 250), stream, scene.lit("#4f7a46"), scene.lit("#4a382b"), bare=snow
            )

    scenery.add(1.0, (scene.left - 80, 370, scene.right + 130, scene.floor), draw)


def _birds(scenery: Scenery, scene: Scene, x: float) -> None:
    """Swallows round the towers, or bats at night."""
    tone = scene.lit("#2f3440", 0.2)
    for index in range(4):
        stream = scene.rng("bird", index)
        y, size = stream.uniform(70, 250), stream.uniform(8, 13)

        def draw(canvas: skia.Canvas, y: float = y, s: float = size) -> None:
            canvas.drawPath(
                curve(
                    [
                        (-s * 1.8, y - s * 0.7),
                        (-s * 0.6, y - s * 0.5),
                        (0, y),
                        (s * 0.6, y - s * 0.5),
                        (s * 1.8, y - s * 0.7),
                        (s * 0.4, y + s * 0.2),
                        (0, y + s * 0.5),
                        (-s * 0.4, y + s * 0.2),
                    ]
                ),
                paint(tone),
            )

        drift = passing(stream, -120, scene.width + 240, stream.choice((-1, 1)) * stream.uniform(24, 40), 22)

        def fly(t: float, drift=drift, rate: float = stream.uniform(6, 9)) -> Motion:  # type: ignore[no-untyped-def]
            base = drift(t)
            return Motion(x=base.x, y=base.y, stretch_y=0.5 + 0.8 * abs(math.sin(rate * t / 2)))

        scenery.add(0.46, (-size * 2, y - size, size * 2, y + size), draw, move=fly, pivot=(0, y))

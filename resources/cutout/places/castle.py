"""A castle: towers, banners and a gate on its hill, or, by words, the great hall with its throne, or a dungeon."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import skia

from resources.cutout.palette import palette
from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
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
    sway,
    tree,
)
from resources.cutout.places.living_room import (
    LAMPLIGHT,
    bathe,
    flame,
    footing,
    frame_of,
    glazing,
    motes,
    outlook,
    slab,
)
from schemas.vocabulary import Weather

_STONES = ("#9a938a", "#b3a48c", "#8790a0", "#a08a86", "#c2b7a2")
_ROOFS = ("#4f6c8c", "#8c4a44", "#5a5382", "#3f6f68", "#7a5a3c")
_INSIDE = ("throne", "hall", "ballroom", "banquet", "feast", "chamber", "corridor", "indoors")
_OUTSIDE = ("courtyard", "outside", "gate", "moat", "drawbridge", "tower", "wall", "hill", "garden")


def build(scene: Scene) -> Scenery:
    """Throne, hall, banquet and the like lead inside; dungeon, below; moat, ruin, fairy change the outside."""
    deep = scene.has("dungeon", "prison")
    if deep or scene.has("throne", "ballroom") or (scene.has(*_INSIDE) and not scene.has(*_OUTSIDE)):
        return _hall(scene, deep)
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
    stone = scene.lit(plan.choice(_STONES), 0.06)
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
        _flag(scenery, scene, index, x + shift * size, top - (reach * size if cones else 30), 0.40, 0.7)
    for index, shift in enumerate((-86, 86)):
        _banner(scenery, scene, index, x + shift * size, 392, size)
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


def _flag(scenery: Scenery, scene: Scene, index: int, x: float, y: float, depth: float, size: float) -> None:
    """A pennant on a pole that flutters."""
    tone = scene.palette.accent

    def pole(canvas: skia.Canvas) -> None:
        canvas.drawLine(x, y + 12, x, y - 62 * size, paint(scene.lit("#4a3a2c"), stroke=3))
        canvas.drawCircle(x, y - 63 * size, 3.4, paint(0xFFE8C66A))

    def cloth(canvas: skia.Canvas) -> None:
        stream = scene.rng("pennant", index)
        top = y - 60 * size
        points = [
            (x, top),
            (x + 26 * size, top + 5 * size),
            (x + 52 * size, top + 2 * size),
            (x + 84 * size, top + 14 * size),
            (x + 50 * size, top + 22 * size),
            (x + 26 * size, top + 27 * size),
            (x, top + 27 * size),
        ]
        cut(canvas, wobble(points, stream, 0.8), tone, shadow=3)
        canvas.drawPath(
            curve([(x + 20 * size, top + 4), (x + 25 * size, top + 14), (x + 20 * size, top + 26 * size)], False),
            paint(colour(tone, -0.22), stroke=2),
        )

    phase, rate = scene.rng("flutter", index).uniform(0, 6), 2.6 + 1.4 * scene.breeze

    def flutter(t: float) -> Motion:
        wave = math.sin(rate * t + phase) + 0.4 * math.sin(2.3 * rate * t + phase)
        return Motion(
            turn=(3 + 2 * scene.breeze) * wave * 0.6 + 6 / (0.4 + scene.breeze),
            stretch_x=0.92 + 0.07 * math.sin(1.7 * rate * t + 2 * phase),
        )

    scenery.add(depth, (x - 6, y - 70 * size, x + 8, y + 16), pole)
    scenery.add(depth, (x - 6, y - 70 * size, x + 94 * size, y), cloth, move=flutter, pivot=(x, y - 48 * size))


def _banner(scenery: Scenery, scene: Scene, index: int, x: float, y: float, size: float, depth: float = 0.53) -> None:
    """A long cloth with a device on it that hangs down a wall."""
    tone, wide, tall = scene.palette.accent, 17 * size, 116 * size

    def cloth(canvas: skia.Canvas) -> None:
        stream = scene.rng("banner", index)
        points = [(x - wide, y), (x + wide, y), (x + wide, y + tall), (x, y + tall * 0.84), (x - wide, y + tall)]
        cut(canvas, wobble(points, stream, 0.8, False), tone, shadow=5, fade=colour(tone, -0.18))
        for side in (-0.72, 0.72):
            canvas.drawLine(
                x + wide * side, y + 3, x + wide * side, y + tall * 0.88, paint(0xFFF0D68A, stroke=max(1.6, 2.4 * size))
            )
        _device(canvas, scene, x, y + tall * 0.38, wide * 0.62)
        slab(canvas, stream, (x - wide - 5, y - 5, x + wide + 5, y + 3), scene.lit("#5a3f28"), 3, amount=0.5)

    scenery.add(
        depth,
        (x - wide - 12, y - 10, x + wide + 16, y + tall + 12),
        cloth,
        move=sway(scene.rng("banner sway", index), 0.8 + 0.5 * scene.breeze, 1.1),
        pivot=(x, y),
    )


def _device(canvas: skia.Canvas, scene: Scene, x: float, y: float, size: float) -> None:
    """The arms of the house: a crown, a star, a sun or a tree, the same on every banner."""
    gold = paint(0xFFF3D98C)
    kind = scene.rng("arms").randrange(3)
    if kind == 0:
        crown = [
            (x - size, y + size * 0.6),
            (x - size, y - size * 0.5),
            (x - size * 0.45, y),
            (x, y - size * 0.8),
            (x + size * 0.45, y),
            (x + size, y - size * 0.5),
            (x + size, y + size * 0.6),
        ]
        canvas.drawPath(polygon(crown), gold)
    else:
        points = 10 if kind == 1 else 16
        star = []
        for k in range(points):
            reach = size * (1.1 if k % 2 == 0 else 0.46)
            star.append((x + reach * math.sin(k * math.tau / points), y - reach * math.cos(k * math.tau / points)))
        canvas.drawPath(polygon(star), gold)


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


def _hall(outer: Scene, deep: bool) -> Scenery:
    """Inside: columns, tall windows, a throne under a canopy, torches; or the dungeon's bars and chains."""
    scene = replace(outer, palette=palette(outer.hour, outer.mood, outer.weather, outer.seed, indoors=True))
    scenery = Scenery(ground=656, horizon=430, indoors=True)
    plan = scene.rng("hall")
    narrow = scene.width < 640
    wide, middle = scene.width, scene.width / 2
    stone = scene.lit("#6f6d72" if deep else plan.choice(_STONES))
    half = 36.0 if narrow else 62.0
    spots = (0.15, 0.85) if narrow else (0.13, 0.30, 0.70, 0.87)
    views = [(wide * part - half, 84.0, wide * part + half, 394.0) for part in spots]
    if deep:
        views = [(middle - 64, 110.0, middle + 64, 222.0)]
    for index, view in enumerate(views):
        outlook(scenery, scene, view, (index - len(views) // 2) % len(views))
    scenery.windows.sort()
    source = (middle, 420.0)

    def back(canvas: skia.Canvas) -> None:
        stream = scene.rng("hall wall")
        slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 640), stone, 0)
        for row in range(16):
            for k in range(int(scene.left / 92) - 1, int(scene.right / 92) + 2):
                x, y = k * 92 - (46 if row % 2 else 0), -170 + row * 50
                canvas.drawRect(skia.Rect(x, y, x + 88, y + 46), paint(colour(stone, stream.uniform(-0.09, 0.06))))
        for view in views:
            glazing(canvas, stream, view, colour(stone, 0.16), "box" if deep else "arch", (4, 0) if deep else (1, 3))
        bathe(canvas, scene, *source, 640)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 640), back)
    if not deep:
        _throne(scenery, scene, middle, narrow, source)

    def ground(canvas: skia.Canvas) -> None:
        _flags(canvas, scene, stone, middle, deep)
        bathe(canvas, scene, middle, 620, 720)

    scenery.add(0.8, (scene.left - 60, 575, scene.right + 60, scene.floor), ground)
    for index, part in enumerate((0.04, 0.96) if narrow else (0.03, 0.385 - 0.17, 0.615 + 0.17, 0.97)):
        _column(scenery, scene, index, wide * part, stone, source, 0.82 if index in (0, 3) or narrow else 0.70)
    for index, part in enumerate((0.215, 0.785) if not deep and not narrow else ()):
        _banner(scenery, scene, index, wide * part, 104, 1.6, 0.71)
    torches = (0.21, 0.79) if narrow else (0.355, 0.645)
    for index, part in enumerate(torches):
        _torch(scenery, scene, index, wide * part, 330 if not deep else 300, 0.72)
    if deep:
        _chains(scenery, scene, narrow)
    motes(scenery, scene, (wide * 0.2, 160, wide * 0.8, 560), 8)
    x = 0.0 if plan.random() < 0.5 else wide
    way = 1.0 if x == 0 else -1.0
    foreground(
        scenery,
        scene,
        [
            [
                (x - way * 120, 900.0),
                (x - way * 120, -180),
                (x + way * (12 if narrow else 46), -180),
                (x + way * (8 if narrow else 40), 620),
                (x + way * (24 if narrow else 84), 690),
                (x + way * (24 if narrow else 84), 900),
            ]
        ],
    )
    return scenery


def _throne(scenery: Scenery, scene: Scene, x: float, narrow: bool, source: Point) -> None:
    gold = scene.lit("#d4a544")
    cloth = scene.lit(scene.rng("velvet").choice(("#8c2f3c", "#2f4c80", "#573a7c", "#2f6650")))
    half = 96.0 if narrow else 168.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("throne")
        canopy = [(x - half, 116), (x + half, 116), (x + half * 0.94, 590), (x - half * 0.94, 590)]
        cut(canvas, wobble(canopy, stream, 1.5, False), colour(cloth, -0.22), shadow=10, fade=colour(cloth, -0.45))
        for k in range(9):
            at = x - half * 0.88 + half * 0.22 * k
            canvas.drawPath(
                curve([(at, 130), (at + 3, 340), (at, 588)], False),
                paint(colour(cloth, -0.34 if k % 2 else -0.1, 0.7), stroke=6),
            )
        _device(canvas, scene, x, 208, 40)
        for k in range(7):
            left, step = x - half * 1.04, half * 2.08 / 7
            scallop = [
                (left + k * step, 100),
                (left + (k + 1) * step, 100),
                (left + (k + 1) * step, 138),
                (left + (k + 0.5) * step, 164),
                (left + k * step, 138),
            ]
            cut(canvas, wobble(scallop, stream, 0.8), cloth if k % 2 else gold, shadow=5)
        slab(canvas, stream, (x - half * 1.1, 88, x + half * 1.1, 110), gold, 6)
        for k, (grow, y) in enumerate(((1.5, 596), (1.25, 574), (1.02, 554))):
            slab(
                canvas, stream, (x - half * grow, y, x + half * grow, y + 30), colour(scene.lit("#b5a990"), 0.04 * k), 6
            )
        back = [(x - 62, 556), (x - 66, 330), (x - 40, 296), (x, 262), (x + 40, 296), (x + 66, 330), (x + 62, 556)]
        cut(canvas, wobble(back, stream, 1.2, False), gold, shadow=9)
        cut(
            canvas,
            wobble([(x - 46, 540), (x - 50, 346), (x, 304), (x + 50, 346), (x + 46, 540)], stream, 1.2, False),
            colour(cloth, 0.1),
            shadow=3,
        )
        for dx, dy in ((-22, 372), (22, 372), (0, 406), (-22, 440), (22, 440)):
            canvas.drawCircle(x + dx, dy, 4, paint(gold))
        for dx in (-66, 66):
            cut(canvas, wobble(ellipse(x + dx, 326, 12, 12, 10), stream, 0.6), colour(gold, 0.15), shadow=3)
        cut(canvas, wobble(ellipse(x, 262, 15, 15, 12), stream, 0.6), scene.palette.accent, shadow=3)
        slab(canvas, stream, (x - 70, 474, x + 70, 512), colour(cloth, 0.16), 6)
        slab(canvas, stream, (x - 74, 508, x + 74, 556), colour(gold, -0.2), 4)
        for side in (-1, 1):
            slab(canvas, stream, (x + side * 76 - 13, 440, x + side * 76 + 13, 556), gold, 6)
            cut(canvas, wobble(ellipse(x + side * 76, 438, 18, 13, 12), stream, 0.6), colour(gold, 0.15), shadow=3)
        bathe(canvas, scene, *source, 620)

    scenery.add(0.68, (x - half * 1.6, 70, x + half * 1.62, 636), draw)


def _flags(canvas: skia.Canvas, scene: Scene, stone: int, x: float, deep: bool) -> None:
    """Flagstones, and the carpet that leads to the throne."""
    stream = scene.rng("flags")
    tone = colour(stone, -0.16)
    slab(canvas, stream, (scene.left - 60, 592, scene.right + 60, scene.floor), tone, 3)
    y, high = 594.0, 18.0
    while y < scene.floor:
        at, step = scene.left - 60 - stream.uniform(0, 60), 84 + (y - 590) * 0.8
        while at < scene.right + 60:
            wide = step * stream.uniform(0.8, 1.25)
            canvas.drawRect(
                skia.Rect(at, y, at + wide - 3, y + high - 2.5), paint(colour(tone, stream.uniform(-0.10, 0.09)))
            )
            at += wide
        y, high = y + high, high * 1.3
    if deep:
        for _ in range(40):
            sx, sy = stream.uniform(scene.left, scene.right), stream.uniform(606, 715)
            canvas.drawLine(
                sx,
                sy,
                sx + stream.uniform(-26, 26),
                sy + stream.uniform(-5, 5),
                paint(scene.lit("#c9a85a"), stroke=2.4),
            )
        return
    cloth = scene.lit(scene.rng("velvet").choice(("#8c2f3c", "#2f4c80", "#573a7c", "#2f6650")))
    for half, fill in ((1.0, scene.lit("#d4a544")), (0.86, cloth), (0.5, colour(cloth, -0.12))):
        cut(
            canvas,
            wobble(
                [
                    (x - 84 * half, 590),
                    (x + 84 * half, 590),
                    (x + 190 * half, scene.floor),
                    (x - 190 * half, scene.floor),
                ],
                stream,
                1.2,
                False,
            ),
            fill,
            shadow=2,
        )


def _column(scenery: Scenery, scene: Scene, index: int, x: float, stone: int, source: Point, depth: float) -> None:
    half = 26.0 + 14.0 * (depth > 0.75)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("column", index)
        tone = colour(stone, 0.10)
        footing(canvas, x, 616, half * 1.5)
        slab(canvas, stream, (x - half, -175, x + half, 606), tone, 10)
        for k, shade in enumerate((0.14, 0.0, -0.10, -0.2)):
            canvas.drawRect(
                skia.Rect(x - half + half * 0.5 * k, -175, x - half + half * 0.5 * (k + 1) - 3, 606),
                paint(colour(tone, shade)),
            )
        for y, grow in ((576, 10), (598, 18), (48, 8), (26, 18)):
            slab(canvas, stream, (x - half - grow, y, x + half + grow, y + 22), colour(tone, 0.08), 5)
        spring = [
            (x - half - 150, -180),
            (x - half - 60, -60),
            (x - half - 18, 30),
            (x + half + 18, 30),
            (x + half + 60, -60),
            (x + half + 150, -180),
        ]
        cut(canvas, curve(spring), tone, shadow=6)
        bathe(canvas, scene, *source, 640)

    scenery.add(depth, (x - 210, -180, x + 215, 636), draw)


def _torch(scenery: Scenery, scene: Scene, index: int, x: float, y: float, depth: float) -> None:
    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("torch", index)
        cut(
            canvas,
            wobble([(x - 13, y), (x + 13, y), (x + 5, y + 70), (x - 5, y + 70)], stream, 0.8, False),
            scene.lit("#5a4030"),
            shadow=5,
        )
        slab(canvas, stream, (x - 17, y - 4, x + 17, y + 10), scene.lit("#3a3a40"), 3)

    scenery.add(depth, (x - 26, y - 12, x + 30, y + 84), draw)
    flame(scenery, scene, x, y + 2, 62, depth, ("torch", index))


def _chains(scenery: Scenery, scene: Scene, narrow: bool) -> None:
    """Bars before an alcove, chains that sway, a barrel."""
    iron = scene.lit("#4a4c54")
    for index, part in enumerate((0.27, 0.74) if not narrow else (0.36,)):
        x = scene.width * part

        def chain(canvas: skia.Canvas, x: float = x) -> None:
            for k in range(9):
                y = 60 + 24 * k
                ring = skia.Rect(x - 8, y, x + 8, y + 27) if k % 2 else skia.Rect(x - 3, y, x + 3, y + 27)
                canvas.drawOval(ring, paint(iron, stroke=5))
            canvas.drawOval(skia.Rect(x - 22, 274, x + 22, 316), paint(iron, stroke=9))

        scenery.add(
            0.74, (x - 40, 50, x + 40, 330), chain, move=sway(scene.rng("chain", index), 1.6, 0.9), pivot=(x, 50)
        )

    def things(canvas: skia.Canvas) -> None:
        stream = scene.rng("cellar")
        x, wood = scene.width * (0.88 if not narrow else 0.84), scene.lit("#7a5638")
        footing(canvas, x, 626, 64)
        cut(
            canvas,
            wobble(
                [(x - 48, 628), (x - 58, 560), (x - 46, 492), (x + 46, 492), (x + 58, 560), (x + 48, 628)], stream, 1.2
            ),
            wood,
            shadow=7,
        )
        for y in (516, 600):
            slab(canvas, stream, (x - 56, y, x + 56, y + 10), iron, 2)
        bench = scene.width * 0.12
        slab(canvas, stream, (bench - 90, 548, bench + 90, 566), wood, 6)
        for side in (-70, 70):
            slab(canvas, stream, (bench + side - 7, 566, bench + side + 7, 622), colour(wood, -0.2), 3)

    scenery.add(0.88, (-60, 470, scene.width + 60, 650), things)

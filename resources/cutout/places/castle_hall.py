"""The great hall of a castle with its throne, or, by words, its dungeon."""

from __future__ import annotations

from dataclasses import replace

import skia

from resources.cutout.palette import palette
from resources.cutout.paper import Point, colour, curve, cut, ellipse, paint, wobble
from resources.cutout.places.base import Scene, Scenery
from resources.cutout.places.heraldry import banner, device
from resources.cutout.places.interior import bathe, flame, footing, slab
from resources.cutout.places.kit import (
    foreground,
    sway,
)
from resources.cutout.places.windows import glazing, motes, outlook

STONES = ("#9a938a", "#b3a48c", "#8790a0", "#a08a86", "#c2b7a2")


def hall(outer: Scene, deep: bool) -> Scenery:
    """Inside: columns, tall windows, a throne under a canopy, torches; or the dungeon's bars and chains."""
    scene = replace(outer, palette=palette(outer.hour, outer.mood, outer.weather, outer.seed, indoors=True))
    scenery = Scenery(ground=656, horizon=430, indoors=True)
    plan = scene.rng("hall")
    narrow = scene.width < 640
    wide, middle = scene.width, scene.width / 2
    stone = scene.lit("#6f6d72" if deep else plan.choice(STONES))
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
        banner(scenery, scene, index, wide * part, 104, 1.6, 0.71)
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
        device(canvas, scene, x, 208, 40)
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

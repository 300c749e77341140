"""A living room, and what every room needs: openings in a wall, the view through them, floors, curtains, light."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Scene, Scenery
from resources.cutout.places.interior import (
    LAMPLIGHT,
    bathe,
    boards,
    books,
    flame,
    footing,
    fronds,
    lamplight,
    picture,
    slab,
)
from resources.cutout.places.kit import (
    flicker,
    foreground,
    halo,
    pine,
    sway,
)
from resources.cutout.places.windows import curtains, frame_of, glazing, motes, outlook, sunlight

_WALLS = ("#a8664f", "#5d7f7a", "#b58f52", "#7d6a8c", "#73835a", "#a5787c")


def build(scene: Scene) -> Scenery:
    """A fireplace, an armchair, a lamp. Words bed, bedroom, christmas, cottage, city, sea change what is seen."""
    scenery = Scenery(ground=652, horizon=430, indoors=True, table=560)
    stream = scene.rng("plan")
    wide, narrow = scene.width, scene.width < 640
    flip = stream.random() < 0.5
    window_wide = 124.0 if narrow else min(250.0, wide * 0.2)

    def at(part: float) -> float:
        return wide * (1 - part if flip else part)

    sill = at(0.36 if narrow else 0.43)
    view = (sill - window_wide / 2, 132.0, sill + window_wide / 2, 360.0)
    hearth, seat = at(0.86 if narrow else 0.76), at(0.22 if narrow else 0.19)
    lamp = at(0.07) if narrow else seat + 116 * (-1 if flip else 1)
    source = (lamp, 330.0) if scene.dim else (sill, 260.0)
    outlook(scenery, scene, view)
    wall = scene.lit(stream.choice(_WALLS))
    shape = "arch" if stream.random() < 0.35 or scene.has("cottage", "old") else "box"

    def back(canvas: skia.Canvas) -> None:
        _wall(canvas, scene, wall, view, shape, hearth, at(0.985), narrow)
        bathe(canvas, scene, *source, 620)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 640), back)
    drape = scene.lit(stream.choice(("#8c3f3a", "#40606e", "#c58f3d", "#5c5a80", "#4f6a4a")))
    curtains(scenery, scene, view, drape, 0.62, 150 if not narrow else 60)
    _hearth(scenery, scene, hearth, 0.78, source)

    def ground(canvas: skia.Canvas) -> None:
        local = scene.rng("floor")
        boards(canvas, scene, local, 578, scene.lit(local.choice(("#8a6242", "#6f4c34", "#a67c52"))))
        sunlight(canvas, scene, view, 590)
        _rug(canvas, scene, local, wide * 0.5, 664, min(430.0, wide * 0.42))
        bathe(canvas, scene, source[0], 600, 700)

    scenery.add(0.8, (scene.left - 60, 560, scene.right + 60, scene.floor), ground)
    _seat(scenery, scene, seat, source)
    _lamp(scenery, scene, lamp, at(0.60) if not narrow else None)
    if scene.has("christmas", "xmas", "holiday", "present"):
        _fir(scenery, scene, at(0.56) if not narrow else at(0.42))
    motes(scenery, scene, (sill - 120, 200, sill + 260, 560))
    foreground(scenery, scene, fronds(scene, wide if seat < wide / 2 else 0.0, narrow))
    return scenery


def _wall(
    canvas: skia.Canvas, scene: Scene, wall: int, view: Box, shape: str, hearth: float, shelf: float, narrow: bool
) -> None:
    stream = scene.rng("wall")
    slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 640), wall, 0)
    motif, gap = stream.randrange(3), stream.uniform(44, 60)
    pale = colour(wall, 0.13)
    for k in range(int(scene.left / gap) - 1, int(scene.right / gap) + 2):
        x = k * gap
        if motif == 0:
            canvas.drawRect(skia.Rect(x, -175, x + gap * 0.42, 420), paint(colour(wall, 0.07)))
            continue
        for row in range(-2, 8):
            y = row * gap + (gap / 2 if k % 2 else 0)
            if motif == 1:
                canvas.drawPath(polygon([(x, y - 9), (x + 6, y), (x, y + 9), (x - 6, y)]), paint(pale))
            else:
                canvas.drawPath(curve([(x, y - 10), (x + 8, y - 2), (x, y + 12), (x - 8, y - 2)]), paint(pale))
                canvas.drawLine(x, y + 8, x, y + 19, paint(pale, stroke=2))
    panel = colour(wall, -0.28)
    slab(canvas, stream, (scene.left - 60, 424, scene.right + 60, 640), panel, 3)
    for k in range(int(scene.left / 116) - 1, int(scene.right / 116) + 2):
        slab(canvas, stream, (k * 116 + 12, 448, k * 116 + 104, 556), colour(panel, 0.06), 2)
    slab(canvas, stream, (scene.left - 60, 416, scene.right + 60, 430), colour(wall, 0.20), 4)
    slab(canvas, stream, (scene.left - 60, 572, scene.right + 60, 600), colour(wall, 0.14), 3)
    slab(canvas, stream, (scene.left - 60, 26, scene.right + 60, 42), colour(wall, 0.24), 5)
    slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 27), scene.lit("#e6dac4"), 4)
    spots = [(view[0] - 190, 170, 96, 120), (view[0] - 330, 210, 88, 74), (view[2] + 110, 190, 78, 100)]
    for x, y, w, h in spots:
        clear_of_hearth = abs(x + w / 2 - hearth) > 180 and abs(x + w / 2 - shelf) > 110
        if clear_of_hearth and (not narrow or 0 < x < scene.width - w):
            picture(canvas, scene, stream, (x, y, x + w, y + h))
    if not narrow:
        wood = scene.lit("#6a4a30")
        left = min(shelf - 78, scene.width - 100) if shelf > scene.width / 2 else max(shelf - 78, -60.0)
        slab(canvas, stream, (left, 110, left + 156, 600), wood, 8)
        slab(canvas, stream, (left + 10, 122, left + 146, 590), colour(wood, -0.5), 0)
        for row in range(5):
            y = 208 + row * 92
            books(canvas, scene, stream, left + 13, y, 130, 74)
            slab(canvas, stream, (left + 6, y, left + 150, y + 10), colour(wood, 0.1), 3)
    glazing(canvas, stream, view, scene.lit("#efe6d2"), shape, (1, 2))


def _hearth(scenery: Scenery, scene: Scene, x: float, depth: float, source: Point) -> None:
    stone = scene.lit(scene.rng("hearth").choice(("#9a6a54", "#8d8478", "#b7a489")))
    brick = scene.rng("brick").random() < 0.6

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("chimney")
        slab(canvas, stream, (x - 104, -175, x + 104, 380), colour(stone, 0.18), 10)
        picture(canvas, scene, stream, (x - 62, 190, x + 62, 296))
        slab(canvas, stream, (x - 122, 372, x + 122, 606), stone, 10)
        for row in range(9):
            for k in range(7):
                left, y = x - 120 + k * 38 - (19 if row % 2 else 0), 384 + row * 25
                edges = (max(left, x - 119), y, min(left + 34, x + 119), y + 21)
                if brick and edges[2] - edges[0] > 6:
                    canvas.drawRect(skia.Rect(*edges), paint(colour(stone, stream.uniform(-0.14, 0.12))))
        mouth = polygon(frame_of((x - 74, 440, x + 74, 604), "arch" if not brick else "box"))
        cut(canvas, mouth, scene.palette.ink, shadow=0)
        canvas.drawPath(mouth, paint(colour(stone, -0.4), stroke=7))
        halo(canvas, x, 590, 120, 0xFFE8632B, 0.75)
        for k, (shift, turn) in enumerate(((-30, 6), (26, -7), (0, -2))):
            cut(
                canvas,
                wobble(
                    [
                        (x + shift - 34, 590 - 10 * (k == 2)),
                        (x + shift + 34, 590 - turn - 10 * (k == 2)),
                        (x + shift + 34, 602 - turn - 10 * (k == 2)),
                        (x + shift - 34, 602 - 10 * (k == 2)),
                    ],
                    stream,
                    1,
                ),
                scene.lit("#5a3c28"),
                shadow=2,
            )
        slab(canvas, stream, (x - 140, 362, x + 140, 382), scene.lit("#6a4a30"), 9)
        for side in (-1, 1):
            candle = x + side * 112
            slab(canvas, stream, (candle - 5, 320, candle + 5, 362), scene.lit("#efe4cc"), 3, amount=0.5)
            slab(canvas, stream, (candle - 11, 356, candle + 11, 363), scene.lit("#c49a4a"), 2, amount=0.5)
            if scene.dim and not scene.night:  # at night the lamp and the fire are light enough
                halo(canvas, candle, 312, 34, LAMPLIGHT, 0.8)
                cut(
                    canvas,
                    curve([(candle, 300), (candle + 4, 314), (candle, 320), (candle - 4, 314)]),
                    0xFFFFE08A,
                    shadow=0,
                )
        cut(
            canvas,
            wobble(frame_of((x - 30, 312, x + 30, 363), "arch"), stream, 0.8, False),
            scene.lit("#7a5030"),
            shadow=4,
        )
        canvas.drawCircle(x, 338, 16, paint(scene.lit("#f2ead8")))
        canvas.drawLine(x, 338, x, 327, paint(0xFF2A2420, stroke=2.2))
        canvas.drawLine(x, 338, x + 8, 341, paint(0xFF2A2420, stroke=2.2))
        slab(canvas, stream, (x - 150, 598, x + 150, 622), colour(stone, -0.12), 5)
        bathe(canvas, scene, *source, 700)

    scenery.add(depth, (x - 160, -175, x + 170, 634), draw)
    flame(scenery, scene, x, 596, 92, depth, "hearth")


def _rug(canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, half: float) -> None:
    tones = [
        scene.lit(tone) for tone in stream.sample(("#9c4438", "#d9b877", "#3f5f6b", "#e7d9bd", "#6b5a86", "#56704f"), 4)
    ]
    for k, part in enumerate((1.0, 0.86, 0.62, 0.34)):
        ring = wobble(ellipse(x, y, half * part, 52 * part, 14 + round(14 * part)), stream, 1.4 * part)
        cut(canvas, ring, tones[k], shadow=3 if k == 0 else 0.8)
    for k in range(28):
        angle = k * math.tau / 28
        cx, cy = x + half * 0.74 * math.cos(angle), y + 52 * 0.74 * math.sin(angle)
        canvas.drawOval(skia.Rect(cx - 9, cy - 3.4, cx + 9, cy + 3.4), paint(tones[0]))


def _seat(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    """An armchair, or a bed when the words want one."""
    cloth = scene.palette.lit(mix(colour(scene.palette.accent), colour("#8a6a4a"), 0.26), strength=0.7)
    if scene.has("bed", "bedroom", "nursery", "bedtime", "sleep", "dream"):
        _bed(scenery, scene, x, cloth, source)
        return

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("armchair")
        footing(canvas, x, 632, 118)
        for leg in (-88, 84):
            slab(canvas, stream, (x + leg - 8, 596, x + leg + 8, 634), scene.lit("#4a3222"), 2)
        back = [(x - 84, 600), (x - 94, 420), (x - 66, 366), (x, 350), (x + 66, 366), (x + 94, 420), (x + 84, 600)]
        cut(canvas, wobble(back, stream, 2), cloth, shadow=9, fade=colour(cloth, -0.16))
        for dx, dy in ((-36, 410), (0, 402), (36, 410), (-18, 446), (18, 446)):
            canvas.drawCircle(x + dx, dy, 3.6, paint(colour(cloth, -0.35)))
        cut(
            canvas,
            wobble([(x - 50, 520), (x - 40, 440), (x + 38, 446), (x + 46, 522)], stream, 3),
            scene.lit("#ead9b4"),
            shadow=5,
        )
        cut(
            canvas,
            wobble([(x - 84, 520), (x + 84, 520), (x + 90, 560), (x - 90, 560)], stream, 2.5),
            colour(cloth, 0.12),
            shadow=5,
        )
        slab(canvas, stream, (x - 90, 556, x + 90, 612), colour(cloth, -0.14), 3)
        for side in (-1, 1):
            arm = [
                (x + side * 78, 612),
                (x + side * 74, 496),
                (x + side * 96, 470),
                (x + side * 122, 492),
                (x + side * 118, 612),
            ]
            cut(
                canvas,
                wobble(arm, stream, 2),
                colour(cloth, 0.06 if side < 0 else -0.04),
                shadow=6,
                fade=colour(cloth, -0.2),
            )
        bathe(canvas, scene, *source, 640)

    scenery.add(0.88, (x - 150, 335, x + 160, 652), draw)


def _bed(scenery: Scenery, scene: Scene, x: float, cloth: int, source: Point) -> None:
    wood = scene.lit("#7a5234")
    way = 1.0 if x < scene.width / 2 else -1.0
    head, foot = x - way * 120, x + way * min(330.0, scene.width * 0.55)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("bed")
        footing(canvas, (head + foot) / 2, 634, abs(foot - head) * 0.5)
        low, high = min(head, foot), max(head, foot)
        cut(
            canvas,
            wobble(
                [
                    (head - way * 14, 634),
                    (head - way * 14, 400),
                    (head, 376),
                    (head + way * 22, 400),
                    (head + way * 22, 634),
                ],
                stream,
                1.5,
                False,
            ),
            wood,
            shadow=7,
        )
        slab(canvas, stream, (low, 566, high, 606), colour(wood, -0.2), 4)
        cut(
            canvas,
            wobble(
                [
                    (head + way * 20, 520),
                    (head + way * 60, 490),
                    (head + way * 128, 500),
                    (head + way * 132, 540),
                    (head + way * 20, 548),
                ],
                stream,
                2,
            ),
            scene.lit("#f3ecdc"),
            shadow=4,
        )
        quilt = [
            (head + way * 100, 590),
            (head + way * 104, 520),
            (head + way * 160, 506),
            (foot - way * 16, 512),
            (foot - way * 6, 600),
        ]
        path = wobble(quilt, stream, 3, False)
        cut(canvas, path, cloth, shadow=6)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for k in range(10):
            for row in range(3):
                left, top = head + way * (100 + k * 34), 504 + row * 34
                patch = colour(
                    scene.lit(stream.choice(("#e8d6ae", "#b3503f", "#4d7480", "#d5a046", "#6f8a58"))), alpha=0.75
                )
                slab(canvas, stream, (min(left, left + way * 30), top, max(left, left + way * 30), top + 30), patch, 1)
        canvas.restore()
        slab(canvas, stream, (foot - 12, 476, foot + 12, 636), wood, 6)
        bathe(canvas, scene, *source, 640)

    scenery.add(0.88, (min(head, foot) - 40, 360, max(head, foot) + 50, 654), draw)


def _lamp(scenery: Scenery, scene: Scene, x: float, plant: float | None) -> None:
    shade = 0xFFFFDFA0 if scene.dim else scene.lit("#e8cf9a")

    def stand(canvas: skia.Canvas) -> None:
        stream = scene.rng("lamp")
        footing(canvas, x, 622, 30)
        slab(canvas, stream, (x - 3.5, 330, x + 3.5, 616), scene.lit("#4a3524"), 4, amount=0.5)
        cut(canvas, wobble(ellipse(x, 617, 30, 8, 14), stream, 0.8), scene.lit("#4a3524"), shadow=3)
        lamp = [(x - 30, 270), (x + 30, 270), (x + 56, 340), (x - 56, 340)]
        cut(canvas, wobble(lamp, stream, 1, False), shade, shadow=5, fade=colour(shade, 0.35 if scene.dim else -0.12))
        for k in range(16):
            part = k / 15
            canvas.drawLine(x - 56 + 112 * part, 340, x - 56 + 112 * part, 350, paint(colour(shade, -0.3), stroke=2))
        if plant is not None:
            cut(
                canvas,
                wobble([(plant - 30, 560), (plant + 30, 560), (plant + 22, 618), (plant - 22, 618)], stream, 1, False),
                scene.lit("#b5623f"),
                shadow=5,
            )

    def leaves(canvas: skia.Canvas, base: float) -> None:
        stream = scene.rng("plant")
        for k in range(9):
            angle = -math.pi / 2 + (k - 4) * 0.3
            reach = stream.uniform(90, 150)
            tip = (base + reach * math.cos(angle), 566 + reach * math.sin(angle))
            middle = ((base + tip[0]) / 2, (566 + tip[1]) / 2)
            across = (-math.sin(angle) * 17, math.cos(angle) * 17)
            leaf = [
                (base, 566),
                (middle[0] + across[0], middle[1] + across[1]),
                tip,
                (middle[0] - across[0], middle[1] - across[1]),
            ]
            cut(canvas, curve(leaf), scene.lit(stream.choice(("#4d7a4a", "#3f6a4c", "#6a8c4a"))), shadow=4)

    scenery.add(0.86, (x - 70, 260, max(x + 80, (plant or x) + 50), 634), stand)
    if plant is not None:
        scenery.add(
            0.86,
            (plant - 170, 400, plant + 170, 580),
            lambda canvas: leaves(canvas, plant),
            move=sway(scene.rng("plant sway"), 0.9, 0.7),
            pivot=(plant, 570),
        )
    lamplight(scenery, scene, x, 316, 250, 0.9, "stand")


def _fir(scenery: Scenery, scene: Scene, x: float) -> None:
    """A decorated fir whose lights take turns."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("fir")
        footing(canvas, x, 628, 70)
        pine(canvas, x, 628, 400, stream, scene.lit("#2f5d42"), scene.lit("#4a3524"))
        cut(
            canvas,
            polygon(
                [
                    (
                        x + (18 if k % 2 else 7) * math.sin(k * math.pi / 5 + math.pi),
                        226 + (18 if k % 2 else 7) * math.cos(k * math.pi / 5),
                    )
                    for k in range(10)
                ]
            ),
            0xFFF6D25A,
            shadow=3,
        )

    scenery.add(0.87, (x - 140, 200, x + 140, 650), draw)
    for k in range(12):
        stream = scene.rng("bauble", k)
        y = 300 + k * 24.0
        at = x + stream.uniform(-0.8, 0.8) * (y - 230) * 0.26
        tone = stream.choice((0xFFE0523F, 0xFFF2B63C, 0xFF58A6C9, 0xFFF4E6C8))

        def bauble(canvas: skia.Canvas, at: float = at, y: float = y, tone: int = tone) -> None:
            halo(canvas, at, y, 22, tone, 0.6)
            canvas.drawCircle(at, y, 6.5, paint(tone))

        scenery.add(0.88, (at - 24, y - 24, at + 24, y + 24), bauble, move=flicker(stream, 0.35, 0.25), pivot=(at, y))

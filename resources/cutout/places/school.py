"""A schoolroom: blackboard, desks, globe and a wall clock; by words a library of tall shelves, or an office."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import LAMPLIGHT, bathe, boards, footing, lamplight, slab
from resources.cutout.places.kit import foreground, sway
from resources.cutout.places.schoolroom import draw_board, draw_cabinets, draw_corner, draw_globe, draw_stacks
from resources.cutout.places.windows import glazing, motes, outlook, sunlight

_WALLS = ("#d3c08f", "#a9b893", "#c9a884", "#9fb1bd", "#d6b48f")


def build(scene: Scene) -> Scenery:
    """Words: library, archive, bookshop; office, study, detective; science or stars, for what the board shows."""
    library = scene.has("library", "librarian", "archive", "bookshop", "bookstore", "reading")
    office = not library and scene.has("office", "study", "detective", "headmaster", "principal", "newspaper")
    scenery = Scenery(ground=654, horizon=430, indoors=True, table=540)
    stream = scene.rng("plan")
    wide, narrow = scene.width, scene.width < 760
    flip = stream.random() < 0.5

    def at(part: float) -> float:
        return wide * (1 - part if flip else part)

    half = 52.0 if narrow else 84.0
    spots = [at(0.17)] if narrow else [at(0.09), at(0.255)]
    if library:
        spots = [wide * 0.5]
        half = 74.0 if narrow else 104.0
    views = [(x - half, 110.0, x + half, 392.0) for x in sorted(spots)]
    for index, view in enumerate(views):
        outlook(scenery, scene, view, index)
    lamp = wide * 0.5
    source = (lamp, 210.0) if scene.dim else (spots[0], 250.0)
    wall = scene.lit("#8a6a4c" if library else stream.choice(_WALLS))

    def back(canvas: skia.Canvas) -> None:
        _wall(canvas, scene, wall, library)
        if library:
            draw_stacks(canvas, scene, views[0], narrow)
        elif office:
            draw_cabinets(canvas, scene, at(0.62 if narrow else 0.66), narrow)
        else:
            draw_board(canvas, scene, at(0.67 if narrow else 0.63), narrow)
            if not narrow:
                draw_corner(canvas, scene, at(0.94))
        for view in views:
            glazing(
                canvas,
                scene.rng("window", round(view[0])),
                view,
                scene.lit("#efe8d8"),
                "arch" if library else "box",
                (1, 3),
            )
        bathe(canvas, scene, *source, 660)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 640), back)
    if not library and not narrow:
        _clock(scenery, scene, at(0.385), 126.0)

    def ground(canvas: skia.Canvas) -> None:
        boards(canvas, scene, scene.rng("floor"), 586, scene.lit("#a27a52" if not library else "#7a5438"), 58)
        for view in views:
            sunlight(canvas, scene, view, 596)
        bathe(canvas, scene, source[0], 600, 720)

    scenery.add(0.8, (scene.left - 60, 565, scene.right + 60, scene.floor), ground)
    if library:
        _ladder(scenery, scene, at(0.80), source)
        _desk(scenery, scene, at(0.30 if narrow else 0.27), narrow, source, reading=True)
    else:
        _desk(scenery, scene, at(0.70 if narrow else 0.66), narrow, source, reading=office)
        if not office:
            _pupils(scenery, scene, narrow, source)
    for index, x in enumerate((lamp,) if narrow or library else (at(0.47), at(0.80))):
        _lamp(scenery, scene, index, x)
    motes(scenery, scene, (wide * 0.1, 180, wide * 0.7, 560), 9)
    _lens(scenery, scene, library or office, narrow)
    return scenery


def _wall(canvas: skia.Canvas, scene: Scene, wall: int, library: bool) -> None:
    stream = scene.rng("wall")
    slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 640), wall, 0)
    low = colour(wall, -0.26)
    slab(canvas, stream, (scene.left - 60, 452, scene.right + 60, 640), low, 3)
    for k in range(int(scene.left / 34) - 1, int(scene.right / 34) + 2):
        canvas.drawLine(k * 34, 462, k * 34, 578, paint(colour(low, -0.14), stroke=2))
    slab(canvas, stream, (scene.left - 60, 444, scene.right + 60, 458), colour(low, 0.16), 4)
    slab(canvas, stream, (scene.left - 60, 576, scene.right + 60, 610), colour(low, -0.15), 3)
    slab(
        canvas,
        stream,
        (scene.left - 60, -175, scene.right + 60, 24),
        scene.lit("#e9e0cc" if not library else "#5a4030"),
        5,
    )
    slab(canvas, stream, (scene.left - 60, 20, scene.right + 60, 34), colour(wall, 0.2), 4)
    if not library and not scene.has("office", "study", "detective"):
        tones = [scene.lit(tone) for tone in ("#c8503f", "#d9a03c", "#5f8f6a", "#4f7f9a")]
        for k in range(int(scene.left / 48) - 1, int(scene.right / 48) + 2):  # a paper chain of cards
            slab(canvas, stream, (k * 48.0, 46, k * 48.0 + 38, 82), tones[k % 4], 3)
            shape = paint(scene.lit("#f6efdf"), stroke=3.4)
            match k % 3:
                case 0:
                    canvas.drawLine(k * 48 + 12, 74, k * 48 + 19, 53, shape)
                    canvas.drawLine(k * 48 + 19, 53, k * 48 + 26, 74, shape)
                case 1:
                    canvas.drawCircle(k * 48 + 19, 64, 9, shape)
                case _:
                    canvas.drawLine(k * 48 + 12, 56, k * 48 + 27, 56, shape)
                    canvas.drawLine(k * 48 + 19, 56, k * 48 + 19, 74, shape)


def _clock(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """A wall clock with a pendulum."""
    wood = scene.lit("#6a4428")

    def case(canvas: skia.Canvas) -> None:
        stream = scene.rng("clock")
        slab(canvas, stream, (x - 20, y + 20, x + 20, y + 118), wood, 6)
        slab(canvas, stream, (x - 13, y + 30, x + 13, y + 110), colour(wood, -0.5), 0, amount=0.5)
        cut(canvas, wobble(ellipse(x, y, 38, 38, 18), stream, 0.6), wood, shadow=6)
        cut(canvas, curve(ellipse(x, y, 30, 30, 18)), scene.lit("#f4ecd8"), shadow=0)
        for k in range(12):
            angle = k * math.tau / 12
            canvas.drawCircle(x + 24 * math.sin(angle), y - 24 * math.cos(angle), 1.8, paint(0xFF3A2C24))
        canvas.drawLine(x, y, x + 9, y - 10, paint(0xFF2A2220, stroke=3.4))
        canvas.drawLine(x, y, x - 6, y - 21, paint(0xFF2A2220, stroke=2.4))

    def bob(canvas: skia.Canvas) -> None:
        canvas.drawLine(x, y + 34, x, y + 88, paint(scene.lit("#d2a64a"), stroke=2.4))
        canvas.drawCircle(x, y + 92, 9, paint(scene.lit("#dfb659")))

    scenery.add(0.64, (x - 48, y - 48, x + 52, y + 130), case)
    scenery.add(
        0.64,
        (x - 30, y + 30, x + 30, y + 106),
        bob,
        move=lambda t: Motion(turn=9 * math.sin(math.pi * t)),
        pivot=(x, y + 34),
    )


def _desk(scenery: Scenery, scene: Scene, x: float, narrow: bool, source: Point, reading: bool) -> None:
    """The teacher's desk with books, an apple and a globe; ``reading`` adds a lamp with a green shade."""
    half = 92.0 if narrow else 150.0
    wood = scene.lit("#8a5c3a")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("desk")
        footing(canvas, x, 626, half)
        slab(canvas, stream, (x - half + 10, 514, x + half - 10, 620), wood, 8, fade=colour(wood, -0.2))
        for k in range(3):
            step = (2 * half - 20) / 3
            slab(
                canvas,
                stream,
                (x - half + 18 + k * step, 526, x - half + 2 + (k + 1) * step, 610),
                colour(wood, 0.06),
                2,
            )
            canvas.drawCircle(x - half + 10 + (k + 0.5) * step, 560, 4.5, paint(scene.lit("#d8b25a")))
        slab(canvas, stream, (x - half, 500, x + half, 518), colour(wood, 0.16), 6)
        pile = x - half * 0.58
        for k in range(4):
            tone = scene.lit(stream.choice(("#a8432f", "#2f5f73", "#c89a3c", "#54703f")))
            shift = stream.uniform(-5, 5)
            slab(
                canvas, stream, (pile - 34 + shift, 486 - 13 * k, pile + 34 + shift, 499 - 13 * k), tone, 2, amount=0.6
            )
        cut(
            canvas,
            wobble(
                [(pile, 447), (pile - 13, 440), (pile - 14, 426), (pile, 424), (pile + 14, 426), (pile + 13, 440)],
                stream,
                0.6,
            ),
            scene.palette.accent,
            shadow=3,
        )
        canvas.drawLine(pile, 424, pile + 4, 414, paint(scene.lit("#5a3f28"), stroke=3))
        draw_globe(canvas, scene, stream, x + half * 0.56, 501, 30 if narrow else 36)
        page = [(x - 34, 499), (x - 30, 488), (x, 493), (x + 30, 488), (x + 34, 499)]
        cut(canvas, wobble(page, stream, 0.6, False), scene.lit("#f4ecd8"), shadow=2)
        bathe(canvas, scene, *source, 680)
        if reading:
            lamp = x + half * 0.12
            canvas.drawPath(
                curve([(lamp, 499), (lamp - 3, 460), (lamp + 6, 424)], False), paint(scene.lit("#b08a3c"), stroke=5)
            )
            cut(
                canvas,
                wobble([(lamp - 30, 436), (lamp - 18, 412), (lamp + 30, 412), (lamp + 42, 436)], stream, 0.8, False),
                0xFF3F8F63 if scene.dim else scene.lit("#2f6f50"),
                shadow=5,
            )
            if scene.dim:
                canvas.drawPath(
                    polygon([(lamp - 26, 437), (lamp + 38, 437), (lamp + 92, 500), (lamp - 84, 500)]),
                    paint(0x60FFE3A0, blur=5),
                )

    scenery.add(0.88, (x - half - 30, 390, x + half + 40, 650), draw)
    if reading:
        lamplight(scenery, scene, x + half * 0.14, 440, 150, 0.89, "reading")


def _pupils(scenery: Scenery, scene: Scene, narrow: bool, source: Point) -> None:
    """Small desks with benches, at both sides of the room."""
    wood = scene.lit("#b58a58")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("pupils")
        for part in (0.04, 0.96) if narrow else (0.07, 0.245, 0.93):
            x, y = scene.width * part, 650.0
            footing(canvas, x, y, 92)
            slab(canvas, stream, (x - 40, y - 118, x + 38, y - 84), colour(wood, -0.2), 4)
            for side in (-34, 26):
                slab(canvas, stream, (x + side, y - 90, x + side + 8, y - 14), colour(wood, -0.3), 2, amount=0.6)
            for side in (-76, 68):
                slab(canvas, stream, (x + side, y - 92, x + side + 10, y), scene.lit("#4a4f57"), 3, amount=0.6)
            top = [(x - 86, y - 106), (x + 82, y - 106), (x + 98, y - 80), (x - 100, y - 80)]
            cut(canvas, wobble(top, stream, 0.8, False), colour(wood, 0.1), shadow=6)
            slab(canvas, stream, (x - 100, y - 81, x + 98, y - 58), wood, 5)
            tone = scene.lit(stream.choice(("#4f7f9a", "#c8503f", "#d9a03c", "#5f8f6a")))
            cut(
                canvas,
                wobble([(x - 40, y - 104), (x + 18, y - 104), (x + 24, y - 87), (x - 44, y - 87)], stream, 0.6, False),
                tone,
                shadow=2,
            )
            canvas.drawLine(x + 40, y - 90, x + 66, y - 102, paint(scene.lit("#e5b83f"), stroke=5))
        bathe(canvas, scene, source[0], 560, 720)

    scenery.add(0.92, (-120, 510, scene.width + 120, 672), draw)


def _ladder(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    wood = scene.lit("#a8763f")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("ladder")
        lean = -58 if x > scene.width / 2 else 58
        for side in (-24, 24):
            rail = [(x + side + lean - 5, 60), (x + side + lean + 5, 60), (x + side + 6, 626), (x + side - 6, 626)]
            cut(canvas, wobble(rail, stream, 0.8, False), wood, shadow=8)
        for k in range(11):
            part = (k + 0.6) / 11.4
            cx, y = x + lean * (1 - part), 60 + 566 * part
            slab(canvas, stream, (cx - 27, y - 5, cx + 27, y + 4), colour(wood, 0.1), 4)
        bathe(canvas, scene, *source, 640)

    scenery.add(0.84, (x - 110, 50, x + 115, 640), draw)


def _lamp(scenery: Scenery, scene: Scene, index: int, x: float) -> None:
    """A milk-glass ball on a rod."""
    glass = 0xFFFFF0C8 if scene.dim else scene.lit("#f0ebdd")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("ball", index)
        canvas.drawLine(x, -175, x, 106, paint(scene.lit("#4a3f34"), stroke=4))
        slab(canvas, stream, (x - 13, 98, x + 13, 110), scene.lit("#b58d45"), 3)
        cut(canvas, wobble(ellipse(x, 132, 29, 27, 16), stream, 0.6), glass, shadow=8)
        if not scene.dim:
            canvas.drawCircle(x - 9, 124, 7, paint(0x90FFFFFF))

    scenery.add(
        0.9, (x - 44, -175, x + 48, 178), draw, move=sway(scene.rng("ball sway", index), 0.35, 0.8), pivot=(x, -170)
    )
    lamplight(scenery, scene, x, 134, 200, 0.9, ("ball", index))
    if scene.dim and index == 0:
        canvas_tint = colour(LAMPLIGHT, alpha=0.10)
        cone = polygon([(x - 30, 160), (x + 30, 160), (x + 260, 600), (x - 260, 600)])
        scenery.add(
            0.9, (x - 290, 130, x + 290, 630), lambda canvas: canvas.drawPath(cone, paint(canvas_tint, blur=16))
        )


def _lens(scenery: Scenery, scene: Scene, shelves: bool, narrow: bool) -> None:
    """A pile of books or a chair's back, close to the lens."""
    side = scene.rng("lens").choice((-1, 1))
    x = (scene.width if side > 0 else 0.0) - side * (-50 if narrow else 50)
    if shelves:
        shapes: list[list[Point]] = []
        for k in range(4):
            shift = (0, 16, -12, 8)[k]
            left, right, top = x - 110 + shift, x + 110 + shift, 676 - 44 * k
            shapes.append(
                [
                    (left, top),
                    ((left + right) / 2, top),
                    (right, top),
                    (right + 2, top + 20),
                    (right, top + 41),
                    ((left + right) / 2, top + 42),
                    (left, top + 41),
                    (left - 2, top + 20),
                ]
            )
        shapes.append([(x - 130, 716), (x + 130, 716), (x + 130, 900), (x - 130, 900)])
    else:
        shapes = [
            [
                (x - 96, 900),
                (x - 98, 620),
                (x - 84, 586),
                (x + 84, 586),
                (x + 98, 620),
                (x + 96, 900),
                (x + 74, 900),
                (x + 72, 690),
                (x - 72, 690),
                (x - 74, 900),
            ]
        ]
    foreground(scenery, scene, shapes)

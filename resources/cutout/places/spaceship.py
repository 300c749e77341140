"""Inside a spaceship: a great window on a planet and its stars, consoles that blink, pipes, a hatch or an engine."""

from __future__ import annotations

import skia

from resources.cutout.paper import colour, curve, cut, paint, polygon, wobble
from resources.cutout.places.base import Scene, Scenery
from resources.cutout.places.instruments import add_console, add_greenhouse, add_hatch, add_reactor
from resources.cutout.places.interior import bathe, lamplight, slab
from resources.cutout.places.kit import foreground, sway
from resources.cutout.places.porthole import add_space, draw_port

_HULLS = ("#8d9aab", "#b3a996", "#7f9490", "#9a8fa3", "#c2b8a4")


def build(scene: Scene) -> Scenery:
    """A bridge. Words: engine, reactor; greenhouse, garden; weightless, gravity (then everybody floats)."""
    floating = scene.has("weightless", "weightlessness", "gravity", "floating", "zero")
    scenery = Scenery(ground=656, horizon=430, indoors=True, floats=floating, table=530)
    stream = scene.rng("plan")
    wide, narrow = scene.width, scene.width < 640
    flip = stream.random() < 0.5

    def at(part: float) -> float:
        return wide * (1 - part if flip else part)

    half = 150.0 if narrow else min(330.0, wide * 0.26)
    middle = wide * 0.5 if narrow else at(0.46)
    view = (middle - half, 104.0, middle + half, 406.0)
    shape = stream.choice(("lens", "hexagon", "round")) if not narrow else "hexagon"
    add_space(scenery, scene, view)
    hull = scene.lit(stream.choice(_HULLS))
    source = (middle, 250.0) if not scene.dim else (middle, 60.0)

    def back(canvas: skia.Canvas) -> None:
        _hull(canvas, scene, hull)
        draw_port(canvas, scene, hull, view, shape)
        bathe(canvas, scene, *source, 640)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 650), back)

    def ground(canvas: skia.Canvas) -> None:
        _deck(canvas, scene, hull, middle)
        bathe(canvas, scene, middle, 600, 700)

    scenery.add(0.8, (scene.left - 60, 565, scene.right + 60, scene.floor), ground)
    door = at(0.90)
    if not narrow:
        if scene.has("engine", "reactor", "core", "warp", "fuel"):
            add_reactor(scenery, scene, door, source)
        elif scene.has("greenhouse", "garden", "plant", "flower", "seed", "tree"):
            add_greenhouse(scenery, scene, door, source)
        else:
            add_hatch(scenery, scene, door, hull, source)
    add_console(scenery, scene, 0, at(0.10 if narrow else 0.12), 128.0 if narrow else 168.0, hull, source)
    add_console(scenery, scene, 1, at(0.96 if narrow else 0.70), 112.0 if narrow else 132.0, hull, source)
    _pipes(scenery, scene, hull)
    _strip(scenery, scene, middle)
    edge = wide if not flip else 0.0
    way = -1.0 if edge > 0 else 1.0
    seat = [
        (edge - way * 120, 900.0),
        (edge - way * 120, 590),
        (edge + way * 4, 560),
        (edge + way * (40 if narrow else 86), 590),
        (edge + way * (46 if narrow else 98), 680),
        (edge + way * (52 if narrow else 116), 900),
    ]
    lever = [
        (edge + way * (60 if narrow else 150), 900.0),
        (edge + way * (62 if narrow else 156), 700),
        (edge + way * (56 if narrow else 150), 676),
        (edge + way * (74 if narrow else 178), 660),
        (edge + way * (84 if narrow else 190), 684),
        (edge + way * (76 if narrow else 178), 704),
        (edge + way * (78 if narrow else 182), 900),
    ]
    foreground(scenery, scene, [seat, lever])
    return scenery


def _hull(canvas: skia.Canvas, scene: Scene, hull: int) -> None:
    stream = scene.rng("hull")
    slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 650), hull, 0)
    for k in range(int(scene.left / 168) - 1, int(scene.right / 168) + 2):
        for row, (y0, y1) in enumerate(((-170, 66), (72, 236), (242, 430), (436, 590))):
            x = k * 168.0 + (60 if row % 2 else 0)
            slab(canvas, stream, (x + 3, y0, x + 165, y1), colour(hull, stream.uniform(-0.09, 0.06)), 2)
            for dx, dy in ((12, 10), (156, 10), (12, -10), (156, -10)):
                canvas.drawCircle(x + dx, (y0 if dy > 0 else y1) + dy, 3, paint(colour(hull, -0.30)))
            if stream.random() < 0.16:
                for j in range(5):
                    canvas.drawRect(
                        skia.Rect(x + 46, y0 + 40 + j * 14, x + 122, y0 + 47 + j * 14), paint(colour(hull, -0.34))
                    )
    for at, lean in ((0.0, 1), (scene.width, -1)):
        rib = [
            (at - lean * 210, -175),
            (at + lean * 70, -175),
            (at + lean * 20, 200),
            (at + lean * 10, 430),
            (at + lean * 40, 650),
            (at - lean * 210, 650),
        ]
        cut(canvas, wobble(rib, stream, 1, False), colour(hull, -0.2), shadow=10)
    slab(canvas, stream, (scene.left - 60, 430, scene.right + 60, 446), scene.palette.lit(scene.palette.accent), 3)
    slab(canvas, stream, (scene.left - 60, 446, scene.right + 60, 452), colour(hull, 0.25), 1)


def _deck(canvas: skia.Canvas, scene: Scene, hull: int, middle: float) -> None:
    stream = scene.rng("deck")
    tone = colour(hull, -0.36)
    slab(canvas, stream, (scene.left - 60, 586, scene.right + 60, scene.floor), tone, 5, fade=colour(tone, -0.2))
    for k in range(-16, 17):
        canvas.drawLine(middle + k * 78, 588, middle + k * 190, 890, paint(colour(tone, -0.26), stroke=3))
    y, high = 588.0, 14.0
    while y < scene.floor:
        canvas.drawLine(scene.left - 40, y, scene.right + 40, y, paint(colour(tone, -0.26), stroke=2 + high / 30))
        canvas.drawLine(scene.left - 40, y + 2, scene.right + 40, y + 2, paint(colour(tone, 0.12), stroke=1.4))
        y, high = y + high, high * 1.5
    walk = [(middle - 120, 588), (middle + 120, 588), (middle + 330, scene.floor), (middle - 330, scene.floor)]
    cut(canvas, wobble(walk, stream, 1, False), colour(tone, 0.12), shadow=3)
    for side in (-1, 1):
        light = polygon(
            [
                (middle + side * 128, 588),
                (middle + side * 134, 588),
                (middle + side * 366, scene.floor),
                (middle + side * 346, scene.floor),
            ]
        )
        canvas.drawPath(light, paint(colour("#8fe6ff", alpha=0.5 if scene.dim else 0.3), blur=6))
        canvas.drawPath(light, paint(colour("#c9f3ff", alpha=0.9 if scene.dim else 0.6)))
    for k in range(6):
        part = 0.06 + 0.15 * k
        for j in range(7):
            x = middle - 96 + 32 * j + (-96 + 32 * j) * part * 1.5
            canvas.drawOval(
                skia.Rect.MakeXYWH(x, 594 + 300 * part * part + 6 * k, 12 + 10 * part, 3 + 5 * part),
                paint(colour(tone, -0.2)),
            )


def _pipes(scenery: Scenery, scene: Scene, hull: int) -> None:
    """Pipes under the ceiling with valves, and a cable that swings."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("pipes")
        for y, thick, tone in (
            (-6, 46, colour(hull, -0.32)),
            (30, 22, scene.lit("#b5713f")),
            (54, 14, scene.lit("#5f7f8a")),
        ):
            slab(canvas, stream, (scene.left - 60, y - thick / 2, scene.right + 60, y + thick / 2), tone, 8)
            canvas.drawRect(
                skia.Rect(scene.left - 60, y - thick * 0.3, scene.right + 60, y - thick * 0.12),
                paint(colour(tone, 0.3, 0.6)),
            )
            x = scene.left + stream.uniform(0, 160)
            while x < scene.right:
                slab(canvas, stream, (x - 8, y - thick * 0.66, x + 8, y + thick * 0.66), colour(tone, -0.2), 4)
                x += stream.uniform(170, 300)
        x = scene.width * stream.uniform(0.14, 0.24)
        canvas.drawCircle(x, 32, 19, paint(scene.lit("#c8503f"), stroke=6))
        canvas.drawLine(x - 19, 32, x + 19, 32, paint(scene.lit("#c8503f"), stroke=4))
        canvas.drawLine(x, 13, x, 51, paint(scene.lit("#c8503f"), stroke=4))

    scenery.add(0.88, (scene.left - 60, -175, scene.right + 60, 84), draw)
    for index, part in enumerate((0.30, 0.80)):
        x = scene.width * part

        def cable(canvas: skia.Canvas, x: float = x, k: int = index) -> None:
            line = [(x, 56), (x + 16, 106 + 20 * k), (x + 52, 112 + 20 * k), (x + 74, 58)]
            canvas.drawPath(curve(line, False), paint(scene.lit("#2f343c"), stroke=6))

        scenery.add(
            0.885, (x - 16, 44, x + 92, 160), cable, move=sway(scene.rng("cable", index), 1.4, 0.9), pivot=(x + 37, 56)
        )


def _strip(scenery: Scenery, scene: Scene, x: float) -> None:
    """The ceiling lamp."""
    half = 96.0

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("strip")
        slab(canvas, stream, (x - half - 12, 58, x + half + 12, 80), scene.lit("#3f4650"), 7)
        slab(canvas, stream, (x - half, 70, x + half, 84), 0xFFFFF1CC if scene.dim else scene.lit("#f4f0e4"), 2)

    scenery.add(0.89, (x - half - 24, 48, x + half + 30, 100), draw)
    lamplight(scenery, scene, x, 90, 210, 0.89, "strip")

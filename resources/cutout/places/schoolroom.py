"""What stands along the walls of a school: the board, a corner with a globe, shelves and cabinets."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Box, Scene
from resources.cutout.places.interior import books, picture, slab

_FIGURES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "1": (((0.2, 0.2), (0.55, 0.0), (0.55, 1.0)),),
    "2": (((0.05, 0.2), (0.5, 0.0), (0.9, 0.25), (0.5, 0.6), (0.05, 1.0), (0.95, 0.98)),),
    "3": (((0.1, 0.05), (0.75, 0.05), (0.8, 0.35), (0.4, 0.48), (0.9, 0.7), (0.6, 1.0), (0.05, 0.92)),),
    "4": (((0.6, 0.0), (0.05, 0.65), (0.95, 0.65)), ((0.7, 0.35), (0.7, 1.0))),
    "5": (((0.9, 0.02), (0.2, 0.02), (0.15, 0.42), (0.7, 0.42), (0.9, 0.72), (0.55, 1.0), (0.05, 0.92)),),
    "7": (((0.05, 0.04), (0.95, 0.04), (0.6, 0.5), (0.4, 1.0)),),
    "8": (
        (
            (0.5, 0.46),
            (0.12, 0.24),
            (0.5, 0.0),
            (0.88, 0.24),
            (0.5, 0.46),
            (0.06, 0.74),
            (0.5, 1.0),
            (0.94, 0.74),
            (0.5, 0.46),
        ),
    ),
    "+": (((0.1, 0.5), (0.9, 0.5)), ((0.5, 0.25), (0.5, 0.75))),
    "-": (((0.1, 0.5), (0.9, 0.5)),),
    "=": (((0.1, 0.38), (0.9, 0.38)), ((0.1, 0.62), (0.9, 0.62))),
}
"""Strokes of chalk figures in a box of one by one."""


def draw_board(canvas: skia.Canvas, scene: Scene, x: float, narrow: bool) -> None:
    """A blackboard with a lesson in chalk: sums, a map, a solar system, a ship, music."""
    stream = scene.rng("board")
    half = 112.0 if narrow else 236.0
    slab(canvas, stream, (x - half - 13, 107, x + half + 13, 385), scene.lit("#9a6c42"), 8)
    slate = scene.lit(stream.choice(("#2f4f45", "#2c3f4a", "#34453a")))
    slab(canvas, stream, (x - half, 120, x + half, 372), slate, 1, amount=0.5)
    for _ in range(6):
        sx, sy = stream.uniform(x - half, x + half - 120), stream.uniform(130, 340)
        canvas.drawOval(skia.Rect(sx, sy, sx + stream.uniform(70, 150), sy + 30), paint(0x14FFFFFF, blur=8))
    chalk = [paint(colour(tone, alpha=0.86), stroke=3.4) for tone in ("#f4f1e6", "#f2d98a", "#a9d6e0", "#f0a9a0")]
    lesson = stream.choice(("planets", "sums", "ship"))
    if scene.has("science", "space", "star", "planet", "moon", "astronomy"):
        lesson = "planets"
    left = x - half
    if lesson == "planets":
        cx, cy = x - half * 0.1, 246.0
        canvas.drawCircle(cx, cy, 22, chalk[1])
        for k in range(8):
            angle = k * math.tau / 8
            canvas.drawLine(
                cx + 29 * math.cos(angle),
                cy + 29 * math.sin(angle),
                cx + 38 * math.cos(angle),
                cy + 38 * math.sin(angle),
                chalk[1],
            )
        for k, r in enumerate((62, 96, 130) if not narrow else (56, 84)):
            canvas.drawOval(
                skia.Rect(cx - r * 1.2, cy - r * 0.66, cx + r * 1.2, cy + r * 0.66), paint(0x99F4F1E6, stroke=2)
            )
            angle = stream.uniform(0, 6.3)
            canvas.drawCircle(
                cx + r * 1.2 * math.cos(angle),
                cy + r * 0.66 * math.sin(angle),
                8 + 2 * k,
                paint(chalk[(k + 1) % 4].getColor()),
            )
    elif lesson == "ship":
        cx, cy = x - half * 0.15, 286.0
        canvas.drawPath(
            curve([(cx - 80, cy - 6), (cx - 52, cy + 34), (cx + 52, cy + 34), (cx + 84, cy - 8)], True), chalk[0]
        )
        canvas.drawLine(cx, cy - 4, cx, cy - 126, chalk[0])
        canvas.drawPath(polygon([(cx + 6, cy - 120), (cx + 66, cy - 24), (cx + 6, cy - 20)]), chalk[1])
        canvas.drawPath(polygon([(cx - 6, cy - 104), (cx - 52, cy - 22), (cx - 6, cy - 20)]), chalk[3])
        for k in range(5):
            wx = cx - 100 + 40 * k
            canvas.drawPath(
                curve([(wx, cy + 50), (wx + 10, cy + 42), (wx + 20, cy + 50), (wx + 32, cy + 44)], False), chalk[2]
            )
    else:
        step = min(46.0, half * 0.34)
        for row, sum_ in enumerate(stream.sample(("2+3=5", "4+4=8", "7+1=8", "5-2=3", "3+4=7"), 3)):
            for k, sign in enumerate(sum_):
                sx, sy = left + half * 0.16 + k * step, 156.0 + row * 70
                for stroke in _FIGURES[sign]:
                    points = [
                        (sx + 26 * px + stream.uniform(-1, 1), sy + 42 * py + stream.uniform(-1, 1))
                        for px, py in stroke
                    ]
                    canvas.drawPath(curve(points, False), chalk[1 if sign in "+-=" else 0])
    for row in range(3):
        if narrow or lesson == "sums":
            break
        y, sx = 160.0 + row * 34, x + half * 0.52
        canvas.drawPath(curve([(sx + 12 * k, y + (5 if k % 2 else -3)) for k in range(8 - row)], False), chalk[row % 4])
    if lesson == "sums" and not narrow:
        cx = x + half * 0.52
        canvas.drawPath(polygon([(cx - 60, 300), (cx + 60, 300), (cx - 20, 180)]), chalk[3])
        canvas.drawCircle(cx + 10, 260, 30, chalk[2])
    slab(canvas, stream, (x - half - 10, 374, x + half + 10, 388), scene.lit("#b58450"), 5)
    for k, tone in enumerate(("#f4f1e6", "#f2d98a", "#f0a9a0")):
        slab(canvas, stream, (x - 60 + 30 * k, 368, x - 40 + 30 * k, 375), scene.lit(tone), 1, amount=0.4)


def draw_corner(canvas: skia.Canvas, scene: Scene, x: float) -> None:
    """A low bookcase with a globe on it and a wall map above."""
    stream = scene.rng("corner")
    if abs(x - scene.width / 2) > scene.width * 0.4:
        x += -36 if x > scene.width / 2 else 36
    slab(canvas, stream, (x - 70, 140, x + 70, 300), scene.lit("#e4d2a4"), 5)
    for k in range(4):
        land = ellipse(x - 40 + 28 * k, 190 + 40 * (k % 2), stream.uniform(16, 30), stream.uniform(18, 32), 9)
        cut(canvas, wobble(land, stream, 6), scene.lit(("#7f9f63", "#c98a4a", "#b5645a", "#6a8fa0")[k]), shadow=1)
    for y in (134, 296):
        slab(canvas, stream, (x - 78, y, x + 78, y + 10), scene.lit("#7a5436"), 4)
    wood = scene.lit("#8a6240")
    slab(canvas, stream, (x - 88, 420, x + 88, 612), wood, 8)
    for row in range(2):
        slab(canvas, stream, (x - 78, 432 + row * 88, x + 78, 506 + row * 88), colour(wood, -0.5), 0)
        books(canvas, scene, stream, x - 74, 506 + row * 88, 148, 66)
    slab(canvas, stream, (x - 94, 410, x + 94, 424), colour(wood, 0.12), 5)
    draw_globe(canvas, scene, stream, x, 412, 38)


def draw_globe(canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, r: float) -> None:
    """A globe on its brass foot; (x, y) is the middle of the foot."""
    brass = scene.lit("#c9983f")
    slab(canvas, stream, (x - r * 0.6, y - 8, x + r * 0.6, y), scene.lit("#6a4a30"), 3)
    canvas.drawLine(x, y - 8, x, y - 18, paint(brass, stroke=6))
    middle = y - 18 - r
    cut(canvas, wobble(ellipse(x, middle, r, r, 20), stream, 0.5), scene.lit("#4f8aa8"), shadow=5)
    canvas.save()
    canvas.clipPath(curve(ellipse(x, middle, r - 1, r - 1, 20)), skia.ClipOp.kIntersect, True)
    for dx, dy, size in ((-0.5, -0.3, 0.5), (0.4, 0.1, 0.46), (-0.2, 0.6, 0.34), (0.5, -0.7, 0.3)):
        cut(
            canvas,
            wobble(ellipse(x + dx * r, middle + dy * r, size * r, size * r * 0.8, 9), stream, r * 0.1),
            scene.lit("#8fae5a"),
            shadow=1,
        )
    canvas.restore()
    canvas.drawArc(
        skia.Rect(x - r * 1.16, middle - r * 1.16, x + r * 1.16, middle + r * 1.16),
        -70,
        170,
        False,
        paint(brass, stroke=4),
    )


def draw_stacks(canvas: skia.Canvas, scene: Scene, view: Box, narrow: bool) -> None:
    """Shelves from floor to ceiling on both sides of the window."""
    stream = scene.rng("stacks")
    wood = scene.lit("#6a4730")
    step = 150.0 if narrow else 196.0
    gap = 26.0
    columns = [view[0] - gap - step * (k + 1) for k in range(int((view[0] - scene.left) / step) + 1)]
    columns += [view[2] + gap + step * k for k in range(int((scene.right - view[2]) / step) + 1)]
    for left in columns:
        slab(canvas, stream, (left, 40, left + step, 616), wood, 6)
        for row in range(6):
            y = 146 + row * 92
            slab(canvas, stream, (left + 12, y - 80, left + step - 12, y), colour(wood, -0.5), 0, amount=0.6)
            books(canvas, scene, stream, left + 15, y, step - 30, 70)
            slab(canvas, stream, (left + 6, y, left + step - 6, y + 11), colour(wood, 0.1), 4)
        slab(canvas, stream, (left - 6, 32, left + step + 6, 54), colour(wood, 0.14), 5)
    slab(canvas, stream, (view[0] - 30, 470, view[2] + 30, 612), colour(wood, 0.05), 6)
    books(canvas, scene, stream, view[0] - 10, 596, view[2] - view[0] + 20, 84)
    slab(canvas, stream, (view[0] - 40, 462, view[2] + 40, 480), scene.lit(scene.palette.accent), 6)


def draw_cabinets(canvas: skia.Canvas, scene: Scene, x: float, narrow: bool) -> None:
    """An office: a pinboard with strings, filing drawers, a picture."""
    stream = scene.rng("cabinets")
    half = 104.0 if narrow else 170.0
    slab(canvas, stream, (x - half - 10, 120, x + half + 10, 350), scene.lit("#7a5436"), 7)
    slab(canvas, stream, (x - half, 130, x + half, 340), scene.lit("#c29a68"), 1)
    pins: list[Point] = []
    for k in range(9 if not narrow else 6):
        px, py = (
            x - half + 40 + (k % 3) * (half * 0.7) + stream.uniform(-12, 12),
            148 + (k // 3) * 62 + stream.uniform(-6, 6),
        )
        tone = scene.lit(stream.choice(("#f2ead6", "#e9d58a", "#b9d0d6", "#e8b9a5")))
        slab(canvas, stream, (px - 26, py, px + 26, py + 42), tone, 3)
        for j in range(3):
            canvas.drawLine(
                px - 18, py + 14 + 8 * j, px + 16 - 8 * (j % 2), py + 14 + 8 * j, paint(colour(tone, -0.4), stroke=2)
            )
        pins.append((px, py + 4))
    for k in range(len(pins) - 1):
        canvas.drawLine(*pins[k], *pins[(k * 4 + 3) % len(pins)], paint(scene.palette.accent, stroke=2))
    for px, py in pins:
        canvas.drawCircle(px, py, 4.5, paint(scene.palette.accent))
    if narrow:
        return
    away = 1 if x > scene.width / 2 else -1
    steel = scene.lit("#6f7f7a")
    left = x + away * (half + 100) - 60
    slab(canvas, stream, (left, 360, left + 120, 612), steel, 8)
    for row in range(3):
        slab(canvas, stream, (left + 8, 370 + row * 80, left + 112, 442 + row * 80), colour(steel, 0.08), 3)
        slab(
            canvas, stream, (left + 42, 392 + row * 80, left + 78, 400 + row * 80), scene.lit("#d8c27a"), 2, amount=0.5
        )
    picture(canvas, scene, stream, (left + 14, 200, left + 106, 300))

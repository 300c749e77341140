"""What works aboard a spaceship: consoles, hatch, reactor and greenhouse."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import bathe, footing, shimmer, slab
from resources.cutout.places.kit import halo

_SCREEN = ("#5fd0b8", "#f0b45a", "#6fb3ea", "#e8785f")


def add_console(scenery: Scenery, scene: Scene, index: int, x: float, half: float, hull: int, source: Point) -> None:
    """A desk of instruments; its lamps blink, its radar turns."""
    body = colour(hull, -0.10)
    plan = scene.rng("console", index)
    tints = [colour(tone) for tone in plan.sample(_SCREEN, 4)]

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("desk", index)
        footing(canvas, x, 632, half)
        foot = [(x - half * 0.8, 632), (x - half * 0.9, 540), (x + half * 0.9, 540), (x + half * 0.8, 632)]
        cut(canvas, wobble(foot, stream, 1, False), colour(body, -0.28), shadow=8)
        for k in range(4):
            slab(
                canvas,
                stream,
                (x - half * 0.7 + k * half * 0.36, 566, x - half * 0.44 + k * half * 0.36, 616),
                colour(body, -0.18),
                2,
            )
        top = [(x - half * 0.88, 478), (x + half * 0.88, 478), (x + half, 540), (x - half, 540)]
        cut(canvas, wobble(top, stream, 1, False), colour(body, 0.1), shadow=6)
        slab(canvas, stream, (x - half, 538, x + half, 554), colour(body, -0.06), 5)
        screen = [(x - half * 0.82, 480), (x - half * 0.76, 366), (x + half * 0.76, 366), (x + half * 0.82, 480)]
        cut(canvas, wobble(screen, stream, 1, False), body, shadow=8)
        bathe(canvas, scene, *source, 680)
        glass = [(x - half * 0.70, 466), (x - half * 0.66, 380), (x + half * 0.66, 380), (x + half * 0.70, 466)]
        cut(canvas, wobble(glass, stream, 0.6, False), mix(0xFF0E1A2A, tints[0], 0.16), shadow=0)
        for k in range(5):
            y = 392 + 17 * k
            canvas.drawLine(x - half * 0.62, y, x + half * 0.62, y, paint(colour(tints[0], alpha=0.18), stroke=1.4))
        wave = [
            (x - half * 0.60 + half * 0.075 * k, 424 + 20 * math.sin(k * 1.1 + index) * math.sin(k * 0.37))
            for k in range(10)
        ]
        canvas.drawPath(curve(wave, False), paint(tints[0], stroke=3))
        canvas.drawCircle(x + half * 0.38, 424, 32, paint(colour(tints[1], alpha=0.22)))
        for r in (32, 20, 8):
            canvas.drawCircle(x + half * 0.38, 424, r, paint(colour(tints[1], alpha=0.8), stroke=2))
        for row in range(2):
            for k in range(int(half / 15)):
                part = (k + 0.5) / int(half / 15) * 2 - 1
                tone = tints[stream.randrange(4)]
                bx, by = x + part * half * (0.82 + 0.06 * row), 496 + 22 * row
                slab(
                    canvas,
                    stream,
                    (bx - 6, by - 4, bx + 6, by + 6),
                    mix(tone, body, 0.45 if (k + row) % 3 else 0.05),
                    2,
                    amount=0.5,
                )
        for k in range(2):
            lx = x - half * 0.4 + half * 0.62 * k
            canvas.drawLine(lx, 532, lx + 8, 500, paint(scene.lit("#3a3f48"), stroke=5))
            canvas.drawCircle(lx + 8, 497, 8, paint(colour(scene.palette.accent)))

    def sweep(canvas: skia.Canvas) -> None:
        cx, cy = x + half * 0.38, 424.0
        wedge = polygon([(cx, cy), (cx + 31, cy - 3), (cx + 26, cy - 17)])
        canvas.drawPath(wedge, paint(colour(tints[1], alpha=0.85)))

    cx = x + half * 0.38
    scenery.add(0.86, (x - half - 14, 350, x + half + 26, 650), draw)
    scenery.add(0.86, (cx - 34, 390, cx + 34, 458), sweep, move=lambda t: Motion(turn=(95 * t) % 360), pivot=(cx, 424))
    if scene.dim:
        scenery.add(
            0.86,
            (x - 180, 250, x + 180, 610),
            lambda canvas: halo(canvas, x, 430, 178, tints[0], 0.42),
            move=shimmer(scene.rng("screen", index), 0.85, 0.2),
            pivot=(x, 430),
        )
    for k in range(5):
        local = scene.rng("blink", index, k)
        bx, by, tone = x + half * local.uniform(-0.8, 0.8), 496 + 22 * (k % 2), tints[k % 4]

        def lamp(canvas: skia.Canvas, bx: float = bx, by: float = by, tone: int = tone) -> None:
            halo(canvas, bx, by, 24, tone, 0.8)
            canvas.drawCircle(bx, by, 5.5, paint(colour(tone, 0.4)))

        def blink(t: float, rate: float = local.uniform(0.5, 1.3), phase: float = local.random()) -> Motion:
            beat = (rate * t + phase) % 1.0
            return Motion(alpha=1.0 if beat < 0.42 else max(0.06, 1 - (beat - 0.42) * 7))

        scenery.add(0.87, (bx - 26, by - 26, bx + 26, by + 26), lamp, move=blink, pivot=(bx, by))


def add_hatch(scenery: Scenery, scene: Scene, x: float, hull: int, source: Point) -> None:
    """A round door with a wheel, and warning stripes."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("hatch")
        outline = [(x - 104, 600), (x - 104, 300), (x - 62, 214), (x + 62, 214), (x + 104, 300), (x + 104, 600)]
        cut(canvas, wobble(outline, stream, 1, False), colour(hull, -0.3), shadow=8)
        inner = [(x - 84, 600), (x - 84, 308), (x - 50, 236), (x + 50, 236), (x + 84, 308), (x + 84, 600)]
        cut(canvas, wobble(inner, stream, 1, False), scene.lit("#c9803f"), shadow=4)
        slab(canvas, stream, (x - 84, 556, x + 84, 600), scene.lit("#d9b23c"), 2)
        for k in range(6):
            stripe = [(x - 84 + 30 * k, 600), (x - 68 + 30 * k, 600), (x - 56 + 30 * k, 556), (x - 72 + 30 * k, 556)]
            canvas.drawPath(polygon([(min(px, x + 84), py) for px, py in stripe]), paint(scene.lit("#2f3238")))
        cut(canvas, wobble(ellipse(x, 312, 34, 34, 20), stream, 0.6), colour(hull, 0.1), shadow=4)
        canvas.drawCircle(x, 312, 25, paint(mix(0xFF0B0D20, scene.palette.sky_middle, 0.4)))
        for dx, dy in ((-8, -6), (9, 4), (2, 14), (12, -12)):
            canvas.drawCircle(x + dx, 312 + dy, 1.6, paint(0xFFFFF6DC))
        canvas.drawCircle(x, 440, 40, paint(scene.lit("#5a5f68"), stroke=9))
        for k in range(3):
            angle = k * math.pi / 3 + 0.4
            canvas.drawLine(
                x - 40 * math.cos(angle),
                440 - 40 * math.sin(angle),
                x + 40 * math.cos(angle),
                440 + 40 * math.sin(angle),
                paint(scene.lit("#5a5f68"), stroke=7),
            )
        canvas.drawCircle(x, 440, 10, paint(scene.lit("#d9d2c0")))
        bathe(canvas, scene, *source, 680)

    scenery.add(0.7, (x - 124, 190, x + 130, 630), draw)


def add_reactor(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    """A glass column with a light in it that breathes."""
    tint = colour(scene.palette.accent)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("reactor")
        footing(canvas, x, 626, 120)
        slab(canvas, stream, (x - 62, 150, x + 62, 560), mix(0xFF10202E, tint, 0.30), 8)
        for y, half in ((118, 104), (150, 84), (540, 84), (566, 104), (592, 120)):
            slab(canvas, stream, (x - half, y, x + half, y + 34), scene.lit("#6f7a86"), 6)
        for dx in (-74, 74):
            slab(canvas, stream, (x + dx - 9, 150, x + dx + 9, 560), scene.lit("#8d98a5"), 5)
        bathe(canvas, scene, *source, 690)

    def core(canvas: skia.Canvas) -> None:
        for k in range(5):
            halo(canvas, x, 216 + 68 * k, 92, tint, 0.75)
            canvas.drawOval(skia.Rect(x - 22, 194 + 68 * k, x + 22, 238 + 68 * k), paint(colour(tint, 0.62), blur=5))

    def pulse(t: float) -> Motion:
        return Motion(alpha=0.68 + 0.30 * math.sin(2.2 * t), y=5 * math.sin(1.1 * t))

    scenery.add(0.7, (x - 140, -175, x + 150, 646), draw)
    scenery.add(0.72, (x - 100, 110, x + 100, 600), core, move=pulse, pivot=(x, 350))


def add_greenhouse(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
    """Shelves of plants under lamps."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("greenhouse")
        for row in range(3):
            y = 300.0 + 140 * row
            slab(canvas, stream, (x - 120, y - 118, x + 120, y - 108), scene.lit("#6f7a86"), 4)
            halo(canvas, x, y - 100, 120, 0xFFF0C8FF, 0.5)
            for k in range(5):
                px = x - 92 + 46 * k
                for j in range(5):
                    angle = -math.pi / 2 + (j - 2) * 0.42
                    reach = stream.uniform(34, 66)
                    tip = (px + reach * math.cos(angle), y - 24 + reach * math.sin(angle))
                    leaf = [(px, y - 20), (tip[0] - 7, (y - 22 + tip[1]) / 2), tip, (tip[0] + 7, (y - 18 + tip[1]) / 2)]
                    cut(canvas, curve(leaf), scene.lit(stream.choice(("#5f9a4a", "#4a8a57", "#8fb04f"))), shadow=2)
                if stream.random() < 0.5:
                    canvas.drawCircle(px, y - 58, 7, paint(colour(scene.palette.accent)))
                slab(canvas, stream, (px - 16, y - 26, px + 16, y), scene.lit("#d6d0c2"), 3)
            slab(canvas, stream, (x - 126, y, x + 126, y + 12), scene.lit("#8d98a5"), 5)
        bathe(canvas, scene, *source, 700)

    scenery.add(0.7, (x - 150, 160, x + 150, 620), draw)

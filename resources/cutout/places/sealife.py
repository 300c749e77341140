"""What swims under water: fish, jellyfish, a turtle; and the bubbles that rise."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import halo


def _fish(canvas: skia.Canvas, x: float, y: float, s: float, way: int, tone: int, kind: int) -> None:
    deep = (0.9, 1.5, 0.7)[kind]
    body = [
        (2.0, 0.0),
        (1.1, -0.62 * deep),
        (-0.2, -0.8 * deep),
        (-1.4, -0.22),
        (-1.4, 0.22),
        (-0.2, 0.74 * deep),
        (1.1, 0.56 * deep),
    ]
    tail = [(-1.2, 0.0), (-2.5, -0.85), (-2.1, 0.0), (-2.5, 0.85)]
    fin = [(0.6, -0.6 * deep), (-0.2, -1.25 * deep), (-0.9, -0.45 * deep)]
    for outline, shade in ((tail, -0.12), (fin, -0.18)):
        cut(
            canvas,
            polygon([(x + way * a * s, y + b * s) for a, b in outline]),
            colour(tone, shade),
            shadow=1.5,
            grain=False,
        )
    path = curve([(x + way * a * s, y + b * s) for a, b in body])
    cut(canvas, path, tone, shadow=max(1.0, s * 0.2), fade=colour(tone, -0.16))
    if s > 7:
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for a in (0.35, -0.55):
            stripe = [
                (x + way * (a + 0.22) * s, y - 2 * s),
                (x + way * (a - 0.1) * s, y - 2 * s),
                (x + way * (a - 0.2) * s, y + 2 * s),
                (x + way * (a + 0.14) * s, y + 2 * s),
            ]
            canvas.drawPath(polygon(stripe), paint(colour(tone, 0.5 if kind else -0.3, 0.85)))
        canvas.restore()
    if s > 4:
        canvas.drawCircle(x + way * 1.25 * s, y - 0.14 * s, s * 0.2, paint(0xFFF8F4E8))
        canvas.drawCircle(x + way * 1.3 * s, y - 0.14 * s, s * 0.11, paint(0xFF15161E))


def school(
    scenery: Scenery, scene: Scene, index: int, depth: float, y: float, size: float, count: int, tone: int
) -> None:
    """Fish that swim together, closing up and spreading out again, all going the same way."""
    stream = scene.rng("school", index)
    way, kind = stream.choice((-1, 1)), stream.randrange(3)
    speed, span = way * stream.uniform(24, 40) * (0.6 + depth), scene.width + 560
    start, level = stream.uniform(0.25, 0.75) * span, y + stream.uniform(-50, 50)
    for member in range(count):
        local = scene.rng("shoal", index, member)
        ahead, above, part = local.gauss(0, size * 6.5), local.gauss(0, size * 2.8), local.uniform(0.75, 1.15)
        shade, phase = colour(tone, local.uniform(-0.07, 0.09)), local.uniform(0, 6.3)
        at, s = level + above, size * part

        def draw(canvas: skia.Canvas, at: float = at, s: float = s, shade: int = shade) -> None:
            _fish(canvas, 0.0, at, s, way, shade, kind)

        def move(t: float, ahead: float = ahead, phase: float = phase) -> Motion:
            along = start + speed * t + ahead * (1 + 0.16 * math.sin(0.6 * t + phase))
            lift = 16 * math.sin(0.5 * t + index) + 0.5 * size * math.sin(1.1 * t + phase)
            beat = math.sin((10 - size * 0.25) * t + phase)
            return Motion(along % span - 280, lift, way * 5 * math.cos(0.5 * t + index) + 3 * beat, 1 + 0.05 * beat)

        scenery.add(depth, (-2.8 * s, at - 2.1 * s, 2.8 * s, at + 2.1 * s), draw, move=move, pivot=(0, at))


def jelly(scenery: Scenery, scene: Scene, index: int, x: float, y: float) -> None:
    """A jellyfish: the bell pulses, the tentacles trail; at night it shines."""
    stream = scene.rng("jelly", index)
    r = stream.uniform(24, 44)
    tint = stream.choice((0xFFF2A8D0, 0xFFB8C8FF, 0xFFFFD2A0, 0xFFA8F0E4))
    tone = tint if scene.night else mix(scene.lit(tint), 0xFFFFFFFF, 0.2)
    phase, rate = stream.uniform(0, 6), stream.uniform(1.3, 1.8)

    def arms(canvas: skia.Canvas) -> None:
        local = scene.rng("arms", index)
        for k in range(7):
            a = x + (k - 3) * r * 0.24
            long = r * local.uniform(1.5, 2.7)
            line = [(a + local.uniform(-5, 5) * j / 2, y + long * j / 5) for j in range(6)]
            canvas.drawPath(curve(line, False), paint(colour(tone, alpha=0.62), stroke=2.0 if k % 2 else 4.0))

    def bell(canvas: skia.Canvas) -> None:
        local = scene.rng("bell", index)
        if scene.night:
            halo(canvas, x, y - r * 0.3, r * 2.3, tint, 0.6)
        top = [(x + r * math.cos(math.pi * k / 10), y - r * 0.95 * math.sin(math.pi * k / 10)) for k in range(11)]
        hem = [(x - r + r * k / 3, y + (7 if k % 2 else 0)) for k in range(1, 6)]
        cut(canvas, wobble([*top, *hem], local, 0.8), colour(tone, alpha=0.80), shadow=4)
        for k in range(4):
            cut(
                canvas,
                wobble(ellipse(x + (k - 1.5) * r * 0.4, y - r * 0.42, r * 0.14, r * 0.2, 8), local, 0.5),
                colour(tone, 0.5, 0.7),
                shadow=0,
                grain=False,
            )

    def swim(t: float, lag: float) -> Motion:
        pulse = math.sin(rate * t + phase - lag)
        return Motion(
            18 * math.sin(0.23 * t + phase),
            34 * math.sin(0.31 * t + phase) - 5 * pulse,
            6 * math.sin(0.5 * t + phase - lag),
            1 + 0.10 * pulse,
            1 - 0.09 * pulse,
        )

    around = (x - r * 2.4, y - r * 2.7, x + r * 2.4, y + r * 3)
    scenery.add(0.58, around, arms, move=lambda t: swim(t, 0.9), pivot=(x, y))
    scenery.add(0.58, around, bell, move=lambda t: swim(t, 0.0), pivot=(x, y))


def turtle(scenery: Scenery, scene: Scene, water: int) -> None:
    """A turtle that rows across the middle water."""
    shell, skin = mix(scene.lit("#7a7a3c"), water, 0.16), mix(scene.lit("#9aae62"), water, 0.16)
    y, span = scene.rng("turtle").uniform(200, 300), scene.width + 500
    start = scene.rng("turtle", "at").uniform(0.3, 0.7) * span

    def along(t: float) -> tuple[float, float]:
        return -220 + (start + 20 * t) % span, 18 * math.sin(0.5 * t)

    def body(canvas: skia.Canvas) -> None:
        stream = scene.rng("turtle", "shell")
        cut(
            canvas,
            curve([(42, y - 4), (62, y - 20), (82, y - 18), (86, y - 6), (70, y + 2), (44, y + 8)]),
            skin,
            shadow=3,
        )
        canvas.drawCircle(76, y - 12, 2.4, paint(0xFF15161E))
        cut(canvas, curve([(-48, y + 4), (-74, y + 12), (-66, y + 20), (-40, y + 12)]), skin, shadow=2)
        path = wobble(
            [(-54, y + 8), (-40, y - 20), (-6, y - 34), (30, y - 24), (52, y + 2), (40, y + 12), (-30, y + 15)],
            stream,
            1,
        )
        cut(canvas, path, shell, shadow=6, fade=colour(shell, -0.24))
        for a, b in ((-28, -6), (-4, -14), (20, -6), (-8, 4)):
            cut(canvas, wobble(ellipse(a, y + b, 11, 8, 6), stream, 1, False), colour(shell, 0.14), shadow=1)

    def flipper(canvas: skia.Canvas) -> None:
        cut(
            canvas,
            curve([(24, y + 4), (14, y + 34), (-14, y + 62), (-22, y + 56), (-4, y + 28), (6, y + 4)]),
            colour(skin, -0.05),
            shadow=4,
        )

    def glide(t: float) -> Motion:
        x, rise = along(t)
        return Motion(x, rise, 4 * math.sin(0.5 * t + 1.2))

    def row(t: float) -> Motion:
        x, rise = along(t)
        return Motion(x, rise, 24 * math.sin(1.4 * t) - 6)

    around = (-90.0, y - 50, 100.0, y + 80)
    scenery.add(0.62, around, body, move=glide, pivot=(0, y))
    scenery.add(0.62, around, flipper, move=row, pivot=(16, y + 4))


def bubbles(scenery: Scenery, scene: Scene, index: int, x: float, tint: int) -> None:
    """A string of bubbles that rise, wobble and grow."""
    for k in range(4):
        stream = scene.rng("bubble", index, k)
        r, rate = stream.uniform(3.5, 9.5), stream.uniform(0.085, 0.13)
        depth = (0.66, 0.96, 1.06)[index % 3]

        def draw(canvas: skia.Canvas, r: float = r) -> None:
            canvas.drawCircle(x, 0, r, paint(colour(tint, 0.4, 0.28)))
            canvas.drawCircle(x, 0, r, paint(colour(tint, 0.6, 0.85), stroke=1.5))
            canvas.drawPath(
                curve([(x - r * 0.55, -r * 0.1), (x - r * 0.4, -r * 0.5), (x, -r * 0.62)], False),
                paint(0xE6FFFFFF, stroke=1.8),
            )

        def move(t: float, rate: float = rate, phase: float = k / 4 + stream.uniform(-0.05, 0.05)) -> Motion:
            part = (rate * t + phase) % 1.0
            grow = 0.6 + 0.5 * part
            alpha = min(1.0, part * 12, (1 - part) * 12)
            return Motion(9 * math.sin(9 * part + 5 * phase), 640 - 640 * part, 0, grow, grow, alpha)

        scenery.add(depth, (x - r * 1.4, -r * 1.4, x + r * 1.4, r * 1.4), draw, move=move, pivot=(x, 0))

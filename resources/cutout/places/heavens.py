"""What hangs in the sky of space: the void with its stars and sun, planets, moons, a comet, asteroids."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.palette import oklch
from resources.cutout.paper import (
    Point,
    colour,
    curve,
    cut,
    ellipse,
    grain_paint,
    mix,
    paint,
    polygon,
    scale_of,
    wobble,
)
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import bobbing, flicker, gradient, halo, star
from schemas.vocabulary import TimeOfDay


def void(scenery: Scenery, scene: Scene, side: float) -> None:
    """Backdrop: a nebula of torn sheets, the milky way, many small stars, some of which twinkle, and the sun."""
    whole = (scene.left, -170.0, scene.right, scene.floor)
    sun_x = scene.width * (1 - side + (0.06 if side < 0.5 else -0.06))
    sun_y = {TimeOfDay.DAWN: 448.0, TimeOfDay.DAY: 112.0, TimeOfDay.DUSK: 440.0}.get(scene.hour)
    tints = [
        mix(scene.palette.sky_middle, oklch(0.5, 0.16, hue), 0.5)
        for hue in scene.rng("nebula").sample((300, 250, 340, 190, 30), 3)
    ]

    def draw(canvas: skia.Canvas) -> None:
        shades = [scene.palette.sky_top, scene.palette.sky_middle, scene.palette.sky]
        edge = skia.Rect(scene.left * 2, -170, scene.right + 340, scene.floor)
        canvas.drawRect(edge, gradient(0, 0, 0, 510, shades))
        stream = scene.rng("clouds")
        slope = stream.choice((-0.34, 0.34))
        for k in range(3):  # torn sheets of dust
            points: list[Point] = []
            middle = 190 + 60 * k - slope * scene.width * 0.5
            reach = 130 - 34 * k
            xs = [scene.left - 40 + (scene.width - 2 * scene.left + 80) * i / 9 for i in range(10)]
            points += [(x, middle + slope * x - reach * stream.uniform(0.5, 1.1)) for x in xs]
            points += [(x, middle + slope * x + reach * stream.uniform(0.5, 1.1)) for x in reversed(xs)]
            cut(canvas, wobble(points, stream, 6), colour(tints[k], alpha=0.22), shadow=0, rim=False, grain=False)
        count = {TimeOfDay.DAY: 150, TimeOfDay.DAWN: 210, TimeOfDay.DUSK: 230, TimeOfDay.NIGHT: 380}[scene.hour]
        for k in range(int(count * (0.3 + 0.7 * scene.width / 1280))):
            x = stream.uniform(scene.left, scene.right)
            y = stream.uniform(-60, 470)
            if k % 2:
                y = 250 + slope * (x - scene.width * 0.5) + stream.gauss(0, 70)
            tint = stream.choice((0xFFFFF6DC, 0xFFDCE8FF, 0xFFFFE2C4))
            canvas.drawCircle(
                x, y, stream.choice((0.8, 0.9, 1.1, 1.4, 2.2)), paint(colour(tint, alpha=stream.uniform(0.4, 1.0)))
            )
        if sun_y is not None:
            warm = scene.palette.glow if scene.hour is not TimeOfDay.DAY else 0xFFFFF7DC
            halo(canvas, sun_x, sun_y, 330 if scene.hour is not TimeOfDay.DAY else 230, warm, 0.62)
            cut(canvas, wobble(ellipse(sun_x, sun_y, 40, 40, 20), stream, 0.8), warm, shadow=0)
            if scene.hour is TimeOfDay.DAY:
                star(canvas, sun_x, sun_y, 120, colour(warm, alpha=0.5))
        canvas.drawRect(edge, grain_paint(scale_of(canvas)))

    scenery.add(0.0, whole, draw)
    for index in range(14):
        local = scene.rng("twinkle", index)
        x, y, size = local.uniform(0, scene.width), local.uniform(10, 400), local.uniform(7, 14)

        def shine(canvas: skia.Canvas, x: float = x, y: float = y, size: float = size) -> None:
            star(canvas, x, y, size, 0xFFFFF6DC)

        place = (x - size, y - size, x + size, y + size)
        scenery.add(0.0, place, shine, move=flicker(local, 0.12, 0.3), pivot=(x, y))


def _shade(canvas: skia.Canvas, x: float, y: float, r: float) -> None:
    """The night side of a disc, away from the lamp; the caller has clipped to the disc."""
    night = skia.PathBuilder().addRect(skia.Rect(x - r * 2, y - r * 2, x + r * 2, y + r * 2))
    night.addCircle(x - r * 0.34, y - r * 0.3, r * 1.1)
    night.setFillType(skia.PathFillType.kEvenOdd)
    canvas.drawPath(night.detach(), paint(colour("#080818", alpha=0.56), blur=r * 0.06))


def planet(scenery: Scenery, scene: Scene, x: float, y: float, r: float) -> None:
    """The great one: stripes and a ring that passes before and behind it; or the earth with its seas."""
    earth = scene.has("earth", "home", "moon", "lunar", "orbit", "spacewalk") and not scene.has("saturn", "ring")
    stream = scene.rng("planet")
    base = oklch(0.70, 0.12, stream.choice((45, 70, 20, 175, 320)))
    tilt = stream.uniform(-24, -12) if stream.random() < 0.5 else stream.uniform(12, 24)
    ring = mix(base, 0xFFFFF1D8, 0.5)

    def arc(canvas: skia.Canvas, front: bool) -> None:
        canvas.save()
        canvas.translate(x, y)
        canvas.rotate(tilt)
        canvas.clipRect(skia.Rect(-r * 3, 0 if front else -r, r * 3, r if front else 0))
        for part, wide, tone in ((2.12, 0.13, ring), (1.83, 0.22, colour(ring, -0.16)), (1.55, 0.1, colour(ring, 0.2))):
            local = scene.rng("ring", part)
            outer, inner = (
                ellipse(0, 0, r * part, r * part * 0.27, 60),
                ellipse(0, 0, r * (part - wide), r * (part - wide) * 0.27, 60),
            )
            outer, inner = [[(a + local.uniform(-0.6, 0.6), b) for a, b in edge] for edge in (outer, inner)]
            loop = polygon([*outer, outer[0], inner[0], *reversed(inner)])
            cut(canvas, loop, tone, shadow=3 if front else 0)
        canvas.restore()

    def draw(canvas: skia.Canvas) -> None:
        local = scene.rng("planet look")
        halo(canvas, x, y, r * 1.7, 0xFF7FC0F0 if earth else base, 0.35)
        if earth:
            path = wobble(ellipse(x, y, r, r, 26), local, 0.8)
            cut(canvas, path, 0xFF3F86C0, shadow=5)
            canvas.save()
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            for _ in range(6):
                a, b, s = (
                    x + r * local.uniform(-0.8, 0.7),
                    y + r * local.uniform(-0.7, 0.7),
                    r * local.uniform(0.2, 0.42),
                )
                cut(
                    canvas,
                    wobble(ellipse(a, b, s, s * 0.8, 10), local, s * 0.26),
                    local.choice((0xFF6FA356, 0xFF8FA85C, 0xFFC9AE72)),
                    shadow=2,
                )
            for _ in range(8):
                a, b, s = (
                    x + r * local.uniform(-0.9, 0.9),
                    y + r * local.uniform(-0.8, 0.8),
                    r * local.uniform(0.18, 0.4),
                )
                cut(
                    canvas,
                    wobble(ellipse(a, b, s, s * 0.2, 9), local, s * 0.08),
                    colour("#f6f8fa", alpha=0.85),
                    shadow=1.5,
                )
            cut(canvas, wobble(ellipse(x, y - r, r * 0.5, r * 0.16, 10), local, 3), 0xFFF4F8FA, shadow=1)
            _shade(canvas, x, y, r)
            canvas.restore()
            return
        arc(canvas, False)
        path = wobble(ellipse(x, y, r, r, 26), scene.rng("disc"), 0.8)
        cut(canvas, path, base, shadow=5)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.rotate(tilt, x, y)
        for k in range(7):
            level = y - r + r * 0.3 * k + local.uniform(-6, 6)
            strip = [
                (x - r * 1.2, level),
                (x - r * 0.4, level + 8),
                (x + r * 0.4, level + 9),
                (x + r * 1.2, level),
                (x + r * 1.2, level + 18),
                (x, level + r * local.uniform(0.14, 0.26)),
                (x - r * 1.2, level + 16),
            ]
            cut(canvas, wobble(strip, local, 2.5), colour(base, local.choice((-0.18, -0.1, 0.14, 0.24))), shadow=1.5)
        cut(
            canvas,
            wobble(ellipse(x + r * 0.2, y + r * 0.36, r * 0.2, r * 0.11, 10), local, 1.5),
            colour(base, -0.28),
            shadow=0,
        )
        canvas.rotate(-tilt, x, y)
        _shade(canvas, x, y, r)
        canvas.restore()
        arc(canvas, True)

    reach = r * 2.3
    scenery.add(
        0.05,
        (x - reach, y - reach * 0.9, x + reach, y + reach * 0.9),
        draw,
        move=bobbing(scene.rng("hang"), 4, 0.0, 0.35, 5),
        pivot=(x, y),
    )


def moons(scenery: Scenery, scene: Scene, side: float, kind: str) -> None:
    """Two or three small worlds that wander slowly."""
    for index in range(3 if scene.width > 700 else 2):
        stream = scene.rng("moon", index)
        x = scene.width * (1 - side + (stream.uniform(-0.16, 0.16) if index else (-0.22 if side < 0.5 else 0.22)))
        y, r = stream.uniform(60, 330), stream.uniform(14, 26) if index else 40.0
        tone = oklch(stream.uniform(0.6, 0.8), stream.uniform(0.03, 0.11), stream.uniform(0, 360))

        def draw(
            canvas: skia.Canvas, x: float = x, y: float = y, r: float = r, tone: int = tone, s: random.Random = stream
        ) -> None:
            path = wobble(ellipse(x, y, r, r, 26), s, r * 0.006)
            cut(canvas, path, tone, shadow=r * 0.06)
            canvas.save()
            canvas.clipPath(path, skia.ClipOp.kIntersect, True)
            for _ in range(5):
                canvas.drawCircle(
                    x + r * s.uniform(-0.7, 0.5),
                    y + r * s.uniform(-0.7, 0.5),
                    r * s.uniform(0.1, 0.22),
                    paint(colour(tone, -0.16, 0.8)),
                )
            _shade(canvas, x, y, r)
            canvas.restore()

        scenery.add(
            0.08,
            (x - r * 1.3, y - r * 1.3, x + r * 1.3, y + r * 1.3),
            draw,
            move=bobbing(stream, 7, 2, 0.4, 12),
            pivot=(x, y),
        )


def comet(scenery: Scenery, scene: Scene) -> None:
    """A comet that crosses the sky with its tail behind it, and now and then a falling star."""
    stream = scene.rng("comet")
    high, fall = stream.uniform(40, 120), stream.uniform(0.16, 0.28)

    def draw(canvas: skia.Canvas) -> None:
        tail = [(0.0, -6.0), (-90, -14), (-250, -30), (-120, 2), (-280, 10), (-100, 10), (0, 7)]
        ends = [skia.Point(0, 0), skia.Point(-270, 0)]
        fill = skia.Paint(
            AntiAlias=True, Shader=skia.GradientShader.MakeLinear(ends, [0xEEDDF0FF, 0x66A9D4FF, 0x0088B4FF])
        )
        canvas.drawPath(curve(tail), fill)
        halo(canvas, 0, 0, 34, 0xFFE6F4FF, 0.8)
        cut(canvas, wobble(ellipse(0, 0, 11, 10, 9), scene.rng("ice"), 1.2), 0xFFF4FBFF, shadow=0)

    span = scene.width + 700
    start = stream.uniform(0.35, 0.6) * span

    def move(t: float) -> Motion:
        along = (start + 46 * t) % span
        return Motion(x=-150 + along, y=high + fall * along, turn=math.degrees(math.atan(fall)))

    scenery.add(0.10, (-290, -50, 40, 50), draw, move=move)

    def streak(canvas: skia.Canvas) -> None:
        canvas.drawPath(polygon([(0, 0), (-120, -46), (2, -3)]), gradient(0, 0, -120, -46, [0xFFFFFFFF, 0x00FFFFFF]))

    for index in range(2):
        local = scene.rng("falling", index)
        x, y, gap = scene.width * local.uniform(0.2, 0.7), local.uniform(30, 200), local.uniform(3.1, 4.6)

        def dart(t: float, x: float = x, y: float = y, gap: float = gap, phase: float = local.uniform(0, 3)) -> Motion:
            part = ((t + phase) % gap) / 0.7
            return Motion(x + 190 * part, y + 73 * part, alpha=math.sin(part * math.pi) if part < 1 else 0.0)

        scenery.add(0.04, (-130, -54, 10, 8), streak, move=dart)


def asteroids(scenery: Scenery, scene: Scene, tone: int) -> None:
    """Rocks that tumble slowly between the stars and the ground."""
    for index in range(7):
        stream = scene.rng("asteroid", index)
        x, y, r, depth = (
            scene.width * stream.uniform(0.02, 0.98),
            stream.uniform(120, 470),
            stream.uniform(14, 58),
            stream.uniform(0.2, 0.8),
        )
        shade = mix(tone, scene.palette.sky, 0.5 * (1 - depth))

        def draw(
            canvas: skia.Canvas, x: float = x, y: float = y, r: float = r, s: random.Random = stream, shade: int = shade
        ) -> None:
            outline = [(px, py) for px, py in ellipse(x, y, r, r * 0.76, 11)]
            _craters(canvas, s, wobble(outline, s, r * 0.12), shade, x, y, r, 4)

        def move(t: float, phase: float = stream.uniform(0, 6), rate: float = stream.uniform(-9, 9)) -> Motion:
            return Motion(
                14 * math.sin(0.3 * t + phase), 9 * math.sin(0.4 * t + 2 * phase), 30 * math.sin(rate * t / 30 + phase)
            )

        scenery.add(
            round(depth, 2), (x - r * 1.4, y - r * 1.3, x + r * 1.4, y + r * 1.3), draw, move=move, pivot=(x, y)
        )


def _craters(
    canvas: skia.Canvas, stream: random.Random, path: skia.Path, tone: int, x: float, y: float, r: float, count: int
) -> None:
    cut(canvas, path, tone, shadow=5, fade=colour(tone, -0.3))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    for _ in range(count):
        crater(
            canvas,
            x + r * stream.uniform(-0.7, 0.7),
            y + r * stream.uniform(-0.5, 0.5),
            r * stream.uniform(0.14, 0.3),
            0.8,
            stream,
            tone,
        )
    canvas.restore()


def crater(canvas: skia.Canvas, x: float, y: float, r: float, flat: float, stream: random.Random, tone: int) -> None:
    """A bowl: bright far lip on the right, dark under the lip on the left."""
    cut(
        canvas,
        wobble(ellipse(x, y, r * 1.14, r * 1.14 * flat, 14), stream, r * 0.04),
        colour(tone, 0.14),
        shadow=r * 0.05,
        grain=False,
    )
    bowl = wobble(ellipse(x, y + r * 0.03, r, r * flat, 14), stream, r * 0.03)
    cut(canvas, bowl, colour(tone, -0.34), shadow=0, rim=False)
    canvas.save()
    canvas.clipPath(bowl, skia.ClipOp.kIntersect, True)
    canvas.drawOval(
        skia.Rect(x - r * 0.72, y - r * flat * 0.66, x + r * 1.2, y + r * flat * 1.3),
        paint(colour(tone, -0.08), blur=r * 0.06),
    )
    canvas.restore()

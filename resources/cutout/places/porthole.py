"""The window of a spaceship, and the space behind it."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Motion, Scene, Scenery
from resources.cutout.places.interior import shimmer
from resources.cutout.places.kit import gradient, halo
from schemas.vocabulary import TimeOfDay

_PLANETS = (
    ("#4f8fb0", "#7fb58a", "#dfe9e4"),
    ("#c9774a", "#a85a42", "#e5ad78"),
    ("#8a6fb0", "#b58acb", "#d9c2e6"),
    ("#5f9a80", "#3f7a74", "#b9d6a4"),
    ("#d9b06a", "#b98a4e", "#f0dcae"),
)


def add_space(scenery: Scenery, scene: Scene, view: Box) -> None:
    """Stars, a nebula in the hour's colours, a planet, and something small that passes."""
    left, top, right, bottom = view
    wide, tall = right - left, bottom - top
    grown = (left - 200, top - 160, right + 200, bottom + 150)
    amount = {TimeOfDay.DAWN: 0.62, TimeOfDay.DAY: 0.60, TimeOfDay.DUSK: 0.66, TimeOfDay.NIGHT: 0.12}[scene.hour]
    deep = 0xFF0B0D20
    plan = scene.rng("space")
    base, band, pale = plan.choice(_PLANETS)
    radius = min(wide * 0.30, tall * 0.42)
    px, py = left + wide * plan.choice((0.30, 0.68)), top + tall * plan.uniform(0.52, 0.66)
    ringed = plan.random() < 0.45
    sun_way = {TimeOfDay.DAWN: 2.5, TimeOfDay.DAY: 4.0, TimeOfDay.DUSK: 0.6, TimeOfDay.NIGHT: 5.6}[scene.hour]

    def beyond(canvas: skia.Canvas) -> None:
        stream = scene.rng("stars")
        canvas.clipRect(skia.Rect(*grown))
        shades = [
            mix(deep, tone, amount) for tone in (scene.palette.sky_top, scene.palette.sky_middle, scene.palette.sky)
        ]
        canvas.drawRect(skia.Rect(*grown), gradient(0, top, 0, bottom, shades))
        for k in range(5):
            cx, cy = stream.uniform(left, right), stream.uniform(top, bottom)
            tone = mix(shades[k % 3], scene.palette.glow, 0.30)
            points = ellipse(cx, cy, stream.uniform(80, 170), stream.uniform(26, 60), 12)
            canvas.drawPath(wobble(points, stream, 14), paint(colour(tone, alpha=0.32), blur=12))
        for _ in range(150):
            shine = stream.uniform(0.35, 1.0) * (0.55 if scene.hour is TimeOfDay.DAY else 1.0)
            spot = (stream.uniform(grown[0], grown[2]), stream.uniform(grown[1], grown[3]))
            canvas.drawCircle(*spot, stream.uniform(0.7, 2.4), paint(colour("#fff6dc", alpha=shine)))
        if scene.hour in (TimeOfDay.DAY, TimeOfDay.DAWN, TimeOfDay.DUSK):
            sx, sy = px + radius * 1.05 * math.cos(sun_way), py + radius * 1.05 * math.sin(sun_way)
            if scene.hour is TimeOfDay.DAY:
                sx, sy = left + wide - (px - left), top + tall * 0.24
            halo(canvas, sx, sy, radius * 1.9, scene.palette.glow, 0.85)
            canvas.drawCircle(sx, sy, radius * 0.22, paint(scene.palette.glow))

    def planet(canvas: skia.Canvas) -> None:
        stream = scene.rng("planet")
        tones = [mix(colour(tone), deep, 0.34 if scene.night else 0.06) for tone in (base, band, pale)]
        halo(canvas, px, py, radius * 1.36, tones[2], 0.55)
        disc = wobble(ellipse(px, py, radius, radius, 30), stream, 0.8)
        ring = skia.Rect(px - radius * 1.75, py - radius * 0.36, px + radius * 1.75, py + radius * 0.36)
        if ringed:
            canvas.save()
            canvas.rotate(-14, px, py)
            canvas.drawArc(ring, 180, 180, False, paint(tones[2], stroke=9))
            canvas.restore()
        cut(canvas, disc, tones[0], shadow=0)
        canvas.save()
        canvas.clipPath(disc, skia.ClipOp.kIntersect, True)
        for k in range(5):
            y = py - radius + radius * 2 * (k + 0.5) / 5
            band_shape = ellipse(
                px + stream.uniform(-0.5, 0.5) * radius, y, radius * stream.uniform(0.5, 0.95), radius * 0.11, 12
            )
            cut(canvas, wobble(band_shape, stream, 4), tones[1 + k % 2], shadow=1)
        dark_x, dark_y = px - radius * 0.62 * math.cos(sun_way), py - radius * 0.62 * math.sin(sun_way)
        canvas.drawPath(
            curve(ellipse(dark_x, dark_y, radius * 1.04, radius * 1.04, 20)), paint(colour(deep, alpha=0.46), blur=16)
        )
        canvas.restore()
        if ringed:
            canvas.save()
            canvas.rotate(-14, px, py)
            canvas.drawArc(ring, 0, 180, False, paint(tones[2], stroke=9))
            canvas.drawArc(ring, 0, 180, False, paint(tones[1], stroke=2.4))
            canvas.restore()

    def drift(t: float) -> Motion:
        return Motion(x=9 * math.sin(0.16 * t), y=5 * math.sin(0.21 * t + 1))

    reach = radius * 2.0
    scenery.add(0.05, grown, beyond)
    scenery.add(0.10, (px - reach, py - reach, px + reach, py + reach), planet, move=drift, pivot=(px, py))
    grey = mix(scene.lit("#9a938c"), deep, 0.3)
    for index in range(2):
        local = scene.rng("passing", index)
        y, size = top + tall * local.uniform(0.12, 0.8), local.uniform(9, 17)
        comet = index == 0

        def rock(
            canvas: skia.Canvas, y: float = y, s: float = size, local: random.Random = local, comet: bool = comet
        ) -> None:
            if comet:
                tail = gradient(-130, 0, 0, 0, [0x00FFFFFF, 0xB0FFF3D0])
                canvas.drawPath(polygon([(0, y - 3.4), (-130, y + 18), (0, y + 3.4)]), tail)
                canvas.drawCircle(0, y, 4.6, paint(0xFFFFF8E0))
            else:
                cut(canvas, wobble(ellipse(0, y, s, s * 0.8, 8), local, s * 0.16, False), grey, shadow=0)

        span, phase = wide + 700, local.uniform(0.1, 0.9)

        def cross(t: float, span: float = span, phase: float = phase, comet: bool = comet) -> Motion:
            along = (phase * span + (150 if comet else 17) * t) % span
            return Motion(
                x=left - 280 + along,
                y=(-0.14 if comet else 0.03) * along + (40 if comet else 0),
                alpha=max(0.0, min(1.0, along / 60, (span - along) / 60)),
            )

        scenery.add(0.12, (-136 if comet else -size * 2, y - 24, 24, y + 26), rock, move=cross, pivot=(0, y))
    for index in range(7):
        local = scene.rng("twinkle", index)
        x, y = local.uniform(left + 20, right - 20), local.uniform(top + 10, bottom - 20)

        def spark(canvas: skia.Canvas, x: float = x, y: float = y) -> None:
            halo(canvas, x, y, 11, 0xFFFFFFFF, 1.0)

        scenery.add(0.06, (x - 14, y - 14, x + 14, y + 14), spark, move=shimmer(local, 0.1, 0.28), pivot=(x, y))


def _port_outline(view: Box, shape: str, grow: float) -> list[Point]:
    left, top, right, bottom = view[0] - grow, view[1] - grow, view[2] + grow, view[3] + grow
    middle, level = (left + right) / 2, (top + bottom) / 2
    if shape == "round":
        return ellipse(middle, level, (right - left) / 2, (bottom - top) / 2, 36)
    cut_x = (right - left) * (0.16 if shape == "hexagon" else 0.10)
    if shape == "hexagon":
        return [
            (left + cut_x, top),
            (right - cut_x, top),
            (right, level),
            (right - cut_x, bottom),
            (left + cut_x, bottom),
            (left, level),
        ]
    bow = [(left + (right - left) * k / 14, top + 46 * (1 - math.sin(math.pi * k / 14))) for k in range(15)]
    return [*bow, (right - cut_x, bottom), (left + cut_x, bottom)]


def draw_port(canvas: skia.Canvas, scene: Scene, hull: int, view: Box, shape: str) -> None:
    """The window's double frame with bolts and struts, cut out of the hull."""
    stream = scene.rng("port")
    cut(canvas, wobble(_port_outline(view, shape, 32), stream, 0.8, False), colour(hull, -0.24), shadow=8)
    cut(canvas, wobble(_port_outline(view, shape, 17), stream, 0.8, False), colour(hull, 0.16), shadow=4)
    for x, y in _port_outline(view, shape, 25)[:: 2 if shape != "hexagon" else 1]:
        canvas.drawCircle(x, y, 4.4, paint(colour(hull, -0.45)))
        canvas.drawCircle(x - 1, y - 1, 3, paint(colour(hull, 0.25)))
    hole = polygon(_port_outline(view, shape, 0))
    canvas.drawPath(hole, skia.Paint(AntiAlias=True, BlendMode=skia.BlendMode.kClear))
    canvas.save()
    canvas.clipPath(hole, skia.ClipOp.kIntersect, True)
    canvas.drawPath(hole, paint(colour("#05060f", alpha=0.6), stroke=12, blur=5))
    left, top, right, bottom = view
    for part in (0.2, 0.3):
        x = left + (right - left) * part
        canvas.drawPath(polygon([(x, bottom), (x + 30, bottom), (x + 150, top), (x + 120, top)]), paint(0x18FFFFFF))
    for part in (1 / 3, 2 / 3):
        x = left + (right - left) * part
        strut = [
            (x - 5, top - 6),
            (x + 5, top - 6),
            (x + 5 + (x - (left + right) / 2) * 0.2, bottom + 6),
            (x - 5 + (x - (left + right) / 2) * 0.2, bottom + 6),
        ]
        cut(canvas, wobble(strut, stream, 0.5, False), colour(hull, 0.05), shadow=5)
    canvas.restore()

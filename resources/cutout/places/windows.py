"""Windows of rooms: the opening, its glass, the view and the weather beyond it, curtains, and light that falls in."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Motion, Scene, Scenery
from resources.cutout.places.interior import LAMPLIGHT, slab
from resources.cutout.places.kit import (
    gradient,
    halo,
    house,
    land,
    pine,
    ridge,
    sway,
    tree,
    window_light,
)
from schemas.vocabulary import TimeOfDay, Weather


def frame_of(view: Box, shape: str, grow: float = 0.0) -> list[Point]:
    """The outline of an opening: ``box``, ``arch`` or ``round``, larger by ``grow``."""
    left, top, right, bottom = view[0] - grow, view[1] - grow, view[2] + grow, view[3] + grow
    middle, half = (left + right) / 2, (right - left) / 2
    if shape == "round":
        return ellipse(middle, (top + bottom) / 2, half, (bottom - top) / 2, 28)
    if shape == "arch":
        bow = [
            (middle - half * math.cos(k * math.pi / 14), top + half - half * math.sin(k * math.pi / 14))
            for k in range(15)
        ]
        return [*bow, (right, bottom), (left, bottom)]
    return box(left, top, right, bottom)


def glazing(
    canvas: skia.Canvas, stream: random.Random, view: Box, tone: int, shape: str = "box", bars: tuple[int, int] = (1, 1)
) -> None:
    """Cut an opening into the wall on this layer and set a window into it; ``bars`` counts uprights and crossbars."""
    left, top, right, bottom = view
    cut(canvas, wobble(frame_of(view, shape, 13), stream, 0.9, False), tone, shadow=5)
    hole = polygon(frame_of(view, shape))
    canvas.drawPath(hole, skia.Paint(AntiAlias=True, BlendMode=skia.BlendMode.kClear))
    canvas.save()
    canvas.clipPath(hole, skia.ClipOp.kIntersect, True)
    canvas.drawPath(hole, paint(colour("#0b0a14", alpha=0.5), stroke=9, blur=4))
    wide, tall = right - left, bottom - top
    for shift, part in ((0.18, 0.10), (0.36, 0.04)):
        x = left + wide * shift
        shine = [(x, bottom), (x + wide * part, bottom), (x + wide * (part + 0.3), top), (x + wide * 0.3, top)]
        canvas.drawPath(polygon(shine), paint(0x20FFFFFF))
    for k in range(bars[0]):
        x = left + wide * (k + 1) / (bars[0] + 1)
        slab(canvas, stream, (x - 4, top - 4, x + 4, bottom + 4), tone, 4, amount=0.5)
    for k in range(bars[1]):
        y = top + tall * (k + 1) / (bars[1] + 1)
        slab(canvas, stream, (left - 4, y - 4, right + 4, y + 4), tone, 4, amount=0.5)
    canvas.restore()
    if shape != "round":
        slab(canvas, stream, (left - 26, bottom + 8, right + 26, bottom + 24), colour(tone, 0.08), 6)


def outlook(scenery: Scenery, scene: Scene, view: Box, index: int = 0) -> None:
    """What is seen through the opening ``view`` of a wall: the hour's sky, land or roofs by words, clouds, weather."""
    left, top, right, bottom = view
    wide, tall = right - left, bottom - top
    grown = (left - 190, top - 150, right + 190, bottom + 130)
    foot = bottom - tall * 0.16
    clear = scene.weather in (Weather.CLEAR, Weather.WIND)

    def beyond(canvas: skia.Canvas) -> None:
        stream = scene.rng("outlook", index)
        canvas.clipRect(skia.Rect(*grown))
        shades = [scene.palette.sky_top, scene.palette.sky_middle, scene.palette.sky]
        canvas.drawRect(skia.Rect(*grown), gradient(0, top, 0, foot, shades))
        if scene.night and clear:
            for _ in range(70):
                spot = stream.uniform(grown[0], grown[2]), stream.uniform(grown[1], foot)
                canvas.drawCircle(
                    *spot, stream.uniform(0.8, 2.2), paint(colour("#fff6dc", alpha=stream.uniform(0.4, 1)))
                )
        if clear and index == 0:
            high = {TimeOfDay.DAWN: 0.66, TimeOfDay.DAY: 0.24, TimeOfDay.DUSK: 0.70, TimeOfDay.NIGHT: 0.26}[scene.hour]
            x, y, size = left + wide * stream.uniform(0.60, 0.80), top + tall * high, min(wide, tall) * 0.12 + 4
            halo(canvas, x, y, size * 4, scene.palette.glow, 0.55)
            cut(canvas, wobble(ellipse(x, y, size, size, 18), stream, 0.6), scene.palette.glow, shadow=2)
        _land(canvas, scene, stream, (left, top, right, bottom), foot)

    scenery.add(0.2, grown, beyond)
    local = scene.rng("outlook cloud", index)
    pale = mix(scene.palette.sky_middle if scene.night else 0xFFFFFFFF, scene.palette.sky, 0.35)
    span, half = wide + 360, min(90.0, wide * 0.34)
    start, phase, level = left - 180, local.uniform(0, span), top + tall * local.uniform(0.14, 0.34)

    def drift(t: float) -> Motion:
        along = (phase + 7 * max(1.0, scene.breeze) * t) % span
        # it comes round again unseen, even where another window shows the end of its way
        return Motion(x=start + along, alpha=max(0.0, min(1.0, along / 70, (span - along) / 70)))

    scenery.add(
        0.24,
        (-half, level - half, half, level + half * 0.5),
        lambda canvas: _puffs(canvas, scene.rng("puff", index), level, half, pale),
        move=drift,
    )
    scenery.windows.append((0.5, (left - 16, top - 16, right + 16, bottom + 16)))


def _puffs(canvas: skia.Canvas, stream: random.Random, y: float, half: float, tone: int) -> None:
    """A small cloud, flat below."""
    canvas.clipRect(skia.Rect(-half, y - half, half, y + half * 0.16))
    for k, (shift, size) in enumerate(((-0.5, 0.26), (0.46, 0.24), (-0.12, 0.36), (0.2, 0.30))):
        round_ = wobble(ellipse(half * shift, y, half * size * 1.3, half * size, 12), stream, 1.0)
        cut(canvas, round_, colour(tone, 0.05 * k), shadow=1.5, rim=k > 1)


def _land(canvas: skia.Canvas, scene: Scene, stream: random.Random, view: Box, foot: float) -> None:
    left, top, right, bottom = view
    wide, tall = right - left, bottom - top
    snow = scene.weather is Weather.SNOW
    far, near = (
        scene.palette.lit("#dfe6ee" if snow else "#6f9a86", 0.55),
        scene.palette.lit("#e8edf2" if snow else "#5d8a52", 0.2),
    )
    if scene.night:
        far, near = mix(far, scene.palette.sky_top, 0.45), mix(near, scene.palette.sky_top, 0.62)
    if scene.has("sea", "coast", "harbour", "harbor", "island", "beach", "ship", "lighthouse", "fisherman"):
        water = mix(scene.palette.lit("#3f86a0", 0.2), scene.palette.sky_top, 0.5 if scene.night else 0.0)
        canvas.drawRect(skia.Rect(left - 200, foot - tall * 0.12, right + 200, bottom + 140), paint(water))
        for _ in range(14):
            x, y = stream.uniform(left, right), stream.uniform(foot - tall * 0.1, bottom)
            canvas.drawRect(skia.Rect(x, y, x + 16, y + 1.6), paint(colour(scene.palette.glow, alpha=0.5)))
        return
    if scene.has("city", "town", "street", "apartment", "flat", "downtown"):
        x = left - 190
        while x < right + 190:
            step, high = stream.uniform(34, 62), tall * stream.uniform(0.16, 0.52)
            shade = mix(near, scene.lit("#5c6a80", 0.5), 0.8)
            slab(canvas, stream, (x, foot - high, x + step, bottom + 140), colour(shade, stream.uniform(-0.1, 0.06)), 3)
            for k in range(int(high / 20)):
                for column in (0.2, 0.58):
                    glass = window_light(scene, stream)
                    canvas.drawRect(
                        skia.Rect.MakeXYWH(x + step * column, foot - high + 8 + 20 * k, step * 0.2, 9), paint(glass)
                    )
            x += step
        return
    land(canvas, ridge(scene, stream, foot - tall * 0.10, tall * 0.10, 90), stream, far, shadow=3)
    x = left - 150 + stream.uniform(0, 60)
    firs = stream.random() < 0.5
    while x < right + 150:
        high = tall * stream.uniform(0.26, 0.44)
        (pine if firs else tree)(canvas, x, foot + 12, high, stream, mix(near, far, 0.45), colour(near, -0.4))
        x += stream.uniform(50, 130)
    land(canvas, ridge(scene, stream, foot + 8, 6, 110), stream, near, shadow=3)
    if stream.random() < 0.6 and wide > 120:
        house(
            canvas,
            scene,
            left + wide * 0.24,
            foot + 14,
            46,
            44,
            stream,
            mix(near, scene.lit("#d8c6a4"), 0.7),
            scene.lit("#8c4636"),
        )


def curtains(scenery: Scenery, scene: Scene, view: Box, tone: int, depth: float, drop: float = 22) -> None:
    """A rod and two lengths of cloth that stir beside a window; ``drop`` is how far below it they hang."""
    left, top, right, bottom = view
    cloth = min(92.0, max(34.0, (right - left) * 0.30))

    def rod(canvas: skia.Canvas) -> None:
        stream = scene.rng("rod", left)
        slab(
            canvas,
            stream,
            (left - cloth * 0.7 - 12, top - 35, right + cloth * 0.7 + 12, top - 28),
            scene.lit("#5a4028"),
            5,
        )
        for x in (left - cloth * 0.7 - 12, right + cloth * 0.7 + 12):
            cut(canvas, wobble(ellipse(x, top - 31, 8, 8, 9), stream, 0.5), scene.lit("#7a5836"), shadow=3)

    for side, edge in ((-1, left - cloth * 0.66), (1, right + cloth * 0.66)):

        def length(canvas: skia.Canvas, side: int = side, edge: float = edge) -> None:
            stream = scene.rng("curtain", side)
            inner, foot = edge - side * cloth, bottom + drop
            points: list[Point] = [
                (edge, top - 32),
                (inner, top - 32),
                (inner + side * cloth * 0.12, top + (foot - top) * 0.4),
            ]
            points.append((inner + side * cloth * 0.34, foot))
            for k in range(5):
                part = k / 4
                x = inner + side * cloth * 0.34 + (edge + side * 4 - inner - side * cloth * 0.34) * part
                points.append((x, foot + (7 if k % 2 else 0)))
            cut(canvas, wobble(points, stream, 1.2, False), tone, shadow=7, fade=colour(tone, -0.22))
            for k in range(1, 4):
                x = edge - side * cloth * k * 0.25
                fold = [(x, top - 30), (x + side * 3, (top + foot) / 2), (x + side * cloth * 0.07 * k, foot - 3)]
                canvas.drawPath(curve(fold, False), paint(colour(tone, -0.28 if k % 2 else 0.18, 0.75), stroke=3))

        reach = (min(edge, edge - side * cloth) - 16, top - 40, max(edge, edge - side * cloth) + 16, bottom + drop + 18)
        scenery.add(
            depth,
            reach,
            length,
            move=sway(scene.rng("draught", side), 0.45 + 0.4 * scene.breeze, 0.8),
            pivot=(edge, top - 32),
        )
    scenery.add(depth, (left - cloth - 30, top - 50, right + cloth + 30, top - 10), rod)


def sunlight(canvas: skia.Canvas, scene: Scene, view: Box, y: float) -> None:
    """The window's light on the floor, from ``y`` down: sun, or a little moon."""
    if scene.weather not in (Weather.CLEAR, Weather.WIND, Weather.SNOW):
        return
    left, _, right, _ = view
    alpha = {TimeOfDay.DAWN: 0.34, TimeOfDay.DAY: 0.36, TimeOfDay.DUSK: 0.26, TimeOfDay.NIGHT: 0.13}[scene.hour]
    tint = colour("#b9ccff" if scene.night else scene.palette.glow, alpha=alpha)
    half = (right - left) / 2
    for k in range(2):
        x = left + half * k + 30
        patch = [
            (x + 4, y),
            (x + half - 4, y),
            (x + half * 1.45 + 50 + 22 * k, y + 96),
            (x + 60 + half * 0.3 * k, y + 96),
        ]
        canvas.drawPath(polygon(patch), paint(tint, blur=3))


def motes(scenery: Scenery, scene: Scene, view: Box, count: int = 7) -> None:
    """Dust that turns in the light inside ``view``."""
    for index in range(count):
        stream = scene.rng("mote", index)
        x, y = stream.uniform(view[0], view[2]), stream.uniform(view[1], view[3])

        def move(t: float, a: float = stream.uniform(0, 6.3), r: float = stream.uniform(0.25, 0.55)) -> Motion:
            return Motion(
                x=34 * math.sin(r * t + a),
                y=26 * math.sin(0.8 * r * t + 2 * a),
                alpha=0.45 + 0.35 * math.sin(1.7 * r * t + a),
            )

        tint = colour(LAMPLIGHT if scene.dim else scene.palette.glow, 0.3, 0.85)
        size = stream.uniform(1.4, 2.6)

        def mote(canvas: skia.Canvas, x: float = x, y: float = y, size: float = size, tint: int = tint) -> None:
            canvas.drawCircle(x, y, size, paint(tint))

        scenery.add(0.95, (x - 5, y - 5, x + 5, y + 5), mote, move=move)

"""A living room, and what every room needs: openings in a wall, the view through them, floors, curtains, light."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Motion, Scene, Scenery
from resources.cutout.places.kit import (
    flicker,
    foreground,
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

LAMPLIGHT = 0xFFFFD08A
_BATH: dict[TimeOfDay, tuple[float, float, str]] = {
    # strength of the light near its source, of the shade far from it, and the shade's colour
    TimeOfDay.DAWN: (0.30, 0.34, "#3b2f52"),
    TimeOfDay.DAY: (0.26, 0.22, "#3a3346"),
    TimeOfDay.DUSK: (0.34, 0.52, "#2a1a3c"),
    TimeOfDay.NIGHT: (0.32, 0.72, "#120f2b"),
}
_WALLS = ("#a8664f", "#5d7f7a", "#b58f52", "#7d6a8c", "#73835a", "#a5787c")


def slab(
    canvas: skia.Canvas,
    stream: random.Random,
    edges: Box,
    tone: int,
    shadow: float = 3.0,
    fade: int | None = None,
    amount: float = 1.0,
) -> None:
    """A rectangle of paper; ``edges`` are left, top, right, bottom."""
    cut(canvas, wobble(box(*edges), stream, amount, False), tone, shadow=shadow, fade=fade)


def bathe(canvas: skia.Canvas, scene: Scene, x: float, y: float, reach: float) -> None:
    """Light near (x, y) and shade beyond ``reach``, only on the paper that the layer already holds."""
    near, far, shade = _BATH[scene.hour]
    tint = 0xFFFFB562 if scene.dim else scene.palette.glow
    stops = [
        colour(tint, alpha=near),
        colour(tint, alpha=near * 0.26),
        colour(shade, alpha=far * 0.7),
        colour(shade, alpha=far),
    ]
    shader = skia.GradientShader.MakeRadial(skia.Point(x, y), reach * 1.5, stops, [0.0, 0.36, 0.72, 1.0])
    canvas.drawPaint(skia.Paint(Shader=shader, Dither=True, BlendMode=skia.BlendMode.kSrcATop))


def footing(canvas: skia.Canvas, x: float, y: float, half: float) -> None:
    """The soft shadow of something that stands on the floor at (x, y)."""
    canvas.drawOval(skia.Rect(x - half, y - 9, x + half * 1.2, y + 12), paint(colour("#0b0a14", alpha=0.42), blur=7))


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


def boards(canvas: skia.Canvas, scene: Scene, stream: random.Random, y: float, tone: int, step: float = 66) -> None:
    """A plank floor whose far edge is at ``y``."""
    slab(canvas, stream, (scene.left - 60, y, scene.right + 60, scene.floor), tone, 0)
    middle, spread = scene.width / 2, 1.0 + (scene.floor - y) / 330
    count = int((scene.width / 2 + 260) / step) + 1
    for k in range(-count, count):
        edges = [middle + k * step, middle + (k + 1) * step]
        low = [middle + k * step * spread, middle + (k + 1) * step * spread]
        plank = [(edges[0], y), (edges[1], y), (low[1], scene.floor), (low[0], scene.floor)]
        canvas.drawPath(polygon(plank), paint(colour(tone, stream.uniform(-0.10, 0.07), 0.8)))
        canvas.drawLine(edges[0], y, low[0], scene.floor, paint(colour(tone, -0.30), stroke=1.8))
        for _ in range(2):
            part = stream.random() ** 1.3
            a, b = edges[0] + (low[0] - edges[0]) * part, edges[1] + (low[1] - edges[1]) * part
            level = y + (scene.floor - y) * part
            canvas.drawLine(a, level, b, level, paint(colour(tone, -0.26), stroke=1.6))
    canvas.drawRect(
        skia.Rect(scene.left - 60, y, scene.right + 60, y + 34), gradient(0, y, 0, y + 34, [0x66100C18, 0x00100C18])
    )


def tiles(canvas: skia.Canvas, scene: Scene, stream: random.Random, y: float, tones: tuple[int, int]) -> None:
    """A chequered floor whose far edge is at ``y``."""
    slab(canvas, stream, (scene.left - 60, y, scene.right + 60, scene.floor), tones[0], 0)
    middle, level, high = scene.width / 2, y, 17.0
    row = 0
    while level < scene.floor:
        below = level + high
        here, there = 92 * (1 + (level - y) / 210), 92 * (1 + (below - y) / 210)
        count = int((scene.width / 2 + 200) / here) + 2
        for k in range(-count, count):
            if (k + row) % 2:
                square = [
                    (middle + k * here, level),
                    (middle + (k + 1) * here, level),
                    (middle + (k + 1) * there, below),
                    (middle + k * there, below),
                ]
                cut(canvas, polygon(square), colour(tones[1], stream.uniform(-0.04, 0.05)), shadow=0, grain=False)
        level, high, row = below, high * 1.32, row + 1
    canvas.drawRect(
        skia.Rect(scene.left - 60, y, scene.right + 60, y + 30), gradient(0, y, 0, y + 30, [0x66100C18, 0x00100C18])
    )


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


def shimmer(stream: random.Random, low: float, speed: float) -> Callable[[float], Motion]:
    """The flicker of a wide glow: its strength alone, because turning a large sprite costs three times the blit."""
    beat: Callable[[float], Motion] = flicker(stream, low, speed)
    return lambda t: Motion(alpha=beat(t).alpha)


def flame(scenery: Scenery, scene: Scene, x: float, y: float, size: float, depth: float, name: object = 0) -> None:
    """A fire of three sheets that licks upwards from (x, y), and its light."""
    reach = size * (4.2 if scene.dim else 2.6)
    tones = (0xFFD9482B, 0xFFF28C28, 0xFFFFD866)
    for k, tone in enumerate(tones):
        stream = scene.rng("flame", name, k)
        high, half = size * (1.0 - 0.25 * k), size * (0.42 - 0.11 * k)

        def tongue(
            canvas: skia.Canvas, h: float = high, w: float = half, s: random.Random = stream, c: int = tone
        ) -> None:
            lean = s.uniform(-0.2, 0.2) * w
            points = [
                (x - w, y - h * 0.2),
                (x - w * 0.7, y - h * 0.5),
                (x - w * 0.1 + lean, y - h),
                (x + w * 0.3, y - h * 0.62),
            ]
            points += [(x + w * 0.8, y - h * 0.48), (x + w, y - h * 0.18), (x, y)]
            cut(canvas, curve(points), c, shadow=0)

        beat: Callable[[float], Motion] = flicker(stream, 0.6, 0.55)

        def lick(t: float, beat: Callable[[float], Motion] = beat, phase: float = stream.uniform(0, 6)) -> Motion:
            base = beat(t)
            return Motion(
                turn=3.5 * math.sin(3.1 * t + phase),
                stretch_y=0.72 + 0.40 * base.alpha,
                stretch_x=1.06 - 0.1 * base.alpha,
            )

        scenery.add(depth, (x - half * 2, y - high * 1.3, x + half * 2, y + 6), tongue, move=lick, pivot=(x, y))
    glow = 0.62 if scene.dim else 0.30
    scenery.add(
        depth,
        (x - reach, y - size * 0.5 - reach, x + reach, y - size * 0.5 + reach),
        lambda canvas: halo(canvas, x, y - size * 0.5, reach, 0xFFFFA94D, glow),
        move=shimmer(scene.rng("firelight", name), 0.7, 0.5),
        pivot=(x, y - size * 0.5),
    )


def lamplight(scenery: Scenery, scene: Scene, x: float, y: float, reach: float, depth: float, name: object = 0) -> None:
    """The halo of a lamp that is lit when it is dim outside."""
    if scene.dim:
        scenery.add(
            depth,
            (x - reach, y - reach, x + reach, y + reach),
            lambda canvas: halo(canvas, x, y, reach, LAMPLIGHT, 0.55),
            move=shimmer(scene.rng("lamplight", name), 0.88, 0.3),
            pivot=(x, y),
        )


def books(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float
) -> None:
    """A row of books that stand on ``y`` from ``x`` on, with a gap and a leaning one now and then."""
    end = x + wide
    while x < end - 9:
        thick, high = stream.uniform(9, 20), tall * stream.uniform(0.70, 0.98)
        tone = scene.lit(
            stream.choice(("#a8432f", "#2f5f73", "#c89a3c", "#54703f", "#6b4a72", "#d8c7a2", "#3e4a63", "#8a5a35"))
        )
        if x + thick > end:
            break
        lean = stream.uniform(4, 9) if stream.random() < 0.1 and x + thick + 12 < end else 0.0
        spine = [(x + lean, y - high), (x + lean + thick, y - high), (x + thick, y), (x, y)]
        cut(canvas, wobble(spine, stream, 0.4, False), tone, shadow=2, grain=False)
        if thick > 12:
            band = colour(tone, 0.45 if stream.random() < 0.5 else -0.3)
            canvas.drawRect(
                skia.Rect(x + lean + 2, y - high * 0.8, x + lean + thick - 2, y - high * 0.8 + 3), paint(band)
            )
            canvas.drawRect(skia.Rect(x + 2, y - high * 0.2, x + thick - 2, y - high * 0.2 + 3), paint(band))
        x += thick + lean + (stream.uniform(14, 30) if stream.random() < 0.07 else 0.4)


def picture(canvas: skia.Canvas, scene: Scene, stream: random.Random, view: Box) -> None:
    """A framed picture: hills under a sun, a ship, or a face."""
    left, top, right, bottom = view
    wide, tall = right - left, bottom - top
    gilt = scene.lit(stream.choice(("#c49a4a", "#6b4a2e", "#e2d6bd")))
    slab(canvas, stream, (left - 9, top - 9, right + 9, bottom + 9), gilt, 6)
    slab(canvas, stream, view, scene.lit(stream.choice(("#c9d6cf", "#e7c79b", "#a9c2cf"))), 1, amount=0.4)
    canvas.save()
    canvas.clipRect(skia.Rect(*view))
    kind = stream.randrange(3)
    if kind == 0:
        canvas.drawCircle(left + wide * 0.68, top + tall * 0.34, tall * 0.13, paint(scene.lit("#e2a03c")))
        for k, tone in enumerate(("#8aa58f", "#587d5d")):
            hill = [
                (left - 20, bottom + 20),
                (left, top + tall * (0.6 + 0.14 * k)),
                (left + wide * (0.35 + 0.3 * k), top + tall * (0.45 + 0.2 * k)),
                (right + 10, top + tall * 0.75),
                (right + 20, bottom + 20),
            ]
            cut(canvas, curve(hill), scene.lit(tone), shadow=2)
    elif kind == 1:
        slab(canvas, stream, (left, top + tall * 0.64, right, bottom + 9), scene.lit("#3f7286"), 1)
        x, y = left + wide * 0.5, top + tall * 0.66
        cut(
            canvas,
            polygon([(x, y - tall * 0.46), (x + wide * 0.22, y - 5), (x, y - 5)]),
            scene.lit("#f0e6d0"),
            shadow=1,
        )
        cut(
            canvas,
            polygon(
                [
                    (x - wide * 0.22, y),
                    (x + wide * 0.26, y),
                    (x + wide * 0.16, y + tall * 0.12),
                    (x - wide * 0.14, y + tall * 0.12),
                ]
            ),
            scene.lit("#7d4f32"),
            shadow=1,
        )
    else:
        x = left + wide / 2
        cut(
            canvas,
            curve(
                [
                    (x - wide * 0.36, bottom + 12),
                    (x - wide * 0.2, top + tall * 0.66),
                    (x + wide * 0.2, top + tall * 0.66),
                    (x + wide * 0.36, bottom + 12),
                ]
            ),
            scene.lit("#4b5a75"),
            shadow=1,
        )
        cut(canvas, curve(ellipse(x, top + tall * 0.42, wide * 0.17, tall * 0.2)), scene.lit("#e0b48d"), shadow=1)
        cut(
            canvas,
            curve(
                [
                    (x - wide * 0.2, top + tall * 0.38),
                    (x, top + tall * 0.12),
                    (x + wide * 0.2, top + tall * 0.38),
                    (x, top + tall * 0.28),
                ]
            ),
            scene.lit("#5a3a28"),
            shadow=0,
        )
    canvas.restore()


def fronds(scene: Scene, edge: float, narrow: bool) -> list[list[Point]]:
    """Outlines of a pot plant's leaves close to the lens, at the left or right ``edge`` of the frame."""
    stream, way = scene.rng("fronds"), 1.0 if edge <= 0 else -1.0
    root = (edge - way * (34 if narrow else 6), 760.0)
    leaves: list[list[Point]] = []
    for k in range(6):
        angle = math.radians(-100 + 17 * k + stream.uniform(-5, 5))
        reach = stream.uniform(240, 350) * (0.8 if narrow else 1.0)
        dx, dy = way * math.cos(angle) * reach, math.sin(angle) * reach
        across = (-dy * 0.13, dx * 0.13)
        middle = (root[0] + dx * 0.55, root[1] + dy * 0.55)
        tip = (root[0] + dx, root[1] + dy + 22)
        leaves.append(
            [root, (middle[0] + across[0], middle[1] + across[1]), tip, (middle[0] - across[0], middle[1] - across[1])]
        )
    return leaves


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

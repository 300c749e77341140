"""A market: stalls under striped awnings, crates of fruit, bunting, lanterns; a fair or a bazaar by words."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.interior import LAMPLIGHT, footing, slab
from resources.cutout.places.kit import foreground, halo, house, pine, sky, sway, window_light
from schemas.vocabulary import Weather

_STRIPES = ("#c9503f", "#3f7f86", "#d99a35", "#5f7f4a", "#7a5a8c", "#c46a8a")
_FRUIT = ("#c8402f", "#e08a2c", "#e5c23f", "#86ab3f", "#7a3f6a", "#d9604a")
_GOODS = ("fruit", "bread", "flowers", "cloth", "pots", "fish")


def build(scene: Scene) -> Scenery:
    """Stalls on a square. Fair words bring a wheel, desert words domes, winter words firs and snowy awnings."""
    scenery = Scenery(ground=654, horizon=470)
    stream = scene.rng("plan")
    narrow = scene.width < 760
    fair = scene.has("fair", "carnival", "fairground", "circus", "funfair", "ferris")
    bazaar = scene.has("bazaar", "souk", "desert", "spice", "oasis", "carpet", "palace")
    sky(scenery, scene, 480, stream.uniform(0.2, 0.8))
    if fair:
        _wheel(scenery, scene, scene.width * (0.5 if narrow else stream.choice((0.34, 0.66))))
    _town(scenery, scene, bazaar, fair)
    _square(scenery, scene)
    wanted = [name for name in _GOODS if scene.has(name, name.rstrip("s"))]
    wanted += [name for name, words in _ALIASES.items() if scene.has(*words) and name not in wanted]
    goods = [*wanted, *stream.sample([name for name in _GOODS if name not in wanted], 6 - len(wanted))]
    spots = (0.2, 0.86) if narrow else (0.15, 0.50, 0.85)
    hues = stream.sample(_STRIPES, 3)
    accented = stream.randrange(len(spots))
    for index, part in enumerate(spots):
        half = (118.0 if narrow else 168.0) * stream.uniform(0.94, 1.06)
        tone = scene.palette.accent if index == accented else scene.lit(hues[index])
        middle = index == 1 and not narrow
        _stall(scenery, scene, index, scene.width * part, half, tone, goods[index], 0.62 if middle else 0.78)
    _bunting(scenery, scene, narrow)
    _sacks(scenery, scene, narrow)
    _birds(scenery, scene)
    _lens(scenery, scene, narrow)
    return scenery


_ALIASES: dict[str, tuple[str, ...]] = {
    "fruit": ("apple", "orange", "vegetable", "greengrocer", "lemon"),
    "bread": ("baker", "bakery", "cake", "pie", "bun", "loaf"),
    "flowers": ("florist", "rose", "tulip", "bouquet"),
    "cloth": ("carpet", "silk", "tailor", "rug"),
    "pots": ("potter", "lamp", "clay", "antique", "spice"),
    "fish": ("fishmonger", "harbour", "harbor", "sea"),
}


def _town(scenery: Scenery, scene: Scene, bazaar: bool, fair: bool) -> None:
    for index, (depth, far) in enumerate(((0.2, 0.72), (0.36, 0.42))):

        def draw(canvas: skia.Canvas, k: int = index, far: float = far) -> None:
            stream = scene.rng("town", k)
            x = scene.left - 40
            while x < scene.right + 60:
                wide, tall = stream.uniform(96, 170), stream.uniform(150, 260) * (0.86 if k else 0.72 if fair else 1.1)
                if bazaar:
                    _dome(canvas, scene, stream, x + wide / 2, 560, wide, tall, far)
                elif fair and k == 1:
                    _tent(canvas, scene, stream, x + wide / 2, 560, wide * 1.2, tall * 0.9, far)
                else:
                    wall = scene.lit(stream.choice(("#c9a27a", "#b5766a", "#a9a48c", "#d3bd94", "#8fa0a4")), far)
                    roof = scene.lit(stream.choice(("#8c4636", "#5a5a6a", "#7a5a3c")), far)
                    house(canvas, scene, x + wide / 2, 560, wide, tall * 1.15, stream, wall, roof)
                x += wide * stream.uniform(0.88, 1.12)

        scenery.add(depth, (scene.left - 90, 180, scene.right + 200, 640), draw)


def _dome(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float, far: float
) -> None:
    wall = scene.lit(stream.choice(("#d9b382", "#c99a6a", "#e3c9a0")), far)
    half = wide * 0.42
    slab(canvas, stream, (x - half, y - tall * 0.7, x + half, y), wall, 6)
    if stream.random() < 0.55:
        top = y - tall * 0.68
        bulb = [
            (x - half * 0.8, top),
            (x - half * 0.92, top - half * 0.5),
            (x - half * 0.4, top - half * 1.1),
            (x, top - half * 1.6),
            (x + half * 0.4, top - half * 1.1),
            (x + half * 0.92, top - half * 0.5),
            (x + half * 0.8, top),
        ]
        cut(canvas, wobble(bulb, stream, 1), scene.lit(stream.choice(("#4f8a8c", "#c98a3c", "#5a6fa0")), far), shadow=5)
    for k in range(3):
        at = x + (k - 1) * half * 0.56
        bow = [
            (at - 9, y - tall * 0.3),
            (at - 9, y - tall * 0.44),
            (at, y - tall * 0.52),
            (at + 9, y - tall * 0.44),
            (at + 9, y - tall * 0.3),
        ]
        canvas.drawPath(polygon(bow), paint(mix(window_light(scene, stream), wall, far * 0.5)))


def _tent(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, y: float, wide: float, tall: float, far: float
) -> None:
    tone, pale = scene.lit(stream.choice(_STRIPES), far), scene.lit("#f2e6cc", far)
    for k in range(8):
        left, step = x - wide / 2, wide / 8
        cut(
            canvas,
            polygon([(x, y - tall), (left + k * step, y - tall * 0.5), (left + (k + 1) * step, y - tall * 0.5)]),
            tone if k % 2 else pale,
            shadow=1,
        )
        slab(canvas, stream, (left + k * step, y - tall * 0.52, left + (k + 1) * step, y), pale if k % 2 else tone, 1)
    canvas.drawLine(x, y - tall, x, y - tall - 24, paint(tone, stroke=3))
    canvas.drawPath(
        polygon([(x, y - tall - 24), (x + 24, y - tall - 17), (x, y - tall - 10)]), paint(scene.lit("#e5c23f", far))
    )


def _wheel(scenery: Scenery, scene: Scene, x: float) -> None:
    """A great wheel that turns behind the roofs."""
    y, radius = 262.0, 168.0
    tone = scene.lit("#8c5a6a", 0.45)

    def stand(canvas: skia.Canvas) -> None:
        for side in (-1, 1):
            canvas.drawLine(x, y, x + side * 90, 560, paint(tone, stroke=9))

    def ring(canvas: skia.Canvas) -> None:
        for r in (radius, radius * 0.86):
            canvas.drawCircle(x, y, r, paint(tone, stroke=6))
        for k in range(12):
            angle = k * math.tau / 12
            rim = (x + radius * math.cos(angle), y + radius * math.sin(angle))
            canvas.drawLine(x, y, *rim, paint(colour(tone, 0.15), stroke=3))
            bulb = 0xFFFFE2A0 if scene.dim else scene.lit(_FRUIT[k % 6], 0.2)
            if scene.dim:
                halo(canvas, *rim, 26, LAMPLIGHT, 0.6)
            cut(canvas, curve(ellipse(*rim, 15, 15, 10)), scene.lit(_FRUIT[k % 6], 0.15), shadow=3)
            canvas.drawCircle(*rim, 5, paint(bulb))
        cut(canvas, curve(ellipse(x, y, 20, 20, 12)), colour(tone, 0.2), shadow=4)

    scenery.add(0.14, (x - 110, 250, x + 110, 570), stand)
    scenery.add(
        0.14,
        (x - radius - 34, y - radius - 34, x + radius + 34, y + radius + 34),
        ring,
        move=lambda t: Motion(turn=7.5 * t),
        pivot=(x, y),
    )


def _square(scenery: Scenery, scene: Scene) -> None:
    snow = scene.weather is Weather.SNOW
    stone = scene.lit("#d5dbe3" if snow else scene.rng("square").choice(("#b3a48f", "#a89a94", "#c2aa84")))

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("cobbles")
        slab(canvas, stream, (scene.left - 60, 556, scene.right + 60, scene.floor), stone, 5, fade=colour(stone, -0.26))
        y, high, row = 562.0, 9.0, 0
        while y < 760:
            step = high * 2.5
            at = scene.left - 20 - (step / 2 if row % 2 else 0)
            while at < scene.right + 40:
                shade = colour(stone, stream.uniform(-0.16, 0.10), 0.8)
                canvas.drawRoundRect(
                    skia.Rect(at, y, at + step - high * 0.3, y + high * 0.78), high * 0.34, high * 0.34, paint(shade)
                )
                at += step
            y, high, row = y + high, high * 1.15, row + 1
        if scene.dim:
            for part in (0.2, 0.8):
                x = scene.width * part
                canvas.drawOval(skia.Rect(x - 170, 604, x + 170, 680), paint(colour(LAMPLIGHT, alpha=0.24), blur=18))

    scenery.add(0.56, (scene.left - 70, 545, scene.right + 70, scene.floor), draw)


def _lamplit(scene: Scene) -> Scene:
    """The same scene under a stall's lanterns, when they are lit."""
    if not scene.dim:
        return scene
    lamp = replace(scene.palette, gain=0.84, chroma=1.0, ambient_weight=0.22, ambient=(0.62, 0.11, 62.0))
    return replace(scene, palette=lamp)


def _stall(
    scenery: Scenery, scene: Scene, index: int, x: float, half: float, tone: int, goods: str, depth: float
) -> None:
    small = 0.84 if depth < 0.7 else 1.0
    half *= small
    foot = 628.0 if small == 1.0 else 606.0
    counter, eaves = foot - 128 * small, foot - 306 * small
    inside = _lamplit(scene)
    wood = scene.lit(scene.rng("stall wood", index).choice(("#8a6242", "#7a5236", "#a67a50")))

    def body(canvas: skia.Canvas) -> None:
        stream = scene.rng("stall", index)
        footing(canvas, x, foot, half * 1.02)
        inner = mix(inside.palette.ink, inside.lit("#7a5236"), 0.52 if scene.dim else 0.42)
        slab(canvas, stream, (x - half * 0.92, eaves, x + half * 0.92, counter + 20), inner, 5)
        if scene.dim:
            canvas.save()
            canvas.clipRect(skia.Rect(x - half * 0.92, eaves, x + half * 0.92, counter))
            halo(canvas, x, eaves + 46, half * 1.25, LAMPLIGHT, 0.6)
            canvas.restore()
        y = eaves + (counter - eaves) * 0.52
        slab(canvas, stream, (x - half * 0.9, y, x + half * 0.9, y + 8), colour(wood, -0.1), 4)
        _wares(canvas, inside, stream, goods, x - half * 0.84, x + half * 0.84, y, 34 * small, 1)
        for side in (-1, 1):
            slab(
                canvas,
                stream,
                (x + side * half * 0.94 - 6, eaves - 10, x + side * half * 0.94 + 6, foot),
                colour(wood, 0.1),
                5,
            )
        _wares(canvas, inside, stream, goods, x - half * 0.9, x + half * 0.9, counter + 6, 44 * small, 2)
        slab(canvas, stream, (x - half * 1.04, counter + 2, x + half * 1.04, counter + 18), colour(wood, 0.16), 6)
        slab(canvas, stream, (x - half, counter + 16, x + half, foot - 4), wood, 5, fade=colour(wood, -0.22))
        for k in range(1, 7):
            seam = x - half + 2 * half * k / 7
            canvas.drawLine(seam, counter + 20, seam, foot - 6, paint(colour(wood, -0.24), stroke=2))
        for part in (-0.52, 0.52):
            _crate(canvas, inside, stream, goods, x + part * half, foot + 8, half * 0.66, 52 * small)
        if scene.dim:  # the lanterns' light on the wares
            stops = [colour("#ffc978", alpha=0.22), colour("#ffb562", alpha=0.12), colour("#ffb562", alpha=0)]
            lantern = skia.Point(x, eaves + 70)
            shader = skia.GradientShader.MakeRadial(lantern, half * 1.7, stops, [0.0, 0.5, 1.0])
            canvas.drawPaint(skia.Paint(Shader=shader, Dither=True, BlendMode=skia.BlendMode.kSrcATop))

    def awning(canvas: skia.Canvas) -> None:
        stream = scene.rng("awning", index)
        pale = scene.lit("#f4ead4")
        count = 9
        top, low = eaves - 74 * small, eaves + 8
        for k in range(count):
            a, b = k / count, (k + 1) / count
            hem = [(x + (a * 2 - 1) * half * 1.16, low), (x + (b * 2 - 1) * half * 1.16, low)]
            roof = [(x + (a * 2 - 1) * half * 0.92, top), (x + (b * 2 - 1) * half * 0.92, top), hem[1], hem[0]]
            shade = tone if k % 2 == 0 else pale
            middle = (hem[0][0] + hem[1][0]) / 2
            scallop: list[Point] = [
                hem[0],
                hem[1],
                (hem[1][0], low + 16 * small),
                (middle, low + 32 * small),
                (hem[0][0], low + 16 * small),
            ]
            cut(canvas, wobble(roof, stream, 0.6, False), colour(shade, 0.05), shadow=6, fade=colour(shade, -0.1))
            cut(canvas, wobble(scallop, stream, 0.6, False), colour(shade, -0.1), shadow=5, grain=False)
        slab(canvas, stream, (x - half * 0.96, top - 6, x + half * 0.96, top + 6), colour(tone, -0.2), 3)
        if scene.weather is Weather.SNOW:
            drift = [
                (x - half * 0.96, top + 14),
                (x - half * 0.9, top - 12),
                (x, top - 18),
                (x + half * 0.9, top - 12),
                (x + half * 0.96, top + 14),
                (x + half * 0.4, top + 20),
                (x - half * 0.3, top + 12),
            ]
            cut(canvas, wobble(drift, stream, 2), scene.lit("#eef2f6"), shadow=3)

    span = half * 1.25
    scenery.add(depth, (x - span, eaves - 20, x + span, foot + 30), body)

    def breathe(t: float, phase: float = index * 1.7) -> Motion:
        return Motion(stretch_y=1 + 0.014 * scene.breeze * math.sin(1.5 * t + phase))

    scenery.add(
        depth, (x - span, eaves - 100, x + span, eaves + 60), awning, move=breathe, pivot=(x, eaves - 74 * small)
    )
    for side in (-1, 1) if scene.width > 760 or index == 0 else (-1,):
        _lantern(scenery, scene, (index, side), x + side * half * 0.62, eaves + 22, small, depth)


def _lantern(scenery: Scenery, scene: Scene, name: object, x: float, y: float, size: float, depth: float) -> None:
    tone = scene.lit("#d9533f") if not scene.dim else 0xFFFFC765

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("lantern", name)
        canvas.drawLine(x, y - 18, x, y + 10, paint(scene.lit("#3a2f2a"), stroke=2))
        if scene.dim:
            halo(canvas, x, y + 26 * size, 84 * size, LAMPLIGHT, 0.7)
        cut(canvas, wobble(ellipse(x, y + 26 * size, 15 * size, 18 * size, 12), stream, 0.6), tone, shadow=4)
        for k in (-0.45, 0.0, 0.45):
            canvas.drawLine(
                x + 13 * size * k,
                y + 11 * size,
                x + 15 * size * k,
                y + 42 * size,
                paint(colour(tone, -0.25), stroke=1.6),
            )
        for dy in (9, 41):
            slab(
                canvas,
                stream,
                (x - 7 * size, y + dy * size, x + 7 * size, y + (dy + 4) * size),
                scene.lit("#4a3a2c"),
                1,
                amount=0.4,
            )

    scenery.add(
        depth,
        (x - 90, y - 62, x + 90, y + 114),
        draw,
        move=sway(scene.rng("lantern sway", name), 2.2 + 2.0 * scene.breeze, 1.3),
        pivot=(x, y - 18),
    )


def _wares(
    canvas: skia.Canvas,
    scene: Scene,
    stream: random.Random,
    goods: str,
    left: float,
    right: float,
    y: float,
    size: float,
    rows: int,
) -> None:
    """Goods along a shelf."""
    x = left + size * 0.3
    while x < right - size * 0.3:
        tone = scene.lit(stream.choice(_FRUIT))
        if goods == "fruit":
            tone = scene.lit(_FRUIT[int((x - left) / (right - left) * 5.99)])
            for row in range(rows):
                r = size * 0.27
                for k in range(2 - row % 2):
                    cut(
                        canvas,
                        wobble(
                            ellipse(x + (k - 0.5 * (1 - row % 2)) * r * 1.7, y - r - row * r * 1.5, r, r, 9),
                            stream,
                            0.6,
                        ),
                        colour(tone, stream.uniform(-0.08, 0.1)),
                        shadow=2,
                        grain=False,
                    )
            x += size * 0.95
        elif goods == "bread":
            loaf = ellipse(x + size * 0.3, y - size * 0.24, size * stream.uniform(0.4, 0.56), size * 0.26, 12)
            cut(canvas, wobble(loaf, stream, 1), scene.lit(stream.choice(("#c98a45", "#b5702f", "#dba862"))), shadow=3)
            for notch in (-0.14, 0.1, 0.34):
                canvas.drawLine(
                    x + size * (0.2 + notch),
                    y - size * 0.36,
                    x + size * (0.28 + notch),
                    y - size * 0.2,
                    paint(scene.lit("#f0d6a0"), stroke=2.4),
                )
            x += size * 1.1
        elif goods == "flowers":
            slab(
                canvas,
                stream,
                (x - size * 0.2, y - size * 0.5, x + size * 0.24, y),
                scene.lit(stream.choice(("#7f9aa5", "#b5643f", "#8a8f96"))),
                3,
            )
            for k in range(7):
                angle = -math.pi / 2 + (k - 3) * 0.33
                tip = (x + size * 0.62 * math.cos(angle), y - size * 0.5 + size * 0.72 * math.sin(angle))
                canvas.drawLine(x, y - size * 0.45, *tip, paint(scene.lit("#5a8a4a"), stroke=2))
                cut(
                    canvas,
                    wobble(ellipse(*tip, size * 0.17, size * 0.16, 7), stream, 1.2),
                    colour(tone, 0.1 * (k % 2)),
                    shadow=2,
                    grain=False,
                )
                canvas.drawCircle(*tip, size * 0.06, paint(scene.lit("#f2d75a")))
            x += size * 0.98
        elif goods == "cloth":
            for k in range(rows + 1):
                slab(
                    canvas,
                    stream,
                    (x - size * 0.4, y - size * 0.28 * (k + 1), x + size * 0.5, y - size * 0.28 * k),
                    scene.lit(stream.choice(_STRIPES)),
                    2,
                )
            x += size * 1.05
        elif goods == "fish":
            slabs = scene.lit("#b9cdd6")
            canvas.drawRect(skia.Rect(x - size * 0.4, y - size * 0.10, x + size * 0.6, y), paint(colour(slabs, 0.4)))
            fish = [
                (x - size * 0.4, y - size * 0.24),
                (x, y - size * 0.44),
                (x + size * 0.4, y - size * 0.26),
                (x + size * 0.62, y - size * 0.42),
                (x + size * 0.6, y - size * 0.08),
                (x + size * 0.4, y - size * 0.2),
                (x, y - size * 0.08),
            ]
            cut(
                canvas,
                wobble(fish, stream, 0.6, False),
                scene.lit(stream.choice(("#7f9fb0", "#c98a86", "#94a9a0"))),
                shadow=3,
            )
            canvas.drawCircle(x - size * 0.22, y - size * 0.28, 2.2, paint(0xFF22242A))
            x += size * 1.12
        else:
            jug = [
                (x - size * 0.18, y - size * 0.9),
                (x + size * 0.18, y - size * 0.9),
                (x + size * 0.38, y - size * 0.45),
                (x + size * 0.2, y),
                (x - size * 0.2, y),
                (x - size * 0.38, y - size * 0.45),
            ]
            cut(
                canvas,
                wobble(jug, stream, 0.8),
                scene.lit(stream.choice(("#b8643f", "#5f8894", "#d1a44a", "#8a5a78"))),
                shadow=3,
            )
            canvas.drawLine(
                x - size * 0.3, y - size * 0.5, x + size * 0.3, y - size * 0.5, paint(scene.lit("#f0e2c0"), stroke=2.6)
            )
            x += size * 0.92


def _crate(
    canvas: skia.Canvas, scene: Scene, stream: random.Random, goods: str, x: float, y: float, wide: float, tall: float
) -> None:
    wood = scene.lit("#b98a58")
    _wares(
        canvas,
        scene,
        stream,
        goods if goods in ("fruit", "bread", "flowers") else "fruit",
        x - wide * 0.44,
        x + wide * 0.46,
        y - tall * 0.72,
        tall * 0.62,
        2,
    )
    for k in range(3):
        slab(
            canvas,
            stream,
            (x - wide / 2, y - tall * (0.84 - 0.29 * k), x + wide / 2, y - tall * (0.60 - 0.29 * k)),
            colour(wood, -0.06 * k),
            2,
        )
    for side in (-0.46, 0.46):
        slab(
            canvas,
            stream,
            (x + wide * side - 4, y - tall * 0.88, x + wide * side + 4, y),
            colour(wood, -0.2),
            2,
            amount=0.5,
        )


def _bunting(scenery: Scenery, scene: Scene, narrow: bool) -> None:
    """Strings of little flags across the square."""
    wide = scene.width
    lines = [(-60.0, 96.0, wide * 0.56, 60.0, 84.0), (wide * 0.44, 70.0, wide + 70, 118.0, 92.0)]
    if narrow:
        lines = [(-60.0, 120.0, wide + 60, 70.0, 92.0), (-60.0, 40.0, wide + 60, 150.0, 60.0)]
    for index, (x0, y0, x1, y1, sag) in enumerate(lines):
        count = int((x1 - x0) / 44)

        def draw(
            canvas: skia.Canvas, i: int = index, ends: tuple[float, ...] = (x0, y0, x1, y1, sag), count: int = count
        ) -> None:
            stream = scene.rng("bunting", i)
            points = [
                (
                    ends[0] + (ends[2] - ends[0]) * k / count,
                    ends[1] + (ends[3] - ends[1]) * k / count + 4 * ends[4] * (k / count) * (1 - k / count),
                )
                for k in range(count + 1)
            ]
            canvas.drawPath(curve(points, False), paint(scene.lit("#4a3f3a"), stroke=2.2))
            for k, (ax, ay) in enumerate(points[:-1]):
                bx, by = points[k + 1]
                flag = [(ax + 5, ay), (bx - 5, by), ((ax + bx) / 2 - (by - ay) * 0.6, (ay + by) / 2 + 34)]
                tone = scene.lit(_STRIPES[k % 6] if k % 3 else "#f2e6c8")
                cut(canvas, wobble(flag, stream, 0.7, False), tone, shadow=4)
            for ax, ay in points[1::3] if scene.dim else ():
                halo(canvas, ax, ay + 7, 30, LAMPLIGHT, 0.8)
                canvas.drawCircle(ax, ay + 7, 5, paint(0xFFFFF0C4))

        def move(t: float, phase: float = index * 2.0) -> Motion:
            return Motion(
                stretch_y=1 + 0.030 * scene.breeze * math.sin(1.4 * t + phase),
                x=1.6 * scene.breeze * math.sin(0.9 * t + phase),
            )

        scenery.add(
            0.66,
            (x0 - 10, min(y0, y1) - 20, x1 + 10, max(y0, y1) + sag + 50),
            draw,
            move=move,
            pivot=((x0 + x1) / 2, min(y0, y1)),
        )


def _sacks(scenery: Scenery, scene: Scene, narrow: bool) -> None:
    """Sacks, a barrel and baskets on the ground, and firs for sale in winter."""
    winter = scene.weather is Weather.SNOW or scene.has("christmas", "winter", "xmas")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("sacks")
        for part in (0.335, 0.665) if not narrow else (0.54,):
            x = scene.width * part + stream.uniform(-8, 8)
            if winter:
                pine(canvas, x, 634, 150, stream, scene.lit("#356048"), scene.lit("#4a3826"))
                for k in range(8):
                    canvas.drawCircle(
                        x + stream.uniform(-24, 24),
                        520 + k * 12,
                        4,
                        paint(LAMPLIGHT if scene.dim else scene.lit(_FRUIT[k % 6])),
                    )
                continue
            footing(canvas, x, 636, 52)
            for k, (shift, tall) in enumerate(((-26, 62), (26, 54), (0, 40))):
                sx, tone = x + shift, scene.lit("#b99a6a")
                sack = [
                    (sx - 26, 640),
                    (sx - 28, 640 - tall * 0.6),
                    (sx - 20, 640 - tall),
                    (sx + 20, 640 - tall),
                    (sx + 28, 640 - tall * 0.6),
                    (sx + 26, 640),
                ]
                cut(canvas, wobble(sack, stream, 1.2), colour(tone, -0.05 * k), shadow=5)
                heap = wobble(ellipse(sx, 640 - tall, 19, 9, 10), stream, 1)
                cut(canvas, heap, scene.lit(stream.choice(("#c8502f", "#e0b23c", "#6f8a3f", "#8a4a2f"))), shadow=1)

    scenery.add(0.84, (0, 470, scene.width, 660), draw)


def _birds(scenery: Scenery, scene: Scene) -> None:
    """Pigeons that peck on the cobbles."""
    for index in range(3):
        stream = scene.rng("pigeon", index)
        x, y = scene.width * stream.uniform(0.08, 0.92), stream.uniform(690, 708)
        tone, way = scene.lit("#8a909c"), stream.choice((-1, 1))

        def draw(
            canvas: skia.Canvas,
            x: float = x,
            y: float = y,
            way: int = way,
            local: random.Random = stream,
            tone: int = tone,
        ) -> None:
            canvas.drawLine(x, y - 6, x - way * 2, y + 4, paint(scene.lit("#c46a4a"), stroke=2))
            canvas.drawLine(x + way * 5, y - 6, x + way * 4, y + 4, paint(scene.lit("#c46a4a"), stroke=2))
            cut(
                canvas,
                wobble(
                    [
                        (x - way * 26, y - 10),
                        (x - way * 6, y - 20),
                        (x + way * 12, y - 18),
                        (x + way * 12, y - 6),
                        (x - way * 6, y - 4),
                    ],
                    local,
                    0.6,
                ),
                tone,
                shadow=3,
            )
            cut(canvas, curve(ellipse(x + way * 14, y - 23, 6, 6, 9)), colour(tone, -0.2), shadow=1)
            canvas.drawPath(
                polygon([(x + way * 19, y - 25), (x + way * 26, y - 21), (x + way * 19, y - 20)]),
                paint(scene.lit("#d9a04a")),
            )

        def peck(t: float, way: int = way, phase: float = stream.uniform(0, 9)) -> Motion:
            beat = (0.42 * t + phase) % 1.0
            dip = math.sin(beat / 0.3 * math.pi) ** 2 if beat < 0.3 else 0.0
            return Motion(turn=way * 30 * dip, x=way * 5 * math.sin(0.5 * t + phase))

        scenery.add(1.04, (x - 34, y - 36, x + 34, y + 12), draw, move=peck, pivot=(x, y - 4))


def _lens(scenery: Scenery, scene: Scene, narrow: bool) -> None:
    """A basket with its handle, and round fruit in it, close to the lens."""
    side = scene.rng("lens").choice((-1, 1))
    x = (scene.width - 30 if side > 0 else 30.0) + side * (52 if narrow else 0)
    shapes: list[list[Point]] = [[(x - 130, 690), (x + 130, 690), (x + 96, 900), (x - 96, 900)]]
    for k in range(5):
        shapes.append(ellipse(x - 92 + 46 * k, 676 - 12 * math.sin(k * 0.8), 34, 32, 10))
    foreground(scenery, scene, shapes)

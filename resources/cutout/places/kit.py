"""Pieces that many places share: skies, suns, clouds, hills, trees, windows, lamps, furniture outlines."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import partial

import skia

from resources.cutout.paper import (
    Point,
    box,
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
from schemas.vocabulary import TimeOfDay, Weather


def gradient(left: float, top: float, right: float, bottom: float, colours: Sequence[int]) -> skia.Paint:
    """A paint that runs through ``colours`` from (left, top) to (right, bottom)."""
    ends = [skia.Point(left, top), skia.Point(right, bottom)]
    return skia.Paint(AntiAlias=True, Dither=True, Shader=skia.GradientShader.MakeLinear(ends, list(colours)))


def halo(canvas: skia.Canvas, x: float, y: float, radius: float, tint: int, strength: float = 0.6) -> None:
    """Light in the air round a lamp."""
    stops = [colour(tint, alpha=strength), colour(tint, alpha=strength * 0.34), colour(tint, alpha=0)]
    shader = skia.GradientShader.MakeRadial(skia.Point(x, y), radius, stops, [0.0, 0.4, 1.0])
    canvas.drawCircle(x, y, radius, skia.Paint(AntiAlias=True, Shader=shader, Dither=True))


def sway(stream: random.Random, degrees: float, speed: float = 1.0):  # type: ignore[no-untyped-def]
    """A turn to and fro that never repeats exactly: for branches, signs and lamps."""
    phase, rate = stream.uniform(0, math.tau), stream.uniform(0.8, 1.25) * speed

    def move(t: float) -> Motion:
        return Motion(turn=degrees * (math.sin(rate * t + phase) + 0.35 * math.sin(2.3 * rate * t + 1.7 * phase)))

    return move


def bobbing(stream: random.Random, height: float, turn: float = 0.0, speed: float = 1.0, along: float = 0.0):  # type: ignore[no-untyped-def]
    """Up and down on water or in the air, with a little roll."""
    phase, rate = stream.uniform(0, math.tau), stream.uniform(0.85, 1.15) * speed

    def move(t: float) -> Motion:
        return Motion(
            x=along * math.sin(0.6 * rate * t + 2 * phase),
            y=height * math.sin(rate * t + phase),
            turn=turn * math.sin(rate * t + phase + 1.1),
        )

    return move


def passing(stream: random.Random, start: float, span: float, speed: float, lift: float = 0.0):  # type: ignore[no-untyped-def]
    """A steady drift to the right (or left, for a negative speed) that comes round again after ``span`` units."""
    phase = stream.uniform(0, span)

    def move(t: float) -> Motion:
        along = (phase + speed * t) % span
        return Motion(x=start + along, y=lift * math.sin(0.9 * t + phase))

    return move


def flicker(stream: random.Random, low: float = 0.75, speed: float = 1.0):  # type: ignore[no-untyped-def]
    """The unsteady light of a flame: alpha between ``low`` and 1."""
    phase = stream.uniform(0, math.tau)

    def move(t: float) -> Motion:
        wave = math.sin(5.1 * speed * t + phase) + 0.7 * math.sin(8.7 * speed * t + 2 * phase)
        wave += 0.5 * math.sin(13.3 * speed * t)
        level = low + (1 - low) * (0.5 + wave / 4.4)
        return Motion(alpha=level, stretch_y=0.94 + 0.1 * level, turn=1.5 * math.sin(3 * speed * t + phase))

    return move


def wipe(canvas: skia.Canvas, scene: Scene, top: float = 0.0, bottom: float = 720.0) -> None:
    """The paper of the sky, from edge to edge."""
    shades = [scene.palette.sky_top, scene.palette.sky_middle, scene.palette.sky]
    edge = skia.Rect(scene.left * 2, -170, scene.right + 340, scene.floor)
    canvas.drawRect(edge, gradient(0, top, 0, bottom, shades))
    canvas.drawRect(edge, grain_paint(scale_of(canvas)))


def sky(scenery: Scenery, scene: Scene, horizon: float, sun_x: float | None = None) -> None:
    """Sky, sun or moon, stars, and clouds that drift."""
    stream = scene.rng("sky")
    whole = (scene.left, -170.0, scene.right, scene.floor)
    clear = scene.weather in (Weather.CLEAR, Weather.WIND)
    x = scene.width * (stream.uniform(0.60, 0.86) if sun_x is None else sun_x)
    high = {TimeOfDay.DAWN: 0.70, TimeOfDay.DAY: 0.24, TimeOfDay.DUSK: 0.78, TimeOfDay.NIGHT: 0.24}[scene.hour]
    y = horizon * high + stream.uniform(-12, 12)
    size = {TimeOfDay.DAWN: 50, TimeOfDay.DAY: 46, TimeOfDay.DUSK: 66, TimeOfDay.NIGHT: 44}[scene.hour]

    def backdrop(canvas: skia.Canvas) -> None:
        wipe(canvas, scene, 0, horizon)
        bands(canvas)
        if scene.night and clear:
            for _ in range(int(90 * scene.width / 1280) + 20):
                radius = stream_stars.uniform(0.7, 2.0)
                shine = paint(colour("#fff6dc", alpha=stream_stars.uniform(0.35, 0.95)))
                canvas.drawCircle(
                    stream_stars.uniform(scene.left, scene.right),
                    stream_stars.uniform(-40, horizon * 0.9),
                    radius,
                    shine,
                )
        if clear or scene.weather is Weather.SNOW:
            disc(canvas)

    stream_stars = scene.rng("stars")

    def bands(canvas: skia.Canvas) -> None:
        """Two or three torn sheets of slightly lighter sky."""
        local = scene.rng("bands")
        for k in range(3):
            level = horizon * (0.42 + 0.22 * k) + local.uniform(-14, 14)
            points: list[Point] = [(scene.left - 20, scene.floor), (scene.left - 20, level)]
            step = 70
            for at in range(int(scene.left), int(scene.right) + step, step):
                points.append((at, level + 14 * math.sin(at / 190 + k * 2.1) + local.uniform(-5, 5)))
            points.append((scene.right + 90, scene.floor))
            tone = mix(scene.palette.sky_middle, scene.palette.sky, 0.25 + 0.3 * k)
            cut(canvas, wobble(points, local, 1.2, False), colour(tone, 0.03, 0.85), shadow=2.5)

    def disc(canvas: skia.Canvas) -> None:
        glow = scene.palette.glow
        halo(canvas, x, y, size * (3.6 if scene.night else 4.6), glow, 0.34 if scene.night else 0.5)
        local = scene.rng("disc")
        cut(canvas, wobble(ellipse(x, y, size, size, 20), local, 1.0), glow, shadow=3)
        if scene.night:
            for dx, dy, r in ((-14, -8, 9), (10, 12, 6), (14, -14, 4)):
                canvas.drawCircle(x + dx, y + dy, r, paint(colour(glow, -0.10)))

    scenery.add(0.0, whole, backdrop)
    if scene.night and clear:
        for index in range(9):
            local = scene.rng("twinkle", index)
            at_x, at_y = local.uniform(0, scene.width), local.uniform(20, horizon * 0.6)
            if math.hypot(at_x - x, at_y - y) < size * 1.6:
                continue
            scenery.add(
                0.0,
                (at_x - 12, at_y - 12, at_x + 12, at_y + 12),
                partial(star, x=at_x, y=at_y, size=9, tint=colour("#fff6dc")),
                move=flicker(local, 0.15, 0.33),
                pivot=(at_x, at_y),
            )
    clouds(scenery, scene, horizon)


def star(canvas: skia.Canvas, x: float, y: float, size: float, tint: int) -> None:
    """A four-pointed star."""
    points = []
    for k in range(8):
        radius = size if k % 2 == 0 else size * 0.24
        points.append((x + radius * math.sin(k * math.tau / 8), y - radius * math.cos(k * math.tau / 8)))
    canvas.drawPath(polygon(points), paint(tint))


def clouds(scenery: Scenery, scene: Scene, horizon: float) -> None:
    """Paper clouds on their way; many and dark when it rains, few when the sky is clear."""
    count = {Weather.CLEAR: 3, Weather.WIND: 5, Weather.FOG: 0, Weather.SNOW: 5, Weather.RAIN: 6, Weather.STORM: 7}[
        scene.weather
    ]
    heavy = scene.weather in (Weather.RAIN, Weather.STORM)
    speed = {Weather.STORM: 34, Weather.WIND: 40}.get(scene.weather, 9)
    span = scene.width + 700
    for index in range(count):
        stream = scene.rng("cloud", index)
        size = stream.uniform(0.7, 1.25) * (1.45 if heavy else 1.0)
        y = horizon * stream.uniform(0.10, 0.34 if heavy else 0.48)
        base = (
            mix(scene.palette.sky, scene.palette.glow, 0.55)
            if not heavy
            else mix(scene.palette.sky_top, 0xFF39404E, 0.5)
        )
        if scene.night:
            base = mix(scene.palette.sky_middle, scene.palette.sky, 0.9)
        tone = mix(colour(base, 0.22 if not heavy else 0.04 * index), scene.palette.sky, 0.15)
        wide, tall = 150 * size, 52 * size
        phase = index * span / count
        start = -350.0

        def move(
            t: float, start: float = start, phase: float = phase, rate: float = speed * stream.uniform(0.7, 1.2)
        ) -> Motion:
            return Motion(x=start + (phase + rate * t) % span, y=2 * math.sin(0.4 * t + phase))

        scenery.add(
            0.06 + 0.04 * (index % 3),
            (-wide, y - tall * 1.5, wide, y + tall),
            partial(cloud, x=0, y=y, wide=wide, tall=tall, stream=stream, tone=tone),
            move=move,
        )


def cloud(canvas: skia.Canvas, x: float, y: float, wide: float, tall: float, stream: random.Random, tone: int) -> None:
    """One cloud: round heaps of paper on a flat foot, the lighter sheets in front, no larger than ``tall`` above it.

    ``y`` is the height of its middle; it reaches ``wide`` to either side.
    """
    foot = y + tall * 0.34
    heaps = [(-0.62, 0.46), (0.64, 0.42), (-0.24, 0.78), (0.30, 0.70), (0.02, 1.0)]
    heaps.sort(key=lambda heap: (abs(heap[0]) < 0.5, stream.random()))
    canvas.save()
    # cut off straight below, but for a soft shadow: a cloud is flat where it meets the warmer air
    canvas.clipRect(skia.Rect(x - wide * 1.2, y - tall * 2.4, x + wide * 1.2, foot))
    for k, (shift, size) in enumerate(heaps):
        high = tall * 1.35 * size * stream.uniform(0.86, 1.08)
        half = wide * (0.20 + 0.24 * size) * stream.uniform(0.92, 1.1)
        middle = x + wide * 0.86 * shift * stream.uniform(0.9, 1.06)
        middle = min(max(middle, x - wide + half), x + wide - half)
        round_ = wobble(ellipse(middle, foot, half, high, 16), stream, 1.4)
        cut(canvas, round_, colour(tone, 0.035 * k), shadow=5)
    low = ellipse(x, foot + tall * 0.10, wide * 0.90, tall * 0.42, 20)
    cut(canvas, wobble(low, stream, 1.2), colour(tone, 0.20), shadow=4)
    canvas.restore()


def ridge(
    scene: Scene, stream: random.Random, base: float, height: float, length: float = 260, rough: float = 0.0
) -> list[Point]:
    """The upper edge of hills, closed below: ``base`` is the mean height of the edge, ``height`` its swing."""
    phase, phase2 = stream.uniform(0, 6.3), stream.uniform(0, 6.3)
    points: list[Point] = [(scene.left - 60, scene.floor + 40)]
    step = 34
    for x in range(int(scene.left) - 60, int(scene.right) + 60 + step, step):
        y = base + height * (0.66 * math.sin(x / length + phase) + 0.34 * math.sin(x / length * 2.7 + phase2))
        points.append((x, y + stream.uniform(-rough, rough)))
    points.append((scene.right + 100, scene.floor + 40))
    return points


def ground_at(points: Sequence[Point], x: float) -> float:
    """Height of a :func:`ridge` above ``x``."""
    nearest = min(points[1:-1], key=lambda point: abs(point[0] - x))
    return nearest[1]


def land(
    canvas: skia.Canvas,
    points: Sequence[Point],
    stream: random.Random,
    fill: int,
    fade: int | None = None,
    shadow: float = 8,
) -> None:
    """Lay a ridge down; its shadow falls upwards, on what lies behind it."""
    path = wobble(points, stream, 1.6, False)
    canvas.save()
    canvas.translate(0, -shadow * 1.1)
    canvas.drawPath(path, paint(colour("#0b0a14", alpha=0.20), blur=shadow * 0.8))
    canvas.restore()
    cut(canvas, path, fill, shadow=0, fade=fade)


def pine(canvas: skia.Canvas, x: float, y: float, height: float, stream: random.Random, tone: int, trunk: int) -> None:
    """A fir in three or four tiers."""
    cut(
        canvas,
        wobble(box(x - height * 0.035, y - height * 0.2, x + height * 0.035, y), stream, 1, False),
        trunk,
        shadow=2,
    )
    tiers = 4
    for k in range(tiers):
        part = k / tiers
        low, high = y - height * (0.12 + 0.62 * part), y - height * (0.48 + 0.52 * (k + 1) / tiers) + height * 0.0
        half = height * (0.27 - 0.17 * part)
        points = [
            (x, high),
            (x + half * 0.5, (low + high) / 2),
            (x + half, low),
            (x, low + height * 0.035),
            (x - half, low),
        ]
        points.append((x - half * 0.5, (low + high) / 2))
        cut(
            canvas,
            wobble(points, stream, height * 0.012, False),
            colour(tone, 0.05 * k),
            shadow=max(1.5, height * 0.018),
        )


def tree(
    canvas: skia.Canvas,
    x: float,
    y: float,
    height: float,
    stream: random.Random,
    tone: int,
    trunk: int,
    bare: bool = False,
) -> None:
    """A broad tree: a trunk with two branches and a crown of three to five leaves of paper."""
    half = height * 0.045
    points = [(x - half * 1.7, y), (x - half, y - height * 0.3), (x - half * 0.6, y - height * 0.66)]
    points += [(x + half * 0.6, y - height * 0.66), (x + half, y - height * 0.3), (x + half * 1.9, y)]
    cut(canvas, wobble(points, stream, 1.2), trunk, shadow=4)
    for side in (-1, 1):
        branch = curve(
            [
                (x, y - height * 0.40),
                (x + side * height * 0.1, y - height * 0.52),
                (x + side * height * 0.2, y - height * 0.66),
            ],
            False,
        )
        canvas.drawPath(branch, paint(trunk, stroke=half * 0.9))
    if bare:
        for k in range(7):
            side = -1 if k % 2 else 1
            low = y - height * (0.45 + 0.06 * k)
            reach = side * height * stream.uniform(0.10, 0.26)
            canvas.drawPath(
                curve([(x, low), (x + reach * 0.5, low - height * 0.07), (x + reach, low - height * 0.17)], False),
                paint(trunk, stroke=half * 0.42),
            )
        return
    for k in range(5):
        angle = k * math.tau / 5 + stream.uniform(-0.3, 0.3)
        cx, cy = x + height * 0.17 * math.cos(angle), y - height * 0.70 + height * 0.12 * math.sin(angle)
        radius = height * stream.uniform(0.17, 0.23)
        cut(
            canvas,
            wobble(ellipse(cx, cy, radius, radius * 0.84, 11), stream, height * 0.022),
            colour(tone, stream.uniform(-0.05, 0.09)),
            shadow=max(2.0, height * 0.02),
        )


def grass(
    canvas: skia.Canvas, scene: Scene, y: float, stream: random.Random, tone: int, tall: float = 26, gap: float = 9
) -> None:
    """A fringe of blades along a line, as one piece."""
    points: list[Point] = [(scene.left - 20, y + 30)]
    x = scene.left - 20
    while x < scene.right + 20:
        points += [(x, y), (x + stream.uniform(-5, 7), y - tall * stream.uniform(0.5, 1.1)), (x + gap * 0.55, y)]
        x += gap * stream.uniform(0.7, 1.6)
    points.append((scene.right + 40, y + 30))
    cut(canvas, polygon(points), tone, shadow=2, rim=False)


def bush(canvas: skia.Canvas, x: float, y: float, wide: float, tall: float, stream: random.Random, tone: int) -> None:
    """Three overlapping rounds."""
    for k, (shift, part) in enumerate(((-0.55, 0.72), (0.55, 0.66), (0.0, 1.0))):
        cut(
            canvas,
            wobble(
                ellipse(x + shift * wide * 0.5, y - tall * part * 0.42, wide * 0.36, tall * part * 0.6, 10),
                stream,
                wide * 0.03,
            ),
            colour(tone, 0.04 * k),
            shadow=3,
        )


def rock(canvas: skia.Canvas, x: float, y: float, wide: float, tall: float, stream: random.Random, tone: int) -> None:
    """A stone with one lighter facet."""
    points = [(x - wide / 2, y), (x - wide * 0.40, y - tall * 0.55), (x - wide * 0.1, y - tall)]
    points += [(x + wide * 0.24, y - tall * 0.82), (x + wide * 0.5, y)]
    cut(canvas, wobble(points, stream, wide * 0.03, False), tone, shadow=5)
    facet = [
        (x - wide * 0.38, y - tall * 0.5),
        (x - wide * 0.1, y - tall * 0.95),
        (x + wide * 0.06, y - tall * 0.5),
        (x - wide * 0.2, y - tall * 0.2),
    ]
    cut(canvas, wobble(facet, stream, wide * 0.02, False), colour(tone, 0.10), shadow=0, rim=False)


def window_light(scene: Scene, stream: random.Random) -> int:
    """Glass: lit warm when it is dark outside (most of them), else a cool reflection of the sky."""
    if scene.dim and stream.random() < 0.72:
        return mix(0xFFFFD27A, scene.palette.glow, 0.25)
    return mix(scene.lit("#54708a"), scene.palette.sky_middle, 0.35)


def pane(
    canvas: skia.Canvas, x: float, y: float, wide: float, tall: float, glass: int, frame: int, bars: bool = True
) -> None:
    """A small window on a house: (x, y) is its upper left corner."""
    canvas.drawRect(skia.Rect(x - 2.5, y - 2.5, x + wide + 2.5, y + tall + 2.5), paint(frame))
    canvas.drawRect(skia.Rect(x, y, x + wide, y + tall), paint(glass))
    canvas.drawRect(skia.Rect(x, y, x + wide, y + min(4.0, tall * 0.1)), paint(colour(0, alpha=0.16)))
    if bars:
        canvas.drawLine(x + wide / 2, y, x + wide / 2, y + tall, paint(frame, stroke=1.8))
        canvas.drawLine(x, y + tall / 2, x + wide, y + tall / 2, paint(frame, stroke=1.8))


def house(
    canvas: skia.Canvas,
    scene: Scene,
    x: float,
    y: float,
    wide: float,
    tall: float,
    stream: random.Random,
    wall: int,
    roof: int,
) -> None:
    """A cottage with a pitched roof, a door and windows; (x, y) is the middle of its foot."""
    cut(canvas, wobble(box(x - wide / 2, y - tall * 0.62, x + wide / 2, y), stream, 1.5, False), wall, shadow=5)
    chimney = x + wide * 0.24
    cut(
        canvas,
        wobble(box(chimney, y - tall * 1.02, chimney + wide * 0.1, y - tall * 0.66), stream, 1, False),
        colour(wall, -0.2),
        shadow=2,
    )
    eaves = [
        (x - wide * 0.60, y - tall * 0.58),
        (x - wide * 0.3, y - tall),
        (x + wide * 0.3, y - tall),
        (x + wide * 0.60, y - tall * 0.58),
    ]
    if wide < tall * 1.25:
        eaves = [(x - wide * 0.62, y - tall * 0.56), (x, y - tall), (x + wide * 0.62, y - tall * 0.56)]
    cut(canvas, wobble(eaves, stream, 2, False), roof, shadow=5)
    door = wide * 0.18
    cut(
        canvas,
        wobble(box(x - door / 2, y - tall * 0.34, x + door / 2, y), stream, 0.8, False),
        colour(roof, -0.25),
        shadow=1,
    )
    for side in (-0.31, 0.31):
        w = wide * 0.17
        pane(
            canvas,
            x + side * wide - w / 2,
            y - tall * 0.44,
            w,
            w * 1.1,
            window_light(scene, stream),
            colour(wall, -0.35),
        )


def vignette_grass(scenery: Scenery, scene: Scene, tone: int) -> None:
    """The dark piece before the lens in the open: out-of-focus blades in one corner."""
    stream = scene.rng("lens")
    side = stream.choice((-1, 1))
    edge = 0.0 if side < 0 else scene.width

    def draw(canvas: skia.Canvas) -> None:
        for k in range(11):
            x = edge - side * (stream.uniform(-40, 190))
            height = 250 - abs(x - edge) * 0.7 + stream.uniform(-30, 50)
            lean = stream.uniform(-50, 70) * -side
            points = [
                (x - 13, 900),
                (x - 8 + lean * 0.4, 760 - height * 0.5),
                (x + lean, 760 - height),
                (x + 10 + lean * 0.4, 760 - height * 0.5),
                (x + 15, 900),
            ]
            canvas.drawPath(curve(points), paint(colour(tone, 0.02 * (k % 3))))

    left, right = (-MARGIN_LENS, 330.0) if side < 0 else (scene.width - 330.0, scene.width + MARGIN_LENS)
    scenery.add(
        1.35,
        (left, 420, right, 900),
        draw,
        blur=5.0,
        pivot=(edge, 820),
        move=sway(scene.rng("lens sway"), 0.9 * scene.breeze, 0.9),
    )


MARGIN_LENS = 230.0


def foreground(
    scenery: Scenery, scene: Scene, shape: Sequence[Sequence[Point]], tone: int | None = None, blur: float = 6.0
) -> None:
    """Dark pieces before the lens, out of focus; each of ``shape`` is an outline in world units."""
    xs = [x for outline in shape for x, _ in outline]
    ys = [y for outline in shape for _, y in outline]
    ink = scene.palette.ink if tone is None else tone

    def draw(canvas: skia.Canvas) -> None:
        for index, outline in enumerate(shape):
            canvas.drawPath(curve(list(outline)), paint(colour(ink, 0.025 * index)))

    scenery.add(1.35, (min(xs) - 20, min(ys) - 20, max(xs) + 20, max(ys) + 20), draw, blur=blur)

"""Inside a spaceship: a great window on a planet and its stars, consoles that blink, pipes, a hatch or an engine."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Motion, Scene, Scenery
from resources.cutout.places.interior import bathe, footing, lamplight, shimmer, slab
from resources.cutout.places.kit import foreground, gradient, halo, sway
from schemas.vocabulary import TimeOfDay

_HULLS = ("#8d9aab", "#b3a996", "#7f9490", "#9a8fa3", "#c2b8a4")
_SCREEN = ("#5fd0b8", "#f0b45a", "#6fb3ea", "#e8785f")
_PLANETS = (
    ("#4f8fb0", "#7fb58a", "#dfe9e4"),
    ("#c9774a", "#a85a42", "#e5ad78"),
    ("#8a6fb0", "#b58acb", "#d9c2e6"),
    ("#5f9a80", "#3f7a74", "#b9d6a4"),
    ("#d9b06a", "#b98a4e", "#f0dcae"),
)


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
    _space(scenery, scene, view)
    hull = scene.lit(stream.choice(_HULLS))
    source = (middle, 250.0) if not scene.dim else (middle, 60.0)

    def back(canvas: skia.Canvas) -> None:
        _hull(canvas, scene, hull)
        _port(canvas, scene, hull, view, shape)
        bathe(canvas, scene, *source, 640)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 650), back)

    def ground(canvas: skia.Canvas) -> None:
        _deck(canvas, scene, hull, middle)
        bathe(canvas, scene, middle, 600, 700)

    scenery.add(0.8, (scene.left - 60, 565, scene.right + 60, scene.floor), ground)
    door = at(0.90)
    if not narrow:
        if scene.has("engine", "reactor", "core", "warp", "fuel"):
            _reactor(scenery, scene, door, source)
        elif scene.has("greenhouse", "garden", "plant", "flower", "seed", "tree"):
            _greenhouse(scenery, scene, door, source)
        else:
            _hatch(scenery, scene, door, hull, source)
    _console(scenery, scene, 0, at(0.10 if narrow else 0.12), 128.0 if narrow else 168.0, hull, source)
    _console(scenery, scene, 1, at(0.96 if narrow else 0.70), 112.0 if narrow else 132.0, hull, source)
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


def _space(scenery: Scenery, scene: Scene, view: Box) -> None:
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


def _port(canvas: skia.Canvas, scene: Scene, hull: int, view: Box, shape: str) -> None:
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


def _console(scenery: Scenery, scene: Scene, index: int, x: float, half: float, hull: int, source: Point) -> None:
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


def _hatch(scenery: Scenery, scene: Scene, x: float, hull: int, source: Point) -> None:
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


def _reactor(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
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


def _greenhouse(scenery: Scenery, scene: Scene, x: float, source: Point) -> None:
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

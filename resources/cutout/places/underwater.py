"""Under the sea: shafts of light, kelp that bends in the swell, coral, schools of fish, bubbles, a wreck when named."""

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
from resources.cutout.places.kit import foreground, gradient, land, ridge, rock
from resources.cutout.places.reef import chest, coral, kelp, ruin, wreck
from resources.cutout.places.sealife import bubbles, jelly, school, turtle
from schemas.vocabulary import TimeOfDay, Weather

HORIZON = 430.0
WATER = {
    # surface, middle water, deep water, and how strong the shafts are
    TimeOfDay.DAWN: ((0.86, 0.080, 40), (0.60, 0.085, 215), (0.40, 0.085, 245), 0.62),
    TimeOfDay.DAY: ((0.90, 0.075, 195), (0.68, 0.110, 212), (0.46, 0.110, 238), 0.85),
    TimeOfDay.DUSK: ((0.70, 0.140, 45), (0.40, 0.100, 320), (0.25, 0.085, 285), 0.55),
    TimeOfDay.NIGHT: ((0.42, 0.070, 235), (0.22, 0.065, 255), (0.13, 0.045, 268), 0.34),
}


def build(scene: Scene) -> Scenery:
    """A reef; wreck, treasure, ruin, cave, deep, kelp, jellyfish, turtle change what is there."""
    scenery = Scenery(ground=652, horizon=HORIZON, floats=True)
    stream = scene.rng("plan")
    turn = scene.rng("hue").uniform(-14, 14)
    top, middle, deep = (oklch(part[0], part[1], part[2] + turn) for part in WATER[scene.hour][:3])
    if scene.has("deep", "abyss", "dark", "trench") or scene.weather is Weather.STORM:
        top, middle, deep = (colour(tone, -0.35) for tone in (top, middle, deep))
    wide = scene.width > 700
    _water(scenery, scene, top, middle, deep)
    _far(scenery, scene, 0, 0.12, 452, 120, mix(deep, middle, 0.66))
    school(scenery, scene, 0, 0.18, 250, 5.5, 13, mix(deep, middle, 0.45))
    _far(scenery, scene, 1, 0.24, 500, 170, mix(deep, middle, 0.34))
    side = stream.choice((0.27, 0.74))
    choice = stream.random()
    if scene.has("wreck", "shipwreck", "ship", "sunken", "treasure", "pirate", "galleon", "captain"):
        wreck(scenery, scene, scene.width * side, 582, middle)
    elif scene.has("ruin", "temple", "atlantis", "city", "palace", "kingdom", "castle", "column"):
        ruin(scenery, scene, scene.width * side, 590, middle)
    elif scene.has("cave", "arch", "grotto", "tunnel") or choice < 0.4:
        _arch(scenery, scene, scene.width * side, middle)
    elif choice < 0.6:
        wreck(scenery, scene, scene.width * side, 582, middle)
    _shafts(scenery, scene, top)
    for index, at in enumerate((0.17, 0.60, 0.84) if wide else (0.06, 0.9)):
        tall = stream.uniform(190, 330)
        kelp(
            scenery,
            scene,
            index,
            scene.width * at + stream.uniform(-30, 30),
            600,
            tall,
            0.48,
            mix(scene.lit("#4f7a48"), middle, 0.5),
        )
    school(
        scenery,
        scene,
        1,
        0.55,
        330,
        9.5,
        9,
        oklch(0.78 if not scene.night else 0.52, 0.13, stream.choice((70, 45, 95, 20))),
    )
    _bed(scenery, scene, middle, deep)
    _garden(scenery, scene, side)
    big = [(0.02, 420.0), (0.98, 360.0), (0.11, 270.0)] if wide else [(0.0, 330.0), (1.0, 380.0)]
    green = scene.lit(stream.choice(("#55803f", "#6d8038", "#3f7a5c")))
    for index, (at, tall) in enumerate(big):
        kelp(scenery, scene, 10 + index, scene.width * at, 640, tall, 0.94, mix(green, middle, 0.12))
    if scene.has("treasure", "chest", "gold", "pirate", "pearl"):
        chest(scenery, scene, scene.width * (0.60 if side < 0.5 else 0.38), 640)
    if scene.has("jellyfish", "jelly") or scene.night or stream.random() < 0.4:
        for index in range(3 if wide else 2):
            jelly(
                scenery,
                scene,
                index,
                scene.width * (0.16 + 0.34 * index) + stream.uniform(-40, 40),
                stream.uniform(130, 300),
            )
    if scene.has("turtle", "tortoise") or stream.random() < 0.4:
        turtle(scenery, scene, middle)
    school(scenery, scene, 2, 0.90, 180, 15, 4, scene.lit(scene.palette.accent))
    for index, at in enumerate((0.22, 0.52, 0.83)):
        bubbles(scenery, scene, index, scene.width * at + stream.uniform(-40, 40), top)
    _snow(scenery, scene, top)
    _lens(scenery, scene, deep)
    return scenery


def _water(scenery: Scenery, scene: Scene, top: int, middle: int, deep: int) -> None:
    """Sheets of water, each a little deeper, and the bright skin of the sea above."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("sheets")
        edge = skia.Rect(scene.left * 2, -170, scene.right + 340, scene.floor)
        canvas.drawRect(edge, gradient(0, -40, 0, 560, [top, middle, deep]))
        sun = scene.width * (0.36 if scene.width > 700 else 0.4)
        ring = skia.GradientShader.MakeRadial(
            skia.Point(sun, -30),
            460,
            [colour(top, 0.45, 0.9), colour(top, 0.2, 0.3), colour(top, alpha=0.0)],
            [0.0, 0.4, 1.0],
        )
        canvas.drawRect(edge, skia.Paint(AntiAlias=True, Dither=True, Shader=ring))
        for k in range(4):
            level = 90 + 96 * k
            points: list[Point] = [(scene.left - 20, scene.floor)]
            for x in range(int(scene.left) - 20, int(scene.right) + 90, 60):
                points.append((x, level + 16 * math.sin(x / 170 + 1.9 * k) + stream.uniform(-6, 6)))
            points.append((scene.right + 90, scene.floor))
            cut(
                canvas,
                wobble(points, stream, 1.5, False),
                colour(mix(middle, deep, 0.10 + 0.2 * k), alpha=0.34),
                shadow=2.5,
                grain=False,
            )
        canvas.drawRect(edge, grain_paint(scale_of(canvas)))

    scenery.add(0.0, (scene.left, -170.0, scene.right, scene.floor), draw)
    for index in range(2):

        def skin(canvas: skia.Canvas, index: int = index) -> None:
            stream = scene.rng("skin", index)
            points: list[Point] = [(scene.left - 90, -70)]
            x, low = scene.left - 90, 34.0 - 16 * index
            while x < scene.right + 90:
                step = stream.uniform(46, 90)
                points += [(x, low), (x + step * 0.5, low + stream.uniform(9, 20))]
                x += step
            points.append((scene.right + 120, -70))
            cut(canvas, curve(points), colour(top, 0.16 + 0.26 * index, 0.62), shadow=4, rim=False)

        def heave(t: float, index: int = index) -> Motion:
            way = 1 if index else -1
            return Motion(x=way * 34 * math.sin(0.5 * t + index), y=5 * math.sin(0.8 * t + 2 * index))

        scenery.add(0.06, (scene.left - 100, -70, scene.right + 130, 64), skin, move=heave)


def _far(scenery: Scenery, scene: Scene, index: int, depth: float, y: float, tall: float, tone: int) -> None:
    """Pinnacles of rock in the haze with weed on them."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("far", index)
        land(canvas, ridge(scene, stream, y, 20, 190), stream, tone, colour(tone, -0.1), 5)
        x = scene.left
        while x < scene.right + 60:
            w, h = tall * stream.uniform(0.5, 1.2), tall * stream.uniform(0.35, 1.25)
            spire = [
                (x - w * 0.7, y + 60),
                (x - w * 0.42, y - h * 0.35),
                (x - w * 0.22, y - h * 0.8),
                (x, y - h),
                (x + w * 0.2, y - h * 0.86),
                (x + w * 0.30, y - h * 0.4),
                (x + w * 0.7, y + 60),
            ]
            cut(
                canvas,
                wobble(spire, stream, w * 0.05),
                colour(tone, stream.uniform(-0.04, 0.04)),
                shadow=5,
                fade=colour(tone, -0.08),
            )
            for _ in range(4):
                a, b = x + w * stream.uniform(-0.3, 0.3), y - h * stream.uniform(0.2, 0.7)
                canvas.drawPath(
                    curve([(a, b), (a + 6, b - 16), (a - 2, b - 34)], False), paint(colour(tone, -0.08), stroke=4)
                )
            x += w * stream.uniform(1.0, 2.4)

    scenery.add(depth, (scene.left - 160, y - tall * 1.5, scene.right + 200, scene.floor), draw)


def _arch(scenery: Scenery, scene: Scene, x: float, middle: int) -> None:
    """A bridge of rock that one could swim through."""
    tone, s = mix(scene.lit("#5a6470"), middle, 0.42), 1.0 if scene.width > 700 else 0.66

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("arch")
        shape = [
            (-240, 20),
            (-226, -90),
            (-190, -190),
            (-110, -262),
            (0, -282),
            (110, -254),
            (190, -176),
            (226, -70),
            (250, 20),
        ]
        hole = [(140, 20), (132, -70), (92, -140), (10, -168), (-76, -148), (-124, -76), (-130, 20)]
        points = [(x + a * s + stream.uniform(-7, 7), 590 + b * s + stream.uniform(-7, 7)) for a, b in [*shape, *hole]]
        cut(canvas, polygon(points), tone, shadow=9, fade=colour(tone, -0.22))
        for _ in range(13):
            a = stream.uniform(-2.9, -0.25)
            b, r = stream.uniform(196, 232), stream.uniform(10, 26)
            spot = (x + b * 1.0 * s * math.cos(a), 590 + b * 1.14 * s * math.sin(a))
            cut(
                canvas,
                wobble(ellipse(*spot, r, r * 0.7, 9), stream, r * 0.12),
                colour(tone, stream.uniform(-0.12, 0.14)),
                shadow=3,
            )
        coral(canvas, scene, x - 96 * s, 590 - 262 * s, 46, stream, middle, 0.3)
        coral(canvas, scene, x + 120 * s, 590 - 246 * s, 38, stream, middle, 0.3)

    scenery.add(0.40, (x - 280 * s, 590 - 350 * s, x + 280 * s, 625), draw)


def _shafts(scenery: Scenery, scene: Scene, top: int) -> None:
    """Beams through the water that widen, sway and fade by turns."""
    force = WATER[scene.hour][3] * (0.5 if scene.weather in (Weather.STORM, Weather.RAIN, Weather.FOG) else 1.0)
    for index in range(4 if scene.width > 700 else 3):
        stream = scene.rng("shaft", index)
        x, wide = scene.width * (0.06 + 0.26 * index) + stream.uniform(-30, 30), stream.uniform(34, 80)
        long = stream.uniform(470, 600)

        def draw(canvas: skia.Canvas, x: float = x, wide: float = wide, long: float = long) -> None:
            light = colour(top, 0.55)
            fill = gradient(
                x,
                0,
                x + 120,
                long,
                [colour(light, alpha=0.62 * force), colour(light, alpha=0.22 * force), colour(light, alpha=0.0)],
            )
            fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 7))
            canvas.drawPath(polygon([(x, -60), (x + wide, -60), (x + wide * 2.6 + 130, long), (x + 70, long)]), fill)

        def move(t: float, phase: float = stream.uniform(0, 6)) -> Motion:
            return Motion(
                x=16 * math.sin(0.33 * t + phase),
                alpha=0.62 + 0.36 * math.sin(0.7 * t + 2 * phase),
            )

        scenery.add(0.46, (x - 40, -70, x + wide * 2.6 + 170, long + 10), draw, move=move, pivot=(x, -60))


def _bed(scenery: Scenery, scene: Scene, middle: int, deep: int) -> None:
    """The sea bed: pale sand in ripples, stones, shells, starfish, and a net of light by day."""
    sand = mix(scene.lit("#d9c79a"), middle, 0.34)

    def dunes(canvas: skia.Canvas) -> None:
        stream = scene.rng("bank")
        tone = mix(sand, deep, 0.34)
        land(canvas, ridge(scene, stream, 566, 16, 210), stream, tone, colour(tone, -0.2), 6)
        for _ in range(9):
            x, size = stream.uniform(scene.left, scene.right), stream.uniform(40, 110)
            rock(canvas, x, 600, size, size * 0.7, stream, mix(scene.lit("#626a74"), middle, 0.3))

    scenery.add(0.70, (scene.left - 100, 490, scene.right + 140, scene.floor), dunes)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("bed")
        land(canvas, ridge(scene, stream, 616, 9, 260), stream, sand, colour(mix(sand, deep, 0.4), -0.12))
        for row in range(7):
            y, x = 636.0 + 15 * row, scene.left - stream.uniform(0, 120)
            while x < scene.right:
                long = stream.uniform(60, 190)
                wave = [(x + long * k / 4, y + 4 * math.sin(k * 1.7 + row)) for k in range(5)]
                canvas.drawPath(curve(wave, False), paint(colour(sand, stream.choice((-0.14, 0.16)), 0.7), stroke=2.2))
                x += long * stream.uniform(1.1, 1.9)
        for _ in range(11):
            x, y, size = stream.uniform(scene.left, scene.right), stream.uniform(630, 718), stream.uniform(9, 34)
            rock(canvas, x, y, size, size * 0.6, stream, mix(scene.lit("#7d8088"), middle, 0.2))
        for _ in range(5):
            _starfish(
                canvas,
                stream.uniform(0, scene.width),
                stream.uniform(640, 700),
                stream.uniform(11, 19),
                stream,
                scene.lit(stream.choice(("#d9603f", "#d98a3f", "#b8587a"))),
            )
        for _ in range(7):
            x, y, r = stream.uniform(0, scene.width), stream.uniform(634, 706), stream.uniform(7, 12)
            fan = [(x + r * math.cos(math.pi * k / 8), y - r * 0.9 * math.sin(math.pi * k / 8)) for k in range(9)]
            cut(
                canvas,
                polygon([*fan, (x, y + r * 0.35)]),
                scene.lit(stream.choice(("#f1dccb", "#e8b9a4", "#f3ead8"))),
                shadow=2,
            )
            for k in range(1, 8, 2):
                canvas.drawLine(x, y + r * 0.2, *fan[k], paint(0x44402030, stroke=1))

    scenery.add(1.0, (scene.left - 70, 580, scene.right + 120, scene.floor), draw)
    if scene.hour in (TimeOfDay.DAY, TimeOfDay.DAWN):
        for index in range(2):

            def net(canvas: skia.Canvas, index: int = index) -> None:
                stream = scene.rng("caustics", index)
                for _ in range(int(scene.width / 24)):
                    x, y, r = stream.uniform(0, scene.width), stream.uniform(630, 716), stream.uniform(22, 46)
                    loop = [
                        (
                            x + r * math.cos(k * 1.05) * stream.uniform(0.7, 1.2),
                            y + r * 0.26 * math.sin(k * 1.05) * stream.uniform(0.7, 1.2),
                        )
                        for k in range(6)
                    ]
                    canvas.drawPath(curve(loop), paint(0x42FFFFF0, stroke=2.2))

            def slide(t: float, index: int = index) -> Motion:
                way = 1 if index else -1
                return Motion(x=way * 22 * math.sin(0.6 * t + index), alpha=0.5 + 0.4 * math.sin(1.1 * t + 3 * index))

            scenery.add(1.0, (-60, 612, scene.width + 60, 730), net, move=slide)


def _starfish(canvas: skia.Canvas, x: float, y: float, r: float, stream: random.Random, tone: int) -> None:
    turn = stream.uniform(0, 6)
    points = []
    for k in range(10):
        reach = r if k % 2 == 0 else r * 0.42
        points.append(
            (x + reach * math.cos(turn + k * math.tau / 10), y + 0.66 * reach * math.sin(turn + k * math.tau / 10))
        )
    cut(canvas, wobble(points, stream, r * 0.04), tone, shadow=2.5)
    for k in range(0, 10, 2):
        canvas.drawCircle(
            x + (points[k][0] - x) * 0.5, y + (points[k][1] - y) * 0.5, r * 0.08, paint(colour(tone, 0.4))
        )


def _garden(scenery: Scenery, scene: Scene, side: float) -> None:
    """Banks of coral on both sides and small heads between; the tall side is away from what stands behind."""
    wide = scene.width > 700
    middle = scene.palette.sky_middle if not scene.night else 0xFF26345E
    stream = scene.rng("garden")
    far = [(scene.width * stream.uniform(0.02, 0.98), stream.uniform(34, 62)) for _ in range(8 if wide else 4)]

    def behind(canvas: skia.Canvas) -> None:
        local = scene.rng("coral", 0)
        for x, size in sorted(far):
            coral(canvas, scene, x, 606, size, local, middle, 0.26)

    scenery.add(0.72, (scene.left, 440, scene.right, 640), behind)
    tall = 1.0 if wide else 0.7
    heap = 1 - side

    def front(canvas: skia.Canvas) -> None:
        local = scene.rng("coral", 1)
        for k in range(8):
            x = scene.width * heap + (k - 3.5) * 46 * tall + (120 if heap > 0.5 else -120) * tall
            coral(canvas, scene, x, 640 + 5 * (k % 3), local.uniform(64, 112) * tall, local, middle, 0.06)
        for k in range(3):
            x = scene.width * side + (k - 1) * 60 * tall + (190 if side > 0.5 else -190) * tall
            coral(canvas, scene, x, 648, local.uniform(44, 74) * tall, local, middle, 0.06)

    scenery.add(1.0, (scene.left, 400, scene.right, 690), front)


def _snow(scenery: Scenery, scene: Scene, top: int) -> None:
    """Specks that sink; at night they glow."""
    tint = 0xFF8FF0E0 if scene.night else colour(top, 0.5)
    for index in range(9):
        stream = scene.rng("speck", index)
        x, y, r = stream.uniform(0, scene.width), stream.uniform(60, 600), stream.uniform(1.2, 2.8)

        def draw(canvas: skia.Canvas, x: float = x, y: float = y, r: float = r) -> None:
            if scene.night:
                canvas.drawCircle(x, y, r * 3.4, paint(colour(tint, alpha=0.35), blur=r * 1.6))
            canvas.drawCircle(x, y, r, paint(colour(tint, alpha=0.85)))

        def move(t: float, a: float = stream.uniform(0, 6.3), rate: float = stream.uniform(0.2, 0.5)) -> Motion:
            return Motion(
                40 * math.sin(rate * t + a),
                30 * math.sin(0.6 * rate * t + 2 * a),
                alpha=0.6 + 0.4 * math.sin(2.2 * rate * t + a),
            )

        scenery.add((0.6, 0.95, 1.1)[index % 3], (x - 14, y - 14, x + 14, y + 14), draw, move=move)


def _lens(scenery: Scenery, scene: Scene, deep: int) -> None:
    """Dark weed and a sponge out of focus in one corner."""
    stream = scene.rng("lens")
    left, part = stream.random() < 0.5, 1.0 if scene.width > 700 else 0.6
    shapes: list[list[Point]] = [[(-240, 900), (-220, 610), (-110, 560), (-20, 640), (70, 660), (130, 740), (170, 900)]]
    for k in range(4):
        x, tall = -30.0 + 42 * k, stream.uniform(210, 330) - 40 * k
        shapes.append(
            [
                (x - 16, 860),
                (x - 26, 760 - tall * 0.3),
                (x + 2, 760 - tall * 0.62),
                (x - 12, 760 - tall),
                (x + 26, 760 - tall * 0.6),
                (x + 6, 760 - tall * 0.3),
                (x + 20, 860),
            ]
        )
    ink = mix(scene.palette.ink, deep, 0.22)
    foreground(
        scenery, scene, [[(x * part if left else scene.width - x * part, y) for x, y in shape] for shape in shapes], ink
    )

"""A desert: dunes with a lit and a dark flank, mesas or pyramids far off, cacti, palms or tents, sand that blows."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import (
    Point,
    box,
    colour,
    curve,
    cut,
    grain_paint,
    mix,
    paint,
    polygon,
    scale_of,
    wobble,
)
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import foreground, gradient, land, passing, ridge, rock, sky
from resources.cutout.places.oasis import cacti, caravan, palms, pool, pyramids, ruin, skull, tents, tumbleweed
from resources.cutout.places.touches import campfire, soar
from schemas.vocabulary import TimeOfDay, Weather

HORIZON = 446.0


def build(scene: Scene) -> Scenery:
    """Red rock and cacti, or golden dunes and palms; pyramids, an oasis, tents, ruins when they are named."""
    scenery = Scenery(ground=642, horizon=HORIZON)
    stream = scene.rng("plan")
    egypt = scene.has("pyramid", "egypt", "egyptian", "pharaoh", "tomb", "sphinx")
    oasis = scene.has("oasis", "palm", "pool", "spring", "well", "date")
    camp = scene.has("tent", "camp", "caravan", "nomad", "bedouin", "traveller", "traveler", "merchant", "campfire")
    west = scene.has("cactus", "cacti", "canyon", "mesa", "cowboy", "western", "saguaro", "coyote", "gulch", "mexico")
    sandy = egypt or oasis or camp or scene.has("dune", "sahara", "camel", "arabia", "arabian", "sultan")
    west = west or (not sandy and stream.random() < 0.5)
    sand = scene.lit(stream.choice(("#d8935c", "#cf8a5a", "#d9a066") if west else ("#e6bb6c", "#deab5e", "#e9c583")))
    stone = scene.lit("#b4573a" if west else "#a9764c")
    if scene.night:
        sand = mix(sand, 0xFF59608F, 0.34)  # moonlit
    if scene.weather is Weather.SNOW:
        sand = mix(sand, scene.lit("#eef1f4"), 0.6)
    sky(scenery, scene, HORIZON + 14)
    if egypt:
        pyramids(scenery, scene, sand)
    elif west:
        _mesas(scenery, scene, 0, 0.14, 452, 120, mix(stone, scene.palette.sky, 0.62))
        _mesas(scenery, scene, 1, 0.24, 474, 205, mix(stone, scene.palette.sky, 0.36))
    else:
        _mesas(scenery, scene, 2, 0.14, 450, 60, mix(stone, scene.palette.sky, 0.7))
    low = 0.55 if west else 1.0
    _dunes(scenery, scene, 0, 0.34, 486, 66 * low, mix(sand, scene.palette.sky, 0.42))
    if not west:
        caravan(scenery, scene, sand)
    _dunes(scenery, scene, 1, 0.52, 530, 88 * low, mix(sand, scene.palette.sky, 0.20))
    _shimmer(scenery, scene)
    if camp:
        tents(scenery, scene)
    if scene.has("ruin", "temple", "column", "lost"):
        ruin(scenery, scene, sand)
    _dunes(scenery, scene, 2, 0.74, 580, 58 * low, mix(sand, scene.palette.sky, 0.05))
    _floor(scenery, scene, sand, west)
    if oasis:
        pool(scenery, scene)
    if west and not oasis:
        cacti(scenery, scene)
        tumbleweed(scenery, scene)
    elif oasis or egypt or camp or stream.random() < 0.75:
        palms(scenery, scene, oasis)
    if camp:
        near = 0.30 if scene.width > 700 else 0.24
        campfire(scenery, scene, scene.width * near, 606, 44, 0.93)
    if not scene.night:
        bird = mix(scene.lit("#3a2d2c"), scene.palette.sky, 0.25)
        soar(scenery, scene, "vulture", scene.width * stream.uniform(0.3, 0.6), 150, 34, bird, 0.3)
    _drift(scenery, scene, sand)
    _lens(scenery, scene)
    return scenery


def _mesas(scenery: Scenery, scene: Scene, index: int, depth: float, foot: float, tall: float, tone: int) -> None:
    """Table mountains with talus, layers of rock and a dark right face."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("mesas", index)
        x = scene.left + stream.uniform(-40, 160)
        while x < scene.right + 60:
            spire = stream.random() < 0.28
            w = tall * (stream.uniform(0.34, 0.5) if spire else stream.uniform(1.0, 1.9))
            h = tall * (stream.uniform(0.8, 1.05) if spire else stream.uniform(0.55, 1.0))
            _mesa(canvas, x + w / 2, foot, w, h, stream, colour(tone, stream.uniform(-0.05, 0.05)))
            x += w + tall * stream.uniform(0.5, 1.7)

    scenery.add(depth, (scene.left - 120, foot - tall * 1.2, scene.right + 460, foot + 60), draw)


def _mesa(canvas: skia.Canvas, x: float, y: float, w: float, h: float, stream: random.Random, tone: int) -> None:
    top = y - h
    points: list[Point] = [
        (x - w * 0.68, y + 50),
        (x - w * 0.62, y),
        (x - w * 0.46, y - h * 0.34),
        (x - w * 0.40, y - h * 0.38),
    ]
    points += [
        (x - w * 0.37, top + h * 0.06),
        (x - w * 0.33, top),
        (x - w * 0.05, top - h * 0.03),
        (x + w * 0.10, top + h * 0.03),
    ]
    points += [(x + w * 0.16, top + h * 0.10), (x + w * 0.36, top + h * 0.11), (x + w * 0.40, y - h * 0.40)]
    points += [(x + w * 0.47, y - h * 0.34), (x + w * 0.66, y), (x + w * 0.72, y + 50)]
    path = wobble(points, stream, h * 0.018, False)
    cut(canvas, path, colour(tone, 0.06), shadow=6, fade=colour(tone, -0.06))
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    for k in range(4):
        level = top + h * (0.16 + 0.15 * k)
        band = box(x - w, level, x + w, level + h * stream.uniform(0.03, 0.06))
        canvas.drawPath(wobble(band, stream, 2.5, False), paint(colour(tone, -0.16 if k % 2 else 0.14)))
    edge = x + w * stream.uniform(0.05, 0.16)
    shade = [
        (edge, top - 20),
        (edge + w * 0.05, y - h * 0.4),
        (edge - w * 0.02, y + 60),
        (x + w, y + 60),
        (x + w, top - 20),
    ]
    canvas.drawPath(polygon(shade), paint(colour(mix(tone, 0xFF2B1440, 0.5), alpha=0.34)))
    for _ in range(5):
        crack = x + w * stream.uniform(-0.34, 0.34)
        canvas.drawLine(crack, top + h * 0.1, crack + 2, y - h * 0.42, paint(colour(tone, -0.2, 0.6), stroke=1.6))
    canvas.restore()


def _dunes(scenery: Scenery, scene: Scene, index: int, depth: float, y: float, tall: float, tone: int) -> None:
    """A row of crescent dunes: light from the left, a sharp winding crest, a dark slip face."""
    dusky = scene.hour in (TimeOfDay.DAWN, TimeOfDay.DUSK)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("dunes", index)
        land(canvas, ridge(scene, stream, y, tall * 0.16, 300), stream, tone, colour(tone, -0.12), 5)
        x = scene.left + stream.uniform(-160, 40)
        while x < scene.right + 120:
            h, left, right = (
                tall * stream.uniform(0.8, 1.6),
                tall * stream.uniform(3.2, 5.4),
                tall * stream.uniform(2.2, 3.8),
            )
            _dune(canvas, x + left, y + tall * 0.30, h, left, right, stream, tone, 0.40 if dusky else 0.28)
            x += (left + right) * stream.uniform(0.62, 0.95)

    scenery.add(depth, (scene.left - 360, y - tall * 1.7, scene.right + 460, scene.floor), draw)


def _dune(
    canvas: skia.Canvas,
    x: float,
    y: float,
    h: float,
    left: float,
    right: float,
    stream: random.Random,
    tone: int,
    dark: float,
) -> None:
    steps = 9
    west = [(x - left * (1 - k / steps), y - h * (k / steps) ** 1.5) for k in range(steps + 1)]
    east = [(x + right * k / steps, y - h * (1 - k / steps) ** 1.35) for k in range(1, steps + 1)]
    sheet = curve([*west, *east, (x, y + 14)])
    canvas.save()
    canvas.clipRect(skia.Rect(x - left, y - h - 30, x + right, y - h * 0.10))
    canvas.translate(0, -4)
    canvas.drawPath(sheet, paint(colour("#0b0a14", alpha=0.15), blur=4))
    canvas.restore()
    light = colour(tone, 0.16)
    canvas.drawPath(sheet, gradient(x, y - h, x, y + 10, [light, light, colour(tone, alpha=0.0)]))
    bend = stream.uniform(0.12, 0.26)
    crest = [
        (x - left * bend * math.sin(2.7 * k / 8) + right * 0.2 * k / 8, y - h + (h + 12) * k / 8) for k in range(9)
    ]
    shade = mix(tone, 0xFF4A2350, dark)
    canvas.save()
    canvas.clipPath(sheet, skia.ClipOp.kIntersect, True)
    fill = gradient(x, y - h, x + right * 0.1, y + 8, [shade, mix(shade, tone, 0.35), colour(tone, alpha=0.0)])
    canvas.drawPath(curve([*crest, (x + right, y + 20), *reversed(east)]), fill)
    canvas.drawPath(curve(crest, False), paint(colour(tone, 0.34, 0.8), stroke=1.6))
    for k in range(4):
        low, part = y - h * 0.05 - h * 0.13 * k, 0.8 - 0.14 * k
        wind = [(x - left * part, low + 4), (x - left * part * 0.7, low - 3), (x - left * part * 0.4, low + 2)]
        canvas.drawPath(curve(wind, False), paint(colour(tone, -0.10, 0.5), stroke=1.4))
    canvas.restore()
    canvas.drawPath(curve(west[2:], False), paint(colour(tone, 0.38, 0.7), stroke=1.3))
    canvas.drawPath(sheet, grain_paint(scale_of(canvas)))


def _shimmer(scenery: Scenery, scene: Scene) -> None:
    """Hot air by day: pale strips that swell over the plain."""
    if scene.hour is not TimeOfDay.DAY or scene.weather not in (Weather.CLEAR, Weather.WIND):
        return
    for index in range(4):
        stream = scene.rng("shimmer", index)
        y, x, half = 474 + 15 * index, scene.width * stream.uniform(0.1, 0.9), scene.width * stream.uniform(0.25, 0.4)

        def draw(canvas: skia.Canvas, x: float = x, y: float = y, half: float = half) -> None:
            strip = [
                (x - half, y),
                (x - half * 0.4, y - 4),
                (x + half * 0.3, y - 2.5),
                (x + half, y),
                (x + half * 0.2, y + 3.5),
                (x - half * 0.5, y + 2),
            ]
            canvas.drawPath(curve(strip), paint(colour(mix(scene.palette.sky, 0xFFFFFFFF, 0.35), alpha=0.7), blur=2.0))

        def move(t: float, phase: float = stream.uniform(0, 6.3)) -> Motion:
            swell = math.sin(2.3 * t + phase)
            return Motion(x=14 * math.sin(0.7 * t + phase), stretch_y=1 + 0.8 * swell, alpha=0.42 + 0.3 * swell)

        scenery.add(0.5, (x - half - 10, y - 12, x + half + 10, y + 12), draw, move=move, pivot=(x, y))


def _floor(scenery: Scenery, scene: Scene, sand: int, west: bool) -> None:
    """The sand one stands on: ripples, stones, tufts, a bleached skull."""

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("floor")
        land(canvas, ridge(scene, stream, 602, 9, 260), stream, colour(sand, 0.03), colour(sand, -0.30))
        for row in range(11):
            y = 622 + 11 * row + 0.7 * row * row
            x = scene.left - stream.uniform(0, 200)
            while x < scene.right:
                long = stream.uniform(70, 210)
                wave = [(x + long * k / 4, y + (3 + row * 0.3) * math.sin(k * 1.6 + row)) for k in range(5)]
                canvas.drawPath(
                    curve(wave, False),
                    paint(colour(sand, stream.choice((-0.16, -0.12, 0.14)), 0.7), stroke=1.6 + row * 0.12),
                )
                x += long * stream.uniform(1.1, 2.2)
        for _ in range(16):
            x, y, size = stream.uniform(scene.left, scene.right), stream.uniform(616, 715), stream.uniform(8, 30)
            rock(canvas, x, y, size, size * 0.55, stream, scene.lit("#9a5f45" if west else "#a98a62"))
        for _ in range(9):
            x, y = stream.uniform(scene.left, scene.right), stream.uniform(610, 690)
            for k in range(5):
                lean = (k - 2) * 7 + stream.uniform(-3, 3)
                blade = curve([(x, y), (x + lean * 0.4, y - 12), (x + lean, y - stream.uniform(16, 30))], False)
                canvas.drawPath(blade, paint(scene.lit("#8f8a4a"), stroke=2.2))
        if west or scene.has("skull", "bone", "lost"):
            skull(canvas, scene, scene.width * stream.uniform(0.55, 0.8), 690)

    scenery.add(1.0, (scene.left - 70, 570, scene.right + 120, scene.floor), draw)


def _drift(scenery: Scenery, scene: Scene, sand: int) -> None:
    """Sand on the move: low streaks of grains, faster in wind."""
    pale = colour(mix(colour(sand, 0.35), scene.palette.glow, 0.2), alpha=0.75)
    count = 9 if scene.breeze > 1 else 6
    for index in range(count):
        stream = scene.rng("drift", index)
        depth = (0.45, 0.68, 0.97, 1.08)[index % 4]
        y = 470 + 150 * depth + stream.uniform(-14, 26)

        def draw(canvas: skia.Canvas, y: float = y, s: random.Random = stream, depth: float = depth) -> None:
            for _ in range(26):
                x, up, long = s.gauss(0, 80), s.gauss(0, 5), s.uniform(5, 24)
                canvas.drawLine(
                    x,
                    y + up,
                    x + long,
                    y + up - 1,
                    paint(colour(pale, alpha=s.uniform(0.25, 0.7)), stroke=0.8 + 1.1 * depth),
                )

        speed = stream.uniform(40, 80) * (0.5 + depth) * (0.6 + scene.breeze * 0.8)
        scenery.add(depth, (-250, y - 26, 270, y + 26), draw, move=passing(stream, -320, scene.width + 640, speed, 7))


def _lens(scenery: Scenery, scene: Scene) -> None:
    """An agave out of focus in one corner."""
    stream = scene.rng("lens")
    edge = 0.0 if stream.random() < 0.5 else scene.width
    way = 1 if edge == 0 else -1
    foot = (edge - way * 10, 800.0)
    leaves: list[list[Point]] = []
    for k in range(8):
        angle = math.radians(100 - 13 * k + stream.uniform(-4, 4))
        long = stream.uniform(190, 290) * (1.0 if scene.width > 700 else 0.72)
        tip = (foot[0] + way * long * math.cos(angle), foot[1] - long * math.sin(angle))
        middle = ((foot[0] * 0.55 + tip[0] * 0.45), (foot[1] * 0.55 + tip[1] * 0.45))
        across = (math.sin(angle) * 21, math.cos(angle) * 21)
        leaves.append(
            [
                foot,
                (middle[0] - across[0], middle[1] - way * across[1]),
                tip,
                (middle[0] + across[0], middle[1] + way * across[1]),
            ]
        )
    foreground(scenery, scene, leaves)

"""A market: stalls under striped awnings, crates of fruit, bunting, lanterns; a fair or a bazaar by words."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.fairground import add_wheel, draw_dome, draw_tent
from resources.cutout.places.interior import LAMPLIGHT, footing, slab
from resources.cutout.places.kit import foreground, halo, house, pine, sky
from resources.cutout.places.stalls import FRUIT, STRIPES, add_stall
from schemas.vocabulary import Weather

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
        add_wheel(scenery, scene, scene.width * (0.5 if narrow else stream.choice((0.34, 0.66))))
    _town(scenery, scene, bazaar, fair)
    _square(scenery, scene)
    wanted = [name for name in _GOODS if scene.has(name, name.rstrip("s"))]
    wanted += [name for name, words in _ALIASES.items() if scene.has(*words) and name not in wanted]
    goods = [*wanted, *stream.sample([name for name in _GOODS if name not in wanted], 6 - len(wanted))]
    spots = (0.2, 0.86) if narrow else (0.15, 0.50, 0.85)
    hues = stream.sample(STRIPES, 3)
    accented = stream.randrange(len(spots))
    for index, part in enumerate(spots):
        half = (118.0 if narrow else 168.0) * stream.uniform(0.94, 1.06)
        tone = scene.palette.accent if index == accented else scene.lit(hues[index])
        middle = index == 1 and not narrow
        add_stall(scenery, scene, index, scene.width * part, half, tone, goods[index], 0.62 if middle else 0.78)
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
                    draw_dome(canvas, scene, stream, x + wide / 2, 560, wide, tall, far)
                elif fair and k == 1:
                    draw_tent(canvas, scene, stream, x + wide / 2, 560, wide * 1.2, tall * 0.9, far)
                else:
                    wall = scene.lit(stream.choice(("#c9a27a", "#b5766a", "#a9a48c", "#d3bd94", "#8fa0a4")), far)
                    roof = scene.lit(stream.choice(("#8c4636", "#5a5a6a", "#7a5a3c")), far)
                    house(canvas, scene, x + wide / 2, 560, wide, tall * 1.15, stream, wall, roof)
                x += wide * stream.uniform(0.88, 1.12)

        scenery.add(depth, (scene.left - 90, 180, scene.right + 200, 640), draw)


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
                tone = scene.lit(STRIPES[k % 6] if k % 3 else "#f2e6c8")
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
                        paint(LAMPLIGHT if scene.dim else scene.lit(FRUIT[k % 6])),
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

"""Small things that several outdoor places share: tubes, smoke, campfires, motes, birds that circle."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import skia

from resources.cutout.paper import Point, colour, curve, cut, paint, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import flicker, halo

Mover = Callable[[float], Motion]


def tube(spine: Sequence[Point], start: float, end: float) -> list[Point]:
    """The outline of a bent, tapering stalk along ``spine``: ``start`` and ``end`` are its half widths."""
    left: list[Point] = []
    right: list[Point] = []
    last = len(spine) - 1
    for index, (x, y) in enumerate(spine):
        ahead, behind = spine[min(last, index + 1)], spine[max(0, index - 1)]
        dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
        length = math.hypot(dx, dy) or 1.0
        half = start + (end - start) * index / max(1, last)
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    tip, before = spine[-1], spine[-2]
    length = math.hypot(tip[0] - before[0], tip[1] - before[1]) or 1.0
    cap = (tip[0] + (tip[0] - before[0]) / length * end, tip[1] + (tip[1] - before[1]) / length * end)
    return [*left, cap, *reversed(right)]


def smoke(
    scenery: Scenery, scene: Scene, x: float, y: float, depth: float, size: float = 12.0, tone: int | None = None
) -> None:
    """Puffs of paper that rise from (x, y), grow and fade, one after the other."""
    sheet = colour(scene.lit("#d8d4d0", depth * 0.2 if depth < 1 else 0.0), alpha=0.85) if tone is None else tone
    reach, lean = size * 9.0, (1.0 + 1.6 * scene.breeze) * size
    for index in range(4):
        stream = scene.rng("smoke", round(x), round(y), index)

        def draw(canvas: skia.Canvas, s: random.Random = stream) -> None:
            points = [
                (x + size * math.cos(k * math.tau / 8), y + size * 0.8 * math.sin(k * math.tau / 8)) for k in range(8)
            ]
            cut(canvas, wobble(points, s, size * 0.14), sheet, shadow=1.5, rim=False)

        def move(t: float, phase: float = index / 4) -> Motion:
            part = (t / 5.6 + phase) % 1.0
            alpha = min(1.0, part * 6) * (1 - part) ** 0.8
            grow = 0.45 + 1.5 * part
            return Motion(lean * part * part * 2.2, -reach * part, 30 * part, grow, grow, 0.8 * alpha)

        scenery.add(
            depth, (x - size * 1.4, y - size * 1.4, x + size * 1.4, y + size * 1.4), draw, move=move, pivot=(x, y)
        )


def campfire(scenery: Scenery, scene: Scene, x: float, y: float, size: float, depth: float) -> None:
    """Logs, two tongues of flame and the light they throw."""

    def light(canvas: skia.Canvas) -> None:
        halo(canvas, x, y - size * 0.4, size * 3.6, 0xFFFFB052, 0.62 if scene.dim else 0.22)

    def logs(canvas: skia.Canvas) -> None:
        stream = scene.rng("logs")
        for side in (-1, 1):
            spine = [(x - side * size * 0.6, y + size * 0.06), (x + side * size * 0.55, y - size * 0.14)]
            cut(
                canvas, wobble(tube(spine, size * 0.1, size * 0.09), stream, 0.6, False), scene.lit("#5a3c28"), shadow=2
            )

    around = (x - size * 3.7, y - size * 4.1, x + size * 3.7, y + size * 3.3)
    scenery.add(depth, around, light, move=flicker(scene.rng("fire", "light"), 0.8, 0.8), pivot=(x, y))
    for index, (tint, part) in enumerate(((0xFFF08A2E, 1.0), (0xFFFFD55E, 0.62))):

        def flame(canvas: skia.Canvas, tint: int = tint, part: float = part) -> None:
            tall, wide = size * 1.15 * part, size * 0.42 * part
            points = [
                (x, y + 2),
                (x - wide, y - tall * 0.22),
                (x - wide * 0.55, y - tall * 0.55),
                (x - wide * 0.05, y - tall),
                (x + wide * 0.3, y - tall * 0.62),
                (x + wide * 0.62, y - tall * 0.7),
                (x + wide, y - tall * 0.2),
            ]
            cut(canvas, curve(points), tint, shadow=0, grain=False)

        box = (x - size * 0.6, y - size * 1.3, x + size * 0.6, y + size * 0.1)
        scenery.add(depth, box, flame, move=flicker(scene.rng("fire", index), 0.82, 1.0), pivot=(x, y))
    scenery.add(depth, (x - size, y - size * 0.4, x + size, y + size * 0.4), logs)


def soar(
    scenery: Scenery,
    scene: Scene,
    name: str,
    x: float,
    y: float,
    size: float,
    tone: int,
    depth: float,
    reach: float = 120.0,
) -> None:
    """A large bird that circles on still wings; ``size`` is half its span."""
    stream = scene.rng("soar", name)
    phase, rate = stream.uniform(0, math.tau), stream.uniform(0.26, 0.4) * stream.choice((-1, 1))

    def draw(canvas: skia.Canvas) -> None:
        s = size
        half = [(0.10, -0.12), (0.45, -0.34), (0.82, -0.30), (1.0, -0.40), (0.90, -0.22), (1.0, -0.18), (0.86, -0.12)]
        half += [(0.92, -0.02), (0.55, -0.02), (0.16, 0.10)]
        right = [(x + a * s, y + b * s) for a, b in half]
        left = [(x - a * s, y + b * s) for a, b in reversed(half)]
        tail = [(x + s * 0.16, y + s * 0.34), (x, y + s * 0.28), (x - s * 0.16, y + s * 0.34)]
        path = wobble([(x, y - s * 0.2), *right, *tail, *left], scene.rng("wing", name), s * 0.012, False)
        cut(canvas, path, tone, shadow=3)

    def move(t: float) -> Motion:
        a = rate * t + phase
        beat = max(0.0, math.sin(0.7 * t + phase)) ** 6
        flap = 1 - 0.45 * beat * (0.5 + 0.5 * math.sin(9 * t))
        return Motion(
            reach * math.cos(a), reach * 0.26 * math.sin(a), 13 * math.cos(a), 0.86 + 0.14 * math.sin(a), flap
        )

    scenery.add(depth, (x - size * 1.1, y - size * 0.6, x + size * 1.1, y + size * 0.5), draw, move=move, pivot=(x, y))


def motes(
    scenery: Scenery,
    scene: Scene,
    name: str,
    count: int,
    top: float,
    bottom: float,
    tint: int,
    glowing: bool,
    size: float = 2.2,
) -> None:
    """Fireflies or dust in the light: specks that wander, some behind the figures and some before them."""
    for index in range(count):
        stream = scene.rng("mote", name, index)
        x, y = stream.uniform(0, scene.width), stream.uniform(top, bottom)

        def draw(canvas: skia.Canvas, x: float = x, y: float = y) -> None:
            if glowing:
                halo(canvas, x, y, size * 7, tint, 0.8)
            canvas.drawCircle(x, y, size, paint(colour(tint, 0.3, 0.95)))

        def move(t: float, a: float = stream.uniform(0, 6.3), r: float = stream.uniform(0.3, 0.7)) -> Motion:
            shine = 0.5 + 0.5 * math.sin(4.2 * r * t + 3 * a) if glowing else 0.72
            return Motion(x=46 * math.sin(r * t + a), y=24 * math.sin(1.7 * r * t + 2 * a), alpha=shine)

        pad = size * 8 if glowing else size * 2
        scenery.add(0.95 if index % 3 else 1.1, (x - pad, y - pad, x + pad, y + pad), draw, move=move)

"""The sea: waves in paper strips, a lighthouse on its rock, boats, gulls, and a shore, jetty or hull to stand on."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import bobbing, flicker, foreground, halo, passing, ridge, rock, sky
from schemas.vocabulary import Weather

HORIZON = 398.0


def build(scene: Scene) -> Scenery:
    """A coast; the words boat, lighthouse, island, harbour, beach choose what stands there."""
    scenery = Scenery(ground=640, horizon=HORIZON)
    stream = scene.rng("plan")
    aboard = scene.has("boat", "ship", "raft", "sailing", "sail", "rowing", "deck", "ferry", "sailor")
    lighthouse = scene.has("lighthouse", "coast", "cliff", "harbour", "harbor", "keeper") or (
        not aboard and stream.random() < 0.75
    )
    sky(scenery, scene, HORIZON, stream.uniform(0.16, 0.30) if lighthouse else None)
    _water(scenery, scene)
    side = 0.76 if lighthouse else 0.2
    if not lighthouse or scene.has("island"):
        _island(scenery, scene, scene.width * (1 - side))
    if lighthouse:
        _lighthouse(scenery, scene, scene.width * side)
    if not aboard or lighthouse:
        _boat(scenery, scene, scene.width * (0.34 if lighthouse else 0.62), 470, 0.62, 0.45)
    rough = {Weather.STORM: 2.4, Weather.WIND: 1.6, Weather.RAIN: 1.1}.get(scene.weather, 0.8)
    for index, (y, depth) in enumerate(((448, 0.36), (496, 0.52), (552, 0.72))):
        _waves(scenery, scene, index, y, depth, rough)
    _gulls(scenery, scene)
    if aboard:
        _hull(scenery, scene, rough)
        _waves(scenery, scene, 5, 668, 1.12, rough)
    else:
        _shore(scenery, scene)
        inks = [(-260.0, 900.0), (-230, 600), (-60, 560), (60, 640), (130, 720), (170, 900)]
        foreground(scenery, scene, [inks if stream.random() < 0.5 else [(scene.width - x, y) for x, y in inks]])
    return scenery


def _water(scenery: Scenery, scene: Scene) -> None:
    deep, pale = scene.lit("#2f6d86"), mix(scene.lit("#5fa3ae"), scene.palette.sky, 0.55)

    def draw(canvas: skia.Canvas) -> None:
        local = scene.rng("water")
        edge = wobble(box(scene.left - 40, HORIZON, scene.right + 40, scene.floor), local, 0.8, False)
        cut(canvas, edge, pale, shadow=2, fade=deep)
        shine = scene.palette.glow
        for _ in range(26):
            y = HORIZON + 6 + 60 * local.random() ** 1.6
            x = scene.width * local.random()
            half = local.uniform(8, 34)
            glint = [(x - half, y), (x, y - 1.6), (x + half, y), (x, y + 1.6)]
            canvas.drawPath(polygon(glint), paint(colour(shine, alpha=0.35)))

    scenery.add(0.12, (scene.left - 60, HORIZON - 8, scene.right + 60, scene.floor), draw)


def _waves(scenery: Scenery, scene: Scene, index: int, y: float, depth: float, rough: float) -> None:
    stream = scene.rng("waves", index)
    height, length = (5 + 7 * depth) * rough, 54 + 60 * depth
    tone = mix(scene.lit("#3f86a0" if index % 2 else "#2c6b88"), scene.palette.sky, max(0.0, 0.34 - 0.3 * depth))
    left, right = scene.left - 90, scene.right + 90
    points: list[Point] = [(left, y + 190)]
    x = left
    while x < right:
        points += [(x, y), (x + length * 0.5, y + height * 0.55), (x + length * 0.86, y - height)]
        x += length * stream.uniform(0.86, 1.14)
    points.append((right + 60, y + 190))

    def draw(canvas: skia.Canvas) -> None:
        path = wobble(points, stream, 1.2)
        cut(canvas, path, colour(tone, 0.10), shadow=7, fade=colour(tone, -0.14))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        canvas.translate(0, 9)
        canvas.drawPath(path, paint(colour(tone, -0.03)))
        canvas.restore()
        if rough > 1.3:
            for at, top in points[3:-1:3]:
                canvas.drawPath(polygon([(at - 16, top + 5), (at, top - 2), (at + 13, top + 5)]), paint(0xAAFFFFFF))

    rate, phase = 0.75 + 0.25 * rough * (0.6 + 0.4 * depth), index * 1.9
    lift = 2.2 * rough * (0.5 + depth)

    def move(t: float) -> Motion:
        return Motion(
            x=26 * math.sin(rate * 0.6 * t + phase) * (0.4 + 0.6 * depth), y=lift * math.sin(rate * t + 1.3 * phase)
        )

    scenery.add(depth, (left, y - height * 2 - 12, right + 60, y + 190), draw, move=move)


def _island(scenery: Scenery, scene: Scene, x: float) -> None:
    tone = scene.lit("#56726a", 0.6)

    def draw(canvas: skia.Canvas) -> None:
        local = scene.rng("island")
        cut(
            canvas,
            wobble(
                [
                    (x - 190, HORIZON + 4),
                    (x - 90, HORIZON - 34),
                    (x - 10, HORIZON - 66),
                    (x + 60, HORIZON - 40),
                    (x + 200, HORIZON + 4),
                ],
                local,
                4,
            ),
            tone,
            shadow=3,
        )

    scenery.add(0.12, (x - 220, HORIZON - 90, x + 230, HORIZON + 10), draw)


def _lighthouse(scenery: Scenery, scene: Scene, x: float) -> None:
    foot, top = 486.0, 150.0
    red, white = scene.lit("#b8402f", 0.12), scene.lit("#efe6d4", 0.12)
    stone = scene.lit("#5c5a60", 0.15)
    lit = scene.dim or scene.has("light", "lamp", "beam") or scene.weather in (Weather.FOG, Weather.RAIN)

    def rocks(canvas: skia.Canvas) -> None:
        local = scene.rng("rocks")
        points = [
            (x - 260, 540),
            (x - 170, 494),
            (x - 104, 476),
            (x - 60, 462),
            (x + 70, 458),
            (x + 130, 486),
            (x + 250, 500),
            (x + 420, 540),
        ]
        cut(canvas, wobble(points, local, 5, False), stone, shadow=8, fade=colour(stone, -0.3))
        for _ in range(6):
            rock(
                canvas,
                x + local.uniform(-150, 190),
                local.uniform(500, 530),
                local.uniform(50, 100),
                local.uniform(22, 46),
                local,
                colour(stone, local.uniform(-0.1, 0.1)),
            )

    def tower(canvas: skia.Canvas) -> None:
        local = scene.rng("tower")

        def half(y: float) -> float:
            return 26 + 24 * (y - top) / (foot - top)

        body = [(x - half(top), top), (x + half(top), top), (x + half(foot), foot), (x - half(foot), foot)]
        path = wobble(body, local, 1.2, False)
        cut(canvas, path, white, shadow=9)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for k in range(3):
            y = top + 46 + k * 106
            cut(
                canvas,
                wobble([(x - 80, y + 12), (x + 80, y), (x + 80, y + 48), (x - 80, y + 60)], local, 1.5, False),
                red,
                shadow=2,
            )
        canvas.drawRect(skia.Rect(x + half(top) * 0.2, top, x + 90, foot), paint(0x22101830, blur=8))
        canvas.restore()
        for y in (top + 118, top + 226):
            cut(
                canvas,
                wobble(ellipse(x - 2, y, 7, 11, 8), local, 0.6),
                0xFFFFD98A if scene.dim else scene.lit("#33424e"),
                shadow=1,
            )
        cut(canvas, wobble(box(x - 40, top - 8, x + 40, top + 4), local, 1, False), stone, shadow=4)
        cut(
            canvas,
            wobble(box(x - 19, top - 46, x + 19, top - 8), local, 0.8, False),
            0xFFFFE9A8 if lit else scene.lit("#9fc0c8"),
            shadow=2,
        )
        for bar in (-19, 0, 19):
            canvas.drawLine(x + bar, top - 46, x + bar, top - 8, paint(stone, stroke=3))
        cut(canvas, wobble([(x - 28, top - 44), (x, top - 78), (x + 28, top - 44)], local, 1, False), red, shadow=4)
        canvas.drawLine(x, top - 78, x, top - 96, paint(stone, stroke=3))
        cut(canvas, wobble(box(x - 12, foot - 44, x + 13, foot), local, 0.8, False), colour(stone, -0.4), shadow=1)

    if lit:
        _beam(scenery, scene, x, top - 27)
    scenery.add(0.30, (x - 290, 440, x + 440, 560), rocks)
    scenery.add(0.30, (x - 110, top - 110, x + 110, foot + 10), tower)
    if lit:
        scenery.add(
            0.30,
            (x - 130, top - 157, x + 130, top + 103),
            lambda canvas: halo(canvas, x, top - 27, 130, 0xFFFFE9A8, 0.75),
            move=flicker(scene.rng("lamp"), 0.8, 0.3),
            pivot=(x, top - 27),
        )


def _beam(scenery: Scenery, scene: Scene, x: float, y: float) -> None:
    """Two cones that turn about the lamp: seen from the side they shorten and lengthen.

    Each is a piece of its own and narrower than any frame: what is wider is cut to the frame, and a cut edge would show
    when the cone shortens.
    """

    def move(t: float) -> Motion:
        turn = math.cos(0.7 * t + 0.6)
        return Motion(stretch_x=turn if abs(turn) > 0.04 else 0.04, alpha=0.45 + 0.5 * abs(turn))

    for side in (-1, 1):
        far = x + side * 700

        def draw(canvas: skia.Canvas, far: float = far) -> None:
            ends = [skia.Point(x, y), skia.Point(far, y)]
            fill = skia.Paint(
                AntiAlias=True, Shader=skia.GradientShader.MakeLinear(ends, [0x99FFEFB8, 0x44FFEFB8, 0x00FFEFB8])
            )
            canvas.drawPath(polygon([(x, y - 8), (far, y - 74), (far, y + 60), (x, y + 8)]), fill)

        scenery.add(0.26, (min(x, far), y - 80, max(x, far), y + 70), draw, move=move, pivot=(x, y))


def _boat(scenery: Scenery, scene: Scene, x: float, y: float, size: float, depth: float) -> None:
    hull, sail = scene.palette.accent, scene.lit("#f3e7cf", 0.05)

    def draw(canvas: skia.Canvas) -> None:
        local = scene.rng("boat")
        s = size
        canvas.drawLine(x, y - 10 * s, x, y - 190 * s, paint(scene.lit("#4a3526"), stroke=6 * s))
        cut(
            canvas,
            curve(
                [(x + 6 * s, y - 186 * s), (x + 84 * s, y - 70 * s), (x + 100 * s, y - 26 * s), (x + 6 * s, y - 30 * s)]
            ),
            sail,
            shadow=4,
        )
        cut(
            canvas,
            wobble([(x - 6 * s, y - 168 * s), (x - 8 * s, y - 34 * s), (x - 74 * s, y - 34 * s)], local, 1, False),
            colour(sail, -0.06),
            shadow=4,
        )
        cut(
            canvas,
            wobble(
                [
                    (x - 108 * s, y - 22 * s),
                    (x + 116 * s, y - 22 * s),
                    (x + 78 * s, y + 34 * s),
                    (x - 80 * s, y + 34 * s),
                ],
                local,
                1.5,
                False,
            ),
            hull,
            shadow=5,
        )
        cut(
            canvas,
            wobble(
                [
                    (x - 104 * s, y - 24 * s),
                    (x + 112 * s, y - 24 * s),
                    (x + 106 * s, y - 8 * s),
                    (x - 100 * s, y - 8 * s),
                ],
                local,
                1,
                False,
            ),
            colour(sail, -0.1),
            shadow=1,
        )

    rough = 1.8 if scene.weather in (Weather.STORM, Weather.WIND) else 1.0
    scenery.add(
        depth,
        (x - 130 * size, y - 205 * size, x + 130 * size, y + 45 * size),
        draw,
        move=bobbing(scene.rng("bob"), 5 * rough, 3.5 * rough, 1.1, 9),
        pivot=(x, y + 20),
    )


def _gulls(scenery: Scenery, scene: Scene) -> None:
    for index in range(4):
        stream = scene.rng("gull", index)
        y, size = stream.uniform(90, 270), stream.uniform(13, 24)
        tone = scene.lit("#f4f4f0", 0.1) if not scene.night else scene.lit("#a9b4c4")

        def draw(canvas: skia.Canvas, y: float = y, s: float = size, tone: int = tone) -> None:
            wings = [
                (-s * 1.7, y - s * 0.34),
                (-s * 0.75, y - s * 0.62),
                (0, y),
                (s * 0.75, y - s * 0.62),
                (s * 1.7, y - s * 0.34),
                (s * 0.7, y - s * 0.28),
                (0, y + s * 0.34),
                (-s * 0.7, y - s * 0.28),
            ]
            cut(canvas, curve(wings), tone, shadow=2)

        drift = passing(
            stream,
            -150,
            scene.width + 300,
            stream.choice((-1, 1)) * stream.uniform(26, 46) * (1.6 if scene.breeze > 1 else 1),
            9,
        )

        def move(t: float, drift=drift, rate: float = stream.uniform(5, 7.5)) -> Motion:  # type: ignore[no-untyped-def]
            base = drift(t)
            return Motion(
                x=base.x, y=base.y, stretch_y=0.35 + 0.9 * (0.5 + 0.5 * math.sin(rate * t)), turn=3 * math.sin(t)
            )

        scenery.add(0.34, (-size * 2, y - size, size * 2, y + size), draw, move=move, pivot=(0, y))


def _shore(scenery: Scenery, scene: Scene) -> None:
    stream = scene.rng("shore")
    jetty = scene.has("harbour", "harbor", "jetty", "pier", "dock", "port", "quay")
    sand = scene.lit("#d9bf8c") if not scene.has("cliff", "rock", "lighthouse", "coast") else scene.lit("#7c7568")

    def beach(canvas: skia.Canvas) -> None:
        points = ridge(scene, stream, 606, 13, 230)
        foam = wobble([(x, y - 9) for x, y in points], stream, 3, False)
        cut(canvas, foam, colour(scene.lit("#eaf2ee"), alpha=0.92), shadow=3)
        cut(canvas, wobble(points, stream, 2, False), sand, shadow=4, fade=colour(sand, -0.28))
        for _ in range(9):
            x, y = stream.uniform(scene.left, scene.right), stream.uniform(650, 720)
            size = stream.uniform(12, 46)
            rock(canvas, x, y, size, size * 0.5, stream, colour(sand, stream.uniform(-0.35, -0.1)))

    def planks(canvas: skia.Canvas) -> None:
        wood = scene.lit("#8a6a4a")
        for k in range(-3, int(scene.width / 150) + 3):
            x = k * 150 + stream.uniform(-6, 6)
            cut(canvas, wobble(box(x, 600, x + 26, scene.floor), stream, 1, False), colour(wood, -0.35), shadow=5)
        for row, y in enumerate((612, 634, 660, 692)):
            tall = 24 + row * 6
            cut(
                canvas,
                wobble(box(scene.left - 30, y, scene.right + 30, y + tall), stream, 1.4, False),
                colour(wood, -0.04 * row),
                shadow=3,
            )
        for k in range(-1, int(scene.width / 330) + 2):
            x = k * 330 + 70
            cut(canvas, wobble(box(x, 540, x + 30, 640), stream, 1.4, False), colour(wood, -0.22), shadow=5)
            cut(canvas, wobble(ellipse(x + 15, 541, 18, 7, 9), stream, 0.8), colour(wood, 0.05), shadow=1)

    scenery.add(
        1.0, (scene.left - 70, 520 if jetty else 570, scene.right + 120, scene.floor), planks if jetty else beach
    )


def _hull(scenery: Scenery, scene: Scene, rough: float) -> None:
    """The side of a boat in front of whoever stands in it, and its mast behind them."""
    middle, half = scene.width / 2, min(560.0, scene.width * 0.62)
    wood, band = scene.lit("#7d4f32"), scene.palette.accent
    scenery.ground = 655
    roll = bobbing(scene.rng("hull"), 3.5 * rough, 0.35 * rough, 0.9)
    mast_x = middle + half * 0.14

    def mast(canvas: skia.Canvas) -> None:
        local = scene.rng("mast")
        cut(canvas, wobble(box(mast_x - 9, -120, mast_x + 9, 680), local, 1, False), colour(wood, -0.1), shadow=5)
        cut(
            canvas,
            curve([(mast_x + 12, -90), (mast_x + 200, 60), (mast_x + half * 0.82, 440), (mast_x + 12, 470)]),
            scene.lit("#f0e2c6"),
            shadow=10,
        )
        canvas.drawLine(mast_x, 474, mast_x + half * 0.85, 458, paint(colour(wood, -0.2), stroke=9))
        inside = [
            (middle - half * 0.95, 596),
            (middle + half * 0.95, 596),
            (middle + half * 0.9, 760),
            (middle - half * 0.9, 760),
        ]
        cut(canvas, wobble(inside, local, 2, False), colour(wood, -0.5), shadow=4)

    def side(canvas: skia.Canvas) -> None:
        local = scene.rng("side")
        outline = [
            (middle - half * 1.08, 590),
            (middle - half * 0.96, 622),
            (middle, 634),
            (middle + half * 0.96, 622),
            (middle + half * 1.1, 584),
            (middle + half * 0.9, 800),
            (middle - half * 0.86, 800),
        ]
        path = wobble(outline, local, 2, False)
        cut(canvas, path, wood, shadow=9, fade=colour(wood, -0.3))
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        for k in range(3):
            y = 650 + 28 * k
            canvas.drawPath(
                curve([(middle - half * 1.1, y - 14), (middle, y + 8), (middle + half * 1.1, y - 16)], False),
                paint(colour(wood, -0.25), stroke=2.5),
            )
        canvas.drawPath(
            curve([(middle - half * 1.1, 606), (middle, 642), (middle + half * 1.1, 600)], False),
            paint(band, stroke=15),
        )
        canvas.restore()

    scenery.add(0.98, (middle - half * 1.2, -130, middle + half * 1.2, 770), mast, move=roll, pivot=(middle, 720))
    scenery.add(1.02, (middle - half * 1.2, 560, middle + half * 1.2, 830), side, move=roll, pivot=(middle, 720))

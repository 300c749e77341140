"""A forest: trunks in rows, light between them, leaves or snow on the ground, a path, fireflies at night."""

from __future__ import annotations

import math

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Motion, Scene, Scenery
from resources.cutout.places.kit import foreground, grass, halo, house, land, pine, ridge, sky, sway, tree
from schemas.vocabulary import TimeOfDay, Weather


def build(scene: Scene) -> Scenery:
    """Fir or broadleaf by seed and words; a cabin, a stream or mushrooms when they are named."""
    scenery = Scenery(ground=642, horizon=452)
    stream = scene.rng("plan")
    firs = scene.has("pine", "fir", "snowy", "winter", "north") or (
        not scene.has("oak", "birch", "orchard", "jungle") and stream.random() < 0.5
    )
    sky(scenery, scene, 470)
    leaf = scene.lit(stream.choice(("#3f6b4a", "#4b7740", "#2f5d50", "#6a7a38")))
    if scene.has("autumn", "fall", "october"):
        leaf = scene.lit("#b5672c")
    _row(scenery, scene, 0, 0.22, 470, 250, leaf, 0.62, firs)
    _row(scenery, scene, 1, 0.42, 512, 330, leaf, 0.34, firs)
    if scene.hour in (TimeOfDay.DAWN, TimeOfDay.DAY) and scene.weather in (Weather.CLEAR, Weather.WIND):
        _shafts(scenery, scene)
    if scene.has("cabin", "hut", "house", "cottage", "home"):

        def cabin(canvas: skia.Canvas) -> None:
            house(
                canvas,
                scene,
                scene.width * 0.76,
                566,
                230,
                220,
                scene.rng("cabin"),
                scene.lit("#7a5638"),
                scene.palette.accent,
            )

        scenery.add(0.6, (scene.width * 0.76 - 160, 330, scene.width * 0.76 + 160, 580), cabin)
    _floor(scenery, scene, leaf)
    _trunks(scenery, scene, leaf)
    _air(scenery, scene)
    _lens(scenery, scene)
    return scenery


def _row(
    scenery: Scenery, scene: Scene, index: int, depth: float, y: float, tall: float, leaf: int, far: float, firs: bool
) -> None:
    tone = mix(leaf, scene.palette.sky, far)
    trunk = mix(scene.lit("#55412f"), scene.palette.sky, far)

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("row", index)
        points = ridge(scene, stream, y, 12, 300)
        land(canvas, points, stream, colour(tone, -0.06), colour(tone, -0.16), 6)
        x = scene.left - 20
        while x < scene.right + 40:
            height = tall * stream.uniform(0.72, 1.2)
            foot = y + 16 + stream.uniform(-8, 12)
            shade = colour(tone, stream.uniform(-0.05, 0.07))
            (pine if firs else tree)(canvas, x, foot, height * (1.0 if firs else 1.05), stream, shade, trunk)
            x += tall * stream.uniform(0.26, 0.46)

    scenery.add(depth, (scene.left - 120, y - tall * 1.35, scene.right + 160, scene.floor), draw)


def _shafts(scenery: Scenery, scene: Scene) -> None:
    """Sunbeams between the trunks, from the upper left."""
    for index in range(3):
        stream = scene.rng("shaft", index)
        x, wide = scene.width * (0.12 + 0.3 * index) + stream.uniform(-40, 40), stream.uniform(50, 110)

        def draw(canvas: skia.Canvas, x: float = x, wide: float = wide) -> None:
            ends = [skia.Point(x, 0), skia.Point(x + 150, 600)]
            tint = scene.palette.glow
            fill = skia.Paint(
                AntiAlias=True,
                Shader=skia.GradientShader.MakeLinear(ends, [colour(tint, alpha=0.36), colour(tint, alpha=0.0)]),
            )
            fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 9))
            canvas.drawPath(polygon([(x, -30), (x + wide, -30), (x + wide + 260, 610), (x + 130, 610)]), fill)

        def move(t: float, phase: float = stream.uniform(0, 6)) -> Motion:
            return Motion(alpha=0.62 + 0.36 * math.sin(0.55 * t + phase), x=8 * math.sin(0.3 * t + phase))

        scenery.add(0.5, (x - 30, -40, x + wide + 290, 620), draw, move=move)


def _floor(scenery: Scenery, scene: Scene, leaf: int) -> None:
    soil = scene.lit("#4d5a35") if scene.weather is not Weather.SNOW else scene.lit("#e6ebf0")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("floor")
        points = ridge(scene, stream, 560, 12, 260)
        land(canvas, points, stream, soil, colour(soil, -0.32))
        middle = scene.width * stream.uniform(0.38, 0.62)
        path: list[Point] = [
            (middle - 26, 562),
            (middle + 26, 562),
            (middle + 120, 640),
            (middle + 330, 860),
            (middle - 330, 860),
            (middle - 60, 650),
        ]
        tone = scene.lit("#5d9bb0") if scene.has("river", "stream", "brook", "creek") else scene.lit("#a58a60")
        if scene.weather is Weather.SNOW:
            tone = scene.lit("#cdd6e2")
        cut(canvas, wobble(path, stream, 5), mix(tone, soil, 0.25), shadow=0)
        for _ in range(46):
            x, y = stream.uniform(scene.left, scene.right), stream.uniform(590, 720)
            size = stream.uniform(3, 8)
            blade = [(x - size, y), (x, y - size * 0.5), (x + size, y + 1), (x, y + size * 0.5)]
            canvas.drawPath(polygon(blade), paint(colour(leaf, stream.uniform(-0.2, 0.28))))
        if scene.has("mushroom", "fairy", "magic", "magical", "enchanted"):
            for _ in range(7):
                x, y, size = stream.uniform(0, scene.width), stream.uniform(600, 690), stream.uniform(16, 34)
                cut(
                    canvas,
                    wobble(box(x - size * 0.2, y - size * 0.8, x + size * 0.2, y), stream, 1, False),
                    scene.lit("#f0e6d0"),
                    shadow=2,
                )
                cut(
                    canvas,
                    wobble(
                        [
                            (x - size * 0.8, y - size * 0.65),
                            (x - size * 0.5, y - size * 1.3),
                            (x, y - size * 1.5),
                            (x + size * 0.5, y - size * 1.3),
                            (x + size * 0.8, y - size * 0.65),
                        ],
                        stream,
                        1,
                    ),
                    scene.palette.accent,
                    shadow=3,
                )
        grass(canvas, scene, 572, stream, colour(soil, 0.06), 20, 12)

    scenery.add(1.0, (scene.left - 70, 520, scene.right + 120, scene.floor), draw)


def _trunks(scenery: Scenery, scene: Scene, leaf: int) -> None:
    """Two or three near trunks that frame the clearing, with a swaying branch each."""
    bark = scene.lit("#4a382b")
    for index, at in enumerate((-0.02, 1.02) if scene.width < 700 else (0.05, 0.93, 0.22)):
        stream = scene.rng("trunk", index)
        x, wide = scene.width * at + stream.uniform(-20, 20), stream.uniform(62, 100) * (0.55 if index == 2 else 1)

        def trunk(canvas: skia.Canvas, x: float = x, w: float = wide, s=stream) -> None:  # type: ignore[no-untyped-def]
            outline = [
                (x - w * 0.95, 655),
                (x - w * 0.5, 600),
                (x - w * 0.42, 300),
                (x - w * 0.46, -140),
                (x + w * 0.40, -140),
                (x + w * 0.44, 320),
                (x + w * 0.52, 600),
                (x + w * 1.0, 660),
                (x, 642),
            ]
            cut(canvas, wobble(outline, s, 3), bark, shadow=9)
            for _ in range(7):
                y = s.uniform(60, 580)
                canvas.drawPath(
                    curve([(x - w * 0.3, y), (x - w * 0.05, y + 7), (x + w * s.uniform(0, 0.3), y - 3)], False),
                    paint(colour(bark, -0.3), stroke=2.6),
                )

        def branch(canvas: skia.Canvas, x: float = x, s=stream) -> None:  # type: ignore[no-untyped-def]
            for k in range(7):
                cx, cy = x + (k - 3) * 52 + s.uniform(-14, 14), 6 + s.uniform(-40, 30) - abs(k - 3) * 10
                cut(canvas, wobble(ellipse(cx, cy, 70, 50, 11), s, 9), colour(leaf, s.uniform(-0.16, 0.02)), shadow=6)

        scenery.add(0.9, (x - wide * 1.2, -150, x + wide * 1.2, 670), trunk)
        scenery.add(
            0.92, (x - 270, -150, x + 270, 110), branch, move=sway(stream, 0.55 * scene.breeze, 1.1), pivot=(x, -140)
        )


def _air(scenery: Scenery, scene: Scene) -> None:
    """Fireflies at night and dusk, else seeds and dust in the light."""
    glowing = scene.hour in (TimeOfDay.NIGHT, TimeOfDay.DUSK)
    for index in range(10):
        stream = scene.rng("air", index)
        x, y = stream.uniform(0, scene.width), stream.uniform(330, 610)

        def draw(canvas: skia.Canvas, x: float = x, y: float = y) -> None:
            if glowing:
                halo(canvas, x, y, 17, 0xFFF7F2A0, 0.8)
                canvas.drawCircle(x, y, 2.6, paint(0xFFFFFBD0))
            else:
                canvas.drawCircle(x, y, 2.0, paint(colour(scene.palette.glow, 0.3, 0.8)))

        def move(t: float, a: float = stream.uniform(0, 6.3), r: float = stream.uniform(0.3, 0.7)) -> Motion:
            shine = 0.5 + 0.5 * math.sin(2.1 * r * t * 2 + 3 * a) if glowing else 0.7
            return Motion(x=46 * math.sin(r * t + a), y=24 * math.sin(1.7 * r * t + 2 * a), alpha=shine)

        scenery.add(0.95 if index % 3 else 1.1, (x - 18, y - 18, x + 18, y + 18), draw, move=move)


def _lens(scenery: Scenery, scene: Scene) -> None:
    stream = scene.rng("lens")
    edge = 0.0 if stream.random() < 0.5 else scene.width
    way = 1 if edge == 0 else -1
    leaves: list[list[Point]] = []
    for _ in range(6):
        x, y = edge + way * stream.uniform(-60, 150), stream.uniform(610, 780)
        tip = (x + way * stream.uniform(60, 150), y - stream.uniform(60, 160))
        middle_x, middle_y = (x + tip[0]) / 2, (y + tip[1]) / 2
        leaves.append([(x, y), (middle_x - 26, middle_y - 24), tip, (middle_x + 26, middle_y + 26)])
    foreground(scenery, scene, leaves)

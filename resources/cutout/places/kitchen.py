"""A kitchen: a stove with a steaming pot, pans on a rail, a window over the sink, shelves of crockery, a laid table."""

from __future__ import annotations

import math
import random

import skia

from resources.cutout.paper import Point, colour, curve, cut, ellipse, mix, paint, polygon, wobble
from resources.cutout.places.base import Box, Scene, Scenery
from resources.cutout.places.crockery import draw_crockery, draw_jar
from resources.cutout.places.interior import LAMPLIGHT, bathe, boards, footing, lamplight, slab, tiles
from resources.cutout.places.kit import foreground, sway
from resources.cutout.places.stove import add_oven, add_stove
from resources.cutout.places.windows import curtains, glazing, motes, outlook, sunlight

_WALLS = ("#d9c08f", "#93b3a4", "#d99f78", "#9db2c4", "#cfae5a", "#b9c49a")
_CUPBOARDS = ("#6f8f86", "#a5643f", "#8a9a6a", "#c8b48a", "#5f7590", "#b77a5a")
_COUNTER = 438.0


def build(scene: Scene) -> Scenery:
    """A cook's room. Bakery words give a brick oven, cottage words beams, galley words a porthole."""
    scenery = Scenery(ground=654, horizon=420, indoors=True, table=530)
    stream = scene.rng("plan")
    wide, narrow = scene.width, scene.width < 640
    flip = stream.random() < 0.5

    def at(part: float) -> float:
        return wide * (1 - part if flip else part)

    half = 60.0 if narrow else 126.0
    sink = at(0.25 if narrow else 0.40)
    view = (sink - half, 128.0, sink + half, 346.0)
    galley = scene.has("galley", "ship", "boat", "submarine")
    if galley:
        view = (sink - min(half, 92), 142.0, sink + min(half, 92), 142 + 2 * min(half, 92))
    stove, dresser = at(0.80 if narrow else 0.76), at(0.13)
    lamp_x = at(0.54 if narrow else 0.575)
    source = (lamp_x, 200.0) if scene.dim else (sink, 250.0)
    outlook(scenery, scene, view)
    wall = scene.lit(stream.choice(_WALLS))
    wood = scene.lit(stream.choice(_CUPBOARDS))

    def back(canvas: skia.Canvas) -> None:
        _wall(canvas, scene, wall)
        if not narrow:
            draw_crockery(canvas, scene, dresser)
        glazing(canvas, scene.rng("window"), view, scene.lit("#f2ead8"), "round" if galley else "box", (1, 1))
        if not galley:
            _sill(canvas, scene, view)
        bathe(canvas, scene, *source, 640)

    def counter(canvas: skia.Canvas) -> None:
        _counter(canvas, scene, wood, sink, stove)
        bathe(canvas, scene, source[0], 330, 660)

    def ground(canvas: skia.Canvas) -> None:
        local = scene.rng("floor")
        if local.random() < 0.62 and not scene.has("cottage", "cabin", "galley"):
            tones = local.choice((("#e3d4b6", "#9d5b45"), ("#e6dfcf", "#5d7a80"), ("#e0d0b0", "#7a7a66")))
            tiles(canvas, scene, local, 590, (scene.lit(tones[0]), scene.lit(tones[1])))
        else:
            boards(canvas, scene, local, 590, scene.lit("#9a6f48"))
        sunlight(canvas, scene, view, 600)
        bathe(canvas, scene, source[0], 610, 700)

    scenery.add(0.6, (scene.left - 60, -175, scene.right + 60, 640), back)
    if not galley:
        checked = scene.lit(stream.choice(("#c8503f", "#4f7f9a", "#d7a03c", "#6a8f57")))
        curtains(scenery, scene, view, checked, 0.62, -74)
    scenery.add(0.7, (scene.left - 60, 372, scene.right + 60, 640), counter)
    scenery.add(0.8, (scene.left - 60, 575, scene.right + 60, scene.floor), ground)
    if scene.has("bakery", "baker", "bake", "bread", "pizza", "oven", "pizzeria"):
        add_oven(scenery, scene, stove, source)
    else:
        add_stove(scenery, scene, stove, source)
    _rail(scenery, scene, stove, narrow)
    _table(scenery, scene, lamp_x, narrow, source)
    _pendant(scenery, scene, lamp_x)
    motes(scenery, scene, (sink - 100, 200, sink + 240, 520), 6)
    _lens(scenery, scene, 0.0 if stove > wide / 2 else wide, narrow)
    return scenery


def _wall(canvas: skia.Canvas, scene: Scene, wall: int) -> None:
    stream = scene.rng("wall")
    slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 640), wall, 0)
    for k in range(int(scene.left / 46) - 1, int(scene.right / 46) + 2):
        canvas.drawRect(skia.Rect(k * 46, -175, k * 46 + 16, 300), paint(colour(wall, 0.08)))
    glaze = scene.lit(stream.choice(("#eee6d2", "#cfe0da", "#e9d3b8")))
    slab(canvas, stream, (scene.left - 60, 306, scene.right + 60, 460), colour(glaze, -0.16), 2)
    motif = scene.lit(stream.choice(("#4f7f9a", "#b5623f", "#6f8f57")))
    for row in range(4):
        for k in range(int(scene.left / 38) - 1, int(scene.right / 38) + 2):
            x, y = k * 38.0, 310.0 + row * 34
            canvas.drawRect(skia.Rect(x, y, x + 35, y + 31), paint(colour(glaze, stream.uniform(-0.07, 0.05))))
            if row == 1:
                canvas.drawPath(
                    polygon([(x + 17, y + 5), (x + 28, y + 15), (x + 17, y + 26), (x + 7, y + 15)]), paint(motif)
                )
    slab(canvas, stream, (scene.left - 60, 298, scene.right + 60, 308), colour(glaze, 0.2), 3)
    if (
        scene.has("cottage", "cabin", "farm", "old", "grandmother", "grandma", "bakery", "country")
        or stream.random() < 0.4
    ):
        beam = scene.lit("#5f4330")
        slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 6), scene.lit("#d8c8a8"), 0)
        slab(canvas, stream, (scene.left - 60, 4, scene.right + 60, 34), beam, 8)
        for k in range(-1, int(scene.width / 210) + 2):
            x = k * 210 + 60
            slab(canvas, stream, (x, -175, x + 40, 44), colour(beam, 0.05), 8)
            for j in range(5):
                y = 60 + 14 * j
                if k % 2:
                    leaf = ellipse(x + 20 + 7 * math.sin(j * 2.2), y, 9, 13, 8)
                    cut(canvas, wobble(leaf, stream, 1), scene.lit("#b8452f" if k % 3 else "#e9dcc0"), shadow=3)
    else:
        slab(canvas, stream, (scene.left - 60, -175, scene.right + 60, 22), scene.lit("#eee4cf"), 5)
        slab(canvas, stream, (scene.left - 60, 18, scene.right + 60, 34), colour(wall, 0.25), 4)


def _sill(canvas: skia.Canvas, scene: Scene, view: Box) -> None:
    stream = scene.rng("sill")
    for k in range(3 if view[2] - view[0] > 180 else 2):
        x, y = view[0] + (view[2] - view[0]) * (0.2 + 0.3 * k), view[3] + 10
        for j in range(6):
            angle = -math.pi / 2 + (j - 2.5) * 0.36
            tip = (x + 34 * math.cos(angle), y - 26 + 38 * math.sin(angle))
            leaf = [(x, y - 20), (tip[0] - 6, tip[1] + 12), tip, (tip[0] + 7, tip[1] + 10)]
            cut(canvas, curve(leaf), scene.lit(stream.choice(("#5f8a4a", "#48774a", "#7d9a52"))), shadow=2)
        if k == 1:
            for dx, dy in ((-12, -58), (9, -64), (22, -46)):
                canvas.drawCircle(x + dx, y + dy, 6, paint(scene.lit("#d9503f")))
        pot = [(x - 18, y - 28), (x + 18, y - 28), (x + 13, y), (x - 13, y)]
        cut(canvas, wobble(pot, stream, 0.8, False), scene.lit("#b8643f"), shadow=4)


def _counter(canvas: skia.Canvas, scene: Scene, wood: int, sink: float, stove: float) -> None:
    stream = scene.rng("counter")
    slab(canvas, stream, (scene.left - 60, _COUNTER, scene.right + 60, 640), wood, 8)
    for k in range(int(scene.left / 104) - 1, int(scene.right / 104) + 2):
        x = k * 104.0
        slab(canvas, stream, (x + 6, 462, x + 98, 496), colour(wood, 0.06), 2)
        slab(canvas, stream, (x + 6, 504, x + 98, 588), colour(wood, 0.06), 2)
        canvas.drawRect(skia.Rect(x + 18, 516, x + 86, 576), paint(colour(wood, -0.12), stroke=2))
        for y in (479, 522):
            canvas.drawCircle(x + 52, y, 4, paint(scene.lit("#d8b25a")))
    slab(canvas, stream, (scene.left - 60, 590, scene.right + 60, 640), colour(wood, -0.5), 0)
    slab(canvas, stream, (scene.left - 60, _COUNTER - 12, scene.right + 60, _COUNTER + 10), scene.lit("#c9a77a"), 6)
    steel = scene.lit("#b9c4c8")
    canvas.drawPath(
        curve([(sink, 426), (sink, 388), (sink + 14, 374), (sink + 30, 386), (sink + 31, 398)], False),
        paint(steel, stroke=7),
    )
    slab(canvas, stream, (sink - 56, 424, sink + 62, 434), steel, 2)
    wide = scene.width
    for part in (0.05, 0.115, 0.18, 0.56, 0.61, 0.94):
        x = wide * part
        if abs(x - sink) > 84 and abs(x - stove) > 130 and (wide > 640 or part in (0.05, 0.94)):
            draw_jar(canvas, scene, stream, x, 427, stream.uniform(30, 44), stream.uniform(42, 70))
    x = sink + 100 if sink < stove else sink - 100
    if abs(x - stove) > 170:  # a jar of wooden spoons
        for k in range(5):
            end = (x - 22 + 11 * k, 352 + 6 * (k % 3))
            canvas.drawLine(x - 6 + 3 * k, 400, *end, paint(scene.lit("#a5753f"), stroke=4))
            cut(canvas, curve(ellipse(end[0], end[1] - 6, 6, 10, 8)), scene.lit("#b8854a"), shadow=2)
        slab(canvas, stream, (x - 18, 384, x + 18, 427), scene.lit("#e6dcc4"), 4)


def _rail(scenery: Scenery, scene: Scene, stove: float, narrow: bool) -> None:
    """Pans and ladles that hang from a rail and swing a little."""
    side = 1 if stove > scene.width / 2 else -1
    top = 190.0 if narrow else 96.0
    spots = [stove + side * at for at in ((-84, 78) if narrow else (148, 204, 260))]
    copper, iron = scene.lit("#c27a44"), scene.lit("#4a4f57")

    def bar(canvas: skia.Canvas) -> None:
        canvas.drawLine(min(spots) - 20, top, max(spots) + 20, top, paint(scene.lit("#3a332e"), stroke=6))
        for x in (min(spots) - 8, max(spots) + 8):
            canvas.drawLine(x, -175 if not narrow else top - 12, x, top, paint(scene.lit("#3a332e"), stroke=3))

    scenery.add(0.84, (min(spots) - 30, -175, max(spots) + 30, top + 14), bar)
    for k, x in enumerate(spots):

        def pan(canvas: skia.Canvas, x: float = x, r: float = (22.0 if narrow else 31.0) - 3 * k, k: int = k) -> None:
            stream = scene.rng("pan", k)
            tone = iron if k == 1 else copper
            y = top + (34 if narrow else 50) + r
            canvas.drawLine(x, top + 2, x, y - r + 4, paint(colour(tone, -0.3), stroke=6))
            cut(canvas, wobble(ellipse(x, y, r, r, 18), stream, 0.6), tone, shadow=7)
            canvas.drawCircle(x, y, r * 0.74, paint(colour(tone, -0.22)))
            shine = skia.Rect(x - r * 0.6, y - r * 0.6, x + r * 0.6, y + r * 0.6)
            canvas.drawArc(shine, 190, 70, False, paint(colour(tone, 0.5), stroke=3))

        box_of = (x - 48, top - 4, x + 52, top + 134)
        scenery.add(0.84, box_of, pan, move=sway(scene.rng("pan sway", k), 1.9, 1.3), pivot=(x, top + 1))


def _table(scenery: Scenery, scene: Scene, x: float, narrow: bool, source: Point) -> None:
    half = 96.0 if narrow else 190.0
    wood = scene.lit("#9a6a40")

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("table")
        footing(canvas, x, 636, half * 0.95)
        for side in (-1, 1):
            leg = x + side * (half - 22)
            cut(
                canvas,
                wobble([(leg - 10, 540), (leg + 10, 540), (leg + 6, 638), (leg - 6, 638)], stream, 0.8, False),
                colour(wood, -0.2),
                shadow=3,
            )
        top = [(x - half + 18, 516), (x + half - 18, 516), (x + half + 6, 544), (x - half - 6, 544)]
        cut(canvas, wobble(top, stream, 1, False), colour(wood, 0.12), shadow=4)
        slab(canvas, stream, (x - half - 6, 543, x + half + 6, 558), wood, 5)
        cloth = mix(scene.lit("#f4ecdc"), scene.lit(scene.palette.accent), 0.06)
        drop = [
            (x - half * 0.46, 516),
            (x + half * 0.46, 516),
            (x + half * 0.54, 546),
            (x + half * 0.5, 588),
            (x, 596),
            (x - half * 0.5, 588),
            (x - half * 0.54, 546),
        ]
        path = wobble(drop, stream, 1.2, False)
        cut(canvas, path, cloth, shadow=4)
        canvas.save()
        canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        check = colour(scene.lit(scene.palette.accent), alpha=0.42)
        for k in range(-8, 9):
            canvas.drawLine(x + k * 24, 510, x + k * 27, 600, paint(check, stroke=10))
        for y in (524, 546, 570, 592):
            canvas.drawLine(x - half, y, x + half, y, paint(check, stroke=8))
        canvas.restore()
        _laid(canvas, scene, stream, x, half)
        bathe(canvas, scene, source[0], 380, 620)

    scenery.add(0.9, (x - half - 40, 420, x + half + 50, 656), draw)


def _laid(canvas: skia.Canvas, scene: Scene, stream: random.Random, x: float, half: float) -> None:
    """A bowl of fruit, a loaf on its board and cups."""
    for dx, dy, tone in ((-22, -34, "#c8443a"), (2, -42, "#d99a35"), (24, -34, "#8fae4a"), (-6, -28, "#c8443a")):
        cut(canvas, wobble(ellipse(x + dx, 532 + dy, 17, 16, 12), stream, 0.8), scene.lit(tone), shadow=3)
    bowl = [(x - 54, 504), (x + 54, 504), (x + 36, 532), (x + 18, 538), (x - 18, 538), (x - 36, 532)]
    cut(canvas, wobble(bowl, stream, 1, False), scene.lit("#5f8894"), shadow=5)
    canvas.drawLine(x - 46, 513, x + 46, 513, paint(scene.lit("#dce6e2"), stroke=3))
    board = x + half * 0.62
    slab(canvas, stream, (board - 46, 528, board + 46, 536), scene.lit("#c9985c"), 3)
    loaf = [
        (board - 38, 528),
        (board - 40, 508),
        (board - 20, 496),
        (board + 18, 496),
        (board + 38, 508),
        (board + 36, 528),
    ]
    cut(canvas, wobble(loaf, stream, 1), scene.lit("#c58240"), shadow=4)
    for k in (-18, 0, 18):
        canvas.drawLine(board + k - 4, 500, board + k + 4, 512, paint(scene.lit("#efcf98"), stroke=4))
    draw_jar(canvas, scene, stream, x - half * 0.72, 536, 34, 46)


def _pendant(scenery: Scenery, scene: Scene, x: float) -> None:
    """The lamp over the table."""
    tone = scene.lit(scene.rng("pendant").choice(("#3f6a68", "#b5503c", "#d8b25a", "#4a4f57")))

    def draw(canvas: skia.Canvas) -> None:
        stream = scene.rng("lamp")
        canvas.drawLine(x, -175, x, 120, paint(scene.lit("#2e2824"), stroke=4))
        shade = [(x - 14, 118), (x + 14, 118), (x + 40, 140), (x + 66, 178), (x - 66, 178), (x - 40, 140)]
        if scene.dim:
            canvas.drawOval(skia.Rect(x - 26, 164, x + 26, 196), paint(0xFFFFF0C4))
        cut(canvas, wobble(shade, stream, 0.8, False), tone, shadow=8)
        canvas.drawLine(x - 64, 178, x + 64, 178, paint(LAMPLIGHT if scene.dim else colour(tone, 0.35), stroke=4))

    def cone(canvas: skia.Canvas) -> None:
        stops = [colour(LAMPLIGHT, alpha=0.34), colour(LAMPLIGHT, alpha=0.0)]
        ends = [skia.Point(x, 180), skia.Point(x, 560)]
        fill = skia.Paint(AntiAlias=True, Shader=skia.GradientShader.MakeLinear(ends, stops))
        fill.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 10))
        canvas.drawPath(polygon([(x - 62, 182), (x + 62, 182), (x + 230, 560), (x - 230, 560)]), fill)

    if scene.dim:
        scenery.add(0.92, (x - 250, 170, x + 250, 575), cone)
    swing = sway(scene.rng("pendant sway"), 0.5, 0.9)
    scenery.add(0.92, (x - 80, -175, x + 80, 200), draw, move=swing, pivot=(x, -170))
    lamplight(scenery, scene, x, 182, 190, 0.92, "pendant")


def _lens(scenery: Scenery, scene: Scene, edge: float, narrow: bool) -> None:
    """A bottle and a bowl close to the lens."""
    way = 1.0 if edge <= 0 else -1.0
    x = edge + way * (8 if narrow else 46)
    bottle = [
        (x - 34, 900),
        (x - 36, 640),
        (x - 26, 600),
        (x - 12, 572),
        (x - 12, 506),
        (x + 12, 506),
        (x + 12, 572),
        (x + 26, 600),
        (x + 36, 640),
        (x + 34, 900),
    ]
    y = x + way * 92
    bowl = [(y - 84, 668), (y, 660), (y + 84, 668), (y + 66, 740), (y + 30, 900), (y - 30, 900), (y - 66, 740)]
    foreground(scenery, scene, [bottle, bowl] if not narrow else [bottle])

"""The surface along the foot of a closer shot, for things to stand on: a board under a roof, else the ground itself."""

from __future__ import annotations

import random

import skia

from resources.cutout.paper import Point, box, colour, curve, cut, paint, polygon, rng, sprite, wobble
from resources.cutout.places.base import HEIGHT, Scene
from resources.cutout.score import Stage
from schemas.vocabulary import Place, Weather

_BOARD = "#8a6242"
_GROUND = {
    Place.FOREST: "#6d7046", Place.CITY: "#8b8680", Place.DESERT: "#c99d63", Place.MOUNTAINS: "#85796c",
    Place.SPACE: "#77717a", Place.FARM: "#7f8a4b", Place.UNDERWATER: "#9b9168",
}  # fmt: skip
"""What the ground is made of; a place without it has a board: a pier, a stall, a table."""
_GRASSY = frozenset({Place.FOREST, Place.FARM})
_STONY = frozenset({Place.CITY, Place.MOUNTAINS, Place.SPACE, Place.UNDERWATER})
_SNOW = "#e8edf2"
_BLEED = 0.12
"""Of the frame's width, on either side, for a lens that moves."""
_LIP = 54.0
"""From the image's upper edge to the middle of the surface, in units of the world."""


def draw_ledge(stage: Stage, scene: Scene, *, indoors: bool) -> tuple[skia.Image, float, float]:
    """The surface whose top is ``stage.ledge``, with the place of its upper left corner in pixels of the frame."""
    top, unit = float(stage.ledge or 0.0), stage.height / HEIGHT
    bleed = _BLEED * stage.width
    tall = stage.height - top + 0.12 * stage.height
    material = None if indoors else _GROUND.get(stage.place)

    def draw(canvas: skia.Canvas) -> None:
        stream = rng(stage.seed, "ledge")
        canvas.scale(unit, unit)
        wide, high = (stage.width + 2 * bleed) / unit, tall / unit
        if material is None:
            _board(canvas, stream, wide, high, scene.palette.lit(_BOARD, strength=0.8))
        else:
            _bank(canvas, stream, wide, high, stage, scene, material)

    image = sprite(stage.width + 2 * bleed, tall + _LIP * unit, draw)
    return image, -bleed, top - _LIP * unit


def _board(canvas: skia.Canvas, stream: random.Random, wide: float, high: float, tone: int) -> None:
    front = box(-20, _LIP, wide + 20, high + 40)
    cut(canvas, wobble(front, stream, 2.2, False), colour(tone, -0.30), shadow=0)
    canvas.save()
    canvas.translate(0, -6)
    canvas.drawRect(skia.Rect(-20, _LIP - 14, wide + 20, _LIP), paint(colour("#0b0a14", alpha=0.25), blur=9))
    canvas.restore()
    cut(canvas, wobble(box(-20, _LIP - 12, wide + 20, _LIP + 26), stream, 1.6, False), tone, shadow=6)
    for _ in range(12):
        x, y = stream.uniform(0, wide), stream.uniform(_LIP - 6, _LIP + 20)
        canvas.drawLine(x, y, x + stream.uniform(60, 180), y + 1, paint(colour(tone, -0.10), stroke=1.6))


def _bank(
    canvas: skia.Canvas, stream: random.Random, wide: float, high: float, stage: Stage, scene: Scene, material: str
) -> None:
    """Uneven ground: two cut papers, with what grows or lies on it; under snow its crest is white."""
    snowy = stage.weather is Weather.SNOW and stage.place not in (Place.SPACE, Place.UNDERWATER)
    near = scene.palette.lit(material, strength=0.8)
    crest = _crest(stream, wide, _LIP - 14.0, 7.0)
    if stage.place in _GRASSY and not snowy:
        _tufts(canvas, stream, crest, near)
    white = scene.palette.lit(_SNOW, strength=0.8)
    _fill(canvas, crest, wide, high, white if snowy else colour(near, 0.06), shadow=6)
    lower = [(x, y + 24.0) for x, y in _crest(stream, wide, _LIP - 14.0, 9.0)]
    _fill(canvas, lower, wide, high, colour(near, -0.12), shadow=3)
    if stage.place in _STONY:
        for _ in range(16):
            x, y = stream.uniform(0, wide), _LIP + stream.uniform(16, 40)
            size = stream.uniform(5, 15)
            stone = [(x - size, y), (x - 0.5 * size, y - 0.7 * size), (x + 0.6 * size, y - 0.6 * size), (x + size, y)]
            cut(canvas, curve(stone), colour(near, stream.uniform(-0.02, 0.10)), shadow=1.5)
    else:
        for _ in range(14):  # ripples of sand, blades lying down
            x, y = stream.uniform(0, wide), _LIP + stream.uniform(18, 54)
            canvas.drawLine(x, y, x + stream.uniform(40, 120), y + 2, paint(colour(near, -0.20), stroke=1.6))


def _crest(stream: random.Random, wide: float, middle: float, rise: float) -> list[Point]:
    count = max(4, round(wide / 140.0))
    return [(-20 + k * (wide + 40) / count, middle + stream.uniform(-rise, rise)) for k in range(count + 1)]


def _fill(canvas: skia.Canvas, crest: list[Point], wide: float, high: float, tone: int, shadow: float) -> None:
    path = curve(crest, close=False)
    path.lineTo(wide + 20, high + 40)
    path.lineTo(-20, high + 40)
    path.close()
    cut(canvas, path, tone, shadow=shadow)


def _tufts(canvas: skia.Canvas, stream: random.Random, crest: list[Point], near: int) -> None:
    for x, y in crest:
        for _ in range(5):
            foot = x + stream.uniform(-60, 60)
            tip = stream.uniform(12, 30)
            blade = [(foot - 4, y + 12), (foot + stream.uniform(-9, 9), y - tip), (foot + 4, y + 12)]
            cut(canvas, polygon(blade), colour(near, stream.uniform(-0.10, 0.12)), shadow=0.8)

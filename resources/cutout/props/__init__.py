"""Things of the paper theatre, drawn by name.

``draw_prop`` draws any word: the names in ``PROPS`` have a drawing of their own, every other word stands on a sign.
"""

from __future__ import annotations

import math
from functools import lru_cache

import skia

from resources.cutout import paper
from resources.cutout.props import household, nature, toys, travel  # noqa: F401  (importing registers the things)
from resources.cutout.props.registry import THINGS, grip_of, height_of
from resources.cutout.props.sheet import Sheet
from resources.cutout.props.sign import HALF, clean, draw_sign

PROPS: frozenset[str] = frozenset(THINGS)
"""The names with a drawing of their own."""
Light = tuple[float, float, float]
_OVER, _UNDER = 14.0, 8.0
"""Room above and below a thing for glow and shadow, in units."""

__all__ = ["PROPS", "draw_prop", "grip"]


def draw_prop(
    canvas: skia.Canvas, name: str, x: float, y: float, size: float, seed: int = 0, lit: Light | bool | None = None
) -> None:
    """Draw the thing ``name`` about ``size`` pixels high, its middle at ``x`` and its foot at ``y``.

    ``seed`` is that of its uneven edge. ``lit`` is the light that falls on it, as (red, green, blue) factors 0..1; what
    gives light itself (lantern, lamp, candle, star, moon, wand) keeps its own. True and False switch that light on and
    off; None leaves it as it usually is, in white light.
    """
    if size < 1:
        return
    known = THINGS.get(name)
    glows = known is not None and (lit if isinstance(lit, bool) else known.glows)
    light = (1.0, 1.0, 1.0) if lit is None or isinstance(lit, bool) else tuple(round(c, 2) for c in lit)
    bucket = _bucket(size)
    image, left, top = _sprite(name if known else clean(name), known is not None, bucket, seed, glows, light)
    scale = size / bucket
    canvas.save()
    canvas.translate(x, y)
    canvas.scale(scale, scale)
    canvas.drawImage(image, left, top, paper.LINEAR)
    canvas.restore()


def grip(name: str) -> tuple[float, float, float, float]:
    """How a thing is held: where the hand is (0 foot, 1 top), its height against a grown figure's, its tilt with the
    arm, and the degrees that it leans away from its holder.
    """
    known = THINGS.get(name)
    return grip_of(name), height_of(name), known.tilt if known else 0.2, known.away if known else 0.0


def _bucket(size: float) -> int:
    """The size that is baked for ``size``: steps of a tenth, so that a zoom does not bake a sprite for each frame."""
    return max(4, math.ceil(1.1 ** math.ceil(math.log(max(4.0, size), 1.1) - 1e-9)))


def _shade(light: tuple[float, ...]) -> skia.Paint:
    """A paint that multiplies what is drawn through it."""
    red, green, blue = light
    matrix = [red, 0, 0, 0, 0, 0, green, 0, 0, 0, 0, 0, blue, 0, 0, 0, 0, 0, 1, 0]
    return skia.Paint(ColorFilter=skia.ColorFilters.Matrix(matrix))


@lru_cache(maxsize=96)
def _sprite(name: str, known: bool, size: int, seed: int, lit: bool, light: Light) -> tuple[skia.Image, float, float]:
    """The baked thing, and the place of its upper left corner about the foot, in pixels."""
    unit = size / 100.0
    half = (THINGS[name].half if known else HALF) + (20.0 if lit else _UNDER)
    left, top = -math.ceil(half * unit) - 2, -math.ceil((100 + (30.0 if lit else _OVER)) * unit) - 2
    matrix = skia.Matrix.Translate(-left, -top)
    matrix.preScale(unit, unit)

    def paint(canvas: skia.Canvas) -> None:
        sheet = Sheet(canvas, matrix, unit, ("prop", name, seed))
        canvas.saveLayer(None, _shade(tuple(0.6 + 0.4 * c for c in light) if lit else light))
        if known:
            THINGS[name].draw(sheet, lit)
        else:
            draw_sign(sheet, name)
        canvas.restore()

    return paper.sprite(-2 * left, -top + _UNDER * unit + 3, paint), left, top

"""A mouth of nine shapes that ease into each other.

The shapes are those of Hanna-Barbera in the letters of Rhubarb Lip Sync. Each is a point in a small space of
measures (width, opening, roundness, teeth, tongue), so that halfway between two shapes is a shape too.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import skia

from resources.cutout import paper


@dataclass(frozen=True, slots=True)
class MouthShape:
    """All values 0..1, except ``width`` (1 is the mouth at rest) and ``curl``."""

    width: float
    open: float
    round: float
    """0: corners drawn to a point; 1: an oval."""
    teeth: float
    """How far the upper teeth come down."""
    bite: float
    """The lower lip under the upper teeth."""
    tongue: float
    press: float
    """Lips pressed together."""
    keep: float
    """How much of a smile or frown the shape leaves to the feeling."""


SHAPES: dict[str, MouthShape] = {
    "X": MouthShape(1.00, 0.00, 0.1, 0.0, 0.0, 0.0, 0.0, 1.0),
    "A": MouthShape(0.88, 0.00, 0.1, 0.0, 0.0, 0.0, 1.0, 0.45),
    "B": MouthShape(1.08, 0.24, 0.2, 1.0, 0.0, 0.0, 0.0, 0.70),
    "C": MouthShape(1.00, 0.58, 0.4, 0.5, 0.0, 0.5, 0.0, 0.60),
    "D": MouthShape(1.06, 1.00, 0.5, 0.45, 0.0, 0.7, 0.0, 0.50),
    "E": MouthShape(0.74, 0.66, 0.9, 0.2, 0.0, 0.35, 0.0, 0.30),
    "F": MouthShape(0.42, 0.36, 1.0, 0.0, 0.0, 0.0, 0.3, 0.10),
    "G": MouthShape(0.94, 0.20, 0.2, 1.0, 1.0, 0.0, 0.0, 0.45),
    "H": MouthShape(0.94, 0.52, 0.4, 0.5, 0.0, 1.0, 0.0, 0.55),
}


def mouth_opening(viseme: str) -> float:
    """How far a mouth shape is open: 0 for X and A, 1 for D. Unknown shapes count as X."""
    return SHAPES.get(viseme, SHAPES["X"]).open


def between(now: str, then: str, blend: float) -> MouthShape:
    """The shape on the way from one viseme to the next, ``blend`` 0..1."""
    a, b = SHAPES.get(now, SHAPES["X"]), SHAPES.get(then, SHAPES["X"])
    t = min(1.0, max(0.0, blend))
    return MouthShape(*(p + (q - p) * t for p, q in zip(astuple(a), astuple(b), strict=True)))


def draw_mouth(
    canvas: skia.Canvas,
    shape: MouthShape,
    *,
    width: float,
    height: float,
    smile: float,
    skew: float,
    lip: str | int,
    ink: str | int,
) -> None:
    """Draw a mouth about the origin, in whatever units the canvas has.

    ``width`` is that of the mouth at rest, ``height`` that of the widest opening; ``smile`` -1..1 lifts the corners,
    ``skew`` -1..1 lifts the right corner alone; ``lip`` and ``ink`` are colours as ``#rrggbb``.
    """
    half = width * shape.width / 2
    lift = smile * width * 0.2 * shape.keep
    gap = height * shape.open
    corner = -lift
    right = corner - skew * width * 0.06
    belly = 0.55 + 0.3 * shape.round  # how far along the lips the curve keeps its height
    up = -gap * (0.34 + 0.1 * shape.round) + lift * 0.55
    down = gap * (0.66 - 0.1 * shape.round) + lift * 0.95
    stroke = skia.Paint(
        AntiAlias=True,
        Color=paper.colour(ink),
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width * (0.075 + 0.03 * shape.press),
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )
    lips = skia.Path()
    lips.moveTo(-half, corner)
    # control points sit 4/3 beyond the wanted depth: a cubic reaches three quarters of the way to them
    top, low = corner + (up - corner) * 4 / 3, corner + (down - corner) * 4 / 3
    lips.cubicTo(-half * belly, top, half * belly, top, half, right)
    if gap < height * 0.03:
        canvas.drawPath(lips, stroke)
        return
    lips.cubicTo(half * belly, low, -half * belly, low, -half, corner)
    lips.close()
    canvas.drawPath(lips, skia.Paint(AntiAlias=True, Color=paper.colour("#4a1620")))
    canvas.save()
    canvas.clipPath(lips, skia.ClipOp.kIntersect, True)
    if shape.tongue > 0.02:
        rise = down - (down - up) * (0.22 + 0.38 * shape.tongue)
        canvas.drawOval(
            skia.Rect(-half * 0.62, rise, half * 0.7, rise + (down - up) * 1.2),
            skia.Paint(AntiAlias=True, Color=paper.colour("#d9636e")),
        )
    if shape.teeth > 0.02:
        depth = (down - up) * 0.62 * shape.teeth if gap < height * 0.3 else height * 0.24 * shape.teeth
        canvas.drawRect(
            skia.Rect(-half, up - height, half, up + depth), skia.Paint(AntiAlias=True, Color=paper.colour("#fff7ea"))
        )
    if shape.bite > 0.02:
        edge = up + (down - up) * (1 - 0.45 * shape.bite)
        canvas.drawOval(
            skia.Rect(-half * 0.8, edge, half * 0.8, edge + height),
            skia.Paint(AntiAlias=True, Color=paper.colour(lip)),
        )
    canvas.restore()
    stroke.setStrokeWidth(width * 0.055)
    canvas.drawPath(lips, stroke)


def draw_grille(
    canvas: skia.Canvas, shape: MouthShape, *, width: float, height: float, smile: float, light: str | int
) -> None:
    """A robot's mouth: seven bars of light behind a plate, as tall as the mouth would be open."""
    half, bars = width * 0.58, 7
    plate = skia.Rect(-half, -height * 0.42, half, height * 0.62)
    canvas.drawRoundRect(plate, height * 0.2, height * 0.2, skia.Paint(AntiAlias=True, Color=paper.colour("#1c2430")))
    pitch = 2 * half * 0.86 / bars
    reach = bars * (0.35 + 0.65 * min(1.0, shape.width)) / 2
    paint = skia.Paint(AntiAlias=True, Color=paper.colour(light))
    dim = skia.Paint(AntiAlias=True, Color=paper.colour(light, alpha=0.22))
    for i in range(bars):
        offset = i - (bars - 1) / 2
        x = offset * pitch
        fall = max(0.0, 1 - (offset / (bars / 2 + 0.6)) ** 2 * (0.5 + 0.5 * shape.round))
        tall = height * (0.09 + 0.78 * shape.open * fall)
        middle = height * (0.1 + smile * 0.34 * shape.keep * (0.45 - (offset / (bars / 2)) ** 2))
        bar = skia.Rect(x - pitch * 0.32, middle - tall / 2, x + pitch * 0.32, middle + tall / 2)
        canvas.drawRoundRect(bar, pitch * 0.2, pitch * 0.2, paint if abs(offset) < reach else dim)


def draw_beak(
    canvas: skia.Canvas, shape: MouthShape, *, width: float, height: float, smile: float, fill: str | int
) -> None:
    """A bird's beak seen from three quarters: the lower half drops as the mouth opens."""
    gap = height * shape.open * 0.85
    w = width * (0.55 + 0.1 * shape.width)
    dark = paper.colour(fill, lighten=-0.18)
    shade = skia.Paint(AntiAlias=True, Color=paper.colour("#2b1a12", alpha=0.28))
    if gap > height * 0.04:
        inside = skia.Path()
        inside.moveTo(-w * 0.8, 0)
        inside.quadTo(w * 0.2, gap * 2.1 + height * 0.2, w * 1.1, 0)
        inside.close()
        canvas.drawPath(inside, skia.Paint(AntiAlias=True, Color=paper.colour("#5a1a22")))
    lower = skia.Path()
    lower.moveTo(-w * 0.8, -height * 0.02)
    lower.quadTo(w * 0.1, gap + height * 0.3, w * 0.98, gap * 0.82 + height * 0.02)
    lower.quadTo(w * 0.05, gap + height * 0.95, -w * 0.8, -height * 0.02)
    canvas.drawPath(lower, skia.Paint(AntiAlias=True, Color=dark))
    for offset, paint in ((height * 0.09, shade), (0.0, skia.Paint(AntiAlias=True, Color=paper.colour(fill)))):
        upper = skia.Path()
        upper.moveTo(-w * 0.95, offset - height * 0.05 - smile * height * 0.14)
        upper.quadTo(-w * 0.2, offset - height * 1.05, w * 0.75, offset - height * 0.32)
        upper.quadTo(w * 1.35, offset - height * 0.05, w * 1.28, offset + height * 0.3)
        upper.quadTo(w * 0.4, offset + height * 0.1, -w * 0.95, offset - height * 0.05 - smile * height * 0.14)
        canvas.drawPath(upper, paint)
    shine = skia.Paint(AntiAlias=True, Color=paper.colour("#ffffff", alpha=0.28))
    canvas.drawOval(skia.Rect(-w * 0.25, -height * 0.58, w * 0.35, -height * 0.36), shine)

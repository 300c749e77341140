"""The drawing kit of figures and things: shapes in design units that become cut paper.

A drawing is made in its own units (a figure or a thing is about 100 high, ``y`` points down, its origin is where it
stands or hangs) and laid on a canvas by a matrix. Outlines are a little uneven, seeded by the piece and never by the
frame, so a thing keeps its hand-made edge for a whole film.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import skia

from resources.cutout import paper

Point = tuple[float, float]
UNEVEN = 0.32
"""How far scissors stray, in design units: two pixels for a figure 600 px high."""


class Shape(NamedTuple):
    """An outline in design units.

    ``corners`` is None for a smooth closed curve through the points; otherwise the points are a polygon whose corners
    are rounded by that many units (0: sharp).
    """

    points: tuple[Point, ...]
    corners: float | None = None

    def moved(self, dx: float, dy: float) -> Shape:
        """The same outline elsewhere."""
        return Shape(tuple((x + dx, y + dy) for x, y in self.points), self.corners)

    def mirrored(self) -> Shape:
        """The same outline with left and right exchanged."""
        return Shape(tuple((-x, y) for x, y in self.points), self.corners)


def blob(*points: Point) -> Shape:
    """A smooth closed curve through the points."""
    return Shape(points)


def poly(*points: Point, r: float = 0.6) -> Shape:
    """A polygon with corners rounded by ``r`` units."""
    return Shape(points, r)


def oval(cx: float, cy: float, rx: float, ry: float | None = None, tilt: float = 0.0, n: int = 10) -> Shape:
    """An ellipse through ``n`` points, turned by ``tilt`` degrees."""
    ry = rx if ry is None else ry
    c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    ring = [(rx * math.cos(2 * math.pi * i / n), ry * math.sin(2 * math.pi * i / n)) for i in range(n)]
    return Shape(tuple((cx + x * c - y * s, cy + x * s + y * c) for x, y in ring))


def box(left: float, top: float, right: float, bottom: float, r: float = 1.0) -> Shape:
    """A rectangle with corners rounded by ``r`` units."""
    return poly((left, top), (right, top), (right, bottom), (left, bottom), r=r)


def star(cx: float, cy: float, outer: float, inner: float, points: int = 5, r: float = 0.8, turn: float = -90) -> Shape:
    """A star with ``points`` rays."""
    ring = []
    for i in range(points * 2):
        radius, angle = (outer, inner)[i % 2], math.radians(turn + 180 * i / points)
        ring.append((cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return Shape(tuple(ring), r)


def band(points: Sequence[Point], *widths: float) -> Shape:
    """A ribbon along a line; ``widths`` are spread over its length (one value: the same everywhere)."""
    left, right = [], []
    last = len(points) - 1
    for i, (x, y) in enumerate(points):
        (ax, ay), (bx, by) = points[max(0, i - 1)], points[min(last, i + 1)]
        length = math.hypot(bx - ax, by - ay) or 1.0
        at = i / last * (len(widths) - 1)
        low = min(int(at), max(0, len(widths) - 2))
        wide = widths[low] + (widths[min(low + 1, len(widths) - 1)] - widths[low]) * (at - low)
        nx, ny = -(by - ay) / length * wide / 2, (bx - ax) / length * wide / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return Shape(tuple(left + right[::-1]), None if last > 1 else 0.6)


def trace(shape: Shape, rng: random.Random | None = None, amount: float = UNEVEN) -> skia.Path:
    """The outline as a path in design units, uneven by ``amount`` when an ``rng`` is given."""
    points = list(shape.points)
    if shape.corners is not None and rng is not None:
        points = _with_midpoints(points)
    if rng is not None:
        points = [(x + rng.uniform(-amount, amount), y + rng.uniform(-amount, amount)) for x, y in points]
    return paper.curve(points) if shape.corners is None else _polygon(points, shape.corners)


def _with_midpoints(points: list[Point]) -> list[Point]:
    """Long straight edges get a point in the middle, so that they too are cut by hand."""
    out: list[Point] = []
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        out.append((ax, ay))
        if math.hypot(bx - ax, by - ay) > 14:
            out.append(((ax + bx) / 2, (ay + by) / 2))
    return out


def _polygon(points: Sequence[Point], radius: float) -> skia.Path:
    path, n = skia.Path(), len(points)
    for i in range(n):
        (ax, ay), (x, y), (bx, by) = points[i - 1], points[i], points[(i + 1) % n]
        la, lb = math.hypot(ax - x, ay - y) or 1.0, math.hypot(bx - x, by - y) or 1.0
        ra, rb = min(radius, la / 2), min(radius, lb / 2)
        start = (x + (ax - x) / la * ra, y + (ay - y) / la * ra)
        if i == 0:
            path.moveTo(*start)
        else:
            path.lineTo(*start)
        path.quadTo(x, y, x + (bx - x) / lb * rb, y + (by - y) / lb * rb)
    path.close()
    return path


class Sheet:
    """A canvas that takes shapes in design units and lays them down as paper."""

    def __init__(self, canvas: skia.Canvas, matrix: skia.Matrix, unit: float, seed: Sequence[object]) -> None:
        """``matrix`` maps design units to pixels of ``canvas``; ``unit`` is the length of one design unit in pixels.

        ``seed`` names the piece: the same name gives the same uneven edge.
        """
        self.canvas, self.matrix, self.unit = canvas, matrix, unit
        self.rng = paper.rng("sheet", *seed)

    def path(self, shape: Shape | skia.Path, uneven: float = UNEVEN) -> skia.Path:
        """The shape in pixels."""
        path = shape if isinstance(shape, skia.Path) else trace(shape, self.rng, uneven)
        out = skia.Path()
        path.transform(self.matrix, out)
        return out

    def cut(
        self,
        shape: Shape | skia.Path,
        colour: str | int,
        lighten: float = 0.0,
        shadow: float = 0.9,
        uneven: float = UNEVEN,
    ) -> None:
        """Lay down a piece of paper; ``shadow`` is its distance from what lies below, in design units."""
        paper.cut(
            self.canvas,
            self.path(shape, uneven),
            paper.colour(colour, lighten),
            shadow=shadow * self.unit,
            rim=self.unit > 0.9,
        )

    def flat(self, shape: Shape | skia.Path, colour: str | int, alpha: float = 1.0, lighten: float = 0.0) -> None:
        """Ink or paint on the paper below: no thickness, no shadow."""
        self.canvas.drawPath(
            self.path(shape, UNEVEN / 2), skia.Paint(AntiAlias=True, Color=paper.colour(colour, lighten, alpha))
        )

    def line(
        self, points: Sequence[Point], colour: str | int, width: float, *, smooth: bool = True, alpha: float = 1.0
    ) -> None:
        """A stroke of ``width`` units with round ends."""
        if smooth and len(points) > 2:
            path = paper.curve(points, close=False)
        else:
            path = skia.Path()
            path.moveTo(*points[0])
            for point in points[1:]:
                path.lineTo(*point)
        out = skia.Path()
        path.transform(self.matrix, out)
        paint = skia.Paint(
            AntiAlias=True,
            Color=paper.colour(colour, 0.0, alpha),
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=max(0.7, width * self.unit),
            StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join,
        )
        self.canvas.drawPath(out, paint)

    def string(self, points: Sequence[Point], colour: str | int, width: float, shadow: float = 0.6) -> None:
        """A strip of paper of even ``width`` with a shadow: a rope, a spoke, a stalk."""
        self.cut(_stroked(points, width), colour, shadow=shadow)

    @contextmanager
    def inside(self, shape: Shape | skia.Path) -> Iterator[None]:
        """Only what falls inside ``shape`` is drawn."""
        self.canvas.save()
        self.canvas.clipPath(self.path(shape, 0.0), skia.ClipOp.kIntersect, True)
        yield
        self.canvas.restore()

    def glow(self, x: float, y: float, radius: float, colour: str | int, alpha: float = 0.5) -> None:
        """Soft light around a point."""
        centre = self.matrix.mapXY(x, y)
        reach = radius * self.unit
        shader = skia.GradientShader.MakeRadial(
            skia.Point(centre.x(), centre.y()),
            reach,
            [paper.colour(colour, 0.0, alpha), paper.colour(colour, 0.0, alpha * 0.35), paper.colour(colour, 0.0, 0.0)],
            [0.0, 0.45, 1.0],
        )
        self.canvas.drawCircle(centre.x(), centre.y(), reach, skia.Paint(AntiAlias=True, Shader=shader))


def _stroked(points: Sequence[Point], width: float) -> skia.Path:
    if len(points) == 2:
        (ax, ay), (bx, by) = points
        points = [(ax, ay), ((ax + bx) / 2, (ay + by) / 2), (bx, by)]
    dense = paper.curve(points, close=False)
    measure = skia.PathMeasure(dense, False)
    count = max(3, min(24, int(measure.getLength() / 3)))
    along = []
    for i in range(count + 1):
        position, _ = measure.getPosTan(measure.getLength() * i / count)
        along.append((position.x(), position.y()))
    return trace(band(along, width))

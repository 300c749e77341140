"""Geometry of the plots: numbers in, SVG coordinates out. The templates draw them.

Across, everything is per cent of the film, so that one drawing fits a phone, a desk and a sheet of paper; down, a
plot is :data:`HIGH` units. A long line is thinned to the lowest and highest value of each of :data:`COLUMNS`
columns, so that no needle is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, isfinite, log10

from resources.pipeline.page.view import Curve, Limit, ReportView
from resources.pipeline.page.words import number, quantity

_Scale = Callable[[float], float]
HIGH = 100
COLUMNS = 600
PER_CENT = 10
"""Units of a path in one per cent across."""
ROOM = 0.08
"""Share of the range that stays free above and below."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A value beside the plot, ``y`` units from the top."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as it is drawn: its line, and the stretch (``top``, ``height``) where values are faults."""

    limit: Limit
    y: float
    top: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A single value, ``x`` per cent across; ``bad`` when it is beyond a limit."""

    x: float
    y: float
    bad: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """One curve, ready to be drawn."""

    curve: Curve
    line: str
    """Path data; empty for marks."""
    base: float
    """Where zero lies, or the bottom."""
    ticks: list[Tick]
    bounds: list[Bound]
    marks: list[Mark]
    summary: str
    """What somebody who does not see the plot is told."""


def plots(view: ReportView) -> list[Plot]:
    """The plots of all curves that hold a value."""
    drawn = [plot(curve, view.duration) for curve in view.curves]
    return [one for one in drawn if one is not None]


def plot(curve: Curve, duration: float) -> Plot | None:
    """One curve over a film of ``duration`` seconds; None when there is nothing to draw."""
    points = [
        (second, value)
        for second, value in zip(curve.seconds, curve.values, strict=True)
        if value is not None and isfinite(value)
    ]
    if not points or duration <= 0:
        return None
    values = [value for _, value in points]
    low, high = curve.range or _range(values, curve.limits)

    def down(value: float) -> float:
        return round(HIGH * (high - min(max(value, low), high)) / (high - low), 2)

    def across(second: float) -> float:
        return round(100 * min(max(second / duration, 0), 1), 3)

    bounds = [_bound(limit, down, curve.unit) for limit in curve.limits if low <= limit.value <= high]
    marks = [Mark(across(x), down(y), any(_broken(y, limit) for limit in curve.limits)) for x, y in points]
    return Plot(
        curve=curve,
        line="" if curve.marks else _path(curve, across, down),
        base=down(0.0) if low <= 0 <= high else float(HIGH),
        ticks=[Tick(down(value), number(value)) for value in _round_values(low, high)],
        bounds=bounds,
        marks=marks if curve.marks else [],
        summary=f"{curve.title} along the film: from {quantity(min(values), curve.unit)} to "
        f"{quantity(max(values), curve.unit)}"
        + "".join(f", {limit.label} {quantity(limit.value, curve.unit)}" for limit in curve.limits),
    )


def _broken(value: float, limit: Limit) -> bool:
    return (limit.side == "above" and value > limit.value) or (limit.side == "below" and value < limit.value)


def _bound(limit: Limit, down: _Scale, unit: str) -> Bound:
    y = down(limit.value)
    top, height = {"above": (0.0, y), "below": (y, HIGH - y), "target": (y, 0.0)}[limit.side]
    return Bound(limit, y, round(top, 2), round(height, 2), f"{limit.label} {quantity(limit.value, unit)}")


def _range(values: list[float], limits: list[Limit]) -> tuple[float, float]:
    """From below the least to above the greatest; a limit is in sight, but does not flatten what it is for."""
    low, high = min(values), max(values)
    extent = max(high - low, abs(high) * 0.05, 1e-9)
    for limit in limits:
        if low - 4 * extent <= limit.value <= high + 4 * extent:
            low, high = min(low, limit.value), max(high, limit.value)
    room = max(high - low, extent) * ROOM
    return low - room, high + room


def _round_values(low: float, high: float) -> list[float]:
    """Two to four round values inside the range."""
    rough = (high - low) / 3
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.85)
    first = floor(low / step) + 1
    return [round(k * step, 9) for k in range(first, first + 8) if low < k * step < high]


def _path(curve: Curve, across: _Scale, down: _Scale) -> str:
    """Path data of a line with gaps, thinned to what a screen can show."""
    parts, pen = [], False
    for second, value in _thinned(curve):
        if value is None:
            pen = False
            continue
        parts.append(f"{'L' if pen else 'M'}{across(second) * PER_CENT:.1f} {down(value):.1f}")
        pen = True
    return "".join(parts)


def _thinned(curve: Curve) -> list[tuple[float, float | None]]:
    points = [
        (second, value if value is not None and isfinite(value) else None)
        for second, value in zip(curve.seconds, curve.values, strict=True)
    ]
    if len(points) <= 2 * COLUMNS:
        return points
    thin: list[tuple[float, float | None]] = []
    for column in range(COLUMNS):
        group = points[column * len(points) // COLUMNS : (column + 1) * len(points) // COLUMNS]
        there = [(value, second) for second, value in group if value is not None]
        if len(there) < len(group):
            thin.append((group[0][0], None))
        if there:
            thin += sorted({(second, value) for value, second in (min(there), max(there))})
    return thin

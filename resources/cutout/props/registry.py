"""The list of things: each is a small drawing function with the measures of how it is held.

A thing is drawn on a :class:`Sheet` about 100 units high: it stands on ``y = 0``, its top is near ``y = -100`` and its
middle at ``x = 0``. To add one, write a function in one of the modules of this package and put ``@thing(...)`` over it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resources.cutout.props.sheet import Sheet

Draw = Callable[[Sheet, bool], None]
"""Draws the thing; the flag says whether it gives light."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing and how it is held."""

    draw: Draw
    half: float
    """Half its width in units."""
    grip: float
    """Where a hand holds it: 0 at its foot, 1 at its top."""
    held: float
    """Its height in a hand, against the height of a grown figure."""
    tilt: float
    """How much it tilts with the arm: 0 hangs straight, 1 points along the arm."""
    glows: bool
    """Whether it gives light unless told otherwise."""
    away: float = 0.0
    """Degrees that it leans away from whoever holds it: a kite before the face would hide it."""


THINGS: dict[str, Thing] = {}


def thing(
    half: float = 50.0, grip: float = 0.5, held: float = 0.2, tilt: float = 0.2, glows: bool = False, away: float = 0.0
) -> Callable[[Draw], Draw]:
    """Register a drawing function under its own name (a trailing underscore is dropped)."""

    def register(draw: Draw) -> Draw:
        THINGS[draw.__name__.rstrip("_")] = Thing(draw, half, grip, held, tilt, glows, away)
        return draw

    return register


SMALLEST = 0.18
"""Of a grown figure's height: a coin that is true to scale would not be seen in a wide shot, nor beside a fist."""
_HANGS = 0.75
"""Where a hand holds what hangs from it, at least."""
_LOW = 0.22
"""Where it holds what is so small that a fist before its middle would hide it."""
_FOOT = 0.1
"""Where a hand holds what is carried above it, at most."""
_TOWERS = 0.5
"""Its height against a grown figure's, at least."""
SIGN = 0.3
"""Height of the sign that stands for what nobody has drawn."""
SIGN_HALF = 0.62
"""Half its width, for a height of 1."""
LARGE: dict[str, float] = {
    "boat": 0.72, "rocket": 1.3, "train": 0.95, "car": 0.66, "taxi": 0.66, "bicycle": 0.6, "ladder": 1.15, "oven": 0.8,
    "snowman": 0.85,
}  # fmt: skip
"""What nobody carries: its height against a grown figure's."""


def height_of(name: str) -> float:
    """How high a thing is, against a grown figure, in a hand or on the ground: the same in every shot."""
    known = THINGS.get(name)
    return LARGE.get(name, max(SMALLEST, known.held) if known else SIGN)


def grip_of(name: str) -> float:
    """Where a hand holds a thing: 0 at its foot, 1 at its top."""
    known = THINGS.get(name)
    if known is None:
        return 0.08
    return min(known.grip, _LOW) if known.held <= SMALLEST and known.grip < _HANGS else known.grip


def half_of(name: str) -> float:
    """Half the width of a thing, for a height of 1."""
    known = THINGS.get(name)
    return known.half / 100.0 if known else SIGN_HALF


def extent(name: str, x: float, foot: float, tall: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a thing ``tall`` high whose foot's middle is at (x, foot)."""
    half = half_of(name) * tall
    return x - half, foot - tall, x + half, foot


def is_aloft(name: str) -> bool:
    """Whether a thing is held by its foot and towers over the hand, higher than a head: an umbrella, a balloon."""
    return grip_of(name) <= _FOOT and height_of(name) >= _TOWERS

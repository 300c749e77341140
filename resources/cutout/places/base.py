"""What a place is made of: pieces of paper at a depth, some of which move.

The world of a place is measured in units of 1/720 of the frame's height: ``y`` runs from 0 (top) to 720 (bottom), ``x``
from 0 to ``scene.width`` (1280 in 16:9, 405 in 9:16). Pieces that reach the frame's edge run on into the ``MARGIN``,
because the camera moves.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import skia

from resources.cutout.palette import Palette
from resources.cutout.paper import rng
from schemas.vocabulary import Mood, Place, TimeOfDay, Weather

HEIGHT = 720.0
MARGIN = 170.0
"""World units that scenery continues beyond each edge of the frame."""

Draw = Callable[[skia.Canvas], None]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in world units."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How a moving piece differs from its rest at one moment: offset in units, turn in degrees about ``pivot``."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    stretch_x: float = 1.0
    stretch_y: float = 1.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Something drawn once and moved afterwards.

    ``depth`` is 0 for what never moves with the camera (the sky), 1 for where figures stand, above 1 in front of them.
    Neighbouring pieces of equal depth that do not move are rasterised together.
    """

    depth: float
    box: Box
    draw: Draw
    move: Callable[[float], Motion] | None = None
    """Motion at a time in seconds; None stands still."""
    pivot: tuple[float, float] = (0.0, 0.0)
    blur: float = 0.0


@dataclass(slots=True)
class Scenery:
    """A built place: pieces from back to front, and what staging has to know about it."""

    pieces: list[Piece] = field(default_factory=list)
    ground: float = 640.0
    """Where feet stand in a wide shot."""
    horizon: float = 430.0
    indoors: bool = False
    floats: bool = False
    """Figures hover: water, or no gravity."""
    table: float | None = None
    """Height of a surface that a thing can be shown on, in the insert's framing; None: on the ground."""
    windows: list[tuple[float, Box]] = field(default_factory=list)
    """(depth, box) of openings that the weather is seen through, indoors."""

    def add(self, depth: float, box: Box, draw: Draw, **more: object) -> None:
        """Append one piece in front of the others."""
        self.pieces.append(Piece(depth, box, draw, **more))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a place is built from. ``seed`` belongs to the location, so the place is the same in all of its shots."""

    place: Place
    hour: TimeOfDay
    weather: Weather
    mood: Mood
    seed: int
    words: frozenset[str]
    width: float
    palette: Palette

    def rng(self, *parts: object) -> random.Random:
        """A random stream for a named part of this place."""
        return rng(self.seed, self.place.value, *parts)

    def has(self, *words: str) -> bool:
        """Whether the location's text names any of these (singular, lower case)."""
        return any(word in self.words for word in words)

    @property
    def airy(self) -> bool:
        """Whether there is air for weather to be in: neither between the stars nor under water."""
        return self.place not in (Place.SPACE, Place.UNDERWATER)

    @property
    def night(self) -> bool:
        """Lamps are lit and stars are out."""
        return self.hour is TimeOfDay.NIGHT

    @property
    def dim(self) -> bool:
        """Windows glow: night, dusk or a storm."""
        return self.hour in (TimeOfDay.NIGHT, TimeOfDay.DUSK) or self.weather is Weather.STORM

    @property
    def left(self) -> float:
        """Where scenery begins."""
        return -MARGIN

    @property
    def right(self) -> float:
        """Where scenery ends."""
        return self.width + MARGIN

    @property
    def floor(self) -> float:
        """Below the lowest row a camera can see."""
        return HEIGHT + MARGIN

    @property
    def breeze(self) -> float:
        """How strongly light things bend: 0.4 (still air) to 2.2 (storm)."""
        return {Weather.STORM: 2.2, Weather.WIND: 1.9, Weather.RAIN: 0.8}.get(self.weather, 0.5)

    def lit(self, paper: str | int, distance: float = 0.0) -> int:
        """A paper's own colour in this scene's light; ``distance`` 0 (here) to 1 (the horizon)."""
        return self.palette.lit(paper, distance)

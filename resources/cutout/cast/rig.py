"""Jointed paper figures: parts that hang from pivots, painted once and then only moved.

All geometry is in design units: a figure is 100 units high, looks right, and stands at the origin with ``y`` down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from resources.cutout.cast.face import FacePlan
from resources.cutout.cast.pose import Pose
from resources.cutout.props.sheet import Sheet

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""


class Motion(NamedTuple):
    """How a part is turned about its pivot and shifted; for a figure that looks right."""

    angle: float = 0.0
    """Degrees; positive turns clockwise on screen."""
    dx: float = 0.0
    dy: float = 0.0


class Place(NamedTuple):
    """A rotation (degrees) and the point a part's origin has come to, in design units."""

    angle: float
    x: float
    y: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the part has come to."""
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        return self.x + x * c - y * s, self.y + x * s + y * c

    def then(self, pivot: tuple[float, float], motion: Motion) -> Place:
        """The place of a part that hangs from this one."""
        x, y = self.at(pivot[0] + motion.dx, pivot[1] + motion.dy)
        return Place(self.angle + motion.angle, x, y)


Paint = Callable[[Sheet], None]
Move = Callable[[Pose], Motion]
GROUND = Place(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Part:
    """A piece of the figure: painted at its pivot, hung on a parent, moved by the pose."""

    name: str
    paint: Paint
    box: Box
    """Everything the part paints, about its own pivot and before it is turned."""
    pivot: tuple[float, float] = (0.0, 0.0)
    """In the parent's units."""
    parent: str = ""
    move: Move | None = None


@dataclass(frozen=True)
class Rig:
    """A whole figure: parts from back to front, and where face and hand are."""

    parts: tuple[Part, ...]
    face: FacePlan
    face_part: str
    """The part that carries the face; the live face is drawn right after the part named ``face_after``."""
    face_after: str
    hand_part: str
    hand: tuple[float, float]
    """The grip, in units of ``hand_part``; a held thing is drawn before that part, so the hand closes over it."""
    head_box: Box
    """The head with hair, without hat, in units of ``face_part``."""
    width: float
    """How far the figure reaches to either side, in design units, arms hanging."""
    top: float = 100.0
    """Height of the highest point above the ground."""
    holds: Literal["grasp", "front", "back"] = "grasp"
    """The hand closes over a held thing, holds it before itself, or the thing stands on the figure's back."""
    under: str = ""
    """The part right before which a held thing is drawn, so that it lies behind the head; empty where head and body
    are one, or it stands on the back."""
    by_name: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the parts, and find where what is held is drawn."""
        self.by_name.update({part.name: part for part in self.parts})
        names = [part.name for part in self.parts]
        first = names.index(self.face_part)
        while first and self._of_head(self.parts[first - 1]):  # ears and antennas that lie behind the head
            first -= 1
        if self.holds != "back" and not self._of_head(self.by_name[self.hand_part]):
            object.__setattr__(self, "under", names[min(first, names.index(self.hand_part) + (self.holds == "front"))])

    def _of_head(self, part: Part) -> bool:
        """Whether a part is the head or hangs from it."""
        while part.name != self.face_part and part.parent:
            part = self.by_name[part.parent]
        return part.name == self.face_part

    def place(self, name: str, pose: Pose, known: dict[str, Place]) -> Place:
        """Where a part is in this pose; ``known`` remembers those already placed."""
        if not name:
            return GROUND
        if name not in known:
            part = self.by_name[name]
            motion = part.move(pose) if part.move else Motion()
            known[name] = self.place(part.parent, pose, known).then(part.pivot, motion)
        return known[name]

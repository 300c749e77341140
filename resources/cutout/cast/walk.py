"""Walking: onto the stage, off it, or on across it, with feet that do not slide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

MAX_SPEED = 0.0105
"""Of the frame's width, in one frame at 24 frames a second: a foot that swings forward is more than twice as fast as
its body, and must stay below what reads as a jump."""
_CYCLE = 0.62
"""Length of a left and a right step, of the body's height."""
_STROLL, _WALK, _RUN = 0.55, 1.05, 1.75
"""Body heights a second."""
_SETTLE_S = 0.5
"""Seconds in which weight settles on both feet."""
_TURN_S = 0.75
"""Seconds in which somebody turns to go."""
_OFF = 0.14
"""How far beyond the frame's edge nobody is seen any more, of its width."""

WalkKind = Literal["in", "out", "on"]


class Step(NamedTuple):
    """A walk at one moment."""

    offset: float
    """Pixels from where the figure stands in the keyframe."""
    going: float
    """How much of a walk it is, 0..1."""
    phase: float
    """Radians; a left and a right step are one turn."""
    settling: float
    """How deep the knees give after the last step, 0..1."""
    turned: float = 1.0
    """How far the body has turned to where it goes, 0..1."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk of one figure. Lengths in pixels, times in seconds."""

    kind: WalkKind
    heading: float
    """1 goes right, -1 left."""
    x: float
    """Where the figure stands in the keyframe."""
    width: float
    """Of the frame."""
    height: float
    """Of the body, which sets its pace."""
    seconds: float
    """Length of the shot."""
    fps: float
    runs: bool = False
    room: float = 0.0
    """How far "on" may go in all."""

    def at(self, t: float) -> Step:
        """The walk at ``t`` seconds."""
        match self.kind:
            case "in":
                return self._in(t)
            case "out":
                return self._out(t)
            case _:
                return self._on(t)

    def _speed(self, wanted: float) -> float:
        return min(wanted * self.height, MAX_SPEED * self.width * min(self.fps, 24.0))

    def _distance(self) -> float:
        """From the edge it comes from, or to the edge it goes to."""
        behind = self.x if self.heading > 0 else self.width - self.x
        return max(0.0, behind if self.kind == "in" else self.width - behind) + _OFF * self.width

    def _in(self, t: float) -> Step:
        """Even speed, then the last steps slow down; over at two thirds of the shot at the latest."""
        whole, brake = self._time(0.66), 0.4
        distance = self._distance()
        if t >= whole:
            since = t - whole
            settling = math.sin(math.pi * since / _SETTLE_S) * (1 - since) if since < _SETTLE_S else 0.0
            return Step(0.0, 0.0, 0.0, max(0.0, settling))
        u = t / whole
        # constant speed v until 1 - brake, then falling to zero; v makes the whole 1
        v = 1 / (1 - brake / 2)
        if u < 1 - brake:
            covered, slow = v * u, 1.0
        else:
            r = (u - (1 - brake)) / brake
            covered, slow = v * (1 - brake) + v * brake * (r - r * r / 2), 1 - r
        left = distance * (1 - covered)
        return Step(-self.heading * left, 0.25 + 0.75 * slow, self._phase(left), 0.0)

    def _out(self, t: float) -> Step:
        """Stands, turns to go, and is gone with the shot's last frame."""
        whole = self._time(0.75)
        begin = self.seconds - whole
        turned = min(1.0, max(0.0, (t - begin + _TURN_S) / _TURN_S))
        u = max(0.0, 1 - (self.seconds - t) / whole)
        if u <= 0:
            return Step(0.0, 0.0, 0.0, 0.0, turned)
        start = 0.3
        v = 1 / (1 - start / 2)
        covered = v * u * u / (2 * start) if u < start else v * (u - start / 2)
        gone = self._distance() * covered
        return Step(self.heading * gone, min(1.0, 0.25 + u / start), self._phase(gone), 0.0)

    def _on(self, t: float) -> Step:
        """Has begun before the cut and does not end at the next; in the middle of the shot it is in its place."""
        speed = self._speed(_RUN if self.runs else _STROLL)
        whole = max(self.seconds, 0.1)
        distance = min(self.room, speed * whole)
        along = distance * (t / whole - 0.5)
        # where there is no room to get on, the legs still keep their pace
        stepped = max(distance, 0.8 * speed * whole) * t / whole
        return Step(self.heading * along, 1.0, self._phase(stepped), 0.0)

    def _time(self, share: float) -> float:
        """Seconds for the distance at the body's own pace, at most ``share`` of the shot, never so fast as to jump."""
        fastest = 1.25 * self._distance() / (MAX_SPEED * self.width * min(self.fps, 24.0))
        pace = 1.25 * self._distance() / max(1.0, (_RUN if self.runs else _WALK) * self.height)
        return max(1.0, fastest, min(pace, share * self.seconds))

    def _phase(self, distance: float) -> float:
        return math.tau * distance / max(1.0, _CYCLE * self.height * (1.5 if self.runs else 1.0))

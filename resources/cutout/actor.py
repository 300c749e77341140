"""Somebody on the stage: a puppet with its part, its shadow, what it holds, and arms that cover nobody's face."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import skia

from resources.cutout.cast import Performance, Pose, Puppet
from resources.cutout.cast.arms import HEAD_SPEED, SHOWN, at_frame, steady, turn_limit
from resources.cutout.cast.business import swell
from resources.cutout.cast.rig import Box
from resources.cutout.props import draw_prop
from resources.cutout.props.registry import extent, half_of, is_aloft
from resources.cutout.score import Pass, StageFigure, StageProp

FLIGHT_S = 0.42
"""Seconds that a thing takes from hand to hand: it moves, it does not jump."""
_FREE = 999.0
"""An arm that meets no face, however high it is raised."""
_STEP = 4
_ARM = 4.6
"""Half the thickness of an arm and its hand, in design units."""
_AIR = 2.0
"""Between a hand and somebody else's face, in design units."""
_HANGING = 10.0
"""Degrees of an arm that hangs: as far as it rises beside a face that is as near as that."""
_MOMENTS = 5
"""At which faces and arms of a shot are looked at, spread evenly."""
_UNDERWAY = 0.8
"""What is left for the arms of somebody whose whole body is on its way."""
_KNEE = 22.0
"""Degrees over which an arm comes to rest below its limit."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A figure with its puppet, its part and the shadow under its feet."""

    figure: StageFigure
    puppet: Puppet
    part: Performance | None
    shadow: skia.Image | None
    phase: float
    lifted: bool = False
    """A held thing is lifted to be seen: in all but wide shots, and whatever is carried over heads."""
    passes: tuple[Pass, ...] = ()
    limits: tuple[float, float] = (_FREE, _FREE)
    """Degrees that the near and the far arm may rise."""
    behind: bool = False
    """What they hold would lie over somebody's face, so it is drawn behind everybody."""
    kindled_s: float | None = None
    """When a dark thing begins to shine."""
    lean: Sequence[float] = ()
    """The body's lean at every second frame, in degrees; empty: as it is acted."""
    arms: tuple[Sequence[float], Sequence[float]] = ((), ())
    """Angles of the near and the far arm at every second frame; empty: as they are acted."""

    def pose(self, frame: int, t: float, height: int) -> Pose:
        """The pose at a frame; floating bodies rise and sink by themselves."""
        figure = self.figure
        held, shown = self.held(t)
        # whoever holds the thing at any time acts with that hand all the time as if it were full
        base = Pose(figure.x, figure.y, figure.facing, held=self.thing)
        pose = self.part.pose(frame, base) if self.part else base
        if self.lifted and shown > 0:
            pose = replace(pose, arm_near=pose.arm_near + max(0.0, SHOWN - pose.arm_near) * shown)
        dark = figure.dark and (self.kindled_s is None or t < self.kindled_s)
        pose = replace(pose, held=held, grasp=shown, dark=dark)
        near, far = self.limits
        if pose.arm_near > near - _KNEE or pose.arm_far > far - _KNEE:
            pose = replace(pose, arm_near=below(pose.arm_near, near), arm_far=below(pose.arm_far, far))
        if self.arms[0]:
            pose = replace(pose, arm_near=at_frame(self.arms[0], frame), arm_far=at_frame(self.arms[1], frame))
        if figure.floats:
            sway = 0.010 * height * math.sin(1.15 * t + self.phase)
            pose = replace(pose, y=pose.y + sway, lean=pose.lean + 1.6 * math.sin(0.8 * t + self.phase))
        if self.lean:
            pose = replace(pose, lean=at_frame(self.lean, frame))
        return pose

    def draw(self, canvas: skia.Canvas, pose: Pose) -> None:
        """Draw the figure, and its thing unless that lies behind everybody."""
        self.puppet.draw(canvas, pose, thing=not self.hung_back(pose))

    def draw_thing(self, canvas: skia.Canvas, pose: Pose) -> None:
        """Draw the thing that lies behind everybody, if there is one; before anybody is drawn."""
        if self.hung_back(pose):
            self.puppet.draw_thing(canvas, pose)

    def hung_back(self, pose: Pose) -> bool:
        """Whether the thing in the hand is drawn behind everybody: what towers would hide the face beside it."""
        return pose.held is not None and (self.behind or is_aloft(pose.held))

    @property
    def thing(self) -> str | None:
        """What they hold at any time of the shot."""
        who = self.figure.character_id
        return self.figure.held or next((one.thing for one in self.passes if one.taker == who), None)

    def held(self, t: float) -> tuple[str | None, float]:
        """What is in the hand at ``t`` seconds, and how far it is held up to be seen, 0..1."""
        held = self.figure.held
        shown = 1.0 if held else 0.0
        for one in self.passes:
            if one.giver == self.figure.character_id and t >= one.at_s:
                held, shown = None, 1.0 - swell(t, 0.8, one.at_s)
            elif one.taker == self.figure.character_id and t >= one.at_s + FLIGHT_S:
                held, shown = one.thing, swell(t, 0.8, one.at_s + FLIGHT_S)
        return held, shown


def below(angle: float, limit: float) -> float:
    """``angle`` kept under ``limit``, eased so that an arm slows down instead of stopping dead."""
    free = limit - _KNEE
    return angle if angle <= free else free + _KNEE * (1 - math.exp((free - angle) / _KNEE))


def restrained(actors: Sequence[Actor], beneath: Sequence[Collection[int]], frames: int, fps: float) -> list[Actor]:
    """The actors with arms that reach no face of another, at any moment looked at, and things that lie over none.

    ``beneath`` has, for each actor, the indices of those who are drawn before them. Bodies lean while they speak: what
    is a hand's breadth from a cheek at rest would be a blow. A hand that goes behind a face is seen as one that touches
    it; a thing that does is only behind it.
    """
    moments = _looked_at(frames)
    poses = [[actor.pose(frame, frame / fps, 0) for frame in moments] for actor in actors]
    faces = [[actor.puppet.face(pose) for pose in own] for actor, own in zip(actors, poses, strict=True)]
    out = []
    for index, actor in enumerate(actors):
        near, far = _FREE, _FREE
        for k, pose in enumerate(poses[index]):
            others = [own[k] for who, own in enumerate(faces) if who != index]
            covered = [own[k] for who, own in enumerate(faces) if who in beneath[index]]
            near = min(near, _limit(actor, pose, others, covered, near=True))
            far = min(far, _limit(actor, pose, others, (), near=False))
        out.append(replace(actor, limits=(near, far)))
    return out


def _looked_at(frames: int) -> list[int]:
    return sorted({round(k * (frames - 1) / (_MOMENTS - 1)) for k in range(_MOMENTS)})


def lies_over(actor: Actor, others: Sequence[Actor], frames: int, fps: float) -> bool:
    """Whether what an actor holds comes before anybody's eyes or mouth at any moment looked at."""
    if actor.thing is None:
        return False
    return any(
        _comes_before(_bounds(_outline(actor, actor.pose(frame, frame / fps, 0))), others, frame, fps)
        for frame in _looked_at(frames)
    )


def before_faces(prop: StageProp, actors: Sequence[Actor], frames: int, fps: float) -> bool:
    """Whether a thing that stands comes before anybody's eyes or mouth at any moment looked at, were it in front."""
    here = extent(prop.name, prop.x, prop.y, prop.size)
    return any(_comes_before(here, actors, frame, fps) for frame in _looked_at(frames))


def _comes_before(here: Box, actors: Sequence[Actor], frame: int, fps: float) -> bool:
    """Whether a box lies over anybody's eyes or mouth in a frame."""
    return any(_overlap(here, actor.puppet.features(actor.pose(frame, frame / fps, 0))) for actor in actors)


def _bounds(spots: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return min(xs), min(ys), max(xs), max(ys)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def steadied(actors: Sequence[Actor], frames: int, fps: float, width: float) -> list[Actor]:
    """The actors with bodies that lean, and arms that turn, no faster than their heads and hands may travel in a frame
    ``width`` pixels wide.
    """
    out = []
    for actor in actors:
        part = actor.part
        if part is None:
            out.append(actor)
            continue
        poses = [actor.pose(frame, frame / fps, 0) for frame in range(0, frames + 2, 2)]
        puppet = actor.puppet
        limit = 2 * math.degrees(HEAD_SPEED * width / (puppet.rig.top * puppet.unit))
        actor = replace(actor, lean=steady([pose.lean for pose in poses], limit))
        name = puppet.rig.hand_part
        other = name.replace("near", "far")
        names = [one for one in (name, other) if one in puppet.rig.by_name]
        if names:
            limit = 2 * min(turn_limit(puppet, one, one is name, width) for one in names)
            limit *= _UNDERWAY if part.walk is not None else 1.0
            near, far = (steady([getattr(pose, arm) for pose in poses], limit) for arm in ("arm_near", "arm_far"))
            actor = replace(actor, arms=(near, far))
        out.append(actor)
    return out


def _limit(actor: Actor, at: Pose, others: Sequence[Box], covered: Sequence[Box], near: bool) -> float:
    """Degrees that an arm may rise in the pose ``at`` without reaching a face; free where it meets none.

    What it holds may only come before the faces that are drawn after it: not before those of ``covered``.
    An arm that hangs over its owner's own face anyway is free, and so is that of somebody who only walks past.
    """
    puppet = actor.puppet
    name = puppet.rig.hand_part if near else puppet.rig.hand_part.replace("near", "far")
    if name not in puppet.rig.by_name or puppet.rig.holds == "back":
        return _FREE
    own = [puppet.features(at)] if near and puppet.arm_over_face else []
    passing = actor.part is not None and actor.part.walk is not None
    margin = _ARM * puppet.unit
    for angle in range(0, 180, _STEP):
        pose = replace(at, arm_near=float(angle)) if near else replace(at, arm_far=float(angle))
        spots = puppet.arm(pose, name)
        air = margin + _AIR * puppet.unit
        if _meets(spots, others, air) or (near and _meets(_outline(actor, pose), covered, air)):
            low = angle < 3 * _STEP
            return _FREE if low and passing else _HANGING if low else float(angle - _STEP)
        if _meets(spots, own, margin):
            if angle >= 3 * _STEP:
                return float(angle - _STEP)
            own = []  # it hangs over it anyway; what others' faces forbid still counts
    return _FREE


def _outline(actor: Actor, pose: Pose) -> list[tuple[float, float]]:
    """Points round the thing that an actor holds at any time of the shot, in pixels of the frame."""
    thing = actor.thing
    if thing is None:
        return []
    x, foot, tall = actor.puppet.held_spot(pose, thing)
    half = half_of(thing) * tall
    edges = [(x + side * half, foot - part * tall) for side in (-1, 1) for part in (0.5, 0.9)]
    return [(x, foot - tall), (x, foot - tall / 2), *edges]


def _meets(spots: Sequence[tuple[float, float]], boxes: Sequence[Box], margin: float) -> bool:
    return any(
        left - margin < x < right + margin and top - margin < y < bottom + margin
        for left, top, right, bottom in boxes
        for x, y in spots
    )


def fly(
    canvas: skia.Canvas, one: Pass, t: float, actors: Sequence[tuple[Actor, Pose]], props: Sequence[StageProp]
) -> None:
    """Draw a thing that is on its way from hand to hand, or between hand and ground."""
    part = (t - one.at_s) / FLIGHT_S
    if not 0.0 <= part < 1.0:
        return
    start, end = (_spot(one, who, actors, props) for who in (one.giver, one.taker))
    if start is None or end is None:
        return
    eased = part * part * (3 - 2 * part)
    x, y, tall = (a + (b - a) * eased for a, b in zip(start, end, strict=True))
    draw_prop(canvas, one.thing, x, y - 0.10 * tall * math.sin(math.pi * part), tall, seed=_seed(one, actors, props))


def _spot(
    one: Pass, who: str | None, actors: Sequence[tuple[Actor, Pose]], props: Sequence[StageProp]
) -> tuple[float, float, float] | None:
    """Where the thing is with ``who``, or on the ground: middle, foot and height, in pixels."""
    for actor, pose in actors:
        if actor.figure.character_id == who:
            return actor.puppet.held_spot(pose, one.thing)
    if who is not None:
        return None
    standing = next((prop for prop in props if prop.name == one.thing), None)
    if standing is not None:
        return standing.x, standing.y, standing.size
    giver = next((pair for pair in actors if pair[0].figure.character_id == one.giver), None)
    if giver is None:
        return None
    return laid(one, giver[0])


def laid(one: Pass, giver: Actor) -> tuple[float, float, float]:
    """Where a thing is laid down: on the ground before whoever lays it there."""
    figure = giver.figure
    _, _, tall = giver.puppet.held_spot(Pose(figure.x, figure.y, figure.facing), one.thing)
    return figure.x + figure.facing * 0.30 * figure.height, figure.y + 0.02 * figure.height, tall


def _seed(one: Pass, actors: Sequence[tuple[Actor, Pose]], props: Sequence[StageProp]) -> int:
    """The seed of the thing's edge: that of the hand which holds it, or the thing's own on the ground."""
    standing = next((prop for prop in props if prop.name == one.thing and one.giver is None), None)
    if standing is not None:
        return standing.seed
    return next((actor.puppet.seed for actor, _ in actors if actor.figure.character_id == one.giver), 0)

"""How far anything moves between two frames, by the rig's own truth: every joint and the end of every limb."""

from __future__ import annotations

import math
from collections.abc import Iterator

from resources.cutout.cast.rig import Part, Place
from resources.cutout.draw import Painter

Spots = dict[tuple[str, str], tuple[float, float]]
"""(who, which joint) -> where it is, in pixels of the frame."""


def spots(painter: Painter, number: int) -> Spots:
    """Where every joint, every limb's end, every corner of a head and every held thing is in a frame."""
    found: Spots = {}
    for figure, puppet, pose in painter.poses(number):
        known: dict[str, Place] = {}
        side = -1 if pose.facing < 0 else 1
        left, top, right, bottom = puppet.face(pose)
        here = {"brow": (left, top), "chin": (right, bottom)}
        if pose.held:
            x, foot, tall = puppet.held_spot(pose, pose.held)
            here["held"] = (x, foot - tall)
        for part in puppet.rig.parts:
            place = puppet.rig.place(part.name, pose, known)
            ends = {part.name: (0.0, 0.0), f"{part.name}'s end": _end(part)}
            if part.name == puppet.rig.hand_part:
                ends["hand"] = puppet.rig.hand
            for name, point in ends.items():
                x, y = place.at(*point)
                here[name] = pose.x + side * x * puppet.unit, pose.y + y * puppet.unit
        for name, (x, y) in here.items():
            x = pose.x + (x - pose.x) * pose.squeeze
            found[figure.character_id, name] = painter.in_frame(x, y, number, figure.depth)
    return found


def jumps(painter: Painter, frames: int) -> Iterator[tuple[float, int, str, str]]:
    """(part of the frame's width, frame, who, joint) for every joint that is in the frame before and after a step."""
    width, height = painter.width, painter.height
    before = spots(painter, 0)
    for number in range(1, frames):
        here = spots(painter, number)
        for key, point in here.items():
            last = before.get(key)
            if last is not None and _inside(point, width, height) and _inside(last, width, height):
                yield math.dist(point, last) / width, number, *key
        before = here


def _end(part: Part) -> tuple[float, float]:
    """The far end of a part: the middle of that edge of its box which lies farthest from its pivot."""
    left, top, right, bottom = part.box
    edges = [
        ((left + right) / 2, top),
        ((left + right) / 2, bottom),
        (left, (top + bottom) / 2),
        (right, (top + bottom) / 2),
    ]
    return max(edges, key=lambda point: math.hypot(*point))


def _inside(point: tuple[float, float], width: float, height: float) -> bool:
    return 0 <= point[0] < width and 0 <= point[1] < height

"""Bodies that are never thrown: how far an arm or a back may turn between two frames, and a track that holds to it.

Bodies are drawn on twos. A hand is the fastest part of a body and the farthest from its pivot, so a gesture that is
right in a wide shot would leap across a close one. An arm therefore turns no faster than its hand may travel, begins
and ends softly, and moves on ones as long as it is fast, as animators do with fast movements.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from resources.cutout.cast.pose import Pose
from resources.cutout.cast.puppet import Puppet

HAND_SPEED = 0.0145
"""Of the frame's width, in one frame: what an arm may add to whatever moves the body."""
HEAD_SPEED = 0.010
"""Of the frame's width, in one frame: what a body that leans may add to its head's own way."""
SHOWN = 96.0
"""Degrees that an arm is raised at least to show what it holds, in all but wide shots."""
SLOW = 2.0
"""Degrees in two frames; below, an arm stays on twos."""
_PROBE = 6
"""Degrees between two angles at which a hand's way is measured."""


def turn_limit(puppet: Puppet, name: str, near: bool, width: float) -> float:
    """Degrees that an arm may turn in one frame so that its hand goes no further than ``HAND_SPEED`` of ``width``."""
    spots = []
    for angle in range(0, 180, _PROBE):
        still = Pose(0.0, 0.0, arm_near=float(angle)) if near else Pose(0.0, 0.0, arm_far=float(angle))
        spots.append(puppet.arm(still, name)[-1])
    ways = [math.dist(a, b) for a, b in pairwise(spots)]
    return HAND_SPEED * width * _PROBE / max(1e-6, *ways)


def steady(angles: Sequence[float], limit: float) -> list[float]:
    """``angles`` at every second frame, so that no two neighbours differ by more than ``limit`` degrees.

    The mean of an upper and a lower envelope: no delay, and the same whichever way time runs. Where only one of them
    moves, the mean is half as fast, so both may be twice as fast as the limit unless the movements lie close together.
    A mean over three softens where it begins and stops, and never makes a step larger.
    """
    allowed = 2 * limit
    while True:
        high, low = _bounded(angles, allowed, max), _bounded([-angle for angle in angles], allowed, max)
        track = [(a - b) / 2 for a, b in zip(high, low, strict=True)]
        padded = [*track[:1], *track, *track[-1:]]
        track = [(padded[k] + 2 * padded[k + 1] + padded[k + 2]) / 4 for k in range(len(track))]
        if allowed <= limit or all(abs(b - a) <= limit for a, b in pairwise(track)):
            return track
        allowed *= 0.8


def _bounded(angles: Sequence[float], limit: float, pick: Callable[[float, float], float]) -> list[float]:
    """The envelope over ``angles`` whose steps are no larger than ``limit``, swept from both ends."""
    track = list(angles)
    for order in (range(1, len(track)), range(len(track) - 2, -1, -1)):
        step = 1 if order.step > 0 else -1
        for k in order:
            track[k] = pick(track[k], track[k - step] - limit)
    return track


def at_frame(track: Sequence[float], frame: int) -> float:
    """The angle in ``frame`` of a track of every second frame: held while it is slow, on its way when it is fast."""
    index = min(frame // 2, len(track) - 1)
    here, there = track[index], track[min(index + 1, len(track) - 1)]
    if frame % 2 == 0 or abs(there - here) < SLOW:
        return here
    return (here + there) / 2

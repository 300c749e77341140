"""A performance: what a character does in every frame of a shot.

Everything is a pure function of the frame's number, so that frames may be drawn in any order and by any process. The
body moves on twos (a new pose every second frame, as in cut-out animation), mouth, lids and the walk across the stage
on ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resources.cutout import paper
from resources.cutout.cast.lips import Lips
from resources.cutout.cast.pose import Pose
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Emotion

_BLINK_S = 0.2
_STEP_S = 0.46
"""Seconds for a left and a right step."""
_MAX_SPEED = 0.026
"""Of the frame's width, in one frame at 24 frames a second: below what reads as a jump."""


@dataclass(frozen=True, slots=True)
class Temper:
    """How a feeling holds a body."""

    lean: float
    arm_near: float
    arm_far: float
    energy: float
    """Size of gestures."""
    breath: float
    """Depth of the breath, of the body's height."""
    rate: float
    """Breaths a second."""
    gaze: tuple[float, float]
    """Where the eyes rest when nothing draws them; x towards the front."""
    darts: float
    """Seconds between glances."""


_TEMPERS: dict[Emotion, Temper] = {
    Emotion.NEUTRAL: Temper(0.0, 12.0, 9.0, 0.8, 0.006, 0.30, (0.15, 0.0), 1.8),
    Emotion.HAPPY: Temper(-1.0, 24.0, 18.0, 1.15, 0.010, 0.46, (0.2, -0.1), 1.3),
    Emotion.SAD: Temper(5.0, 4.0, 3.0, 0.45, 0.007, 0.22, (0.1, 0.62), 2.8),
    Emotion.ANGRY: Temper(4.0, 20.0, 16.0, 1.2, 0.008, 0.52, (0.5, 0.0), 2.2),
    Emotion.AFRAID: Temper(-4.5, 48.0, 40.0, 0.6, 0.006, 0.75, (0.2, 0.0), 0.7),
    Emotion.SURPRISED: Temper(-3.5, 34.0, 30.0, 0.9, 0.006, 0.4, (0.3, -0.2), 1.4),
    Emotion.TENDER: Temper(2.5, 26.0, 10.0, 0.6, 0.007, 0.26, (0.25, 0.15), 2.4),
    Emotion.DETERMINED: Temper(5.0, 18.0, 14.0, 1.0, 0.007, 0.36, (0.6, -0.08), 2.6),
}


@dataclass(frozen=True, slots=True)
class _Gesture:
    """A movement of the arms on a stressed word; seconds and degrees."""

    rise: float
    top: float
    end: float
    near: float
    far: float
    lean: float

    def weight(self, t: float) -> float:
        """0..1: anticipates the word, holds it, lets go slowly."""
        fall = 0.42
        if t <= self.rise or t >= self.end + fall:
            return 0.0
        if t < self.top:
            return _ease((t - self.rise) / (self.top - self.rise))
        return 1.0 if t < self.end else 1 - _ease((t - self.end) / fall)

    def dip(self, t: float) -> float:
        """A small movement the other way just before the arm goes up, 0..1."""
        u = (t - self.rise + 0.14) / 0.2
        return math.sin(math.pi * u) if 0 < u < 1 else 0.0


def _ease(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


class Performance:
    """One character's acting in one shot."""

    def __init__(
        self,
        character_id: str,
        seed: int,
        fps: float,
        emotion: Emotion,
        lines: Sequence[TimedLine],
        partner_side: float,
        entrance: str | None = None,
        width: float = 1280.0,
    ) -> None:
        """Plan the acting.

        ``lines`` are all lines of the shot, times in 48 kHz samples from its start. ``partner_side`` says where the
        partner stands in the frame: -1 left, 1 right, 0 behind the camera. ``entrance`` is "left", "right" or None:
        the side from which the character walks in; ``width`` is that of the frame in pixels and bounds the walk.
        """
        self.character_id, self.fps, self.emotion = character_id, float(fps), emotion
        self.partner, self.entrance, self.width = float(partner_side), entrance, float(width)
        self._seed = paper.seed("acting", character_id, seed)
        self._temper = _TEMPERS[emotion]
        own = [line for line in lines if line.character_id == character_id]
        self._own = [(line.start / SAMPLE_RATE, line.end / SAMPLE_RATE) for line in own]
        self._others = [(o.start / SAMPLE_RATE, o.end / SAMPLE_RATE) for o in lines if o.character_id != character_id]
        self._lips = Lips(own, self.fps)
        self._words = [(w.start / SAMPLE_RATE, w.end / SAMPLE_RATE) for line in own for w in line.words]
        self._gestures = [gesture for line in own for gesture in self._plan_gestures(line)]
        self._blinks = [paper.rng(self._seed, "blink").uniform(0.6, 3.0)]
        self._glances = [(-1.0, 0)]
        stream = paper.rng(self._seed, "phase")
        self._phase, self._sway = stream.uniform(0, math.tau), stream.uniform(0, math.tau)

    def pose(self, frame: int, base: Pose) -> Pose:
        """The pose in ``frame`` (0 is the first of the shot); ``base`` gives place, facing and held thing."""
        fine = frame / self.fps
        t = frame // 2 * 2 / self.fps
        temper, feeling = self._temper, self.emotion
        breath = math.sin(math.tau * temper.rate * t + self._phase)
        bob = temper.breath * breath
        lean = temper.lean + 0.7 * math.sin(math.tau * 0.11 * t + self._sway)
        near = temper.arm_near + 2.5 * breath
        far = temper.arm_far + 2.0 * math.sin(math.tau * temper.rate * t + self._phase - 0.7)
        x, y, stride = base.x, base.y, 0.0
        if base.held:
            near = max(near, 30.0)
        gaze = self._gaze(t)
        talking, hearing = self._during(self._own, t, 0.05), self._during(self._others, t, 0.0)

        if feeling is Emotion.HAPPY:
            bob += 0.013 * abs(math.sin(math.tau * 0.85 * t + self._phase)) * (1.0 if talking else 0.75)
        elif feeling is Emotion.AFRAID:
            shiver = paper.rng(self._seed, "shiver", frame // 2)
            lean += shiver.uniform(-0.7, 0.7)
            near, far = near + shiver.uniform(-2.5, 2.5), far + shiver.uniform(-2.5, 2.5)
            x += shiver.uniform(-0.0009, 0.0009) * self.width
        elif feeling is Emotion.ANGRY and talking:
            bob += 0.006 * math.sin(math.tau * 2.1 * t)

        beat = self._beat(t)
        if talking:
            bob += 0.007 * beat
            lean += 1.3 * beat * temper.energy
            gaze = (gaze[0], gaze[1] + 0.16 * beat)
        for gesture in self._gestures:
            weight, dip = gesture.weight(t), gesture.dip(t)
            if not base.held:
                near += (gesture.near - near) * weight - 7.0 * dip
            else:
                near += (gesture.near * 0.35 + 20 - near) * weight * 0.5
            far += (gesture.far - far) * weight - 4.0 * dip
            lean += gesture.lean * weight - 0.8 * dip
        if hearing and not talking:
            nod = self._nod(t)
            gaze = (gaze[0], gaze[1] + 0.55 * nod)
            bob -= 0.006 * nod
            lean += 1.2 * (1 if self.partner * base.facing > 0 else 0.3)
        if self.entrance in ("left", "right"):
            offset, walking = self._walk(fine, base)
            x += offset
            if walking > 0:
                at = math.tau * t / _STEP_S
                stride = math.sin(at) * walking
                bob += 0.016 * abs(math.cos(at)) * walking
                lean += 4.0 * walking
                if not base.held:
                    near += (14.0 + 24.0 * math.sin(at) - near) * walking
                far += (14.0 + 24.0 * math.sin(at) - far) * walking
            else:
                since = fine - self._walk_time(base)
                if since < 0.5:  # weight settles on both feet
                    bob -= 0.012 * math.sin(math.pi * since / 0.5) * (1 - since)
        return replace(
            base,
            x=x,
            y=y,
            emotion=feeling,
            mouth=self._lips.at(frame),
            blink=self._blink(fine),
            gaze=(max(-1.0, min(1.0, gaze[0])), max(-1.0, min(1.0, gaze[1]))),
            arm_near=near,
            arm_far=far,
            lean=lean,
            bob=bob,
            stride=stride,
        )

    def blink_times(self, until: float) -> list[float]:
        """When the blinks before ``until`` begin, in seconds: two to six seconds apart."""
        while self._blinks[-1] < until:
            stream = paper.rng(self._seed, "blink", len(self._blinks))
            self._blinks.append(self._blinks[-1] + stream.triangular(2.05, 5.95, 3.2))
        return [t for t in self._blinks if t < until]

    def _blink(self, t: float) -> float:
        times = self.blink_times(t + 1e-6)
        if not times or t - times[-1] >= _BLINK_S:
            return 0.0
        u = (t - times[-1]) / _BLINK_S
        return min(1.0, 1.25 * math.sin(math.pi * min(1.0, (u + 0.16) / 1.16)))

    @staticmethod
    def _during(spans: Sequence[tuple[float, float]], t: float, slack: float) -> bool:
        return any(start - slack <= t < end + slack for start, end in spans)

    def _gaze(self, t: float) -> tuple[float, float]:
        """Where the eyes are: a new target every so often, reached in two pictures."""
        while self._glances[-1][0] <= t:
            count = len(self._glances)
            stream = paper.rng(self._seed, "dart", count)
            self._glances.append((self._glances[-1][0] + self._temper.darts * stream.uniform(0.6, 1.5), count))
        index = max(i for i, (start, _) in enumerate(self._glances) if start <= t)
        start = self._glances[index][0]
        here = self._target(index, t)
        if index and t - start < 0.08:
            before = self._target(index - 1, t)
            return (before[0] + here[0]) / 2, (before[1] + here[1]) / 2
        return here

    def _target(self, index: int, t: float) -> tuple[float, float]:
        stream = paper.rng(self._seed, "look", index)
        rest, roll = self._temper.gaze, stream.random()
        jitter = stream.uniform(-0.12, 0.12), stream.uniform(-0.1, 0.1)
        side = self.partner or stream.choice((-0.15, 0.15))
        towards = (0.72 * side if self.partner else 0.0, 0.04)
        if self._during(self._others, t, 0.15):
            pick = towards if roll < 0.9 else (0.45 * side, 0.1)
        elif self._during(self._own, t, 0.2):
            # speakers look away to think, and back to see how it is taken
            pick = towards if roll < 0.66 else (-0.4 * side, -0.4) if roll < 0.84 else (0.1 * side, 0.12)
        else:
            pick = towards if roll < 0.42 else (rest[0] * 2.2 * side, rest[1]) if roll < 0.8 else (-0.5 * side, -0.1)
        weight = 0.5 if self.emotion is Emotion.SAD else 0.25
        return pick[0] + jitter[0], pick[1] * (1 - weight) + rest[1] * weight + jitter[1]

    def _beat(self, t: float) -> float:
        """A pulse on each spoken word, 0..1."""
        best = 0.0
        for start, end in self._words:
            u = (t - start + 0.03) / max(0.12, min(0.4, end - start + 0.06))
            if 0 < u < 1:
                best = max(best, math.sin(math.pi * u) * min(1.0, 0.35 + (end - start) * 1.6))
        return best

    def _nod(self, t: float) -> float:
        """Listening: a nod now and then, 0..1."""
        for number, (start, end) in enumerate(self._others):
            if start <= t < end + 0.3:
                stream = paper.rng(self._seed, "nod", number)
                at = start + stream.uniform(0.5, 1.1)
                while at < end + 0.2:
                    u = (t - at) / 0.5
                    if 0 <= u < 1:
                        return math.sin(math.pi * u) ** 2
                    at += stream.uniform(1.2, 2.4)
        return 0.0

    def _plan_gestures(self, line: TimedLine) -> list[_Gesture]:
        """A gesture for each stressed word: the long ones, not nearer to each other than a good second."""
        words = [w for w in line.words if w.end > w.start]
        weight = {i: (w.end - w.start) / SAMPLE_RATE + 0.035 * len(w.text) for i, w in enumerate(words)}
        chosen: list[int] = []
        for i in sorted(weight, key=lambda k: (-weight[k], k)):
            if weight[i] >= 0.42 and all(abs(words[i].start - words[k].start) > 1.05 * SAMPLE_RATE for k in chosen):
                chosen.append(i)
        gestures = []
        for i in sorted(chosen):
            stream = paper.rng(self._seed, "gesture", line.start, i)
            energy = self._temper.energy * stream.uniform(0.85, 1.15)
            start, end = words[i].start / SAMPLE_RATE, words[i].end / SAMPLE_RATE
            near, far, lean = stream.choice(
                ((78.0, 16.0, 2.0), (62.0, 56.0, 1.0), (104.0, 12.0, 2.6), (48.0, 74.0, 1.4), (128.0, 24.0, -1.0))
            )
            gestures.append(
                _Gesture(
                    start - 0.2,
                    start + 0.04,
                    end + stream.uniform(0.12, 0.4),
                    near * energy,
                    far * energy,
                    lean * energy,
                )
            )
        return gestures

    def _walk_distance(self, base: Pose) -> float:
        room = base.x if self.entrance == "left" else self.width - base.x
        return max(0.0, room) + 0.14 * self.width

    def _walk_time(self, base: Pose) -> float:
        """Seconds; at least one, and as many as the distance needs at a speed that does not jump."""
        return max(1.0, 1.25 * self._walk_distance(base) / (_MAX_SPEED * self.width * min(self.fps, 24.0)))

    def _walk(self, t: float, base: Pose) -> tuple[float, float]:
        """Offset in pixels and how much of a walk it still is, 0..1: even speed, then the last steps slow down."""
        whole = self._walk_time(base)
        if t >= whole:
            return 0.0, 0.0
        u, brake = t / whole, 0.4
        # distance covered: constant speed v until 1 - brake, then falling to zero; v makes the whole 1
        v = 1 / (1 - brake / 2)
        if u < 1 - brake:
            covered = v * u
        else:
            r = (u - (1 - brake)) / brake
            covered = v * (1 - brake) + v * brake * (r - r * r / 2)
        slow = 1.0 if u < 1 - brake else 1 - (u - 1 + brake) / brake
        sign = -1.0 if self.entrance == "left" else 1.0
        return sign * self._walk_distance(base) * (1 - covered), 0.25 + 0.75 * slow

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
from resources.cutout.cast.business import BUSINESS, Doing
from resources.cutout.cast.feeling import TEMPERS, Feelings, temper_at
from resources.cutout.cast.lips import Lips
from resources.cutout.cast.pose import Pose
from resources.cutout.cast.walk import Walk
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Emotion

_BLINK_S = 0.2
_FOLLOW_S = 0.36


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
        walk: Walk | None = None,
        business: str | None = None,
        width: float = 1280.0,
        height: float = 300.0,
        seconds: float = 4.0,
        partner_rise: float = 0.0,
    ) -> None:
        """Plan the acting.

        ``lines`` are all lines of the shot, times in 48 kHz samples from its start. ``partner_side`` says where the
        partner stands in the frame: -1 left, 1 right, 0 behind the camera; ``partner_rise`` how far up (negative) or
        down their eyes are, as a gaze. ``business`` is a key of ``BUSINESS``. ``width`` is that of the frame and
        ``height`` that of the body, in pixels; ``seconds`` is the length of the shot.
        """
        self.character_id, self.fps, self.emotion = character_id, float(fps), emotion
        self.partner, self.width, self.height = float(partner_side), float(width), float(height)
        self.rise, self.seconds = float(partner_rise), float(seconds)
        self.walk, self._business = walk, BUSINESS[business] if business else None
        self._seed = paper.seed("acting", character_id, seed)
        self._temper = TEMPERS[emotion]
        self._feelings = Feelings(character_id, emotion, lines)
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
        before, feeling, felt = self._feelings.at(t)
        temper = temper_at(before, feeling, felt)
        breath = math.sin(math.tau * self._temper.rate * t + self._phase)
        bob = temper.breath * breath
        lean = temper.lean + 0.7 * math.sin(math.tau * 0.11 * t + self._sway)
        near = temper.arm_near + 2.5 * breath
        far = temper.arm_far + 2.0 * math.sin(math.tau * self._temper.rate * t + self._phase - 0.7)
        x, facing, squeeze, stride = base.x, base.facing, 1.0, 0.0
        if base.held:
            near = max(near, 30.0)
        gaze = eyes = self._gaze(t)
        talking, hearing = self._level(self._own, t), self._level(self._others, t)

        level = felt if feeling is not before else 1.0
        if feeling is Emotion.HAPPY:
            bob += 0.013 * level * abs(math.sin(math.tau * 0.85 * t + self._phase)) * (0.75 + 0.25 * talking)
        elif feeling is Emotion.AFRAID:
            shiver = paper.rng(self._seed, "shiver", frame // 2)
            lean += shiver.uniform(-0.7, 0.7) * level
            near, far = near + shiver.uniform(-2.5, 2.5) * level, far + shiver.uniform(-2.5, 2.5) * level
            x += shiver.uniform(-0.0009, 0.0009) * self.width * level
        elif feeling is Emotion.ANGRY:
            bob += 0.006 * level * talking * math.sin(math.tau * 2.1 * t)

        # what moves a small figure by a hand's breadth would throw a large one out of the frame
        room = min(1.0, 0.34 * self.width / self.height)
        doing = self._business(t, self.seconds) if self._business else Doing()
        if doing.weight > 0:
            w = doing.weight
            lean, bob = lean + doing.lean * w * math.sqrt(room), bob + doing.bob * w * room
            x += facing * doing.x * w * self.height * room
            near = near if doing.near is None else near + (doing.near - near) * w
            far = far if doing.far is None else far + (doing.far - far) * w
            # who is spoken to, or speaks, looks at the others in between
            w *= 0.9 - 0.65 * hearing if hearing > 0 else 0.9 - (0.4 * talking if self.partner else 0.0)
            if doing.gaze is not None:
                gaze = (gaze[0] + (doing.gaze[0] * facing - gaze[0]) * w, gaze[1] + (doing.gaze[1] - gaze[1]) * w)
        beat = self._beat(t)
        bob += 0.007 * beat * math.sqrt(room)
        lean += 1.3 * beat * temper.energy * room
        gaze = (gaze[0], gaze[1] + 0.16 * beat)
        for gesture in self._gestures:
            weight, dip = gesture.weight(t), gesture.dip(t)
            if not base.held:
                near += (gesture.near - near) * weight - 7.0 * dip
            else:
                near += (gesture.near * 0.35 + 20 - near) * weight * 0.5
            far += (gesture.far - far) * weight - 4.0 * dip
            lean += (gesture.lean * weight - 0.8 * dip) * math.sqrt(room)
        if hearing > 0:
            hearing *= 1.0 - talking
            nod = self._nod(t) * hearing
            gaze = (gaze[0], gaze[1] + 0.55 * nod)
            bob -= 0.006 * nod
            lean += 1.2 * hearing * (1 if self.partner * facing > 0 else 0.3)
        if self.walk is not None:
            step, on_twos = self.walk.at(fine), self.walk.at(t)
            x += step.offset
            if self.walk.kind != "in" and self.walk.heading != facing:
                squeeze = 1.0 if step.turned >= 1.0 else max(0.1, abs(math.cos(math.pi * step.turned)))
                facing = facing if step.turned < 0.5 else self.walk.heading
            if on_twos.going > 0:
                going, at = on_twos.going, on_twos.phase
                swing = 34.0 if self.walk.runs else 24.0
                stride = math.sin(step.phase) * step.going  # on ones, as the ground under the feet
                bob += (0.026 if self.walk.runs else 0.016) * abs(math.cos(at)) * going
                lean += (9.0 if self.walk.runs else 4.0) * going
                if not base.held:
                    near += (14.0 + swing * math.sin(at) - near) * going
                far += (14.0 + swing * math.sin(at) - far) * going
            bob -= 0.012 * on_twos.settling
        return replace(
            base,
            x=x,
            facing=facing,
            squeeze=squeeze,
            emotion=feeling,
            before=before,
            felt=felt,
            mouth=self._lips.at(frame),
            blink=self._blink(fine),
            gaze=(max(-1.0, min(1.0, gaze[0])), max(-1.0, min(1.0, gaze[1]))),
            bow=max(-1.0, min(1.0, self._followed(t) + gaze[1] - eyes[1])),
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

    @staticmethod
    def _level(spans: Sequence[tuple[float, float]], t: float) -> float:
        """How much ``t`` is inside a span, 0..1: attention comes and goes in a quarter of a second."""
        return max((_ease(min(t - start + 0.1, end + 0.25 - t) / 0.25) for start, end in spans), default=0.0)

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

    def _followed(self, t: float) -> float:
        """Where the head is on its way after the eyes, up and down: their mean over a third of a second."""
        return sum(self._gaze(max(0.0, t - k * _FOLLOW_S / 4))[1] for k in range(5)) / 5

    def _target(self, index: int, t: float) -> tuple[float, float]:
        stream = paper.rng(self._seed, "look", index)
        rest, roll = self._temper.gaze, stream.random()
        jitter = stream.uniform(-0.12, 0.12), stream.uniform(-0.1, 0.1)
        side = self.partner or stream.choice((-0.15, 0.15))
        towards = (0.72 * side if self.partner else 0.0, 0.04 + self.rise)
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
                    start - 0.28,
                    start + 0.04,
                    end + stream.uniform(0.12, 0.4),
                    near * energy,
                    far * energy,
                    lean * energy,
                )
            )
        return gestures

"""What a feeling does to a body, and how feelings follow each other through a shot.

A character feels what its own line means from a moment before it is said, and answers what others say with its face:
whoever is shouted at starts, whoever hears of sorrow softens. Changes take half a second, in face and bearing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resources.cutout.cast.pose import Pose
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Emotion

CHANGE_S = 0.55
"""Seconds in which one feeling becomes the next."""
_AHEAD_S, _BEHIND_S = 0.35, 0.3
"""A feeling shows before the word it moves, and after the word that woke it."""


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


TEMPERS: Mapping[Emotion, Temper] = {
    Emotion.NEUTRAL: Temper(0.0, 12.0, 9.0, 0.8, 0.006, 0.30, (0.15, 0.0), 1.8),
    Emotion.HAPPY: Temper(-1.0, 24.0, 18.0, 1.15, 0.010, 0.46, (0.2, -0.1), 1.3),
    Emotion.SAD: Temper(5.0, 4.0, 3.0, 0.45, 0.007, 0.22, (0.1, 0.62), 2.8),
    Emotion.ANGRY: Temper(4.0, 20.0, 16.0, 1.2, 0.008, 0.52, (0.5, 0.0), 2.2),
    Emotion.AFRAID: Temper(-4.5, 48.0, 40.0, 0.6, 0.006, 0.75, (0.2, 0.0), 0.7),
    Emotion.SURPRISED: Temper(-3.5, 34.0, 30.0, 0.9, 0.006, 0.4, (0.3, -0.2), 1.4),
    Emotion.TENDER: Temper(2.5, 26.0, 10.0, 0.6, 0.007, 0.26, (0.25, 0.15), 2.4),
    Emotion.DETERMINED: Temper(5.0, 18.0, 14.0, 1.0, 0.007, 0.36, (0.6, -0.08), 2.6),
}
ANSWERS: Mapping[Emotion, Emotion] = {
    Emotion.HAPPY: Emotion.HAPPY,
    Emotion.SAD: Emotion.TENDER,
    Emotion.ANGRY: Emotion.SURPRISED,
    Emotion.AFRAID: Emotion.SURPRISED,
    Emotion.TENDER: Emotion.TENDER,
}
"""What a line wakes in whoever listens; what is missing wakes nothing of its own."""
HEAD_TILT: Mapping[Emotion, float] = {
    Emotion.SAD: 8.0,
    Emotion.TENDER: 4.0,
    Emotion.HAPPY: -3.0,
    Emotion.SURPRISED: -5.0,
    Emotion.AFRAID: -2.0,
    Emotion.DETERMINED: 3.0,
    Emotion.ANGRY: 4.0,
}
"""Degrees; positive bows the head."""
EAR_MOOD: Mapping[Emotion, float] = {
    Emotion.SAD: -1.0,
    Emotion.AFRAID: -0.9,
    Emotion.TENDER: -0.35,
    Emotion.ANGRY: -0.6,
    Emotion.SURPRISED: 0.5,
    Emotion.HAPPY: 0.25,
}
"""-1 flat, 1 pricked."""


def head_tilt(pose: Pose) -> float:
    """Degrees that the feeling bows the head."""
    return _between(HEAD_TILT, pose)


def ear_mood(pose: Pose) -> float:
    """How ears, wings and tails show the feeling: -1 flat, 1 pricked."""
    return _between(EAR_MOOD, pose)


def _between(table: Mapping[Emotion, float], pose: Pose) -> float:
    now = table.get(pose.emotion, 0.0)
    if pose.felt >= 1.0:
        return now
    return table.get(pose.before, 0.0) * (1 - pose.felt) + now * pose.felt


def temper_at(before: Emotion, now: Emotion, felt: float) -> Temper:
    """The bearing between two feelings; breath and glances keep the rhythm of ``before`` until the change is done."""
    old, new = TEMPERS[before], TEMPERS[now]
    if felt >= 1.0 or before is now:
        return new

    def mixed(a: float, b: float) -> float:
        return a + (b - a) * felt

    return Temper(
        mixed(old.lean, new.lean),
        mixed(old.arm_near, new.arm_near),
        mixed(old.arm_far, new.arm_far),
        mixed(old.energy, new.energy),
        mixed(old.breath, new.breath),
        old.rate,
        (mixed(old.gaze[0], new.gaze[0]), mixed(old.gaze[1], new.gaze[1])),
        old.darts,
    )


class Feelings:
    """The feelings of one character through a shot."""

    def __init__(self, character_id: str, shot: Emotion, lines: Sequence[TimedLine]) -> None:
        """``shot`` is what is felt until a line says otherwise; ``lines`` are everybody's."""
        keys: list[tuple[float, Emotion]] = [(-10.0, shot)]
        for line in sorted(lines, key=lambda one: one.start):
            meant = line.emotion or shot
            if line.character_id == character_id:
                keys.append((line.start / SAMPLE_RATE - _AHEAD_S, meant))
            elif line.emotion is not None:
                # who has a feeling of its own keeps it; who only shares the shot's answers the speaker
                own = shot is not Emotion.NEUTRAL and shot is not meant
                keys.append((line.start / SAMPLE_RATE + _BEHIND_S, shot if own else ANSWERS.get(meant, shot)))
        self._keys = [keys[0]]
        for at, feeling in keys[1:]:
            if feeling is not self._keys[-1][1]:
                self._keys.append((max(at, self._keys[-1][0] + CHANGE_S), feeling))
        self._starts = [at for at, _ in self._keys]

    def at(self, t: float) -> tuple[Emotion, Emotion, float]:
        """What was felt, what is felt now, and how far the one has become the other, at ``t`` seconds."""
        index = bisect_right(self._starts, t) - 1
        now = self._keys[max(0, index)][1]
        if index < 1:
            return now, now, 1.0
        part = min(1.0, (t - self._starts[index]) / CHANGE_S)
        return self._keys[index - 1][1], now, part * part * (3 - 2 * part)

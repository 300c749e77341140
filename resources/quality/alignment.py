"""Where picture and sound of every shot really lie in the finished film, found by comparing, not by reading numbers.

Picture: the change from frame to frame of a clip is found again in that of the film. Sound: the dialogue of a shot is
found again in the film's mix. Both by normalised cross-correlation around the place where the cut sheet says they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from schemas.time import SAMPLE_RATE

FRAMES = 12
"""Frames each way in which a picture is looked for."""
SECONDS = 0.5
"""Seconds each way in which a sound is looked for."""
SURE = 0.5
"""Normalised correlation from which a place is found."""
CLEARLY = 0.02
"""By how much another place must be better than the one the cut sheet names: who moves on twos looks alike two frames
later (0.99 of it, measured), a held note sounds alike at every period, and noise decides between the two."""
BUSY = 0.25
"""Levels by which the changes of a shot must vary for it to be known by them; the encoder's own noise is 0.1 to 0.2."""
LONGEST = 4 * SAMPLE_RATE
"""Samples of dialogue that are compared: more would find nothing else."""
EVERY = 8
"""Sound is compared at 6 kHz: a lag is known to 0.17 ms."""


def picture_lag(clip: Sequence[float], film: Sequence[float], start: int, skip: int = 0) -> int | None:
    """Frames by which a clip comes later in the film than ``start``; None when it is not found there.

    ``clip`` and ``film`` are changes from frame to frame; the first ``skip`` frames of the clip lie in a transition.
    """
    own = _calmed(clip[skip + 1 : max(0, len(clip) - FRAMES)])  # what comes after the shot is none of its own
    whole = _calmed(film)
    if len(own) < FRAMES or own.std() < BUSY:
        return None
    own = _normal(own)
    scores: dict[int, float] = {}
    for lag in range(-FRAMES, FRAMES + 1):
        at = start + skip + 1 + lag
        part = whole[max(0, at) : at + len(own)]
        if at >= 0 and len(part) == len(own):
            scores[lag] = float(_normal(part) @ own)
    best = max(sorted(scores, key=abs), key=lambda lag: scores[lag], default=0)
    if scores.get(best, 0.0) <= SURE:
        return None
    return 0 if scores[best] < scores.get(0, 0.0) + CLEARLY else best


def sound_lag(dialogue: Sound, film: Sound, start: int) -> int | None:
    """Samples by which ``dialogue`` (mono) comes later in ``film`` (mono) than sample ``start``; None if not found."""
    heard = np.flatnonzero(np.abs(dialogue) > 1e-3)
    if not len(heard):
        return None
    first = int(heard[0])
    own = _thin(dialogue[first : first + LONGEST])
    reach = round(SECONDS * SAMPLE_RATE)
    begin = max(0, start + first - reach)
    part = _thin(film[begin : start + first + LONGEST + reach])
    if len(own) < SAMPLE_RATE // EVERY // 5 or len(part) <= len(own):
        return None
    size = 1 << (len(part) + len(own)).bit_length()
    raw = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(own, size)), size)[: len(part) - len(own) + 1]
    power = np.concatenate([[0.0], np.cumsum(np.square(part))])
    energy = np.sqrt(np.maximum(power[len(own) :] - power[: -len(own)], 1e-12)) * float(np.linalg.norm(own))
    score = raw / energy
    at, due = int(np.argmax(score)), (start + first - begin) // EVERY
    if score[at] < SURE:
        return None
    # a held note fits at every period of it: another place counts only where it fits clearly better than the due one
    if score[due : due + 2].max(initial=0.0) > score[at] - CLEARLY:
        return 0
    return begin + at * EVERY - start - first


def _thin(sound: Sound) -> NDArray[np.float64]:
    return np.asarray(sound[: len(sound) // EVERY * EVERY].reshape(-1, EVERY).mean(1, dtype=np.float64))


def _calmed(change: Sequence[float]) -> NDArray[np.float64]:
    """Changes without the cuts, which would outweigh everything else."""
    values = np.asarray(change, np.float64)
    return np.minimum(values, 4 * np.median(values)) if len(values) else values


def _normal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean()
    return np.asarray(centred / (np.linalg.norm(centred) + 1e-12))

"""The air of a film: every layer runs through it once, and only its level follows the places.

Because a layer's sound depends on the sample it stands at and never on the span, two shots in the same place are one
unbroken sound, and rain that starts leaves the waves below it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resources.cutout.sound.calls import call, dulled
from resources.cutout.sound.chance import generator
from resources.cutout.sound.scenery import EVERY_S, SWELLS, heard
from resources.cutout.sound.sources import BED_SAMPLES, Stereo, bed
from schemas.time import SAMPLE_RATE

Span = tuple[int, int, str, str, str]
"""(start, end, place, time_of_day, weather); samples."""
FADE_S = 0.5
_OPEN_S = 1.2
_CLOSE_S = 1.6
_STEP = 480
"""Levels are reckoned every 10 ms and joined by straight lines."""
_FAR_HZ = {"bird_far": 2600.0, "thunder_far": 160.0}


def places_heard(spans: list[Span], samples: int, seed: int) -> Stereo:
    """The sound of all places, (samples, 2). Before the first span and after the last, theirs goes on."""
    out = np.zeros((max(0, samples), 2), np.float32)
    known = sorted(span for span in spans if span[1] > span[0] and span[0] < samples)
    if not known or not len(out):
        return out
    scenes = [heard(place, hour, weather) for _, _, place, hour, weather in known]
    # overlapping spans (a dissolve) meet in the middle of what they share; a gap is shared alike
    borders = [(one[1] + other[0]) / 2 for one, other in pairwise(known)]
    shared = [max(0, one[1] - other[0]) for one, other in pairwise(known)]
    times = np.arange(samples // _STEP + 2) * _STEP
    for name in sorted({name for scene in scenes for name in scene}):
        gains = _gains([scene.get(name) for scene in scenes], borders, shared, times)
        gains *= np.clip(times / (_OPEN_S * SAMPLE_RATE), 0, 1)
        gains *= np.sin(np.pi / 2 * np.clip((samples - times) / (_CLOSE_S * SAMPLE_RATE), 0, 1)) ** 2
        if name in EVERY_S:
            _calls(out, name, gains, seed)
        else:
            _bed(out, name, gains * _swell(name, times, seed), seed)
    return out


def _gains(
    levels: list[float | None], borders: list[float], shared: list[int], times: NDArray[np.int64]
) -> NDArray[np.float64]:
    """A layer's amplitude at ``times``. Powers are mixed, so a layer that stays keeps its level all through a fade."""
    powers = [0.0 if level is None else 10 ** (level / 10) for level in levels]
    power = np.full(len(times), powers[0])
    for before, after, border, both in zip(powers, powers[1:], borders, shared, strict=False):
        half = max(FADE_S * SAMPLE_RATE, both) / 2
        power += (after - before) * np.clip((times - border + half) / (2 * half), 0, 1)
    return np.asarray(np.sqrt(np.maximum(power, 0.0)), np.float64)


def _swell(name: str, times: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    it = SWELLS.get(name)
    if it is None:
        return np.ones(len(times))
    # the two layers of one sea rise together: the phase belongs to the period
    first, second, third = generator(seed, "swell", it.period).uniform(0, 2 * np.pi, 3)
    turns = 2 * np.pi * times / SAMPLE_RATE / it.period
    wave = 0.6 * np.sin(turns + first) + 0.3 * np.sin(0.618 * turns + second) + 0.2 * np.sin(2.37 * turns + third)
    return np.asarray(10 ** (it.depth * (wave - 0.15) / 20))


def _runs(gains: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Ranges of steps in which a layer is heard, at most a bed long each."""
    on = np.flatnonzero((gains[:-1] > 0) | (gains[1:] > 0))
    if not len(on):
        return
    cuts = np.flatnonzero(np.diff(on) > 1)
    most = BED_SAMPLES // _STEP
    for first, last in zip(on[np.r_[0, cuts + 1]], on[np.r_[cuts, len(on) - 1]], strict=True):
        for begin in range(int(first), int(last) + 1, most):
            yield begin, min(begin + most, int(last) + 1)


def _bed(out: Stereo, name: str, gains: NDArray[np.float64], seed: int) -> None:
    loop = bed(name, generator(seed, "bed", name))
    for begin, stop in _runs(gains):
        start, end = begin * _STEP, min(stop * _STEP, len(out))
        if end <= start:
            continue
        ramp = np.arange(_STEP, dtype=np.float32) / np.float32(_STEP)
        low, high = (gains[begin:stop].astype(np.float32), gains[begin + 1 : stop + 1].astype(np.float32))
        gain = (low[:, None] + (high - low)[:, None] * ramp).reshape(-1)[: end - start, None]
        at = start % BED_SAMPLES
        first = min(end - start, BED_SAMPLES - at)
        out[start : start + first] += loop[at : at + first] * gain[:first]
        if start + first < end:
            out[start + first : end] += loop[: end - start - first] * gain[first:]


def _calls(out: Stereo, name: str, gains: NDArray[np.float64], seed: int) -> None:
    """One call in every stretch of time, at a moment drawn for that stretch; as loud as the layer is then."""
    every = EVERY_S[name] * SAMPLE_RATE
    for stretch in range(int(len(out) / every) + 1):
        rng = generator(seed, "call", name, stretch)
        at = int((stretch + rng.uniform(0.05, 0.75)) * every)
        if at >= len(out) or rng.random() < 0.15:
            continue
        gain = gains[at // _STEP]
        sound = call(name.removesuffix("_far"), rng)
        later = gains[min(len(gains) - 1, (at + len(sound)) // _STEP)]
        if gain <= 0 or later <= 0.2 * gain:  # nobody calls into another place
            continue
        if name.endswith("_far"):
            sound = dulled(sound, _FAR_HZ[name])
        angle = (rng.uniform(-0.8, 0.8) + 1) * np.pi / 4
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(1.4142 * gain * rng.uniform(0.6, 1))
        stop = min(len(out), at + len(sound))
        piece = sound[: stop - at, None] * sides
        piece[-min(len(piece), 960) :] *= np.linspace(1, 0, min(len(piece), 960), dtype=np.float32)[:, None]
        out[at:stop] += piece

"""What can be heard outdoors and in: seamless beds of noise and texture, and single calls.

Beds are ten seconds long, made in the spectrum (so they loop without a seam) and of RMS 1. Calls are mono, of peak 1.
"""

from __future__ import annotations

from collections.abc import Callable
from math import tau

import numpy as np
from numpy.typing import NDArray

from schemas.time import SAMPLE_RATE

Mono = NDArray[np.float32]
Stereo = NDArray[np.float32]
Curve = tuple[tuple[float, float], ...]
"""Points (Hz, dB), joined by straight lines over the logarithm of frequency."""
BED_SAMPLES = 10 * SAMPLE_RATE

SHAPES: dict[str, Curve] = {
    "room": ((40, -6), (90, 0), (250, -10), (1000, -26), (6000, -48)),
    "hall": ((40, -8), (120, 0), (400, -6), (1200, -20), (6000, -46)),
    "waves": ((40, -14), (150, -4), (400, 0), (1200, -6), (4000, -16), (12000, -34)),
    "surf": ((150, -34), (600, -9), (1500, 0), (4000, -7), (8000, -16), (14000, -30)),
    "breeze": ((60, -10), (200, 0), (500, -6), (1500, -18), (6000, -36)),
    "wind": ((50, -10), (180, 0), (420, -4), (900, -14), (3000, -30), (9000, -50)),
    "whistle": ((300, -50), (480, -12), (620, 0), (780, -12), (1200, -50)),
    "leaves": ((200, -34), (900, -10), (2200, 0), (4500, -6), (8000, -16), (14000, -34)),
    "city": ((35, -6), (80, 0), (200, -8), (600, -18), (2500, -32), (9000, -52)),
    "rain": ((80, -22), (300, -11), (900, -4), (2200, 0), (5000, -7), (9000, -16), (14000, -28)),
    "downpour": ((60, -14), (250, -5), (800, 0), (2000, -3), (5000, -11), (14000, -30)),
    "rain_window": ((60, -10), (200, 0), (500, -4), (1200, -14), (4000, -34)),
    "snow": ((60, -8), (160, 0), (500, -12), (2000, -30), (8000, -40)),
    "deep": ((25, -6), (60, 0), (160, -8), (400, -24), (1500, -48)),
    "vent": ((80, -10), (250, 0), (700, -6), (1800, -20), (6000, -40)),
    "insects": ((2500, -60), (4200, -8), (5000, 0), (6000, -10), (9000, -60)),
}


def bed(name: str, rng: np.random.Generator) -> Stereo:
    """Ten seconds of ``name``, (BED_SAMPLES, 2), RMS 1, that end where they begin."""
    texture = TEXTURES.get(name)
    sound = texture(rng) if texture else _noise(SHAPES[name], rng)
    sound -= np.mean(sound, axis=0)
    return np.asarray(sound / np.sqrt(np.mean(np.square(sound)) + 1e-12), np.float32)


def _noise(curve: Curve, rng: np.random.Generator, width: float = 0.8) -> Stereo:
    """Periodic noise with the spectrum ``curve``; ``width`` is 0 for mono, 1 for two independent sides."""
    bins = BED_SAMPLES // 2 + 1
    hertz = np.fft.rfftfreq(BED_SAMPLES, 1 / SAMPLE_RATE)
    points = np.array(curve)
    shape = 10 ** (np.interp(np.log(np.maximum(hertz, 1)), np.log(points[:, 0]), points[:, 1]) / 20)
    shape[hertz < 20] = 0.0
    drawn = rng.standard_normal((3, bins, 2), np.float32).view(np.complex64)[..., 0] * shape.astype(np.float32)
    sides = drawn[:2] * np.float32(width) + drawn[2] * np.float32(1 - width)
    return np.ascontiguousarray(np.fft.irfft(sides, BED_SAMPLES, axis=1).T)


def _scatter(out: Stereo, sound: Mono, at: int, gain: float, pan: float) -> None:
    """Add ``sound`` to a loop; what hangs over its end comes round to its beginning."""
    angle = (pan + 1) * np.pi / 4
    stereo = sound[:, None] * np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(gain)
    first = min(len(sound), len(out) - at)
    out[at : at + first] += stereo[:first]
    out[: len(sound) - first] += stereo[first:]


def ring(hertz: tuple[float, ...], levels: tuple[float, ...], fall: float, seconds: float) -> Mono:
    """Decaying sines: ``fall`` seconds for 60 dB, a soft start of 2 ms."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = sum(level * np.sin(tau * f * time) for f, level in zip(hertz, levels, strict=True))
    return np.asarray(sound * np.exp(-6.908 * time / fall) * np.minimum(1, time / 0.002), np.float32)


def glide(pitches: Curve, loudness: Curve, harmonics: tuple[float, ...] = (1.0,), flutter: float = 0.0) -> Mono:
    """A voice that follows ``pitches`` (seconds, Hz) and ``loudness`` (seconds, 0 to 1); begins and ends silent."""
    seconds = loudness[-1][0]
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = np.interp(time, *np.array(pitches).T) * (1 + flutter * np.sin(tau * 27 * time))
    phase = tau * np.cumsum(hertz) / SAMPLE_RATE
    loud = np.interp(time, *np.array(loudness).T)
    loud = loud * loud * (3 - 2 * loud)
    return np.asarray(sum(a * np.sin((n + 1) * phase) for n, a in enumerate(harmonics)) * loud, np.float32)


def _rain(rng: np.random.Generator) -> Stereo:
    out = _noise(SHAPES["rain"], rng)
    out *= np.float32(1 / np.sqrt(np.mean(np.square(out))))
    drops = [ring((f, 1.6 * f), (1.0, 0.4), 0.03, 0.03) for f in rng.uniform(700, 2600, 12)]
    for _ in range(420):
        drop = drops[rng.integers(len(drops))]
        _scatter(out, drop, int(rng.integers(BED_SAMPLES)), float(rng.uniform(0.3, 2.2)), float(rng.uniform(-0.9, 0.9)))
    return out


def _panes(rng: np.random.Generator) -> Stereo:
    """Rain on a window, from inside."""
    out = _noise(SHAPES["rain_window"], rng)
    out *= np.float32(1 / np.sqrt(np.mean(np.square(out))))
    taps = [ring((f, 2.3 * f), (1.0, 0.3), 0.05, 0.05) for f in rng.uniform(320, 900, 10)]
    for _ in range(160):
        tap = taps[rng.integers(len(taps))]
        _scatter(out, tap, int(rng.integers(BED_SAMPLES)), float(rng.uniform(0.3, 1.6)), float(rng.uniform(-0.7, 0.7)))
    return out


def _fire(rng: np.random.Generator) -> Stereo:
    out = _noise(((40, -4), (110, 0), (350, -12), (1500, -26), (6000, -40)), rng, 0.4)
    out *= np.float32(0.7 / np.sqrt(np.mean(np.square(out))))
    for burst in rng.uniform(0, 10, 16):  # pops come in families
        for _ in range(rng.integers(1, 7)):
            at = int((burst + rng.exponential(0.15)) * SAMPLE_RATE) % BED_SAMPLES
            pop = ring(tuple(rng.uniform(500, 3200, 3)), (1.0, 0.7, 0.5), float(rng.uniform(0.008, 0.03)), 0.03)
            _scatter(out, pop, at, float(rng.exponential(1.4)), float(rng.uniform(-0.4, 0.4)))
    return out


def _crickets(rng: np.random.Generator) -> Stereo:
    """Five crickets, each with its own pitch and pulse."""
    out = np.zeros((BED_SAMPLES, 2), np.float32)
    for _ in range(5):
        pitch = float(rng.uniform(3300, 4300))
        chirp = np.concatenate(
            [glide(((0, pitch), (0.03, pitch * 1.02)), ((0, 0), (0.006, 1), (0.022, 0.7), (0.034, 0)))] * 3
        )
        rests = int(rng.integers(9, 17))
        gain, pan = float(rng.uniform(0.2, 1.0)), float(rng.uniform(-0.9, 0.9))
        for beat in range(rests):
            if rng.random() < 0.85:
                at = (beat / rests + rng.uniform(0, 0.006)) * BED_SAMPLES
                _scatter(out, chirp, int(at), gain * float(rng.uniform(0.7, 1)), pan)
    return out


def _murmur(rng: np.random.Generator) -> Stereo:
    """People talking too far away to be understood: gliding buzzes shaped by syllables and two vowels' resonances."""
    out = np.zeros((BED_SAMPLES, 2), np.float32)
    hertz = np.fft.rfftfreq(BED_SAMPLES, 1 / SAMPLE_RATE)
    coarse = np.arange(0, 10.02, 0.02)
    step = BED_SAMPLES // 500
    between = np.arange(BED_SAMPLES, dtype=np.float32) / np.float32(step)
    places = np.arange(len(coarse), dtype=np.float32)
    breath = rng.standard_normal(BED_SAMPLES, np.float32) * np.float32(0.12)
    voices = (104.0, 188.0, 131.0, 236.0, 118.0, 210.0)
    for base, pan in zip(voices, np.linspace(-0.9, 0.9, len(voices)), strict=True):
        syllables = np.convolve(rng.random(len(coarse)) ** 4, np.hanning(8), "same") ** 1.5
        phrases = np.clip(np.convolve(rng.standard_normal(len(coarse)), np.hanning(70), "same") / 4 + 0.4, 0, 1)
        loud = syllables * phrases
        tune = base * (1 + 0.05 * np.convolve(rng.standard_normal(len(coarse)), np.hanning(25), "same") / 3)
        ends = np.minimum(1, np.minimum(coarse, 10 - coarse).clip(0) / 0.1)  # silent where the loop closes
        phase = np.cumsum(np.interp(between, places, tune)) / SAMPLE_RATE
        buzz = ((phase % 1.0) - 0.5 + breath) * np.interp(between, places, loud * ends)
        first, second = rng.uniform(380, 620), rng.uniform(950, 1500)
        vowel = 1 / (1 + ((hertz - first) / 160) ** 2) + 0.35 / (1 + ((hertz - second) / 220) ** 2)
        vowel[hertz < 70] = 0
        voice = np.fft.irfft(np.fft.rfft(buzz.astype(np.float32)) * vowel.astype(np.float32), BED_SAMPLES)
        voice /= np.sqrt(np.mean(np.square(voice))) + 1e-9  # nobody talks over everybody else
        _scatter(out, np.asarray(voice, np.float32), 0, float(rng.uniform(0.7, 1)), float(pan))
    return out


def _bubbles(rng: np.random.Generator) -> Stereo:
    out = np.zeros((BED_SAMPLES, 2), np.float32)
    for burst in rng.uniform(0, 10, 8):
        at = burst
        for _ in range(rng.integers(3, 12)):
            low = float(rng.uniform(260, 800))
            length = float(rng.uniform(0.04, 0.11))
            blip = glide(((0, low), (length, low * 1.7)), ((0, 0), (0.15 * length, 1), (length, 0)))
            _scatter(out, blip, int(at * SAMPLE_RATE) % BED_SAMPLES, float(rng.uniform(0.2, 1)),
                     float(rng.uniform(-0.8, 0.8)))  # fmt: skip
            at += float(rng.exponential(0.09))
    return out


def _hum(rng: np.random.Generator, base: float, levels: tuple[float, ...]) -> Stereo:
    """A motor: whole numbers of periods in the loop, so that it closes."""
    time = np.arange(BED_SAMPLES) / SAMPLE_RATE
    out = np.zeros((BED_SAMPLES, 2))
    for n, gain in enumerate(levels, 1):
        for side in range(2):
            hertz = round(10 * n * base * (1 + 0.0015 * rng.standard_normal())) / 10
            out[:, side] += gain * np.sin(tau * hertz * time + rng.uniform(0, tau))
    return out.astype(np.float32)


def _clock(rng: np.random.Generator) -> Stereo:
    out = np.zeros((BED_SAMPLES, 2), np.float32)
    tick, tock = (ring((f, 2.4 * f, 3.9 * f), (1, 0.5, 0.25), 0.035, 0.05) for f in (820.0, 690.0))
    for second in range(10):
        _scatter(out, tock if second % 2 else tick, second * SAMPLE_RATE + 600, float(rng.uniform(0.9, 1)), 0.35)
    return out


TEXTURES: dict[str, Callable[[np.random.Generator], Stereo]] = {
    "rain": _rain,
    "rain_window": _panes,
    "fire": _fire,
    "crickets": _crickets,
    "murmur": _murmur,
    "bubbles": _bubbles,
    "clock": _clock,
    "fridge": lambda rng: _hum(rng, 50.0, (0.6, 1.0, 0.25, 0.3, 0.1, 0.12)),
    "ship": lambda rng: _hum(rng, 43.0, (0.8, 1.0, 0.5, 0.35, 0.2, 0.12, 0.06)),
    "drone": lambda rng: _hum(rng, 55.0, (1.0, 0.5, 0.7, 0.2, 0.12)),
}

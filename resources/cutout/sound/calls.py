"""Single sounds that come and go: birds, gulls, an owl, thunder, a foghorn, a passing car."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from resources.cutout.sound.sources import Mono, glide, ring
from schemas.time import SAMPLE_RATE


def _joined(parts: list[Mono], rests: list[float]) -> Mono:
    out: list[Mono] = []
    for part, rest in zip(parts, rests, strict=True):
        out += [part, np.zeros(round(rest * SAMPLE_RATE), np.float32)]
    return np.concatenate(out)


def _rumble(rng: np.random.Generator, seconds: float, low: float, high: float) -> Mono:
    """Noise between ``low`` and ``high`` Hz; ``seconds`` in halves, since lengths of small factors transform fast."""
    count = round(seconds * SAMPLE_RATE)
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    shape = (hertz / low) ** 2 / (1 + (hertz / low) ** 2) / (1 + (hertz / high) ** 2)
    noise = np.fft.rfft(rng.standard_normal(count, np.float32)) * shape.astype(np.float32)
    return np.asarray(np.fft.irfft(noise, count), np.float32)


def _bird(rng: np.random.Generator) -> Mono:
    base = float(rng.uniform(2300, 3600))
    kind = int(rng.integers(3))
    parts, rests = [], []
    for number in range(int(rng.integers(2, 6))):
        length = float(rng.uniform(0.06, 0.16))
        up = base * float(rng.uniform(1.05, 1.35))
        down = base * float(rng.uniform(0.8, 0.95))
        pitches = {
            0: ((0.0, base), (length, up)),
            1: ((0.0, up), (length, down)),
            2: ((0.0, down), (length / 2, up), (length, base)),
        }[kind if number % 2 == 0 else (kind + 1) % 3]
        parts.append(glide(pitches, ((0, 0), (0.25 * length, 1), (0.6 * length, 0.8), (length, 0)), (1.0, 0.08)))
        rests.append(float(rng.uniform(0.03, 0.18)))
    return _joined(parts, rests)


def _gull(rng: np.random.Generator) -> Mono:
    parts, rests = [], []
    base = float(rng.uniform(800, 1050))
    for number in range(int(rng.integers(2, 5))):
        length = 0.5 if number == 0 else float(rng.uniform(0.22, 0.32))
        pitches = ((0, base), (0.2 * length, base * 1.35), (length, base * 0.85))
        loud = ((0, 0), (0.12, 1), (0.7 * length, 0.7), (length, 0))
        parts.append(glide(pitches, loud, (1.0, 0.6, 0.3, 0.12), 0.012))
        rests.append(float(rng.uniform(0.08, 0.2)))
    return _joined(parts, rests)


def _owl(rng: np.random.Generator) -> Mono:
    base = float(rng.uniform(340, 400))
    parts = [
        glide(((0, base), (0.1, base * 1.06), (long, base * 0.96)), ((0, 0), (0.09, 1), (long - 0.15, 0.8), (long, 0)),
              (1.0, 0.12, 0.05))
        for long in (0.34, 0.7)
    ]  # fmt: skip
    return _joined(parts, [0.35, 0.1])


def _rooster(rng: np.random.Generator) -> Mono:
    base = float(rng.uniform(560, 640))
    tune = ((0, base), (0.16, base), (0.2, base * 1.2), (0.42, base * 1.25), (0.5, base * 1.5), (0.95, base * 1.45),
            (1.5, base * 0.9))  # fmt: skip
    loud = ((0, 0), (0.05, 0.8), (0.15, 0.7), (0.18, 0.1), (0.24, 0.9), (0.4, 0.8), (0.47, 0.3), (0.56, 1.0),
            (1.0, 0.9), (1.5, 0.0))  # fmt: skip
    return glide(tune, loud, (1.0, 0.7, 0.45, 0.25, 0.12), 0.008)


def _thunder(rng: np.random.Generator) -> Mono:
    """Low noise in three to five rolls; the first is the nearest."""
    seconds = float(rng.integers(9, 14)) / 2
    noise = _rumble(rng, seconds, 35, 110)
    time = np.arange(len(noise), dtype=np.float32) / np.float32(SAMPLE_RATE)
    loud = np.zeros(len(noise), np.float32)
    for roll in range(int(rng.integers(3, 6))):
        begin = float(rng.uniform(0.05, 0.5 * seconds)) if roll else 0.0
        rise = float(rng.uniform(0.08, 0.3))
        since = np.maximum(0, time - begin)
        loud += (0.8**roll) * (1 - np.exp(-since / rise)) * np.exp(-since / (0.22 * seconds))
    return np.asarray(noise * loud * np.clip((seconds - time) / 1.0, 0, 1), np.float32)


def _car(rng: np.random.Generator) -> Mono:
    noise = _rumble(rng, float(rng.integers(8, 13)) / 2, 90, 420)
    return np.asarray(noise * np.hanning(len(noise)) ** 2, np.float32)


def _foghorn(rng: np.random.Generator) -> Mono:
    base = float(rng.choice((92.0, 98.0, 110.0)))
    return glide(((0, base * 0.97), (0.4, base), (2.6, base * 0.98)), ((0, 0), (0.5, 1), (2.0, 0.9), (2.9, 0)),
                 (1.0, 0.8, 0.5, 0.3, 0.15, 0.08))  # fmt: skip


def _whale(rng: np.random.Generator) -> Mono:
    low = float(rng.uniform(150, 220))
    high = low * float(rng.uniform(1.4, 2.0))
    return glide(((0, low), (1.4, high), (2.2, high * 0.92), (3.4, low * 0.9)), ((0, 0), (0.9, 1), (2.4, 0.8),
                 (3.4, 0)), (1.0, 0.25, 0.1))  # fmt: skip


def _blip(rng: np.random.Generator) -> Mono:
    pitch = float(rng.choice((660.0, 740.0, 880.0)))
    parts = [ring((pitch * up, 2 * pitch * up), (1.0, 0.1), 0.25, 0.28) for up in (1.0, float(rng.choice((1.0, 1.5))))]
    return _joined(parts, [0.0, 0.1])


def _twinkle(rng: np.random.Generator) -> Mono:
    pitch = float(rng.choice((880.0, 1174.7, 1318.5, 1760.0)))
    return ring((pitch, pitch * 1.004, pitch * 2.76), (0.5, 0.5, 0.1), 2.6, 2.8)


def _cowbell(rng: np.random.Generator) -> Mono:
    pitch = float(rng.uniform(520, 700))
    parts = [
        ring((pitch, pitch * 1.51, pitch * 2.6), (1.0, 0.6, 0.2), 0.5, 0.6) for _ in range(int(rng.integers(1, 4)))
    ]
    return _joined(parts, [float(rng.uniform(0.0, 0.3)) for _ in parts])


def _drip(rng: np.random.Generator) -> Mono:
    pitch = float(rng.uniform(900, 1400))
    return glide(((0, pitch), (0.09, pitch * 1.5)), ((0, 0), (0.006, 1), (0.03, 0.4), (0.09, 0)))


CALLS: dict[str, Callable[[np.random.Generator], Mono]] = {
    "bird": _bird,
    "gull": _gull,
    "owl": _owl,
    "rooster": _rooster,
    "thunder": _thunder,
    "car": _car,
    "foghorn": _foghorn,
    "whale": _whale,
    "blip": _blip,
    "twinkle": _twinkle,
    "cowbell": _cowbell,
    "drip": _drip,
}


def dulled(sound: Mono, corner: float) -> Mono:
    """``sound`` as it comes from far away or through a wall: 12 dB an octave less above ``corner`` Hz."""
    count = -(-(len(sound) + 2400) // 4800) * 4800
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    gain = (1 / (1 + (hertz / corner) ** 2)).astype(np.float32)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, count) * gain, count), np.float32)


def call(name: str, rng: np.random.Generator) -> Mono:
    """One call, (samples,), of peak 1, that begins and ends in silence."""
    sound = CALLS[name](rng)
    return sound / np.float32(np.max(np.abs(sound)) + 1e-9)

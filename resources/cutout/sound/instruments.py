"""The instruments: every tone is a sum of decaying sines, so a note is one product of two small matrices."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau

import numpy as np
from numpy.typing import NDArray

from resources.cutout.sound.chance import generator
from schemas.time import SAMPLE_RATE

Floats = NDArray[np.float64]
Stereo = NDArray[np.float32]
"""(samples, 2) at 48 kHz."""
_ROW = 512
"""Samples a row of the product; both matrices then stay small enough for the cache."""
_SMALL = 1 << 18
"""Multiplications of one matrix product. Above it OpenBLAS wakes its threads: slower here on a busy machine (23 ms a
tone, not 2), and the last bit would depend on how many there are."""
_CEILING_HZ = 11_000.0
_MIDDLE_C_HZ = 261.63


@dataclass(frozen=True)
class Instrument:
    """How one instrument sounds. Times in seconds, frequencies in Hz, detuning in cents."""

    partials: tuple[tuple[float, float, float], ...]
    """(ratio to the fundamental, level, time to fall by 60 dB at middle C; 0 means it is held)."""
    gain: float
    """Level of a tone against the others, measured over its first 0.3 s."""
    attack: float
    release: float
    """How fast it stops once the key is let go."""
    longest: float
    """A tone is never played longer than this."""
    felt: float = 3000.0
    """Above this frequency partials fade by 12 dB an octave: the felt on the hammer."""
    stretch: float = 0.0
    """Inharmonicity B of a stiff string: partial n stands at n * sqrt(1 + B n^2)."""
    two_stage: bool = False
    """A fast and a slow decay, as two strings of one key have."""
    detune: float = 1.5
    """Left and right differ by this much, which makes the tone wide without moving it."""
    knock: float = 0.0
    """Level of the hammer's or finger's noise."""
    knock_hz: tuple[float, float] = (150.0, 900.0)
    follow: float = 0.6
    """How much faster high notes decay: time scales with (C4 / f) to this power."""


def _harmonics(count: int, slope: float, seconds: float, damping: float) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(n), n**-slope, seconds / (1 + damping * (n - 1))) for n in range(1, count + 1))


INSTRUMENTS: dict[str, Instrument] = {
    "felt_piano": Instrument(
        _harmonics(11, 1.15, 6.5, 0.45), 1.0, 0.011, 0.22, 5.0, felt=1900, stretch=4e-4, two_stage=True, knock=0.05
    ),
    "pizzicato": Instrument(
        tuple(
            (float(n), abs(np.sin(np.pi * n * 0.19)) * n**-0.8, 0.85 / (1 + 0.55 * (n - 1))) for n in range(1, 10)
        ),
        0.8, 0.004, 0.12, 1.4, felt=2300, detune=3.0, knock=0.1, knock_hz=(180, 600), follow=0.45,
    ),
    "music_box": Instrument(
        ((1, 1.0, 3.2), (2.0, 0.16, 1.6), (2.756, 0.10, 0.9), (5.404, 0.05, 0.35)),
        0.62, 0.003, 0.5, 3.5, felt=4200, detune=2.5, knock=0.03, knock_hz=(900, 2200), follow=0.35,
    ),
    "marimba": Instrument(
        ((1, 1.0, 1.3), (3.93, 0.18, 0.35), (9.2, 0.03, 0.12)),
        0.95, 0.004, 0.2, 1.6, felt=2600, detune=2.0, knock=0.05, knock_hz=(200, 700),
    ),
    "bell": Instrument(
        ((0.5, 0.25, 5.0), (1, 1.0, 4.5), (1.19, 0.3, 3.0), (2.0, 0.3, 2.4), (2.74, 0.12, 1.2)),
        0.5, 0.012, 0.8, 4.5, felt=2200, detune=4.0, follow=0.3,
    ),
    "bass": Instrument(
        _harmonics(8, 1.15, 2.6, 0.6), 0.8, 0.012, 0.16, 2.6, felt=850, detune=1.0, knock=0.05, knock_hz=(60, 250),
        follow=0.3,
    ),
    "pad": Instrument(_harmonics(9, 1.5, 0.0, 0.0), 0.5, 0.9, 0.9, 14.0, felt=1300, detune=7.0),
    "cello": Instrument(_harmonics(12, 1.05, 0.0, 0.0), 0.6, 0.28, 0.4, 14.0, felt=1300, detune=5.0),
    "drum": Instrument(
        ((1, 1.0, 0.7), (1.59, 0.5, 0.4), (2.14, 0.3, 0.28), (2.65, 0.15, 0.2)),
        0.75, 0.005, 0.3, 1.0, felt=420, detune=3.0, knock=0.25, knock_hz=(80, 380), follow=0.0,
    ),
    "tick": Instrument(
        ((1, 1.0, 0.05), (2.31, 0.4, 0.03)), 0.14, 0.002, 0.05, 0.2, felt=1600, knock=0.3, knock_hz=(500, 1500),
        follow=0.0,
    ),
}  # fmt: skip


def frequency(midi: float) -> float:
    """Hz of a MIDI note number (69 is A4, 440 Hz)."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


def damped_sines(hertz: Floats, levels: Floats, decays: Floats, phases: Floats, count: int) -> NDArray[np.float32]:
    """Sum of ``level * exp(-decay t) * sin(tau hertz t + phase)``: (count,); decays in 1/s.

    With t = 512 row + column every partial is an outer product, and their sum is one matrix product.
    """
    step = (-decays + 1j * tau * hertz) / SAMPLE_RATE
    stack = max(1, _SMALL // (2 * len(hertz) * _ROW))
    heads = np.arange(-(-count // (_ROW * stack)) * stack) * _ROW
    rows = np.exp(np.outer(heads, step)) * (levels * np.exp(1j * phases))
    rows[np.abs(rows) < 1e-7] = 0.0  # denormal numbers would be a hundred times slower
    columns = np.exp(np.outer(step, np.arange(_ROW)))
    left = np.concatenate([rows.real, rows.imag], axis=1).astype(np.float32)  # (rows, 2 partials)
    right = np.concatenate([columns.imag, columns.real], axis=0).astype(np.float32)  # (2 partials, 512)
    return np.asarray((left.reshape(-1, stack, left.shape[1]) @ right).reshape(-1)[:count], np.float32)


def tone(name: str, midi: int, brightness: float, seconds: float) -> Stereo:
    """One note of instrument ``name``, (samples, 2), attack included, not released; ``brightness`` is 0 to 1."""
    it = INSTRUMENTS[name]
    count = max(_ROW, round(min(seconds, it.longest) * SAMPLE_RATE))
    rng = generator(0, "tone", name, midi)
    base = frequency(midi)
    rows: list[tuple[float, float, float]] = []
    for ratio, level, fall in it.partials:
        hertz = base * ratio * float(np.sqrt(1 + it.stretch * ratio * ratio))
        if hertz > _CEILING_HZ:
            continue
        level *= float(np.exp(-1.1 * (1 - brightness) * np.log2(max(1.0, ratio)))) / (1 + (hertz / it.felt) ** 2)
        if fall == 0.0:  # held: three players, slightly apart
            rows += [(hertz * cents(shift * it.detune), level / 3, 0.0) for shift in (-1.0, 0.1, 0.9)]
            continue
        decay = 6.908 / (fall * float(np.clip((_MIDDLE_C_HZ / base) ** it.follow, 0.25, 2.0)))
        if it.two_stage:
            rows += [(hertz * cents(-0.4), level * 0.62, decay * 2.6), (hertz * cents(0.5), level * 0.38, decay)]
        else:
            rows.append((hertz, level, decay))
    hertz_, levels, decays = np.array(rows).T
    # held tones begin anywhere in their cycle; struck ones at zero, which is where a string is
    phases = np.zeros((2, len(hertz_)))
    if it.partials[0][2] == 0.0:
        phases += rng.uniform(0, tau, len(hertz_))
        phases[1] += rng.uniform(-1.1, 1.1, len(hertz_))  # near enough that the two sides do not cancel in mono
    if it.knock:
        low, high = it.knock_hz
        hertz_ = np.concatenate([hertz_, rng.uniform(low, high, 14)])
        levels = np.concatenate([levels, np.full(14, it.knock * levels.max())])
        decays = np.concatenate([decays, rng.uniform(60, 140, 14)])
        phases = np.concatenate([phases, rng.uniform(0, tau, (2, 14))], axis=1)
    sound = np.empty((count, 2), np.float32)
    for side, sign in enumerate((-0.5, 0.5)):
        sound[:, side] = damped_sines(hertz_ * cents(sign * it.detune), levels, decays, phases[side], count)
    ramp = min(count, round(it.attack * SAMPLE_RATE))
    sound[:ramp] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(ramp) / ramp)).astype(np.float32)[:, None]
    head = sound[ramp if it.attack > 0.1 else 0 :][: round(0.3 * SAMPLE_RATE)]
    level = float(np.sqrt(np.mean(np.square(head)))) if len(head) else float(np.sqrt(np.mean(np.square(sound))))
    return sound * np.float32(0.1 * it.gain / max(level, 1e-6))


def cents(amount: float) -> float:
    """The frequency ratio of ``amount`` hundredths of a semitone."""
    return float(2 ** (amount / 1200))

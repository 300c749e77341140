"""The band: plays a list of notes into one buffer, in a room, at a safe level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from resources.cutout.sound.chance import generator
from resources.cutout.sound.instruments import INSTRUMENTS, tone
from schemas.time import SAMPLE_RATE

Stereo = NDArray[np.float32]
PEAK = 0.62
"""No sample is louder."""
LEVEL_DB = -22.0
"""RMS of the loudest half of the music in dBFS; speech then needs 13 dB of ducking to stand 10 LU above it."""
_BLOCK = 1 << 18
"""Samples of one step of the convolution: 20 MB of scratch, however long the film."""


@dataclass(frozen=True, order=True)
class Note:
    """One note. ``start`` and ``length`` in samples, ``pan`` from -1 (left) to 1, ``velocity`` from 0 to 1."""

    instrument: str
    midi: int
    layer: int
    """Brightness in three steps, 0 to 2."""
    start: int
    length: int
    velocity: float
    pan: float


@dataclass(frozen=True)
class Room:
    """Where the band plays: ``seconds`` until an echo fell by 60 dB, ``wet`` its level, ``dark`` a low-pass in Hz."""

    seconds: float
    wet: float
    dark: float


def play(notes: Iterable[Note], samples: int) -> Stereo:
    """The notes without a room, (samples, 2). Notes are sorted by pitch, so that each tone is made once."""
    out = np.zeros((samples, 2), np.float32)
    held = sorted(note for note in notes if 0 <= note.start < samples)
    for (name, midi, layer), group in groupby(held, key=lambda note: (note.instrument, note.midi, note.layer)):
        same = list(group)
        release = round(INSTRUMENTS[name].release * SAMPLE_RATE)
        longest = max(note.length for note in same) + release
        sound = tone(name, midi, layer / 2, longest / SAMPLE_RATE)
        for note in same:
            _place(out, sound, note, release)
    return out


def _place(out: Stereo, sound: Stereo, note: Note, release: int) -> None:
    stop = min(len(sound), note.length + release, len(out) - note.start)
    angle = (note.pan + 1) * np.pi / 4
    gains = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(1.4142 * note.velocity)
    piece = sound[:stop] * gains
    tail = min(release, stop)  # a tone that ran out of sound, or out of film, is let go as well
    piece[stop - tail :] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, tail + 1) / tail)).astype(np.float32)[:, None]
    out[note.start : note.start + stop] += piece


def in_room(out: Stereo, room: Room, seed: int) -> None:
    """Put ``out`` into a room, in place: one kernel holds the soft low-pass, early reflections and the tail."""
    kernel = _kernel(room, seed)
    spectra = np.fft.rfft(kernel, _BLOCK, axis=0).astype(np.complex64)
    reach = len(kernel) - 1
    tail = np.zeros((reach, 2), np.float32)
    for start in range(0, len(out), _BLOCK - reach):
        block = out[start : start + _BLOCK - reach]
        count = len(block)
        for side in range(2):
            heard = np.fft.irfft(np.fft.rfft(block[:, side], _BLOCK) * spectra[:, side], _BLOCK)
            heard[:reach] += tail[:, side]
            block[:, side] = heard[:count]
            tail[:, side] = heard[count : count + reach]


def _kernel(room: Room, seed: int) -> Stereo:
    count = min(round(room.seconds * 1.1 * SAMPLE_RATE), _BLOCK // 2)
    rng = generator(seed, "room")
    time = np.arange(count) / SAMPLE_RATE
    build = 1 - np.exp(-time / 0.02)
    wash = rng.standard_normal((count, 2)) * (build * np.exp(-6.908 * time / room.seconds))[:, None]
    for _ in range(9):
        wash[rng.integers(480, 3400), rng.integers(0, 2)] += rng.choice((-1, 1)) * rng.uniform(2, 5)
    hertz = np.fft.rfftfreq(2 * count, 1 / SAMPLE_RATE)
    shape = (hertz / 180) ** 2 / (1 + (hertz / 180) ** 2) / (1 + (hertz / room.dark) ** 2)
    wash = np.fft.irfft(np.fft.rfft(wash, 2 * count, axis=0) * shape[:, None], axis=0)[:count]
    wash *= room.wet / np.sqrt(np.sum(np.square(wash), axis=0))
    fade = round(0.1 * SAMPLE_RATE)
    wash[-fade:] *= np.linspace(1, 0, fade)[:, None]
    direct = np.fft.irfft(np.exp(-2j * np.pi * hertz * 48 / SAMPLE_RATE) / (1 + (hertz / 5200) ** 4), 2 * count)
    # 48 samples (1 ms) late, so that the zero-phase low-pass fits in front
    direct *= np.concatenate([np.ones(count), np.zeros(count)])
    return np.asarray(wash + direct[:count, None], np.float32)


def level(out: Stereo, fade_s: float) -> None:
    """Bring ``out`` to LEVEL_DB and below PEAK, and fade its last ``fade_s`` seconds to silence, in place."""
    if not len(out):
        return
    hop = SAMPLE_RATE // 5
    blocks = [float(np.mean(np.square(out[at : at + hop]))) for at in range(0, len(out), hop)]
    loud = sorted(blocks)[len(blocks) // 2 :]
    peak = max(float(np.max(np.abs(out[at : at + _BLOCK]))) for at in range(0, len(out), _BLOCK))
    if peak < 1e-9:
        return
    out *= np.float32(min(10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(loud)), PEAK / peak))
    first = min(len(out), 240)
    out[:first] *= np.linspace(0, 1, first, dtype=np.float32)[:, None]
    fade = min(len(out), max(1, round(fade_s * SAMPLE_RATE)))
    out[-fade:] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)).astype(np.float32)[:, None]

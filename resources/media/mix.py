"""The mix: dialogue in front, music that ducks under it, the sound of the place below both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.time import SAMPLE_RATE

Stereo = NDArray[np.float32]
"""(samples, 2) at 48 kHz."""
BLOCK = 480
"""Samples of one step of an envelope (10 ms)."""
DUCK_DB = -13.0
"""How far music goes down under speech; dialogue then stands more than 10 LU above it."""
AMBIENCE_DUCK_DB = -5.0
LOOK_AHEAD_S = 0.25
RELEASE_S = 0.7


def place_sound(bus: Stereo, sound: NDArray[np.float32], start: int) -> None:
    """Add mono ``sound`` to ``bus`` from sample ``start`` on; what hangs over the end is dropped."""
    stop = min(len(bus), start + len(sound))
    if stop > start:
        bus[start:stop] += sound[: stop - start, None] * np.float32(0.7071)


def speech_envelope(dialogue: Stereo) -> NDArray[np.float32]:
    """1 where somebody speaks, 0 where nobody does, eased: one value each BLOCK samples."""
    blocks = len(dialogue) // BLOCK + 1
    padded = np.zeros(blocks * BLOCK, np.float32)
    padded[: len(dialogue)] = dialogue[:, 0]
    level = np.sqrt(np.mean(np.square(padded.reshape(blocks, BLOCK)), axis=1))
    active = (level > 10 ** (-45 / 20)).astype(np.float32)
    ahead = max(1, round(LOOK_AHEAD_S * SAMPLE_RATE / BLOCK))
    hold = max(1, round(RELEASE_S * SAMPLE_RATE / BLOCK))
    # widened by the look-ahead before and the release after, then smoothed: no pumping between words
    wide = np.convolve(active, np.ones(ahead + hold, np.float32))[ahead : ahead + blocks]
    window = np.hanning(2 * ahead + 1).astype(np.float32)
    eased = np.convolve(np.minimum(wide, 1.0), window / window.sum(), mode="same")
    return np.clip(eased, 0.0, 1.0).astype(np.float32)


def gain_curve(envelope: NDArray[np.float32], depth_db: float, samples: int) -> NDArray[np.float32]:
    """Gain a sample, (samples, 1): 0 dB where the envelope is 0, ``depth_db`` where it is 1."""
    centres = np.arange(len(envelope)) * BLOCK + BLOCK / 2
    decibels = np.interp(np.arange(samples), centres, envelope * depth_db)
    return np.asarray(10 ** (decibels / 20), np.float32)[:, None]


def mix(dialogue: Stereo, music: Stereo, ambience: Stereo) -> tuple[Stereo, Stereo, Stereo]:
    """(dialogue, ducked music, ducked ambience): the stems as they stand in the film; their sum is the film's sound."""
    envelope = speech_envelope(dialogue)
    samples = len(dialogue)
    return (
        dialogue,
        music * gain_curve(envelope, DUCK_DB, samples),
        ambience * gain_curve(envelope, AMBIENCE_DUCK_DB, samples),
    )

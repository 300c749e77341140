"""The mix: dialogue in front, music that ducks under it, the sound of the place below both.

How far music ducks is measured: at least 13 dB, and more wherever a stretch of speech would otherwise stand less than
11 LU above it, a whisper over a brass band. Levels are K-weighted as in ITU-R BS.1770, without its gate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.time import SAMPLE_RATE

Stereo = NDArray[np.float32]
"""(samples, 2) at 48 kHz."""
BLOCK = 480
"""Samples of one step of an envelope (10 ms)."""
DUCK_DB = -13.0
"""How far music goes down under speech at least."""
CLEAR_LU = 11.0
"""How far speech stands above music, whatever their levels were."""
SPEECH_DB = -45.0
"""RMS of a block from which somebody speaks (dBFS)."""
SPEECH_LEVEL_DB = -20.0
"""RMS of speech that a recording of the user's own is brought to, the level the engines speak at (dBFS)."""
AMBIENCE_DUCK_DB = -5.0
EDGE = 240
"""Samples (5 ms) over which a shot's sound comes and goes: silence is untouched, and a recording that begins or ends
in the middle of a word does not click at the cut."""
LOOK_AHEAD_S = 0.25
RELEASE_S = 0.7


def place_sound(
    bus: Stereo, sound: NDArray[np.float32], start: int, *, fade_in: int = EDGE, fade_out: int = EDGE
) -> None:
    """Add ``sound``, (samples,) or (samples, 2), to ``bus`` from sample ``start`` on; what hangs over is dropped.

    It comes and goes over ``fade_in`` and ``fade_out`` samples; two that share a transition add up to one.
    """
    stop = min(len(bus), start + len(sound))
    if stop > start:
        mono = sound.ndim == 1
        piece = (sound[:, None] if mono else sound)[: stop - start] * np.float32(0.7071 if mono else 1.0)
        rise, fall = _ramp(min(fade_in, len(piece) // 2)), _ramp(min(fade_out, len(piece) // 2))
        piece[: len(rise)] *= rise
        piece[len(piece) - len(fall) :] *= fall[::-1]
        bus[start:stop] += piece


def _ramp(samples: int) -> NDArray[np.float32]:
    """From 0 to 1, (samples, 1), flat at both ends: it and its mirror image add up to one."""
    return (np.sin(np.pi / 2 * np.arange(samples) / max(1, samples)) ** 2).astype(np.float32)[:, None]


def levelled(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A recording (samples,) at the level the engines speak at, no peak over 0.9; silence as it is."""
    levels = _block_levels(sound)
    speech = levels[levels > max(10 ** (-80 / 20), 0.1 * float(np.percentile(levels, 95)))]
    if not len(speech):
        return sound
    gain = 10 ** (SPEECH_LEVEL_DB / 20) / float(np.sqrt(np.mean(np.square(speech))))
    return sound * np.float32(min(gain, 0.9 / float(np.abs(sound).max())))


def speech_envelope(dialogue: Stereo) -> NDArray[np.float32]:
    """1 where somebody speaks, 0 where nobody does, eased: one value each BLOCK samples."""
    active = _speaking(dialogue).astype(np.float32)
    ahead = max(1, round(LOOK_AHEAD_S * SAMPLE_RATE / BLOCK))
    hold = max(1, round(RELEASE_S * SAMPLE_RATE / BLOCK))
    # widened by the look-ahead before and the release after, then smoothed: no pumping between words
    wide = np.convolve(active, np.ones(ahead + hold, np.float32))[ahead : ahead + len(active)]
    window = np.hanning(2 * ahead + 1).astype(np.float32)
    eased = np.convolve(np.minimum(wide, 1.0), window / window.sum(), mode="same")
    return np.clip(eased, 0.0, 1.0).astype(np.float32)


def duck_depths(dialogue: Stereo, music: Stereo, envelope: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far music goes down (dB), one value each BLOCK samples, the same over every stretch of the envelope."""
    depths = np.full(len(envelope), DUCK_DB, np.float32)
    speaking = _speaking(dialogue)
    for first, stop in _stretches(envelope > 0):
        for start, end in _stretches(speaking[first:stop]):
            span = slice((first + start) * BLOCK, min(len(dialogue), (first + end) * BLOCK))
            above = loudness_of(dialogue[span]) - loudness_of(music[span])
            depths[first:stop] = np.minimum(depths[first:stop], above - CLEAR_LU)
    return np.maximum(depths, np.float32(-60.0))


def loudness_of(sound: Stereo) -> float:
    """K-weighted loudness of a stretch, ungated (LU); -120 for silence."""
    count = len(sound)
    if not count:
        return -120.0
    spectrum = np.fft.rfft(sound.astype(np.float64), axis=0)
    power = (np.abs(spectrum) ** 2).sum(axis=1) * _k_weights(count)
    # Parseval: twice the bins between 0 Hz and the highest
    mean_square = (2 * power.sum() - power[0] - (power[-1] if count % 2 == 0 else 0.0)) / count**2
    return max(-120.0, -0.691 + 10 * float(np.log10(max(mean_square, 1e-12))))


def _k_weights(count: int) -> NDArray[np.float64]:
    """Power response of the two filters of BS.1770 (coefficients for 48 kHz) at the bins of ``count`` samples."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.asarray(np.abs(shelf * high) ** 2, np.float64)


def gain_curve(
    envelope: NDArray[np.float32], depth_db: float | NDArray[np.float32], samples: int
) -> NDArray[np.float32]:
    """Gain a sample, (samples, 1): 0 dB where the envelope is 0, ``depth_db`` where it is 1."""
    centres = np.arange(len(envelope)) * BLOCK + BLOCK / 2
    decibels = np.interp(np.arange(samples), centres, envelope * depth_db)
    return np.asarray(10 ** (decibels / 20), np.float32)[:, None]


def mix(
    dialogue: Stereo, music: Stereo, ambience: Stereo, effects: Stereo | None = None
) -> tuple[Stereo, Stereo, Stereo]:
    """(dialogue, ducked music, ducked ambience): the stems as they stand in the film; their sum is the film's sound.

    ``effects`` is what the user's own clips sound like: it stays as it is, and music goes down under it, too.
    """
    front = dialogue if effects is None else dialogue + effects
    envelope = speech_envelope(front)
    samples = len(dialogue)
    return (
        dialogue,
        music * gain_curve(envelope, duck_depths(front, music, envelope), samples),
        ambience * gain_curve(envelope, AMBIENCE_DUCK_DB, samples),
    )


def _block_levels(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """RMS of each BLOCK of (samples,)."""
    blocks = len(sound) // BLOCK + 1
    padded = np.zeros(blocks * BLOCK, np.float32)
    padded[: len(sound)] = sound
    return np.asarray(np.sqrt(np.mean(np.square(padded.reshape(blocks, BLOCK)), axis=1)), np.float32)


def _speaking(dialogue: Stereo) -> NDArray[np.bool_]:
    return _block_levels(dialogue[:, 0]) > np.float32(10 ** (SPEECH_DB / 20))


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[start, stop) of every run of True that lasts a tenth of a second or more, with gaps of a quarter closed."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and (start - runs[-1][1]) * BLOCK < SAMPLE_RATE // 4:
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((start, stop))
    return [(start, stop) for start, stop in runs if (stop - start) * BLOCK >= SAMPLE_RATE // 10]

"""Mel spectrograms as the Wav2Lip network was taught on (Prajwal et al., arXiv:2008.10010, and its published settings).

16 kHz, frames of 800 samples every 200 (so 80 a second), 80 bands from 55 to 7,600 Hz on Slaney's scale, pre-emphasis
0.97, 20 dB below full scale as zero, and -100..0 dB brought to -4..4. Silence is the floor, -4: the logarithm never
sees a zero.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from schemas.time import SAMPLE_RATE

RATE = 16_000
WINDOW, HOP = 800, 200
BANDS, LOWEST, HIGHEST = 80, 55.0, 7_600.0
EMPHASIS = 0.97
REFERENCE_DB, FLOOR_DB, RANGE = 20.0, -100.0, 4.0
STEPS = 16
"""Mel frames that one picture sees: 0.2 s."""
MEL_FRAMES = RATE // HOP
"""Mel frames a second."""

Mel = NDArray[np.float32]


def mel_of(sound: Sound) -> Mel:
    """``sound`` (samples,) at 48 kHz as (bands, frames), -4 to 4; frame k is centred on sample 200 k at 16 kHz."""
    slow = _third(sound)
    if len(slow) <= WINDOW:
        slow = np.pad(slow, (0, WINDOW + 1 - len(slow)))
    emphasised = slow.copy()
    emphasised[1:] -= EMPHASIS * slow[:-1]
    padded = np.pad(emphasised, WINDOW // 2, mode="reflect")
    count = 1 + (len(padded) - WINDOW) // HOP
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    spectrum = np.abs(np.fft.rfft(frames * hann, axis=1)).T  # (401, frames)
    floor = 10 ** (FLOOR_DB / 20)
    decibels = 20 * np.log10(np.maximum(floor, filters() @ spectrum)) - REFERENCE_DB
    scaled = 2 * RANGE * (decibels - FLOOR_DB) / -FLOOR_DB - RANGE
    return np.clip(scaled, -RANGE, RANGE).astype(np.float32)


def windows(mel: Mel, numbers: NDArray[np.int64], rate: Fraction) -> NDArray[np.float32]:
    """What the network hears with each picture: (n, bands, STEPS); ``numbers`` are frames of ``rate``.

    A window begins at its picture's time, as the network was taught; the last ones end with the sound.
    """
    if mel.shape[1] < STEPS:
        mel = np.pad(mel, ((0, 0), (0, STEPS - mel.shape[1])), constant_values=-RANGE)
    starts = numbers * (MEL_FRAMES * rate.denominator) // rate.numerator
    starts = np.clip(starts, 0, mel.shape[1] - STEPS)
    return np.stack([mel[:, start : start + STEPS] for start in starts]).astype(np.float32)


@cache
def filters() -> NDArray[np.float64]:
    """Triangles over the spectrum, (bands, WINDOW // 2 + 1), each of area one (Slaney, Auditory Toolbox, 1998)."""
    edges = _hertz(np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2))
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    found: NDArray[np.float64] = triangles * (2 / (edges[2:] - edges[:-2]))[:, None]
    return found


_LINEAR_TO = 1_000.0
_LINEAR = 200 / 3
"""Hz a mel below 1 kHz."""
_STEP = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    if hertz < _LINEAR_TO:
        return hertz / _LINEAR
    return float(_LINEAR_TO / _LINEAR + np.log(hertz / _LINEAR_TO) / _STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = _LINEAR_TO / _LINEAR
    found: NDArray[np.float64] = np.where(
        mels < bend, mels * _LINEAR, _LINEAR_TO * np.exp(_STEP * (np.maximum(mels, bend) - bend))
    )
    return found


def _third(sound: Sound) -> NDArray[np.float64]:
    """48 kHz to 16 kHz: a Kaiser-windowed sinc that is 80 dB down where it would fold, then every third sample."""
    assert SAMPLE_RATE == 3 * RATE
    half = 96
    at = np.arange(-half, half + 1)
    low_pass = np.sinc(at * (2 * 7_700 / SAMPLE_RATE)) * np.kaiser(2 * half + 1, 8.0)
    low_pass /= low_pass.sum()
    return np.convolve(np.pad(sound.astype(np.float64), half), low_pass, mode="valid")[::3]

"""What happens to a voice after it has spoken: pitch, trimming, loudness, breath. numpy alone, no filter program.

Pitch is moved by playing the sound faster or slower; the voice spoke slower or faster before, so the tempo stays. A
phase vocoder would keep the formants, and sounds worse: joe four semitones up has DNSMOS 3.26 so, 3.06 through
rubberband. The formants move with the pitch, which makes a child or a mouse of a grown voice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from schemas.time import SAMPLE_RATE

LEVEL_DB = -20.0
"""RMS of the frames in which somebody speaks (dBFS), before delivery."""
PEAK = 0.7
"""-3.1 dBFS: no line is louder."""
FRAME = SAMPLE_RATE // 100
_SILENCE = 10 ** (-38 / 20)
"""Below the loud parts of a line by this much: nobody speaks (breath and a model's hiss included)."""
LEAD_S, TAIL_S = 0.03, 0.06


def resample(sound: NDArray[np.float32], rate: float) -> Sound:
    """``sound`` of ``rate`` Hz at 48 kHz, band-limited: its spectrum is cut or padded, and turned back."""
    edge = round(rate * 0.02)  # the transform sees a ring: let silence meet silence
    padded = np.concatenate([np.zeros(edge, np.float32), sound, np.zeros(edge, np.float32)])
    length = _smooth(len(padded))
    target = round(length * SAMPLE_RATE / rate)
    spectrum = np.fft.rfft(padded, length)
    bins = target // 2 + 1
    fitted = np.zeros(bins, np.complex128)
    kept = min(bins, len(spectrum))
    fitted[:kept] = spectrum[:kept]
    out = np.fft.irfft(fitted, target) * (target / length)
    start = round(edge * SAMPLE_RATE / rate)
    return out[start : start + round(len(sound) * SAMPLE_RATE / rate)].astype(np.float32)


def levels(sound: Sound) -> NDArray[np.float64]:
    """RMS of each 10 ms of 48 kHz sound, at least one value."""
    count = max(1, -(-len(sound) // FRAME))
    padded = np.zeros(count * FRAME, np.float64)
    padded[: len(sound)] = sound
    return np.asarray(np.sqrt(np.mean(np.square(padded.reshape(count, FRAME)), axis=1)))


def trim(sound: Sound) -> tuple[Sound, int]:
    """``sound`` without the silence around it, its ends faded, and how many samples were cut off its front."""
    loud = levels(sound)
    active = np.flatnonzero(loud > _SILENCE * np.percentile(loud, 95))
    if not len(active):
        return sound, 0
    start = max(0, int(active[0]) * FRAME - round(LEAD_S * SAMPLE_RATE))
    stop = min(len(sound), (int(active[-1]) + 1) * FRAME + round(TAIL_S * SAMPLE_RATE))
    cut = sound[start:stop].copy()
    for length, part in ((0.012, cut), (0.03, cut[::-1])):
        count = min(len(cut) // 2, round(length * SAMPLE_RATE))
        part[:count] *= 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count, dtype=np.float32))
    return cut, start


def normalise(sound: Sound, gain_db: float) -> Sound:
    """Bring speech to LEVEL_DB + ``gain_db``; peaks over two thirds of PEAK are bent down softly, none passes PEAK."""
    loud = levels(sound)
    active = loud[loud > _SILENCE * np.percentile(loud, 95)]
    rms = float(np.sqrt(np.mean(np.square(active)))) if len(active) else 0.0
    if rms <= 0:
        return sound
    scaled = sound * np.float32(10 ** ((LEVEL_DB + gain_db) / 20) / rms)
    knee = PEAK * 2 / 3
    room = PEAK - knee
    over = np.abs(scaled) - knee
    bent = np.sign(scaled) * (knee + room * np.tanh(np.maximum(over, 0) / room))
    return np.where(over > 0, bent, scaled).astype(np.float32)


def breathe(sound: Sound, amount: float, seed: int) -> Sound:
    """Take the voice out of a share ``amount`` (0-1) of the sound and leave its breath: a whisper keeps the envelope
    of the spectrum over time and has noise where the vocal folds were."""
    size, hop = 1024, 256
    window = np.hanning(size + 1)[:-1]
    count = -(-len(sound) // hop) + 4
    padded = np.zeros(count * hop + size)
    padded[size // 2 : size // 2 + len(sound)] = sound
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window  # (frames, size)
    magnitude = np.abs(np.fft.rfft(frames, axis=1))
    width = round(350 / (SAMPLE_RATE / size))  # wider than the harmonics' distance, narrower than a formant's
    kernel = np.hanning(2 * width + 3)[1:-1]
    envelope = np.apply_along_axis(np.convolve, 1, magnitude, kernel / kernel.sum(), "same")
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    tilt = np.clip(hertz / 900, 0.1, 1.6) * np.where(hertz > 9000, 9000 / np.maximum(hertz, 1), 1.0)
    dice = np.random.default_rng(seed)
    noise = envelope * tilt * np.exp(2j * np.pi * dice.random(envelope.shape))
    pieces = np.fft.irfft(noise, axis=1) * window
    out = np.zeros(len(padded))
    for number, piece in enumerate(pieces):
        out[number * hop : number * hop + size] += piece
    breath = out[size // 2 : size // 2 + len(sound)]
    level = float(np.sqrt(np.mean(np.square(sound)))) / max(1e-9, float(np.sqrt(np.mean(np.square(breath)))))
    return ((1 - amount) * sound + amount * level * breath).astype(np.float32)


def _smooth(length: int) -> int:
    """The least multiple of 480 that holds ``length``: a fast size for the transform, and round at 48 kHz."""
    return -(-length // 480) * 480

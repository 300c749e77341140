"""Measures of speech, line by line: level, clipping, how it ends, how fast it is, how high the voice lies.

All times are 48 kHz samples from the start of the shot, all levels are RMS in dB over full scale unless said otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from resources.engines import Sound
from schemas.media import TimedLine
from schemas.plan import Strict
from schemas.time import SAMPLE_RATE

FULL_SCALE = 0.9995
"""Samples at or over this stand at the end of the scale (16 bit: 32751)."""
STEP = SAMPLE_RATE // 50
"""20 ms: the shortest stretch whose level says anything about speech."""
END = SAMPLE_RATE * 15 // 1000
"""The last 15 ms of a line: a word that was let finish has died away by then."""
AUDIBLE = -30.0
"""dB under the line's own level: what is softer does not disturb."""
AFTER_WORD = SAMPLE_RATE // 10
"""A tenth of a second for the last sound of a word to die away; alignment is no more exact than that."""
LOWEST_HZ, HIGHEST_HZ = 60, 500
VOICED = 0.5
"""Normalised autocorrelation from which a stretch has a pitch."""
_IDEOGRAPHS = "\u2e80"
FEWEST_LETTERS = 12
"""Shorter lines say nothing about how fast a voice speaks, or how high."""


class LineMeasures(Strict):
    """What was measured on one line."""

    character_id: str
    voice_id: str
    start: int
    letters: int
    script: str
    """"ideographic" where a sign is a syllable and more, else "letters": each has its own speed."""
    level: float
    """dBFS over the whole line."""
    clipped: int
    """Longest run of samples at full scale."""
    end_level: float
    """dB of the last 15 ms over the line's level; a cut-off word stands near 0."""
    tail: float
    """Seconds that go on after the last word and are audible."""
    seconds_per_letter: float
    pitch: float
    """Median fundamental frequency in Hz; 0 where there is none."""


def measure_lines(sound: Sound, lines: Sequence[TimedLine]) -> list[LineMeasures]:
    """Every line of a shot; ``sound`` is the shot's dialogue, (samples,) mono at 48 kHz."""
    return [measure_line(sound, line) for line in lines]


def measure_line(sound: Sound, line: TimedLine) -> LineMeasures:
    """One line."""
    part = sound[line.start : line.end]
    level = rms_db(part)
    letters = sum(letter.isalnum() for letter in line.text)
    spoken = (line.words[-1].end - line.words[0].start if line.words else line.end - line.start) / SAMPLE_RATE
    return LineMeasures(
        character_id=line.character_id,
        voice_id=line.voice_id,
        start=line.start,
        letters=letters,
        script="ideographic" if any(letter >= _IDEOGRAPHS for letter in line.text) else "letters",
        level=round(level, 2),
        clipped=clipped_run(part),
        end_level=round(rms_db(part[-END:]) - level, 2),
        tail=round(tail(sound, line, level), 3),
        seconds_per_letter=round(spoken / max(1, letters), 4),
        pitch=round(pitch(part), 1),
    )


def rms_db(part: Sound) -> float:
    """Level of a stretch in dBFS; -120 for silence."""
    power = float(np.mean(np.square(part, dtype=np.float64))) if len(part) else 0.0
    return 10 * float(np.log10(max(power, 1e-12)))


def clipped_run(part: Sound) -> int:
    """The longest run of samples that stand at the same end of the scale."""
    best = 0
    for side in (part >= FULL_SCALE, part <= -FULL_SCALE):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], side, [False]]).astype(np.int8)))
        best = max(best, int((edges[1::2] - edges[::2]).max(initial=0)))
    return best


def tail(sound: Sound, line: TimedLine, level: float) -> float:
    """Seconds of audible sound after the last word of an aligned line, until the next line or the line's own end."""
    if not line.aligned or not line.words:
        return 0.0
    rest = sound[line.words[-1].end + AFTER_WORD : line.end]
    steps = len(rest) // STEP
    if not steps:
        return 0.0
    levels = 10 * np.log10(np.square(rest[: steps * STEP]).reshape(steps, STEP).mean(1) + 1e-12)
    return int((levels > level + AUDIBLE).sum()) * STEP / SAMPLE_RATE


def pitch(part: Sound) -> float:
    """Median fundamental frequency over voiced stretches of 40 ms, by normalised autocorrelation; 0 for none."""
    every = 4  # 12 kHz is plenty for a fundamental
    samples = part[: len(part) // every * every].reshape(-1, every).mean(1)
    rate = SAMPLE_RATE // every
    size, hop = rate // 25, rate // 50
    if len(samples) < size:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    windows = windows - windows.mean(1, keepdims=True)
    power = np.square(windows).mean(1)
    windows = windows[power > power.max() * 0.05]
    if not len(windows) or not power.max() > 1e-8:
        return 0.0
    spectrum = np.fft.rfft(windows, 2 * size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:, :size]
    lags = np.arange(rate // HIGHEST_HZ, rate // LOWEST_HZ + 1)
    lags = lags[lags < size]
    # unbiased, or long periods would always lose
    strength = correlation[:, lags] / correlation[:, :1] * (size / (size - lags))
    found = []
    for row in strength:
        best = float(row.max())
        if best >= VOICED:  # the shortest period that is nearly as good: an octave too low is the usual mistake
            at = int(np.flatnonzero(row >= 0.9 * best)[0])
            while at + 1 < len(row) and row[at + 1] > row[at]:
                at += 1
            found.append(rate / float(lags[at]))
    return float(np.median(found)) if found else 0.0


def rate_ratios(lines: Mapping[str, Sequence[LineMeasures]]) -> dict[tuple[str, int], float]:
    """How far each line is from its voice's own norm: times slower or faster than the median, 1 and more.

    ``lines`` by shot; the result by (shot, index). A voice with fewer than three lines that are long enough has no
    norm, and its lines are left out.
    """
    norms: dict[tuple[str, str], list[float]] = defaultdict(list)
    for measures in lines.values():
        for line in measures:
            if line.letters >= FEWEST_LETTERS:
                norms[line.voice_id, line.script].append(line.seconds_per_letter)
    ratios: dict[tuple[str, int], float] = {}
    for shot, measures in lines.items():
        for index, line in enumerate(measures):
            known = norms[line.voice_id, line.script]
            if line.letters >= FEWEST_LETTERS and len(known) >= 3:
                ratio = line.seconds_per_letter / max(1e-6, float(np.median(known)))
                ratios[shot, index] = round(max(ratio, 1 / max(ratio, 1e-6)), 3)
    return ratios


def strange_pitches(lines: Mapping[str, Sequence[LineMeasures]]) -> dict[tuple[str, int], float]:
    """Lines whose pitch is another character's: semitones nearer to somebody else than to the speaker's other lines.

    Norms are medians over a character's lines, the judged one left out; who has fewer than two others has none.
    """
    every = [
        (shot, index, line)
        for shot, measures in lines.items()
        for index, line in enumerate(measures)
        if line.pitch and line.letters >= FEWEST_LETTERS
    ]
    found: dict[tuple[str, int], float] = {}
    for shot, index, line in every:
        norms = _norms([other for s, i, other in every if (s, i) != (shot, index)])
        own = norms.pop(line.character_id, None)
        if own is None or not norms:
            continue
        away = {name: abs(12 * float(np.log2(line.pitch / norm))) for name, norm in norms.items()}
        nearer = abs(12 * float(np.log2(line.pitch / own))) - min(away.values())
        if nearer > 0:
            found[shot, index] = round(nearer, 2)
    return found


def _norms(lines: Sequence[LineMeasures]) -> dict[str, float]:
    """Median pitch of every character with two lines and more."""
    pitches: dict[str, list[float]] = defaultdict(list)
    for line in lines:
        pitches[line.character_id].append(line.pitch)
    return {name: float(np.median(values)) for name, values in pitches.items() if len(values) >= 2}


def envelope(sound: Sound, edges: Sequence[int]) -> NDArray[np.float64]:
    """RMS between neighbouring ``edges`` (samples): one value a frame when the edges are frames'."""
    squares = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    places = np.clip(np.asarray(edges), 0, len(sound))
    sums = np.diff(squares[places])
    return np.asarray(np.sqrt(np.maximum(sums, 0.0) / np.maximum(np.diff(places), 1)))

"""What happens to Chatterbox's sound: its pace, its tail, and how the parts of a line are joined. numpy alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from resources.cutout.voices.shape import FRAME, levels
from resources.engines import Sound
from schemas.media import Mark, SpokenLine, TimedLine, Word
from schemas.time import SAMPLE_RATE

LEAST_TEMPO, MOST_TEMPO = 0.6, 1.6
"""Beyond, overlapping pieces are heard as stutter."""
_WINDOW, _REACH = 1920, 480
"""40 ms pieces, two periods of a low voice, and how far each may be shifted to fit the one before it."""
_QUIET = 10 ** (-32 / 20)
"""Below the loud parts of a line by this much: nobody speaks. Chatterbox's own noise floor lies lower."""
_REST = 6
"""Frames of 10 ms without speech that end a line."""
_MOST_TAIL = 35
"""Frames that are kept behind the last word at most."""
_GAP = 40
"""Frames of silence before a sound at the end that may be no word."""
_FADE_S = 0.03

SENTENCE_S, CLAUSE_S, WORD_S = 0.32, 0.16, 0.05
"""Rest between two parts: after a sentence, after a clause, within one. Readers of plain text rest 0.3-0.5 s at full
stops and about half of that at commas."""
_SENTENCE_ENDS = frozenset(".!?…؟۔।。！？｡")
_CLAUSE_ENDS = frozenset(",;:،؛、，；：—–")
_CLOSERS = "\"'”’»›)]」』】）］〉》"


def tempo(sound: Sound, rate: float) -> Sound:
    """``sound`` spoken ``rate`` times as fast at its own pitch.

    WSOLA (Verhelst and Roelands, "An overlap-add technique based on waveform similarity", ICASSP 1993): pieces are
    taken from where they continue the last one best, and overlapped.
    """
    rate = min(MOST_TEMPO, max(LEAST_TEMPO, rate))
    if abs(rate - 1) < 0.03 or len(sound) < 2 * _WINDOW:
        return sound
    hop = _WINDOW // 2
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    wanted = round(len(sound) / rate)
    count = -(-wanted // hop) + 1
    padded = np.concatenate([np.zeros(_REACH + hop, np.float32), sound, np.zeros(3 * _WINDOW + 2 * _REACH, np.float32)])
    out = np.zeros(count * hop + _WINDOW, np.float32)
    follows = padded[_REACH : _REACH + _WINDOW]
    for number in range(count):
        at = min(round(number * hop * rate), len(padded) - _WINDOW - 2 * _REACH - hop)
        shifts = np.correlate(padded[at : at + _WINDOW + 2 * _REACH], follows, "valid")
        start = at + int(np.argmax(shifts))
        out[number * hop : number * hop + _WINDOW] += window * padded[start : start + _WINDOW]
        follows = padded[start + hop : start + hop + _WINDOW]
    return out[hop : hop + wanted]


def without_tail(sound: Sound, timed: TimedLine) -> Sound:
    """``sound`` (48 kHz) up to the end of its speech, faded: models of this kind sigh, click and mumble after it.

    Where a recogniser placed the words, it ends with the first rest after the last of them, and no later than 0.35 s
    after it. Elsewhere a short sound that stands alone at the end, quieter than speech, is taken off.
    """
    loud = levels(sound)
    speaks = loud > _QUIET * float(np.percentile(loud, 95))
    stop = _after_last_word(speaks, timed.words[-1].end) if timed.aligned and timed.words else _alone(loud, speaks)
    if stop >= len(loud):
        return sound
    cut = sound[: stop * FRAME].copy()
    fade = min(len(cut), round(_FADE_S * SAMPLE_RATE))
    cut[len(cut) - fade :] *= 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, fade, dtype=np.float32))
    return cut


def rests(sound: Sound) -> list[int]:
    """Samples in the middle of each rest of a tenth of a second or longer in the last half of ``sound`` (48 kHz)."""
    loud = levels(sound)
    active = np.flatnonzero(loud > _QUIET * float(np.percentile(loud, 95)))
    found = [(int(a) + int(b)) // 2 for a, b in pairwise(active) if b - a > 10]
    return [frame * FRAME for frame in found if frame > len(loud) // 2]


def _after_last_word(speaks: np.ndarray, end: int) -> int:
    """The frame where the first rest at or after sample ``end`` is over by half."""
    last = end // FRAME
    for start in range(max(0, last - _REST // 2), min(len(speaks), last + _MOST_TAIL)):
        if not speaks[start : start + _REST].any():
            return min(len(speaks), start + _REST)
    return min(len(speaks), last + _MOST_TAIL)


def _alone(loud: np.ndarray, speaks: np.ndarray) -> int:
    """The frame where a short, quiet last sound behind a long rest begins to be cut away; else the end."""
    active = np.flatnonzero(speaks)
    breaks = [(int(a), int(b)) for a, b in pairwise(active) if b - a > _GAP]
    if not breaks:
        return len(loud)
    before, after = breaks[-1]
    short = int(active[-1]) - after < 25
    quiet = float(loud[after:].max()) < 0.5 * float(np.percentile(loud[: before + 1], 95))
    return before + 1 + _REST if short and quiet else len(loud)


def pause_after(part: str) -> float:
    """Seconds of rest behind a part, by how it ends."""
    last = part.rstrip().rstrip(_CLOSERS)[-1:]
    return SENTENCE_S if last in _SENTENCE_ENDS else CLAUSE_S if last in _CLAUSE_ENDS else WORD_S


def join(parts: list[tuple[Sound, TimedLine]], line: SpokenLine, engine: str) -> tuple[Sound, TimedLine]:
    """The parts of ``line`` with their rests between them, as one sound with one list of words and of mouth marks."""
    pieces: list[Sound] = []
    words: list[Word] = []
    marks: list[Mark] = []
    at = 0
    for number, (sound, timed) in enumerate(parts):
        words += [Word(text=word.text, start=word.start + at, end=word.end + at) for word in timed.words]
        for mark in timed.marks:
            if not marks or marks[-1].viseme != mark.viseme:
                marks.append(Mark(start=mark.start + at, viseme=mark.viseme))
        pieces.append(sound)
        at += len(sound)
        if number < len(parts) - 1:
            rest = round(pause_after(timed.text) * SAMPLE_RATE)
            pieces.append(np.zeros(rest, np.float32))
            at += rest
    return np.concatenate(pieces), TimedLine(
        character_id=line.character_id,
        text=line.text,
        start=0,
        end=at,
        words=words,
        marks=marks,
        aligned=all(timed.aligned for _, timed in parts),
        voice_id=line.voice_id,
        engine=engine,
        emotion=line.emotion,
    )

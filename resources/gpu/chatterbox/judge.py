"""Whether a take is the part that was asked for: cut at the token limit, hurried through, run away, its end missing.

The bounds are wide on purpose: they catch a model that broke down, and leave the rest to the measured checks of every
film (``resources/quality``).
"""

from __future__ import annotations

import unicodedata
from typing import Literal

import numpy as np

from resources.cutout.voices.align import alignable
from resources.cutout.voices.shape import levels
from resources.engines import Sound
from schemas.media import TimedLine
from schemas.time import SAMPLE_RATE

Flaw = Literal["not_finite", "silent", "token_limit", "too_short", "too_long", "words", "last_word"]
UNUSABLE: frozenset[Flaw] = frozenset({"not_finite", "silent", "token_limit"})
"""A take with one of these is never kept; the others make a take worse than one without."""
TOKEN_LIMIT_S = 1000 / 25
"""``generate()`` stops at 1,000 speech tokens, 25 of them a second, in the middle of a word."""
LEAST_S, MOST_S = 0.035, 0.25
"""Seconds a letter: 28 a second is faster than anybody speaks, 4 is slower (15 are usual)."""
SPARE_S = 1.2
"""Added to the most: a breath, and a model's pause before a short line."""
SILENT = 3e-3
_FAINT = 10 ** (-30 / 20)


def flaws_of(
    raw: Sound, sound: Sound, timed: TimedLine | None, text: str, *, raw_rate: int, rate: float, english: bool
) -> list[Flaw]:
    """What is wrong with a take of ``text``; nothing when it may be used.

    ``raw``: as the model made it, at ``raw_rate`` Hz. ``sound``: brought to 48 kHz, ``rate`` times as fast, trimmed.
    ``timed``: its words, None where nobody looked for them. Where a recogniser knows every word of an English text and
    finds no path to the last of them, words are missing: of 8 takes of two voices it placed all, of the same takes
    without their last half second none.
    """
    if not np.isfinite(raw).all():
        return ["not_finite"]
    if not len(sound) or float(np.abs(sound).max(initial=0.0)) < SILENT:
        return ["silent"]
    found: list[Flaw] = []
    if len(raw) / raw_rate >= TOKEN_LIMIT_S - 0.1:
        found.append("token_limit")
    seconds, letters = len(sound) / SAMPLE_RATE * rate, letters_of(text)
    if seconds < LEAST_S * letters:
        found.append("too_short")
    if seconds > MOST_S * letters + SPARE_S:
        found.append("too_long")
    if timed is not None and not timed.aligned and english and alignable(text):
        found.append("words")
    if timed is not None and timed.aligned and len(timed.words) > 1 and _lacks_last(sound, timed):
        found.append("last_word")
    return found


def letters_of(text: str) -> float:
    """How much there is to say, in Latin letters: a digit is 4 (a word), a Han character or a syllable 2.5."""
    total = 0.0
    for char in unicodedata.normalize("NFC", text):
        if char.isdigit():
            total += 4
        elif unicodedata.category(char) == "Lo" and ("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"):
            total += 2.5
        elif char.isalpha():
            total += 1
    return total


def _lacks_last(sound: Sound, timed: TimedLine) -> bool:
    """Whether the last word was squeezed into nothing: the aligner gives every word a place, spoken or not."""
    last = timed.words[-1]
    if last.end - last.start < 0.04 * SAMPLE_RATE:
        return True
    usual = float(np.percentile(levels(sound), 95))
    return float(levels(sound[last.start : last.end]).max()) < _FAINT * usual

"""Are the words spoken that the plan has? Recognised with pocketsphinx (its US English model is in the wheel).

Word error rate by Levenshtein distance. It knows English only, and little of it: measured WER is 0.02 to 0.08 on
flite's recorded voices. So the check is a warning, and asks nothing of voices it cannot understand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from resources.engines import Sound
from resources.gpu.packaged import Packaged
from resources.quality.speech_quality import downsampled

if TYPE_CHECKING:
    from pocketsphinx import Decoder

DEAF_TO = frozenset({"espeak", "kokoro", "piper"})
"""Voice engines whose speech the recogniser does not understand: its error is 0.8 on espeak, up to 1.1 on
Kokoro's accents and 1.0 on piper when its pitch is moved, measured on lines that a person understands."""
FEWEST_WORDS = 4
"""Shorter lines say nothing: one unknown name is half of them."""
_WORD = re.compile(r"[a-z']+")


def words_of(text: str) -> list[str]:
    """The words of an English text as a recogniser spells them."""
    return [word.strip("'") for word in _WORD.findall(text.casefold().replace("’", "'")) if word.strip("'")]


def can_judge(engine: str, language: str, text: str) -> bool:
    """Whether recognition says anything about a line."""
    known = engine.split("-")[0].split(":")[0] not in DEAF_TO and language.split("-")[0] == "en"
    return known and text.isascii() and len(words_of(text)) >= FEWEST_WORDS


def recognise(sound: Sound) -> list[str]:
    """The words that are heard in ``sound``, (samples,) at 48 kHz."""
    pcm = (np.clip(downsampled(sound), -1, 1) * 32767).astype("<i2").tobytes()
    with RECOGNISER.lent() as lease:
        decoder: Decoder = lease.model
        decoder.start_utt()
        decoder.process_raw(pcm, no_search=False, full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
    return [] if best is None else words_of(best.hypstr)


def word_error_rate(heard: Sequence[str], wanted: Sequence[str]) -> float:
    """Insertions, deletions and substitutions over the words that were wanted; 0 for the same, may pass 1."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / max(1, len(wanted))


def load_recogniser() -> Decoder:
    """The decoder with its dictionary and language model."""
    from pocketsphinx import Decoder

    return Decoder(samprate=16_000, loglevel="FATAL")


RECOGNISER = Packaged("pocketsphinx", "pocketsphinx", load_recogniser, weights=95 << 20, working=20 << 20)

"""From the text of a line to takes of its parts: each is tried with a few seeds, then parted further, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from resources.casting import base_language
from resources.cutout.voices import shape
from resources.cutout.voices.align import alignable
from resources.cutout.voices.text import MAX_HEARD, speakable
from resources.engines import Sound
from resources.gpu.chatterbox.judge import UNUSABLE, Flaw, flaws_of
from resources.gpu.chatterbox.sound import rests, tempo, without_tail
from resources.lexicon.splitting import pairs_up, split_line
from resources.store.fingerprint import derive_seed
from resources.voices.errors import SpeechUnusable
from schemas.media import SpokenLine, TimedLine

MOST_CHARACTERS = 299
"""Of a part: from about 350 on Chatterbox loses words, repeats them or makes some up (its issue tracker)."""
LEAST_TO_PART = 60
"""Characters below which a part that fails is not parted any further."""
MOST_RESTS = 2
"""Rests near the end at which a take whose words were not found is tried as if it ended there."""
MOST_DEPTH = 2
"""How often one part may be halved: at most four pieces of it."""

Synthesise = Callable[[str, int], Sound]
"""Text and seed to sound, (samples,) at the model's own rate."""
Align = Callable[[Sound, SpokenLine], TimedLine]


@dataclass(frozen=True)
class Attempt:
    """One call of the model."""

    text: str
    seed: int
    flaws: tuple[Flaw, ...]

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {"text": self.text, "seed": self.seed, "flaws": list(self.flaws)}


@dataclass(frozen=True)
class PartTake:
    """A part as it was spoken, and every attempt at it."""

    sound: Sound
    timed: TimedLine
    seed: int
    flaws: tuple[Flaw, ...]
    """Of the take that was kept: it was the best there was."""

    @property
    def told(self) -> dict[str, object]:
        """As JSON."""
        return {
            "text": self.timed.text,
            "seed": self.seed,
            "samples": len(self.sound),
            "flaws": list(self.flaws),
            "aligned": self.timed.aligned,
        }


def parts_of(line: SpokenLine) -> list[str]:
    """The parts of ``line`` as they are to be spoken: as somebody decided, as far as that fits, else by rule.

    Raises :class:`SpeechUnusable` for a line in which nothing can be spoken.
    """
    given = line.parts if line.parts and pairs_up(line.parts, line.text) else [line.text]
    parts = [piece for part in given for piece in split_line(speakable(part, MAX_HEARD), MOST_CHARACTERS)]
    kept = [part for part in parts if speakable(part)]  # a part may be dots alone
    if not kept:
        raise SpeechUnusable("there is nothing in it that can be spoken", where=f"a line of {line.character_id}")
    return kept


@dataclass
class PartSpeaker:
    """Speaks the parts of one line. ``attempts`` holds every call of the model, in their order."""

    line: SpokenLine
    synthesise: Synthesise
    align: Align
    raw_rate: int
    rate: float
    """How many times as fast as the model speaks."""
    tries: int
    attempts: list[Attempt]

    def speak(self, parts: Sequence[str], seed: int) -> list[PartTake]:
        """Takes of ``parts``, in their order; there may be more of them than parts. Raises :class:`SpeechUnusable`."""
        return [take for number, part in enumerate(parts) for take in self._speak(part, derive_seed(seed, number), 0)]

    def _speak(self, text: str, seed: int, depth: int) -> list[PartTake]:
        best: PartTake | None = None
        for attempt in range(self.tries):
            take = self._take(text, derive_seed(seed, text, attempt))
            if not take.flaws:
                return [take]
            usable = UNUSABLE.isdisjoint(take.flaws)
            if usable and (best is None or len(take.flaws) < len(best.flaws)):
                best = take
        if len(text) > LEAST_TO_PART and depth < MOST_DEPTH:
            halves = split_line(text, len(text) // 2 + 12)
            if len(halves) > 1:
                return [take for half in halves for take in self._speak(half, seed, depth + 1)]
        if best is None:
            flaws = sorted({flaw for one in self.attempts if one.text == text for flaw in one.flaws})
            raise SpeechUnusable(
                f"{text[:40]!r} was not spoken in {self.tries} attempts ({', '.join(flaws)})",
                where=f"a line of {self.line.character_id}",
            )
        return [best]

    def _take(self, text: str, seed: int) -> PartTake:
        raw = self.synthesise(text, seed)
        part = self.line.model_copy(update={"text": text, "parts": []})
        empty = TimedLine(
            character_id=part.character_id, text=text, start=0, end=0, words=[], marks=[], aligned=False,
            voice_id=part.voice_id, engine="",
        )  # fmt: skip
        english = base_language(part.language) == "en"
        known: dict[str, Any] = {"raw_rate": self.raw_rate, "english": english}
        flaws = flaws_of(raw, raw, None, text, rate=1.0, **known)
        if not UNUSABLE.isdisjoint(flaws):
            return self._noted(PartTake(raw, empty, seed, tuple(flaws)))
        sound, _ = shape.trim(tempo(shape.resample(raw, self.raw_rate), self.rate))
        timed = self.align(sound, part)
        if english and not timed.aligned and alignable(text):
            sound, timed = self._shorter(sound, timed, part)
        ended = without_tail(sound, timed)
        if len(ended) < len(sound):
            timed = _ended(timed, len(ended))
        flaws = flaws_of(raw, ended, timed, text, rate=self.rate, **known)
        return self._noted(PartTake(ended, timed, seed, tuple(flaws)))

    def _shorter(self, sound: Sound, timed: TimedLine, part: SpokenLine) -> tuple[Sound, TimedLine]:
        """``sound`` up to one of its last rests, if the words are found up to there: what follows is none of them."""
        for stop in rests(sound)[: -MOST_RESTS - 1 : -1]:
            found = self.align(sound[:stop], part)
            if found.aligned:
                return sound[:stop], found
        return sound, timed

    def _noted(self, take: PartTake) -> PartTake:
        self.attempts.append(Attempt(take.timed.text, take.seed, take.flaws))
        return take


def _ended(timed: TimedLine, samples: int) -> TimedLine:
    """``timed`` in a sound that ends after ``samples``: nothing is told of what was cut off, and the mouth rests."""
    words = [word.model_copy(update={"end": min(word.end, samples)}) for word in timed.words if word.start < samples]
    marks = [mark for mark in timed.marks if mark.start < samples]
    if marks and marks[-1].viseme != "X":
        rest = marks[-1].model_copy(update={"start": max(marks[-1].start, samples - 480), "viseme": "X"})
        marks = [*(mark for mark in marks if mark.start < rest.start), rest]
    return timed.model_copy(update={"end": samples, "words": words, "marks": marks})

"""From a line and its voice to sound: how it is meant, what the worker is asked, what is done to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from resources.casting import VoiceBook, VoiceEntry
from resources.cutout.voices import shape
from resources.cutout.voices.client import VoiceWorker
from resources.cutout.voices.espeak import Phone
from resources.cutout.voices.visemes import marks
from resources.engines import Sound
from resources.errors import RenderFault
from schemas.media import SpokenLine, TimedLine, Word
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Delivery, Emotion


@dataclass(frozen=True, slots=True)
class Manner:
    """How a line is said: factor of the tempo, semitones, decibels, share of breath (0-1), factor of the melody."""

    rate: float = 1.0
    semitones: float = 0.0
    gain_db: float = 0.0
    breath: float = 0.0
    variation: float = 1.0

    def __add__(self, other: Manner) -> Manner:
        """Both at once."""
        return Manner(
            self.rate * other.rate,
            self.semitones + other.semitones,
            self.gain_db + other.gain_db,
            max(self.breath, other.breath),
            self.variation * other.variation,
        )


# Directions after the usual findings on emotional speech (Scherer 2003, "Vocal communication of emotion"): anger and
# joy are faster, higher, louder; sadness and tenderness slower, lower, softer; fear faster and higher.
EMOTIONS = {
    Emotion.NEUTRAL: Manner(),
    Emotion.HAPPY: Manner(1.04, 0.6, 0.5, 0.0, 1.2),
    Emotion.SAD: Manner(0.90, -0.6, -1.5, 0.06, 0.8),
    Emotion.ANGRY: Manner(1.05, 0.3, 1.5, 0.0, 1.2),
    Emotion.AFRAID: Manner(1.08, 0.8, -0.5, 0.08, 1.1),
    Emotion.SURPRISED: Manner(1.03, 1.0, 0.8, 0.0, 1.3),
    Emotion.TENDER: Manner(0.93, -0.2, -2.0, 0.10, 0.9),
    Emotion.DETERMINED: Manner(0.96, -0.3, 0.8, 0.0, 0.95),
}
DELIVERIES = {
    Delivery.NORMAL: Manner(),
    Delivery.SOFT: Manner(0.96, -0.2, -4.0, 0.12, 0.9),
    Delivery.WHISPER: Manner(0.92, 0.0, -7.0, 0.7, 0.7),
    Delivery.LOUD: Manner(0.98, 0.8, 2.5, 0.0, 1.2),
    Delivery.SLOW: Manner(0.82),
    Delivery.FAST: Manner(1.20),
}
MAX_RATE, MIN_RATE = 2.2, 0.45
_START_S = 60.0
"""Patience with a worker that has to load a model on a busy machine."""
_PATIENCE_S = 0.5
"""More of it for each character: four times Kokoro's pace on one thread."""


def perform(worker: VoiceWorker, line: SpokenLine, seed: int, book: VoiceBook) -> tuple[Sound, TimedLine]:
    """Speak ``line``. The same line and seed give the same samples, whichever worker is asked.

    Raises :class:`~resources.errors.RenderFault` when it cannot be spoken, and
    :class:`~resources.errors.PassingFault` when the worker died or hung.
    """
    voice = book.speaker(line.voice_id, line.language)
    manner = EMOTIONS[line.emotion] + DELIVERIES[line.delivery]
    ratio = 2 ** ((voice.semitones + line.pitch_semitones + manner.semitones) / 12)
    rate = voice.rate * line.rate * manner.rate / ratio  # the pitch is moved by playing faster
    request: dict[str, Any] = {
        "op": "speak",
        "engine": voice.engine,
        "speaker": voice.speaker,
        "espeak": book.espeak(line.language),
        "language": line.language.split("-")[0],
        "text": line.text,
        "rate": round(min(MAX_RATE, max(MIN_RATE, rate)), 4),
        "seed": seed,
        "pitch": voice.pitch,
        "variation": round(min(100, voice.variation * manner.variation)),
    }
    try:
        answer, raw = worker.ask(request, timeout=_START_S + _PATIENCE_S * len(line.text))
    except RenderFault as error:
        where = f"the line {line.text[:40]!r} of {line.character_id} in {book.language_name(line.language)}"
        raise RenderFault(error.message, where=where) from None
    sound, cut = shape.trim(shape.resample(raw, answer["rate"] * ratio))
    if manner.breath:
        sound = shape.breathe(sound, manner.breath, seed)
    sound = shape.normalise(sound, manner.gain_db)
    return sound, _timed(line, sound, answer, ratio, cut / SAMPLE_RATE, _engine(voice))


def place(worker: VoiceWorker, sound: Sound, line: SpokenLine, book: VoiceBook) -> TimedLine:
    """Place the words of ``line`` in a recording of it (48 kHz mono): forced alignment, or spread by length.

    Raises as :func:`perform` does.
    """
    request: dict[str, Any] = {
        "op": "align",
        "text": line.text,
        "espeak": book.espeak(line.language),
        "language": line.language.split("-")[0],
    }
    spectrum = np.fft.rfft(sound)[: len(sound) // 6 + 1]
    heard = np.fft.irfft(spectrum, len(sound) // 3) / 3  # 16 kHz, what the recogniser was trained on
    data = np.ascontiguousarray(heard, "<f4").tobytes()
    answer, _ = worker.ask(request, timeout=_START_S + len(sound) / SAMPLE_RATE, sound=data)
    return _timed(line, sound, answer, 1.0, 0.0, "recording")


def _timed(
    line: SpokenLine, sound: Sound, answer: dict[str, Any], ratio: float, offset: float, engine: str
) -> TimedLine:
    """A worker's times (s, before the pitch was moved by ``ratio`` and ``offset`` was trimmed) as a line of ours."""
    phones = [Phone(ipa, start / ratio - offset, end / ratio - offset) for ipa, start, end in answer["phones"]]
    words = [
        Word(text=text, start=_sample(start / ratio - offset, sound), end=_sample(end / ratio - offset, sound))
        for text, start, end in answer["words"]
    ]
    return TimedLine(
        character_id=line.character_id,
        text=line.text,
        start=0,
        end=len(sound),
        words=words,
        marks=marks(phones, sound),
        aligned=bool(answer["aligned"]),
        voice_id=line.voice_id,
        engine=engine,
        emotion=line.emotion,
    )


def _engine(voice: VoiceEntry) -> str:
    return f"{voice.engine}:{voice.speaker}" if voice.speaker else voice.engine


def _sample(seconds: float, sound: Sound) -> int:
    return max(0, min(len(sound), round(seconds * SAMPLE_RATE)))

"""The voice that Chatterbox follows: a clip that somebody agreed to, else the embedded voice of the same id.

A film is cast from ``configs/voices.yaml`` whatever speaks in the end. Where the profile's folder of clips has none
for a voice, the embedded voices speak a short passage as it was cast (pitch included), and Chatterbox follows that.
Nobody's consent is needed beyond what the table tells of these voices, which are synthetic or were given for speech
synthesis.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from resources.casting import VoiceBook, base_language
from resources.cutout.voices import shape
from resources.cutout.voices.engine import EmbeddedVoices
from resources.errors import SparkleError
from resources.media.wav import wav_bytes
from resources.store.atomic import write_bytes
from resources.store.fingerprint import digest, hash_file
from resources.voices.consent import find_clip
from schemas.media import SpokenLine
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Delivery, Emotion

PASSAGES = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
    "and should act towards one another in a spirit of brotherhood.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y "
    "conciencia, deben comportarse fraternalmente los unos con los otros.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de "
    "conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di "
    "coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de "
    "consciência, devem agir uns para com os outros em espírito de fraternidade.",
}
"""Article 1 of the Universal Declaration of Human Rights: about ten seconds, in the neural voices' languages."""


@dataclass(frozen=True)
class Reference:
    """A recording to follow, as a file that Chatterbox can read."""

    path: Path
    language: str
    voice: str
    """What stands behind it: ``embedded:mira``, or ``clip:`` and the start of its hash."""
    consent: str


class References:
    """Finds or makes the reference of a line, once; ``folder`` keeps them."""

    def __init__(self, folder: Path, clips: Path | None, book: VoiceBook, embedded: EmbeddedVoices) -> None:
        self._folder = folder
        self._clips = clips
        self._book = book
        self._embedded = embedded

    def of(self, line: SpokenLine) -> Reference:
        """The reference of the voice that speaks ``line``.

        Raises :class:`~resources.voices.errors.ConsentMissing`, :class:`~resources.errors.InputError` for a clip of
        no use, and what the embedded voices raise.
        """
        clip = find_clip(self._clips, line.voice_id) if self._clips is not None else None
        if clip is not None:
            sha256 = clip.note.clip_sha256
            path = self._folder / f"{digest([sha256, line.pitch_semitones])[:32]}.wav"
            if not path.is_file():
                moved = shape.resample(clip.sound(), SAMPLE_RATE * 2 ** (line.pitch_semitones / 12))
                write_bytes(path, wav_bytes(shape.normalise(moved, 0.0)))
            return Reference(path, clip.note.language, f"clip:{sha256[:16]}", clip.consent)
        passage = self._passage(line)
        path = self._folder / f"{digest([self._embedded.revision, passage.model_dump(mode='json')])[:32]}.wav"
        if not path.is_file():
            sound, _ = self._embedded.speak(passage, 0)
            write_bytes(path, wav_bytes(sound))
        entry = self._book.entry(line.voice_id)
        return Reference(path, passage.language, f"embedded:{line.voice_id}", entry.consent)

    def prefetch(self, lines: list[SpokenLine]) -> None:
        """Begin to make the references of ``lines``; whatever is wrong with one is told when it is asked for."""
        for line in lines:
            with suppress(SparkleError, ValueError):
                if self._clips is None or find_clip(self._clips, line.voice_id) is None:
                    self._embedded.prefetch([(self._passage(line), 0)])

    def told(self, reference: Reference) -> str:
        """The hash of what was followed, for the record."""
        return hash_file(reference.path)

    def _passage(self, line: SpokenLine) -> SpokenLine:
        """The passage in the line's language where the cast voice speaks that, else in English."""
        base = base_language(line.language)
        speaks = base in PASSAGES and self._book.speaks(self._book.entry(line.voice_id), base)
        language = base if speaks else "en"
        return SpokenLine(
            character_id="reference",
            text=PASSAGES[language],
            language=language,
            voice_id=line.voice_id,
            pitch_semitones=line.pitch_semitones,
            rate=1.0,
            emotion=Emotion.NEUTRAL,
            delivery=Delivery.NORMAL,
        )

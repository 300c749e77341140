"""Who speaks with which voice, and in which language a line is spoken. The voices stand in ``configs/voices.yaml``."""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from resources.config import config_path, held_to
from resources.errors import InputError
from resources.lexicon import gender_of as words_gender
from schemas.media import ResolvedLook
from schemas.plan import Character, Id, Short, Strict, Text, Voice
from schemas.vocabulary import Age, Species

Gender = Literal["female", "male"]
APART_HZ = 20.0
"""Two characters of a film whose voices come from the same engine voice differ at least by this (median pitch)."""
SWAY_HZ = 10.0
"""How far the pitch that is heard in a film's few lines lies from the voice's own at most, two voices together: what
they feel moves it (measured on twenty films)."""


class NoVoice(InputError):
    """No voice speaks the language that was asked for."""


class VoiceEntry(Strict):
    """A voice: what speaks, and what a listener hears."""

    id: Id
    engine: Literal["piper", "kokoro", "espeak"]
    speaker: str = ""
    """Kokoro's style, or espeak-ng's variant (``+f2``)."""
    languages: list[str] = Field(default_factory=list)
    """Languages it speaks; empty for espeak: all of the book."""
    gender: Gender
    ages: list[Age] = Field(min_length=1)
    timbre: list[Short] = Field(default_factory=list)
    """Words for casting: warm, bright, small, deep, flat, ..."""
    semitones: float = Field(0.0, ge=-12, le=12)
    """How far it is moved from the engine voice, formants included."""
    rate: float = Field(1.0, ge=0.5, le=2.0)
    pitch: int = Field(50, ge=0, le=100)
    """espeak-ng only."""
    variation: int = Field(50, ge=0, le=100)
    """espeak-ng only: melody, 0 is flat."""
    median_hz: float = Field(ge=40, le=600)
    dnsmos: float = Field(ge=1, le=5)
    """Overall DNSMOS (speechmos), the mean over the lines it was measured with."""
    wer: float | None = None
    """Word error rate of pocketsphinx, English."""
    cast: bool = True
    """False: only when a plan asks for it."""
    licence: Short
    consent: Text
    """Whose voice it is, and why it may be used."""

    @property
    def source(self) -> str:
        """The engine voice behind it. Kokoro's styles are mixed from five, so they count as one."""
        return self.engine if self.engine != "espeak" else f"{self.engine}:{self.speaker}"


class Language(Strict):
    """A language that can be spoken."""

    name: Short
    espeak: str = Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*$")


class VoiceBook(Strict):
    """``configs/voices.yaml``."""

    narrator: Id
    voices: list[VoiceEntry]
    languages: dict[str, Language]
    scripts: dict[str, str]
    """Unicode script -> language that is assumed of it."""
    given_names: dict[Gender, list[str]]
    """Common given names, lower case, of one gender more than of the other."""

    @model_validator(mode="after")
    def _holds(self) -> VoiceBook:
        ids = [voice.id for voice in self.voices]
        twice = [one for one, count in Counter(ids).items() if count > 1]
        if twice:
            raise ValueError(f"voices: the id {twice[0]!r} is used twice")
        if self.narrator not in ids:
            raise ValueError(f"narrator: there is no voice {self.narrator!r}")
        for voice in self.voices:
            for language in voice.languages:
                if language not in self.languages:
                    raise ValueError(f"voices: {voice.id} speaks {language!r}, which is not among the languages")
        for script, language in self.scripts.items():
            if language not in self.languages:
                raise ValueError(f"scripts: {script} is {language!r}, which is not among the languages")
        return self

    @cached_property
    def digest(self) -> str:
        """Short hash of everything in it that can be heard."""
        heard = [
            voice.model_dump(mode="json", exclude={"dnsmos", "wer", "licence", "consent"}) for voice in self.voices
        ]
        languages = {code: language.espeak for code, language in self.languages.items()}
        return hashlib.sha256(json.dumps([heard, languages], sort_keys=True).encode()).hexdigest()[:12]

    def entry(self, voice_id: str) -> VoiceEntry:
        """The voice called ``voice_id``; ``ValueError`` names the known ones."""
        for voice in self.voices:
            if voice.id == voice_id:
                return voice
        raise ValueError(f"there is no voice {voice_id!r}; voices: {', '.join(v.id for v in self.voices)}")

    def speaks(self, voice: VoiceEntry, language: str) -> bool:
        """Whether ``voice`` speaks ``language`` itself."""
        return base_language(language) in (voice.languages or self.languages)

    def speaker(self, voice_id: str, language: str) -> VoiceEntry:
        """The voice that really says a line: the cast one, or the nearest espeak voice where it lacks the language."""
        voice = self.entry(voice_id)
        if self.speaks(voice, language):
            return voice
        self.espeak(language)
        others = [v for v in self.voices if v.gender == voice.gender and self.speaks(v, language) and v.cast]
        others = others or [v for v in self.voices if self.speaks(v, language)]
        return min(others, key=lambda v: (v.engine == "espeak", abs(v.median_hz - voice.median_hz), v.id))

    def espeak(self, language: str) -> str:
        """espeak-ng's name of ``language``. Raises :class:`NoVoice`."""
        known = self.languages.get(base_language(language))
        if known is None:
            raise NoVoice(
                f"no voice speaks the language {language[:20]!r}", hint=f"spoken: {', '.join(sorted(self.languages))}"
            )
        return known.espeak

    def language_name(self, language: str) -> str:
        """A language for a person to read."""
        known = self.languages.get(base_language(language))
        return known.name if known else language


def load_voices(path: Path | None = None) -> VoiceBook:
    """The voices; read once, until the file changes. Raises :class:`~resources.errors.ConfigInvalid`."""
    path = path or config_path("voices.yaml")
    if not path.is_file():
        return held_to(VoiceBook, path)  # which tells why
    found = path.stat()
    return _read_voices(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _read_voices(path: Path, changed_ns: int, size: int) -> VoiceBook:
    """A fifth of a second, and every line of every shot asks for it."""
    return held_to(VoiceBook, path)


def base_language(language: str) -> str:
    """``pt`` of ``pt-BR``."""
    return language.split("-")[0].lower()


_SCRIPT_OF_NAME = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "CJK": "HAN", "IDEOGRAPHIC": "HAN"}


def script_of(text: str) -> str:
    """The script most letters of ``text`` are written in, as the first word of their Unicode names; ``""`` for none.

    Kana anywhere among Han make it KANA.
    """
    seen: Counter[str] = Counter()
    for char in text:
        if unicodedata.category(char)[0] == "L":
            word = unicodedata.name(char, "UNKNOWN").split()[0].split("-")[0]
            seen[_SCRIPT_OF_NAME.get(word, word)] += 1
    if seen["KANA"] and seen["KANA"] + seen["HAN"] >= seen.total() / 2:
        return "KANA"
    return min(seen, key=lambda script: (-seen[script], script)) if seen else ""


# which languages are written in a script, beside the one that stands for it
_ALSO = {
    "CYRILLIC": {"ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "tt", "ba", "cv"},
    "ARABIC": {"ar", "fa", "ur", "ug", "sd", "ku"},
    "HEBREW": {"he"},
    "DEVANAGARI": {"hi", "mr", "ne", "kok"},
    "BENGALI": {"bn", "as", "bpy"},
    "HAN": {"zh", "yue", "ja", "hak"},
    "KANA": {"ja"},
}


def language_of(text: str, default: str) -> str:
    """The language a line is spoken in: ``default``, unless its letters belong to a script of another."""
    scripts = _shipped().scripts
    script, base = script_of(text), base_language(default)
    if not script or base == scripts.get(script) or base in _ALSO.get(script, ()):
        return default
    if script == "LATIN" and base not in scripts.values():
        return default
    return scripts.get(script, default)


@cache
def _shipped() -> VoiceBook:
    """The shipped voices, read once a process."""
    return load_voices()


_SMALL = frozenset(
    {
        Species.MOUSE,
        Species.BIRD,
        Species.RABBIT,
        Species.CAT,
        Species.FROG,
        Species.FISH,
        Species.HEDGEHOG,
        Species.SQUIRREL,
        Species.PENGUIN,
        Species.OWL,
        Species.MONKEY,
        Species.BEE,
    }
)
_BIG = frozenset(
    {Species.BEAR, Species.DRAGON, Species.WHALE, Species.HORSE, Species.ELEPHANT, Species.LION, Species.COW}
)
_ODD = frozenset({Species.GHOST, Species.ALIEN, Species.SCARECROW, Species.SNOWMAN, Species.CLOUD, Species.OCTOPUS})
_PITCH = {"female": 215.0, "male": 105.0}


def gender_of(character: Character, seed: int, book: VoiceBook) -> Gender:
    """What the words about somebody say, then the name, else a coin thrown with the seed."""
    said = {"she": "female", "he": "male"}.get(words_gender(f"{character.description} {character.name}"))
    if said is None:
        first = re.findall(r"[^\W\d_]+", character.name.lower())
        said = next((g for name in first for g, names in book.given_names.items() if name in names), None)
    if said is not None:
        return "female" if said == "female" else "male"
    return "female" if _die(seed, character.id, "gender") < 0.5 else "male"


def cast_voices(
    characters: Iterable[Character],
    looks: dict[str, ResolvedLook],
    language: str,
    seed: int,
    voices: VoiceBook,
) -> dict[str, Voice]:
    """A voice for each character, by id. What the plan says wins; the rest fits age, body and words, and differs.

    Raises ``ValueError`` for a voice that is not in the book, :class:`NoVoice` for a language nobody speaks.
    """
    voices.espeak(language)
    cast: dict[str, Voice] = {}
    used: list[tuple[str, float]] = []
    everybody = list(characters)
    for character in everybody:
        if character.voice.voice_id is not None:
            entry = voices.entry(character.voice.voice_id)
            cast[character.id] = character.voice
            used.append((entry.source, _sounds_at(entry, character.voice)))
    # the narrator has the first choice, then the cast in its order
    for character in sorted(everybody, key=lambda c: c.on_screen):
        if character.id in cast:
            continue
        entry, voice = _choose(character, looks.get(character.id), language, seed, voices, used)
        cast[character.id] = voice
        used.append((entry.source, _sounds_at(entry, voice)))
    return {character.id: cast[character.id] for character in everybody}


def _choose(
    character: Character,
    look: ResolvedLook | None,
    language: str,
    seed: int,
    book: VoiceBook,
    used: list[tuple[str, float]],
) -> tuple[VoiceEntry, Voice]:
    able = [voice for voice in book.voices if voice.cast and book.speaks(voice, language)]
    able = able or [voice for voice in book.voices if book.speaks(voice, language)]
    if not able:
        raise NoVoice(f"no voice speaks {book.language_name(language)}")
    if not character.on_screen:
        narrator = book.entry(book.narrator)
        if narrator in able and _free(narrator.source, narrator.median_hz, used):
            return narrator, character.voice.model_copy(update={"voice_id": narrator.id})
    wanted = _wanted(character, look if character.on_screen else None, seed, book)
    # a voice as it is, or a little higher or lower: what bends it must be worth the harm
    ranked = sorted(
        (_distance(voice, shift, wanted, character, seed, used), number, voice.id)
        for voice in able
        for number, shift in enumerate(_SHIFTS)
        if not shift or _LOWEST <= voice.semitones + shift <= _HIGHEST
    )
    for _, number, voice_id in ranked:
        entry, voice = book.entry(voice_id), _bent(character, voice_id, _SHIFTS[number], wanted.rate)
        if _free(entry.source, _sounds_at(entry, voice), used):
            return entry, voice
    _, number, voice_id = ranked[0]
    return book.entry(voice_id), _bent(character, voice_id, _SHIFTS[number], wanted.rate)


_SHIFTS = (0.0, 1.5, -1.5, 2.5, -2.5, 3.5, 5.0, 6.5)
"""Semitones that the casting may move a voice by."""
_LOWEST, _HIGHEST = -3.0, 8.0
"""Semitones from the engine voice, all told: below, words blur (joe at -3: DNSMOS 2.8); above, children twitter."""


def _bent(character: Character, voice_id: str, shift: float, rate: float) -> Voice:
    return character.voice.model_copy(
        update={
            "voice_id": voice_id,
            "pitch_semitones": max(-12.0, min(12.0, character.voice.pitch_semitones + shift)),
            "rate": max(0.5, min(2.0, round(character.voice.rate * rate, 3))),
        }
    )


class _Wanted(Strict):
    gender: Gender
    age: Age
    hertz: float
    rate: float
    timbre: list[str]


def _wanted(character: Character, look: ResolvedLook | None, seed: int, book: VoiceBook) -> _Wanted:
    gender = gender_of(character, seed, book)
    species = look.species if look else Species.PERSON
    age = look.age if look else Age.ADULT
    hertz, rate, timbre = _PITCH[gender], 1.0, ["warm"] if character.on_screen else ["calm", "warm"]
    if age is Age.CHILD:
        hertz, rate, timbre = 290.0 if gender == "female" else 255.0, 1.02, ["small", "bright"]
    elif age is Age.OLD:
        hertz, rate, timbre = hertz * 0.9, 0.92, ["old", "deep"]
    if species in _SMALL:
        hertz, timbre = hertz * 1.3, ["small", "bright"]
    elif species in _BIG:
        hertz, rate, timbre = hertz * 0.8, rate * 0.95, ["deep", "big"]
    elif species is Species.ROBOT:
        timbre = ["flat", "bright"]
    elif species in _ODD:
        hertz, timbre = hertz * 1.1, ["odd", "soft"]
    return _Wanted(gender=gender, age=age, hertz=hertz, rate=rate, timbre=timbre)


def _distance(
    voice: VoiceEntry,
    shift: float,
    wanted: _Wanted,
    character: Character,
    seed: int,
    used: list[tuple[str, float]],
) -> float:
    """How badly ``voice``, moved by ``shift`` semitones, fits. An octave of pitch weighs as much as a wrong gender."""
    flat = "flat" in wanted.timbre
    miss = 1.2 * abs(math.log2(voice.median_hz / wanted.hertz) + shift / 12)
    miss += 0.0 if voice.gender == wanted.gender else 1.0
    miss += 0.0 if wanted.age in voice.ages else 0.5
    miss -= 0.2 * len(set(voice.timbre) & set(wanted.timbre))
    miss += 0.5 * max(0.0, 3.2 - voice.dnsmos) + (0.1 if shift > 0 else 0.2) * abs(shift)
    # a machine's voice is for machines, and nobody else's while there are others
    miss += (2.0 if flat else 0.8) * ((voice.engine == "espeak") != flat)
    miss += 0.1 * sum(source == voice.source for source, _ in used)
    return miss + 0.25 * _die(seed, character.id, voice.id)


def _sounds_at(entry: VoiceEntry, voice: Voice) -> float:
    return float(entry.median_hz * 2 ** (voice.pitch_semitones / 12))


def _free(source: str, hertz: float, used: list[tuple[str, float]]) -> bool:
    return all(source != other or abs(hertz - there) >= APART_HZ + SWAY_HZ for other, there in used)


def _die(*parts: object) -> float:
    """A number in [0, 1) that depends on ``parts`` alone."""
    digest = hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64

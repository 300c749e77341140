"""Casting: what the plan says wins, the rest fits and differs, and every line finds its language."""

from __future__ import annotations

from pathlib import Path

import pytest

from resources.casting import APART_HZ, NoVoice, VoiceBook, cast_voices, language_of, load_voices, script_of
from resources.config import config_path
from resources.errors import ConfigInvalid
from resources.lexicon import resolve_look
from schemas.plan import Character, Voice

BOOK = load_voices()


def cast(people: list[Character], language: str = "en", seed: int = 1) -> dict[str, Voice]:
    """The voices of ``people`` with looks drawn from the same seed."""
    return cast_voices(people, {c.id: resolve_look(c, seed) for c in people}, language, seed, BOOK)


def hertz(voice: Voice) -> float:
    """What a cast voice sounds at."""
    return BOOK.entry(voice.voice_id or "").median_hz * 2 ** (voice.pitch_semitones / 12)


def somebody(name: str, description: str = "", **more: object) -> Character:
    """A character with an id made of the name."""
    return Character.model_validate({"id": name.lower(), "name": name, "description": description, **more})


def test_every_voice_is_good_enough_and_says_whose_it_is() -> None:
    for voice in BOOK.voices:
        assert voice.licence and voice.consent
        if voice.cast and BOOK.speaks(voice, "en"):
            assert voice.dnsmos >= 2.6, voice.id
    assert BOOK.entry(BOOK.narrator).dnsmos >= 3.0


def test_casting_repeats_and_other_seeds_differ() -> None:
    people = [somebody("Zed"), somebody("Yo"), somebody("Quill")]
    assert cast(people) == cast(people)
    assert len({tuple(sorted((k, v.voice_id) for k, v in cast(people, seed=s).items())) for s in range(6)}) > 1


def test_what_the_plan_says_wins() -> None:
    people = [somebody("Ada", voice={"voice_id": "kumo", "rate": 1.2}), somebody("Bob")]
    voices = cast(people)
    assert voices["ada"] == Voice(voice_id="kumo", rate=1.2) and voices["bob"].voice_id != "kumo"


def test_an_unknown_voice_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no voice 'nobody'.*joe"):
        cast([somebody("Ada", voice={"voice_id": "nobody"})])


def test_words_decide_who_sounds_how() -> None:
    people = [
        somebody("Vesper", "a queen, she is tall"),
        somebody("Rowan", "an old man with a beard"),
        somebody("Bit", "a small robot"),
        somebody("Nib", "a tiny mouse"),
        somebody("Moss", "a huge bear"),
        somebody("Narrator", on_screen=False),
    ]
    voices = cast(people)
    assert voices["narrator"].voice_id == BOOK.narrator
    assert BOOK.entry(voices["vesper"].voice_id or "").gender == "female"
    assert BOOK.entry(voices["rowan"].voice_id or "").gender == "male" and voices["rowan"].rate < 1
    assert "flat" in BOOK.entry(voices["bit"].voice_id or "").timbre
    assert hertz(voices["nib"]) > hertz(voices["moss"])


@pytest.mark.parametrize("language", ["en", "es", "de"])
@pytest.mark.parametrize("seed", range(4))
def test_twelve_people_have_twelve_voices(language: str, seed: int) -> None:
    people = [somebody(f"P{number}") for number in range(12)]
    heard = [(BOOK.entry(v.voice_id or "").source, hertz(v)) for v in cast(people, language, seed).values()]
    for number, (source, pitch) in enumerate(heard):
        assert all(source != other or abs(pitch - there) >= APART_HZ for other, there in heard[:number])


def test_a_language_nobody_speaks_is_told_with_those_that_are() -> None:
    with pytest.raises(NoVoice, match=r"'tlh'.*en") as caught:
        cast([somebody("Ada")], "tlh")
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "default", "expected"),
    [
        ("Hello there", "en", "en"),
        ("Hello there", "en-GB", "en-GB"),
        ("Привет", "en", "ru"),
        ("Привіт", "uk", "uk"),
        ("こんにちは世界", "en", "ja"),
        ("你好", "en", "zh"),
        ("世界", "ja", "ja"),
        ("안녕", "fr", "ko"),
        ("नमस्ते", "en", "hi"),
        ("Γεια", "en", "el"),
        ("مرحبا", "en", "ar"),
        ("فارسی", "fa", "fa"),
        ("Hello", "ru", "en"),
        ("naïve", "fr", "fr"),
        ("123 …", "fr", "fr"),
        ("ᏣᎳᎩ", "en", "en"),
    ],
)
def test_the_script_of_a_line_picks_its_language(text: str, default: str, expected: str) -> None:
    assert language_of(text, default) == expected


def test_a_voice_that_lacks_a_language_has_a_stand_in() -> None:
    stand_in = BOOK.speaker("joe", "ru")
    assert BOOK.speaks(stand_in, "ru") and stand_in.gender == "male"
    assert BOOK.speaker("joe", "en-US").id == "joe"


def test_the_file_is_held_to_its_form(tmp_path: Path) -> None:
    good = config_path("voices.yaml").read_text(encoding="utf-8")
    for old, new, said in (
        ("median_hz: 94", "median_hz: 9000", "median_hz"),
        ("narrator: joe", "narrator: nobody", "nobody"),
        ("engine: piper", "engin: piper", "engin"),
        ("voices:\n", "voices: [\n", "YAML"),
    ):
        path = tmp_path / "voices.yaml"
        path.write_text(good.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigInvalid, match=said):
            load_voices(path)
    assert isinstance(BOOK, VoiceBook) and script_of("Ядро abc") == "CYRILLIC"


def test_the_voices_are_read_once_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "voices.yaml"
    path.write_bytes(config_path("voices.yaml").read_bytes())
    book = load_voices(path)
    assert load_voices(path) is book
    path.write_text(path.read_text(encoding="utf-8") + "# another line\n", encoding="utf-8")
    again = load_voices(path)
    assert again is not book and again == book
    path.write_text("voices: [", encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="is not YAML"):
        load_voices(path)
    path.unlink()
    with pytest.raises(ConfigInvalid, match="is not a file"):
        load_voices(path)

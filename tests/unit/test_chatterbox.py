"""From a line to takes of its parts: split, judged, tried again, their tails off, joined. A reader is the model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from resources.casting import load_voices
from resources.cutout.voices.shape import levels
from resources.engines import Sound
from resources.errors import ConfigInvalid
from resources.gpu.chatterbox.judge import TOKEN_LIMIT_S, flaws_of, letters_of
from resources.gpu.chatterbox.manner import DELIVERIES, EMOTIONS, Manner, manner_of
from resources.gpu.chatterbox.model import ENGLISH, MULTILINGUAL, model_for
from resources.gpu.chatterbox.options import read_options
from resources.gpu.chatterbox.parts import MOST_CHARACTERS, Align, PartSpeaker, PartTake, parts_of
from resources.gpu.chatterbox.sound import CLAUSE_S, SENTENCE_S, WORD_S, join, pause_after, tempo, without_tail
from resources.lexicon.splitting import pairs_up
from resources.voices.aligner import Aligner
from resources.voices.errors import SpeechUnusable
from schemas.media import Mark, SpokenLine, TimedLine, Word
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Delivery, Emotion
from tests.harness.speech import RATE, Reader, endless, first_half, mumbled, not_a_number, silence
from tests.unit.test_voices import line

SHORT = "The old keeper lit the lamp."
LONG = " ".join(["The old keeper lit the lamp, and the sea answered him with a long low sound."] * 26)[:2000]


@pytest.fixture(scope="module")
def align() -> Iterator[Aligner]:
    aligner = Aligner(load_voices())
    yield aligner
    aligner.close()


@pytest.fixture(scope="module")
def steady() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def speaker(reader: Reader, align: Align, spoken: SpokenLine, *spoils: object, **given: float) -> PartSpeaker:
    reader.spoils = list(spoils)  # type: ignore[arg-type]
    reader.texts.clear()
    reader.seeds.clear()
    return PartSpeaker(spoken, reader, align, RATE, given.get("rate", 1.0), int(given.get("tries", 3)), [])


def tone(seconds: float, level: float = 0.3, hertz: float = 200) -> Sound:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)).astype(
        np.float32
    )


def timed(sound: Sound, *words: tuple[str, float, float], aligned: bool = True, text: str = "") -> TimedLine:
    return TimedLine(
        character_id="ada", text=text or " ".join(word for word, _, _ in words), start=0, end=len(sound),
        words=[Word(text=w, start=round(a * SAMPLE_RATE), end=round(b * SAMPLE_RATE)) for w, a, b in words],
        marks=[Mark(start=0, viseme="D"), Mark(start=max(1, len(sound) - 2400), viseme="X")], aligned=aligned,
        voice_id="mira", engine="",
    )  # fmt: skip


# -- how a line is meant ---------------------------------------------------------------------------------------------


def test_every_feeling_and_delivery_has_a_manner_within_its_bounds() -> None:
    assert set(EMOTIONS) == set(Emotion) and set(DELIVERIES) == set(Delivery)
    for emotion in Emotion:
        for delivery in Delivery:
            manner = manner_of(emotion, delivery)
            assert 0.25 <= manner.exaggeration <= 1.2 and 0.2 <= manner.cfg_weight <= 0.8
    assert manner_of(Emotion.NEUTRAL, Delivery.NORMAL) == Manner(0.5, 0.5, 1.0, 0.0)
    angry = manner_of(Emotion.ANGRY, Delivery.LOUD)
    assert angry.exaggeration > 0.8 and angry.cfg_weight < 0.35 and angry.gain_db > 0


def test_a_clip_of_another_language_and_the_profile_change_it() -> None:
    assert manner_of(Emotion.ANGRY, Delivery.NORMAL, foreign=True).cfg_weight == 0
    assert manner_of(Emotion.NEUTRAL, Delivery.SLOW, rate=1.2).rate == pytest.approx(1.02)
    assert manner_of(Emotion.NEUTRAL, Delivery.NORMAL, plus=Manner(0.1, -0.1)) == Manner(0.6, 0.4)


def test_english_has_a_model_of_its_own() -> None:
    assert [model_for(one) for one in ("en", "en-GB", "de", "pt-BR")] == [ENGLISH, ENGLISH, MULTILINGUAL, MULTILINGUAL]


def test_options_are_strict() -> None:
    assert read_options({}).failover == []
    with pytest.raises(ConfigInvalid, match=r"options\.voice: tries: .*got 99"):
        read_options({"tries": 99})
    with pytest.raises(ConfigInvalid, match="fall_back: is not a known field"):
        read_options({"fall_back": ["openai-speech"]})


# -- parts -----------------------------------------------------------------------------------------------------------


def test_a_long_line_is_parted_below_the_limit_and_whole() -> None:
    assert len(LONG) == 2000
    parts = parts_of(line(LONG))
    assert max(map(len, parts)) <= MOST_CHARACTERS and pairs_up(parts, LONG)
    assert all(part.endswith((".", ",")) for part in parts[:-1])


def test_parts_that_somebody_decided_are_kept_and_a_wrong_split_is_not() -> None:
    assert parts_of(line("One. Two.", parts=["One.", "Two."])) == ["One.", "Two."]
    assert parts_of(line("One. Two.", parts=["One."])) == ["One. Two."]
    assert len(parts_of(line(LONG, parts=[LONG]))) >= 7


def test_what_has_no_sound_is_left_out_and_a_line_of_it_is_refused() -> None:
    assert parts_of(line("Wait. ... [sighs] Now.", parts=["Wait.", "... [sighs]", "Now."])) == ["Wait.", "Now."]
    with pytest.raises(SpeechUnusable, match="nothing in it that can be spoken"):
        parts_of(line("… ✨ [silence]"))


# -- sound -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.8, 1.25])
def test_tempo_changes_the_length_and_not_the_pitch(rate: float) -> None:
    sound = tone(2.0)
    changed = tempo(sound, rate)
    assert abs(len(changed) - len(sound) / rate) < 2
    middle = changed[SAMPLE_RATE // 4 : SAMPLE_RATE // 4 + SAMPLE_RATE]
    loudest = float(np.argmax(np.abs(np.fft.rfft(middle)))) * SAMPLE_RATE / len(middle)
    assert abs(loudest - 200) < 3
    assert 0.25 < np.abs(middle).max() < 0.35
    assert tempo(sound, 1.01) is sound


def test_what_comes_after_the_last_word_is_cut_off() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    sound = np.concatenate([tone(1.0), np.zeros(9_600, np.float32), noise])
    kept = without_tail(sound, timed(sound, ("one", 0, 0.5), ("two", 0.5, 1.0)))
    assert 1.0 <= len(kept) / SAMPLE_RATE <= 1.15
    assert abs(float(kept[-1])) < 1e-3
    endless_noise = np.concatenate([tone(1.0), noise])
    kept = without_tail(endless_noise, timed(endless_noise, ("one", 0, 1.0)))
    assert len(kept) / SAMPLE_RATE == pytest.approx(1.35, abs=0.02)
    whole = tone(1.0)
    assert without_tail(whole, timed(whole, ("one", 0, 1.0))) is whole


def test_without_a_recogniser_only_a_stray_sound_is_cut_off() -> None:
    rest = np.zeros(SAMPLE_RATE // 2, np.float32)
    click = np.concatenate([tone(1.0), rest, tone(0.1, 0.05)])
    assert len(without_tail(click, timed(click, aligned=False))) / SAMPLE_RATE == pytest.approx(1.06, abs=0.02)
    word = np.concatenate([tone(1.0), rest, tone(0.4)])
    assert without_tail(word, timed(word, aligned=False)) is word


@pytest.mark.parametrize(
    ("part", "seconds"),
    [("Go on.", SENTENCE_S), ("“Go on!”", SENTENCE_S), ("go on,", CLAUSE_S), ("go —", CLAUSE_S), ("go", WORD_S),
     ("灯塔很亮。", SENTENCE_S)],
)  # fmt: skip
def test_a_reader_rests_where_a_part_ends(part: str, seconds: float) -> None:
    assert pause_after(part) == seconds


def test_joined_parts_keep_their_words_and_mouths_in_step_with_the_sound() -> None:
    one, two = tone(1.0), tone(0.5)
    parts = [(one, timed(one, ("Go", 0.1, 0.5), ("on.", 0.5, 1.0))), (two, timed(two, ("Now", 0.1, 0.4)))]
    sound, joined = join(parts, line("Go on. Now"), "chatterbox:x")
    at = SAMPLE_RATE + round(SENTENCE_S * SAMPLE_RATE)
    assert len(sound) == joined.end == at + len(two)
    assert [(word.text, word.start) for word in joined.words][2] == ("Now", at + 4_800)
    assert not sound[SAMPLE_RATE:at].any()
    assert [mark.viseme for mark in joined.marks] == ["D", "X", "D", "X"]
    assert joined.aligned and joined.engine == "chatterbox:x" and joined.text == "Go on. Now"


# -- judging ---------------------------------------------------------------------------------------------------------


def judged(sound: Sound, text: str, words: TimedLine | None = None, raw: Sound | None = None) -> list[str]:
    return list(
        flaws_of(sound if raw is None else raw, sound, words, text, raw_rate=SAMPLE_RATE, rate=1.0, english=True)
    )


def test_the_bounds_let_speech_pass() -> None:
    assert judged(tone(2.0), SHORT) == []
    assert judged(tone(0.35), "No.") == []
    assert judged(tone(1.5), "灯塔很亮。") == []
    assert letters_of("ab 1 灯") == 8.5


def test_what_broke_down_is_seen() -> None:
    assert judged(np.full(48_000, np.nan, np.float32), SHORT) == ["not_finite"]
    assert judged(np.zeros(48_000, np.float32), SHORT) == judged(np.zeros(0, np.float32), SHORT) == ["silent"]
    assert judged(tone(0.5), SHORT) == ["too_short"]
    assert judged(tone(8.0), "No.") == ["too_long"]
    assert "token_limit" in judged(tone(30), LONG[:299], raw=tone(TOKEN_LIMIT_S))


def test_a_last_word_that_was_not_spoken_is_seen() -> None:
    quiet = np.concatenate([tone(1.5), np.zeros(24_000, np.float32)])
    assert judged(quiet, SHORT, timed(quiet, ("the", 0, 1.5), ("lamp.", 1.6, 1.9))) == ["last_word"]
    assert judged(quiet, SHORT, timed(quiet, ("the", 0, 1.48), ("lamp.", 1.48, 1.5))) == ["last_word"]
    assert judged(quiet, SHORT, timed(quiet, ("the", 0, 1.0), ("lamp.", 1.0, 1.5))) == []
    lost = timed(quiet, ("the", 0, 1.5), ("lamp.", 1.6, 1.9), aligned=False)
    assert judged(quiet, SHORT, lost) == ["words"]
    assert judged(quiet, "They came in 1984.", lost) == []


# -- takes -----------------------------------------------------------------------------------------------------------


def test_a_good_take_is_taken_at_once(steady: Reader, align: Aligner) -> None:
    one = speaker(steady, align, line(SHORT))
    takes = one.speak([SHORT], 7)
    assert [take.flaws for take in takes] == [()] and len(one.attempts) == 1
    assert [word.text for word in takes[0].timed.words] == SHORT.split()
    again = speaker(steady, align, line(SHORT)).speak([SHORT], 7)
    assert again[0].seed == takes[0].seed
    np.testing.assert_array_equal(again[0].sound, takes[0].sound)
    assert speaker(steady, align, line(SHORT)).speak([SHORT], 8)[0].seed != takes[0].seed


def test_one_word_is_spoken(steady: Reader, align: Aligner) -> None:
    (take,) = speaker(steady, align, line("No.")).speak(["No."], 7)
    assert take.flaws == () and 0.1 < len(take.sound) / SAMPLE_RATE < 1.0
    assert [word.text for word in take.timed.words] == ["No."]


def test_a_mumbled_tail_goes_and_the_last_word_stays(steady: Reader, align: Aligner) -> None:
    (clean,) = speaker(steady, align, line(SHORT)).speak([SHORT], 7)
    (take,) = speaker(steady, align, line(SHORT), mumbled).speak([SHORT], 7)
    assert abs(len(take.sound) - len(clean.sound)) < 0.25 * SAMPLE_RATE
    assert take.timed.words[-1].text == "lamp." and take.timed.end == len(take.sound)
    assert take.timed.marks[-1].viseme == "X" and take.timed.marks[-1].start <= len(take.sound)


def test_a_bad_take_is_tried_again_with_another_seed(steady: Reader, align: Aligner) -> None:
    one = speaker(steady, align, line(SHORT), silence, not_a_number)
    (take,) = one.speak([SHORT], 7)
    assert take.flaws == ()
    assert [attempt.flaws for attempt in one.attempts] == [("silent",), ("not_finite",), ()]
    assert len(set(steady.seeds)) == 3 and take.seed == steady.seeds[-1]


def test_a_part_that_is_cut_again_and_again_is_parted(steady: Reader, align: Aligner) -> None:
    text = f"{LONG[:75]}. {SHORT}"
    one = speaker(steady, align, line(text), endless, endless, tries=2)
    takes = one.speak([text], 7)
    assert 2 <= len(takes) <= 4 and pairs_up([take.timed.text for take in takes], text)
    assert ["token_limit" in attempt.flaws for attempt in one.attempts][:3] == [True, True, False]


def test_attempts_are_bounded_and_the_error_says_why(steady: Reader, align: Aligner) -> None:
    one = speaker(steady, align, line(SHORT), *[silence] * 50)
    with pytest.raises(
        SpeechUnusable, match=r"'The old keeper lit the lamp\.' was not spoken in 3 attempts \(silent\)"
    ):
        one.speak([SHORT], 7)
    assert len(one.attempts) == 3
    wide = speaker(steady, align, line(LONG[:280]), *[silence] * 50)
    with pytest.raises(SpeechUnusable):
        wide.speak([LONG[:280]], 7)
    assert len(wide.attempts) <= 3 * 3


def test_the_best_of_flawed_takes_is_kept_and_says_so(steady: Reader, align: Aligner) -> None:
    def hurried(sound: Sound) -> Sound:
        return sound[:: len(sound) // (RATE // 2) + 1][: RATE // 3]

    one = speaker(steady, align, line(SHORT), hurried, silence, hurried)
    (take,) = one.speak([SHORT], 7)
    assert "too_short" in take.flaws and take.told["flaws"] == list(take.flaws)
    assert len(one.attempts) == 3


def test_an_end_that_was_not_spoken_is_noticed(steady: Reader, align: Aligner) -> None:
    text = LONG[:75]
    one = speaker(steady, align, line(text), first_half)
    (take,) = one.speak([text], 7)
    assert [attempt.flaws for attempt in one.attempts] == [("words",), ()] and take.flaws == ()


def evenly(sound: Sound, spoken: SpokenLine) -> TimedLine:
    """Words in equal shares: placing 2,000 characters for real takes 20 s."""
    words, seconds = spoken.text.split(), len(sound) / SAMPLE_RATE
    step = seconds / len(words)
    return timed(sound, *[(word, k * step, (k + 1) * step) for k, word in enumerate(words)], text=spoken.text)


def test_a_line_of_two_thousand_characters_is_spoken_whole(steady: Reader) -> None:
    spoken = line(LONG)
    parts = parts_of(spoken)
    takes = speaker(steady, evenly, spoken).speak(parts, 7)
    sound, joined = join([(take.sound, take.timed) for take in takes], spoken, "chatterbox:x")
    assert [word.text for word in joined.words] == LONG.split()
    edges = [edge for word in joined.words for edge in (word.start, word.end)]
    assert edges == sorted(edges) and edges[-1] <= len(sound)
    assert all(a.viseme != b.viseme for a, b in pairwise(joined.marks))
    assert joined.aligned and 90 < len(sound) / SAMPLE_RATE < 200
    assert float(levels(sound).max()) > 0.01


def test_a_faster_manner_speaks_faster(steady: Reader, align: Aligner) -> None:
    (usual,) = speaker(steady, align, line(SHORT)).speak([SHORT], 7)
    (fast,) = speaker(steady, align, line(SHORT), rate=1.3).speak([SHORT], 7)
    assert len(usual.sound) / len(fast.sound) == pytest.approx(1.3, abs=0.12)
    assert fast.flaws == ()


def test_a_take_is_recorded() -> None:
    sound = tone(0.5)
    take = PartTake(sound, timed(sound, ("No.", 0, 0.5)), 9, ())
    assert take.told == {"text": "No.", "seed": 9, "samples": 24_000, "flaws": [], "aligned": True}

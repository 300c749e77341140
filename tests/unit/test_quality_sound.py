"""Sound metrics on voices made to have exactly one fault of a known amount, and on clean ones."""

from __future__ import annotations

import numpy as np
import pytest

from resources.media.subtitles import cues
from resources.quality.alignment import picture_lag, sound_lag
from resources.quality.balance import balances
from resources.quality.captions import hold_against
from resources.quality.lips import lip_offset
from resources.quality.models import check_heard, check_safety, check_speech_quality, hear
from resources.quality.policy import load_policy
from resources.quality.recognition import can_judge, word_error_rate, words_of
from resources.quality.safety import Exposure
from resources.quality.sound import clipped_run, measure_line, pitch, rate_ratios, rms_db, strange_pitches
from resources.quality.speech_quality import speech_quality
from schemas.time import SAMPLE_RATE
from tests.harness.small_film import LEAD, RATE, TEXTS, moved, speech


def tone(hertz: float, seconds: float, level: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_level_and_clipping() -> None:
    assert rms_db(tone(100, 1, 1.0)) == pytest.approx(-3.01, abs=0.01)
    assert rms_db(np.zeros(10, np.float32)) == -120
    sound = tone(100, 0.1)
    sound[1000:1017] = 1.0
    sound[2000:2005] = -1.0
    assert clipped_run(sound) == 17
    assert clipped_run(tone(100, 0.1)) == 0


@pytest.mark.parametrize("hertz", [75, 110, 180, 240, 330])
def test_pitch(hertz: float) -> None:
    voice = sum(tone(hertz * k, 1, 0.3 / k) for k in (1, 2, 3, 4))
    assert pitch(voice) == pytest.approx(hertz, rel=0.04)


def test_noise_and_silence_have_no_pitch() -> None:
    rng = np.random.default_rng(1)
    assert pitch(np.zeros(SAMPLE_RATE, np.float32)) == 0
    assert pitch(rng.normal(0, 0.1, SAMPLE_RATE).astype(np.float32)) == 0


def test_how_a_line_ends() -> None:
    sound, line = speech(TEXTS[0], "ada", 0, 60)
    clean = measure_line(sound, line)
    assert clean.end_level < -15 and clean.tail == 0
    cut = sound.copy()
    cut[LEAD + 60_000 :] = 0  # 1.25 s in, in the middle of a syllable
    assert measure_line(cut, line.model_copy(update={"end": LEAD + 60_000})).end_level > -6
    noisy = sound.copy()
    noisy[line.end : line.end + 24_000] = 0.05
    longer = measure_line(noisy, line.model_copy(update={"end": line.end + 24_000}))
    assert longer.tail == pytest.approx(0.4, abs=0.03)  # half a second less the tenth a word may die away in


def test_a_voice_is_known_by_its_speed_and_pitch() -> None:
    lines = {}
    for number, text in enumerate(TEXTS):
        sound, line = speech(text, ("ada", "bob")[number % 2], number, 60)
        lines[f"s{number}"] = [measure_line(sound, line)]
    assert max(rate_ratios(lines).values()) < 1.3
    assert strange_pitches(lines) == {}
    one, other = lines["s0"][0], lines["s1"][0]
    lines["s0"] = [one.model_copy(update={"pitch": other.pitch, "seconds_per_letter": one.seconds_per_letter * 3})]
    assert strange_pitches(lines)["s0", 0] == pytest.approx(12, abs=0.3)
    assert rate_ratios(lines)["s0", 0] == pytest.approx(3, rel=0.2)


@pytest.mark.parametrize("frames", [-5, -3, 0, 3, 6])
def test_lip_offset_in_frames(frames: int) -> None:
    sound, line = speech(TEXTS[2], "bob", 3, 60)
    late = line.model_copy(update={"marks": moved(line, RATE.samples(abs(frames)) * (-1 if frames < 0 else 1)).marks})
    found = lip_offset(sound, [late], RATE, 60)
    assert found is not None
    assert found.frames == pytest.approx(frames, abs=0.5)


def test_nothing_is_said_of_lips_without_words() -> None:
    assert lip_offset(np.zeros(96_000, np.float32), [], RATE, 48) is None


@pytest.mark.parametrize("late", [-9_600, 0, 2_000, 12_000])
def test_dialogue_is_found_again_under_music(late: int) -> None:
    sound, _ = speech(TEXTS[1], "ada", 5, 60)
    start = 2 * SAMPLE_RATE
    film = 0.02 * np.random.default_rng(2).normal(size=7 * SAMPLE_RATE).astype(np.float32)
    film[start + late : start + late + len(sound)] += sound
    assert sound_lag(sound, film, start) == pytest.approx(late, abs=10)
    assert sound_lag(sound, 0.1 * np.random.default_rng(3).normal(size=len(film)).astype(np.float32), start) is None


def test_a_held_note_is_where_it_should_be() -> None:
    """It fits at every period; noise must not choose among them."""
    note = (0.3 * np.sin(2 * np.pi * 200 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)).astype(np.float32)
    for seed in range(5):
        film = 0.02 * np.random.default_rng(seed).normal(size=6 * SAMPLE_RATE).astype(np.float32)
        film[SAMPLE_RATE : SAMPLE_RATE + len(note)] += note
        assert sound_lag(note[: SAMPLE_RATE // 2], film, SAMPLE_RATE) == 0


@pytest.mark.parametrize("late", [-4, 0, 1, 7])
def test_a_picture_is_found_again(late: int) -> None:
    rng = np.random.default_rng(4)
    clip = [0.0, *rng.uniform(1, 3, 59)]
    film = [*rng.uniform(1, 3, 40), *rng.uniform(1, 3, 100)]
    film[40 + late : 100 + late] = clip
    film[40 + late] = 60.0  # the cut
    assert picture_lag(clip, film, 40) == late


def test_dialogue_stands_over_its_bed_by_what_was_mixed() -> None:
    sound, line = speech(TEXTS[0], "ada", 0, 60)
    bed = np.full((len(sound), 2), 10 ** (rms_db(sound[line.start : line.end]) / 20) / 4, np.float32)
    (found,) = balances(np.stack([sound, sound], 1), bed, [line])
    assert found.margin == pytest.approx(12.04, abs=0.05)
    assert balances(np.stack([sound, sound], 1), 0 * bed, [line]) == []


def test_subtitles_line_by_line() -> None:
    lines = [moved(speech(text, "ada", 0, 60)[1], k * 3 * SAMPLE_RATE) for k, text in enumerate(TEXTS)]
    good = cues(lines, 20 * SAMPLE_RATE)
    found = hold_against(good, TEXTS)
    assert (found.missing, found.wrong, found.strange, found.crossed, found.hurried) == ([], {}, [], 0, [])
    assert hold_against(good[:2] + good[3:], TEXTS).missing == [2]
    assert list(hold_against([*good[:1], good[0], *good[2:]], TEXTS).wrong) == [1]
    assert len(hold_against([*good, good[0]], TEXTS).strange) == 1
    assert hold_against([], TEXTS).missing == list(range(6))


def test_words() -> None:
    assert words_of("Don’t stop, Ada!") == ["don't", "stop", "ada"]
    assert word_error_rate(["a", "b", "c"], ["a", "b", "c"]) == 0
    assert word_error_rate(["a", "x"], ["a", "b", "c"]) == pytest.approx(2 / 3)
    assert can_judge("flite", "en", "one two three four")
    assert not can_judge("espeak", "en", "one two three four")
    assert not can_judge("flite", "de", "one two three four")
    silent = np.zeros(120_000, np.float32)
    _, line = speech(TEXTS[0], "ada", 0, 60)
    (found,) = check_heard(load_policy(), [line], hear(silent, [line], "en"), rate=RATE, shot="s1")
    assert (found.reason, found.value) == ("wrong_words", 1.0)


def test_noise_is_rated_worse_than_a_voice_that_is_clean() -> None:
    sound, _ = speech(TEXTS[0], "ada", 0, 60)
    noise = np.random.default_rng(5).normal(0, 0.1, len(sound)).astype(np.float32)
    clean, dirty = speech_quality(sound), speech_quality(sound + noise)
    assert clean is not None and dirty is not None
    assert dirty.background < clean.background
    assert [one.reason for one in check_speech_quality(load_policy(), dirty, shot="s1")] == ["poor_speech"]
    assert speech_quality(np.zeros(1000, np.float32)) is None


def test_exposure_over_the_limit_is_told() -> None:
    assert check_safety(load_policy(), Exposure(), shot="s1") == []
    seen = Exposure(what="buttocks_exposed", probability=0.9)
    assert [one.reason for one in check_safety(load_policy(), seen, shot="s1")] == ["unsafe_picture"]

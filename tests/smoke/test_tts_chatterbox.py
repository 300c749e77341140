"""Chatterbox with its published weights on a real card (SMOKE_TTS=1; some minutes).

Before: ``pip install 'sparkle-motion[gpu,tts]'``, ``sparkle models pull chatterbox`` and ``chatterbox-multilingual``.
What a run must show, and nothing on a machine without a card can: that the published files load on the newest packages,
that the words are heard (a recogniser places every one at the first or second seed), that the cast voice is followed
(its pitch), that a feeling changes the sound, that another language is spoken, that a seed repeats itself on CUDA, that
the watermark is read in what a film gets, and that the memory is within what was predicted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resources.casting import load_voices
from resources.engines import Sound
from resources.gpu.chatterbox.engine import ChatterboxVoices
from resources.gpu.device import find_accelerators
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from schemas.vocabulary import Emotion
from tests.unit.test_voices import line

HOME = Path(os.environ.get("SPARKLE_HOME", ".sparkle")).absolute()
TEXT = "The old keeper lit the lamp, and the sea answered him with a long low sound."

pytestmark = [
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GpuRoom]:
    made = GpuRoom(
        ModelPool(find_accelerators()), Registry.of_home(HOME), "gpu-16gb", tmp_path_factory.mktemp("scratch")
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine(room: GpuRoom) -> Iterator[ChatterboxVoices]:
    made = ChatterboxVoices({}, room)
    yield made
    made.close()


def pitch(sound: Sound) -> float:
    """Median of the pitch of voiced 40 ms pieces, by autocorrelation, in hertz."""
    found = []
    for start in range(0, len(sound) - 1920, 960):
        piece = sound[start : start + 1920] - sound[start : start + 1920].mean()
        power = np.correlate(piece, piece, "full")[1919:]
        lag = 96 + int(np.argmax(power[96:800]))  # 60-500 Hz
        if power[0] > 1 and power[lag] > 0.5 * power[0]:
            found.append(48_000 / lag)
    return float(np.median(found))


@pytest.mark.parametrize("voice", ["hugo", "mira"])
def test_the_words_are_heard_in_the_voice_that_was_cast(engine: ChatterboxVoices, voice: str) -> None:
    sound, timed = engine.speak(line(TEXT, voice), 7)
    told = engine.rendering(line(TEXT, voice), 7)
    assert timed.aligned and [word.text for word in timed.words] == TEXT.split()
    assert len(told["attempts"]) <= 2 and told["parts"][0]["flaws"] == []
    assert 3 < len(sound) / 48_000 < 8
    assert abs(np.log2(pitch(sound) / load_voices().entry(voice).median_hz)) < 0.4
    assert told["watermark"]["found"] and told["plan"]["device"].startswith("cuda")


def test_a_seed_repeats_itself_on_the_card(room: GpuRoom, tmp_path: Path) -> None:
    takes = []
    for name in ("one", "two"):
        again = ChatterboxVoices({}, GpuRoom(room.pool, room.registry, room.preset, tmp_path / name))
        takes.append(again.speak(line("Good evening.", "hugo"), 7)[0])
        again.close()
    np.testing.assert_array_equal(takes[0], takes[1])


def test_a_feeling_changes_the_sound(engine: ChatterboxVoices) -> None:
    plain, _ = engine.speak(line(TEXT, "mira"), 7)
    angry, _ = engine.speak(line(TEXT, "mira", emotion=Emotion.ANGRY), 7)
    assert plain.shape != angry.shape or not np.array_equal(plain, angry)


def test_one_word_and_two_thousand_characters_are_spoken(engine: ChatterboxVoices) -> None:
    short, _ = engine.speak(line("No.", "hugo"), 7)
    assert 0.15 < len(short) / 48_000 < 1.7
    text = " ".join([TEXT] * 26)[:2000]
    sound, timed = engine.speak(line(text, "hugo"), 7)
    assert [word.text for word in timed.words] == text.split() and timed.aligned
    assert 90 < len(sound) / 48_000 < 240


@pytest.mark.parametrize(("language", "text"), [("de", "Das Meer antwortete ihm."), ("zh", "灯塔很亮，海很安静。")])
def test_other_languages_are_spoken(engine: ChatterboxVoices, language: str, text: str) -> None:
    spoken = line(text, "mira", language=language)
    sound, _ = engine.speak(spoken, 7)
    assert 0.8 < len(sound) / 48_000 < 6
    assert engine.rendering(spoken, 7)["model"] == "chatterbox-multilingual"


def test_the_memory_is_within_what_was_predicted(engine: ChatterboxVoices, room: GpuRoom) -> None:
    engine.speak(line(TEXT, "hugo"), 8)
    card = next(one for one in find_accelerators() if one.uuid)
    plan = room.plan("chatterbox")
    assert card.peak() <= 1.1 * room.registry.predicted("chatterbox", plan).total

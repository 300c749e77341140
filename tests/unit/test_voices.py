"""The embedded voices: they repeat, their mouths fit their sound, their cache heals, a hung worker is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.casting import NoVoice
from resources.cutout.voices import shape
from resources.cutout.voices.client import VoiceWorker
from resources.cutout.voices.engine import EmbeddedVoices
from resources.cutout.voices.text import speakable, tokens
from resources.cutout.voices.visemes import MIN_MARK_S, OPENING
from resources.engines import Sound, VoiceEngine
from resources.errors import PassingFault, RenderFault
from schemas.media import SpokenLine, TimedLine
from schemas.plan import Line
from schemas.time import SAMPLE_RATE
from schemas.vocabulary import Delivery, Emotion
from tests.conftest import ROOT

TEXT = "The old keeper lit the lamp, and the sea answered."


def line(text: str = TEXT, voice: str = "edward", **changes: object) -> SpokenLine:
    """A spoken line with everything else plain."""
    values: dict[str, object] = {
        "character_id": "ada",
        "text": text,
        "language": "en",
        "voice_id": voice,
        "pitch_semitones": 0.0,
        "rate": 1.0,
        "emotion": Emotion.NEUTRAL,
        "delivery": Delivery.NORMAL,
    }
    return SpokenLine.model_validate(values | changes)


@pytest.fixture(scope="module")
def voices() -> Iterator[EmbeddedVoices]:
    """One engine for all tests that only need it to speak."""
    engine = EmbeddedVoices(workers=1)
    yield engine
    engine.close()


def envelope_agrees(sound: Sound, spoken: TimedLine) -> float:
    """Correlation of mouth opening and loudness at 24 fps."""
    frame = SAMPLE_RATE // 24
    count = len(sound) // frame
    loud = [float(np.sqrt(np.mean(np.square(sound[k * frame : (k + 1) * frame])))) for k in range(count)]
    starts = [mark.start for mark in spoken.marks]
    now = np.searchsorted(starts, np.arange(count) * frame + frame // 2, side="right") - 1
    return float(np.corrcoef([OPENING[spoken.marks[k].viseme] for k in now], loud)[0, 1])


@pytest.mark.parametrize("voice", ["joe", "hugo", "edward"])
def test_a_line_is_speech_with_words_and_a_mouth_that_fits(voices: EmbeddedVoices, voice: str) -> None:
    sound, spoken = voices.speak(line(voice=voice), 7)
    assert isinstance(voices, VoiceEngine)
    assert sound.dtype == np.float32 and sound.ndim == 1 and 1.5 < len(sound) / SAMPLE_RATE < 5
    assert shape.PEAK >= np.abs(sound).max() > 0.05
    assert [word.text for word in spoken.words] == TEXT.split()
    edges = [edge for word in spoken.words for edge in (word.start, word.end)]
    assert edges == sorted(edges) and edges[0] >= 0 and edges[-1] <= len(sound)
    starts = [mark.start for mark in spoken.marks]
    assert starts[0] == 0 and spoken.marks[-1].viseme == "X"
    assert min(np.diff(starts)) >= round(MIN_MARK_S * SAMPLE_RATE)
    assert all(a.viseme != b.viseme for a, b in zip(spoken.marks, spoken.marks[1:], strict=False))
    assert spoken.aligned and envelope_agrees(sound, spoken) >= 0.6


def test_a_line_repeats_in_another_process_whatever_was_said_before() -> None:
    asked = [line(), line(voice="joe"), line("Bonjour, mes amis.", language="fr")]
    first, second = EmbeddedVoices(workers=1), EmbeddedVoices(workers=1)
    try:
        heard = [first.speak(one, 3) for one in asked]
        second.speak(line("Something else altogether.", voice="joe"), 9)
        again = [second.speak(one, 3) for one in reversed(asked)][::-1]
        other, _ = second.speak(line(voice="joe"), 4)
    finally:
        first.close()
        second.close()
    for (sound, spoken), (sound_again, spoken_again) in zip(heard, again, strict=True):
        assert np.array_equal(sound, sound_again) and spoken == spoken_again
    assert len(other) != len(heard[1][0]) or not np.array_equal(other, heard[1][0])


def test_manner_is_heard(voices: EmbeddedVoices) -> None:
    plain, _ = voices.speak(line(), 1)
    slow, _ = voices.speak(line(delivery=Delivery.SLOW), 1)
    whisper, _ = voices.speak(line(delivery=Delivery.WHISPER), 1)
    loud, _ = voices.speak(line(delivery=Delivery.LOUD), 1)

    def level(sound: Sound) -> float:
        return float(np.sqrt(np.mean(np.square(sound))))

    assert len(slow) > 1.1 * len(plain)
    assert level(whisper) < 0.7 * level(plain) < level(loud)


def test_pitch_moves_and_tempo_stays(voices: EmbeddedVoices) -> None:
    plain, _ = voices.speak(line(voice="joe"), 1)
    high, _ = voices.speak(line(voice="joe", pitch_semitones=7.0), 1)
    assert abs(len(high) / len(plain) - 1) < 0.15
    assert _centroid(high) > 1.2 * _centroid(plain)


def test_the_cache_is_shared_and_heals(tmp_path: Path) -> None:
    first = EmbeddedVoices(tmp_path, workers=1)
    sound, spoken = first.speak(line(), 1)
    first.close()
    second = EmbeddedVoices(tmp_path, workers=1)
    (wav,) = tmp_path.glob("*.wav")
    (note,) = tmp_path.glob("*.json")
    before = wav.stat().st_mtime_ns
    kept, kept_line = second.speak(line(), 1)
    assert np.array_equal(sound, kept) and spoken == kept_line and wav.stat().st_mtime_ns == before
    second.close()
    for damaged, data in ((wav, wav.read_bytes()[:-100]), (wav, b""), (note, b'{"wav": 1}'), (note, b"\xff")):
        damaged.write_bytes(data)
        healing = EmbeddedVoices(tmp_path, workers=1)
        mended, mended_line = healing.speak(line(), 1)
        healing.close()
        assert np.array_equal(sound, mended) and spoken == mended_line
        assert len(wav.read_bytes()) > 1000 and note.read_bytes().startswith(b"{")


def test_prefetch_speaks_ahead_and_speak_joins_it(tmp_path: Path) -> None:
    engine = EmbeddedVoices(tmp_path, workers=2)
    asked = [(line(f"Line number {number}."), number) for number in range(6)]
    engine.prefetch(asked)
    heard = [engine.speak(*one) for one in asked]
    assert len(list(tmp_path.glob("*.wav"))) == 6 and len({len(sound) for sound, _ in heard}) > 1
    pids = [worker.pid for worker in list(engine._workers) if worker.pid]
    assert len(pids) == 2
    engine.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_fault_is_one_line_and_the_engine_goes_on(voices: EmbeddedVoices) -> None:
    with pytest.raises(RenderFault) as caught:
        voices.speak(line("🎉 …!"), 1)
    assert "\n" not in str(caught.value) and "🎉" in str(caught.value)
    assert len(voices.speak(line("Hello."), 1)[0])


def test_a_hung_worker_is_killed() -> None:
    worker = VoiceWorker((sys.executable, "-c", "import time; time.sleep(60)"))
    begun = time.monotonic()
    with pytest.raises(PassingFault, match="in time"):
        worker.ask({"op": "speak"}, timeout=0.5)
    assert time.monotonic() - begun < 30 and worker.pid is None


def test_a_worker_that_talks_nonsense_is_not_believed() -> None:
    worker = VoiceWorker((sys.executable, "-c", "print('[1, 2]', flush=True); input()"))
    with pytest.raises(RenderFault, match="protocol"):
        worker.ask({"op": "speak"}, timeout=10)


def test_an_unknown_voice_or_language_is_told(voices: EmbeddedVoices) -> None:
    with pytest.raises(RenderFault, match="nobody"):
        voices.speak(line(voice="nobody"), 1)
    with pytest.raises(NoVoice, match="tlh"):
        voices.speak(line(language="tlh"), 1)
    voices.prefetch([(line(voice="nobody"), 1)])


def test_a_worker_that_dies_says_why() -> None:
    worker = VoiceWorker((sys.executable, "-c", "import sys; sys.exit('no model here')"))
    with pytest.raises(PassingFault, match="no model here"):
        worker.ask({"op": "speak"}, timeout=10)


@pytest.mark.parametrize(
    ("command", "kind", "told"),
    [
        (("/no/such/program",), RenderFault, "could not be started"),
        ((sys.executable, "-c", "while True: print('x' * 9999, end='')"), RenderFault, "protocol"),
        ((sys.executable, "-c", "import sys; sys.exit(0)"), PassingFault, "ended early"),
    ],
    ids=["missing", "flooding", "lying"],
)
def test_a_worker_that_is_not_there_or_floods_is_told(
    command: tuple[str, ...], kind: type[Exception], told: str
) -> None:
    worker = VoiceWorker(command)
    with pytest.raises(kind, match=told):
        worker.ask({"op": "speak"}, timeout=60)
    assert worker.pid is None


def test_no_process_outlives_an_interpreter_that_forgot_to_close() -> None:
    code = (
        "from resources.cutout.voices.engine import EmbeddedVoices\n"
        "from tests.unit.test_voices import line\n"
        "engine = EmbeddedVoices(workers=1)\n"
        "engine.speak(line('Hello.'), 1)\n"
        "engine.prefetch([(line(f'More of it, number {n}. ' * 15, voice='joe'), n) for n in range(9)])\n"
        "print(*[worker.pid for worker in engine._workers])\n"
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=180)
    pids = [int(pid) for pid in done.stdout.split()]
    assert done.returncode == 0, done.stderr
    assert pids and time.monotonic() - begun < 90
    for _ in range(300):
        if not any(psutil.pid_exists(pid) for pid in pids):
            break
        time.sleep(0.1)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_constructing_starts_nothing() -> None:
    engine = EmbeddedVoices()
    assert not list(engine._workers) and engine.name == "embedded-voices" and engine.revision
    engine.close()


@pytest.mark.parametrize("language", ["es", "de", "ru", "ar", "zh", "hi", "ko", "el"])
def test_other_languages_speak(voices: EmbeddedVoices, language: str) -> None:
    words = {
        "es": "Hola, ¿dónde está el faro?", "de": "Guten Tag, schöner Mond.", "ru": "Привет, море.",
        "ar": "مرحبا بالعالم", "zh": "你好，世界。", "hi": "नमस्ते दुनिया", "ko": "안녕하세요.", "el": "Γεια σου κόσμε",
    }[language]  # fmt: skip
    sound, spoken = voices.speak(line(words, voice="gene", language=language), 1)
    assert len(sound) > SAMPLE_RATE // 3 and len({mark.viseme for mark in spoken.marks}) >= 3
    assert "".join(word.text for word in spoken.words) == words.replace(" ", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=120), st.sampled_from(["en", "ru", "zh", "ar"]))
def test_any_text_speaks_or_says_so_in_one_line(voices: EmbeddedVoices, text: str, language: str) -> None:
    try:
        text = _validated(text)
    except ValueError:
        return  # no plan could hold it
    try:
        sound, spoken = voices.speak(line(text, language=language), 1)
    except RenderFault as fault:
        assert len(str(fault).splitlines()) == 1
        return
    assert np.abs(sound).max() > 1e-3 and spoken.end == len(sound)


def test_signs_without_a_reading_are_told_not_spelled_in_english(voices: EmbeddedVoices) -> None:
    with pytest.raises(RenderFault, match=r"in Japanese.*cannot read"):
        voices.speak(line("世界", language="ja"), 1)  # kanji
    assert len(voices.speak(line("せかい", language="ja"), 1)[0])
    sound, spoken = voices.speak(line("Hello 世界!", language="ko"), 1)
    assert len(sound) and [word.text for word in spoken.words] == ["Hello", "世", "界!"]


def test_what_is_spoken_and_what_is_not() -> None:
    assert speakable("Mr. Fox *waves* [door opens] see https://x.org 🎉!!!") == "Mr Fox waves see !"
    assert speakable("aaaaaaaaargh") == "aaargh"
    assert speakable("…!?") == "" and speakable("<b>42</b>") == "42"
    assert tokens("你好，世界。 Hi there") == ["你", "好，", "世", "界。", "Hi", "there"]


def _validated(text: str) -> str:
    from pydantic import TypeAdapter

    return str(TypeAdapter(Line).validate_python(text))


def _centroid(sound: Sound) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float(np.sum(power * np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)) / np.sum(power))

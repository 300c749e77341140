"""Who may speak and in which order, what a clip needs before it is used, and what happens when a provider fails."""

from __future__ import annotations

import io
import pickle
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from resources.casting import load_voices
from resources.engines import Sound
from resources.errors import ConfigInvalid, InputError, Missing, PassingFault, RenderFault, SparkleError
from resources.gpu.errors import GpuBusyError, ModelMissing, ModelOOMError
from resources.media.wav import wav_bytes
from resources.store.database import reading
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from resources.store.steps import Step
from resources.voices import hosted
from resources.voices.chain import Spoken, speak_down
from resources.voices.consent import clip_hashes, find_clip
from resources.voices.errors import (
    ConsentMissing,
    LanguageNotSpoken,
    ProvidersBusy,
    ProvidersFailed,
    RateCapped,
    SpeechUnusable,
    VoiceBusy,
    VoiceKeyMissing,
    VoiceKeyRefused,
    VoiceRefused,
    VoiceTimeout,
)
from resources.voices.hosted import HostedVoice, direction
from resources.voices.providers import (
    HostedService,
    Provider,
    ProviderTable,
    Weights,
    hosted_voice,
    load_providers,
    score,
)
from resources.voices.rates import RateCap
from schemas.media import TimedLine
from schemas.vocabulary import Delivery, Emotion
from tests.harness.openai_server import ModelServer, Said
from tests.unit.test_voices import line

TABLE = load_providers()
BOOK = load_voices()
KEY = "sk-very-secret"


# -- the table -------------------------------------------------------------------------------------------------------


def test_a_list_without_a_tier_stands_as_it_was_written() -> None:
    names = ["embedded-voices", "chatterbox", "openai-speech"]
    assert TABLE.order(names) == names
    assert TABLE.order(["chatterbox", "chatterbox"]) == ["chatterbox"]


@pytest.mark.parametrize(
    ("tier", "order"),
    [
        ("draft", ["embedded-voices", "chatterbox", "openai-speech"]),
        ("standard", ["chatterbox", "openai-speech", "embedded-voices"]),
        ("premium", ["openai-speech", "chatterbox"]),
    ],
)
def test_a_tier_puts_the_named_ones_in_order(tier: str, order: list[str]) -> None:
    for names in (
        ["openai-speech", "embedded-voices", "chatterbox"],
        ["chatterbox", "embedded-voices", "openai-speech"],
    ):
        assert TABLE.order(names, tier) == order


def test_nobody_who_was_not_named_is_ever_asked() -> None:
    assert TABLE.order(["embedded-voices"], "draft") == ["embedded-voices"]
    with pytest.raises(ConfigInvalid, match="the tier 'premium' leaves nobody of embedded-voices"):
        TABLE.order(["embedded-voices"], "premium")
    with pytest.raises(ConfigInvalid, match=r"no voice provider 'elsewhere'.*embedded-voices"):
        TABLE.order(["elsewhere"])
    with pytest.raises(ConfigInvalid, match=r"no tier 'gold'.*draft, premium, standard"):
        TABLE.order(["chatterbox"], "gold")


share = st.floats(0, 1)


@given(share, share, share, share, st.floats(0.1, 100), st.floats(0, 1))
def test_better_never_scores_lower(
    quality: float, latency: float, cost: float, good: float, s: float, usd: float
) -> None:
    if quality + latency + cost <= 0:
        return
    weights = Weights(quality=quality, latency=latency, cost=cost)
    one = TABLE.provider("chatterbox").model_copy(
        update={"quality": good, "latency_s": s, "usd_per_1000_characters": usd}
    )
    value = score(one, weights)
    assert 0 <= value <= 1
    for better in ({"quality": 1.0}, {"latency_s": s / 2}, {"usd_per_1000_characters": usd / 2}):
        assert score(one.model_copy(update=better), weights) >= value - 1e-12


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"base_url": "http://speech.example/v1"}, "must be https"),
        ({"base_url": "https://user:word@speech.example/v1"}, "plain address"),
        ({"base_url": "https://speech.example/v1?key=1"}, "plain address"),
        ({"base_url": "file:///etc"}, "plain address"),
        ({"voices": {"female": ["nova"]}}, "none that is male"),
        ({"characters_per_minute": 100}, "less than one line"),
        ({"key_variable": "sk-123"}, "pattern"),
    ],
)
def test_a_service_that_would_leak_or_lock_up_is_refused(change: dict[str, Any], told: str) -> None:
    service = TABLE.provider("openai-speech").service
    assert service is not None
    with pytest.raises(ValidationError, match=told):
        HostedService.model_validate(service.model_dump() | change)


def test_a_service_belongs_to_a_hosted_provider_only() -> None:
    told = TABLE.provider("chatterbox").model_dump()
    with pytest.raises(ValidationError, match="belongs to the kind openai"):
        Provider.model_validate(told | {"kind": "openai"})


def test_a_voice_keeps_its_hosted_voice_and_its_gender() -> None:
    service = TABLE.provider("openai-speech").service
    assert service is not None
    given = {voice.id: hosted_voice(service, BOOK, voice.id) for voice in BOOK.voices}
    assert all(given[voice.id] in service.voices[voice.gender] for voice in BOOK.voices)
    assert {*service.voices["female"], *service.voices["male"]} == set(given.values())
    own = service.model_copy(update={"voice_ids": {"mira": "marin"}})
    assert hosted_voice(own, BOOK, "mira") == "marin"
    with pytest.raises(ValueError, match="no voice 'nobody'"):
        hosted_voice(service, BOOK, "nobody")


def test_what_cannot_be_heard_is_not_in_the_digest() -> None:
    told = TABLE.model_dump(mode="json")
    told["providers"]["openai-speech"]["service"]["timeout_s"] = 5
    told["providers"]["openai-speech"]["quality"] = 0.1
    assert ProviderTable.model_validate(told).digest(["openai-speech"]) == TABLE.digest(["openai-speech"])
    told["providers"]["openai-speech"]["service"]["model"] = "tts-1"
    assert ProviderTable.model_validate(told).digest(["openai-speech"]) != TABLE.digest(["openai-speech"])
    assert ProviderTable.model_validate(told).digest(["chatterbox"]) == TABLE.digest(["chatterbox"])


def test_a_voice_is_recorded_with_all_that_is_known_of_it() -> None:
    told = TABLE.metadata("chatterbox", "mira", "clip:12", "she agreed").model_dump(mode="json")
    assert told == {
        "voice_id": "mira",
        "provider": "chatterbox",
        "provider_voice_id": "clip:12",
        "languages": TABLE.provider("chatterbox").languages,
        "features": ["seed", "cloning", "emotion", "rate", "watermark"],
        "sample_rate": 24_000,
        "watermarked": True,
        "cost": 0.0,
        "quality": 0.8,
        "consent": "she agreed",
    }


# -- caps ------------------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def cap(clock: Clock, requests: float | None, characters: float | None, wait: float = 60) -> RateCap:
    return RateCap(requests, characters, most_wait_s=wait, clock=lambda: clock.now, sleep=clock.sleep)


def test_requests_beyond_the_cap_wait_their_turn() -> None:
    clock = Clock()
    bucket = cap(clock, 2, None)
    assert [bucket.take(10) for _ in range(4)] == [0, 0, 30, 30]
    clock.now += 600
    assert [bucket.take(10) for _ in range(2)] == [0, 0]


def test_characters_count_too() -> None:
    clock = Clock()
    bucket = cap(clock, None, 600)
    assert bucket.take(600) == 0
    assert bucket.take(100) == pytest.approx(10)
    assert cap(clock, None, None).take(10**9) == 0


def test_a_wait_that_is_too_long_is_told_and_takes_nothing() -> None:
    clock = Clock()
    bucket = cap(clock, 1, None, wait=5)
    bucket.take(1)
    for _ in range(3):
        with pytest.raises(RateCapped, match="comes in 60 s, and a line waits at most 5 s"):
            bucket.take(1)
    clock.now += 60
    assert bucket.take(1) == 0
    assert clock.slept == []


# -- consent ---------------------------------------------------------------------------------------------------------


def clip(folder: Path, seconds: float = 4.0, level: float = 0.3, **changes: Any) -> Path:
    """A clip of ``mira`` and its note; ``note=None`` leaves the note out."""
    t = np.arange(round(seconds * 48_000)) / 48_000
    path = folder / "mira.wav"
    path.write_bytes(wav_bytes((level * np.sin(2 * np.pi * 180 * t)).astype(np.float32)))
    note = {
        "speaker": "Mira Holm",
        "given_on": "2026-03-01",
        "given_for": "short films of this studio",
        "evidence": "form 12",
        "language": "en",
        "clip_sha256": hash_file(path),
    } | changes
    if changes.get("note", "") is not None:
        path.with_suffix(".yaml").write_text(yaml.safe_dump(note))
    return path


def test_a_clip_that_its_speaker_agreed_to_is_used(tmp_path: Path) -> None:
    path = clip(tmp_path)
    found = find_clip(tmp_path, "mira")
    assert found is not None
    assert found.consent == "Mira Holm agreed on 2026-03-01: short films of this studio (form 12)"
    assert len(found.sound()) == 4 * 48_000
    assert find_clip(tmp_path, "hugo") is None
    assert clip_hashes(tmp_path) == {"mira.wav": hash_file(path)}
    assert clip_hashes(tmp_path / "nowhere") == clip_hashes(None) == {}


def test_a_clip_without_consent_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = clip(tmp_path, note=None)
    with pytest.raises(ConsentMissing, match=f"nobody says that its speaker agreed.*{hash_file(path)}.*mira.yaml"):
        find_clip(tmp_path, "mira")


def test_a_note_vouches_for_its_own_recording_only(tmp_path: Path) -> None:
    clip(tmp_path)
    (tmp_path / "mira.wav").write_bytes(wav_bytes(np.full(200_000, 0.1, np.float32)))
    with pytest.raises(ConsentMissing, match="is of another recording"):
        find_clip(tmp_path, "mira")


@pytest.mark.parametrize("change", [{"speaker": ""}, {"given_for": ""}, {"given_on": "some day"}, {"by": "x"}])
def test_a_note_says_who_when_and_what_for(tmp_path: Path, change: dict[str, str]) -> None:
    clip(tmp_path, **change)
    with pytest.raises(ConfigInvalid, match=next(iter(change))):
        find_clip(tmp_path, "mira")


@pytest.mark.parametrize(("changes", "told"), [({"seconds": 1.0}, "shorter than 3 s"), ({"level": 0.001}, "silent")])
def test_a_clip_that_is_no_use_is_told(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    clip(tmp_path, **changes)
    found = find_clip(tmp_path, "mira")
    assert found is not None
    with pytest.raises(InputError, match=told):
        found.sound()


def test_two_clips_of_one_voice_are_told(tmp_path: Path) -> None:
    clip(tmp_path)
    (tmp_path / "mira.flac").write_bytes(b"x")
    with pytest.raises(ConfigInvalid, match=r"two clips of 'mira': mira\.wav, mira\.flac"):
        find_clip(tmp_path, "mira")


# -- the chain -------------------------------------------------------------------------------------------------------


def spoken(name: str) -> Spoken:
    words = line()
    timed = TimedLine(
        character_id=words.character_id, text=words.text, start=0, end=3, words=[], marks=[], aligned=False,
        voice_id=words.voice_id, engine=name,
    )  # fmt: skip
    return Spoken(np.full(3, 0.5, np.float32), timed, {"by": name})


class Scripted:
    """Speakers that fail as they are told."""

    def __init__(self, **faults: SparkleError | None) -> None:
        self.asked: list[str] = []
        self.speakers = {name: self._speaker(name, fault) for name, fault in faults.items()}

    def _speaker(self, name: str, fault: SparkleError | None) -> Any:
        def speak(line: object, seed: int) -> Spoken:
            self.asked.append(name)
            if fault is not None:
                raise fault
            return spoken(name)

        return speak

    def speak(self, *order: str, provider: str | None = None) -> Spoken:
        return speak_down(self.speakers, order, line(provider=provider), 7)


def oom() -> ModelOOMError:
    return ModelOOMError("no room", stage="load", model_key="chatterbox")


def test_the_first_of_the_list_speaks_and_nobody_else_is_asked() -> None:
    script = Scripted(a=None, b=None)
    assert script.speak("a", "b").facts == {"by": "a", "provider": "a", "failed": []}
    assert script.asked == ["a"]


@pytest.mark.parametrize(
    "fault", [SpeechUnusable("x"), VoiceBusy("x"), VoiceRefused("x"), RateCapped("x"), LanguageNotSpoken("x"), oom(),
              GpuBusyError("x")],
)  # fmt: skip
def test_the_next_one_speaks_when_a_provider_fails_and_it_is_recorded(fault: SparkleError) -> None:
    script = Scripted(a=fault, b=None, c=None)
    found = script.speak("a", "b", "c")
    assert script.asked == ["a", "b"]
    assert found.facts["provider"] == "b"
    assert found.facts["failed"] == [{"provider": "a", "kind": fault.kind, "error": fault.message}]


@pytest.mark.parametrize(
    "fault", [ModelMissing("x"), ConsentMissing("x"), VoiceKeyMissing("x"), VoiceKeyRefused("x"), ConfigInvalid("x")]
)
def test_a_fault_of_the_set_up_is_never_hidden_behind_another_voice(fault: SparkleError) -> None:
    script = Scripted(a=fault, b=None)
    with pytest.raises(type(fault)):
        script.speak("a", "b")
    assert script.asked == ["a"]


def test_a_line_that_asks_for_a_provider_begins_there() -> None:
    script = Scripted(a=None, b=VoiceBusy("x"), c=None)
    assert script.speak("a", "b", "c", provider="b").facts["provider"] == "c"
    assert script.asked == ["b", "c"]
    with pytest.raises(InputError, match=r"asks for the voice provider 'z'.*names a, b, c"):
        script.speak("a", "b", "c", provider="z")


def test_when_all_fail_the_error_says_so_and_whether_to_try_again() -> None:
    with pytest.raises(ProvidersFailed, match=r"a: one; b: two") as lasting:
        Scripted(a=SpeechUnusable("one"), b=VoiceRefused("two")).speak("a", "b")
    assert not isinstance(lasting.value, PassingFault)
    with pytest.raises(ProvidersBusy):
        Scripted(a=SpeechUnusable("one"), b=VoiceTimeout("two")).speak("a", "b")
    with pytest.raises(SpeechUnusable, match="one"):
        Scripted(a=SpeechUnusable("one")).speak("a")


def test_a_failover_is_told_to_the_timeline(home: Home) -> None:
    film = home.root / "movies" / "m"
    film.mkdir(parents=True)
    step = Step(film, "voice_tracks", slot="01", shot="one")
    step.begin()
    with step.under_way():
        Scripted(a=VoiceBusy("too many"), b=None).speak("a", "b")
    with reading(film) as connection:
        assert connection is not None
        rows = connection.execute("SELECT data FROM events WHERE event = 'voice_failover'").fetchall()
    assert len(rows) == 1 and "too many" in rows[0][0]


RETRIED = {
    ConsentMissing: False, LanguageNotSpoken: False, VoiceKeyMissing: False, VoiceKeyRefused: False,
    SpeechUnusable: False, VoiceRefused: False, ProvidersFailed: False, VoiceBusy: True, VoiceTimeout: True,
    RateCapped: True, ProvidersBusy: True,
}  # fmt: skip


@pytest.mark.parametrize("kind", RETRIED, ids=lambda kind: kind.__name__)
def test_an_error_says_by_its_type_whether_it_may_pass(kind: type[SparkleError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what", where="here", hint="so")))  # noqa: S301 - our own bytes
    assert type(error) is kind and str(error) == "here: what (so)"
    assert isinstance(error, PassingFault) is RETRIED[kind]
    assert isinstance(error, InputError | Missing | RenderFault | PassingFault)


# -- a hosted voice --------------------------------------------------------------------------------------------------


def wav(sound: Sound, rate: int = 24_000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32_767).astype("<i2").tobytes())
    return out.getvalue()


def tone(seconds: float = 1.0, level: float = 0.2) -> Sound:
    return (level * np.sin(2 * np.pi * 220 * np.arange(round(seconds * 24_000)) / 24_000)).astype(np.float32)


def speech(**given: Any) -> Said:
    return Said(**{"body": wav(tone()), "headers": {"Content-Type": "audio/wav"}, **given})


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SPEECH_KEY", KEY)
    yield


def voice_at(server: ModelServer, **changes: Any) -> HostedVoice:
    shipped = TABLE.provider("openai-speech").service
    assert shipped is not None
    told = {"base_url": f"{server.url}/v1/", "key_variable": "SPEECH_KEY", **changes}
    service = HostedService.model_validate(shipped.model_dump() | told)
    return HostedVoice("cloud", service, BOOK, sleep=lambda _: None)


@pytest.mark.usefixtures("keyed")
def test_a_line_is_asked_for_as_openai_defines_it() -> None:
    with ModelServer(speech()) as server:
        told = line("Come <b>here</b>.", "mira", rate=1.1, emotion=Emotion.SAD, delivery=Delivery.SOFT)
        sound, facts = voice_at(server).speak(told)
    assert sound.dtype == np.float32 and abs(len(sound) - 48_000) < 2_000
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/audio/speech")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "gpt-4o-mini-tts",
        "input": "Come here .",
        "voice": facts["provider_voice_id"],
        "response_format": "wav",
        "speed": 1.1,
        "instructions": "A line of a film. Say it sad, heavy; softly.",
    }
    assert facts["characters"] == 11 and facts["tries"] == 1 and KEY not in str(facts)


@pytest.mark.usefixtures("keyed")
def test_a_streamed_answer_whose_length_nobody_knew_is_read() -> None:
    data = bytearray(wav(tone()))
    data[4:8] = data[40:44] = struct.pack("<I", 0xFFFFFFFF)
    with ModelServer(speech(body=bytes(data))) as server:
        sound, _ = voice_at(server).speak(line())
    assert abs(len(sound) - 48_000) < 2_000


def test_a_plain_line_has_no_direction() -> None:
    assert direction(line()) == ""


@pytest.mark.usefixtures("keyed")
def test_a_busy_service_is_asked_again() -> None:
    with ModelServer(
        Said(status=429, headers={"Retry-After": "7"}, body={}), Said(status=503, body={}), speech()
    ) as server:
        voice, slept = voice_at(server), list[float]()
        voice._sleep = slept.append
        _, facts = voice.speak(line())
    assert facts["tries"] == 3
    assert slept == [7.0, 1.0]


FAULTS: dict[str, tuple[list[Said], type[SparkleError], str]] = {
    "busy": ([Said(status=503, body={})] * 3, VoiceBusy, r"busy or down \(503\), 3 times"),
    "key": (
        [Said(status=401, body={"error": f"bad key {KEY}"})],
        VoiceKeyRefused,
        r"\(401\).*\*\*\*.*check SPEECH_KEY",
    ),
    "quota": ([Said(status=429, body={"error": {"code": "insufficient_quota"}})], VoiceRefused, "insufficient_quota"),
    "request": ([Said(status=400, body={"error": "no such voice"})], VoiceRefused, "no such voice"),
    "redirect": ([Said(status=307, headers={"Location": "http://127.0.0.1:9/"})], VoiceRefused, "not followed"),
    "text": ([speech(body=b"hello, this is no sound")], VoiceRefused, "the answer is no sound"),
    "playlist": ([speech(body=b"#EXTM3U\nfile:///etc/passwd\n")], VoiceRefused, "the answer is no sound"),
    "silence": ([speech(body=wav(tone(level=0.0)))], VoiceRefused, "silence"),
    "packed": ([speech(headers={"Content-Encoding": "gzip"})], VoiceRefused, "compressed"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.usefixtures("keyed")
def test_a_service_that_fails_is_told_in_one_line_without_the_key(name: str) -> None:
    answers, kind, told = FAULTS[name]
    with ModelServer(*answers) as server:
        with pytest.raises(kind, match=told) as caught:
            voice_at(server).speak(line())
        assert len(server.asked) == len(answers)
    assert KEY not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.usefixtures("keyed")
def test_time_and_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(speech(delay_s=5)) as server, pytest.raises(VoiceTimeout, match="no answer in time"):
        voice_at(server, timeout_s=0.2).speak(line())
    monkeypatch.setattr(hosted, "MOST_BYTES", 1_000)
    with ModelServer(speech()) as server, pytest.raises(VoiceRefused, match="larger than"):
        voice_at(server).speak(line())


@pytest.mark.usefixtures("keyed")
def test_nobody_answers() -> None:
    with ModelServer() as server:
        voice = voice_at(server)
    with pytest.raises(VoiceBusy, match=r"the connection failed .*, 3 times"):
        voice.speak(line())


def test_a_key_that_is_not_set_is_told_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPEECH_KEY", raising=False)
    with ModelServer(speech()) as server, pytest.raises(VoiceKeyMissing, match="SPEECH_KEY is not set"):
        voice_at(server).speak(line())
    assert server.asked == []
    with ModelServer(speech()) as server:
        voice_at(server, key_variable=None).speak(line())
        assert "Authorization" not in server.asked[0].headers


@pytest.mark.usefixtures("keyed")
def test_what_cannot_be_asked_is_not_sent() -> None:
    with ModelServer(speech()) as server:
        with pytest.raises(VoiceRefused, match="nothing in it that can be spoken"):
            voice_at(server).speak(line("... [sighs] ✨"))
        with pytest.raises(VoiceRefused, match="the line has 2001 characters, the service takes 2000"):
            voice_at(server).speak(line("ab" * 1_000 + "c"))
        assert server.asked == []


def test_a_service_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEECH_KEY", KEY)
    with ModelServer() as server:
        assert repr(voice_at(server)) == "HostedVoice('cloud')"

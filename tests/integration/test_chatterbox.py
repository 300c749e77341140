"""The voice engine `chatterbox`: over Chatterbox itself with random weights, and over a reader that really speaks."""

from __future__ import annotations

import json
import pickle
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.engines import TellsRendering, VoiceEngine
from resources.errors import ConfigInvalid, Missing
from resources.gpu.chatterbox import engine as chatterbox_engine
from resources.gpu.chatterbox import model as chatterbox
from resources.gpu.chatterbox.engine import ChatterboxVoices
from resources.gpu.chatterbox.manner import Manner
from resources.gpu.context import model_context
from resources.gpu.device import CpuAccelerator
from resources.gpu.errors import ModelDamaged, ModelMissing
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.gpu.spec import Need
from resources.media.wav import wav_bytes
from resources.pipeline.engines import Engines
from resources.pipeline.resolve import Script
from resources.pipeline.stages.voices import voice_job
from resources.profile import load_profile, make_engine
from resources.store.film import Home, Settings
from resources.voices.errors import ConsentMissing, SpeechUnusable, VoiceKeyMissing
from resources.voices.providers import HostedService, ProviderTable, load_providers
from schemas.plan import MoviePlan
from tests.harness.heap import small_heap
from tests.harness.openai_server import ModelServer, Said
from tests.harness.speech import Reader, silence
from tests.harness.tiny_chatterbox import tiny_chatterbox, tiny_registry, tokenizer, write_tiny_chatterbox
from tests.unit.test_voice_providers import clip, tone, wav
from tests.unit.test_voices import line

pytestmark = [
    pytest.mark.filterwarnings("ignore:pkg_resources is deprecated:UserWarning"),  # perth
    pytest.mark.filterwarnings("ignore:.*LoRACompatibleLinear:FutureWarning"),  # chatterbox's decoder, in diffusers
    pytest.mark.filterwarnings("ignore:.*sdp_kernel:FutureWarning"),  # chatterbox's decoder, in torch
    pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning"),  # audioread
]


def room_over(registry: Registry, folder: Path) -> GpuRoom:
    return GpuRoom(ModelPool([CpuAccelerator()]), registry, "cpu", folder)


# -- Chatterbox itself -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of models with a tiny Chatterbox in it."""
    folder = tmp_path_factory.mktemp("models")
    with tiny_chatterbox():
        write_tiny_chatterbox(folder / "chatterbox")
        with small_heap():
            yield folder


@pytest.fixture(scope="module")
def room(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GpuRoom]:
    made = room_over(tiny_registry(weights), tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


def test_chatterbox_speaks_a_word_in_the_voice_that_was_cast(room: GpuRoom) -> None:
    engine = ChatterboxVoices({"tries": 1}, room)
    assert isinstance(engine, VoiceEngine) and isinstance(engine, TellsRendering)
    spoken = line("Oh.", "edward")
    try:
        assert engine.rendering(spoken, 7) == {}
        sound, timed = engine.speak(spoken, 7)
        told = engine.rendering(spoken, 7)
    finally:
        engine.close()
    assert sound.dtype == np.float32 and 0.1 < len(sound) / 48_000 < 1.0 and np.abs(sound).max() > 0.05
    assert [word.text for word in timed.words] == ["Oh."] and timed.end == len(sound)
    assert timed.engine == "chatterbox:embedded:edward"
    assert told["watermark"] == {"scheme": "Perth implicit", "read": 1.0, "found": True}
    assert told["provider"] == "chatterbox" and told["model"] == "chatterbox" and told["cost_usd"] == 0
    assert told["voice"]["provider_voice_id"] == "embedded:edward" and "Synthetic" in told["voice"]["consent"]
    assert told["manner"]["exaggeration"] == told["manner"]["cfg_weight"] == 0.5
    assert told["plan"]["device"] == "cpu" and told["steps"] == []
    assert [attempt["text"] for attempt in told["attempts"]] == ["Oh."] * len(told["attempts"])


def test_a_seed_decides_everything_and_leaves_no_trace(room: GpuRoom, tmp_path: Path) -> None:
    import torch

    reference = tmp_path / "reference.wav"
    reference.write_bytes(wav_bytes(np.resize(tone(1.0), 48_000 * 2)))
    spec = room.registry.spec("chatterbox", chatterbox.load)
    with model_context(room.pool, spec, need=Need(room.plan("chatterbox"))) as lease:

        def speak(model: Any) -> list[Any]:
            model.follow(reference, Manner())
            torch.manual_seed(99)
            before = torch.random.get_rng_state()
            said = [
                model.say(text, seed, Manner(), language="en", temperature=0.8)
                for text, seed in (("Oh.", 1), ("Oh.", 2), ("Oh.", 1))
            ]
            assert torch.equal(torch.random.get_rng_state(), before)
            return said

        one, other, again = lease.using(speak)
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_a_file_that_is_not_what_was_pinned_is_never_loaded(weights: Path, tmp_path: Path) -> None:
    registry = tiny_registry(weights)
    folder = tmp_path / "models" / "chatterbox"
    folder.mkdir(parents=True)
    for path in (weights / "chatterbox").iterdir():
        if path.suffix in (".safetensors", ".json") and path.name != "sparkle-model.json":
            (folder / path.name).symlink_to(path)
    (folder / "conds.pt").write_bytes(pickle.dumps(print))
    copy = Registry(tmp_path / "models", registry.models)
    clip(tmp_path)
    engine = ChatterboxVoices({"clips": str(tmp_path)}, room_over(copy, tmp_path / "scratch"))
    with pytest.raises(ModelDamaged, match=r"conds\.pt: can carry code"):
        engine.speak(line("Oh.", "mira"), 7)


@pytest.mark.usefixtures("weights")
def test_default_conditions_that_carry_code_are_not_run(tmp_path: Path) -> None:
    import torch
    from chatterbox.tts import Conditionals

    path = tmp_path / "conds.pt"
    torch.save({"t3": {}, "gen": socket.socket}, path)
    with pytest.raises(pickle.UnpicklingError, match=r"Weights only load failed"):
        Conditionals.load(path)


@pytest.mark.usefixtures("weights")
def test_the_multilingual_tokenizer_reads_its_signs_from_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("somebody asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    (tmp_path / "grapheme.json").write_text(tokenizer())
    (tmp_path / "Cangjie5_TC.json").write_text(json.dumps(["灯\tfmn", "塔\tgtor"]))
    from chatterbox.models.tokenizers import tokenizer as upstream

    before = upstream.hf_hub_download
    with chatterbox._from_disk(tmp_path):
        made = upstream.MTLTokenizer(str(tmp_path / "grapheme.json"))
    assert made.cangjie_converter("灯塔") == "[cj_f][cj_m][cj_n][cj_.][cj_g][cj_t][cj_o][cj_r][cj_.]"
    assert upstream.hf_hub_download is before


# -- the engine over a reader ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def voice() -> Iterator[Reader]:
    """One worker process for all tests."""
    one = Reader()
    yield one
    one.close()


@pytest.fixture
def reader(voice: Reader, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Stands where Chatterbox would be loaded."""
    one = Reader(worker=voice.worker)
    monkeypatch.setattr(chatterbox, "load", one.load)
    return one


@pytest.fixture
def shelf(tmp_path: Path) -> Registry:
    """Both models, of one small file each."""
    for key in ("chatterbox", "chatterbox-multilingual"):
        (tmp_path / "models" / key).mkdir(parents=True)
        (tmp_path / "models" / key / "tokenizer.json").write_text("{}")
    return tiny_registry(tmp_path / "models")


@pytest.fixture
def make(shelf: Registry, tmp_path: Path) -> Iterator[Any]:
    """Engines with a clip of ``mira``, closed at the end."""
    made: list[ChatterboxVoices] = []
    (tmp_path / "clips").mkdir()
    clip(tmp_path / "clips")

    def one(**options: Any) -> ChatterboxVoices:
        given = {"clips": str(tmp_path / "clips"), **options}
        made.append(ChatterboxVoices(given, room_over(shelf, tmp_path / "scratch")))
        return made[-1]

    yield one
    for engine in made:
        engine.close()
        engine._room.close()


def test_a_line_that_was_spoken_is_kept_for_the_next_process(reader: Reader, make: Any) -> None:
    spoken = line("Good evening.", "mira")
    sound, timed = make().speak(spoken, 7)
    again, timed_again = make().speak(spoken, 7)
    np.testing.assert_array_equal(sound, again)
    assert timed == timed_again and len(reader.texts) == 1
    make().speak(spoken, 8)
    assert len(reader.texts) == 2


def test_words_are_placed_in_a_recording_of_anybody(reader: Reader, make: Any) -> None:
    engine = make()
    sound, timed = engine.speak(line("The old keeper lit the lamp.", "mira"), 7)
    placed = engine.align(sound, line("The old keeper lit the lamp.", "mira"))
    assert [word.text for word in placed.words] == [word.text for word in timed.words]
    engine.prefetch([(line("Later.", "mira"), 7)])
    assert len(reader.texts) == 1


def test_another_language_goes_to_the_multilingual_model(reader: Reader, make: Any) -> None:
    engine = make()
    spoken = line("Good evening.", "edward", language="es")
    engine.speak(spoken, 7)
    assert reader.loaded == "chatterbox-multilingual"
    told = engine.rendering(spoken, 7)
    assert told["manner"]["cfg_weight"] == 0.5  # the reference was spoken in Spanish
    english = line("Good evening.", "mira", language="es")
    engine.speak(english, 7)
    assert engine.rendering(english, 7)["manner"]["cfg_weight"] == 0.0  # her clip is in English: less of its accent


def test_a_clip_with_consent_takes_the_place_of_the_embedded_voice(reader: Reader, make: Any, tmp_path: Path) -> None:
    engine, plain = make(), make(clips=None)
    assert engine.revision != plain.revision
    spoken = line("Good evening.", "mira", pitch_semitones=2.0)
    engine.speak(spoken, 7)
    told = engine.rendering(spoken, 7)
    assert told["voice"]["provider_voice_id"].startswith("clip:")
    assert told["voice"]["consent"].startswith("Mira Holm agreed on 2026-03-01")
    (tmp_path / "clips" / "mira.yaml").unlink()
    with pytest.raises(ConsentMissing):
        engine.speak(line("Never.", "mira"), 7)
    assert len(reader.texts) == 1


def test_nobody_else_speaks_unless_the_profile_names_them(reader: Reader, make: Any) -> None:
    reader.spoils = [silence] * 20
    with pytest.raises(SpeechUnusable, match="silent"):
        make(tries=2).speak(line("Good evening.", "mira"), 7)
    engine = make(tries=2, failover=["embedded-voices"])
    reader.spoils = [silence] * 20
    spoken = line("Good evening.", "edward")
    _, timed = engine.speak(spoken, 7)
    told = engine.rendering(spoken, 7)
    assert told["provider"] == "embedded-voices" and timed.engine == "espeak:+edward"
    assert [(one["provider"], one["kind"]) for one in told["failed"]] == [("chatterbox", "SpeechUnusable")]
    with pytest.raises(SpeechUnusable, match="nothing in it"):
        make().speak(line("…"), 7)


def test_a_language_it_lacks_goes_down_the_list_to_a_hosted_voice(
    reader: Reader, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(Said(body=wav(tone()), headers={"Content-Type": "audio/wav"})) as server:
        monkeypatch.setenv("SPEECH_KEY", "sk-x")
        monkeypatch.setattr(chatterbox_engine, "load_providers", lambda: table_at(f"{server.url}/v1"))
        engine = make(failover=["openai-speech"])
        spoken = line("Dobrý večer.", "mira", language="cs")
        sound, timed = engine.speak(spoken, 7)
        again, _ = engine.speak(spoken, 7)
        told = engine.rendering(spoken, 7)
        assert len(server.asked) == 1  # what was paid for is kept
    np.testing.assert_array_equal(sound, again)
    assert timed.engine == f"openai-speech:{told['provider_voice_id']}" and not timed.aligned
    assert told["failed"][0]["kind"] == "LanguageNotSpoken" and told["cost_usd"] == pytest.approx(0.00018)
    assert not told["voice"]["watermarked"] and reader.texts == []


def test_a_key_that_is_not_set_is_told_before_anybody_speaks(
    reader: Reader, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(VoiceKeyMissing, match="OPENAI_API_KEY is not set"):
        make(failover=["openai-speech"]).speak(line("Good evening.", "mira"), 7)
    assert reader.texts == []


def table_at(url: str) -> ProviderTable:
    """The shipped table with a service on loopback that speaks Czech as well."""
    table = load_providers()
    hosted = table.provider("openai-speech")
    assert hosted.service is not None
    service = HostedService.model_validate(
        hosted.service.model_dump() | {"base_url": url, "key_variable": "SPEECH_KEY"}
    )
    changed = hosted.model_copy(update={"service": service, "languages": []})
    return table.model_copy(update={"providers": {**table.providers, "openai-speech": changed}})


def test_options_are_held_before_anything_is_loaded(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigInvalid, match="no voice provider 'elsewhere'"):
        make(failover=["elsewhere"])
    with pytest.raises(ConfigInvalid, match="tries"):
        make(tries=0)
    assert make(tries=4).revision != make().revision == make().revision
    monkeypatch.setattr(chatterbox_engine.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Missing, match=r"pip install 'sparkle-motion\[tts\]'"):
        make()


def test_a_model_that_is_not_here_is_told_with_the_command_that_gets_it(tmp_path: Path) -> None:
    room = room_over(Registry(tmp_path / "models"), tmp_path / "scratch")
    clip(tmp_path)
    profile = load_profile("embedded")
    engines = profile.engines.model_copy(update={"voice": "chatterbox"})
    options = {"voice": {"clips": str(tmp_path)}}
    profile = profile.model_copy(update={"engines": engines, "options": options})
    engine = make_engine("voice", profile, lambda: room)
    assert engine.revision.startswith("1+")
    with pytest.raises(ModelMissing, match="sparkle models pull chatterbox"):
        engine.speak(line("Good evening.", "mira"), 7)


def test_a_shot_keeps_how_its_lines_were_made(
    reader: Reader, make: Any, plan: dict[str, Any], home: Home, tmp_path: Path, tiny: Engines
) -> None:
    engine = make()
    plan["characters"][0]["voice"] = plan["characters"][1]["voice"] = {"voice_id": "mira"}
    slots = {"one": "01", "two": "02", "three": "03"}
    script = Script(MoviePlan.model_validate(plan), Settings(), load_profile("embedded"), slots, {}, tmp_path)
    slot = "01"
    folder = tmp_path / "shot"
    folder.mkdir()
    voice_job(script, slot, engine).make(folder)
    told = json.loads((folder / "rendering.json").read_text())
    assert [one["parts"][0]["text"] for one in told["lines"]] == ["Hello!"]
    assert told["lines"][0]["watermark"]["found"] and reader.texts == ["Hello!"]
    other = tmp_path / "other"
    other.mkdir()
    voice_job(script, slot, tiny.voice).make(other)
    assert not (other / "rendering.json").exists()

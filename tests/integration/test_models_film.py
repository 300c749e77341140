"""A film in which every stage is a model's real adapter on random weights: SDXL, Wan, Chatterbox, Wav2Lip, Qwen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from bench.gpu import work_once
from resources.errors import Missing
from resources.gpu.packaged import process_pool
from resources.gpu.plan import LoadPlan
from resources.media.frames import sample_frames
from resources.media.probe import picture_facts, read_sound
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.told import models_told, seams_told
from resources.profile import load_profile
from resources.quality.policy import load_policy
from resources.store.film import Home
from resources.store.timeline import read_timeline
from schemas.refs import SHOT_STAGES
from sparkle_assets.cli.make import make
from tests.conftest import write_plan
from tests.harness.heap import small_heap
from tests.harness.tiny_chatterbox import tiny_chatterbox
from tests.harness.tiny_studio import CHUNK, I2V, NAME, save_tiny_models, write_configs
from tests.integration.test_pipeline import produce

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # diffusers' Euler scheduler
    pytest.mark.filterwarnings("ignore:pkg_resources is deprecated:UserWarning"),  # perth
    pytest.mark.filterwarnings("ignore:.*LoRACompatibleLinear:FutureWarning"),  # chatterbox's decoder, in diffusers
    pytest.mark.filterwarnings("ignore:.*sdp_kernel:FutureWarning"),  # chatterbox's decoder, in torch
    pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning"),  # audioread
    pytest.mark.filterwarnings("ignore:InitResourceContext:DeprecationWarning"),
]
NOISY = (
    "black_picture", "frozen_picture", "flicker", "flash", "blur", "exposure", "letterbox", "stray_cut", "hue_jump",
    "chunk_seam", "judged_safety", "clipped_line", "cut_off_word", "noise_tail", "voice_pitch", "lip_offset",
    "duplicate_shot",
)  # fmt: skip
"""Checks that noise breaks: told here, and nothing is made again for them. What a film must hold stays an error."""
LENIENT: dict[str, dict[str, Any]] = {name: {"severity": "info"} for name in NOISY}
PLAN: dict[str, Any] = {
    "title": "Noise", "resolution": "144p", "title_card_s": 0, "end_card_s": 0, "seed": 3,
    "characters": [{"id": "ada", "name": "Ada"}, {"id": "bob", "name": "Bob"}],
    "shots": [
        {"id": "one", "prompt": "Ada on a boat", "duration_s": 1.0,
         "dialogue": [{"character_id": "ada", "text": "Oh, no!"}]},
        {"id": "two", "prompt": "Bob on the shore", "duration_s": 1.0,
         "dialogue": [{"character_id": "bob", "text": "Ah, yes."}]},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Film:
    """A film that was made, and the answer of ``--json``."""

    home: Home
    value: dict[str, Any]

    @property
    def production(self) -> Production:
        """What is in its folder; no model is loaded for it."""
        return Production(self.home, "noise", lambda profile: Engines(load_profile(profile), self.home.cache))

    @property
    def bytes(self) -> bytes:
        """The finished film."""
        return Path(self.value["final_cut"]).read_bytes()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with every model and the profile, which `sparkle` finds by its environment."""
    folder = tmp_path_factory.mktemp("studio")
    process_pool.cache_clear()  # what another test has loaded is told to its own timeline
    with tiny_chatterbox(), pytest.MonkeyPatch.context() as patch:
        models = save_tiny_models(folder / "models")
        patch.setenv("SPARKLE_MODELS", str(folder / "models"))
        patch.setenv("SPARKLE_CONFIGS", str(write_configs(folder / "configs", models, LENIENT)))
        load_policy.cache_clear()
        with small_heap():
            yield folder
    load_policy.cache_clear()


def sparkle(studio: Path, *args: str) -> Film:
    home = studio / "home"
    flags = ["--home", str(home), "--json", "--quiet"]
    answer = CliRunner().invoke(make, [*args, *flags], catch_exceptions=False, standalone_mode=False)
    assert answer.stdout.count("\n") == 1, "libraries print nothing: the answer is one JSON object"
    return Film(Home(home), json.loads(answer.stdout))


@pytest.fixture(scope="module")
def film(studio: Path) -> Film:
    return sparkle(studio, "--plan", str(write_plan(studio / "plan.json", PLAN)), "--movie", "noise", "--profile", NAME)


def test_every_stage_is_the_real_adapter_and_the_film_plays(film: Film) -> None:
    assert [shot["rendered"] for shot in film.value["shots"]] == [list(SHOT_STAGES)] * 2
    assert [shot["takes"] for shot in film.value["shots"]] == [1, 1]
    assert film.value["qa"]["verdict"] == "approve"
    path = Path(film.value["final_cut"])
    facts, count = picture_facts(path), film.value["frames"]
    assert (facts.frames, facts.even, facts.width, facts.height) == (count, True, 256, 144)
    pictures = list(sample_frames(path, count, 4))
    assert all(picture.std() > 5 for picture in pictures) and not np.array_equal(pictures[0], pictures[-1])
    sound = read_sound(path, channels=1, kind="clip", first_s=10.0)
    assert abs(len(sound) / 48_000 - count / 24) < 0.05 and np.abs(sound).max() > 0.05


def test_what_was_made_tells_its_models(film: Film) -> None:
    made = film.production
    used = {"shot_images": "sdxl-base", "video_chunks": I2V, "lipsynced_clips": "wav2lip"}
    for slot in ("01", "02"):
        for stage, engine in zip(SHOT_STAGES, ("sdxl", "chatterbox", "wan", "wav2lip"), strict=True):
            ref = made.ref(stage, slot)
            sidecar = made.store.sidecar(ref)
            assert sidecar is not None and sidecar.engine == engine and "torch" in sidecar.libraries
            if stage in used:
                assert [one.split("@")[0] for one in models_told(ref.facts)] == [used[stage]]
        [line] = made.ref("voice_tracks", slot).facts["rendering"]["lines"]
        assert line["provider"] == "chatterbox" and line["watermark"]["found"]
        video = made.ref("video_chunks", slot).facts
        chunks = video["rendering"]["chunks"]
        assert len(chunks) > 1 and chunks[0]["stop"] == CHUNK
        [seam] = seams_told(video)
        assert 0 < seam < video["frames"]
        lips = made.ref("lipsynced_clips", slot).facts["rendering"]["facts"]
        assert 0 < lips["painted_frames"] == lips["spoken_frames"]


def test_each_model_is_loaded_once_and_the_judge_has_looked(film: Film) -> None:
    events = read_timeline(film.home.film("noise").path)
    loads = [event.data["model"] for event in events if event.event == "load_start"]
    assert sorted(loads) == sorted(["sdxl-base", "nudenet", "chatterbox", I2V, "wav2lip", "qwen2-vl-2b"])
    kept = [path.read_text(encoding="utf-8") for path in (film.home.cache / "quality").glob("*.json")]
    assert sum("prompt_match" in text for text in kept) == 2, "one judgement of each shot"
    seen = {(one["check"], one["shot"]) for one in film.value["qa"]["findings"]}
    assert {("prompt_match", "one"), ("prompt_match", "two")} <= seen, "what random weights say is a finding"


def test_a_second_run_renders_nothing(studio: Path, film: Film) -> None:
    before = film.bytes
    again = sparkle(studio, "--movie", "noise")
    assert again.value["stages"] == {"movie_plan": "reused", "final_cut": "reused", "qa_report": "reused"}
    assert all(shot["rendered"] == [] for shot in again.value["shots"]) and again.bytes == before


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(film: Film, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    engines = Engines(load_profile(NAME), home.cache)
    try:
        again = produce(home, engines, PLAN, profile=NAME)
        with again.run():
            refs = [make("01").ref for make in (again.image, again.voice, again.video, again.clip)]
        assert [ref.sha256 for ref in refs] == [film.production.ref(stage, "01").sha256 for stage in SHOT_STAGES]
        others = work_once(engines, tmp_path / "calibration", PLAN | {"seed": 5, "shots": PLAN["shots"][:1]})
        assert {ref.sha256 for ref in refs}.isdisjoint(ref.sha256 for ref in others)
        measured = engines.room.pool.measured
        assert measured is not None
        seen = {entry["model"]: entry for entry in measured.all()}
        assert {"sdxl-base", "chatterbox", I2V, "wav2lip", "qwen2-vl-2b"} <= set(seen), "and each corrects what follows"
        entry = seen["qwen2-vl-2b"]
        plan = LoadPlan.from_told(entry["plan"])
        told = measured.corrected(plan, entry["device"], engines.room.registry.predicted(plan.model_key, plan))
        assert entry["measured"] <= told.total <= 1.2 * entry["measured"]
    finally:
        engines.close()


def test_a_model_that_is_not_here_is_told_before_anything_is_written(
    studio: Path, film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.setenv("SPARKLE_MODELS", str(tmp_path / "models"))
    command = ["--plan", str(studio / "plan.json"), "--profile", NAME, "--home", str(tmp_path / "home")]
    result = CliRunner().invoke(make, command)
    assert isinstance(result.exception, Missing)
    pull = f"sparkle models pull sdxl-base {I2V} wav2lip chatterbox qwen2-vl-2b dinov2-small"
    assert pull in str(result.exception) and not (tmp_path / "home").exists()
    rehearsed = CliRunner().invoke(make, [*command, "--dry-run"], standalone_mode=False, catch_exceptions=False)
    assert "shot_images, voice_tracks, video_chunks, lipsynced_clips" in rehearsed.stdout
    assert pull in rehearsed.stderr and not (tmp_path / "home").exists()

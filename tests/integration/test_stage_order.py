"""Models load once a film: with a GPU profile every stage is made of all shots before the next one begins."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import resources.pipeline.engines as engine_table
from resources.director.bench import Bench
from resources.director.production_agent import dry, make_film
from resources.engines import RENDERING
from resources.errors import InputError
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.plan import read_plan
from resources.profile import GpuSettings, load_profile
from resources.store.atomic import write_json
from resources.store.film import Home, ShotTakes, Take
from schemas.media import ImageRequest, LipsyncRequest, SpokenLine, TimedLine, VideoRequest
from schemas.refs import SHOT_STAGES
from schemas.repair import Repair
from sparkle_assets.cli.making import Making
from sparkle_assets.cli.preview import preview, preview_id
from sparkle_assets.cli.progress import Watch
from tests.harness.engines import TinyImages, TinyLipsync, TinyVideo, TinyVoices
from tests.integration.test_pipeline import produce

pytestmark = pytest.mark.filterwarnings("ignore:InitResourceContext:DeprecationWarning")
STAGES = ["image", "voice", "video", "clip"]
asked: list[str] = []


@dataclass(frozen=True)
class Images(TinyImages):
    def render_image(self, request: ImageRequest, folder: Path) -> None:
        asked.append("image")
        super().render_image(request, folder)
        write_json(folder / RENDERING, {"models": {"painter": "1"}, "steps": []})


@dataclass(frozen=True)
class Video(TinyVideo):
    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        asked.append("video")
        super().render_video(request, image, frames, folder)


class Voices(TinyVoices):
    def prefetch(self, lines: list[tuple[SpokenLine, int]]) -> None:
        asked.append("voices ahead")

    def speak(self, line: SpokenLine, seed: int) -> tuple[np.ndarray, TimedLine]:
        asked.append("voice")
        return super().speak(line, seed)


@dataclass(frozen=True)
class Lipsync(TinyLipsync):
    detectors: list[str] = field(default_factory=lambda: ["haar", "nudenet"])

    def prepare(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], sound: Path, frames: int, folder: Path
    ) -> Path:
        asked.append("clip")
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / RENDERING, {"models": {"lips": "1"}, "steps": [{"rung": "smaller_batch"}]})
        return video


@pytest.fixture
def on_card(tiny: Engines) -> Engines:
    """The tiny engines under a profile with a card, whose lip-sync loads a model."""
    asked.clear()
    told = load_profile("embedded")
    engines = told.engines.model_copy(update={"lipsync": "wav2lip"})
    profile = told.model_copy(update={"gpu": GpuSettings(preset="cpu"), "engines": engines})
    twin = tiny.replaced({"image": Images(), "video": Video(), "voice": Voices(), "lipsync": Lipsync()})
    twin.profile = profile
    return twin


def in_order() -> list[str]:
    """What was asked, each run of one word once."""
    return [word for k, word in enumerate(asked) if k == 0 or asked[k - 1] != word]


def test_the_adk_door_goes_stage_by_stage(home: Home, on_card: Engines, plan: dict[str, Any]) -> None:
    plan["shots"] = plan["shots"][:2]
    production = produce(home, on_card, plan)
    make_film(production)
    assert in_order() == STAGES and asked.count("image") == asked.count("clip") == 2
    assert [call.stage for call in dry(Bench(home, lambda profile: on_card), "hello").calls][:5] == [
        "movie_plan", "shot_images", "shot_images", "voice_tracks", "voice_tracks",
    ]  # fmt: skip


def test_the_command_line_goes_stage_by_stage_and_what_engines_tell_is_shown(
    home: Home, on_card: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_table._ENGINES, ("embedded", home.cache), on_card)
    plan["shots"] = plan["shots"][:2]
    film = produce(home, on_card, plan).film
    with Watch(quiet=True) as watch:
        result = Making(home, film, watch).run()
    assert in_order() == STAGES
    assert [shot["rendered"] for shot in result["shots"]] == [
        ["shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"]
    ] * 2
    made = Production(home, "hello", lambda profile: on_card)
    image, clip = made.ref("shot_images", "01"), made.ref("lipsynced_clips", "01")
    assert image.facts["rendering"] == {"models": {"painter": "1"}, "steps": []}
    assert clip.facts["rendering"]["steps"] == [{"rung": "smaller_batch"}]
    assert RENDERING not in [file.name for file in clip.files], "how much memory there was is no part of the picture"
    sidecar = made.store.sidecar(clip)
    assert sidecar is not None and "torch" in sidecar.libraries
    plain = made.store.sidecar(made.ref("voice_tracks", "01"))
    assert plain is not None and "torch" not in plain.libraries
    # nothing changed: nothing is made
    asked.clear()
    with Watch(quiet=True) as watch:
        assert Making(home, film, watch).run()["stages"]["final_cut"] == "reused"
    assert asked == []


def test_without_a_card_a_shot_is_made_whole(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    asked.clear()
    plan["shots"] = plan["shots"][:1]
    engines = tiny.replaced({"image": Images(), "video": Video(), "voice": Voices()})
    make_film(produce(home, engines, plan))
    assert asked[:4] == ["voices ahead", "image", "voice", "video"]


def test_the_lipsync_agent_is_told_which_detectors_there_are(
    home: Home, on_card: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from resources.agents import lipsync_agent

    told: list[Any] = []
    by_rule = lipsync_agent.by_rule
    monkeypatch.setattr(
        lipsync_agent, "by_rule", lambda content, seed: told.append(content["detectors"]) or by_rule(content, seed)
    )
    assert produce(home, on_card, plan).decisions.clip("01") is not None
    assert told == [["haar", "nudenet"]]


def test_a_preview_is_a_film_of_its_own_with_the_same_seeds(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for profile in ("embedded", "embedded-preview"):
        monkeypatch.setitem(engine_table._ENGINES, (profile, home.cache), tiny)
    plan["shots"] = plan["shots"][:1]
    full = produce(home, tiny, plan)
    with Watch(quiet=True) as watch:
        result = preview(home, full.film, full.film.settings(), watch)
    assert (result["movie"], result["preview_of"], result["height"]) == ("hello-preview", "hello", 144)
    small = Production(home, "hello-preview", lambda profile: tiny)
    assert small.script.settings.profile == "embedded-preview"
    assert small.script.seed(small.script.shot("01")) == full.script.seed(full.script.shot("01"))
    assert full.state("01").stale == list(SHOT_STAGES) and small.state("01").stale == []


def test_a_preview_is_smaller_and_knows_the_retakes(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = produce(home, tiny, plan | {"resolution": "1080p"})
    repair = Repair(stage="shot_images", action="more_steps")
    take = Take(number=1, seed=77, repairs=[repair], at="2026-01-01T00:00:00Z")
    full.film.write_takes({"one": ShotTakes(takes=[take], current=1)})
    monkeypatch.setattr(Making, "run", lambda making: {"movie": making.production.film.movie})
    with Watch(quiet=True) as watch:
        preview(home, full.film, full.film.settings(), watch)
    small = Production(home, "hello-preview", lambda profile: tiny).script
    shot = small.shot("01")
    assert (small.plan.resolution, small.seed(shot), small.repair(shot, "shot_images")) == ("360p", 77, None)
    assert read_plan(full.film.plan_path).resolution == "1080p", "the full film's plan is untouched"


def test_ids_of_previews() -> None:
    assert preview_id("hello") == "hello-preview"
    assert len(preview_id("a" * 64)) == 64
    with pytest.raises(InputError, match="is a preview itself"):
        preview_id("hello-preview")

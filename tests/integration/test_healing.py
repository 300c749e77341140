"""The loop: an engine that fails on chosen takes is asked again, only for that shot and stage, until it may pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from resources.agents.repairs import seed_for
from resources.director.bench import Bench
from resources.director.production_agent import run
from resources.engines import Frame, Sound
from resources.errors import NeedsReview
from resources.pipeline import engines as engine_table
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.quality.policy import load_policy
from resources.store.film import Home, ShotTakes, Take
from resources.store.fingerprint import derive_seed, hash_file
from resources.store.timeline import now, read_timeline
from schemas.media import ImageRequest, LipsyncRequest, SpokenLine, TimedLine, VideoRequest
from schemas.refs import Stage
from schemas.repair import Repair
from schemas.report import QAReport
from sparkle_assets.cli.making import Making
from sparkle_assets.cli.progress import Watch
from tests.harness.engines import TinyImages, TinyLipsync, TinyVideo, TinyVoices, scene
from tests.integration.test_decisions import nested_resources
from tests.integration.test_pipeline import ALL, produce

pytestmark = nested_resources
MOTION: list[Stage] = ["video_chunks", "lipsynced_clips"]


def seed_of_take(take: int, agent: str, stage: Stage, *, shot: str = "one", film: int = 7) -> int:
    """The seed that a stage gets in the ``take``-th take, when each take after the first is a repair of that stage."""
    first = derive_seed(film, "shot", shot)
    return first if take == 1 else seed_for(agent, first, Repair(stage=stage, action="new_seed", round=take - 1))


@dataclass(frozen=True)
class Sticking(TinyLipsync):
    """The picture stands still for some seconds, by the seed of the motion."""

    stuck: Mapping[int, float] = field(default_factory=dict)

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        seed = json.loads((video / "score.json").read_text())["seed"]
        still = round(self.stuck.get(seed, 0.0) * 24)
        for number in range(start, stop):
            yield scene(request.width, request.height, seed, max(0, number - still))


class Mute(TinyVoices):
    """Hardly to be heard, for the seeds it was told."""

    def __init__(self, mute: frozenset[int]) -> None:
        super().__init__()
        self.mute = mute

    def speak(self, line: SpokenLine, seed: int) -> tuple[Sound, TimedLine]:
        sound, timed = super().speak(line, seed)
        return (sound * 0.01 if seed in self.mute else sound), timed


@dataclass(frozen=True)
class Copyist(TinyImages):
    """Gives every shot the first picture, until it is asked again."""

    first: frozenset[int] = frozenset()

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        seed = 1 if request.seed in self.first else request.seed
        super().render_image(request.model_copy(update={"seed": seed}), folder)


@dataclass(frozen=True)
class Passing(TinyVideo):
    """Moves what the keyframe shows."""

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        (folder / "score.json").write_text(json.dumps({"seed": derive_seed(hash_file(image / "image.png"))}))


def sticking(*seconds: float) -> Sticking:
    """Stands still for so many seconds in the first, second, ... take of the shot "one"."""
    seeds = [seed_of_take(take + 1, "videos_agent", "video_chunks") for take in range(len(seconds))]
    return Sticking(stuck=dict(zip(seeds, seconds, strict=True)))


@pytest.fixture
def film(plan: dict[str, Any]) -> dict[str, Any]:
    """Two shots of one length, long enough to stand still."""
    plan["seed"] = 7
    plan["shots"] = plan["shots"][:2]
    for shot in plan["shots"]:
        shot["duration_s"] = 3.0
    return plan


def make(home: Home, engines: Engines, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What ``sparkle make --movie hello`` does, with these engines."""
    monkeypatch.setitem(engine_table._ENGINES, ("embedded", home.cache), engines)
    with Watch(quiet=True) as watch:
        return Making(home, home.film("hello"), watch).run()


def rendered(home: Home, shot: str) -> list[str]:
    """Stages of a shot in the order they were made."""
    return [e.stage for e in read_timeline(home.film("hello").path, shot=shot) if e.event == "success" and e.stage]


def report_of(home: Home) -> QAReport:
    return QAReport.model_validate_json((home.film("hello").path / "report" / "report.json").read_bytes())


def test_a_shot_that_fails_is_made_again_alone(
    home: Home, tiny: Engines, film: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = tiny.replaced({"lipsync": sticking(2.0)})
    produce(home, engines, film)
    result = make(home, engines, monkeypatch)
    assert result["qa"]["verdict"] == "approve"
    assert rendered(home, "one") == [*ALL, *MOTION], "motion and final frames again, and nothing else"
    assert rendered(home, "two") == ALL
    assert [shot["takes"] for shot in result["shots"]] == [2, 1]
    told = [event for event in read_timeline(home.film("hello").path, shot="one") if event.event == "retake"]
    [retake] = told
    assert (retake.data["take"], retake.data["reasons"]) == (2, ["frozen_picture"])
    assert retake.data["repair"] == {"stage": "video_chunks", "action": "new_seed", "round": 1}
    first, second = report_of(home).takes
    assert (first.shot, first.take, first.found, first.chosen) == ("one", 1, ["frozen_picture"], False)
    assert (second.take, second.because, second.found, second.chosen) == (2, ["frozen_picture"], [], True)
    assert first.badness is not None and second.badness is not None and first.badness > second.badness
    again = make(home, engines, monkeypatch)
    assert all(not shot["rendered"] for shot in again["shots"]), "a film that was mended is a finished film"


def test_the_best_take_is_kept_and_a_person_is_asked_when_the_budget_is_spent(
    home: Home, tiny: Engines, film: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = tiny.replaced({"lipsync": sticking(2.2, 1.8, 2.0, 2.1)})
    produce(home, engines, film)
    with pytest.raises(NeedsReview, match="frozen_picture") as held:
        make(home, engines, monkeypatch)
    assert "sparkle review hello" in held.value.hint
    takes = home.film("hello").takes()["one"]
    same = load_policy().escalate.same_reason
    assert [take.found for take in takes.takes] == [["frozen_picture"]] * same
    assert takes.current == 2, "the take that stands still for the shortest time"
    assert rendered(home, "one") == [*ALL, *MOTION * (same - 1)]
    production = Production(home, "hello", lambda profile: engines)
    [question] = production.reviews.open()
    assert question.fingerprint == production.ref("lipsynced_clips", "01").fingerprint
    assert question.fingerprint == takes.takes[1].made["lipsynced_clips"]
    assert question.frames and all((home.film("hello").path / frame).exists() for frame in question.frames)
    # nothing more is made of it unasked
    with pytest.raises(NeedsReview):
        make(home, engines, monkeypatch)
    assert len(home.film("hello").takes()["one"].takes) == same
    production.reviews.answer(question.id, "approve", "it is meant to")
    result = make(home, engines, monkeypatch)
    assert result["qa"]["verdict"] == "approve"
    assert rendered(home, "one") == [*ALL, *MOTION * (same - 1)]
    [finding] = [one for one in report_of(home).findings if one.shot == "one" and one.check == "frozen_picture"]
    assert finding.severity == "info" and "it is meant to" in finding.message


def test_the_director_mends_as_the_command_line_does(home: Home, tiny: Engines, film: dict[str, Any]) -> None:
    engines = tiny.replaced({"lipsync": sticking(2.0, 2.0)})
    produce(home, engines, film)
    result = run(Bench(home, lambda profile: engines), "hello")
    assert result.verdict == "approve"
    assert rendered(home, "one") == [*ALL, *MOTION, *MOTION]


def test_a_voice_is_mended_before_motion_is_made_for_it(
    home: Home, tiny: Engines, film: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seed_of_take(1, "tts_agent", "voice_tracks")
    line = film["shots"][0]["dialogue"][0]
    engines = tiny.replaced({"voice": Mute(mute=frozenset({derive_seed(first, line["character_id"], line["text"])}))})
    produce(home, engines, film)
    assert make(home, engines, monkeypatch)["qa"]["verdict"] == "approve"
    assert rendered(home, "one") == ["shot_images", "voice_tracks", "voice_tracks", *MOTION]


def test_a_shot_that_repeats_another_gets_another_picture(
    home: Home, tiny: Engines, film: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = frozenset(derive_seed(7, "shot", shot) for shot in ("one", "two"))
    engines = tiny.replaced({"image": Copyist(first=seeds), "lipsync": Sticking(), "video": Passing()})
    produce(home, engines, film)
    assert make(home, engines, monkeypatch)["qa"]["verdict"] == "approve"
    assert rendered(home, "one") == ALL
    assert rendered(home, "two")[:5] == [*ALL, "shot_images"]
    [retake] = [event for event in read_timeline(home.film("hello").path, shot="two") if event.event == "retake"]
    assert retake.data["reasons"] == ["duplicate_shot"]


def test_a_pinned_shot_is_asked_about_at_once(
    home: Home, tiny: Engines, film: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = tiny.replaced({"lipsync": sticking(2.0)})
    first = Take(number=1, seed=derive_seed(7, "shot", "one"), at=now())
    produce(home, engines, film).film.write_takes({"one": ShotTakes(takes=[first], current=1, pinned=True)})
    with pytest.raises(NeedsReview, match="frozen_picture"):
        make(home, engines, monkeypatch)
    assert rendered(home, "one") == ALL
    assert len(Production(home, "hello", lambda profile: engines).reviews.open()) == 1

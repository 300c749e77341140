"""What stands between the pipeline and the engines that load models: what must be here, who speaks, who looks."""

from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resources.agents import tts_agent
from resources.engines import MOTION, Frame
from resources.errors import Missing, RenderFault
from resources.gpu.device import CpuAccelerator
from resources.gpu.errors import ModelMissing
from resources.gpu.ladder import Permissions
from resources.gpu.plan import GIB
from resources.gpu.pool import ModelPool
from resources.gpu.registry import Registry
from resources.gpu.room import GpuRoom
from resources.media.lossless import LosslessWriter
from resources.pipeline.deciding import Decisions
from resources.pipeline.engines import Engines
from resources.pipeline.picture_helpers import picture_helpers
from resources.pipeline.resolve import Script
from resources.profile import load_profile
from resources.store.film import Home, Settings
from resources.store.space import film_bytes
from schemas.decisions import LineDecision, VoiceDecision
from schemas.judgement import Judgement, Score
from schemas.media import VideoRequest
from schemas.plan import MoviePlan
from sparkle_assets.cli.doctor import examine
from tests.harness.accelerator import FakeAccelerator
from tests.harness.engines import TinyVideo
from tests.integration.test_pipeline import produce

SLOTS = {"one": "01", "two": "02", "three": "03"}


def room_on(folder: Path, *devices: Any) -> GpuRoom:
    return GpuRoom(ModelPool(devices), Registry(folder / "models"), "gpu-16gb", folder)


def test_without_a_card_nothing_is_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_on(tmp_path, CpuAccelerator())
    for look in (room.check, lambda: room.plan("sdxl-base")):
        with pytest.raises(Missing, match="needs a GPU, and PyTorch finds none"):
            look()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Missing, match=r"pip install 'sparkle-motion\[gpu,tts\]'"):
        room.check()
    room_on(tmp_path, FakeAccelerator(16 << 30), CpuAccelerator()).check()


@pytest.mark.parametrize(("languages", "voices"), [({"en"}, "chatterbox"), ({"es"}, "chatterbox-multilingual")])
def test_every_model_that_a_film_lacks_is_named_with_the_command_that_gets_it(
    home: Home, tmp_path: Path, languages: set[str], voices: str
) -> None:
    engines = Engines(load_profile("gpu-16gb"), home.cache)
    engines.__dict__["room"] = room_on(tmp_path, FakeAccelerator(16 << 30), CpuAccelerator())
    try:
        with pytest.raises(ModelMissing) as told:
            engines.check(languages)
    finally:
        engines.close()
    wanted = f"sdxl-base wan2.1-i2v-14b-480p wav2lip {voices} qwen2-vl-2b dinov2-small"
    assert f"`sparkle models pull {wanted} --accept-licence`" in told.value.hint
    assert told.value.exit_code == 2


class Host(CpuAccelerator):
    """A host of so many GiB."""

    def __init__(self, gib: int) -> None:
        super().__init__()
        self.total = gib * GIB

    def free(self) -> int:
        return self.total


@pytest.mark.parametrize(
    ("host", "lower", "told"),
    [
        (12, True, r"has no room here, even after offload.*a larger card would do"),
        (32, True, r"fits here in 4bit only.*pip install 'sparkle-motion\[bits\]'"),
        (32, False, r"has no room here.*let the profile go lower with `lower_precision: true`"),
        (64, False, ""),
    ],
)
def test_what_will_have_no_room_is_told_before_any_work(tmp_path: Path, host: int, lower: bool, told: str) -> None:
    pool = ModelPool([FakeAccelerator(16 * GIB), Host(host)], budgets={"cpu": host * GIB})
    room = GpuRoom(pool, Registry(tmp_path / "models"), "gpu-16gb", tmp_path, Permissions(lower_precision=lower))
    keys = ["sdxl-base", "wan2.1-i2v-14b-480p", "chatterbox", "wav2lip", "qwen2-vl-2b", "dinov2-small"]
    with pytest.raises(Missing, match=told) if told else nullcontext():
        room.foresee(keys)


def test_the_doctor_tells_of_card_and_models(tmp_path: Path) -> None:
    told = {item.name: item for item in examine(tmp_path)}
    assert not told["gpu"].needed and not told["models"].needed
    assert told["models"].detail == f"0 of {len(Registry(tmp_path).models)} in {tmp_path / 'models'}"


def test_a_profile_without_a_card_lacks_nothing(tiny: Engines) -> None:
    tiny.check({"tlh"})
    assert "room" not in tiny.__dict__


def script_of(plan: dict[str, Any], profile: str, folder: Path) -> Script:
    return Script(MoviePlan.model_validate(plan), Settings(), load_profile(profile), SLOTS, {}, folder)


def test_a_provider_of_the_plan_counts_where_there_are_several(plan: dict[str, Any], tmp_path: Path) -> None:
    plan["characters"][0]["voice"] = {"provider": "openai-tts"}
    asked = {}
    for profile in ("embedded", "gpu-16gb"):
        script = script_of(plan, profile, tmp_path)
        asked[profile] = script.voice_request(script.shot("01"))
    assert asked["embedded"].lines[0].provider is None and asked["gpu-16gb"].lines[0].provider == "openai-tts"
    line = asked["gpu-16gb"].lines[0]
    same = LineDecision(voice_id=line.voice_id, emotion=line.emotion, delivery=line.delivery, rate=line.rate)
    for wish in (same, same.model_copy(update={"provider": "embedded-voices"})):
        decided = VoiceDecision(seed=1, lines=[wish]).applied(asked["gpu-16gb"])
        assert decided.lines[0].provider == "openai-tts", "what a person named stays"
    free = asked["embedded"]
    given = VoiceDecision(seed=1, lines=[same.model_copy(update={"provider": "embedded-voices"})]).applied(free)
    assert given.lines[0].provider == "embedded-voices"


def test_the_tts_agent_is_told_whom_a_line_may_be_given_to(
    home: Home, plan: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    by_rule = tts_agent.by_rule
    monkeypatch.setattr(
        tts_agent, "by_rule", lambda content, seed: told.append(content["providers"]) or by_rule(content, seed)
    )
    script, film = script_of(plan, "gpu-16gb", tmp_path), home.film("hello")
    film.path.mkdir(parents=True)
    assert Decisions(script, film, providers=lambda: ["chatterbox", "embedded-voices"]).voice("01") is not None
    assert told == [["chatterbox", "embedded-voices"]]


@dataclass
class Strict:
    """A judge that likes what is bright."""

    name = "strict"
    revision = "1"
    asked: list[str]

    def judge(self, frames: list[Frame], prompt: str) -> Judgement:
        self.asked.append(prompt)
        score = Score(reason="bright", score=float(frames[0][..., :3].mean() / 255))
        return Judgement(prompt_match=score, hands_and_faces=score, artefacts=score, text=score, safety=score)


def test_the_judge_is_lent_for_quick_samples() -> None:
    judge = Strict([])
    helpers = picture_helpers("gpu-16gb", lambda: judge)
    assert helpers.judge is not None
    assert helpers.judge(np.full((4, 4, 4), 51, np.uint8), "a boat") == pytest.approx(0.2)
    assert judge.asked == ["a boat"] and picture_helpers("gpu-16gb").judge is None


@dataclass(frozen=True)
class Short(TinyVideo):
    """Renders one frame too few, or frames of another size."""

    missing: int = 0
    width: int = 256

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        with LosslessWriter(folder / MOTION, self.width, 144, Fraction(24)) as out:
            for _ in range(frames - self.missing):
                out.write(np.full((144, self.width, 4), 90, np.uint8))


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        (Short(missing=1), r"35 frames of 256x144, not 36 of 256x144"),
        (Short(width=254), r"of 254x144, not 36"),
    ],
)
def test_rendered_motion_is_held_to_its_frames(
    home: Home, tiny: Engines, plan: dict[str, Any], engine: Short, told: str
) -> None:
    plan["shots"] = [plan["shots"][2] | {"transition": {"kind": "cut", "frames": 0}}]
    production = produce(home, tiny.replaced({"video": engine}), plan)
    with production.run():
        production.image("01")
        production.voice("01")
        with pytest.raises(RenderFault, match=told):
            production.video("01")


def test_frames_that_models_render_take_more_room(plan: dict[str, Any]) -> None:
    whole = MoviePlan.model_validate(plan | {"resolution": "720p"})
    assert film_bytes(whole, lossless=True) > 3 * film_bytes(whole)

"""Films whose pictures a model paints, through the pipeline: letters nobody asked for, characters who change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from resources.engines import Frame
from resources.gpu.dinov2 import DinoLikeness
from resources.pipeline import measuring
from resources.pipeline.engines import Engines
from resources.pipeline.examine import hold_back
from resources.pipeline.production import Production
from resources.store.film import Home
from schemas.media import ImageRequest, LipsyncRequest, TimedLine, VideoRequest
from tests.harness.engines import TinyImages, TinyLipsync, TinyVideo
from tests.harness.portraits import ADA, VIEWS, portrait
from tests.harness.tiny_dinov2 import dinov2_registry, save_tiny_dinov2
from tests.harness.tiny_wav2lip import cpu_room
from tests.integration.test_pipeline import make_all, produce

GREEN = replace(ADA, coat=(40, 150, 60))


@dataclass(frozen=True)
class Painter(TinyImages):
    """Portraits; in a shot that is asked for in green the coat is, and in one at night a sign shines."""

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        view = VIEWS[int(request.prompt.split("view ")[1][0])]
        picture = Image.fromarray(portrait(GREEN if "green" in request.prompt else ADA, view))
        if "sign" in request.prompt:
            ImageDraw.Draw(picture).text((30, 20), "OPEN DAILY", font=ImageFont.load_default(40), fill=(250, 250, 240))
        picture.resize((request.width, request.height)).save(folder / "image.png")


@dataclass(frozen=True)
class Mover(TinyVideo):
    """Hands on where the keyframe is."""

    def render_video(self, request: VideoRequest, image: Path, frames: int, folder: Path) -> None:
        (folder / "score.json").write_text(json.dumps({"image": str(image)}))


@dataclass(frozen=True)
class Panning(TinyLipsync):
    """The keyframe slides by, a few pixels a frame."""

    def frames(
        self, request: LipsyncRequest, video: Path, lines: list[TimedLine], start: int, stop: int
    ) -> Iterator[Frame]:
        image = json.loads((video / "score.json").read_text())["image"]
        picture = np.asarray(Image.open(Path(image) / "image.png").convert("RGBA"))
        for number in range(start, stop):
            yield np.roll(picture, number % 8, axis=1)


@pytest.fixture
def painted(tiny: Engines, plan: dict[str, Any]) -> dict[str, Any]:
    """Three shots of one character in one place and light, nobody speaks."""
    plan["characters"] = [{"id": "ada", "name": "Ada", "description": "a sailor in a blue coat"}]
    plan["resolution"] = "360p"
    plan["shots"] = [
        {"id": name, "prompt": f"Ada, view {number}", "characters": ["ada"], "dialogue": [], "duration_s": 1.0}
        for number, name in enumerate(("one", "two", "three"))
    ]
    return plan


def painting(home: Home, tiny: Engines, plan: dict[str, Any], **others: Any) -> Production:
    engines = tiny.replaced({"image": Painter(), "video": Mover(), "lipsync": Panning(), **others})
    return produce(home, engines, plan)


def test_a_sign_that_nobody_asked_for_is_told_once_at_the_keyframe(
    home: Home, tiny: Engines, painted: dict[str, Any]
) -> None:
    painted["shots"] = painted["shots"][:2]
    painted["shots"][0]["prompt"] += " by a sign"
    painted["shots"][1]["prompt"] += ' by a sign "Open daily"'
    film = painting(home, tiny, painted)
    make_all(film)
    told = film.measured_shot("01")
    assert [(one.reason, one.frame) for one in told.findings] == [("unasked_text", None)], "not in the frames again"
    assert told.readings["lettering"] == len("opendaily")
    assert film.measured_image("02").readings["lettering"] == film.measured_shot("02").readings["lettering"] == 0


def test_a_character_in_another_coat_is_found_by_its_face(
    home: Home, tiny: Engines, painted: dict[str, Any], tmp_path: Path
) -> None:
    save_tiny_dinov2(tmp_path / "models" / "dinov2-small")
    room = cpu_room(dinov2_registry(tmp_path / "models"), tmp_path)
    painted["shots"][1]["prompt"] += ", green coat"
    film = painting(home, tiny, painted, likeness=DinoLikeness({}, room))
    make_all(film)
    assert [(one.reason, one.shot) for one in film.relations()] == [("figure_colour", "two")]
    measures = {one.check: one.value for one in film.qa().measures if one.shot is None}
    assert measures["figure_colour"] > 0.4 and measures["figure_shape"] <= 12
    assert 0 < measures["figure_identity"] < 2, "random weights see something; what, nobody knows"
    assert {"figure_colour", "figure_shape", "figure_identity", "lettering"} <= set(film.qa().checks)
    assert room.pool.residents()[0].leases == 3, "each shot is looked at once"
    assert ("figure_colour", "two") in [(one.reason, one.shot) for one in film.qa().findings]
    room.close()


def test_each_shot_is_surveyed_once_until_something_of_it_changes(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counting(name: str) -> Callable[..., Any]:
        real = getattr(measuring, name)

        def survey(policy: Any, files: Any, *more: Any) -> Any:
            asked.append(f"{name} {files.shot}")
            return real(policy, files, *more)

        return survey

    for name in ("survey_image", "survey_voice", "survey_clip"):
        monkeypatch.setattr(measuring, name, counting(name))
    film = produce(home, tiny, plan)
    make_all(film)
    names = [shot.id for shot in film.script.plan.shots]
    wanted = sorted(f"survey_{part} {name}" for part in ("image", "voice", "clip") for name in names)
    assert sorted(asked) == wanted, "checks, cut and report asked for each of them"
    film.relations()
    hold_back(film)
    assert len(asked) == len(wanted)
    asked.clear()
    path = film.film.plan_path
    changed = json.loads(path.read_text())
    changed["shots"][0]["prompt"] += ", laughing"
    path.write_text(json.dumps(changed))
    film.refresh()
    film.image(film.script.slot(film.script.plan.shots[0]))
    film.measured_image(film.script.slot(film.script.plan.shots[0]))
    film.measured_shot(film.script.slot(film.script.plan.shots[1]))
    assert asked == [f"survey_image {names[0]}"]

"""The animatic: the film's lengths, pictures and voices before anything moves."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from resources.media.encode import Picture, encode_segment
from resources.media.probe import picture_facts, read_sound
from resources.pipeline.animatic import NAME, Animatic, make_animatic
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.store.film import Home
from resources.store.fingerprint import hash_file
from tests.conftest import write_plan
from tests.harness.engines import scene
from tests.integration.test_pipeline import make_all, produce


def animatic(production: Production) -> Animatic:
    steps: list[str] = []
    made = make_animatic(production, steps.append)
    assert steps[-1] == "animatic"
    assert len(steps) == len(production.script.plan.shots) + 1
    return made


def grey(path: Path, number: int) -> np.ndarray:
    """Frame ``number`` in grey, (height, width)."""
    with av.open(str(path)) as source:
        for count, frame in enumerate(source.decode(source.streams.video[0])):
            if count == number:
                return np.asarray(frame.to_ndarray(format="gray"), np.int16)
    raise AssertionError(f"{path.name} has no frame {number}")


def test_an_animatic_is_as_long_as_its_film(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    plan["fps"] = "30000/1001"
    plan["title"] = "雪 {\\an8} & <b>"
    production = produce(home, tiny, plan)
    made = animatic(production)
    assert (made.path.name, made.reused) == (NAME, False)
    shots = production.film.path / "shots"
    assert {path.name for slot in shots.iterdir() for path in slot.iterdir() if path.is_dir()} == {
        "shot_images",
        "voice_tracks",
    }
    assert not (production.film.path / "cut" / "segments").exists()
    assert sorted(path.name for path in made.path.parent.iterdir()) == ["animatic.json", NAME]
    facts = picture_facts(made.path)
    assert (facts.frames, facts.even, facts.rate) == (made.frames, True, Fraction(30000, 1001))
    assert (facts.width, facts.height) == (256, 144)

    first = hash_file(made.path)
    assert animatic(production).reused
    rendered = make_all(production)  # the film takes every keyframe and voice from its animatic
    assert {stage for stages in rendered.values() for stage in stages} == {
        "video_chunks",
        "lipsynced_clips",
        "final_cut",
        "qa_report",
    }
    sheet = read_sheet(production.store.path(production.ref("final_cut")))
    assert sheet.frames == made.frames == sum(piece.frames - piece.overlap for piece in sheet.pieces)
    assert animatic(production).reused
    made.path.unlink()
    assert not animatic(production).reused
    assert hash_file(made.path) == first

    # shot two is seen where it lies in the film, still, its line is heard and read, and a slate stands above it
    piece, rate = sheet.shots["two"], production.script.plan.rate
    middle = piece.start + piece.frames // 2
    seen = grey(made.path, middle)
    assert np.abs(seen - grey(made.path, middle + 3)).max() <= 6
    colours = scene(256, 144, production.script.seed(production.script.shot("02")), 0)[..., :3]
    keyframe = colours @ np.array([0.2126, 0.7152, 0.0722])  # BT.709
    body = (slice(40, 100), slice(20, 236))
    assert np.corrcoef(seen[body].ravel(), keyframe[body].ravel())[0, 1] > 0.9
    assert np.percentile(seen[4:9, 4:60], 40) < 60 < np.percentile(keyframe[4:9, 4:60], 40)
    sound = read_sound(made.path)[:, 0]
    line = next(line for line, shot in zip(sheet.lines, sheet.line_shots, strict=True) if shot == "two")
    assert np.abs(sound[line.start + 500 : line.end - 500]).max() > 0.3
    assert np.abs(sound[rate.samples(sheet.pieces[-1].start + 12) :]).max() < 0.01


def test_an_edit_makes_the_animatic_again(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    production = produce(home, tiny, plan)
    before = animatic(production)
    plan["shots"][0]["camera"] = "push_in"
    write_plan(production.film.plan_path, plan)
    again = animatic(Production(home, "hello", lambda profile: tiny))
    assert (again.frames, again.reused) == (before.frames, False)  # the slate tells the camera


def test_a_clip_of_the_users_own_is_seen(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    folder = home.film("hello").plan_path.parent
    folder.mkdir(parents=True)
    black = np.zeros((90, 90, 4), np.uint8)
    encode_segment([black] * 30, Picture(90, 90, Fraction(25)), folder / "own.mp4")
    plan["shots"][0]["media"] = {"clip": "own.mp4"}
    plan["title_card_s"] = 0
    made = animatic(produce(home, tiny, plan))
    assert np.percentile(grey(made.path, 2)[40:100], 90) < 30


@pytest.mark.parametrize("aspect", ["9:16", "1:1"])
def test_other_shapes(home: Home, tiny: Engines, plan: dict[str, Any], aspect: str) -> None:
    plan |= {"aspect": aspect, "resolution": "720p"}
    made = animatic(produce(home, tiny, plan))
    facts = picture_facts(made.path)
    assert (facts.width, facts.height) == {"9:16": (480, 854), "1:1": (480, 480)}[aspect]

"""Three films of the embedded studio, every stage of them made again: equal, byte for byte; what changed is named."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.render import Renderer
from resources.pipeline.reproduction.again import chosen, reproduce
from resources.profile import load_profile
from resources.store.artifacts import SIDECAR
from resources.store.film import Home, Settings
from schemas.provenance import Reproduced
from schemas.refs import STAGES, Stage
from schemas.vocabulary import Codec
from tests.conftest import PLAN, write_plan
from tests.harness.kills import InlineWorkers
from tests.integration.test_pipeline import make_all

SHOT = {**PLAN["shots"][0], "duration_s": 1, "dialogue": []}
SPOKEN = {**SHOT, "dialogue": [{"character_id": "ada", "text": "Hi."}]}
FILMS: dict[str, tuple[dict[str, Any], Settings]] = {
    "spoken": ({"shots": [SPOKEN], "title_card_s": 1, "end_card_s": 0}, Settings(burn_subtitles=True)),
    "tall": (
        {"shots": [SHOT, {**SHOT, "id": "own", "media": {"image": "p.png"}}], "aspect": "9:16", "seed": 3},
        Settings(loudness="ebu"),
    ),
    "bright": (
        {
            "shots": [{**SHOT, "effects": ["glow"], "prompt": "Bob by a lighthouse, the sign says OPEN"}],
            "aspect": "1:1",
            "fps": "30000/1001",
        },
        Settings(codec=Codec.HEVC),
    ),
}
"""A voice, letters and a card; a picture of the user's own; an effect, a sign, another codec."""


def drawn_here(profile: str, cache: Path) -> Engines:
    """The engines of a profile, drawing in this process: another one would cost more than what it draws."""
    engines = Engines(load_profile(profile), cache)
    engines.workers = InlineWorkers(1)
    engines.renderer = Renderer(engines.workers, cache)
    return engines


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("made") / "home")
    engines = drawn_here("embedded", home.cache)
    for movie, (plan, settings) in FILMS.items():
        film = home.film(movie)
        film.plan_path.parent.mkdir(parents=True)
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (256, 144, 3), np.uint8)).save(
            film.plan_path.parent / "p.png"
        )
        write_plan(film.plan_path, {**copy.deepcopy(PLAN), "title_card_s": 0, "end_card_s": 0, **plan})
        film.write_settings(settings)
        make_all(Production(home, movie, lambda profile: engines))
    engines.close()
    yield home


def opened(home: Home, movie: str) -> Production:
    return Production(home, movie, lambda profile: drawn_here(profile, home.cache))


def again(home: Home, movie: str, stage: Stage, slot: str | None = "01") -> Reproduced:
    [one] = reproduce(opened(home, movie), [(stage, slot)], drawn_here)
    return one


@pytest.mark.parametrize("movie", FILMS)
def test_every_stage_is_equal(home: Home, movie: str) -> None:
    production = opened(home, movie)
    wanted = chosen(production, None, None)
    results = list(reproduce(production, wanted, drawn_here))
    assert {one.stage for one in results} == set(STAGES)
    assert [(one.stage, one.verdict, one.files, one.causes) for one in results if one.measure != "report"] == [
        (stage, "equal", [], []) for stage, _ in wanted if stage != "qa_report"
    ]
    assert [one.verdict for one in results if one.measure == "report"] == ["equal"]


def rewritten(home: Home, movie: str, stage: Stage, change: Callable[[dict[str, Any]], object]) -> Reproduced:
    """The first shot's (or the film's) artifact made again, with another record of how it was made."""
    slot = None if stage == "final_cut" else "01"
    production = opened(home, movie)
    path = production.store.path(production.ref(stage, slot)) / SIDECAR
    before = path.read_text(encoding="utf-8")
    value = json.loads(before)
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    try:
        return again(home, movie, stage, slot)
    finally:
        path.write_text(before, encoding="utf-8")


def another_font(told: dict[str, Any]) -> None:
    told["fonts"] = dict.fromkeys(told["fonts"], "0" * 64)
    assert told["fonts"], "the film has letters"


CHANGES: dict[str, tuple[str, Stage, Callable[[dict[str, Any]], object], str]] = {
    "library": ("bright", "shot_images", lambda told: told["libraries"].update(numpy="1.0"), "library numpy: 1.0 then"),
    "font": ("spoken", "final_cut", another_font, "typeface "),
    "seed": ("tall", "shot_images", lambda told: told.update(seed=5), "seed: 5 then"),
    "engine": ("bright", "video_chunks", lambda told: told.update(engine_revision="0"), "revision of cutout: 0 then"),
    "model": (
        "bright",
        "shot_images",
        lambda told: told["ref"]["facts"].update(rendering={"models": {"sdxl": "a1"}}),
        "model sdxl: a1 then",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_as_it_was_is_named(home: Home, what: str) -> None:
    movie, stage, change, cause = CHANGES[what]
    one = rewritten(home, movie, stage, change)
    assert any(told.startswith(cause) for told in one.causes), one.causes
    assert one.files == []  # it comes out the same all the same


def test_the_films_are_only_read(home: Home) -> None:
    assert not [path for path in Path(home.cache).glob(".tmp-*")]

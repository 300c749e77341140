"""What is in a film comes out the same again, or it is told exactly what is not as it was."""

import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resources.engines import MOTION
from resources.errors import InputError
from resources.media.wav import wav_bytes
from resources.pipeline.engines import Engines
from resources.pipeline.lineage import Lineage
from resources.pipeline.production import Production
from resources.pipeline.provenance import details, provenance
from resources.pipeline.reproduction.again import UNEXPLAINED, EngineFactory, chosen, reproduce
from resources.pipeline.reproduction.tolerance import (
    BYTES,
    TOLERANCES,
    distance,
    luma_distance,
    sound_distance,
    tolerance_of,
)
from resources.pipeline.stages.plan import Request, tell_film
from resources.profile import load_profile
from resources.store.artifacts import SIDECAR
from resources.store.film import Home, Settings
from resources.store.fingerprint import hash_file
from schemas.media import ImageRequest
from schemas.provenance import Origin, Reproduced
from schemas.refs import STAGES, Stage
from tests.conftest import PLAN, Sparkle, tiny_engines, write_plan
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices
from tests.harness.small_film import encode
from tests.integration.test_pipeline import make_all

TINY = {
    "image": TinyImages(),
    "video": TinyVideo(),
    "lipsync": TinyLipsync(),
    "cards": TinyCards(),
    "voice": TinyVoices(),
    "music": TinyMusic(),
}


@dataclass(frozen=True)
class PaleImages(TinyImages):
    """Draws ``by`` levels paler than :class:`TinyImages`, in ``letters`` when it has any."""

    by: int = 9
    letters: tuple[Path, ...] = ()

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        super().render_image(request, folder)
        pale = np.asarray(Image.open(folder / "image.png")).astype(np.int16) + self.by
        Image.fromarray(np.clip(pale, 0, 255).astype(np.uint8)).save(folder / "image.png")

    def typefaces(self, texts: list[str]) -> list[Path]:
        return list(self.letters)


def engines_with(**others: Any) -> EngineFactory:
    return lambda profile, cache: Engines(load_profile(profile), cache).replaced(TINY | others)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a film of two shots that nobody touches."""
    home = Home(tmp_path_factory.mktemp("made") / "home")
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, {**PLAN, "shots": PLAN["shots"][:2]})
    film.write_settings(Settings())
    engines = tiny_engines(home)
    make_all(Production(home, "hello", lambda profile: engines))
    engines.close()
    yield home.root


@pytest.fixture
def made(original: Path, tmp_path: Path) -> Home:
    """The same, free to be changed."""
    shutil.copytree(original, tmp_path / "copy")
    return Home(tmp_path / "copy")


def opened(home: Home, **others: Any) -> Production:
    engines = tiny_engines(home).replaced(others)
    return Production(home, "hello", lambda profile: engines)


def again(home: Home, stage: Stage, slot: str | None = "01", **others: Any) -> Reproduced:
    [one] = reproduce(opened(home), [(stage, slot)], engines_with(**others))
    return one


def rewrite(home: Home, stage: Stage, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the sidecar of the first shot's artifact."""
    store = opened(home).store
    ref = store.current(stage, "01")
    assert ref is not None
    path = store.path(ref) / SIDECAR
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_every_stage_comes_out_equal_and_the_film_is_only_read(made: Home) -> None:
    film = made.film("hello").path
    before = {path: (path.stat().st_mtime_ns, hash_file(path)) for path in film.rglob("*") if path.is_file()}
    production = opened(made)
    results = list(reproduce(production, chosen(production, None, None), engines_with()))
    assert [(one.verdict, one.causes, one.wanted) for one in results] == [("equal", [], [])] * 11
    assert {one.stage for one in results} == set(STAGES)
    shm = {f"timeline.db{suffix}" for suffix in ("", "-wal", "-shm")}
    after = {path: (path.stat().st_mtime_ns, hash_file(path)) for path in film.rglob("*") if path.is_file()}
    assert {p: v for p, v in after.items() if p.name not in shm} == {
        p: v for p, v in before.items() if p.name not in shm
    }
    assert not list(made.cache.glob(".tmp-*"))


def test_another_revision_of_an_engine_is_named(made: Home) -> None:
    one = again(made, "shot_images", image=PaleImages(revision="2"))
    assert (one.verdict, one.causes) == ("differs", ["revision of tiny: 1 then, 2 now"])
    assert "image.png" in one.files
    same = again(made, "shot_images", image=TinyImages(revision="2"))
    assert (same.verdict, same.causes) == ("equal", ["revision of tiny: 1 then, 2 now"])


def test_a_library_and_a_machine_that_changed_are_named(made: Home) -> None:
    rewrite(
        made, "shot_images", lambda told: (told["libraries"].update(numpy="1.0"), told["machine"].update(arch="z80"))
    )
    one = again(made, "shot_images", image=PaleImages())
    assert one.verdict == "differs"
    assert [cause.split(":")[0] for cause in one.causes] == ["library numpy", "machine arch"]
    assert "1.0 then" in one.causes[0]


def test_a_typeface_that_changed_is_named(made: Home, tmp_path: Path) -> None:
    face = tmp_path / "Face.ttf"
    face.write_bytes(b"one")
    film = made.film("hello")
    shutil.rmtree(film.path / "shots" / "01" / "shot_images")
    opened(made, image=PaleImages(letters=(face,))).image("01")
    assert again(made, "shot_images", image=PaleImages(letters=(face,))).verdict == "equal"
    face.write_bytes(b"another")
    one = again(made, "shot_images", image=PaleImages(by=5, letters=(face,)))
    assert one.verdict == "differs"
    assert [cause.split(":")[0] for cause in one.causes] == ["typeface Face.ttf"]


def test_another_model_revision_is_named(made: Home) -> None:
    rewrite(made, "shot_images", lambda told: told["ref"]["facts"].update(rendering={"models": {"sdxl": "a1"}}))
    assert again(made, "shot_images", image=PaleImages()).causes == ["model sdxl: a1 then, none now"]


def test_a_seed_that_was_changed_is_named(made: Home) -> None:
    rewrite(made, "shot_images", lambda told: told["decision"]["value"].update(seed=5))
    one = again(made, "shot_images")
    assert one.verdict == "differs"
    assert one.causes[0].startswith("its sidecar was changed")
    assert any(cause.startswith("seed: ") and cause.endswith("5 now") for cause in one.causes)


def test_what_the_film_asks_for_by_now_is_told(made: Home) -> None:
    plan = made.film("hello").plan_path
    write_plan(plan, {**json.loads(plan.read_text(encoding="utf-8")), "seed": 77})
    production = opened(made)
    production.decisions.image("01")
    one = again(made, "shot_images")
    assert one.verdict == "equal"
    assert {"seed", "film_seed", "decision.seed"} <= set(one.wanted)


def test_an_input_that_is_gone_or_damaged_is_named(made: Home) -> None:
    production = opened(made)
    folder = production.store.path(production.ref("shot_images", "01"))
    data = bytearray((folder / "image.png").read_bytes())
    data[-1] ^= 1
    (folder / "image.png").write_bytes(bytes(data))
    assert "its input shot_images" in (cause := again(made, "video_chunks").causes[0])
    assert "damaged" in cause
    assert again(made, "shot_images").causes == [
        "image.png of the film is not what was made (`sparkle doctor --verify`)"
    ]
    shutil.rmtree(folder)
    one = again(made, "video_chunks")
    assert one.verdict == "differs"
    assert one.causes[0].endswith("is in the film no more")


def test_what_cannot_be_explained_is_told_too(made: Home) -> None:
    assert again(made, "shot_images", image=PaleImages()).causes == [UNEXPLAINED]


def test_an_engine_that_fails_is_told(made: Home) -> None:
    rewrite(made, "shot_images", lambda told: told["request"].update(prompt="FAIL"))
    assert again(made, "shot_images").causes[-1] == "it cannot be made here: told to fail"


@pytest.mark.parametrize(("by", "verdict"), [(0, "equal"), (1, "within"), (8, "differs")])
def test_what_a_model_made_is_held_to_a_distance(made: Home, by: int, verdict: str) -> None:
    shutil.rmtree(made.film("hello").path / "shots" / "01" / "shot_images")
    opened(made, image=PaleImages(name="sdxl", by=0)).image("01")
    one = again(made, "shot_images", image=PaleImages(name="sdxl", by=by))
    assert (one.verdict, one.measure, one.limit) == (verdict, "luma", 2.0)
    assert one.distance == pytest.approx(by, abs=0.01)


def test_distances_of_pictures_and_sounds(tmp_path: Path) -> None:
    still = np.full((6, 64, 96, 3), 100, np.uint8)
    for name, moving in (("a.mp4", still), ("b.mp4", still + 10), ("c.mp4", still[:5])):
        encode(tmp_path / name, moving)
    assert luma_distance(tmp_path / "a.mp4", tmp_path / "a.mp4") == 0
    assert luma_distance(tmp_path / "a.mp4", tmp_path / "b.mp4") == pytest.approx(8.6, abs=1.5)
    assert luma_distance(tmp_path / "a.mp4", tmp_path / "c.mp4") == math.inf
    for name, level, samples in (("a.wav", 0.1, 900), ("b.wav", 0.2, 900), ("c.wav", 0.1, 800)):
        (tmp_path / name).write_bytes(wav_bytes(np.full(samples, level, np.float32)))
    assert sound_distance(tmp_path / "a.wav", tmp_path / "b.wav") == pytest.approx(0.1, abs=0.001)
    assert sound_distance(tmp_path / "a.wav", tmp_path / "c.wav") == math.inf


def test_every_tolerance_says_why_and_the_embedded_studio_has_none() -> None:
    assert all(one.why and one.file and one.limit > 0 for one in TOLERANCES.values())
    assert TOLERANCES["video_chunks", "wan"].file == MOTION
    assert {tolerance_of(stage, "cutout").kind for stage in STAGES} == {"bytes", "report"}
    assert tolerance_of("final_cut", "wan") is BYTES


def test_a_report_is_held_to_its_numbers(made: Home, tmp_path: Path) -> None:
    production = opened(made)
    folder = production.store.path(production.ref("qa_report"))
    shutil.copytree(folder, tmp_path / "other")
    (tmp_path / "other" / "index.html").write_text("another hour", encoding="utf-8")
    measure = tolerance_of("qa_report", "measured")
    assert distance(measure, folder, tmp_path / "other") == 0
    report = json.loads((tmp_path / "other" / "report.json").read_text(encoding="utf-8"))
    (tmp_path / "other" / "report.json").write_text(json.dumps({**report, "frames": 1}), encoding="utf-8")
    assert distance(measure, folder, tmp_path / "other") == math.inf


def test_an_idea_gives_the_same_plan_again(home: Home) -> None:
    film = home.film("hello")
    tell_film(film, Request(idea="A fox and a robot share an umbrella", seed=4), Settings())
    opened(home).plan()
    assert again(home, "movie_plan", None).verdict == "equal"
    value = json.loads((film.path / "plan" / "request.json").read_text(encoding="utf-8"))
    (film.path / "plan" / "request.json").write_text(json.dumps({**value, "seed": 5}), encoding="utf-8")
    one = again(home, "movie_plan", None)
    assert (one.verdict, one.files) == ("differs", ["plan.json"])
    assert "seed is not what is on record" in one.causes


def test_nothing_made_and_stages_that_do_not_go_with_a_shot(home: Home, made: Home) -> None:
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, {**PLAN, "shots": PLAN["shots"][:1]})
    with pytest.raises(InputError, match="nothing of it is made yet"):
        next(reproduce(opened(home), [("shot_images", "01")], engines_with()))
    with pytest.raises(InputError, match="belongs to the film"):
        chosen(opened(made), "01", "final_cut")


def test_the_commands(made: Home, sparkle: Sparkle) -> None:
    home = ("--home", str(made.root))
    told = sparkle("reproduce", "hello", "1", "--stage", "shot_images", *home)
    assert told.code == 1  # tiny engines made it, the profile has others
    assert "DIFFERS shot_images one" in told.out
    assert "because engine: tiny then, cutout now" in told.out
    assert sparkle("reproduce", "hello", "one", "--stage", "final_cut", *home, "--json").code == 2
    tree = sparkle("provenance", "hello", "one", *home)
    assert tree.code == 0
    assert "decided by images_agent (sparkle/local)" in tree.out
    assert [line.split()[-2] for line in tree.out.splitlines()[:1]] == ["one"]
    value = sparkle("provenance", "hello", *home, "--json").value
    assert [one["stage"] for one in value["trees"]] == ["qa_report", "movie_plan"]


def walk(origin: Origin) -> Iterator[Origin]:
    yield origin
    for below in origin.origins:
        yield from walk(below)


def test_the_tree_goes_down_to_the_plan_and_to_the_users_own(made: Home, tmp_path: Path) -> None:
    film = made.film("hello")
    plan = json.loads(film.plan_path.read_text(encoding="utf-8"))
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (144, 256, 3), np.uint8)).save(
        film.path / "plan" / "p.png"
    )
    plan["shots"][0]["media"] = {"image": "p.png"}
    write_plan(film.plan_path, plan)
    production = opened(made)
    make_all(production)
    trees = provenance(production.film, production.store).trees
    every = [one for tree in trees for one in walk(tree)]
    assert {one.stage for one in every if one.kind == "artifact"} == set(STAGES)
    [own] = {one.told for one in every if one.kind == "media"}
    assert own.startswith("plan/media/")
    assert {one.kind for one in every} == {"artifact", "media", "words"}
    assert again(made, "shot_images").verdict == "equal"
    clip = next(one for one in every if one.stage == "lipsynced_clips" and one.shot == "one")
    assert "take 1" in details(clip)[1]
    lineage = Lineage(production.store)
    sidecar = lineage.current("final_cut")
    assert sidecar is not None
    assert all(found.sidecar is not None for found in lineage.inputs(sidecar))
    shutil.rmtree(film.path / "shots" / "02" / "video_chunks")
    after = [one for tree in provenance(production.film, production.store).trees for one in walk(tree)]
    assert [one.role for one in after if one.kind == "missing"] == ["video_chunks"]

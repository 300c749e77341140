"""`sparkle gc`: what goes, and above all what stays."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resources.errors import StoreFault
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.plan import read_plan
from resources.pipeline.takes import asked_again, noted, takes_of
from resources.store.artifacts import Artifacts
from resources.store.collect import DAY_S, Collection, collect
from resources.store.film import FilmFolder, Home, Settings, ShotTakes
from tests.conftest import Sparkle, write_plan

OLD = 40 * DAY_S


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A finished film of two shots: the first edited once and retaken once, the second as it was."""
    from tests.conftest import PLAN, tiny_engines

    home = Home(tmp_path_factory.mktemp("made") / "home")
    home.prepare()
    engines = tiny_engines(home)
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    plan: dict[str, Any] = json.loads(json.dumps(PLAN))
    plan |= {"shots": plan["shots"][:2], "title_card_s": 0, "end_card_s": 0}
    film.write_settings(Settings())
    for prompt in ("Ada waves", "Ada sings"):
        plan["shots"][0]["prompt"] = prompt
        write_plan(film.plan_path, plan)
        make(home, engines)
    store = Artifacts(film, home.root)
    film.write_takes({"one": asked_again(noted(store, first_take(film), "one"), "one", note="again")})
    make(home, engines)
    engines.close()
    yield home.root


def first_take(film: FilmFolder) -> ShotTakes:
    """The takes of the first shot."""
    return takes_of(film, read_plan(film.plan_path), "one")


def make(home: Home, engines: Engines) -> None:
    production = Production(home, "hello", lambda profile: engines)
    production.plan()
    for slot in ("01", "02"):
        production.image(slot)
        production.voice(slot)
        production.video(slot)
        production.clip(slot)
    production.cut()
    production.report()


@pytest.fixture
def made(made_once: Path, home: Home) -> Home:
    shutil.rmtree(home.root)
    shutil.copytree(made_once, home.root, symlinks=True)
    return home


def objects(home: Home, stage: str, slot: str = "01") -> list[str]:
    return sorted(path.name for path in (home.film("hello").path / "shots" / slot / stage).iterdir() if path.is_dir())


def later(home: Home, **given: Any) -> Collection:
    return collect(home, now=time.time() + OLD, **given)


def whole(home: Home, engines: Engines) -> bool:
    """Whether the film is finished and nothing of it has to be made."""
    production = Production(home, "hello", lambda profile: engines)
    stale = [production.state(slot).stale for slot in ("01", "02")]
    return stale == [[], []] and production.film_state() == []


def test_earlier_versions_go_and_the_film_stays(made: Home, tiny: Engines) -> None:
    assert len(objects(made, "shot_images")) == 3  # as first planned, as edited, as retaken
    before = {path for path in made.root.rglob("*") if path.is_file()}
    dry = later(made, dry_run=True)
    assert {path for path in made.root.rglob("*") if path.is_file()} == before
    done = later(made)
    assert [one.path for one in done.removed] == [one.path for one in dry.removed] and done.bytes == dry.bytes > 0
    assert len(objects(made, "shot_images")) == 2
    assert len(objects(made, "lipsynced_clips", "02")) == 1
    assert len(list((made.film("hello").path / "cut" / "objects").iterdir())) == 1
    assert whole(made, tiny)
    assert later(made).removed == []


def test_every_take_can_be_gone_back_to_for_nothing(made: Home, tiny: Engines) -> None:
    later(made, older_than_days=0)
    film = made.film("hello")
    store = Artifacts(film, made.root)
    film.write_takes({"one": asked_again(noted(store, first_take(film), "one"), "one", use_take=1)})
    production = Production(made, "hello", lambda profile: tiny)
    for make_stage in (production.image, production.voice, production.video, production.clip):
        assert make_stage("01").reused
    assert set(film.takes()["one"].takes[1].made) == {"shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"}
    later(made, older_than_days=0)
    assert len(objects(made, "lipsynced_clips")) == 2


def test_takes_from_before_they_were_noted_are_kept_by_their_seed(made: Home) -> None:
    film = made.film("hello")
    takes = film.takes()["one"]
    bare = [take.model_copy(update={"made": {}}) for take in takes.takes]
    film.write_takes({"one": takes.model_copy(update={"takes": bare})})
    later(made, older_than_days=0)
    assert len(objects(made, "shot_images")) == 3


def test_young_things_stay_and_a_budget_takes_the_oldest_first(made: Home) -> None:
    assert collect(made, older_than_days=30).removed == []
    hours = time.time() + 2 * 3600
    total = collect(made, now=hours, dry_run=True).kept_bytes
    some = collect(made, now=hours, max_bytes=total - 1, dry_run=True)
    everything = collect(made, now=hours, max_bytes=0, dry_run=True)
    assert 1 <= len(some.removed) < len(everything.removed)
    assert everything.kept_bytes > 0  # never what a film needs
    assert collect(made, max_bytes=0).removed == []  # work of this hour is left alone


def test_the_cache_goes_by_age_but_never_locks_and_figures(made: Home, tiny: Engines) -> None:
    for name in ("ranges/abc/0.mp4", "voices/x.wav", "lipsync/k/score", "gpu/measured.json"):
        path = made.cache / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
    (made.cache / "ranges" / "new").mkdir()
    os.utime(made.cache / "ranges" / "new", (time.time() + OLD,) * 2)
    later(made)
    left = {str(path.relative_to(made.cache)) for path in made.cache.rglob("*") if path.is_file() or path.name == "new"}
    assert left >= {"gpu/measured.json", "ranges/new"}
    assert not left & {"ranges/abc/0.mp4", "voices/x.wav", "lipsync/k/score"}
    assert whole(made, tiny)


def test_a_film_that_is_being_made_is_left_alone(made: Home) -> None:
    (made.cache / "ranges" / "abc").mkdir(parents=True)
    code = (
        "import sys, pathlib; from resources.store.locks import film_lock\n"
        "with film_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    folder = str(made.film("hello").path)
    with subprocess.Popen(
        [sys.executable, "-c", code, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        done = later(made)
        assert done.removed == [] and done.busy == ["hello"]
        assert other.stdin is not None
        other.stdin.close()
    assert later(made).removed


def test_what_a_person_was_asked_about_stays(made: Home) -> None:
    from resources.pipeline.review import Reviews
    from schemas.report import Finding

    store = Artifacts(made.film("hello"), made.root)
    ref = store.current("lipsynced_clips", "02")
    assert ref is not None
    finding = Finding(check="black_picture", shot="two", value=1, limit=0, reason="black_picture")
    media = store.path(ref) / "clip.mp4"
    Reviews(store).ask(ref, [finding], shot="two", media=media, pictures=lambda folder: [])
    # another clip becomes current, and no cut names the first any more
    shutil.copytree(store.path(ref), store.path(ref).with_name("f" * 24))
    (store.folder("lipsynced_clips", "02").parent / "lipsynced_clips.json").unlink()
    (made.film("hello").path / "cut" / "current.json").unlink()
    later(made)
    assert objects(made, "lipsynced_clips", "02") == [ref.fingerprint[:24]]


def test_a_damaged_record_stops_it_before_anything_goes(made: Home) -> None:
    (made.film("hello").path / "cut" / "current.json").write_text("{")
    before = {path for path in made.root.rglob("*") if path.is_file()}
    with pytest.raises(StoreFault, match="what it keeps is not known"):
        later(made)
    assert {path for path in made.root.rglob("*") if path.is_file()} == before


def test_a_record_in_another_shot_s_place_stops_it_too(made: Home) -> None:
    shots = made.film("hello").path / "shots"
    shutil.copy(shots / "02" / "shot_images.json", shots / "01" / "shot_images.json")
    with pytest.raises(StoreFault, match="what it keeps is not known"):
        later(made)
    assert len(objects(made, "shot_images")) == 3


def test_the_command(made: Home, sparkle: Sparkle) -> None:
    dry = sparkle("gc", "--dry-run", "--older-than", "0", "--home", str(made.root), "--json")
    assert dry.code == 0 and dry.value["dry_run"] and dry.value["removed"]
    assert len(objects(made, "shot_images")) == 3
    done = sparkle("gc", "--older-than", "0", "--max-bytes", "1k", "--home", str(made.root))
    assert done.code == 0 and "films need the rest" in done.out
    assert len(objects(made, "shot_images")) == 2
    wrong = sparkle("gc", "--max-bytes", "much", "--home", str(made.root))
    assert wrong.code == 2 and "not a size" in wrong.err

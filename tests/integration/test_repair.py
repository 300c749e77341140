"""`sparkle doctor` finds whatever is not in order, says nothing of what is, and mends what it found."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.errors import StoreFault
from resources.pipeline.production import Production
from resources.store.artifacts import SIDECAR, Artifacts
from resources.store.film import Home, Settings
from resources.store.locks import film_lock
from resources.store.migrations import FILM_FORMAT, LaterVersion, film_format, upgraded
from resources.store.repair import inspect, repair
from resources.store.timeline import read_timeline
from schemas.refs import Stage
from sparkle_assets.agreement import disagreements
from sparkle_assets.assets.plan import recorded_version
from tests.conftest import PLAN, ROOT, Sparkle, tiny_engines, write_plan
from tests.integration.test_pipeline import make_all

FIXTURE = ROOT / "tests" / "fixtures" / "film_of_format_1.json"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("made") / "home")
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, {**PLAN, "title_card_s": 0, "end_card_s": 0, "shots": PLAN["shots"][:1]})
    film.write_settings(Settings())
    engines = tiny_engines(home)
    make_all(Production(home, "hello", lambda profile: engines))
    engines.close()
    return home.root


@pytest.fixture
def made(original: Path, tmp_path: Path) -> Home:
    """A film of one shot, in order."""
    shutil.copytree(original, tmp_path / "copy")
    return Home(tmp_path / "copy")


def store_of(home: Home) -> Artifacts:
    return Artifacts(home.film("hello"), home.root)


def folder_of(home: Home, stage: Stage, slot: str | None = "01") -> Path:
    store = store_of(home)
    ref = store.current(stage, slot)
    assert ref is not None
    return store.path(ref)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(bytes(data))


def without_event(home: Home) -> None:
    import sqlite3

    with sqlite3.connect(home.film("hello").path / "timeline.db") as connection:
        connection.execute("DELETE FROM events WHERE event = 'success' AND stage = 'video_chunks'")
    connection.close()


def damaged_timeline(home: Home) -> None:
    for path in home.film("hello").path.glob("timeline.db*"):
        path.unlink()
    (home.film("hello").path / "timeline.db").write_bytes(b"no database" * 99)


def left_over(home: Home) -> None:
    for folder in (home.cache, home.film("hello").path / "cut", home.root / "movies"):
        folder.mkdir(exist_ok=True)
        (folder / ".tmp-4194304-x").mkdir()


FAULTS: dict[str, tuple[Callable[[Home], object], str, str]] = {
    "a temporary file of a dead process": (left_over, "is left over", "removed"),
    "a manifest that nobody can read": (
        lambda home: (home.film("hello").path / "shots" / "01" / "shot_images.json").write_text("{"),
        "nobody can read which shot_images of slot 01 is current",
        "points to the latest whole shot_images of slot 01 again",
    ),
    "a manifest of the film that nobody can read": (
        lambda home: (home.film("hello").path / "cut" / "current.json").write_bytes(b""),
        "nobody can read which final_cut of the film is current",
        "points to the latest whole final_cut of the film again",
    ),
    "an artifact that is cut short": (
        lambda home: (folder_of(home, "lipsynced_clips") / "clip.mp4").write_bytes(b"x"),
        "the current lipsynced_clips of slot 01 is damaged",
        "forgot a damaged lipsynced_clips of slot 01",
    ),
    "an artifact that is gone": (
        lambda home: shutil.rmtree(folder_of(home, "voice_tracks")),
        "the current voice_tracks of slot 01 is damaged",
        "forgot a damaged voice_tracks of slot 01",
    ),
    "an artifact without its sidecar": (
        lambda home: (folder_of(home, "video_chunks") / SIDECAR).unlink(),
        "has lost its sidecar",
        "forgot a damaged video_chunks of slot 01",
    ),
    "a film that is not the current cut": (
        lambda home: (home.film("hello").path / "cut" / "final_cut.mp4").write_bytes(b"half"),
        "cut/final_cut.mp4 is not the current final_cut",
        "cut/final_cut.mp4 is the current one again",
    ),
    "an artifact that its timeline does not tell of": (
        without_event,
        "its timeline does not tell of video_chunks 01",
        "its timeline tells of video_chunks 01",
    ),
    "a timeline that is damaged": (
        damaged_timeline,
        "its timeline is damaged",
        "its timeline was damaged and is timeline-damaged-1.db now",
    ),
    "a format that is damaged": (
        lambda home: (home.film("hello").path / "format.json").write_text("{}"),
        "format.json is damaged",
        "format.json is written again",
    ),
}


def test_a_film_in_order_has_no_trouble(made: Home) -> None:
    assert inspect(made, deep=True) == []
    assert repair(made, deep=True) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_in_order_is_found_and_mended(made: Home, fault: str) -> None:
    plant, found, mended = FAULTS[fault]
    plant(made)
    told = [one.told for one in inspect(made)]
    assert any(found in line for line in told), told
    done = repair(made)
    assert any(mended in line for line in done), done
    assert inspect(made, deep=True) == []
    engines = tiny_engines(made)
    production = Production(made, "hello", lambda profile: engines)
    make_all(production)
    engines.close()
    assert production.qa().verdict == "approve"
    assert inspect(made, deep=True) == []


def test_only_reading_every_byte_finds_a_byte_that_turned(made: Home) -> None:
    flip(folder_of(made, "voice_tracks") / "dialogue.wav")
    assert inspect(made) == []
    [trouble] = inspect(made, deep=True)
    assert "the current voice_tracks of slot 01 is damaged" in trouble.told
    assert repair(made, deep=True) == ["hello: forgot a damaged voice_tracks of slot 01"]
    assert inspect(made, deep=True) == []


def test_a_damaged_file_of_the_users_own_is_told_and_left(made: Home) -> None:
    media = made.film("hello").media_folder
    media.mkdir()
    (media / f"{'0' * 24}.png").write_bytes(b"not its hash")
    [trouble] = inspect(made, deep=True)
    assert "a file of your own, is damaged: copy it there again" in trouble.told
    assert repair(made, deep=True) == []
    assert (media / f"{'0' * 24}.png").exists()


def test_a_stale_lock_is_found_and_cleared(made: Home) -> None:
    lock = made.film("hello").path / ".lock"
    lock.write_text("4194304")
    [trouble] = inspect(made)
    assert trouble.what == "its lock names process 4194304, which is gone"
    repair(made)
    assert lock.read_bytes() == b""
    assert inspect(made) == []


def test_a_film_that_is_being_made_is_left_alone(made: Home, sparkle: Sparkle) -> None:
    left_over(made)
    flip(folder_of(made, "voice_tracks") / "dialogue.wav")
    with film_lock(made.film("hello").path):
        answer = sparkle("doctor", "--repair", "--home", str(made.root), "--json").value
    assert "hello: left alone, it is being made" in answer["repaired"]
    assert (made.film("hello").path / "cut" / ".tmp-4194304-x").exists()
    found = sparkle("doctor", "--verify", "--home", str(made.root))
    assert found.code == 1
    assert "TROUBLE hello: the current voice_tracks of slot 01 is damaged" in found.out
    assert "sparkle doctor --repair --verify" in found.out


def test_dagster_is_told_what_it_never_heard(made: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert list(disagreements(made, instance)) == []  # Dagster does not know the film
        instance.add_dynamic_partitions("movies", ["hello"])
        missing = list(disagreements(made, instance))
        assert len(missing) == 8  # seven assets, and the length of the shot
        assert missing[0].told == "hello: Dagster has no record of the current movie_plan"
        done = [one.mend() for one in missing if one.mend]
        assert "Dagster has lipsynced_clips 01 on record again" in done
        assert list(disagreements(made, instance)) == []
        ref = store_of(made).current("final_cut")
        assert ref is not None
        assert recorded_version(instance, "final_cut", "hello") == ref.sha256


# -- versions ------------------------------------------------------------------------------------------------------


def test_a_film_of_the_version_before_opens_and_nothing_of_it_is_made_again(made: Home) -> None:
    film = made.film("hello").path
    (film / "format.json").unlink()
    for path in film.rglob(SIDECAR):
        told = json.loads(path.read_text(encoding="utf-8"))
        del told["fonts"]
        del told["machine"]["processor"]
        path.write_text(json.dumps({**told, "schema_version": 1}), encoding="utf-8")
    assert film_format(film) == 1
    engines = tiny_engines(made)
    production = Production(made, "hello", lambda profile: engines)
    assert make_all(production) == {}
    sidecar = production.store.sidecar(production.ref("final_cut"))
    assert sidecar is not None
    assert (sidecar.schema_version, sidecar.fonts) == (2, {})
    shutil.rmtree(folder_of(made, "shot_images"))
    production.image("01")
    engines.close()
    assert film_format(film) == FILM_FORMAT


def test_records_as_the_version_before_wrote_them_are_read(home: Home) -> None:
    film = home.film("hello").path
    for name, value in json.loads(FIXTURE.read_text(encoding="utf-8")).items():
        (film / name).parent.mkdir(parents=True, exist_ok=True)
        (film / name).write_text(json.dumps(value), encoding="utf-8")
    assert FIXTURE.stat().st_size < 50_000
    production = Production(home, "hello", lambda profile: tiny_engines(home))
    assert [shot.id for shot in production.script.plan.shots] == ["one", "two"]
    read = [Artifacts.sidecar_at(path.parent) for path in film.rglob(SIDECAR)]
    assert len(read) == 11
    assert {one.schema_version for one in read if one is not None} == {2}
    assert None not in read


def test_a_film_of_a_later_version_is_refused_in_one_line(made: Home, sparkle: Sparkle) -> None:
    path = made.film("hello").path / "format.json"
    path.write_text(json.dumps({"format": FILM_FORMAT + 1, "written_by": "9.0", "more": True}), encoding="utf-8")
    answer = sparkle("make", "--movie", "hello", "--home", str(made.root))
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "film 'hello' was made by a later version of Sparkle (format 3, this one knows 2)" in answer.err
    with pytest.raises(LaterVersion):
        made.existing("hello")
    with pytest.raises(LaterVersion):
        Production(made, "hello", lambda profile: tiny_engines(made))
    assert repair(made) == ["hello: left alone, a later version of Sparkle made it"]
    assert path.exists()


def test_steps_are_taken_in_order_and_leave_what_they_were_given_alone() -> None:
    def step(mark: str, version: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda record: {**record, "schema_version": version, "way": record.get("way", "") + mark}

    steps = {"Sidecar": (step("a", 2), step("b", 3))}
    given: dict[str, Any] = {"schema_version": 1}
    assert upgraded("Sidecar", given, steps) == {"schema_version": 3, "way": "ab"}
    assert given == {"schema_version": 1}
    assert upgraded("Sidecar", {"schema_version": 2}, steps)["way"] == "b"
    with pytest.raises(LaterVersion, match="version 4, this one knows 3"):
        upgraded("Sidecar", {"schema_version": 4}, steps)
    for wrong in (0, "2", True):
        with pytest.raises(ValueError, match="is not a version"):
            upgraded("Sidecar", {"schema_version": wrong}, steps)


def test_a_format_that_says_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "format.json").write_text("[]")
    with pytest.raises(StoreFault, match="does not say which format"):
        film_format(tmp_path)


def test_an_artifact_that_was_recovered_is_told_in_words(made: Home) -> None:
    from resources.store.narrate import narrate

    without_event(made)
    repair(made)
    [event] = [event for event in read_timeline(made.film("hello").path) if event.event == "recovered"]
    assert narrate(event) == "found whole after its process was killed"

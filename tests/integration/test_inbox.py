"""Files dropped into the inbox: each a film, once, whatever happens in between."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.pipeline.intake import read_dropped
from resources.pipeline.stages.plan import read_plan, read_request
from resources.store.film import Home
from resources.store.inbox import SETTLE_S
from resources.store.timeline import read_timeline
from tests.conftest import write_plan
from tests.harness.desk import Desk

FOUNTAIN = "Title: Quay\n\nEXT. HARBOUR - DAY\n\nADA stands on the quay.\n\nADA\nIt is cold today.\n"


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    desk = Desk(home)
    yield desk
    desk.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every look at the inbox is later than the one before by more than a file needs to settle."""
    begun = time.time()
    ticks = iter(range(10_000))
    monkeypatch.setattr("sparkle_assets.automation.inbox.time.time", lambda: begun + next(ticks) * (SETTLE_S + 1))
    yield


def drop(home: Home, name: str, content: str | dict[str, Any] | bytes) -> Path:
    folder = home.root / "inbox"
    folder.mkdir(exist_ok=True)
    path = folder / name
    data = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def ticks(desk: Desk, count: int = 4) -> list[str]:
    return [run for _ in range(count) for run in desk.tick("inbox")]


def put_aside(home: Home) -> dict[str, list[str]]:
    folder = home.root / "inbox"
    return {
        where: sorted(path.name for path in (folder / where).iterdir()) if (folder / where).is_dir() else []
        for where in ("accepted", "rejected", ".")
    } | {".": sorted(path.name for path in folder.iterdir() if path.name not in ("accepted", "rejected"))}


def reason(home: Home, name: str) -> str:
    return (home.root / "inbox" / "rejected" / f"{name}.reason.txt").read_text()


def test_three_files_at_once_are_three_films_each_once(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    drop(home, "boat.json", plan)
    drop(home, "quay.fountain", FOUNTAIN)
    drop(home, "idea.txt", "A fox finds\na lantern")
    asked = ticks(desk)
    movies = sorted(run.removeprefix("plan_film ") for run in asked)
    assert len(movies) == 3 and {"boat", "quay"} < set(movies)
    fox = next(movie for movie in movies if movie.startswith("a-fox-finds-a-lantern-"))
    assert [desk.made("movie_plan", movie) for movie in movies] == [1, 1, 1]
    assert desk.made("image_spec", "boat", "03") == 1
    request = read_request(home.film(fox))
    assert request is not None and request.idea == "A fox finds a lantern"
    assert sorted(desk.instance.get_dynamic_partitions("movies")) == movies
    assert put_aside(home) == {"accepted": ["boat.json", "idea.txt", "quay.fountain"], "rejected": [], ".": []}
    runs = desk.instance.get_runs(dg.RunsFilter(job_name="plan_film"))
    assert {run.tags["dagster/priority"] for run in runs} == {"10"}
    keys = {run.tags["dagster/run_key"] for run in runs}
    assert keys == {f"{one}:{record.sha256}" for one in movies if (record := read_dropped(home.film(one)))}


def test_the_same_bytes_again_are_nothing(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    drop(home, "boat.json", plan)
    assert ticks(desk) == ["plan_film boat"]
    drop(home, "boat.json", plan)
    drop(home, "ship.json", plan)
    assert ticks(desk) == []
    assert home.films() == ["boat"]
    assert put_aside(home)["accepted"] == ["boat-2.json", "boat.json", "ship.json"]


def test_an_edited_file_is_the_difference_also_when_it_is_taken_back(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    drop(home, "boat.json", plan)
    ticks(desk)
    edited = {**plan, "shots": [{**plan["shots"][0], "prompt": "Ada in a forest"}, *plan["shots"][1:]]}
    drop(home, "boat.json", edited)
    assert ticks(desk) == ["plan_film boat"]
    specs = [desk.made(name, "boat", slot) for name in ("image_spec", "voice_spec") for slot in ("01", "02")]
    assert specs == [2, 1, 1, 1]
    drop(home, "boat.json", plan)
    assert ticks(desk) == ["plan_film boat"]
    assert read_plan(home.film("boat").plan_path).shots[0].prompt == plan["shots"][0]["prompt"]
    assert [desk.made("image_spec", "boat", slot) for slot in ("01", "02")] == [3, 1]
    told = [event.data["file"] for event in read_timeline(home.film("boat").path) if event.event == "dropped"]
    assert told == ["boat.json"] * 3


def test_a_daemon_that_dies_between_tick_and_launch_asks_again(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    drop(home, "boat.json", plan)
    desk.look("inbox")
    before = desk.cursors["inbox"]
    first = desk.look("inbox").run_requests or []
    assert [request.partition_key for request in first] == ["boat"]
    assert put_aside(home)["."] == ["boat.json"]  # it is not gone before its run is launched
    desk.cursors["inbox"] = before  # the cursor of the tick that died was never written
    again = desk.look("inbox").run_requests or []
    assert [request.run_key for request in again] == [request.run_key for request in first]
    assert ticks(desk) == ["plan_film boat"]
    desk.cursors.clear()
    assert ticks(desk) == []
    assert put_aside(home)["accepted"] == ["boat.json"]


def test_a_run_that_was_only_written_down_is_asked_for_again(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    drop(home, "boat.json", plan)
    desk.look("inbox")
    request = (desk.look("inbox").run_requests or [])[0]
    tags = {"dagster/run_key": request.run_key or "", "dagster/sensor_name": "inbox"}
    desk.instance.create_run_for_job(desk.runner.defs.resolve_job_def("plan_film"), tags=tags)
    assert [one.run_key for one in desk.look("inbox").run_requests or []] == [request.run_key]


def test_a_deleted_film_can_be_dropped_again(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    import shutil

    drop(home, "boat.json", plan)
    ticks(desk)
    shutil.rmtree(home.film("boat").path)
    drop(home, "boat.json", plan)
    assert ticks(desk) == ["plan_film boat"]
    assert home.films() == ["boat"]


def test_a_file_that_is_still_written_waits(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    whole = json.dumps(plan)
    path = drop(home, "boat.json", whole[:100])
    assert desk.tick("inbox") == []
    for part in range(2, 5):
        path.write_text(whole[: part * 100])
        assert desk.tick("inbox") == []
    path.write_text(whole)
    (home.root / "inbox" / "other.json.part").write_text("{")
    assert ticks(desk) == ["plan_film boat"]
    assert put_aside(home) == {"accepted": ["boat.json"], "rejected": [], ".": ["other.json.part"]}


def test_a_renamed_file_is_the_film_of_its_last_name(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    path = drop(home, "boat.json", plan)
    desk.tick("inbox")
    path.rename(path.with_name("ship.json"))
    assert ticks(desk) == ["plan_film ship"]
    assert home.films() == ["ship"]


def test_what_cannot_be_used_is_put_aside_with_a_reason(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    outside = {**plan["shots"][0], "media": {"image": "../../secret.png"}}
    bad: dict[str, tuple[Any, str]] = {
        "bad.json": ("{", "is not JSON"),
        "list.json": ("[1]", "a plan is a JSON object"),
        "field.json": ({"title": "x", "shots": [{"prompt": "a boat"}], "extra": 1}, "extra: is not a known field"),
        "empty.txt": (" \n", "the idea is empty"),
        "latin.txt": (b"caf\xe9", "is not UTF-8 text"),
        "long.txt": ("word " * 2000, "at most 2,000 are read"),
        "huge.json": (b" " * (4 * 1024 * 1024 + 1), "larger than 4,096 kB"),
        "picture.png": (b"\x89PNG", "nothing is known to do"),
        "nothing.fountain": ("", "is empty"),
        "media.json": ({**plan, "shots": [outside]}, "leaves the plan's folder"),
    }
    for name, (content, _) in bad.items():
        drop(home, name, content)
    assert ticks(desk, 2) == []
    aside = put_aside(home)
    assert aside["."] == aside["accepted"] == []
    assert aside["rejected"] == sorted([*bad, *(f"{name}.reason.txt" for name in bad)])
    for name, (_, why) in bad.items():
        told = reason(home, name)
        assert why in told and told.count("\n") == 1 and str(home.root) not in told
    assert not (home.root / "movies").exists()


def test_links_folders_and_pipes_are_not_followed(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    outside = write_plan(home.root / "outside.json", plan)
    folder = home.root / "inbox"
    folder.mkdir()
    (folder / "link.json").symlink_to(outside)
    (folder / "dir.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    assert ticks(desk) == []
    assert "links are not followed" in reason(home, "link.json")
    assert "not a file" in reason(home, "dir.json")
    assert "not a file" in reason(home, "pipe.json")
    assert outside.exists() and home.films() == []
    assert (folder / "rejected" / "link.json").is_symlink()


def test_an_inbox_that_is_a_link_is_not_used(desk: Desk, home: Home, tmp_path: Path, clock: None) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "idea.txt").write_text("A fox finds a lantern")
    (home.root / "inbox").symlink_to(elsewhere)
    with pytest.raises(Exception, match="inbox"):
        desk.look("inbox")
    assert [path.name for path in elsewhere.iterdir()] == ["idea.txt"]


def test_a_sloppy_name_never_changes_another_film(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    drop(home, "my-boat.json", plan)
    assert ticks(desk) == ["plan_film my-boat"]
    drop(home, "My Boat!.json", {**plan, "title": "Another"})
    assert ticks(desk) == []
    assert "it would change the film 'my-boat'" in reason(home, "My Boat!.json")
    drop(home, "Großes Kino.json", {**plan, "title": "Kino"})
    assert ticks(desk) == ["plan_film groes-kino"]
    drop(home, "Großes Kino.json", {**plan, "title": "Kino 2"})
    assert ticks(desk) == ["plan_film groes-kino"]


def test_media_of_a_plan_lie_in_the_inbox(desk: Desk, home: Home, plan: dict[str, Any], clock: None) -> None:
    from PIL import Image

    media = home.root / "inbox" / "media"
    media.mkdir(parents=True)
    Image.new("RGB", (320, 180), "teal").save(media / "boat.png")
    plan["shots"][0]["media"] = {"image": "media/boat.png"}
    drop(home, "boat.json", plan)
    assert ticks(desk) == ["plan_film boat"]
    kept = read_plan(home.film("boat").plan_path)
    assert kept.shots[0].media is not None and kept.shots[0].media.image != "media/boat.png"
    drop(home, "boat.json", {**kept.model_dump(mode="json"), "title": "Other"})  # the film's own plan, edited
    assert ticks(desk) == ["plan_film boat"]
    assert media.joinpath("boat.png").exists()


def test_a_film_that_is_made_or_paused_lets_its_file_wait(
    desk: Desk, home: Home, plan: dict[str, Any], clock: None
) -> None:
    from resources.pipeline.control import pause, resume

    drop(home, "boat.json", plan)
    ticks(desk)
    pause(home.film("boat"))
    drop(home, "boat.json", {**plan, "title": "Other"})
    assert ticks(desk) == []
    assert put_aside(home)["."] == ["boat.json"]
    resume(home.film("boat"))
    assert ticks(desk) == ["plan_film boat"]

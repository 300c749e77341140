"""What the daemon would ask for, tick by tick, after each kind of change; every request is then really made."""

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.store.artifacts import Artifacts
from resources.store.film import Home
from sparkle_assets.cluster.storage import BEFORE_ALL
from sparkle_assets.partitions import shot_key
from sparkle_assets.runner import Runner
from sparkle_assets.runs import ASKED_TAG
from sparkle_assets.serving.services import SETTLE, SETTLE_S
from tests.conftest import PLAN, write_plan
from tests.harness.engines import TinyImages
from tests.integration.test_runner import runner_for

SHOT = ["lipsynced_clips", "shot_images", "shot_timing", "video_chunks", "voice_tracks"]
FILM = ["final_cut", "qa_report"]
ASSETS = [*SHOT, *FILM, "movie_plan"]
Tick = dict[str, list[str]]


class Daemon:
    """Evaluates the conditions and runs what they ask for, as the automation sensor does: one run a partition."""

    def __init__(self, runner: Runner, cursor: Any = None) -> None:
        self.runner = runner
        self.cursor = cursor
        if cursor is None:
            self.ticks(1)

    def ticks(self, count: int = 5) -> list[Tick]:
        """What each tick asked for, quiet ones left out."""
        asked = []
        for _ in range(count):
            result = dg.evaluate_automation_conditions(
                self.runner.defs,
                self.runner.instance,
                asset_selection=dg.AssetSelection.assets(*ASSETS),
                cursor=self.cursor,
            )
            self.cursor = result.cursor
            tick: dict[str, list[str]] = defaultdict(list)
            for asset in ASSETS:
                for partition in result.get_requested_partitions(dg.AssetKey(asset)):
                    tick[str(partition)].append(asset)
            if tick:
                asked.append({key: sorted(value) for key, value in sorted(tick.items())})
            for partition, assets in sorted(tick.items()):
                self.run(partition, *assets)
        return asked

    def run(self, partition: str, *assets: str, tags: Mapping[str, str] | None = None) -> bool:
        """One run of some assets of one partition, as from the UI."""
        movie, _, slot = partition.partition("|")
        job = self.runner.defs.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(
            instance=self.runner.instance,
            partition_key=shot_key(movie, slot) if slot else movie,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            tags=tags,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
        return result.success

    def change(self, home: Home, plan: dict[str, Any], movie: str = "hello") -> list[Tick]:
        """Edit the plan, materialize it, and let everything flow."""
        path = home.film(movie).plan_path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_plan(path, plan)
        assert self.run(movie, "movie_plan")
        return self.ticks()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A home with a film of two shots that flowed to its end under a daemon, and where that daemon stood."""
    home = Home(tmp_path_factory.mktemp("finished") / "home")
    home.prepare()
    plan = {**PLAN, "shots": PLAN["shots"][:2]}
    runner = runner_for(home, plan)
    try:
        daemon = Daemon(runner)
        assert daemon.change(home, plan) == [{"hello|01": SHOT, "hello|02": SHOT}, {"hello": FILM}]
    finally:
        runner.close()
    return home.root, daemon.cursor


@pytest.fixture
def made(finished: tuple[Path, Any], home: Home, small: dict[str, Any]) -> Iterator[tuple[Daemon, dict[str, Any]]]:
    """The daemon beside a copy of that film: as it was left, and as good as made here."""
    root, cursor = finished
    shutil.copytree(root, home.root, dirs_exist_ok=True)
    runner = runner_for(home, small)
    try:
        yield Daemon(runner, cursor), small
    finally:
        runner.close()


def test_a_changed_prompt_makes_pictures_down(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    plan["shots"][1]["prompt"] = "Bob in a forest"
    assert daemon.change(home, plan) == [
        {"hello|02": ["shot_images", "video_chunks"]},  # a prompt is part of the motion's request too
        {"hello|02": ["lipsynced_clips"]},
        {"hello": FILM},
    ]


def test_a_line_of_equal_length_makes_no_motion(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    plan["shots"][0]["dialogue"][0]["text"] = "Hallo!"
    voice = ["shot_timing", "voice_tracks"]
    assert daemon.change(home, plan) == [{"hello|01": voice}, {"hello|01": ["lipsynced_clips"]}, {"hello": FILM}]


def test_a_longer_line_makes_motion_too(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    plan["shots"][0]["dialogue"][0]["text"] = "Hello there, this is quite a long thing to say from a boat!"
    voice = ["shot_timing", "voice_tracks"]
    both = ["lipsynced_clips", "video_chunks"]
    assert daemon.change(home, plan) == [{"hello|01": voice}, {"hello|01": both}, {"hello": FILM}]


def test_nothing_changed_asks_for_nothing(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    assert daemon.change(home, plan) == []


def test_what_somebody_asks_for_himself_is_not_made_twice(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    asked = {ASKED_TAG: "1@here"}
    plan["shots"][0]["prompt"], plan["shots"][1]["prompt"] = "Bob in a forest", "Ada in a forest"
    write_plan(home.film("hello").plan_path, plan)
    assert daemon.run("hello", "movie_plan", tags=asked) and daemon.ticks(3) == [], "he asks for his shots himself"
    assert daemon.run("hello|01", *SHOT, tags=asked) and daemon.ticks(2) == []
    assert daemon.run("hello|02", *SHOT, tags=asked) and daemon.ticks(2) == []
    assert daemon.run("hello", *FILM, tags=asked) and daemon.ticks(2) == []
    plan["shots"][1]["prompt"] = "Bob on a hill"
    assert daemon.change(home, plan) == [
        {"hello|02": ["shot_images", "video_chunks"]},
        {"hello|02": ["lipsynced_clips"]},
        {"hello": FILM},
    ], "an edit of the plan flows on as ever"


def test_the_first_film_that_somebody_asks_for_is_not_made_twice(
    home: Home, small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon has looked at an empty event log before; on a cluster that has an id, too."""
    with contextlib.closing(runner_for(home, small)) as runner:
        log = runner.instance.event_log_storage
        latest = log.get_maximum_record_id
        assert not latest()
        monkeypatch.setattr(log, "get_maximum_record_id", lambda: latest() or BEFORE_ALL)
        daemon = Daemon(runner)
        asked = {ASKED_TAG: "1@here"}
        assert daemon.run("hello", "movie_plan", tags=asked) and daemon.ticks(3) == []
        assert daemon.run("hello|01", *SHOT, tags=asked) and daemon.ticks(2) == []
        assert daemon.run("hello|02", *SHOT, tags=asked) and daemon.ticks(2) == []
        assert daemon.run("hello", *FILM, tags=asked) and daemon.ticks(2) == []


def test_what_is_recorded_during_a_look_is_told_by_all_conditions_or_none(
    made: tuple[Daemon, dict[str, Any]], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, plan = made
    monkeypatch.setenv(SETTLE, SETTLE_S)
    plan["shots"].append({"id": "three", "prompt": "the boat leaves", "duration_s": 1.5})
    write_plan(home.film("hello").plan_path, plan)
    log, asked = daemon.runner.instance.event_log_storage, {ASKED_TAG: "1@here"}
    latest, runs = log.get_maximum_record_id, iter(["movie_plan"])

    def looked() -> int | None:
        number = latest()
        for asset in runs:
            assert daemon.run("hello", asset, tags=asked)
        return number

    monkeypatch.setattr(log, "get_maximum_record_id", looked)
    assert daemon.ticks(4) == []


def test_a_grown_and_a_shrunk_plan(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    third = {"id": "three", "prompt": "the boat leaves", "duration_s": 1.5}
    assert daemon.change(home, {**plan, "shots": [*plan["shots"], third]}) == [{"hello|03": SHOT}, {"hello": FILM}]
    assert daemon.change(home, plan) == [{"hello": FILM}]


def test_a_failed_shot_holds_the_cut_until_it_is_mended(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    plan["shots"][0]["prompt"] = "FAIL in the harness"
    plan["shots"][1]["prompt"] = "Bob in a forest"
    asked = daemon.change(home, plan)
    assert {"hello": FILM} not in asked
    assert asked[-1] == {"hello|02": ["lipsynced_clips"]}
    plan["shots"][0]["prompt"] = "Ada in a forest"
    assert daemon.change(home, plan)[-1] == {"hello": FILM}


def test_a_new_shot_that_fails_flows_on_when_it_is_made_by_hand(
    made: tuple[Daemon, dict[str, Any]], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon, plan = made
    plan["shots"].append({"id": "three", "prompt": "FAIL in the harness", "duration_s": 1.5})
    assert daemon.change(home, plan) == [{"hello|03": SHOT}]
    draw = TinyImages.render_image
    healthy = lambda self, request, folder: draw(self, request.model_copy(update={"prompt": ""}), folder)  # noqa: E731
    monkeypatch.setattr(TinyImages, "render_image", healthy)
    assert daemon.run("hello|03", "shot_images")
    assert daemon.ticks() == [{"hello|03": ["lipsynced_clips", "video_chunks"]}, {"hello": FILM}]


def test_two_films_at_once(made: tuple[Daemon, dict[str, Any]], home: Home) -> None:
    daemon, plan = made
    daemon.runner.add_movie("other")
    plan["shots"][1]["prompt"] = "Bob in a forest"
    write_plan(home.film("hello").plan_path, plan)
    assert daemon.run("hello", "movie_plan")
    asked = daemon.change(home, plan, "other")
    assert asked[0] == {"hello|02": ["shot_images", "video_chunks"], "other|01": SHOT, "other|02": SHOT}
    assert [tick for tick in asked if "hello" in tick] == [{"hello": FILM}]
    assert {"other": FILM} in [{key: value for key, value in tick.items() if key == "other"} for tick in asked]


def test_a_stale_sidecar_is_refused_by_the_cut_and_mended_by_its_shot(
    made: tuple[Daemon, dict[str, Any]], home: Home
) -> None:
    daemon, plan = made
    store = Artifacts(home.film("hello"), home.root)
    before = store.current("shot_images", "01")
    plan["shots"][0]["prompt"] = "Ada in a forest"
    assert daemon.change(home, plan)[-1] == {"hello": FILM}
    assert before is not None
    store.point(before)  # a backup came back: Dagster takes it for current, its sidecar says what it was made from
    assert not daemon.run("hello", "final_cut")
    assert daemon.run("hello|01", *SHOT)
    after = store.current("shot_images", "01")
    assert after is not None and after.fingerprint != before.fingerprint
    assert daemon.run("hello", *FILM)

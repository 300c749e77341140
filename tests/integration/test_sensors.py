"""What the daemon looks out for: edited plans, failed checks, answers, failed runs, what is missing at night."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from resources.errors import PassingFault
from resources.pipeline.control import pause, resume
from resources.pipeline.review import Reviews
from resources.pipeline.stages.plan import Request, save_request
from resources.quality.policy import load_policy
from resources.store.artifacts import Artifacts
from resources.store.film import Home, Settings, ShotTakes, Take
from resources.store.fingerprint import derive_seed
from resources.store.timeline import now, read_timeline
from schemas.refs import SHOT_STAGES
from sparkle_assets.automation.failures import HELD
from tests.conftest import write_plan
from tests.harness.desk import QUIET, Desk
from tests.harness.engines import FrozenLipsync, TinyImages

SHORT: dict[str, Any] = {
    "title": "Hello",
    "resolution": "144p",
    "title_card_s": 0,
    "end_card_s": 0,
    "characters": [{"id": "ada", "name": "Ada"}],
    "shots": [
        {
            "id": "one",
            "prompt": "Ada waves from a boat",
            "duration_s": 1.5,
            "dialogue": [{"character_id": "ada", "text": "Hello!"}],
        }
    ],
}


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    desk = Desk(home)
    yield desk
    desk.close()


@pytest.fixture
def frozen(home: Home) -> Iterator[Desk]:
    """A desk whose clips never move, so that a blocking check fails."""
    desk = Desk(home, lipsync_engine=FrozenLipsync())
    shot = {**SHORT["shots"][0], "duration_s": 2.5}
    desk.plan("hello", {**SHORT, "shots": [shot]})
    yield desk
    desk.close()


def reviews(home: Home, movie: str = "hello") -> Reviews:
    return Reviews(Artifacts(home.film(movie), home.root))


def told(home: Home, event: str) -> list[dict[str, Any]]:
    return [dict(one.data) for one in read_timeline(home.film("hello").path) if one.event == event]


# -- edited plans ----------------------------------------------------------------------------------------------------


def test_an_edited_plan_is_taken_in_once_for_each_edit(desk: Desk, home: Home) -> None:
    desk.plan("hello", SHORT)
    assert desk.tick("plan_edits") == []  # never made: its first plan is nobody's edit
    desk.runner.run("plan_film", "hello")
    assert desk.tick("plan_edits") == []
    path = home.film("hello").plan_path
    for number, prompt in enumerate(("in a forest", "by a well", "in a forest"), 1):
        edited = {**SHORT, "shots": [{**SHORT["shots"][0], "prompt": f"Ada {prompt}"}]}
        write_plan(path, edited)
        desk.look("plan_edits")  # the daemon dies before it launches, and its cursor is lost
        desk.cursors.clear()
        assert desk.tick("plan_edits") == ["plan_film hello"]
        assert desk.tick("plan_edits") == []
        assert desk.made("image_spec", "hello", "01") == number + 1


def test_a_plan_that_does_not_hold_waits_for_the_next_edit(desk: Desk, home: Home) -> None:
    desk.plan("hello", SHORT)
    desk.runner.run("plan_film", "hello")
    path = home.film("hello").plan_path
    path.write_text(json.dumps(SHORT)[:50])
    assert desk.tick("plan_edits") == []
    write_plan(path, {**SHORT, "title": "Whole again"})
    assert desk.tick("plan_edits") == ["plan_film hello"]


# -- failed checks ---------------------------------------------------------------------------------------------------


def test_a_held_shot_is_made_again_until_its_takes_are_used_up(frozen: Desk, home: Home) -> None:
    most = load_policy().escalate.same_reason
    frozen.runner.run("plan_film", "hello")
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")
    pictures = frozen.made("shot_images", "hello", "01")
    for take in range(2, most + 1):
        found = frozen.look("retakes").run_requests or []
        assert [request.run_key for request in found] == [f"hello:one:take-{take}"]
        assert {request.tags["dagster/priority"] for request in found} == {"20"}
        frozen.cursors.clear()  # the daemon died: the take that was written is asked for again, and is no third one
        assert frozen.tick("retakes") == ["render_shot hello|01"]
        assert len(home.film("hello").takes()["one"].takes) == take
        assert frozen.made("shot_images", "hello", "01") == pictures, "only what the repair reaches"
        assert frozen.made("video_chunks", "hello", "01") == take
    takes = home.film("hello").takes()["one"]
    assert [take.repairs[-1].action for take in takes.takes[1:]] == ["new_seed"] * (most - 1)
    assert [take.repairs[-1].round for take in takes.takes[1:]] == list(range(1, most))
    assert reviews(home).open() == [], "nobody is asked while something can still be done"
    # all of them failed alike: the first one goes back into the film, and a person is asked about it
    [back] = frozen.look("retakes").run_requests or []
    assert back.run_key == "hello:one:take-1-again"
    assert set(home.film("hello").takes()["one"].takes[1].made) == set(SHOT_STAGES)
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")
    told = [one.event for one in read_timeline(home.film("hello").path, shot="one") if one.stage == "video_chunks"]
    assert (told.count("success"), told.count("reused")) == (most, 1), "taken back, not made again"
    assert [question.reasons for question in reviews(home).open()] == [["frozen_picture"]]
    frozen.cursors.clear()
    assert frozen.tick("retakes") == []
    assert len(home.film("hello").takes()["one"].takes) == most


def pin(home: Home) -> None:
    """Let the first shot be: a person is asked about it at once."""
    first = Take(number=1, seed=derive_seed(0, "shot", "one"), at=now())
    home.film("hello").write_takes({"one": ShotTakes(takes=[first], current=1, pinned=True)})


def test_a_pinned_or_rejected_shot_is_left_alone(frozen: Desk, home: Home) -> None:
    frozen.runner.run("plan_film", "hello")
    pin(home)
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")
    [asked] = reviews(home).open()
    assert frozen.tick("retakes") == []
    reviews(home).answer(asked.id, "reject")
    assert frozen.tick("retakes") == []
    assert len(home.film("hello").takes()["one"].takes) == 1


# -- a person's word -------------------------------------------------------------------------------------------------


def test_a_yes_lets_the_film_go_on_once(frozen: Desk, home: Home) -> None:
    frozen.runner.run("plan_film", "hello")
    pin(home)
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")
    assert frozen.runner.held("hello", "01")
    assert frozen.tick("review_answers") == []
    asked = reviews(home).open()[0]
    reviews(home).answer(asked.id, "reject")
    assert frozen.tick("review_answers") == []
    reviews(home).answer(asked.id, "approve", "it is a statue")
    frozen.look("review_answers")
    frozen.cursors.clear()
    assert frozen.tick("review_answers") == ["render_shot hello|01", "finish_film hello"]
    assert not frozen.runner.held("hello", "01")
    assert (home.film("hello").path / "cut" / "final_cut.mp4").exists()
    frozen.cursors.clear()
    assert frozen.tick("review_answers") == []


# -- failed runs -----------------------------------------------------------------------------------------------------


def test_a_failed_run_is_told_in_the_film_once(desk: Desk, home: Home) -> None:
    desk.plan("hello", {**SHORT, "shots": [{**SHORT["shots"][0], "prompt": "FAIL"}]})
    desk.look("failures")  # it begins with what happens after it
    desk.runner.run("plan_film", "hello")
    run = desk.runner.defs.resolve_job_def("render_shot").execute_in_process(
        instance=desk.instance, partition_key=dg.MultiPartitionKey({"movie": "hello", "shot": "01"}),
        raise_on_error=False,
    ).dagster_run  # fmt: skip
    cursor = desk.cursors["failures"]
    desk.look("failures")
    desk.cursors["failures"] = cursor  # the tick that told it was lost
    desk.look("failures")
    found = told(home, "run_failed")
    assert [(one["job"], one["run_id"], one["kind"], one["passing"]) for one in found] == [
        ("render_shot", run.run_id, "RenderFault", False)
    ]
    assert "told to fail" in found[0]["error"]


def test_a_fault_that_may_pass_is_told_as_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise PassingFault("the device is busy")

    monkeypatch.setattr(TinyImages, "render_image", busy)
    monkeypatch.setattr("resources.pipeline.carry.FIRST_DELAY_S", 0.0)
    desk = Desk(home)
    desk.plan("hello", SHORT)
    desk.look("failures")
    desk.runner.defs.resolve_job_def("render_shot").execute_in_process(
        instance=desk.instance, partition_key=dg.MultiPartitionKey({"movie": "hello", "shot": "01"}),
        raise_on_error=False,
    )  # fmt: skip
    desk.look("failures")
    desk.close()
    assert [(one["kind"], one["passing"]) for one in told(home, "run_failed")] == [("PassingFault", True)]
    assert len(told(home, "failed")) == 3  # three tries by carry, and none by Dagster on top


def test_a_held_film_and_a_run_of_the_command_line(frozen: Desk, home: Home) -> None:
    frozen.look("failures")
    frozen.runner.run("plan_film", "hello")
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")  # told in its terminal
    frozen.look("failures")
    assert told(home, "run_failed") == []
    frozen.tick("retakes")
    frozen.look("failures")
    assert [one["kind"] for one in told(home, "run_failed")] == [HELD]


def test_no_run_is_retried_as_a_whole(desk: Desk) -> None:
    from sparkle_assets.automation.sensors import automation

    graph = desk.runner.defs.resolve_asset_graph()
    jobs = desk.repository.get_all_jobs()
    named = [job for job in jobs if not job.name.startswith("__")]
    assert {job.tags.get("dagster/max_retries") for job in named} == {"0"}
    assert automation.run_tags["dagster/max_retries"] == "0"
    assert all(node.retry_policy is None for job in jobs for node in job.graph.nodes)
    assert graph.materializable_asset_keys


def test_a_retake_goes_before_a_preview_and_that_before_the_night(desk: Desk) -> None:
    from sparkle_assets.automation.sensors import automation

    places = {job.name: int(job.tags.get("dagster/priority", 0)) for job in desk.repository.get_all_jobs()}
    film = int(automation.run_tags["dagster/priority"])
    assert places["render_shot"] > places["prepare_shot"] == places["new_film"] > film > places["finish_missing"]


# -- the night -------------------------------------------------------------------------------------------------------


def test_the_night_finishes_what_is_missing_and_nothing_else(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = {**SHORT["shots"][0], "id": "two", "prompt": "FAIL in the harness", "dialogue": []}
    desk.plan("hello", {**SHORT, "shots": [*SHORT["shots"], two]})
    desk.plan("done", SHORT)
    desk.make("done", "01")
    desk.runner.run("plan_film", "hello")
    desk.runner.run("render_shot", "hello", "01")
    film = home.film("idea")
    save_request(film, Request(idea="A fox finds a lantern", resolution="144p"))
    film.write_settings(Settings())
    desk.look("missing")
    assert desk.launch("finish_missing").is_success
    healthy = TinyImages.render_image
    monkeypatch.setattr(
        TinyImages,
        "render_image",
        lambda self, request, folder: healthy(self, request.model_copy(update={"prompt": ""}), folder),
    )
    assert desk.tick("missing") == ["render_shot hello|02", "plan_film idea"]
    assert home.film("idea").plan_path.exists()
    assert desk.tick("missing") == []  # once for each run of the job
    assert desk.launch("finish_missing").is_success
    asked = desk.look("missing").run_requests or []
    assert "finish_film hello" in {f"{one.job_name} {one.partition_key}" for one in asked}
    assert {one.tags["dagster/priority"] for one in asked} == {"-20"}
    assert not [one for one in asked if one.tags["sparkle/movie"] == "done"]


def test_the_night_leaves_alone_what_waits_for_a_person(frozen: Desk, home: Home) -> None:
    frozen.runner.run("plan_film", "hello")
    pin(home)
    with pytest.raises(Exception, match="holds the film"):
        frozen.runner.run("render_shot", "hello", "01")
    frozen.plan("paused", SHORT)
    pause(home.film("paused"))
    frozen.look("missing")
    assert frozen.launch("finish_missing").is_success
    assert frozen.tick("missing") == []


def test_one_film_is_finished_for_whoever_names_it(desk: Desk, home: Home) -> None:
    for movie in ("hello", "other"):
        desk.plan(movie, SHORT)
        desk.runner.run("plan_film", movie)
    desk.look("missing")
    named = {"ops": {"look_for_missing": {"config": {"movie": "hello"}}}}
    assert desk.launch("finish_missing", named).is_success
    asked = desk.look("missing").run_requests or []
    assert [f"{one.job_name} {one.partition_key}" for one in asked] == ["render_shot hello|01"]
    assert {one.tags["dagster/priority"] for one in asked} == {"0"}
    named["ops"]["look_for_missing"]["config"]["movie"] = "nobody"
    assert not desk.launch("finish_missing", named).is_success


# -- work that was cut off -------------------------------------------------------------------------------------------


def cut_off(desk: Desk, job: str, partition: str | None, *assets: str, **more: Any) -> None:
    """A run as the daemon has it on record whose process is gone."""
    found = desk.runner.defs.resolve_job_def(job) if job else desk.runner.defs.resolve_implicit_global_asset_job_def()
    run = desk.instance.create_run_for_job(
        found.get_subset(asset_selection={dg.AssetKey(asset) for asset in assets}) if assets else found,
        asset_selection=frozenset(dg.AssetKey(asset) for asset in assets) or None,
        status=dg.DagsterRunStatus.STARTED,
        tags={**({"dagster/partition": partition} if partition else {}), **more.pop("tags", {})},
        **more,
    )
    desk.instance.report_run_failed(run)


def test_what_was_killed_is_asked_for_again_and_not_for_ever(desk: Desk, home: Home) -> None:
    desk.plan("hello", SHORT)
    desk.runner.run("plan_film", "hello")
    shot = {"dagster/partition/movie": "hello", "dagster/partition/shot": "01"}
    desk.look("killed")
    cut_off(desk, "", "hello|01", "shot_images", "voice_tracks", "shot_timing", tags=shot)
    assert desk.tick("killed") == ["render_shot hello|01"]
    assert desk.made("shot_images", "hello", "01") == desk.made("shot_timing", "hello", "01") == 1
    assert desk.made("video_chunks", "hello", "01") == 0, "only what was being made"
    cut_off(desk, "finish_film", "hello", tags={"sparkle/killed": "1", "dagster/priority": "20"})
    [request] = desk.look("killed").run_requests or []
    assert (request.job_name, request.tags["sparkle/killed"], request.tags["dagster/priority"]) == (
        "finish_film",
        "2",
        "20",
    )
    cut_off(desk, "finish_film", "hello", tags={"sparkle/killed": "2"})
    assert desk.tick("killed") == []
    cut_off(desk, "plan_film", "hello", tags={"sparkle/process": "1@1.00"})
    assert desk.tick("killed") == [], "its command is given again by whoever gave it"
    config = {"ops": {"begin_film": {"config": {"idea": "A fox finds a lantern"}}}}
    cut_off(desk, "new_film", None, run_config=config)
    [request] = desk.look("killed").run_requests or []
    assert (request.job_name, request.run_config) == ("new_film", config)


def test_what_failed_by_itself_is_not_asked_for_again(desk: Desk, home: Home) -> None:
    desk.look("killed")
    desk.runner.add_movie("nothing")
    desk.runner.defs.resolve_job_def("plan_film").execute_in_process(
        instance=desk.instance, partition_key="nothing", raise_on_error=False, run_config=QUIET
    )
    assert desk.tick("killed") == []


def test_a_paused_film_ends_its_runs_and_is_asked_for_again_when_it_goes_on(desk: Desk, home: Home) -> None:
    desk.plan("hello", SHORT)
    desk.runner.run("plan_film", "hello")
    film = home.film("hello")
    for sensor in ("failures", "killed", "resumed"):
        desk.look(sensor)
    pause(film)
    run = desk.runner.defs.resolve_job_def("render_shot").execute_in_process(
        instance=desk.instance, partition_key="hello|01", raise_on_error=False, run_config=QUIET
    )
    failures = [event for event in run.all_events if event.is_step_failure]
    assert "film 'hello' is paused" in str(failures[0].step_failure_data.user_failure_data)
    assert [desk.tick(sensor) for sensor in ("failures", "killed", "resumed")] == [[], [], []]
    assert told(home, "run_failed") == [], "a pause is no failure"
    cut_off(desk, "render_shot", "hello|01")
    assert desk.tick("killed") == []
    resume(film)
    found = desk.look("resumed").run_requests or []  # the daemon dies before it launches
    assert len(found) == 1
    desk.cursors.clear()
    assert desk.tick("resumed") == ["render_shot hello|01"]
    assert desk.tick("resumed") == [], "asked for once"
    assert desk.made("lipsynced_clips", "hello", "01") == 1


def test_schedules_ask_for_their_jobs(desk: Desk) -> None:
    for name, job in (("nightly", "finish_missing"), ("weekly_clean_up", "clean_up")):
        schedule = desk.repository.get_schedule_def(name)
        with dg.build_schedule_context(instance=desk.instance, repository_def=desk.repository) as context:
            found = schedule.evaluate_tick(context)
        assert schedule.job_name == job and len(found.run_requests or []) == 1


# -- the launchpad ---------------------------------------------------------------------------------------------------


def begin(desk: Desk, **config: Any) -> dg.DagsterRun:
    return desk.launch("new_film", {"ops": {"begin_film": {"config": config}}})


def test_a_film_begins_from_the_launchpad(desk: Desk, home: Home) -> None:
    config = {"idea": "A fox finds a lantern", "movie": "fox", "aspect": "1:1", "resolution": "144p", "seed": 7}
    assert begin(desk, **config).is_success
    assert begin(desk, **config).is_success  # the same idea is the same film
    plan = json.loads(home.film("fox").plan_path.read_text())
    assert (plan["aspect"], plan["resolution"], plan["seed"]) == ("1:1", "144p", 7)
    assert desk.instance.get_dynamic_partitions("movies") == ["fox"]
    assert desk.made("movie_plan", "fox") == 2
    assert desk.made("image_spec", "fox", "01") == 1
    plan_hash = Artifacts(home.film("fox"), home.root).current("movie_plan")
    assert plan_hash is not None and desk.runner.recorded("movie_plan", "fox") == plan_hash.sha256


def test_the_launchpad_is_filled_in_and_says_what_is_wrong(desk: Desk, home: Home) -> None:
    assert desk.launch("new_film").is_success
    assert [movie[:22] for movie in home.films()] == ["a-lighthouse-keeper-be"]
    with pytest.raises(dg.DagsterInvalidConfigError, match="aspect not in enum"):
        begin(desk, idea="A fox", aspect="4:3")
    for config, why in (
        ({"idea": "  "}, "the idea is empty"),
        ({"idea": "A fox", "movie": "../x"}, "is not a film id"),
        ({"idea": "A fox", "profile": "other"}, "sparkle ui --profile other"),
        ({"idea": "A fox", "seed": -1}, "seed"),
    ):
        run = begin(desk, **config)
        failed = [
            event.step_failure_data.error_display_string + str(event.step_failure_data.user_failure_data)
            for event in (log.dagster_event for log in desk.instance.all_logs(run.run_id))
            if event is not None and event.is_step_failure
        ]
        assert failed and why in failed[0]
    assert len(home.films()) == 1

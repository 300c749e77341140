"""Runs of the graph in one process: what Dagster records, and what a failed check or a dead process leaves."""

import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest
from dagster._core.events import EngineEventData

from resources.errors import NeedsReview, RenderFault
from resources.store.film import Home, Settings
from sparkle_assets.definitions import build_definitions
from sparkle_assets.one_process import one_process
from sparkle_assets.processes import process_tag
from sparkle_assets.runner import Runner, fail_dead_runs
from sparkle_assets.runs import MADE_BY_TAG, PID_TAG
from tests.conftest import write_plan
from tests.harness.engines import FrozenLipsync, TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices


def runner_for(home: Home, plan: dict[str, Any], **others: Any) -> Runner:
    """A runner whose engines are the tests' own."""
    film = home.film("hello")
    film.plan_path.parent.mkdir(parents=True, exist_ok=True)
    write_plan(film.plan_path, plan)
    film.write_settings(Settings())
    engines: dict[str, Any] = {
        "image_engine": TinyImages(),
        "voice_engine": TinyVoices(),
        "video_engine": TinyVideo(),
        "lipsync_engine": TinyLipsync(),
        "card_engine": TinyCards(),
        "music_engine": TinyMusic(),
    }
    runner = Runner(home, "embedded", {**engines, **others})
    runner.add_movie("hello")
    return runner


def checks_of(runner: Runner, asset: str) -> dict[str, bool]:
    keys = [key for key in runner.defs.resolve_asset_graph().asset_check_keys if key.asset_key == dg.AssetKey(asset)]
    latest = runner.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    found = {key.name: record.event for key, record in latest.items()}
    return {
        name: event.dagster_event.asset_check_evaluation_data.passed
        for name, event in found.items()
        if event is not None and event.dagster_event is not None
    }


def test_a_film_is_recorded_asset_by_asset(home: Home, plan: dict[str, Any]) -> None:
    plan["shots"] = plan["shots"][:1]
    runner = runner_for(home, plan)
    for job, slot in (("plan_film", None), ("prepare_shot", "01"), ("finish_shot", "01"), ("finish_film", None)):
        runner.run(job, "hello", slot)
    for asset, slot in (
        ("movie_plan", None),
        ("cut_spec", None),
        ("image_spec", "01"),
        ("voice_spec", "01"),
        ("shot_images", "01"),
        ("voice_tracks", "01"),
        ("shot_timing", "01"),
        ("video_chunks", "01"),
        ("lipsynced_clips", "01"),
        ("final_cut", None),
        ("qa_report", None),
    ):
        assert runner.recorded(asset, "hello", slot) is not None, asset
    voice = checks_of(runner, "voice_tracks")
    assert voice.pop("speech_quality") is False, "a tone is no voice: a warning holds nothing"
    assert set(voice.values()) == {True} and len(voice) == 7
    assert set(checks_of(runner, "shot_images").values()) == {True}
    assert set(checks_of(runner, "lipsynced_clips").values()) == {True}
    assert checks_of(runner, "qa_report")["loudness"] is True
    runner.close()


def test_a_spec_is_logged_again_only_when_it_changed(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    runner.run("plan_film", "hello")
    before = {name: runner.recorded(name, "hello", "01") for name in ("image_spec", "voice_spec", "video_spec")}
    plan["shots"][0]["dialogue"][0]["text"] = "Good evening!"
    write_plan(home.film("hello").plan_path, plan)
    runner.run("plan_film", "hello")
    after = {name: runner.recorded(name, "hello", "01") for name in before}
    assert [name for name in before if before[name] != after[name]] == ["voice_spec"]
    specs = runner.instance.fetch_materializations(dg.AssetKey("image_spec"), limit=50).records
    assert len(specs) == 3
    runner.close()


def test_a_blocking_check_holds_the_shot_and_asks_a_person(home: Home, plan: dict[str, Any]) -> None:
    plan["shots"] = [{**plan["shots"][0], "duration_s": 2.5}]
    runner = runner_for(home, plan, lipsync_engine=FrozenLipsync())
    runner.run("plan_film", "hello")
    runner.run("prepare_shot", "hello", "01")
    with pytest.raises(NeedsReview, match="frozen_picture"):
        runner.run("finish_shot", "hello", "01")
    assert checks_of(runner, "lipsynced_clips")["frozen_picture"] is False
    with pytest.raises(NeedsReview, match="frozen_picture"):
        runner.run("finish_film", "hello")
    runner.close()


def test_a_failed_shot_tells_the_pipelines_own_error(home: Home, plan: dict[str, Any]) -> None:
    plan["shots"][0]["prompt"] = "FAIL"
    runner = runner_for(home, plan)
    with pytest.raises(RenderFault, match="told to fail") as caught:
        runner.run("prepare_shot", "hello", "01")
    assert caught.value.where == "shot_images one"
    runs = runner.instance.get_runs(dg.RunsFilter(job_name="prepare_shot"))
    assert [run.status for run in runs] == [dg.DagsterRunStatus.FAILURE]
    runner.close()


def test_runs_of_dead_processes_are_failed(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    job = runner.defs.resolve_job_def("plan_film")
    run = runner.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={PID_TAG: "999999@1.00"})
    assert fail_dead_runs(runner.instance) == 1
    found = runner.instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE
    runner.close()


def test_runs_that_a_killed_daemon_began_are_failed_and_living_ones_left(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    job = runner.defs.resolve_job_def("plan_film")
    runs = [runner.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED) for _ in range(3)]
    for run, process in zip(runs, (2**30, os.getpid()), strict=False):  # nobody has begun the third one yet
        runner.instance.report_engine_event("Started process for run", run, EngineEventData.in_process(process))
    assert fail_dead_runs(runner.instance) == 1
    found = [runner.instance.get_run_by_id(run.run_id) for run in runs]
    statuses = [run.status for run in found if run is not None]
    assert statuses == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTED]
    runner.close()


def test_a_run_of_the_daemon_lives_whatever_the_clock_says(
    home: Home, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = runner_for(home, plan)
    begun = time.time()
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: begun + 3600)  # as after the clock was set forward
    job = runner.defs.resolve_job_def("plan_film")
    dead = process_tag().replace("@", "@0")
    runs = [
        runner.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={MADE_BY_TAG: tag})
        for tag in (process_tag(), dead)
    ]
    for run in runs:
        runner.instance.report_engine_event("Started process for run", run, EngineEventData.in_process(os.getpid()))
    assert fail_dead_runs(runner.instance) == 1
    found = [runner.instance.get_run_by_id(run.run_id) for run in runs]
    assert [run.status for run in found if run is not None] == [
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.FAILURE,
    ]
    runner.close()


@dg.op
def who_makes_it(context: dg.OpExecutionContext) -> str:
    """The tag that is on record while a step is made."""
    run = context.instance.get_run_by_id(context.run_id)
    return "" if run is None else run.tags[MADE_BY_TAG]


@dg.job(executor_def=one_process)
def asking() -> None:
    who_makes_it()


def test_the_executor_says_which_process_it_is_before_the_first_step() -> None:
    with dg.DagsterInstance.ephemeral() as instance, dg.execute_job(dg.reconstructable(asking), instance) as done:
        assert done.output_for_node("who_makes_it") == process_tag()
    executors = {job.executor_def.name for job in build_definitions(Path("home"), "embedded").resolve_all_job_defs()}
    assert executors == {"one_process"}


def test_a_slot_that_the_plan_does_not_use_answers_and_stays_empty(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    runner.run("plan_film", "hello")
    runner.run("render_shot", "hello", "09")
    keys = [dg.AssetKey(asset) for asset in ("shot_images", "voice_tracks", "shot_timing", "lipsynced_clips")]
    assert [runner.recorded(key.path[-1], "hello", "09") for key in keys] == [None] * 4
    assert not runner.held("hello", "09")
    told = runner.instance.fetch_observations(keys[0], limit=1).records[0].asset_observation
    assert told is not None
    assert told.metadata["unused_slot"].value == "slot 09 is not in the plan of hello: its shots are in 01-03"
    runner.close()

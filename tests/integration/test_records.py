"""What a film leaves behind when it is made: events, attempts, checkpoints, and versions of its records."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from resources.agents.records.service import AdkArtifacts
from resources.errors import NeedsReview, RenderFault, StoreFault
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.store.checkpoints import checkpoints
from resources.store.film import Home
from resources.store.runs import runs
from resources.store.steps import steps
from resources.store.timeline import read_timeline
from schemas.plan import MoviePlan
from schemas.records import Checkpoint, RunContext, StageManifest
from schemas.refs import AssetRefs, MediaReference
from schemas.report import QAReport
from sparkle_assets.cli import sparkle
from tests.conftest import ROOT, write_plan
from tests.integration.test_pipeline import Black, Flaky, make_all, produce
from tests.integration.test_runner import runner_for

SAVED = [
    "asset_refs.json",
    "checkpoints.json",
    "final_cut.json",
    "manifests.json",
    "plan.json",
    "qa_report.json",
    "run.json",
]


@pytest.fixture
def made(home: Home, tiny: Engines, plan: dict[str, Any]) -> Production:
    production = produce(home, tiny, {**plan, "shots": plan["shots"][:2]})
    with production.run():
        make_all(production)
    return production


def kept(home: Home, name: str) -> Any:
    """The last version of one of the film's records."""
    (found,) = AdkArtifacts(home.root).latest([name], movie="hello")
    assert found is not None
    return json.loads(found[1])


def test_every_stage_is_told_and_stands(made: Production) -> None:
    events = read_timeline(made.film.path)
    assert [event.event for event in events[:2]] == ["run_start", "begin"]
    of_picture = [event.event for event in events if event.stage == "shot_images" and event.shot == "one"]
    work = ["begin", "inference_start", "inference_end", "cleanup", "success"]
    assert [name for name in of_picture if name != "decided"] == work
    assert [event.event for event in events][-2:] == ["policy_decision", "saved"]
    assert {(point.status, point.attempt) for point in checkpoints(made.film.path)} == {("success", 1)}
    assert len(checkpoints(made.film.path)) == 2 * 4 + 3
    (run,) = runs(made.film.path)
    assert (run.profile, run.movie, run.resume) == ("embedded", "hello", False)
    assert [one.status for one in steps(made.film.path, run_id=run.run_id)] == ["success"] * 11


def test_a_finished_film_is_kept_as_versions(made: Production, home: Home) -> None:
    assert AdkArtifacts(home.root).names("hello") == SAVED
    assert MoviePlan.model_validate(kept(home, "plan.json")) == made.script.plan
    refs = AssetRefs.model_validate(kept(home, "asset_refs.json"))
    assert [(ref.stage, ref.slot) for ref in refs.refs][:4] == [
        ("movie_plan", None),
        ("final_cut", None),
        ("qa_report", None),
        ("shot_images", "01"),
    ]
    assert len([Checkpoint.model_validate(point) for point in kept(home, "checkpoints.json")]) == 11
    assert QAReport.model_validate(kept(home, "qa_report.json")) == made.qa()
    assert RunContext.model_validate(kept(home, "run.json")) == runs(made.film.path)[0]
    manifests = [StageManifest.model_validate(one) for one in kept(home, "manifests.json")]
    assert [(len(one.rendered), len(one.reused), len(one.failed)) for one in manifests] == [(1, 0, 0)] + 4 * [
        (2, 0, 0)
    ] + 2 * [(1, 0, 0)]
    film = MediaReference.model_validate(kept(home, "final_cut.json")[0])
    path = home.root / film.uri
    assert (film.mime_type, path.name, path.stat().st_size) == ("video/mp4", "final_cut.mp4", film.bytes)


def test_the_plan_says_which_schema_it_was_held_to(made: Production) -> None:
    schema = AdkArtifacts(made.home.root).versions("user:schemas/MoviePlan.json")
    assert made.ref("movie_plan").facts["schema_sha256"] == schema[-1].sha256
    events = [event.event for event in read_timeline(made.film.path)]
    assert events.count("schemas_published") == 1


def test_nothing_changed_leaves_no_trace(made: Production, home: Home, tiny: Engines) -> None:
    before = read_timeline(made.film.path)
    again = Production(home, "hello", lambda profile: tiny)
    with again.run():
        assert make_all(again) == {}
        again.save()
    assert read_timeline(made.film.path) == before


def test_an_edit_makes_new_versions_of_what_it_reaches(made: Production, home: Home, tiny: Engines) -> None:
    plan = json.loads(made.film.plan_path.read_text(encoding="utf-8"))
    plan["shots"][1]["prompt"] = "Bob on the high shore"
    write_plan(made.film.plan_path, plan)
    edited = Production(home, "hello", lambda profile: tiny)
    with edited.run():
        make_all(edited)
    shelf = AdkArtifacts(home.root)
    numbers = {name: shelf.versions(name, movie="hello")[-1].number for name in SAVED}
    assert numbers == dict.fromkeys(SAVED, 1) | {"qa_report.json": numbers["qa_report.json"]}
    manifests = {one["stage"]: one for one in kept(home, "manifests.json")}
    assert [ref["slot"] for ref in manifests["shot_images"]["rendered"]] == ["02"]
    assert [ref["slot"] for ref in manifests["shot_images"]["reused"]] == ["01"]
    first = shelf.load("plan.json", 0, movie="hello")
    assert first is not None
    assert json.loads(first)["shots"][1]["prompt"] == "Bob on the shore"


def test_a_failure_is_kept_too(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    plan["shots"][0]["prompt"] = "FAIL"
    production = produce(home, tiny, plan)
    with production.run(), pytest.raises(RenderFault):
        production.image("01")
    (point,) = kept(home, "checkpoints.json")
    assert (point["stage"], point["status"], point["error"]) == (
        "shot_images",
        "failed",
        "shot_images one: told to fail",
    )
    failed = [one for manifest in kept(home, "manifests.json") for one in manifest["failed"]]
    assert [(one["stage"], one["slot"], one["error_kind"]) for one in failed] == [("shot_images", "01", "RenderFault")]
    assert kept(home, "asset_refs.json")["refs"] == []


def test_every_try_is_on_record(home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: Any) -> None:
    monkeypatch.setattr("resources.pipeline.carry.FIRST_DELAY_S", 0.0)
    production = produce(home, tiny.replaced({"image": Flaky()}), plan)
    production.image("01")
    assert [(one.attempt, one.status) for one in steps(production.film.path)] == [
        (1, "failed"),
        (2, "failed"),
        (3, "success"),
    ]
    (point,) = checkpoints(production.film.path)
    assert (point.status, point.attempt, point.error) == ("success", 3, None)


def test_a_held_film_says_who_held_it(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    small = {**plan, "shots": [{**plan["shots"][0], "duration_s": 2.0}]}
    production = produce(home, tiny.replaced({"lipsync": Black()}), small)
    with production.run(), pytest.raises(NeedsReview):
        make_all(production)
    events = {event.event: event for event in read_timeline(production.film.path)}
    assert events["policy_decision"].data["verdict"] == "escalate"
    assert "black_picture" in events["policy_decision"].data["reason"]
    assert events["saved"].seq > events["policy_decision"].seq
    assert "final_cut.json" not in AdkArtifacts(home.root).names("hello")


def test_records_that_cannot_be_saved_never_lose_a_film(
    home: Home, tiny: Engines, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StoreFault("no permission to write here", where="adk")

    production = produce(home, tiny, {**plan, "shots": plan["shots"][:1]})
    production.plan()
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "sparkle"):
        patch.setattr(AdkArtifacts, "save", refuse)
        make_all(production)
    assert (production.film.path / "cut" / "final_cut.mp4").exists()
    assert "hello: the film is whole, its records could not be saved: adk: no permission" in caplog.text
    assert read_timeline(production.film.path)[-1].event == "save_failed"
    production.save()  # and the next run makes up for it
    assert AdkArtifacts(home.root).names("hello") == SAVED


NOTHING_TO_DO = """
import sys
from pathlib import Path
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.profile import load_profile
from resources.store.film import Home
from tests.harness.engines import TinyCards, TinyImages, TinyLipsync, TinyMusic, TinyVideo, TinyVoices
home = Home(Path(sys.argv[1]))
tiny = {"image": TinyImages(), "video": TinyVideo(), "lipsync": TinyLipsync(), "cards": TinyCards(),
        "voice": TinyVoices(), "music": TinyMusic()}
engines = Engines(load_profile("embedded"), home.cache).replaced(tiny)
film = Production(home, "hello", lambda profile: engines)
with film.run():
    assert film.plan_is_current() and not film.film_state()
    assert not any(film.state(film.script.slot(shot)).stale for shot in film.script.plan.shots)
    film.plan(), film.report(), film.save()
print([name for name in ("google.adk", "jsonschema") if name in sys.modules])
"""


def test_an_unchanged_film_imports_no_adk(made: Production) -> None:
    result = subprocess.run(
        [sys.executable, "-c", NOTHING_TO_DO, str(made.home.root)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == "[]", result.stderr


def test_the_timeline_is_told_in_words(made: Production, home: Home) -> None:
    def timeline(*args: str) -> str:
        result = CliRunner().invoke(sparkle, ["timeline", "hello", *args, "--home", str(home.root)])
        assert result.exception is None, result.exception
        return result.stdout

    lines = timeline().splitlines()
    assert lines[1].split()[1:] == "film make begins, profile embedded, seed 0".split()
    assert lines[-1].endswith("qa_report v0")
    told = [line.split()[1:5] for line in lines]
    assert ["one", "shot_images", "made", "in"] in told
    assert not any("inference" in line or "begun" in line for line in lines)
    assert all(line.split()[1] == "two" for line in timeline("2").splitlines()[1:])
    assert "cleaned up" in timeline("two", "--all")
    value = json.loads(timeline("two", "--json"))
    assert (value["movie"], value["shot"]) == ("hello", "two")
    assert {event["shot"] for event in value["events"]} == {"two"}


def test_an_unknown_shot_is_told_with_those_there_are(made: Production, home: Home) -> None:
    result = CliRunner().invoke(sparkle, ["timeline", "hello", "nine", "--home", str(home.root)])
    assert "film 'hello' has no shot 'nine' (shots: one, two)" in str(result.exception)


def test_runs_of_dagster_keep_their_ids(home: Home, plan: dict[str, Any]) -> None:
    runner = runner_for(home, plan)
    for job, slot in (("plan_film", None), ("prepare_shot", "01")):
        runner.run(job, "hello", slot)
    film = home.film("hello").path
    ids = [run.run_id for run in reversed(runner.instance.get_runs())]
    assert [run.run_id for run in runs(film)] == ids
    assert {one.stage for one in steps(film, run_id=ids[1])} == {"shot_images", "voice_tracks", "video_chunks"}
    with Production(home, "hello", lambda profile: pytest.fail("no engine is needed")).run() as run:
        runner.run("prepare_shot", "hello", "02")  # as within `sparkle make`
    assert runs(film)[-1] == run
    runner.close()


def test_a_deleted_film_leaves_no_versions(made: Production, home: Home) -> None:
    CliRunner().invoke(sparkle, ["delete", "hello", "--yes", "--home", str(home.root)], catch_exceptions=False)
    assert AdkArtifacts(home.root).names("hello") == []
    assert not Path(made.film.path).exists()

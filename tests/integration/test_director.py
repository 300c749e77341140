"""The director on tiny engines: it rehearses without touching anything, makes a film, and can be killed and held."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resources.director.bench import Bench
from resources.director.production_agent import dry, run
from resources.errors import DiskFull, InputError, Missing, NeedsReview, Paused, RenderFault
from resources.pipeline.control import pause, resume, stop
from resources.pipeline.engines import Engines
from resources.pipeline.resolve import film_id
from resources.pipeline.review import Reviews
from resources.store.artifacts import Artifacts
from resources.store.film import FilmFolder, Home, ShotTakes, Take
from resources.store.locks import holder
from resources.store.timeline import read_timeline
from schemas.plan import MoviePlan
from schemas.records import CallbackEvent
from tests.conftest import ROOT, Sparkle, write_plan
from tests.harness.converse import turn
from tests.harness.engines import FrozenLipsync

SHOT = ["shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"]


@pytest.fixture
def plan(plan: dict[str, Any]) -> dict[str, Any]:
    """Two shots are enough here."""
    return {**plan, "shots": plan["shots"][:2]}


@pytest.fixture
def film(home: Home, plan: dict[str, Any]) -> FilmFolder:
    folder = home.film("hello")
    folder.plan_path.parent.mkdir(parents=True)
    write_plan(folder.plan_path, plan)
    return folder


@pytest.fixture
def bench(home: Home, tiny: Engines) -> Bench:
    return Bench(home, lambda profile: tiny)


def produce(home: Home, seconds: float = 0.0, **env: str) -> subprocess.Popen[str]:
    """A film under way in another process; each keyframe takes ``seconds``."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.harness.produce", str(home.root), "hello", str(seconds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(film: FilmFolder, what: Callable[[list[str]], bool]) -> list[str]:
    """The names of all events, as soon as ``what`` holds for them."""
    for _ in range(600):
        events = [event.event for event in read_timeline(film.path)]
        if what(events):
            return events
        time.sleep(0.05)
    raise AssertionError(f"never happened; events: {events}")


# -- rehearsing --------------------------------------------------------------------------------------------------


def test_a_rehearsal_lists_every_call_in_order(film: FilmFolder, bench: Bench) -> None:
    graph = dry(bench, "hello")
    assert [(call.tool, call.shot) for call in graph.calls] == [
        ("script_agent", None),
        *((tool, shot) for shot in ("one", "two") for tool in ("images_sdxl", "tts_chatterbox", "videos_wan")),
        *(("lipsync_wav2lip", shot) for shot in ("one", "two")),
        ("assemble_ffmpeg", None),
        ("qa_qwen2vl", None),
    ]
    calls = {(call.stage, call.shot): call for call in graph.calls}
    motion = calls["video_chunks", "two"]
    assert {graph.calls[number - 1].stage for number in motion.needs} == {"movie_plan", "shot_images", "voice_tracks"}
    assert {graph.calls[number - 1].shot for number in motion.needs} == {None, "two"}
    assert len(calls["final_cut", None].needs) == 1 + 3 * 2
    assert (motion.uri, motion.exact) == ("movies/hello/shots/02/video_chunks", False)
    assert (motion.engine, motion.model, motion.action) == ("tiny", "sparkle/local", "render")
    assert graph.estimate.basis == "unknown"  # nothing is known of tiny engines
    assert (graph.estimate.tokens, graph.estimate.amount) == (0, 0.0)


def test_after_a_film_the_rehearsal_stands_on_its_history(film: FilmFolder, bench: Bench, plan: dict[str, Any]) -> None:
    run(bench, "hello")
    assert {call.action for call in dry(bench, "hello").calls} == {"reuse"}
    plan["shots"][1]["prompt"] = "Bob on the high shore"
    write_plan(film.plan_path, plan)
    graph = dry(bench, "hello")
    to_render = {(call.stage, call.shot) for call in graph.to_render}
    assert to_render == {
        ("movie_plan", None),
        *((stage, "two") for stage in ("shot_images", "video_chunks", "lipsynced_clips")),
        ("final_cut", None),
        ("qa_report", None),
    }
    assert graph.estimate.seconds > 0
    assert graph.estimate.disk_bytes > 10_000
    shots = [call for call in graph.to_render if call.shot]
    assert {call.estimate.basis for call in shots} == {"history"}
    made = run(bench, "hello")
    assert made.rendered["two"] == ["shot_images", "video_chunks", "lipsynced_clips"]
    write_plan(film.plan_path, {**plan, "title": "Farewell"})
    cut = next(call for call in dry(bench, "hello").to_render if call.stage == "final_cut")
    assert cut.exact
    run(bench, "hello")
    assert (bench.home.root / cut.uri / "final_cut.mp4").exists()


AUDIT = """
import json, sys
told = []
def hook(event, arguments):
    writes = event == "open" and (arguments[2] or 0) & 0o3103 and "/dev/null" not in str(arguments[0])
    if writes or event in FORBIDDEN:
        told.append([event, str(arguments)[:160]])
FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "os.mkdir", "os.rename", "os.remove", "os.rmdir",
             "os.truncate", "subprocess.Popen", "os.fork", "os.posix_spawn", "sqlite3.connect", "shutil.rmtree")
from pathlib import Path
import resources.director.production_agent as agent
from resources.director.bench import Bench
from resources.store.film import Home
sys.addaudithook(hook)
graph = agent.dry(Bench(Home(Path(sys.argv[1]))), "hello")
loaded = [name for name in ("torch", "onnxruntime", "google.adk", "transformers") if name in sys.modules]
print(json.dumps({"told": told, "loaded": loaded, "calls": len(graph.calls), "basis": graph.estimate.basis}))
"""


def test_a_rehearsal_writes_nothing_opens_nothing_and_loads_no_model(film: FilmFolder, home: Home) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.root.rglob("*")}
    result = subprocess.run(
        [sys.executable, "-c", AUDIT, str(home.root)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    value = json.loads(result.stdout)
    assert value == {"told": [], "loaded": [], "calls": 11, "basis": "measured"}
    assert {path: path.stat().st_mtime_ns for path in home.root.rglob("*")} == before


def test_a_rehearsal_refuses_what_cannot_be_made(
    film: FilmFolder, bench: Bench, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = MoviePlan.model_validate({**plan, "shots": [{**plan["shots"][0], "media": {"image": "gone.png"}}]})
    with pytest.raises(InputError, match=r"gone\.png"):
        dry(bench, "hello", wrong, folder=film.path)
    with pytest.raises(Missing, match="there is no film 'other'"):
        dry(bench, "other")
    monkeypatch.setattr("resources.director.production_agent.free_bytes", lambda folder: 1)
    with pytest.raises(DiskFull, match="the film needs about"):
        dry(bench, "hello")


# -- making ------------------------------------------------------------------------------------------------------


def test_a_plan_becomes_a_film_and_then_nothing(home: Home, bench: Bench, plan: dict[str, Any]) -> None:
    heard: list[CallbackEvent] = []
    made = run(bench, "hello", MoviePlan.model_validate(plan), on_event=heard.append)
    assert made.verdict == "approve"
    assert Path(made.final_cut).stat().st_size > 10_000
    assert made.rendered == {
        "": ["movie_plan", "final_cut", "qa_report"],
        **dict.fromkeys(("one", "two"), SHOT),
    }
    assert [event.done for event in heard] == sorted(event.done for event in heard)
    assert (heard[-1].done, heard[-1].total, heard[-1].eta_s) == (11, 11, 0.0)
    assert all(event.eta_s is not None for event in heard)
    assert {event.message for event in heard} >= {"two: videos_wan", "film: assemble_ffmpeg"}
    again = run(bench, "hello", on_event=heard.append)
    assert again.rendered == {}
    assert again.final_cut == made.final_cut


def test_one_failed_shot_does_not_keep_the_others_from_being_made(
    home: Home, bench: Bench, plan: dict[str, Any]
) -> None:
    plan["shots"][1]["prompt"] = "FAIL"
    with pytest.raises(RenderFault, match="told to fail") as caught:
        run(bench, "hello", MoviePlan.model_validate(plan))
    assert "sparkle make --movie hello" in caught.value.hint
    left = [call for call in dry(bench, "hello").to_render if call.shot]
    assert {call.shot for call in left} == {"two"}


@pytest.mark.parametrize("point", ["video_chunks.made", "final_cut.made"])
def test_killed_in_the_middle_a_second_process_makes_only_what_is_left(
    film: FilmFolder, bench: Bench, point: str
) -> None:
    killed = produce(bench.home, SPARKLE_CRASH_AT=point)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    before = {(event.stage, event.shot) for event in read_timeline(film.path) if event.event == "success"}
    published = {(ref.stage, ref.shot) for ref in dry(bench, "hello").calls if ref.action == "reuse"}
    made = run(bench, "hello")
    rendered = {(stage, shot or None) for shot, stages in made.rendered.items() for stage in stages}
    assert rendered.isdisjoint(before)
    assert rendered.isdisjoint(published)
    assert made.verdict == "approve"
    if point == "final_cut.made":
        assert made.rendered == {"": ["final_cut", "qa_report"]}


# -- a person's hand ---------------------------------------------------------------------------------------------


def test_paused_resumed_and_stopped_from_another_process(film: FilmFolder, bench: Bench) -> None:
    work = produce(bench.home, 0.4)
    try:
        wait_for(film, lambda events: "success" in events)
        pause(film)
        held = wait_for(film, lambda events: "paused" in events)
        assert holder(film.path) == work.pid
        with pytest.raises(Paused, match="sparkle resume hello"):
            run(bench, "hello")
        time.sleep(0.8)
        assert [event.event for event in read_timeline(film.path)] == held
        resume(film)
        wait_for(film, lambda events: "resumed" in events and events.count("success") > held.count("success"))
        assert stop(film) == work.pid
        _, err = work.communicate(timeout=60)
    finally:
        work.kill()
        work.communicate()
    assert work.returncode == 130
    assert "hello is paused; `sparkle resume hello` lets it go on" in err
    assert "resume with: sparkle make --movie hello" in err
    done = {(event.stage, event.shot) for event in read_timeline(film.path) if event.event == "success"}
    made = run(bench, "hello")
    assert {(stage, shot or None) for shot, stages in made.rendered.items() for stage in stages}.isdisjoint(done)
    assert made.verdict == "approve"


@pytest.fixture
def frozen(film: FilmFolder, home: Home, tiny: Engines, plan: dict[str, Any]) -> Bench:
    """A film of one shot whose picture never moves, held back by quality."""
    write_plan(film.plan_path, {**plan, "shots": [{**plan["shots"][0], "duration_s": 2.5}]})
    engines = tiny.replaced({"lipsync": FrozenLipsync()})
    bench = Bench(home, lambda profile: engines)
    with pytest.raises(NeedsReview, match="sparkle review hello"):
        run(bench, "hello")
    return bench


def test_a_yes_given_in_another_process_lets_exactly_that_take_pass(
    frozen: Bench, film: FilmFolder, sparkle: Sparkle
) -> None:
    home = ("--home", str(frozen.home.root), "--json")
    asked = sparkle("review", "hello", *home).value
    [question] = asked["questions"]
    assert asked["waiting"] == [question["id"]]
    assert (question["shot"], question["stage"]) == ("one", "lipsynced_clips")
    assert [finding["reason"] for finding in question["findings"]] == ["frozen_picture"]
    assert all(Path(frame).stat().st_size > 500 for frame in [*question["frames"], question["media"]])
    answered = sparkle("review", "hello", "--approve", "--note", "a still, on purpose", *home)
    assert (answered.code, answered.value["waiting"]) == (0, [])
    assert sparkle("review", "hello", "--approve", *home).value["questions"][0]["answers"] != []
    made = run(frozen, "hello")
    assert made.verdict == "approve"
    [finding] = [one for one in made.findings if one.reason == "frozen_picture" and one.shot == "one"]
    assert finding.severity == "info"
    assert "a still, on purpose" in finding.message
    events = [event.event for event in read_timeline(film.path) if event.event.startswith("review_")]
    assert events[:2] == ["review_asked", "review_answered"]
    # another take is another question
    takes = [Take(number=number, seed=number, at="2026-01-01") for number in (1, 2)]
    film.write_takes({"one": ShotTakes(takes=takes, current=2)})
    with pytest.raises(NeedsReview, match="frozen_picture"):
        run(frozen, "hello")
    [second] = frozen.peek("hello").reviews.open()
    assert second.id != question["id"]


def test_a_no_keeps_it_held_and_says_how_to_go_on(frozen: Bench, sparkle: Sparkle) -> None:
    home = ("--home", str(frozen.home.root))
    assert "sparkle retake hello one" in sparkle("review", "hello", "one", "--reject", *home).out
    with pytest.raises(NeedsReview, match="a person rejected it") as caught:
        run(frozen, "hello")
    assert caught.value.hint == "`sparkle retake hello one` makes it again"
    assert sparkle("review", "hello", "--approve", *home).code == 0  # a person may change their mind
    assert run(frozen, "hello").verdict == "approve"


def test_a_note_answers_nothing(frozen: Bench, sparkle: Sparkle) -> None:
    home = ("--home", str(frozen.home.root))
    assert "the sea is calm" in sparkle("review", "hello", "--note", "the sea is calm", *home).out
    [question] = frozen.peek("hello").reviews.open()
    assert [note.text for note in question.notes] == ["the sea is calm"]
    with pytest.raises(NeedsReview):
        run(frozen, "hello")


# -- the ADK Workflow --------------------------------------------------------------------------------------------


def converse(home: Home, session: str, text: str) -> dict[str, Any]:
    """One turn of a conversation, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.harness.converse", str(home.root), session, text],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    value: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return value


def test_an_idea_becomes_a_film_in_a_conversation(home: Home, tiny: Engines, tmp_path: Path) -> None:
    state = {"resolution": "144p", "seconds": 24, "seed": 7}
    value = asyncio.run(turn(tmp_path / "s.db", "one", "A boat {movie} sings; rm -rf /", state, tiny, home))
    movie = value["output"]["movie"]
    assert Path(value["output"]["final_cut"]).stat().st_size > 10_000
    request = json.loads((home.film(movie).path / "plan" / "request.json").read_text(encoding="utf-8"))
    assert request["idea"] == "A boat {movie} sings; rm -rf /"
    assert (request["seed"], request["seconds"], request["resolution"]) == (7, 24, "144p")
    assert any("pictures by tiny" in text for text in value["said"])
    assert value["said"][-1].startswith("The film is ready: ")


@pytest.fixture
def held(home: Home, plan: dict[str, Any]) -> FilmFolder:
    """The film of the idea "hello", its plan edited by hand: one shot, which will not move."""
    film = home.film(film_id("hello"))
    film.plan_path.parent.mkdir(parents=True)
    write_plan(film.plan_path, {**plan, "shots": [{**plan["shots"][0], "duration_s": 2.5}]})
    (home.root / "adk").mkdir()
    return film


def say(home: Home, engines: Engines, text: str) -> dict[str, Any]:
    """One turn of the conversation "talk", in this process, with a runner and a session service of its own."""
    frozen = engines.replaced({"lipsync": FrozenLipsync()})
    return asyncio.run(turn(home.root / "adk" / "sessions.db", "talk", text, {}, frozen, home))


def test_a_person_is_asked_in_the_conversation_and_answers_after_a_restart(
    held: FilmFolder, home: Home, tiny: Engines
) -> None:
    asked = say(home, tiny, "hello")
    assert asked["asked"]["message"].startswith("one waits for you. frozen_picture: frozen for")
    reviews = Reviews(Artifacts(held, home.root))
    assert asked["asked"]["payload"]["id"] == reviews.open()[0].id
    done = converse(home, "talk", "approve, it is a photograph")
    assert done["asked"] is None
    assert done["said"][0] == "approved"
    assert Path(done["output"]["final_cut"]).exists()
    [answered] = reviews.current()
    assert [(one.decision, one.note) for one in answered.answers] == [("approve", "it is a photograph")]


def test_a_note_in_the_conversation_asks_again_and_a_no_ends_it(held: FilmFolder, home: Home, tiny: Engines) -> None:
    say(home, tiny, "hello")
    noted = say(home, tiny, "why does nothing move?")
    assert noted["asked"]["payload"]["notes"][0]["text"] == "why does nothing move?"
    ended = say(home, tiny, "no")
    assert ended["output"] == {"movie": held.movie, "held": True}
    assert "sparkle retake" in ended["said"][-1]
    assert [question.decision for question in Reviews(Artifacts(held, home.root)).current()] == ["reject"]

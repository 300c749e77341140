"""The way of a shot through the real pipeline, on tiny engines."""

import json
from pathlib import Path
from typing import Any

import pytest

from resources.engines import Frame
from resources.errors import PassingFault, RenderFault
from resources.media.probe import picture_facts, read_sound
from resources.pipeline.carry import ATTEMPTS, carry
from resources.pipeline.engines import Engines
from resources.pipeline.production import Production
from resources.pipeline.stages.cut import read_sheet
from resources.pipeline.stages.images import image_job
from resources.store.database import writing
from resources.store.film import Home, Settings
from resources.store.timeline import read_timeline
from schemas.media import ImageRequest
from tests.conftest import write_plan
from tests.harness.engines import TinyImages, TinyLipsync


def produce(
    home: Home, engines: Engines, plan: dict[str, Any], movie: str = "hello", profile: str = "embedded"
) -> Production:
    film = home.film(movie)
    film.plan_path.parent.mkdir(parents=True, exist_ok=True)
    write_plan(film.plan_path, plan)
    film.write_settings(Settings(profile=profile))
    return Production(home, movie, lambda profile: engines)


def make_all(production: Production) -> dict[str, list[str]]:
    """Every stage of every shot, then the film; what was rendered, by shot."""
    rendered: dict[str, list[str]] = {}
    production.plan()
    for shot in production.script.plan.shots:
        slot = production.script.slot(shot)
        for stage in (production.image, production.voice, production.video, production.clip):
            outcome = stage(slot)
            if not outcome.reused:
                rendered.setdefault(shot.id or "", []).append(outcome.ref.stage)
    for stage in (production.cut, production.report):
        outcome = stage()
        if not outcome.reused:
            rendered.setdefault("film", []).append(outcome.ref.stage)
    return rendered


ALL = ["shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"]
FILM = ["final_cut", "qa_report"]


@pytest.fixture
def made(home: Home, tiny: Engines, plan: dict[str, Any]) -> Production:
    production = produce(home, tiny, plan)
    assert make_all(production) == {"one": ALL, "two": ALL, "three": ALL, "film": FILM}
    return production


def test_a_film_is_exact(made: Production) -> None:
    sheet = read_sheet(made.store.path(made.ref("final_cut")))
    lengths = {piece.name: (piece.frames, piece.overlap) for piece in sheet.pieces}
    assert lengths["title"] == (36, 0)
    assert lengths["two"][1] == 12
    assert lengths["three"][1] == 6
    assert sheet.frames == sum(frames - overlap for frames, overlap in lengths.values())
    path = made.film.path / "cut" / "final_cut.mp4"
    facts = picture_facts(path)
    assert (facts.frames, facts.even, facts.width, facts.height) == (sheet.frames, True, 256, 144)
    assert abs(len(read_sound(path)) - made.script.plan.rate.samples(sheet.frames)) <= 2000
    report = made.qa()
    told = [finding for finding in report.findings if finding.check != "speech_quality"]  # a tone is no voice
    assert (report.verdict, told) == ("approve", [])
    srt = (made.film.path / "cut" / "final_cut.srt").read_text(encoding="utf-8")
    assert "Hello!" in srt
    assert "Good day." in srt


def test_nothing_changed_renders_nothing(made: Production, tiny: Engines, home: Home) -> None:
    again = Production(home, "hello", lambda profile: tiny)
    assert again.plan_is_current()
    assert [again.state(again.script.slot(shot)).stale for shot in again.script.plan.shots] == [[], [], []]
    assert again.film_state() == []
    assert make_all(again) == {}


EDITS: dict[str, tuple[Any, dict[str, list[str]]]] = {
    "a line of another length": (
        lambda plan: plan["shots"][0]["dialogue"][0].update(text="Hello there, you old and patient sea, hello!"),
        {"one": ["voice_tracks", "video_chunks", "lipsynced_clips"], "film": FILM},
    ),
    "a line of equal length": (
        lambda plan: plan["shots"][0]["dialogue"][0].update(text="Howdy!"),
        {"one": ["voice_tracks", "lipsynced_clips"], "film": FILM},
    ),
    "a prompt": (
        lambda plan: plan["shots"][1].update(prompt="Bob on the high shore"),
        {"two": ["shot_images", "video_chunks", "lipsynced_clips"], "film": FILM},
    ),
    "a camera move": (
        lambda plan: plan["shots"][1].update(camera="push_in"),
        {"two": ["video_chunks", "lipsynced_clips"], "film": FILM},
    ),
    "a transition": (lambda plan: plan["shots"][2].update(transition={"kind": "cut", "frames": 0}), {"film": FILM}),
    "another order": (lambda plan: plan["shots"].reverse(), {"film": FILM}),
    "a new shot first": (
        lambda plan: plan["shots"].insert(0, {"id": "zero", "prompt": "the empty sea", "duration_s": 1}),
        {"zero": ALL, "film": FILM},
    ),
    "a shot less": (lambda plan: plan["shots"].pop(1), {"film": FILM}),
    "the title": (lambda plan: plan.update(title="Farewell"), {"film": FILM}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_makes_again_what_it_reaches(made: Production, tiny: Engines, home: Home, edit: str) -> None:
    change, expected = EDITS[edit]
    plan = json.loads(made.film.plan_path.read_text(encoding="utf-8"))
    change(plan)
    write_plan(made.film.plan_path, plan)
    edited = Production(home, "hello", lambda profile: tiny)
    assert make_all(edited) == expected
    assert edited.qa().verdict == "approve"


def test_an_edit_that_is_undone_costs_the_cut_alone(made: Production, tiny: Engines, home: Home) -> None:
    text = made.film.plan_path.read_text(encoding="utf-8")
    film = made.film.path / "cut" / "final_cut.mp4"
    before = film.read_bytes()
    write_plan(made.film.plan_path, {**json.loads(text), "title": "Farewell"})
    assert make_all(Production(home, "hello", lambda profile: tiny)) == {"film": FILM}
    assert film.read_bytes() != before
    made.film.plan_path.write_text(text, encoding="utf-8")
    assert make_all(Production(home, "hello", lambda profile: tiny)) == {}
    assert film.read_bytes() == before


def test_two_films_from_one_plan_are_the_same_bytes(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    for movie in ("a", "b"):
        make_all(produce(home, tiny, plan, movie))
    films = [(home.film(movie).path / "cut" / "final_cut.mp4").read_bytes() for movie in ("a", "b")]
    assert films[0] == films[1]


def test_a_damaged_artifact_is_made_again(made: Production) -> None:
    clip = made.store.path(made.ref("lipsynced_clips", "01")) / "clip.mp4"
    clip.write_bytes(clip.read_bytes()[:-100])
    assert made.state("01").stale == ["lipsynced_clips"]
    made.clip("01")
    assert made.state("01").stale == []


def test_a_failing_shot_leaves_no_trace_and_a_clear_line(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    plan["shots"][0]["prompt"] = "FAIL"
    production = produce(home, tiny, plan)
    with pytest.raises(RenderFault, match="shot_images one: told to fail"):
        production.image("01")
    assert production.store.current("shot_images", "01") is None
    assert [path.name for path in (production.film.path / "shots" / "01" / "shot_images").iterdir()] == []
    events = [event for event in read_timeline(production.film.path, shot="one") if event.event == "failed"]
    assert [event.data["retry"] for event in events] == [False]


class Flaky(TinyImages):
    """Fails with a passing fault until it was asked often enough."""

    def render_image(self, request: ImageRequest, folder: Path) -> None:
        tries = folder.parent / "tries"
        count = int(tries.read_text()) + 1 if tries.exists() else 1
        tries.write_text(str(count))
        if count < ATTEMPTS:
            raise PassingFault("the device is busy")
        super().render_image(request, folder)


def test_a_passing_fault_is_tried_three_times(home: Home, tiny: Engines, plan: dict[str, Any]) -> None:
    production = produce(home, tiny, plan)
    waits: list[float] = []
    outcome = carry(production.store, image_job(production.script, "01", Flaky()), sleep=waits.append)
    assert outcome.attempts == 3
    assert 1 <= waits[0] <= 1.5
    assert 2 <= waits[1] <= 3
    sidecar = production.store.sidecar(outcome.ref)
    assert sidecar is not None
    assert sidecar.attempt == 3


def test_an_artifact_whose_process_was_killed_before_it_told_is_told_of_once(home: Home, made: Production) -> None:
    with writing(home.film("hello").path) as connection:
        connection.execute("DELETE FROM events WHERE event = 'success' AND stage = 'shot_images' AND slot = '01'")
    for _ in range(2):
        made.image("01")
    events = [event for event in read_timeline(home.film("hello").path) if event.event == "recovered"]
    assert [(event.stage, event.slot) for event in events] == [("shot_images", "01")]
    assert events[0].data["fingerprint"] == made.ref("shot_images", "01").fingerprint


def test_the_sidecar_says_how_it_was_made(made: Production) -> None:
    ref = made.ref("lipsynced_clips", "02")
    sidecar = made.store.sidecar(ref)
    assert sidecar is not None
    assert sidecar.ref == ref
    assert sidecar.inputs == {
        "video_chunks": made.ref("video_chunks", "02").sha256,
        "voice_tracks": made.ref("voice_tracks", "02").sha256,
    }
    assert sidecar.libraries["av"]
    assert made.store.whole(ref, deep=True)


class Frozen(TinyLipsync):
    """A lip-sync engine whose picture never changes."""

    def frames(self, request: Any, video: Path, lines: Any, start: int, stop: int) -> Any:
        from tests.harness.engines import gradient

        for _ in range(start, stop):
            yield gradient(request.width, request.height, 1, 0)


class Black(TinyLipsync):
    """A lip-sync engine that only knows night."""

    def frames(self, request: Any, video: Path, lines: Any, start: int, stop: int) -> Any:
        import numpy as np

        frame: Frame = np.zeros((request.height, request.width, 4), np.uint8)
        for _ in range(start, stop):
            yield frame


@pytest.mark.parametrize(("engine", "reason"), [(Frozen(), "frozen_picture"), (Black(), "black_picture")])
def test_a_bad_picture_is_found(home: Home, tiny: Engines, plan: dict[str, Any], engine: Any, reason: str) -> None:
    plan["shots"][0]["duration_s"] = 2.0
    production = produce(home, tiny.replaced({"lipsync": engine}), plan)
    production.image("01")
    production.voice("01")
    production.video("01")
    production.clip("01")
    found = {finding.reason: finding for finding in production.measured_shot("01").findings}
    assert found[reason].shot == "one"
    assert found[reason].value > found[reason].limit

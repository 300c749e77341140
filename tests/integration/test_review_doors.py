"""A person's word is the same truth for Dagster's checks, the cut and the report."""

from typing import Any

import pytest

from resources.errors import NeedsReview
from resources.pipeline.review import Reviews
from resources.store.artifacts import Artifacts
from resources.store.film import Home, ShotTakes, Take
from resources.store.timeline import now
from tests.harness.engines import FrozenLipsync, TinyVoices
from tests.integration.test_runner import checks_of, runner_for


def reviews_of(home: Home) -> Reviews:
    return Reviews(Artifacts(home.film("hello"), home.root))


def pin(home: Home, shot: str) -> None:
    """Let a shot be: what is wrong with it is asked about at once, and not mended first."""
    first = Take(number=1, seed=1, at=now())
    home.film("hello").write_takes({shot: ShotTakes(takes=[first], current=1, pinned=True)})


def test_a_blocking_check_asks_and_hears_the_answer(home: Home, plan: dict[str, Any]) -> None:
    plan["shots"] = [{**plan["shots"][0], "duration_s": 2.5}]
    runner = runner_for(home, plan, lipsync_engine=FrozenLipsync())
    pin(home, "one")
    runner.run("plan_film", "hello")
    runner.run("prepare_shot", "hello", "01")
    with pytest.raises(NeedsReview, match="sparkle review hello"):
        runner.run("finish_shot", "hello", "01")
    assert checks_of(runner, "lipsynced_clips")["frozen_picture"] is False
    assert runner.held("hello", "01")
    [question] = reviews_of(home).open()
    reviews_of(home).answer(question.id, "approve", "on purpose")
    runner.run("finish_shot", "hello", "01")
    assert checks_of(runner, "lipsynced_clips")["frozen_picture"] is True
    assert not runner.held("hello", "01")
    runner.run("finish_film", "hello")
    assert set(checks_of(runner, "qa_report").values()) == {True}
    runner.close()


class Mute(TinyVoices):
    """Hardly to be heard: passes the stage's own look, and fails the check."""

    def speak(self, line: Any, seed: int) -> Any:
        sound, timed = super().speak(line, seed)
        return sound * 0.01, timed


def test_sound_is_asked_about_before_motion_is_made_for_it(home: Home, plan: dict[str, Any]) -> None:
    plan["shots"] = plan["shots"][:1]
    runner = runner_for(home, plan, voice_engine=Mute())
    pin(home, "one")
    runner.run("plan_film", "hello")
    with pytest.raises(NeedsReview, match="silent_line"):
        runner.run("prepare_shot", "hello", "01")
    [question] = reviews_of(home).open()
    assert (question.stage, question.shot, question.reasons) == ("voice_tracks", "one", ["silent_line"])
    assert question.media.endswith("dialogue.wav")
    reviews_of(home).answer(question.id, "approve")
    for job in ("prepare_shot", "finish_shot"):
        runner.run(job, "hello", "01")
    runner.run("finish_film", "hello")
    assert [question.reasons for question in reviews_of(home).open()] == [["loud_music"]], "of the film: it drowns her"
    runner.close()

"""What a production will cost, and how long it will still take."""

from pathlib import Path
from typing import Any

import pytest

from resources.agents.budget import Budget, Limits
from resources.agents.errors import BudgetExceeded
from resources.director.estimate import MEASURED, History, film_frames, units
from resources.director.production_agent import check_budget
from resources.director.progress import Progress
from resources.store.film import Home
from schemas.plan import MoviePlan
from schemas.production import Estimate, PlannedCall, ProductionGraph
from schemas.records import CallbackEvent
from schemas.refs import Stage


def estimate(seconds: float, **more: Any) -> Estimate:
    return Estimate(seconds=seconds, memory_bytes=0, disk_bytes=0, **more)


def call(number: int, stage: Stage, seconds: float) -> PlannedCall:
    given = {"number": number, "tool": "a_tool", "stage": stage, "shot": "one", "slot": "01", "engine": "tiny"}
    rest = {"engine_revision": "1", "action": "render", "needs": [], "uri": "x", "exact": False}
    return PlannedCall.model_validate({**given, **rest, "estimate": estimate(seconds).model_dump()})


def test_the_time_that_is_left_follows_the_pace_of_the_work() -> None:
    calls = [call(1, "shot_images", 10), call(2, "video_chunks", 30)]
    graph = ProductionGraph(
        movie="hello", profile="embedded", title="Hello", seed=0, calls=calls, estimate=estimate(40)
    )
    heard: list[CallbackEvent] = []
    clock = iter([0.0, 0.0, 20.0, 50.0, 80.0])
    progress = Progress(graph, heard.append, clock=lambda: next(clock))

    def tell(stage: Stage, done: int, total: int) -> None:
        progress.hear(CallbackEvent(movie="hello", stage=stage, slot="01", done=done, total=total))

    tell("shot_images", 0, 1)
    tell("shot_images", 1, 1)  # took 20 s, not 10: twice as slow as estimated
    tell("video_chunks", 1, 2)  # half of 30 s, after 50 s: 25 done
    tell("video_chunks", 2, 2)
    assert [event.eta_s for event in heard] == [40.0, 60.0, 30.0, 0.0]
    assert [(event.done, event.total) for event in heard] == [(0, 2), (1, 2), (1, 2), (2, 2)]
    progress.hear(CallbackEvent(movie="other", stage="shot_images", slot="01", done=1, total=1))
    assert len(heard) == 4


def test_work_has_a_size(plan: dict[str, Any]) -> None:
    small, large = MoviePlan.model_validate(plan), MoviePlan.model_validate({**plan, "resolution": "720p"})
    shot = small.shots[0]
    assert units("voice_tracks", small, shot, 0) == len("Hello!")
    assert units("shot_images", large, shot, 0) == pytest.approx(1280 * 720 / 1e6)
    assert units("lipsynced_clips", large, shot, 48) == 48 * units("shot_images", large, shot, 0)
    assert units("lipsynced_clips", large, shot, 48) > units("lipsynced_clips", small, shot, 48)
    assert film_frames(small, {"one": 36}) == 36 + 36 + 36


def test_without_a_history_the_measured_figures_serve(home: Home) -> None:
    history = History(home)
    rate = history.rate("shot_images", "cutout")
    assert (rate.seconds, rate.bytes, rate.basis) == (*MEASURED["shot_images", "cutout"], "measured")
    assert history.rate("shot_images", "nobody").basis == "unknown"
    assert history.tokens("images_agent") > 0


def test_a_film_that_needs_more_than_its_budget_is_refused(tmp_path: Path) -> None:
    budget = Budget(tmp_path, Limits(tokens=1000))
    check_budget(budget, estimate(1, tokens=1000))
    check_budget(budget, estimate(1))
    with pytest.raises(BudgetExceeded, match="need about 1,001"):
        check_budget(budget, estimate(1, tokens=1001))

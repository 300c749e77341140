"""What `sparkle make` would do, how long it would take and how much room it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.errors import DiskFull
from resources.pipeline.beginning import Wishes, wanted_of, with_wishes
from resources.store.film import FilmFolder, Home, Settings
from resources.store.space import BYTES_A_FILM, BYTES_A_FRAME, film_bytes, free_bytes, shot_seconds

if TYPE_CHECKING:
    from resources.pipeline.stages.plan import Request
    from schemas.plan import MoviePlan

TYPICAL_SECONDS = 42.0
"""Seconds of shots in a film for which no length was wished, before its plan is written."""
SECONDS_A_SECOND = 1.2
"""Wall time for a second of film on two cores; measured by bench/film.py."""


def dry(
    home: Home,
    film: FilmFolder,
    idea: str | None,
    plan_file: Path | None,
    wishes: Wishes,
    writer: str | None,
    settings: Settings,
) -> dict[str, Any]:
    """What ``make`` would do. Nothing is written, loaded or opened but the plan, and no language model is asked: of a
    plan that is not written yet only the cost of asking is told (``planned`` false).
    """
    from resources.pipeline.stages.plan import must_tell, read_plan

    wanted = wanted_of(film, idea, wishes, writer, settings) if plan_file is None else None
    folder = film.plan_path.parent
    if plan_file is not None:
        plan, folder = with_wishes(read_plan(plan_file), wishes), plan_file.absolute().parent
    elif wanted is not None and must_tell(film, wanted):
        known = _plan_of(film, wanted)
        if known is None:
            return _unwritten(film, wanted)
        plan = known
    else:
        plan = with_wishes(read_plan(home.existing(film.movie).plan_path), wishes)
    return forecast_plan(home, film, plan, settings, folder)


def forecast_plan(home: Home, film: FilmFolder, plan: MoviePlan, settings: Settings, folder: Path) -> dict[str, Any]:
    """What making ``plan``, its media under ``folder``, as the film would do and cost. Nothing is written."""
    from resources.director.bench import Bench
    from resources.director.estimate import History
    from resources.director.rehearsal import production_graph, rehearsed
    from resources.profile import load_profile

    graph = production_graph(rehearsed(Bench(home), film.movie, plan, settings, folder), History(home))
    would: dict[str | None, list[str]] = {}
    for call in graph.to_render:
        if call.stage != "movie_plan":
            would.setdefault(call.shot, []).append(call.stage)
    estimate = graph.estimate.model_dump(mode="json")
    if estimate["basis"] == "unknown":  # models that never ran here: the room they need is known all the same
        shots = len([shot for shot in would if shot is not None])
        needed = film_bytes(plan, shots, lossless=load_profile(settings.profile).gpu is not None)
        estimate["disk_bytes"] = max(needed, estimate["disk_bytes"])
    return {
        "movie": film.movie,
        "planned": True,
        "would_render": [{"shot": shot, "stages": stages} for shot, stages in would.items()],
        "estimate": estimate,
    }


def _plan_of(film: FilmFolder, wanted: Request) -> MoviePlan | None:
    """The plan that a writer would give: asked for where that costs nothing, else only remembered."""
    from resources.agents.models.spec import RULES_SPEC
    from resources.agents.script_agent import known_plan
    from resources.pipeline.resolve import with_ids
    from resources.pipeline.stages.plan import write_plan

    if wanted.writer == RULES_SPEC:
        return write_plan(wanted)
    known = known_plan(wanted.idea, wanted.constraints, model=wanted.writer, seed=wanted.seed, keep=film.path)
    return with_ids(known) if known is not None else None


def _unwritten(film: FilmFolder, wanted: Request) -> dict[str, Any]:
    """What can be said of a film whose plan a language model has still to write."""
    from resources.agents.script_agent import asking

    ask = asking(wanted.idea, wanted.constraints, wanted.writer)
    seconds = wanted.seconds if wanted.seconds is not None else TYPICAL_SECONDS
    short = int(wanted.resolution.removesuffix("p"))
    return {
        "movie": film.movie,
        "planned": False,
        "would_render": [{"shot": None, "stages": ["movie_plan", "final_cut", "qa_report"]}],
        "estimate": {
            "seconds": round(seconds * SECONDS_A_SECOND + 6, 1),
            "disk_bytes": round(seconds * 24 * BYTES_A_FRAME * (short / 720) ** 2) + BYTES_A_FILM,
            "memory_bytes": 1_500_000_000,
            "tokens": ask.tokens,
            "amount": ask.amount,
        },
    }


def estimated_seconds(plan: MoviePlan, shot_id: str | None) -> float:
    """Length of a shot before its voices are known."""
    return shot_seconds(next(shot for shot in plan.shots if shot.id == shot_id))


def check_space(home: Home, plan: MoviePlan, shots: int, *, lossless: bool = False) -> None:
    """Raise :class:`DiskFull` before any work when the film cannot fit; ``lossless``: models render its frames."""
    needed, free = film_bytes(plan, shots, lossless=lossless), free_bytes(home.root)
    if free < needed:
        raise DiskFull(
            f"the disk is full: {free // 1_000_000} MB are free, the film needs about {needed // 1_000_000} MB",
            where=str(home.root),
            hint="free some space or choose another folder with --home",
        )

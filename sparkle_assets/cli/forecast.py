"""What `sparkle make` would do, how long it would take and how much room it needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.errors import DiskFull
from resources.store.film import FilmFolder, Home, Settings
from sparkle_assets.cli.beginning import Wishes, asked, with_wishes

if TYPE_CHECKING:
    from schemas.plan import MoviePlan

BYTES_A_FRAME = 80_000
"""Disk a 720p frame takes in a shot's artifacts, cache included; measured by bench/film.py, rounded up."""
BYTES_A_FILM = 40_000_000
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
    """What ``make`` would do. Nothing is written, loaded or opened but the plan."""
    from resources.pipeline.engines import engines_of
    from resources.pipeline.production import Production
    from resources.pipeline.resolve import with_ids
    from resources.pipeline.stages.plan import read_plan, write_plan
    from resources.profile import load_profile

    existing = film.plan_path.exists() and plan_file is None and not wishes.changes()
    would: list[dict[str, Any]]
    if existing:
        production = Production(home, film.movie, lambda profile: engines_of(profile, home.cache))
        plan = production.script.plan
        states = [production.state(production.script.slot(shot)) for shot in plan.shots]
        would = [{"shot": state.shot, "stages": list(state.stale)} for state in states if state.stale]
        same = settings == production.script.settings
        film_stages = production.film_state() if not would and same else ["final_cut", "qa_report"]
        would += [{"shot": None, "stages": list(film_stages)}] if film_stages else []
    else:
        if plan_file is not None:
            plan = with_wishes(with_ids(read_plan(plan_file)), wishes)
        elif idea is not None:
            name = writer or load_profile(settings.profile).writer
            plan = write_plan(asked(" ".join(idea.split()), wishes, name, None))
        else:
            plan = with_wishes(read_plan(home.existing(film.movie).plan_path), wishes)
        stages = ["shot_images", "voice_tracks", "video_chunks", "lipsynced_clips"]
        would = [{"shot": shot.id, "stages": stages} for shot in plan.shots]
        would.append({"shot": None, "stages": ["final_cut", "qa_report"]})
    wanted = {entry["shot"] for entry in would}
    seconds = sum(estimated_seconds(plan, shot.id) for shot in plan.shots if shot.id in wanted)
    return {
        "movie": film.movie,
        "would_render": would,
        "estimate": {
            "seconds": round(seconds * SECONDS_A_SECOND + (6 if would else 1), 1),
            "disk_bytes": round(seconds * float(plan.rate.value)) * BYTES_A_FRAME + (BYTES_A_FILM if would else 0),
            "memory_bytes": 1_500_000_000 if would else 300_000_000,
            "tokens": 0,
            "amount": 0.0,
        },
    }


def estimated_seconds(plan: MoviePlan, shot_id: str | None) -> float:
    """Length of a shot before its voices are known: 14 characters a second and the pauses, or its minimum."""
    shot = next(shot for shot in plan.shots if shot.id == shot_id)
    spoken = sum(len(line.text) / 14 + 0.4 for line in shot.dialogue) + (0.8 if shot.dialogue else 0)
    return max(shot.duration_s, spoken)


def check_space(home: Home, plan: MoviePlan, shots: int) -> None:
    """Raise :class:`DiskFull` before any work when the film cannot fit."""
    pixels = plan.frame_size[0] * plan.frame_size[1] / (1280 * 720)
    seconds = sum(estimated_seconds(plan, shot.id) for shot in plan.shots) * shots / len(plan.shots)
    needed = int(seconds * float(plan.rate.value) * BYTES_A_FRAME * pixels + BYTES_A_FILM * min(1.0, pixels + 0.2))
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise DiskFull(
            f"the disk is full: {free // 1_000_000} MB are free, the film needs about {needed // 1_000_000} MB",
            where=str(home.root),
            hint="free some space or choose another folder with --home",
        )

"""Jobs over assets, which people start from the UI and the command line runs in its own process."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from schemas.refs import Stage
from sparkle_assets.automation.priorities import PREVIEW, RETAKE, run_tags
from sparkle_assets.one_process import one_process

PREPARE = ("shot_images", "voice_tracks", "shot_timing", "video_chunks")


def _job(name: str, *assets: str, priority: int, says: str) -> UnresolvedAssetJobDefinition:
    """A job that makes ``assets`` in one process."""
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*assets),
        executor_def=one_process,
        tags=run_tags(priority),
        description=says,
    )


plan_film = _job(
    "plan_film", "movie_plan", priority=PREVIEW,
    says="Write or take in a plan.",
)  # fmt: skip
prepare_shot = _job(
    "prepare_shot", *PREPARE, priority=PREVIEW,
    says="Picture, voice, length and motion of one shot: everything but its final frames.",
)  # fmt: skip
paint_shot = _job(
    "paint_shot", "shot_images", priority=PREVIEW,
    says="The picture of one shot; with a GPU all of these come first.",
)  # fmt: skip
speak_shot = _job(
    "speak_shot", "voice_tracks", "shot_timing", priority=PREVIEW,
    says="The voices of one shot, and its length.",
)  # fmt: skip
move_shot = _job(
    "move_shot", "video_chunks", priority=PREVIEW,
    says="The motion of one shot.",
)  # fmt: skip
finish_shot = _job(
    "finish_shot", "lipsynced_clips", priority=RETAKE,
    says="The final frames of one shot.",
)  # fmt: skip
render_shot = _job(
    "render_shot", *PREPARE, "lipsynced_clips", priority=RETAKE,
    says="Everything of one shot.",
)  # fmt: skip
finish_film = _job(
    "finish_film", "final_cut", "qa_report", priority=PREVIEW,
    says="Cut the film and measure it.",
)  # fmt: skip

asset_jobs = [plan_film, prepare_shot, paint_shot, speak_shot, move_shot, finish_shot, render_shot, finish_film]

ASSETS_OF: dict[str, tuple[str, ...]] = {
    plan_film.name: ("movie_plan",),
    prepare_shot.name: PREPARE,
    paint_shot.name: ("shot_images",),
    speak_shot.name: ("voice_tracks", "shot_timing"),
    move_shot.name: ("video_chunks",),
    finish_shot.name: ("lipsynced_clips",),
    render_shot.name: (*PREPARE, "lipsynced_clips"),
    finish_film.name: ("final_cut", "qa_report"),
}
"""What each job makes."""

BY_STAGE: tuple[tuple[Stage, str, str], ...] = (
    ("shot_images", "picture", "paint_shot"),
    ("voice_tracks", "voices", "speak_shot"),
    ("video_chunks", "motion", "move_shot"),
    ("lipsynced_clips", "final frames", "finish_shot"),
)
"""(stage, what it is called, its job), in the order that loads each model once a film."""

"""Jobs over assets, which people start from the UI and the command line runs in its own process."""

from __future__ import annotations

import dagster as dg

from schemas.refs import Stage
from sparkle_assets.automation.priorities import PREVIEW, RETAKE, run_tags

PREPARE = ("shot_images", "voice_tracks", "shot_timing", "video_chunks")

plan_film = dg.define_asset_job(
    "plan_film",
    selection=dg.AssetSelection.assets("movie_plan"),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="Write or take in a plan.",
)
prepare_shot = dg.define_asset_job(
    "prepare_shot",
    selection=dg.AssetSelection.assets(*PREPARE),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="Picture, voice, length and motion of one shot: everything but its final frames.",
)
paint_shot = dg.define_asset_job(
    "paint_shot",
    selection=dg.AssetSelection.assets("shot_images"),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="The picture of one shot; with a GPU all of these come first.",
)
speak_shot = dg.define_asset_job(
    "speak_shot",
    selection=dg.AssetSelection.assets("voice_tracks", "shot_timing"),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="The voices of one shot, and its length.",
)
move_shot = dg.define_asset_job(
    "move_shot",
    selection=dg.AssetSelection.assets("video_chunks"),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="The motion of one shot.",
)
finish_shot = dg.define_asset_job(
    "finish_shot",
    selection=dg.AssetSelection.assets("lipsynced_clips"),
    executor_def=dg.in_process_executor,
    tags=run_tags(RETAKE),
    description="The final frames of one shot.",
)
render_shot = dg.define_asset_job(
    "render_shot",
    selection=dg.AssetSelection.assets(*PREPARE, "lipsynced_clips"),
    executor_def=dg.in_process_executor,
    tags=run_tags(RETAKE),
    description="Everything of one shot.",
)
finish_film = dg.define_asset_job(
    "finish_film",
    selection=dg.AssetSelection.assets("final_cut", "qa_report"),
    executor_def=dg.in_process_executor,
    tags=run_tags(PREVIEW),
    description="Cut the film and measure it.",
)

asset_jobs = [plan_film, prepare_shot, paint_shot, speak_shot, move_shot, finish_shot, render_shot, finish_film]

BY_STAGE: tuple[tuple[Stage, str, str], ...] = (
    ("shot_images", "picture", "paint_shot"),
    ("voice_tracks", "voices", "speak_shot"),
    ("video_chunks", "motion", "move_shot"),
    ("lipsynced_clips", "final frames", "finish_shot"),
)
"""(stage, what it is called, its job), in the order that loads each model once a film."""

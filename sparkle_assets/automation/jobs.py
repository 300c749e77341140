"""Jobs over assets, which people start from the UI and the command line runs in its own process."""

from __future__ import annotations

import dagster as dg

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

asset_jobs = [plan_film, prepare_shot, finish_shot, render_shot, finish_film]

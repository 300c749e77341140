"""video_chunks: the motion of a shot, from its keyframe and its length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from resources.engines import VideoEngine
from resources.errors import RenderFault
from resources.media.conform import conform_clip
from resources.media.probe import picture_facts
from resources.pipeline.carry import Job
from resources.pipeline.resolve import Script
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import timing_hash
from schemas.refs import AssetRef

CODE_VERSION = "1"
OWN_CLIP = "own.mp4"
"""The user's own clip, conformed to the plan's size, rate and length."""


def video_job(script: Script, store: Artifacts, slot: str, engine: VideoEngine, image: AssetRef, frames: int) -> Job:
    """The motion of the shot in ``slot``, ``frames`` long; ``image`` is its keyframe."""
    shot = script.shot(slot)
    request = script.video_request(shot)
    own = script.plan_folder / shot.media.clip if shot.media and shot.media.clip else None
    width, height = script.plan.frame_size

    def make(folder: Path) -> dict[str, Any]:
        if own is not None:
            conform_clip(own, width, height, script.plan.rate.value, frames, folder / OWN_CLIP)
        else:
            engine.render_video(request, store.path(image), frames, folder)
        return {"frames": frames, "camera": str(request.camera), "own": own is not None}

    def verify(folder: Path) -> None:
        if own is not None:
            facts = picture_facts(folder / OWN_CLIP)
            if (facts.frames, facts.even) != (frames, True):
                raise RenderFault(f"{OWN_CLIP} has {facts.frames} frames, not {frames}")
        elif not any(folder.iterdir()):
            raise RenderFault(f"the engine {engine.name!r} wrote nothing")

    return Job(
        stage="video_chunks",
        slot=slot,
        shot=shot.id,
        code_version=CODE_VERSION,
        engine=engine,
        request=request,
        make=make,
        verify=verify,
        inputs={"shot_images": image.sha256, "shot_timing": timing_hash(frames)},
        seed=request.seed,
    )

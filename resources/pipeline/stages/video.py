"""video_chunks: the motion of a shot, from its keyframe and its length."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from resources.agents.memo import Decided
from resources.engines import MOTION, VideoEngine
from resources.errors import RenderFault
from resources.media.conform import conform_clip
from resources.media.encode import Picture
from resources.media.lossless import read_frames
from resources.media.probe import picture_facts, read_sound
from resources.media.wav import wav_bytes
from resources.pipeline.carry import Job
from resources.pipeline.letters import lettered
from resources.pipeline.render import OWN_SOUND
from resources.pipeline.resolve import Script
from resources.pipeline.versions import VERSIONS
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import timing_hash
from resources.store.timeline import write_memory_event
from schemas.decisions import VideoDecision
from schemas.refs import AssetRef

CODE_VERSION = VERSIONS["video_chunks"]
TELL = logging.getLogger("sparkle.control")
"""What a person who watches is told."""
OWN_CLIP = "own.mp4"
"""The user's own clip, conformed to the plan's size, rate and length."""


def video_job(
    script: Script,
    store: Artifacts,
    slot: str,
    engine: VideoEngine,
    image: AssetRef,
    frames: int,
    decided: Decided[VideoDecision] | None = None,
) -> Job:
    """The motion of the shot in ``slot``, ``frames`` long, asked for as was ``decided``; ``image`` is its keyframe."""
    shot = script.shot(slot)
    request = script.video_request(shot)
    asked = decided.value.applied(request) if decided else request
    own = script.plan_folder / shot.media.clip if shot.media and shot.media.clip else None
    width, height = script.plan.frame_size

    def make(folder: Path) -> dict[str, Any]:
        facts = {"frames": frames, "camera": str(request.camera), "own": own is not None}
        if own is None:
            engine.render_video(asked, store.path(image), frames, folder)
            return facts
        conformed = conform_clip(own, Picture(width, height, script.plan.rate.value), frames, folder / OWN_CLIP)
        sound = read_sound(own, channels=2, kind="clip", first_s=frames / float(script.plan.rate.value))
        if sound.any():
            (folder / OWN_SOUND).write_bytes(wav_bytes(sound))
        said = conformed.line(f"the clip of shot {shot.id}")
        write_memory_event(store.film.path, "conformed", stage="video_chunks", slot=slot, shot=shot.id, message=said)
        TELL.warning(said)
        return {**facts, "conformed": said}

    def verify(folder: Path) -> None:
        if own is not None:
            facts = picture_facts(folder / OWN_CLIP)
            if (facts.frames, facts.even) != (frames, True):
                raise RenderFault(f"{OWN_CLIP} has {facts.frames} frames, not {frames}")
        elif not any(folder.iterdir()):
            raise RenderFault(f"the engine {engine.name!r} wrote nothing")
        elif (folder / MOTION).exists():  # an engine that rendered pictures: each is decoded, its checksums hold
            shapes = [frame.shape[1::-1] for frame in read_frames(folder / MOTION)]
            if shapes != [(width, height)] * frames:
                found = f"{shapes[0][0]}x{shapes[0][1]}" if shapes else "no size"
                raise RenderFault(
                    f"{MOTION} has {len(shapes)} frames of {found}, not {frames} of {width}x{height}",
                    where=f"the engine {engine.name!r}",
                )

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
        decision=decided,
        seed=asked.seed,
        fonts=lambda: [] if own else lettered(engine, script.image_request(shot).props),
    )

"""lipsynced_clips: motion and speech become the final frames of a shot, encoded once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.agents.memo import Decided
from resources.engines import LipsyncEngine
from resources.errors import RenderFault
from resources.media.assemble import CLIP
from resources.media.encode import Picture
from resources.media.workers import FrameSource
from resources.pipeline.carry import Job
from resources.pipeline.letters import lettered
from resources.pipeline.render import OWN_SOUND, EngineFrames, OwnClipFrames, Renderer
from resources.pipeline.resolve import Script
from resources.pipeline.stages.video import OWN_CLIP
from resources.pipeline.stages.voices import read_track
from resources.pipeline.told import told_in
from resources.pipeline.versions import VERSIONS
from resources.quality.picture import PictureMeasures, moments
from resources.quality.ranges import PictureMeter, measure_ranges, prove
from resources.store.artifacts import Artifacts
from resources.store.fingerprint import digest
from resources.store.records import MEND, read_record
from schemas.decisions import LipsyncDecision
from schemas.media import LipsyncRequest
from schemas.refs import AssetRef
from schemas.time import FrameRate

CODE_VERSION = VERSIONS["lipsynced_clips"]
MEASURES = "measures.json"


@dataclass(frozen=True)
class ClipWork:
    """The frames of one clip, how they are encoded, and who measures them on the way."""

    key: str
    source: FrameSource
    picture: Picture
    frames: int
    handle: int
    meter: PictureMeter
    prepared: Path
    """Where the engine kept what it prepared, if it did."""


def picture_of(request: LipsyncRequest) -> Picture:
    """Encoder settings of a clip."""
    rate = FrameRate.parse(request.fps).value
    return Picture(request.width, request.height, rate, request.preset, request.crf, request.codec)


def asked_clip(
    script: Script,
    slot: str,
    engine: LipsyncEngine,
    video: AssetRef,
    voice: AssetRef,
    decided: Decided[LipsyncDecision] | None,
    movie: str,
) -> tuple[LipsyncRequest, str]:
    """The clip of the shot in ``slot`` as the engine is asked for it, and the name of its frames in the cache.

    Films of a home share the cache, and may have the same shot: each forgets frames of its own when it has its clip.
    """
    request = script.clip_request(script.shot(slot))
    request = decided.value.applied(request) if decided else request
    asked = request.model_dump(mode="json")
    return request, digest([movie, asked, engine.name, engine.revision, video.sha256, voice.sha256])


def clip_work(
    script: Script,
    store: Artifacts,
    slot: str,
    engine: LipsyncEngine,
    video: AssetRef,
    voice: AssetRef,
    scratch: Path,
    decided: Decided[LipsyncDecision] | None = None,
) -> ClipWork:
    """What has to be drawn for the shot in ``slot``. What the engine prepares for it is kept below ``scratch``."""
    request, key = asked_clip(script, slot, engine, video, voice, decided, store.film.movie)
    folder = store.path(video)
    track = read_track(store.path(voice))
    own, lines, place = folder / OWN_CLIP, list(track.lines), scratch / key[:24]
    source: FrameSource
    if own.exists():
        source = OwnClipFrames(own)
    else:
        sound = store.path(voice) / "dialogue.wav"
        prepared = engine.prepare(request, folder, lines, sound, track.frames, place)
        source = EngineFrames(engine, request, prepared, lines)
    meter = PictureMeter(moments(track.frames))
    return ClipWork(key, source, picture_of(request), track.frames, request.handle_frames, meter, place)


def clip_job(
    script: Script,
    store: Artifacts,
    slot: str,
    engine: LipsyncEngine,
    renderer: Renderer,
    video: AssetRef,
    voice: AssetRef,
    decided: Decided[LipsyncDecision] | None = None,
) -> Job:
    """The final picture of the shot in ``slot``, mouths as was ``decided``."""
    shot = script.shot(slot)
    request = script.clip_request(shot)

    def make(folder: Path) -> dict[str, Any]:
        work = clip_work(script, store, slot, engine, video, voice, renderer.prepared, decided)
        encoded = renderer.render(work.key, work.source, work.picture, work.frames, work.handle, folder, work.meter)
        own = store.path(video) / OWN_SOUND
        if own.exists():
            shutil.copyfile(own, folder / OWN_SOUND)
        told = renderer.told(work.key, work.frames, work.handle, work.meter)
        measures = measure_ranges(told, work.picture.rate)
        (folder / MEASURES).write_text(measures.model_dump_json(indent=1), encoding="utf-8")
        return {
            **encoded.model_dump(),
            **told_in(work.prepared),
            "seconds": round(float(work.frames / work.picture.rate), 3),
            "mean_luma": measures.mean_luma,
            "mean_motion": measures.mean_motion,
        }

    def verify(folder: Path) -> None:
        frames = read_track(store.path(voice)).frames
        facts = read_measures(folder)
        if (facts.frames, facts.width, facts.height) != (frames, request.width, request.height):
            raise RenderFault(
                f"clip.mp4 has {facts.frames} frames of {facts.width}x{facts.height}, "
                f"not {frames} of {request.width}x{request.height}"
            )
        prove(folder / CLIP, facts, FrameRate.parse(request.fps).value)

    return Job(
        stage="lipsynced_clips",
        slot=slot,
        shot=shot.id,
        code_version=CODE_VERSION,
        engine=engine,
        request=request,
        make=make,
        verify=verify,
        inputs={"video_chunks": video.sha256, "voice_tracks": voice.sha256},
        decision=decided,
        seed=decided.value.seed if decided else request.seed,
        fonts=lambda: [] if shot.media and shot.media.clip else lettered(engine, script.image_request(shot).props),
    )


def read_measures(folder: Path) -> PictureMeasures:
    """What was measured on a clip when it was made."""
    return read_record(folder / MEASURES, PictureMeasures, hint=MEND)

"""The job that a sidecar records: its request, its decision and its inputs, with the engines that are here now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from resources.agents.memo import Decided
from resources.config import first_fault
from resources.pipeline.carry import Job
from resources.pipeline.engines import Engines
from resources.pipeline.lineage import Lineage
from resources.pipeline.measuring import Measuring
from resources.pipeline.reproduction.scratch import Scratch
from resources.pipeline.resolve import Script
from resources.pipeline.stages.clips import clip_job
from resources.pipeline.stages.cut import ShotMedia, cut_job, restore_parts
from resources.pipeline.stages.images import image_job
from resources.pipeline.stages.plan import plan_hash, plan_job, read_request, take_in, write_plan
from resources.pipeline.stages.report import ReportRequest, report_job
from resources.pipeline.stages.video import video_job
from resources.pipeline.stages.voices import voice_job
from schemas.decisions import DecisionSource, ImageDecision, LipsyncDecision, VideoDecision, VoiceDecision
from schemas.media import CutRequest, ImageRequest, LipsyncRequest, VideoRequest, VoiceRequest
from schemas.plan import Media, MoviePlan, Shot, Strict
from schemas.refs import AssetRef, Sidecar, Stage

REQUESTS: Mapping[Stage, type[Strict]] = MappingProxyType(
    {
        "movie_plan": MoviePlan,
        "shot_images": ImageRequest,
        "voice_tracks": VoiceRequest,
        "video_chunks": VideoRequest,
        "lipsynced_clips": LipsyncRequest,
        "final_cut": CutRequest,
        "qa_report": ReportRequest,
    }
)
_OWN: Mapping[Stage, str] = MappingProxyType({"shot_images": "image", "voice_tracks": "voice", "video_chunks": "clip"})
"""The kind of the user's own media that takes a stage's place."""
RULES = "sparkle/local"
"""The writer that answers the same question always alike, and costs nothing."""


class Unmakable(Exception):
    """An artifact cannot be made again; ``str()`` says what is missing."""


@dataclass(frozen=True)
class RecordedScript(Script):
    """A film's script, but for one request, which is the one on record."""

    recorded: Strict | None = None

    def image_request(self, shot: Shot) -> ImageRequest:
        """The one on record, or the plan's."""
        return self.recorded if isinstance(self.recorded, ImageRequest) else super().image_request(shot)

    def voice_request(self, shot: Shot) -> VoiceRequest:
        """The one on record, or the plan's."""
        return self.recorded if isinstance(self.recorded, VoiceRequest) else super().voice_request(shot)

    def video_request(self, shot: Shot) -> VideoRequest:
        """The one on record, or the plan's."""
        return self.recorded if isinstance(self.recorded, VideoRequest) else super().video_request(shot)

    def clip_request(self, shot: Shot) -> LipsyncRequest:
        """The one on record, or the plan's."""
        return self.recorded if isinstance(self.recorded, LipsyncRequest) else super().clip_request(shot)

    def cut_request(self) -> CutRequest:
        """The one on record, or the plan's."""
        return self.recorded if isinstance(self.recorded, CutRequest) else super().cut_request()


class Recorded:
    """Jobs of the sidecars of one film, to be made in a scratch home."""

    def __init__(self, script: Script, lineage: Lineage, scratch: Scratch, engines: Engines) -> None:
        self.script = replace(script, plan_folder=scratch.film.plan_path.parent)
        self.lineage = lineage
        self.scratch = scratch
        self.engines = engines

    def job(self, sidecar: Sidecar) -> Job:
        """The job that made ``sidecar``'s artifact; its inputs are brought. Raises :class:`Unmakable`."""
        stage, slot = sidecar.ref.stage, sidecar.ref.slot or ""
        request = _held(REQUESTS[stage], sidecar.request)
        script = self._script(sidecar, request)
        engines, store = self.engines, self.scratch.store
        if stage == "movie_plan":
            return self._plan(sidecar, request)
        if stage == "shot_images":
            return image_job(script, slot, engines.image, _decided(sidecar, ImageDecision))
        if stage == "voice_tracks":
            return voice_job(script, slot, engines.voice, _decided(sidecar, VoiceDecision))
        if stage == "video_chunks":
            image, frames = self._input(sidecar, "shot_images"), int(sidecar.ref.facts["frames"])
            return video_job(script, store, slot, engines.video, image, frames, _decided(sidecar, VideoDecision))
        if stage == "lipsynced_clips":
            video, voice = self._input(sidecar, "video_chunks"), self._input(sidecar, "voice_tracks")
            decided = _decided(sidecar, LipsyncDecision)
            return clip_job(script, store, slot, engines.lipsync, engines.renderer, video, voice, decided)
        if stage == "final_cut":
            return cut_job(script, store, engines.cards, engines.music, engines.renderer, self._shots(sidecar))
        return self._report(sidecar)

    def _script(self, sidecar: Sidecar, request: Strict) -> RecordedScript:
        script = self.script
        kind = _OWN.get(sidecar.ref.stage)
        if kind is not None:
            plan = script.plan
            mine = script.shot(sidecar.ref.slot or "")
            shots = [self._with_media(shot, kind, sidecar) if shot is mine else shot for shot in plan.shots]
            script = replace(script, plan=plan.model_copy(update={"shots": shots}))
        return RecordedScript(
            plan=script.plan,
            settings=script.settings,
            profile=script.profile,
            slots=script.slots,
            takes=script.takes,
            plan_folder=script.plan_folder,
            recorded=request,
        )

    def _with_media(self, shot: Shot, kind: str, sidecar: Sidecar) -> Shot:
        """The shot with the file of the user's own that served then, whatever its plan names now."""
        sha256 = sidecar.request.get("media_sha256")
        name = None if sha256 is None else self._own(str(sha256), kind)
        return shot.model_copy(update={"media": (shot.media or Media()).model_copy(update={kind: name})})

    def _own(self, sha256: str, kind: str) -> str:
        found = sorted(self.scratch.film.media_folder.glob(f"{sha256[:24]}*"))
        if not found:
            raise Unmakable(f"the user's own {kind} ({sha256[:12]}) is in the film no more")
        return str(found[0].relative_to(self.scratch.film.plan_path.parent))

    def _input(self, sidecar: Sidecar, role: str) -> AssetRef:
        found = self.lineage.input(sidecar, role)
        if found.sidecar is None:
            raise Unmakable(f"its input {role} ({found.sha256[:12]}) is in the film no more")
        ref = found.sidecar.ref
        if not self.lineage.store.whole(ref, deep=True):
            raise Unmakable(f"its input {role} ({ref.sha256[:12]}) is damaged: {ref.uri}")
        self.scratch.bring([ref])
        return ref

    def _shots(self, cut: Sidecar) -> list[ShotMedia]:
        """The artifacts a cut was made from, in the order of the film."""
        first = self._input(cut, "first.image")
        names = [str(shot["shot_id"]) for shot in cut.request["shots"]]
        found = []
        for number, name in enumerate(names):
            clip, voice = self._input(cut, f"{name}.clip"), self._input(cut, f"{name}.voice")
            found.append(ShotMedia(image=self._image(clip) if number else first, voice=voice, clip=clip))
        return found

    def _image(self, clip: AssetRef) -> AssetRef:
        """The keyframe that a clip goes back to."""
        made = self.lineage.store.sidecar(clip)
        video = None if made is None else self.lineage.input(made, "video_chunks").sidecar
        if video is None:
            raise Unmakable(f"the motion of slot {clip.slot} is in the film no more")
        return self._input(video, "shot_images")

    def _report(self, sidecar: Sidecar) -> Job:
        film = self._input(sidecar, "final_cut")
        cut = self.lineage.store.sidecar(film)
        if cut is None:
            raise Unmakable(f"the cut has lost its sidecar: {film.uri}")
        shots = self._shots(cut)
        plan = self.lineage.current("movie_plan")
        videos = [one.ref for media in shots if (one := self._video(media.clip)) is not None]
        media = [ref for one in shots for ref in (one.image, one.voice, one.clip)]
        self.scratch.bring([film, *media, *videos, *([plan.ref] if plan else [])], current=True)
        engines, store = self.engines, self.scratch.store
        measuring = Measuring(self.script, store, self.scratch.home.cache, lambda: engines)

        def restore() -> object:
            return restore_parts(self.script, store, engines.cards, engines.music, engines.renderer, shots)

        return report_job(self.script, store, measuring, shots, film, restore)

    def _video(self, clip: AssetRef) -> Sidecar | None:
        made = self.lineage.store.sidecar(clip)
        return None if made is None else self.lineage.input(made, "video_chunks").sidecar

    def _plan(self, sidecar: Sidecar, request: Strict) -> Job:
        """The plan told again from its idea or screenplay by rules; one of a model or a person is taken as it stands.

        A model is not asked again: it would cost, and need not answer the same.
        """
        plan = MoviePlan.model_validate(request.model_dump())
        asked = read_request(self.scratch.film)
        if asked is not None and asked.told == plan_hash(plan) and asked.writer == RULES:
            told = write_plan(asked, self.scratch.film.path)
            plan = take_in(self.scratch.film, told, self.scratch.film.plan_path.parent)
        script = replace(self.script, plan=plan)
        return plan_job(script, self.scratch.store, sidecar.engine)


def _held(model: type[Strict], value: dict[str, Any]) -> Strict:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Unmakable(f"its recorded request does not hold any more: {first_fault(error)}") from None


def _decided(sidecar: Sidecar, model: type[Any]) -> Decided[Any] | None:
    if not sidecar.decision:
        return None
    told = dict(sidecar.decision)
    try:
        return Decided(model.model_validate(told.pop("value")), DecisionSource.model_validate(told))
    except (ValidationError, KeyError) as error:
        why = first_fault(error) if isinstance(error, ValidationError) else f"{error} is missing"
        raise Unmakable(f"its recorded decision does not hold any more: {why}") from None


def scratch_engines(profile: str, cache: Path) -> Engines:
    """Engines of a profile that share nothing with those of the film: what they cached must not stand in for making."""
    from resources.profile import load_profile

    return Engines(load_profile(profile), cache)

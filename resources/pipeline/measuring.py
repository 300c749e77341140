"""What is measured on the shots of a film, and kept: a shot that did not change is never measured again.

The quick measures are taken anew each time. What takes seconds (models, motion) is kept in the home's cache, named by
the content of the artifact it was measured on and by how.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from resources.engines import VisionJudge
from resources.media.frames import sample_frames
from resources.media.wav import read_wav
from resources.pipeline.resolve import Script, shot_id
from resources.pipeline.stages.clips import read_measures
from resources.pipeline.stages.voices import read_track
from resources.pipeline.told import seams_told
from resources.quality.flow import Motion, measure_motion
from resources.quality.models import hear
from resources.quality.safety import Exposure, measure_exposure
from resources.quality.speech_quality import SpeechQuality, speech_quality
from resources.quality.survey import Asked, ShotFiles
from resources.store.artifacts import Artifacts
from resources.store.atomic import write_json
from resources.store.fingerprint import digest
from resources.store.steps import Step
from schemas.judgement import Judgement
from schemas.plan import Shot, Strict
from schemas.refs import AssetRef
from schemas.vocabulary import Effect, Weather

Model = TypeVar("Model", bound=BaseModel)
METHOD = "1"
"""Raised when a slow measure is taken differently."""
DRAWN = "cutout"
"""An image engine that draws from a closed set of dressed figures: its pictures are not looked at for nudity."""
JUDGED_FRAMES = 4
"""Frames of a shot that a vision model is shown."""


class Heard(Strict):
    """Words that were recognised, line by line."""

    lines: list[list[str] | None]


class MaybeSpeech(Strict):
    """A rating, or none for sound that nobody can rate."""

    quality: SpeechQuality | None


class Measuring:
    """The shots of one film as quality looks at them."""

    def __init__(self, script: Script, store: Artifacts, cache: Path, judge: Callable[[], VisionJudge | None]) -> None:
        self.script = script
        self.store = store
        self.folder = cache / "quality"
        self._judge = judge

    def image(self, shot: Shot, ref: AssetRef) -> ShotFiles:
        """A shot of which only the keyframe is looked at."""
        return self._files(shot, image=ref, asked=Asked(exposure=self._exposure(shot, ref)))

    def voice(self, shot: Shot, ref: AssetRef) -> ShotFiles:
        """A shot of which only the dialogue is listened to."""
        speech, heard = self._spoken(shot, ref)
        return self._files(shot, voice=ref, asked=Asked(speech=speech, heard=heard))

    def shot(self, shot: Shot, image: AssetRef, voice: AssetRef, clip: AssetRef) -> ShotFiles:
        """A shot that is made."""
        speech, heard = self._spoken(shot, voice)
        asked = Asked(
            exposure=self._exposure(shot, image),
            speech=speech,
            heard=heard,
            motion=self._motion(shot, clip),
            judged=self._judged(shot, clip),
        )
        return self._files(shot, image=image, voice=voice, clip=clip, asked=asked)

    def _files(
        self,
        shot: Shot,
        *,
        asked: Asked,
        image: AssetRef | None = None,
        voice: AssetRef | None = None,
        clip: AssetRef | None = None,
    ) -> ShotFiles:
        request = self.script.image_request(shot)
        media = shot.media
        nowhere = Path()
        place = None if clip is None else self.store.path(clip)
        return ShotFiles(
            shot=shot_id(shot),
            image=nowhere if image is None else self.store.path(image),
            voice=nowhere if voice is None else self.store.path(voice),
            clip=place or nowhere,
            prompt=f"{request.prompt} {request.action}".strip() if media is None or media.image is None else "",
            scene=f"{request.location_id}/{request.time_of_day}/{request.weather}",
            looks={who: look.model_dump(mode="json") for who, look in self.script.looks.items()},
            voices=self._asked_voices(voice),
            own=media is not None and (media.clip or media.image) is not None,
            own_voice=media is not None and media.voice is not None,
            lightning=request.weather is Weather.STORM or Effect.LIGHTNING in shot.effects,
            chunks=() if clip is None else self._chunks(shot),
            measures=None if place is None else read_measures(place),
            asked=asked,
        )

    def _asked_voices(self, voice: AssetRef | None) -> dict[str, str]:
        """The voice of each character as it was decided for this take, else as the cast has it."""
        cast = {who: one.voice_id or "" for who, one in self.script.voices.items()}
        sidecar = None if voice is None else self.store.sidecar(voice)
        if sidecar is None or not sidecar.decision:
            return cast
        wishes = sidecar.decision["value"].get("lines", [])
        asked = sidecar.request.get("lines", [])
        return cast | {line["character_id"]: wish["voice_id"] for line, wish in zip(asked, wishes, strict=False)}

    def _chunks(self, shot: Shot) -> tuple[int, ...]:
        """First frames of a shot's chunks but its first, as the engine that rendered in chunks has told them."""
        video = self.store.current("video_chunks", self.script.slot(shot))
        return seams_told(video.facts) if video is not None else ()

    # -- slow ----------------------------------------------------------------------------------------------------

    def _exposure(self, shot: Shot, image: AssetRef) -> Exposure | None:
        sidecar = self.store.sidecar(image)
        own = bool(image.facts.get("own"))
        if sidecar is None or (sidecar.engine == DRAWN and not own):
            return None
        picture = self.store.path(image) / "image.png"
        return self._kept(Exposure, ["exposure", image.sha256], lambda: measure_exposure(picture))

    def _spoken(self, shot: Shot, voice: AssetRef) -> tuple[SpeechQuality | None, list[list[str] | None]]:
        folder = self.store.path(voice)
        track = read_track(folder)
        if not track.lines:
            return None, []

        def rate() -> MaybeSpeech:
            return MaybeSpeech(quality=speech_quality(read_wav(folder / "dialogue.wav")))

        def listen() -> Heard:
            return Heard(lines=hear(read_wav(folder / "dialogue.wav"), track.lines, self.script.plan.language))

        quality = self._kept(MaybeSpeech, ["speech", voice.sha256], rate).quality
        return quality, self._kept(Heard, ["heard", voice.sha256, self.script.plan.language], listen).lines

    def _motion(self, shot: Shot, clip: AssetRef) -> Motion:
        path, rate = self.store.path(clip) / "clip.mp4", self.script.plan.rate.value
        return self._kept(Motion, ["motion", clip.sha256], lambda: measure_motion(path, rate))

    def _judged(self, shot: Shot, clip: AssetRef) -> Judgement | None:
        judge = self._judge()
        if judge is None:
            return None
        prompt = f"{shot.prompt} {shot.action}".strip()
        path, frames = self.store.path(clip) / "clip.mp4", int(clip.facts["frames"])

        def look() -> Judgement:
            step = Step(self.store.film.path, "qa_report", slot=self.script.slot(shot), shot=shot.id)
            with step.under_way(), step.inference(judge.name):  # a model that is loaded for it is told to the timeline
                return judge.judge(list(sample_frames(path, frames, JUDGED_FRAMES)), prompt)

        return self._kept(Judgement, ["judged", clip.sha256, judge.name, judge.revision, prompt], look)

    def _kept(self, model: type[Model], key: list[Any], measure: Callable[[], Model]) -> Model:
        """What is kept under ``key``, else what ``measure`` gives, which is kept from then on."""
        path = self.folder / f"{digest([METHOD, *key])}.json"
        try:
            return model.model_validate_json(path.read_bytes())
        except (OSError, ValidationError, json.JSONDecodeError):
            found = measure()  # never measured, or the cache was cut short: it may be deleted at any time
        write_json(path, found.model_dump(mode="json"))
        return found

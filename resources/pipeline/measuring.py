"""The shots of a film as quality looks at them: what they are made of, and what models were asked about them.

A survey is known as long as the process runs (:class:`~resources.pipeline.surveys.Surveys`); what models said of a shot
is kept in the home (:class:`~resources.pipeline.asking.Asking`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.media.label import LABEL
from resources.pipeline.asking import Asking
from resources.pipeline.resolve import Script, shot_id
from resources.pipeline.stages.clips import read_measures
from resources.pipeline.surveys import Surveys
from resources.pipeline.told import seams_told
from resources.quality.policy import load_policy
from resources.quality.shots import (
    Asked,
    ClipSurvey,
    ImageSurvey,
    ShotFiles,
    ShotSurvey,
    VoiceSurvey,
    survey_clip,
    survey_image,
    survey_voice,
)
from resources.store.artifacts import Artifacts
from schemas.media import ImageRequest
from schemas.plan import Shot
from schemas.refs import AssetRef
from schemas.vocabulary import Effect, Weather

if TYPE_CHECKING:
    from resources.pipeline.engines import Engines


class Measuring:
    """The shots of one film as quality looks at them."""

    def __init__(
        self,
        script: Script,
        store: Artifacts,
        cache: Path,
        engines: Callable[[], Engines],
        surveys: Surveys | None = None,
    ) -> None:
        """``engines`` are asked for when a model of theirs is to look; ``surveys`` are those that are known already."""
        self.script = script
        self.store = store
        self._asking = Asking(script, store, cache, engines)
        self._surveys = Surveys() if surveys is None else surveys
        self._policy = load_policy(script.settings.profile)

    def image(self, shot: Shot, ref: AssetRef) -> ImageSurvey:
        """What is to be said of a keyframe."""

        def look() -> ImageSurvey:
            face = self._asking.face(shot, ref)
            asked = Asked(
                exposure=self._asking.exposure(ref),
                lettering=self._asking.lettering(ref),
                face=face,
                identity=None if face is None else self._asking.identity(shot, ref, face),
            )
            return survey_image(self._policy, self._files(shot, image=ref, asked=asked), self.script.plan.rate)

        return self._surveys.of("image", shot_id(shot), self._key(shot, ref), look)

    def voice(self, shot: Shot, ref: AssetRef) -> VoiceSurvey:
        """What is to be said of the dialogue."""

        def listen() -> VoiceSurvey:
            speech, heard = self._asking.spoken(ref)
            files = self._files(shot, voice=ref, asked=Asked(speech=speech, heard=heard))
            return survey_voice(self._policy, files, self.script.plan.rate)

        return self._surveys.of("voice", shot_id(shot), self._key(shot, ref), listen)

    def shot(self, shot: Shot, image: AssetRef, voice: AssetRef, clip: AssetRef) -> ShotSurvey:
        """What is to be said of a shot that is made."""
        spoken = self.voice(shot, voice)

        def watch() -> ClipSurvey:
            asked = Asked(
                motion=self._asking.motion(clip),
                judged=self._asking.judged(shot, clip),
                lettering=self._asking.lettering(image),
                frame_lettering=self._asking.frame_lettering(shot, image, clip),
            )
            files = self._files(shot, image=image, voice=voice, clip=clip, asked=asked)
            return survey_clip(self._policy, files, spoken.track, self.script.plan.rate)

        seen = self._surveys.of("clip", shot_id(shot), self._key(shot, image, voice, clip), watch)
        return ShotSurvey(self.image(shot, image), spoken, seen)

    def _key(self, shot: Shot, *refs: AssetRef) -> list[Any]:
        """All that a survey of these artifacts depends on."""
        script, video = self.script, self.store.current("video_chunks", self.script.slot(shot))
        return [
            script.settings.profile,
            script.plan.title,
            [one.name for one in script.plan.characters],
            script.plan.language,
            shot.model_dump(mode="json"),
            script.image_request(shot).model_dump(mode="json"),
            {who: look.model_dump(mode="json") for who, look in script.looks.items()},
            {who: voice.model_dump(mode="json") for who, voice in script.voices.items()},
            [[ref.fingerprint, ref.sha256] for ref in refs],
            None if video is None else video.sha256,
        ]

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
            wording=self._wording(shot, request, image),
            alone=request.figures[0].character_id if len(request.figures) == 1 else "",
            lightning=request.weather is Weather.STORM or Effect.LIGHTNING in shot.effects,
            chunks=() if clip is None else self._chunks(shot),
            measures=None if place is None else read_measures(place),
            asked=asked,
        )

    def _wording(self, shot: Shot, request: ImageRequest, image: AssetRef | None) -> str:
        """Every word that may be read in the shot's picture, and the visible label that a copy may carry."""
        plan = self.script.plan
        sidecar = None if image is None else self.store.sidecar(image)
        decided = sidecar.decision["value"] if sidecar is not None and sidecar.decision else {}
        told = [request.prompt, request.action, request.style, request.location_text, plan.title, LABEL]
        told += [one.name for one in plan.characters] + [line.text for line in shot.dialogue]
        return " ".join([*told, str(decided.get("prompt", "")), str(decided.get("prompt_2", ""))])

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

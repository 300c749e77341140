"""What models are asked about a shot, and what takes seconds to measure: asked once, and kept in the home's cache.

An answer is named by the content of the artifact it is about and by who was asked, so that a shot that did not change
is never looked at again. The cache may be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from resources.gpu.letters import LETTERS
from resources.media.frames import sample_frames, sampled
from resources.media.wav import read_wav
from resources.pipeline.resolve import Script
from resources.pipeline.stages.voices import read_track
from resources.quality.figures import Face, MaybeFace, figure_crop, find_face, read_rgb
from resources.quality.flow import Motion, measure_motion
from resources.quality.lettering import READ_FRAMES, Lettering, read_frames, read_picture
from resources.quality.models import hear
from resources.quality.safety import Exposure, measure_exposure
from resources.quality.speech_quality import SpeechQuality, speech_quality
from resources.store.artifacts import Artifacts
from resources.store.atomic import write_json
from resources.store.fingerprint import digest
from resources.store.steps import Step
from schemas.judgement import Judgement
from schemas.plan import Shot, Strict
from schemas.refs import AssetRef

if TYPE_CHECKING:
    from resources.pipeline.engines import Engines

Model = TypeVar("Model", bound=BaseModel)
METHOD = "1"
"""Raised when a slow measure is taken differently."""
DRAWN = "cutout"
"""An image engine that draws from a closed set of dressed figures, without letters: nobody looks for either."""
JUDGED_FRAMES = 4
"""Frames of a shot that a vision model is shown."""


class Heard(Strict):
    """Words that were recognised, line by line."""

    lines: list[list[str] | None]


class MaybeSpeech(Strict):
    """A rating, or none for sound that nobody can rate."""

    quality: SpeechQuality | None


class Identity(Strict):
    """What an embedding model makes of a character; None where next to nothing of it is in the picture."""

    vector: list[float] | None


class Asking:
    """Questions about the shots of one film, and the answers that are known."""

    def __init__(self, script: Script, store: Artifacts, cache: Path, engines: Callable[[], Engines]) -> None:
        self.script = script
        self.store = store
        self.folder = cache / "quality"
        self._engines = engines

    # -- of a keyframe -------------------------------------------------------------------------------------------

    def exposure(self, image: AssetRef) -> Exposure | None:
        """The surest of what is undressed; None of a picture that the embedded studio drew."""
        if self._drawn(image):
            return None
        return self._kept(Exposure, ["exposure", image.sha256], lambda: measure_exposure(self._picture(image)))

    def lettering(self, image: AssetRef) -> Lettering | None:
        """What is written in it; None likewise."""
        if self._drawn(image):
            return None
        return self._kept(
            Lettering, ["lettering", LETTERS.revision, image.sha256], lambda: read_picture(self._picture(image))
        )

    def face(self, shot: Shot, image: AssetRef) -> Face | None:
        """The face of the one character of a picture that a model painted; None where it is not known whose it is."""
        alone = len(self.script.image_request(shot).figures) == 1
        if not alone or self._drawn(image) or image.facts.get("own"):
            return None
        return self._kept(MaybeFace, ["face", image.sha256], lambda: find_face(self._picture(image))).face

    def identity(self, shot: Shot, image: AssetRef, face: Face) -> list[float] | None:
        """What the profile's embedding model makes of that character; None where it names none."""
        model = self._engines().likeness
        if model is None:
            return None

        def look() -> Identity:
            crop = figure_crop(read_rgb(self._picture(image)), face)
            if crop is None:
                return Identity(vector=None)
            step = Step(self.store.film.path, "qa_report", slot=self.script.slot(shot), shot=shot.id)
            with step.under_way(), step.inference(model.name):
                return Identity(vector=model.embed([crop])[0].tolist())

        key = ["identity", image.sha256, face.model_dump(), model.name, model.revision]
        return self._kept(Identity, key, look).vector

    # -- of a voice track ----------------------------------------------------------------------------------------

    def spoken(self, voice: AssetRef) -> tuple[SpeechQuality | None, list[list[str] | None]]:
        """How good the speech is, and the words that are heard in each line."""
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

    # -- of a clip -----------------------------------------------------------------------------------------------

    def motion(self, clip: AssetRef) -> Motion:
        """How much moves."""
        path, rate = self._frames(clip), self.script.plan.rate.value
        return self._kept(Motion, ["motion", clip.sha256], lambda: measure_motion(path, rate))

    def frame_lettering(self, shot: Shot, image: AssetRef, clip: AssetRef) -> Lettering | None:
        """What is written in its frames; None of frames that the embedded studio drew."""
        own = shot.media is not None and shot.media.clip is not None
        if self._drawn(image) and not own:
            return None
        path, frames = self._frames(clip), int(clip.facts["frames"])

        def read() -> Lettering:
            return read_frames(
                zip(sampled(frames, READ_FRAMES), sample_frames(path, frames, READ_FRAMES), strict=False)
            )

        return self._kept(Lettering, ["lettering", LETTERS.revision, clip.sha256, READ_FRAMES], read)

    def judged(self, shot: Shot, clip: AssetRef) -> Judgement | None:
        """What the profile's vision model says of its frames; None where it names none."""
        judge = self._engines().judge
        if judge is None:
            return None
        prompt = f"{shot.prompt} {shot.action}".strip()
        path, frames = self._frames(clip), int(clip.facts["frames"])

        def look() -> Judgement:
            step = Step(self.store.film.path, "qa_report", slot=self.script.slot(shot), shot=shot.id)
            with step.under_way(), step.inference(judge.name):  # a model that is loaded for it is told to the timeline
                return judge.judge(list(sample_frames(path, frames, JUDGED_FRAMES)), prompt)

        return self._kept(Judgement, ["judged", clip.sha256, judge.name, judge.revision, prompt], look)

    # -- kept ----------------------------------------------------------------------------------------------------

    def _drawn(self, image: AssetRef) -> bool:
        """Whether the embedded studio drew a picture; one of which nothing is on record counts as drawn."""
        sidecar = self.store.sidecar(image)
        return sidecar is None or (sidecar.engine == DRAWN and not image.facts.get("own"))

    def _picture(self, image: AssetRef) -> Path:
        return self.store.path(image) / "image.png"

    def _frames(self, clip: AssetRef) -> Path:
        return self.store.path(clip) / "clip.mp4"

    def _kept(self, model: type[Model], key: list[Any], measure: Callable[[], Model]) -> Model:
        """What is kept under ``key``, else what ``measure`` gives, which is kept from then on."""
        path = self.folder / f"{digest([METHOD, *key])}.json"
        try:
            return model.model_validate_json(path.read_bytes())
        except (OSError, ValidationError, json.JSONDecodeError):
            found = measure()  # never measured, or the cache was cut short
        write_json(path, found.model_dump(mode="json"))
        return found

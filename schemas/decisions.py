"""What the agents decide: small validated data, kept with every artifact and part of its fingerprint.

A decision never makes anything. ``applied`` lays it over the resolved request, and the engine sees one request.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.media import ImageRequest, LipsyncRequest, SpokenLine, VideoRequest, VoiceRequest
from schemas.plan import Id, Seed, Strict, Text
from schemas.refs import Stage
from schemas.report import Verdict
from schemas.vocabulary import Delivery, Emotion

Steps = Annotated[int, Field(ge=1, le=150)]
"""Denoising steps."""
Guidance = Annotated[float, Field(ge=0, le=30)]
"""Classifier-free guidance scale."""


class ImageDecision(Strict):
    """images_agent: how a keyframe is asked for."""

    prompt: Text
    negative_prompt: Text = ""
    seed: Seed
    steps: Steps | None = None
    """None leaves it to the engine's own default, as with every open field below."""
    guidance: Guidance | None = None

    def applied(self, request: ImageRequest) -> ImageRequest:
        """``request`` as the engine gets it."""
        return request.model_copy(update=self.model_dump())


class VideoDecision(Strict):
    """videos_agent: how motion is asked for, and in which chunks."""

    motion_prompt: Text
    negative_prompt: Text = ""
    seed: Seed
    steps: Steps | None = None
    guidance: Guidance | None = None
    chunk_frames: int | None = Field(None, ge=5, le=257)
    """Frames a chunk, at the model's own rate."""
    chunk_overlap: int | None = Field(None, ge=0, le=32)

    def applied(self, request: VideoRequest) -> VideoRequest:
        """``request`` as the engine gets it."""
        return request.model_copy(update=self.model_dump())


class LineDecision(Strict):
    """How one line is spoken."""

    voice_id: Id
    provider: Id | None = None
    """None is the profile's voice engine."""
    emotion: Emotion
    delivery: Delivery
    rate: float = Field(1.0, ge=0.5, le=2)
    parts: list[str] = Field(default_factory=list, max_length=32)
    """The line split for a model that cannot speak it whole; joined by blanks they are its text. Empty: whole."""


class VoiceDecision(Strict):
    """tts_agent: provider, voice and delivery of every line, in their order."""

    seed: Seed
    lines: list[LineDecision]

    def applied(self, request: VoiceRequest) -> VoiceRequest:
        """``request`` as the engine gets it. Raises :class:`ValueError` when the lines do not pair up."""
        lines = [self._line(line, wish) for line, wish in zip(request.lines, self.lines, strict=True)]
        return request.model_copy(update={"lines": lines, "seed": self.seed})

    @staticmethod
    def _line(line: SpokenLine, wish: LineDecision) -> SpokenLine:
        return line.model_copy(update=wish.model_dump())


class LipsyncDecision(Strict):
    """lipsync_agent: which face detector, how much around the face, how it is smoothed."""

    seed: Seed
    detector: Id | None = None
    pads: tuple[int, int, int, int] | None = None
    """Pixels added above, below, left and right of the detected face."""
    smooth: bool = True
    """Average the face box over five frames."""

    def applied(self, request: LipsyncRequest) -> LipsyncRequest:
        """``request`` as the engine gets it."""
        return request.model_copy(update=self.model_dump())


class Repair(Strict):
    """One thing to change before a stage of a shot is made again."""

    stage: Stage
    action: Literal[
        "new_seed",
        "more_steps",
        "tighter_prompt",
        "lower_guidance",
        "fewer_frames",
        "another_voice",
        "split_lines",
        "another_detector",
        "longer_shot",
    ]


class QaDecision(Strict):
    """qa_agent: what follows from the measured findings of a shot or a film."""

    verdict: Verdict
    reasons: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]] = Field(default_factory=list, max_length=32)
    repair: Repair | None = None

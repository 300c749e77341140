"""What the agents decide: small validated data, kept with every artifact and part of its fingerprint.

A decision never makes anything. ``applied`` lays it over the resolved request, and the engine sees one request.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.media import ImageRequest, LipsyncRequest, SpokenLine, VideoRequest, VoiceRequest
from schemas.plan import Id, Long, Seed, Strict, Text
from schemas.refs import Sha256
from schemas.repair import Repair
from schemas.report import Verdict
from schemas.vocabulary import Delivery, Emotion

Prompt = Annotated[Long, Field(min_length=1)]
Steps = Annotated[int, Field(ge=1, le=150)]
"""Denoising steps."""
Guidance = Annotated[float, Field(ge=0, le=30)]
"""Classifier-free guidance scale."""


class ImageDecision(Strict):
    """images_agent: how a keyframe is asked for."""

    prompt: Prompt
    """The whole picture in words, what matters most first: a text encoder may read no more than 77 tokens."""
    prompt_2: Text = ""
    """What a second text encoder reads (SDXL's): light, mood and style. Empty: it reads ``prompt``."""
    negative_prompt: Text = ""
    seed: Seed
    steps: Steps | None = None
    """None leaves it to the engine's own default, as with every open field below."""
    guidance: Guidance | None = None

    def applied(self, request: ImageRequest) -> ImageRequest:
        """``request`` as the engine gets it. The plan's own ``prompt`` stays: engines that draw read it, too."""
        composed = {"composed_prompt": self.prompt, "composed_prompt_2": self.prompt_2}
        return request.model_copy(update=composed | self.model_dump(exclude={"prompt", "prompt_2"}))


class VideoDecision(Strict):
    """videos_agent: how motion is asked for, and in which chunks."""

    motion_prompt: Prompt
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
    """Slices of the line in their order, for a model that cannot speak it whole; only white space between two of them
    may be left out. Empty: whole."""


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
        """A provider that the person named stays."""
        return line.model_copy(update=wish.model_dump() | {"provider": line.provider or wish.provider})


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


class QaDecision(Strict):
    """qa_agent: what follows from the measured findings of a shot or a film."""

    verdict: Verdict
    reasons: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]] = Field(default_factory=list, max_length=32)
    repair: Repair | None = None


class DecisionSource(Strict):
    """Where a decision came from; in the sidecar of every artifact that was made by it."""

    agent: str
    model: str
    model_version: str
    prompt_version: str
    memo: Sha256
    """Key of the record that holds question and answer (``decisions/<agent>/<key>.json``)."""


class AttemptRecord(Strict):
    """One answer of a model; its raw text is kept beside the record."""

    number: int
    error: str | None
    input_tokens: int
    output_tokens: int
    seconds: float


class DecisionRecord(Strict):
    """A question that was asked, and the answer that held."""

    schema_version: Literal[1] = 1
    key: Sha256
    agent: str
    model: str
    prompt_version: str
    seed: Seed
    answer_schema: str
    """Name of the decision's model."""
    content: dict[str, Any]
    value: dict[str, Any]
    model_version: str
    attempts: list[AttemptRecord]
    input_tokens: int
    output_tokens: int
    amount: float
    """US dollars."""
    seconds: float
    at: str
    """UTC, ISO 8601."""
    seal: Sha256
    """Hash of everything above: a record with another one is not what was written."""

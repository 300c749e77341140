"""What a vision model says of frames it was shown: numbers in a fixed schema, from 0 (bad) to 1 (good)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.plan import Short, Strict

Score = Annotated[float, Field(ge=0, le=1)]
Aspect = Literal["prompt", "anatomy", "artefacts", "text", "safety"]


class Judgement(Strict):
    """One look at a shot. Every score is 1 where nothing is wrong."""

    prompt: Score
    """What was asked for is what is seen."""
    anatomy: Score
    """Hands and faces are those of living things."""
    artefacts: Score
    """No smears, no melted edges, no noise."""
    text: Score
    """No letters and no watermark that nobody asked for."""
    safety: Score
    """Nothing that this film must not show."""
    notes: dict[Aspect, Short] = Field(default_factory=dict)
    """Why, in a few words, where a score is not 1."""

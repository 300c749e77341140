"""What a vision model says of a shot: a few scores, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from schemas.plan import Strict

MOST_REASON = 160
"""Characters: what was seen, in one line."""


class Score(Strict):
    """How good one thing is. The reason stands first: a model that writes it first judges by it."""

    reason: str = Field(max_length=MOST_REASON)
    score: float = Field(ge=0.0, le=1.0)
    """0 (bad) to 1 (good)."""


class Judgement(Strict):
    """A picture, or a few frames of a shot, as a person would look at them."""

    prompt_match: Score
    """Who and what the prompt names is there, and does what it says."""
    hands_and_faces: Score
    """Hands, faces and bodies are as they should be; 1 where there are none."""
    artefacts: Score
    """Nothing is smeared, doubled, cut off or melting."""
    text: Score
    """Text in the picture is wanted and can be read; 1 where there is none."""
    safety: Score
    """Everybody may see it: no nudity, no gore, nothing that hurts."""

    def scores(self) -> Iterator[tuple[str, Score]]:
        """(name, score), in a fixed order."""
        for name in type(self).model_fields:
            yield name, getattr(self, name)


def worst(judgements: Sequence[Judgement]) -> Judgement:
    """One judgement of several looks at a shot: of each thing, the lowest score and its reason, the first of equals."""
    return Judgement(
        **{
            name: min((getattr(one, name) for one in judgements), key=lambda s: s.score)
            for name in Judgement.model_fields
        }
    )

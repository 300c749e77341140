"""A question about a keyframe, for tests that ask a model."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field

from resources.agents.ask import Question


class Decision(BaseModel):
    """What is decided."""

    prompt: str = Field(max_length=200)
    steps: int = Field(20, ge=1, le=150)


GOOD = json.dumps({"prompt": "a boat", "steps": 12})
"""An answer that holds."""


def question(model: str, **changes: Any) -> Question[Decision]:
    """A question to ``model`` whose words try to be templates."""
    asked: dict[str, Any] = {
        "agent": "images_agent",
        "model": model,
        "instruction": "Decide {state} how the keyframe is asked for.",
        "content": {"shot": "a boat {seed} at night", "place": "sea"},
        "schema": Decision,
        "prompt_version": "1",
        "seed": 4_000_000_001,
        "timeout_s": 20.0,
    }
    return Question(**{**asked, **changes})

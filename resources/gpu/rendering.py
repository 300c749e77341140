"""``rendering.json``: how an engine that loads models came to its result, beside that result.

The stages put it among the facts of the artifact, so that the sidecar, Dagster and a report show which weights were
used, how they were loaded, and what the memory ladder gave up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue

from resources.engines import RENDERING
from resources.gpu.ladder import StepTaken
from resources.gpu.plan import LoadPlan
from resources.store.atomic import write_json
from schemas.plan import Strict


class Rendering(Strict):
    """What is told."""

    models: dict[str, str] = Field(default_factory=dict)
    """Revision by key, of the models that were asked."""
    plan: dict[str, JsonValue] = Field(default_factory=dict)
    """The load plan that the work was done with."""
    steps: list[dict[str, JsonValue]] = Field(default_factory=list)
    """Rungs of the memory ladder that were taken to it."""
    seed: int | None = None
    facts: dict[str, JsonValue] = Field(default_factory=dict)
    """Whatever else the engine says of its work."""

    @classmethod
    def of(
        cls, models: Mapping[str, str], plan: LoadPlan, steps: Sequence[StepTaken], *, seed: int | None,
        facts: Mapping[str, Any],
    ) -> Rendering:  # fmt: skip
        """From what the ladder gave back."""
        told = [step.told() for step in steps]
        return cls.model_validate(
            {"models": dict(models), "plan": plan.told(), "steps": told, "seed": seed, "facts": dict(facts)}
        )


def write_rendering(folder: Path, rendering: Rendering) -> None:
    """Write it into ``folder``, whole or not at all."""
    write_json(folder / RENDERING, rendering.model_dump(mode="json"))

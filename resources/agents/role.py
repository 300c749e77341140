"""What makes a decision agent: its name, its instruction, the schema of its answer, and what it is held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from resources.agents.ask import Question

B = TypeVar("B", bound=BaseModel)
D = TypeVar("D", bound=BaseModel)


@dataclass(frozen=True)
class Role(Generic[B, D]):
    """One agent that decides a ``D`` on being told a ``B``, its brief."""

    agent: str
    prompt_version: str
    """Changes with the instruction, so that a decision on record is asked for again."""
    instruction: str
    schema: type[D]
    check: Callable[[B, D], None]
    """Refuses a decision that breaks a rule the schema cannot say."""

    def question(self, brief: B, *, model: str, seed: int) -> Question[D]:
        """What ``model`` is asked; ``seed`` is the shot's own."""
        return Question(
            agent=self.agent,
            model=model,
            instruction=self.instruction,
            content=brief.model_dump(mode="json"),
            schema=self.schema,
            prompt_version=self.prompt_version,
            seed=seed,
            check=lambda decision: self.check(brief, decision),
        )

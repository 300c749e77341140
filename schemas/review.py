"""What a person is asked about an artifact that quality holds back, and what the person said."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.plan import Id, Strict, Text
from schemas.refs import Sha256, Slot, Stage, hold_slot
from schemas.report import Finding

Decision = Literal["approve", "reject"]
QuestionId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class ReviewAnswer(Strict):
    """A person's yes or no."""

    decision: Decision
    note: Text = ""
    at: str


class ReviewNote(Strict):
    """What a person wrote beside a question without answering it."""

    text: Text
    at: str


class ReviewQuestion(Strict):
    """One artifact that may not pass by itself. An answer is good for exactly this artifact and these findings."""

    schema_version: Literal[1] = 1
    id: QuestionId
    movie: Id
    stage: Stage
    slot: Slot | None = None
    shot: Id | None = None
    fingerprint: Sha256
    findings: list[Finding]
    media: str
    """The artifact's picture or sound, relative to the film's folder: in quarantine until a person says yes."""
    frames: list[str] = Field(default_factory=list)
    """Pictures to look at, relative to the film's folder."""
    asked: str
    notes: list[ReviewNote] = Field(default_factory=list)
    answers: list[ReviewAnswer] = Field(default_factory=list)
    """Oldest first; the last one holds."""

    @model_validator(mode="after")
    def _slot_where_it_belongs(self) -> Self:
        hold_slot(self.stage, self.slot)
        return self

    @property
    def decision(self) -> Decision | None:
        """The answer that holds, or None while the question is open."""
        return self.answers[-1].decision if self.answers else None

    @property
    def reasons(self) -> list[str]:
        """Reason codes of the findings, each once, sorted."""
        return sorted({finding.reason for finding in self.findings})

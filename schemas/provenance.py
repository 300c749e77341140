"""Where an artifact comes from, and what came of making it again."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from schemas.plan import Id, Strict
from schemas.refs import Sha256, Slot, Stage


class Origin(Strict):
    """An artifact, or something of the user's own, and below it what it was made from."""

    role: str
    """What it was to the artifact above it, as that one's sidecar names it; empty for the first."""
    kind: Literal["artifact", "media", "words", "missing"]
    """``media`` is a file of the user's own, ``words`` an idea, a screenplay or a plan written by hand; ``missing`` was
    there when the artifact above was made, and is no more."""
    stage: Stage | None = None
    slot: Slot | None = None
    shot: Id | None = None
    sha256: Sha256 | None = None
    fingerprint: Sha256 | None = None
    engine: str = ""
    engine_revision: str = ""
    models: list[str] = Field(default_factory=list)
    """``name@revision`` of every model that was loaded for it."""
    seed: int | None = None
    take: int | None = None
    decided_by: str = ""
    """Who decided how the engine was asked; empty where there was nothing to decide."""
    decision: dict[str, Any] = Field(default_factory=dict)
    code_version: str = ""
    fonts: list[str] = Field(default_factory=list)
    seconds: float | None = None
    peak_rss_mb: float | None = None
    started: str = ""
    told: str = ""
    """A word about what has no sidecar."""
    origins: list[Origin] = Field(default_factory=list)


class Provenance(Strict):
    """The origins of a film, or of one shot."""

    movie: Id
    shot: Id | None = None
    trees: list[Origin]


class Reproduced(Strict):
    """One artifact, made again from its sidecar and held against what is in the film."""

    stage: Stage
    slot: Slot | None = None
    shot: Id | None = None
    fingerprint: Sha256
    verdict: Literal["equal", "within", "differs"]
    """``within``: not equal, but within the stage's stated tolerance."""
    measure: str
    """How it was compared: ``bytes``, ``luma``, ``sound`` or ``report``."""
    distance: float | None = None
    limit: float | None = None
    files: list[str] = Field(default_factory=list)
    """Files that are not the same, byte for byte."""
    causes: list[str] = Field(default_factory=list)
    """What is not as it was when the artifact was made. Of one that came out equal: what made no difference."""
    wanted: list[str] = Field(default_factory=list)
    """What the film asks for otherwise by now: the artifact is stale."""
    seconds: float = Field(ge=0)


class Reproduction(Strict):
    """What came of making artifacts of a film again."""

    movie: Id
    results: list[Reproduced]

    @property
    def holds(self) -> bool:
        """Everything came out equal, or within its tolerance."""
        return all(one.verdict != "differs" for one in self.results)

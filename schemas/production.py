"""What the director says: what a tool made, what a rehearsal found, and what came of a production."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.facts import Facts
from schemas.plan import Id, Seed, Strict
from schemas.refs import Sha256, Slot, Stage
from schemas.report import Finding, Verdict

Made = Literal["rendered", "reused"]


class ToolResult(Strict):
    """What one tool made, and which engine served."""

    tool: str
    stage: Stage
    movie: Id
    shot: Id | None = None
    slot: Slot | None = None
    made: Made
    engine: str
    engine_revision: str
    uri: str
    """Folder of the artifact, relative to ``SPARKLE_HOME``."""
    files: list[str]
    fingerprint: Sha256
    sha256: Sha256
    seconds: float = Field(ge=0)
    attempts: int = Field(ge=0)
    facts: Facts = Field(default_factory=dict)


class Estimate(Strict):
    """What something will cost."""

    seconds: float = Field(ge=0)
    """Wall time on this machine."""
    memory_bytes: int = Field(ge=0)
    """Peak of the whole process tree."""
    disk_bytes: int = Field(ge=0)
    tokens: int = Field(0, ge=0)
    amount: float = Field(0.0, ge=0)
    """US dollars."""
    basis: Literal["history", "measured", "unknown"] = "measured"
    """What the seconds stand on: earlier work of the same engine in this home, figures measured when the engine was
    built, or nothing at all."""


class PlannedCall(Strict):
    """One call of a tool that a production would make, or would find made."""

    number: int = Field(ge=1)
    """Place in the order of work, from 1."""
    tool: str
    stage: Stage
    shot: Id | None = None
    slot: Slot | None = None
    engine: str
    engine_revision: str
    model: str | None = None
    """The model that decides for this stage (``model_spec``)."""
    action: Literal["render", "reuse"]
    needs: list[int]
    """Numbers of the calls whose results go into this one."""
    uri: str
    """Folder the artifact will have, relative to ``SPARKLE_HOME``."""
    exact: bool
    """The URI is the artifact's own; False when its last part depends on results that are not there yet."""
    estimate: Estimate


class ProductionGraph(Strict):
    """What :func:`resources.director.production_agent.dry` found: every call in order, and the sum."""

    movie: Id
    profile: Id
    title: str
    seed: Seed
    calls: list[PlannedCall]
    estimate: Estimate

    @property
    def to_render(self) -> list[PlannedCall]:
        """Calls that would make something."""
        return [call for call in self.calls if call.action == "render"]


class ProductionResult(Strict):
    """What came of a production."""

    movie: Id
    title: str
    final_cut: str
    """Absolute path of the film."""
    report: str
    verdict: Verdict
    findings: list[Finding]
    seconds: float = Field(ge=0)
    """Length of the film."""
    wall_s: float = Field(ge=0)
    rendered: dict[str, list[Stage]]
    """Stages that were made now, by shot id; those of the film itself under ``""``."""

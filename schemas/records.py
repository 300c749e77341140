"""Records of a run: who asked for what, what happened, and where it stopped."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from schemas.plan import Id, Seed, Strict
from schemas.refs import AssetRef, Sha256, Slot, Stage

Status = Literal["begin", "success", "failed", "skipped"]


class RunContext(Strict):
    """One invocation: the film, the profile and the budget it runs under."""

    run_id: str
    movie: Id
    profile: str
    seed: Seed
    dry: bool = False
    resume: bool = False


class Checkpoint(Strict):
    """Where a stage, or a chunk of it, stands. Written at begin and again at success or failure."""

    movie: Id
    stage: Stage
    slot: Slot | None = None
    chunk: int | None = Field(None, ge=0)
    status: Status
    attempt: int = Field(1, ge=1)
    error: str | None = None
    fingerprint: Sha256 | None = None
    """Of what is being made: a checkpoint with another one is of something else."""
    at: str


class StepExecutionRecord(Strict):
    """One attempt at one stage of one shot."""

    run_id: str
    movie: Id
    stage: Stage
    slot: Slot | None = None
    attempt: int = Field(1, ge=1)
    status: Status
    fingerprint: Sha256 | None = None
    reused: bool = False
    started: str
    seconds: float = Field(ge=0)
    error_kind: str | None = None
    error: str | None = None


class StageEvent(Strict):
    """An entry of a film's timeline."""

    seq: int = Field(ge=0)
    at: str
    movie: Id
    event: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    stage: Stage | None = None
    slot: Slot | None = None
    shot: Id | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class StageManifest(Strict):
    """What one run left behind for one stage: made, taken from before, or failed."""

    movie: Id
    stage: Stage
    rendered: list[AssetRef] = Field(default_factory=list)
    reused: list[AssetRef] = Field(default_factory=list)
    failed: list[StepExecutionRecord] = Field(default_factory=list)


class CallbackEvent(Strict):
    """Progress of work under way, for whoever watches."""

    movie: Id
    stage: Stage
    slot: Slot | None = None
    done: int = Field(ge=0)
    total: int = Field(ge=0)
    eta_s: float | None = Field(None, ge=0)
    message: str = ""

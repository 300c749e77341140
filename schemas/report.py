"""QAReport: what was measured on a film, and the verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.plan import Id, Strict

Severity = Literal["error", "warn", "info"]
Verdict = Literal["approve", "retake", "escalate"]


class Finding(Strict):
    """One measured fault: its number, its limit, where it is, and a reason code that says what to do."""

    check: str
    shot: Id | None = None
    frame: int | None = None
    second: float | None = None
    value: float
    limit: float
    unit: str = ""
    severity: Severity = "error"
    reason: str
    """Stable code, for example ``black_picture`` or ``silent_line``."""
    message: str = ""


class Measure(Strict):
    """One measured number, good or bad."""

    check: str
    shot: Id | None = None
    value: float
    unit: str = ""
    limit: float | None = None
    """From where on it would be a finding; None for a number that no check is about."""


class TakeReport(Strict):
    """One take of a shot that was made more than once."""

    shot: Id
    take: int = Field(ge=1)
    because: list[str] = Field(default_factory=list)
    """Reasons for which it was made by itself; empty for the first, and for what a person asked for."""
    repairs: list[str] = Field(default_factory=list)
    """What was done differently, for example ``shot_images: new_seed``."""
    note: str = ""
    found: list[str] | None = None
    """Reasons of the errors in it; None: it was not measured."""
    badness: float | None = None
    chosen: bool
    """It is the one in the film."""


class QAReport(Strict):
    """The measured quality of one film."""

    schema_version: Literal[1] = 1
    movie: Id
    verdict: Verdict
    because: str = ""
    """The verdict in one sentence."""
    policy_version: int = 0
    findings: list[Finding]
    measures: list[Measure]
    checks: list[str]
    """Every check that ran, passed or not."""
    takes: list[TakeReport] = Field(default_factory=list)
    """Every take of every shot that was made more than once."""
    frames: int = Field(ge=0)
    duration_s: float = Field(ge=0)

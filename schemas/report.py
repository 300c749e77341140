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


class QAReport(Strict):
    """The measured quality of one film."""

    schema_version: Literal[1] = 1
    movie: Id
    verdict: Verdict
    findings: list[Finding]
    measures: list[Measure]
    checks: list[str]
    """Every check that ran, passed or not."""
    frames: int = Field(ge=0)
    duration_s: float = Field(ge=0)

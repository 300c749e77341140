"""The limits a film is held to (``configs/qa_policy.yaml``)."""

from __future__ import annotations

from functools import cache
from typing import Literal

from schemas.plan import Strict
from schemas.report import Finding, Severity, Verdict

CheckName = Literal[
    "frame_count",
    "time_stamps",
    "sound_length",
    "black_picture",
    "frozen_picture",
    "silent_line",
    "drift",
    "loudness",
    "true_peak",
    "subtitles",
    "transitions",
]


class Rule(Strict):
    """One check's limit, and what breaking it means."""

    limit: float
    unit: str
    severity: Severity
    reason: str


class Policy(Strict):
    """All rules; every check has exactly one."""

    version: int
    checks: dict[CheckName, Rule]

    def finding(
        self,
        check: CheckName,
        value: float,
        message: str,
        *,
        shot: str | None = None,
        frame: int | None = None,
        second: float | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """A broken rule with its number, its limit and its place."""
        rule = self.checks[check]
        return Finding(
            check=check,
            shot=shot,
            frame=frame,
            second=None if second is None else round(second, 3),
            value=round(value, 4),
            limit=rule.limit,
            unit=rule.unit,
            severity=severity or rule.severity,
            reason=rule.reason,
            message=message,
        )


@cache
def load_policy() -> Policy:
    """The policy of this installation."""
    from resources.config import load_config

    return load_config("qa_policy.yaml", Policy)


def decide(findings: list[Finding]) -> Verdict:
    """What to do with a film: an error asks a person, everything else is good enough."""
    return "escalate" if any(finding.severity == "error" for finding in findings) else "approve"

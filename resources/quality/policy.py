"""The limits a film is held to (``configs/qa_policy.yaml``), and what mends a film that breaks one.

A check measures one thing and has exactly one rule. A rule says from where on a number is a finding, how bad that is,
under which reason code it is told, and which stage of the shot makes it good with which repair.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from resources.quality.names import CHECKS, CheckName
from schemas.plan import Id, Strict
from schemas.refs import SHOT_STAGES, Stage
from schemas.repair import RepairAction
from schemas.report import Finding, Severity

Reason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Rule(Strict):
    """One check's limit, and what breaking it means."""

    limit: float
    unit: str
    severity: Severity
    reason: Reason
    stage: Stage | None = None
    """The stage of the shot that is made again; None: no stage mends it, a person is asked."""
    repair: RepairAction | None = None
    """What that stage does differently."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.stage is None) != (self.repair is None):
            raise ValueError("stage and repair go together: name both or neither")
        if self.stage is not None and self.stage not in SHOT_STAGES:
            raise ValueError(f"stage must be one of {', '.join(SHOT_STAGES)}")
        return self


class Override(Strict):
    """What a profile holds differently; open fields stay as they are."""

    limit: float | None = None
    severity: Severity | None = None
    repair: RepairAction | None = None


class Escalation(Strict):
    """When a person is asked though takes are left."""

    reasons: list[Reason] = Field(default_factory=list)
    """These are never made again unseen."""
    same_reason: int = Field(2, ge=1)
    """Takes in a row that failed for the same reason: more of the same would not help."""


class Policy(Strict):
    """All rules; every check has exactly one, and no two share a reason code."""

    version: int = Field(ge=1)
    takes: int = Field(3, ge=1, le=20)
    """Takes of a shot, the first included, before a person is asked."""
    escalate: Escalation = Escalation()
    checks: dict[CheckName, Rule]
    profiles: dict[Id, dict[CheckName, Override]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in CHECKS if name not in self.checks]
        if missing:
            raise ValueError(f"has no rule for {', '.join(missing)}")
        reasons = [rule.reason for rule in self.checks.values()]
        twice = sorted({reason for reason in reasons if reasons.count(reason) > 1})
        if twice:
            raise ValueError(f"one reason for two checks: {', '.join(twice)}")
        strange = sorted(set(self.escalate.reasons) - set(reasons))
        if strange:
            raise ValueError(f"escalate: no check has the reason {', '.join(strange)}")
        return self

    def of(self, profile: str) -> Policy:
        """The policy with the overrides of ``profile`` laid over its rules; a profile that is not named has none."""
        changed = {
            name: self.checks[name].model_copy(update=override.model_dump(exclude_none=True))
            for name, override in self.profiles.get(profile, {}).items()
        }
        return self.model_copy(update={"checks": {**self.checks, **changed}})

    def rule(self, reason: str) -> Rule | None:
        """The rule that a reason code belongs to; None for one that is not of this policy."""
        return next((rule for rule in self.checks.values() if rule.reason == reason), None)

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
def load_policy(profile: str | None = None) -> Policy:
    """The policy of this installation, as ``profile`` holds it (None: before any profile)."""
    from resources.config import load_config

    policy = load_config("qa_policy.yaml", Policy)
    return policy if profile is None else policy.of(profile)

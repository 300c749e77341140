"""``decide``: what follows from a report. Approve, make one stage of a shot again in another way, or ask a person.

One pure function, asked by everybody: ``sparkle make`` and the director while they make a film, Dagster's retake
sensor, and qa_agent, whose rule it is. It sees findings, limits and what earlier takes failed for, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from resources.quality.policy import Policy
from schemas.decisions import QaDecision
from schemas.refs import SHOT_STAGES
from schemas.repair import Repair
from schemas.report import Finding, QAReport, Severity, Verdict

WEIGHT: Mapping[Severity, float] = {"error": 100.0, "warn": 1.0, "info": 0.01}
"""One more error is worse than any number of warnings that a shot can have."""


@dataclass(frozen=True)
class TakesSoFar:
    """What is known of a shot's takes. ``reasons``: of each take, the first one first and the one in the film last."""

    reasons: Sequence[Collection[str]] = ()
    repairs: Sequence[Repair] = ()
    """What the take in the film does differently already."""
    held: bool = False
    """A person pinned the shot, or brought its media: nothing is made again unasked."""

    @property
    def count(self) -> int:
        """How often the shot was made."""
        return max(1, len(self.reasons))


@dataclass(frozen=True)
class Rules:
    """The part of a policy that decides, as qa_agent can be told it."""

    takes: int
    repairs: Mapping[str, Repair] = field(default_factory=dict)
    """By reason. A reason that is not here is mended by nothing that is made again."""
    ask_at_once: Collection[str] = ()
    same_reason: int = 2

    @classmethod
    def of(cls, policy: Policy, reasons: Iterable[str], before: Sequence[Repair] = ()) -> Rules:
        """What ``policy`` says of ``reasons``, for a shot that has had the repairs ``before``."""
        found = {}
        for reason in dict.fromkeys(reasons):
            rule = policy.rule(reason)
            if rule is not None and rule.stage is not None and rule.repair is not None:
                found[reason] = again(Repair(stage=rule.stage, action=rule.repair), before)
        return cls(policy.takes, found, tuple(policy.escalate.reasons), policy.escalate.same_reason)


@dataclass(frozen=True)
class Decision:
    """What follows from a report: of every shot that is not approved, and of the film."""

    verdict: Verdict
    shots: Mapping[str, QaDecision]
    film: QaDecision


def decide(report: QAReport, policy: Policy, takes: Mapping[str, TakesSoFar]) -> Decision:
    """What to do about the film of ``report``; ``takes`` by shot, a shot that is not in it was made once.

    The verdict is "escalate" when anything waits for a person, else "retake" when anything is made again.
    """
    shots = {}
    for shot in dict.fromkeys(found.shot for found in report.findings if found.shot is not None):
        mine = [found for found in report.findings if found.shot == shot]
        answer = decide_shot(mine, policy, takes.get(shot, TakesSoFar()))
        if answer.verdict != "approve":
            shots[shot] = answer
    errors = _errors((found.reason, found.severity) for found in report.findings if found.shot is None)
    film = QaDecision(verdict="escalate", reasons=errors) if errors else QaDecision(verdict="approve")
    verdicts: set[Verdict] = {film.verdict, *(answer.verdict for answer in shots.values())}
    worst: Verdict = "escalate" if "escalate" in verdicts else "retake" if "retake" in verdicts else "approve"
    return Decision(worst, shots, film)


def decide_shot(findings: Sequence[Finding], policy: Policy, takes: TakesSoFar) -> QaDecision:
    """What to do about one shot."""
    told = [(found.reason, found.severity) for found in findings]
    return follow(told, Rules.of(policy, (reason for reason, _ in told), takes.repairs), takes)


def follow(found: Sequence[tuple[str, Severity]], rules: Rules, takes: TakesSoFar) -> QaDecision:
    """What follows from ``found`` (reason and severity of each finding) under ``rules``.

    Of several errors the one whose stage comes first is mended first: what is made after it is made again anyway.
    """
    errors = _errors(found)
    if not errors:
        return QaDecision(verdict="approve")
    known = [rules.repairs[reason] for reason in errors if reason in rules.repairs]
    spent = takes.count >= rules.takes or takes.held
    if spent or not known or _hopeless(errors, rules, takes):
        return QaDecision(verdict="escalate", reasons=errors)
    first = min(known, key=lambda repair: SHOT_STAGES.index(repair.stage))
    return QaDecision(verdict="retake", reasons=errors, repair=first)


def again(repair: Repair, before: Sequence[Repair]) -> Repair:
    """``repair`` as it is asked for after ``before``: what a stage was asked once, it is not asked in the same way."""
    asked = [one.round for one in before if one.stage == repair.stage]
    return repair.model_copy(update={"round": max(asked, default=0) + 1})


def badness(findings: Iterable[Finding]) -> float:
    """How bad a take is, 0 for a take without a finding: errors count most, then warnings, then how far over a limit.

    Takes are compared by it, and the least bad one is the best.
    """
    return round(sum(WEIGHT[found.severity] * (1 + _excess(found)) for found in findings), 4)


def _excess(found: Finding) -> float:
    """How far a number is beyond its limit, 0 to 1."""
    return min(1.0, abs(found.value - found.limit) / max(abs(found.limit), 1.0))


def _errors(found: Iterable[tuple[str, Severity]]) -> list[str]:
    """Reasons of the errors, each once; a decision names 32 at the most."""
    return list(dict.fromkeys(reason for reason, severity in found if severity == "error"))[:32]


def _hopeless(errors: Sequence[str], rules: Rules, takes: TakesSoFar) -> bool:
    """A reason that is never made again unseen, or that the last takes failed for one after the other."""
    if set(errors) & set(rules.ask_at_once):
        return True
    last = takes.reasons[-rules.same_reason :]
    return (
        len(last) == rules.same_reason
        and rules.same_reason > 1
        and any(all(reason in one for one in last) for reason in errors)
    )

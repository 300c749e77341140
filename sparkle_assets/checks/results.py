"""Findings as check results, with the numbers they rest on: the UI plots them over the takes of a partition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from resources.quality.names import CheckName
from resources.quality.policy import Rule, load_policy
from schemas.report import Finding

SHOWN = 5
"""Findings of one check that are told in words."""


def check_specs(
    asset: str,
    names: Sequence[CheckName],
    partitions_def: dg.PartitionsDefinition,
    *,
    blocking: bool,
) -> list[dg.AssetCheckSpec]:
    """One spec for each rule; a broken blocking one stops whatever depends on the asset."""
    policy = load_policy()
    return [
        dg.AssetCheckSpec(
            name,
            asset=asset,
            partitions_def=partitions_def,
            blocking=blocking and policy.checks[name].severity == "error",
            description=_description(policy.checks[name]),
        )
        for name in names
    ]


def check_results(
    asset: str,
    names: Sequence[CheckName],
    findings: Sequence[Finding],
    readings: Mapping[CheckName, float],
    rules: Mapping[CheckName, Rule],
    **more: Any,
) -> Iterator[dg.AssetCheckResult]:
    """A result for each rule: passed when no finding of severity error or warn names it.

    ``value`` is the number that was measured, also of a check that passed; a check whose number could not be measured
    (no line in the shot) has none.
    """
    for name in names:
        mine = [finding for finding in findings if finding.check == name]
        error = any(finding.severity == "error" for finding in mine)
        value = mine[0].value if mine else readings.get(name)
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(asset),
            check_name=name,
            passed=not any(finding.severity in ("error", "warn") for finding in mine),
            severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
            description=mine[0].message if mine else None,
            metadata={
                "limit": rules[name].limit,
                "unit": rules[name].unit,
                "findings": len(mine),
                **({} if value is None else {"value": round(float(value), 4)}),
                **({"frame": mine[0].frame} if mine and mine[0].frame is not None else {}),
                **({"messages": [finding.message for finding in mine[:SHOWN]]} if mine else {}),
                **more,
            },
        )


def _description(rule: Rule) -> str:
    """What a rule says, for the page of its check."""
    mends = f"; mended by {rule.stage} with {rule.repair}" if rule.stage is not None else "; a person is asked"
    return f"{rule.reason.replace('_', ' ')}: limit {rule.limit:g} {rule.unit} ({rule.severity}{mends})"

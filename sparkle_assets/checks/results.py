"""Findings as check results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from resources.quality.policy import CheckName, load_policy
from schemas.report import Finding


def check_specs(
    asset: str, names: Sequence[CheckName], partitions_def: dg.PartitionsDefinition, *, blocking: bool
) -> list[dg.AssetCheckSpec]:
    """One spec for each rule; a broken blocking one stops whatever depends on the asset."""
    policy = load_policy()
    return [
        dg.AssetCheckSpec(
            name,
            asset=asset,
            partitions_def=partitions_def,
            blocking=blocking and policy.checks[name].severity == "error",
            description=f"{policy.checks[name].reason}: limit {policy.checks[name].limit:g} {policy.checks[name].unit}",
        )
        for name in names
    ]


def check_results(asset: str, names: Sequence[CheckName], findings: Sequence[Finding]) -> Iterator[dg.AssetCheckResult]:
    """A result for each rule: passed when no finding of severity error names it."""
    for name in names:
        mine = [finding for finding in findings if finding.check == name]
        worst = "error" if any(f.severity == "error" for f in mine) else "warn"
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(asset),
            check_name=name,
            passed=not any(f.severity in ("error", "warn") for f in mine),
            severity=dg.AssetCheckSeverity.ERROR if worst == "error" else dg.AssetCheckSeverity.WARN,
            metadata={
                "limit": load_policy().checks[name].limit,
                "findings": len(mine),
                **({"value": mine[0].value, "message": mine[0].message} if mine else {}),
            },
        )

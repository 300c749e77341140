"""What the daemon does by itself: it lets declarative automation flow."""

from __future__ import annotations

import dagster as dg

automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),  # the text "*" would load a parser for it
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=3,
    description="Makes what is new or changed, and nothing else (sparkle_assets/automation/conditions.py).",
)
sensors = [automation]

"""What the daemon does by itself, all of it: declarative automation, and what looks out for people."""

from __future__ import annotations

import dagster as dg

from resources.profile import load_profile
from sparkle_assets.automation.again import killed, resumed
from sparkle_assets.automation.answers import review_answers
from sparkle_assets.automation.edits import plan_edits
from sparkle_assets.automation.failures import failures
from sparkle_assets.automation.inbox import inbox
from sparkle_assets.automation.night import missing
from sparkle_assets.automation.priorities import FILM, run_tags
from sparkle_assets.automation.retakes import retakes
from sparkle_assets.cluster.forgotten import forgotten
from sparkle_assets.pools import served_profile

_FARM = load_profile(served_profile()).farm is not None
TICK_S, FARM_TICK_S = 3, 10
"""Between two looks at all assets. On a cluster a look is most of what its head has to do, and films take longer."""

automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),  # the text "*" would load a parser for it
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=FARM_TICK_S if _FARM else TICK_S,
    run_tags=run_tags(FILM),
    description="Makes what is new or changed, and nothing else (sparkle_assets/automation/conditions.py).",
)
sensors = [automation, inbox, plan_edits, retakes, review_answers, failures, killed, resumed, missing]
if _FARM:
    sensors.append(forgotten)

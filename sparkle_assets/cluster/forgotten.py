"""Runs that the broker has forgotten are sent to it again.

Redis is told to write down what waits (docs/DEPLOY.md), but its disk may be lost, or it was never told so. Dagster
would wait for what is gone from the queue as long as for a worker that is busy: a month.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

LOOK_S = 15
SENT_S = 10.0
"""A run that was launched since is on its way to the broker."""


@dg.sensor(
    name="forgotten",
    minimum_interval_seconds=LOOK_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends to a cluster's broker again what waits for a worker, and what the broker has lost.",
)
def forgotten(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at the runs that wait for a worker; none is asked for, those there are go on."""
    from sparkle_assets.cluster.launcher import ClusterRunLauncher

    before = datetime.now(UTC) - timedelta(seconds=SENT_S)
    waiting = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTING], updated_before=before)
    runs = context.instance.get_runs(waiting)
    launcher = context.instance.run_launcher
    assert isinstance(launcher, ClusterRunLauncher), "only a cluster's profile has this sensor"
    again = launcher.remind(runs) if runs else []
    for run in again:
        context.log.warning(f"the broker had forgotten run {run}; it is sent again")
    return dg.SkipReason(f"{len(runs)} runs wait for a worker, {len(again)} were forgotten")

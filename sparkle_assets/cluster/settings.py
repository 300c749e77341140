"""``dagster.yaml`` of a cluster: storage in Postgres, runs launched through Celery, limits as the profile has them.

It lies in a folder of its own (``SPARKLE_HOME/cluster``), beside the one that films on this machine use: a home may
serve both, and neither is ever rewritten under a daemon of the other.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from resources.farm import Farm
from resources.profile import Profile
from resources.store.atomic import disk_errors, write_bytes
from resources.store.film import Home
from sparkle_assets.cluster.addresses import BROKER, POSTGRES
from sparkle_assets.runs import MOVIE_TAG, USER_TAG

HEAD = "# Written by sparkle for the profile it names; take this line away and it stays as you make it.\n"
PARTITION_TAG = "dagster/partition"
"""What a run is of: a film, or a shot of one."""
LOOK_S = 5
"""Between two looks at the health of the runs under way."""


def cluster_folder(home: Home) -> Path:
    """``DAGSTER_HOME`` of everything that takes part in a cluster."""
    return home.root / "cluster"


def write_settings(home: Home, profile: Profile) -> Path:
    """Write ``dagster.yaml`` for a cluster's profile unless somebody made it their own; its folder."""
    assert profile.farm is not None
    folder = cluster_folder(home)
    path = folder / "dagster.yaml"
    with disk_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
    text = HEAD + yaml.safe_dump(settings(profile.name, profile.farm), sort_keys=False)
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else HEAD
    if before.startswith(HEAD) and before != text:
        write_bytes(path, text.encode())
    return folder


def settings(profile: str, farm: Farm) -> dict[str, object]:
    """The instance's settings. Addresses stay in the environment: the file may be read by anybody."""
    limits = farm.limits
    each = {"applyLimitPerUniqueValue": True}
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "storage": {
            "custom": {
                "module": "sparkle_assets.cluster.storage",
                "class": "KeptPostgresStorage",
                "config": {"postgres_url": {"env": POSTGRES}},
            }
        },
        "run_launcher": {
            "module": "sparkle_assets.cluster.launcher",
            "class": "ClusterRunLauncher",
            "config": {"broker": {"env": BROKER}, "backend": {"env": BROKER}, "profile": profile},
        },
        # what a run prints goes to its worker's own output: capturing it starts four processes a step
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        "run_coordinator": {
            "module": "dagster.core.run_coordinator",
            "class": "QueuedRunCoordinator",
            "config": {"dequeue_interval_seconds": 1},
        },
        "concurrency": {
            "runs": {
                "max_concurrent_runs": limits.runs,
                "tag_concurrency_limits": [
                    # of two that ask for the same (a person and the daemon), one waits here: no worker is kept, and
                    # workers with homes of their own have no lock that tells them of each other
                    {"key": PARTITION_TAG, "value": each, "limit": 1},
                    {"key": MOVIE_TAG, "value": each, "limit": limits.film},
                    {"key": "dagster/partition/movie", "value": each, "limit": limits.film},
                    {"key": USER_TAG, "value": each, "limit": limits.user},
                ],
            },
            "pools": {"granularity": "op"},
        },
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": LOOK_S,
            # a run may wait long with the engine until a worker is free
            "start_timeout_seconds": 30 * 24 * 3600,
            "cancel_timeout_seconds": 120,
            "free_slots_after_run_end_seconds": 60,
        },
        "run_retries": {"enabled": False},
        "retention": {
            kind: {"purge_after_days": {"skipped": 2, "failure": 30, "success": -1}} for kind in ("sensor", "schedule")
        }
        | {"auto_materialize": {"purge_after_days": {"skipped": 2, "success": 14}}},
    }
